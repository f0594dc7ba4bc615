"""What both fits share: their arguments, and the signatures of the part dev."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..cache import Cache
from ..cli import BUILD
from ..evaluation import Pairs, pairs_of
from ..extraction import Plan, extract_missing
from ..methods import create
from ..photos import DEFAULT_FOLDER, choose_queries, read_collection
from ..transformations import TRANSFORMATIONS


class FitRun(NamedTuple):
    cache: Cache
    plan: Plan
    pairs: Pairs
    write: Path | None

    def write_source(self, text: str) -> None:
        if self.write:
            self.write.write_text(text, encoding="utf-8")


def begin(
    description: str | None, arguments: Sequence[str] | None, methods: Sequence[str]
) -> FitRun:
    """Reads the arguments and makes the signatures that the cache lacks."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    add = parser.add_argument
    add("folder", nargs="?", type=Path, default=DEFAULT_FOLDER, help="photos")
    add("--queries", type=int, metavar="N", help="N photos of the part dev, at even steps")
    add("--cache", type=Path, default=BUILD / "cache", help="folder of signatures made so far")
    add("--jobs", type=int, default=1, help="processes that make signatures")
    add("--write", type=Path, metavar="FILE", help="the C++ source of the tables")
    options = parser.parse_args(arguments)
    collection = read_collection(options.folder)
    queries = choose_queries(collection.photos, "dev", options.queries)
    plan = Plan(collection, queries, TRANSFORMATIONS)
    cache = Cache(options.cache)
    extract_missing(cache, plan, [create(name) for name in methods], options.jobs)
    return FitRun(cache, plan, pairs_of(collection, queries), options.write)
