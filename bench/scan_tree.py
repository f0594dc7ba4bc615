#!/usr/bin/env python3
"""What it takes to scan a large tree: files a second, memory, and the share of decoding.

    python bench/scan_tree.py FOLDER --ectype PROGRAM [--files 100000] [--small] [--level LEVEL...]

Makes FOLDER/tree of so many JPEG files of 2 megapixels (--small: JPEG and PNG of 64 x 64), each
with an inode and a digest of its own, adds the pictures that they were made from to a set, and
scans the tree against it. --make-only makes it and stops; it is made once, and kept with --keep. The
share of decoding is what libjpeg-turbo's own gray decode of a sample takes, before and after the
scan, for all files; with --perf also the share of samples in each library. Exit status 1 where a
file has no row.
"""

from __future__ import annotations

import argparse
import collections
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from synthetic_tree import Tree
from watched_run import Run, watch

import native  # of peers/, whose folder synthetic_tree adds

SAMPLE = 100  # files whose decode is timed


def seconds_a_decode(paths: list[Path]) -> float:
    """CPU time of the gray decode of a file, in the mean; of each file the median of three."""
    decode = native.gray_decoder()
    medians = []
    for path in paths:
        times = []
        for _ in range(3):
            started = time.process_time()
            if decode(str(path)) <= 0:
                raise SystemExit(f"{path}: the baseline could not decode it")
            times.append(time.process_time() - started)
        medians.append(statistics.median(times))
    return statistics.mean(medians)


def make_set(program: str, known: Path, target: Path, level: str) -> None:
    target.unlink(missing_ok=True)
    subprocess.run([program, "set", "create", str(target)], check=True, capture_output=True)
    add = [program, "set", "add", str(target), str(known), "--level", level]
    done = subprocess.run(add, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr)
    print(f"- set at level {level}: {done.stderr.strip()}")


def count_outcomes(rows: Path) -> collections.Counter[str]:
    counts: collections.Counter[str] = collections.Counter()
    with open(rows, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if "run" not in row:
                counts[row["outcome"]] += 1
    return counts


def print_profile(samples: Path) -> None:
    command = ["perf", "report", "-i", str(samples), "--stdio", "-q", "--sort", "dso"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()][:8]
    print("- perf, share of samples: " + "; ".join(" ".join(line.split()) for line in lines))


def print_run(run: Run, files: int, size: int, counts: collections.Counter[str]) -> None:
    print(f"- {files / run.wall:.1f} files a second, {size / run.wall / 1e6:.1f} MB/s:", end=" ")
    print(f"wall {run.wall:.1f} s, CPU {run.cpu:.1f} s ({run.own_cpu:.1f} of the parent),", end=" ")
    print(f"{1e3 * run.cpu / files:.2f} ms of CPU a file")
    print(f"- resident at most: parent {run.peak / 1e6:.1f} MB, a worker", end=" ")
    print(f"{run.children_peak / 1e6:.1f} MB; parent over time: {run.describe_memory()}")
    print("- rows: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))


def scan(arguments: argparse.Namespace, tree: Tree, level: str) -> bool:
    program, folder = str(arguments.ectype.resolve()), arguments.folder
    known, rows = folder / "known.ectype", folder / f"rows-{level}.jsonl"
    print(f"\nLevel {level}\n")
    make_set(program, tree.known, known, level)
    sample = tree.sample(SAMPLE)
    before = seconds_a_decode(sample)
    profile = folder / "perf.data" if arguments.perf else None
    command = [program, "scan", str(tree.files), "--against", str(known), "-o", str(rows)]
    command += ["-j", str(arguments.threads), "--level", level]
    run = watch(command, profile)
    if run.status not in (0, 1, 3):
        raise SystemExit(f"{' '.join(command)}: exit status {run.status}")
    after = seconds_a_decode(sample)
    counts = count_outcomes(rows)
    print_run(run, arguments.files, tree.bytes, counts)
    if not arguments.small:  # of which half are PNG
        decode = (before + after) / 2
        print(f"- gray decode of {len(sample)} files: {1e3 * before:.2f} ms of CPU before", end="")
        print(
            f", {1e3 * after:.2f} after: {arguments.files * decode / run.cpu:.0%} of all CPU time"
        )
    if profile is not None:
        print_profile(profile)
        profile.unlink(missing_ok=True)
    complete = sum(counts.values()) == arguments.files
    print(f"- a row for every file: {'yes' if complete else 'NO'}")
    rows.unlink()
    return complete


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="for the tree, the set and the rows")
    parser.add_argument("--ectype", type=Path, required=True, help="the command")
    parser.add_argument("--photos", type=Path, help="what to make pictures from")
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--distinct", type=int, default=500, help="pictures")
    parser.add_argument("--small", action="store_true", help="64 x 64, half of them PNG")
    parser.add_argument("--level", nargs="+", default=["standard"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--perf", action="store_true", help="also sample with perf")
    parser.add_argument("--make-only", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the tree for another run")
    parser.add_argument("--max-gigabytes", type=float, default=45)
    parser.add_argument("--min-free-gigabytes", type=float, default=15)
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    tree = Tree(arguments.folder, arguments.files, arguments.distinct, arguments.small)
    print(f"- {native.cpu_model()}; {arguments.threads} threads")
    tree.make(arguments.photos, 1e9 * arguments.max_gigabytes, 1e9 * arguments.min_free_gigabytes)
    if arguments.make_only:
        return 0
    complete = [scan(arguments, tree, level) for level in arguments.level]
    if not arguments.keep:
        shutil.rmtree(arguments.folder)
    return 0 if all(complete) else 1


if __name__ == "__main__":
    sys.exit(main())
