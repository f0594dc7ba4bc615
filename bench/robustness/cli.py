"""The command line."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import ectype
import PIL

from . import report, thresholds
from .cache import Cache
from .evaluation import Result, evaluate, pairs_of
from .extraction import Plan, extract_missing
from .methods import METHODS, Method, create
from .photos import DEFAULT_FOLDER, choose_queries, read_collection
from .transformations import TRANSFORMATIONS, Transformation

BUILD = Path(__file__).resolve().parents[2] / "build" / "robustness"


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python bench/robustness",
        description="Recall of modified copies at equal rates of false matches, by method.",
    )
    add = parser.add_argument
    add("folder", nargs="?", type=Path, default=DEFAULT_FOLDER, help="photos")
    add("--split", choices=("dev", "test", "all"), default="all", help="part of the queries")
    add("--queries", type=int, metavar="N", help="N photos of that part, at even steps")
    add("--methods", type=_names, metavar="A,B", help="default: all that are installed")
    add("--transformations", type=_names, metavar="A,B", help="default: all 61")
    add("--jobs", type=int, default=1, help="processes that make signatures")
    add("--cache", type=Path, default=BUILD / "cache", help="folder of signatures made so far")
    add("--out", type=Path, default=BUILD, help="folder for the report")
    add("--freeze", type=Path, metavar="FILE", help="write the thresholds (on dev)")
    add("--thresholds", type=Path, metavar="FILE", help="use frozen thresholds (on test)")
    add("--no-gate", action="store_true", help="do not judge by PDQ where a method has no quality")
    add("--plots", action="store_true", help="roc.png and scores.png; needs matplotlib")
    add("--list", action="store_true", help="name the methods and transformations")
    options = parser.parse_args(arguments)
    if options.jobs < 1 or (options.queries is not None and options.queries < 1):
        parser.error("--jobs and --queries are 1 at least")
    if options.freeze and (options.split != "dev" or options.transformations):
        parser.error("--freeze is for --split dev with all transformations")
    if options.thresholds and options.split != "test":
        parser.error("--thresholds is for --split test: on dev they were chosen")
    return options


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def create_methods(names: Sequence[str] | None) -> list[Method]:
    """Those named, all of which must be there; or all that can be made."""
    methods = []
    for name in names or METHODS:
        if name not in METHODS:
            raise SystemExit(f"no method is called {name}: see --list")
        try:
            methods.append(create(name))
        except ImportError as error:
            remedy = "pip install -r bench/robustness/requirements.txt"
            if names:
                raise SystemExit(f"{name}: {error}; {remedy}") from error
            print(f"left out: {name}: {error}; {remedy}", file=sys.stderr)
    return methods


def choose_judges(methods: Sequence[Method], no_gate: bool) -> list[Method]:
    """The method whose quality decides, for each: itself, or PDQ where it has none."""
    pdq = create("pdq")
    return [method if method.has_quality or no_gate else pdq for method in methods]


def choose_transformations(names: Sequence[str] | None) -> list[Transformation]:
    known = [transformation.name for transformation in TRANSFORMATIONS]
    for name in names or ():
        if name not in known:
            raise SystemExit(f"no transformation is called {name}: see --list")
    return [item for item in TRANSFORMATIONS if names is None or item.name in names]


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    cv2.setNumThreads(1)
    if options.list:
        print("methods:", *METHODS, sep="\n  ")
        print("transformations:", *(item.name for item in TRANSFORMATIONS), sep="\n  ")
        return 0
    run(options)
    return 0


def run(options: argparse.Namespace) -> None:
    started = time.monotonic()
    methods = create_methods(options.methods)
    transformations = choose_transformations(options.transformations)
    judges = choose_judges(methods, options.no_gate)
    frozen = None
    if options.thresholds:
        frozen = thresholds.read_frozen(options.thresholds, methods, judges)
    collection = read_collection(options.folder)
    queries = choose_queries(collection.photos, options.split, options.queries)
    if not queries:
        raise SystemExit(f"no photo of {options.folder} is in the part {options.split}")
    cache = Cache(options.cache)
    plan = Plan(collection, queries, transformations)
    needed = {method.name: method for method in [*methods, *judges]}
    extract_missing(cache, plan, list(needed.values()), options.jobs)
    pairs = pairs_of(collection, queries)
    results = [
        evaluate(cache, plan, pairs, method, judge) for method, judge in zip(methods, judges)
    ]
    setting = [
        f"{len(queries)} queries (split {options.split}) x {len(transformations)} transformations,"
        f" {len(collection.photos)} references",
        f"thresholds: {f'frozen in {options.thresholds.name}' if frozen else 'of these queries'}",
        f"quality of methods that have none: {'not looked at' if options.no_gate else 'as of PDQ'}",
        f"ectype {ectype.version()}, OpenCV {cv2.__version__}, Pillow {PIL.__version__}",
        f"took {time.monotonic() - started:.0f} s, --jobs {options.jobs}, beyond what was cached",
    ]
    write(options, results, frozen, setting)


def write(
    options: argparse.Namespace,
    results: Sequence[Result],
    frozen: thresholds.Thresholds | None,
    setting: Sequence[str],
) -> None:
    """Everything that was asked for, and the report to stdout."""
    options.out.mkdir(parents=True, exist_ok=True)
    chosen = frozen or thresholds.measured(results)
    report.write_csv(options.out, results, chosen)
    text = report.markdown(results, chosen, setting, with_intervals=frozen is not None)
    (options.out / "report.md").write_text(text, encoding="utf-8")
    if options.freeze:
        thresholds.freeze(options.freeze, results, list(setting))
    if options.plots:
        from . import plots

        plots.draw(options.out, results)
    print(text)
    print(f"written to {options.out}", file=sys.stderr)
