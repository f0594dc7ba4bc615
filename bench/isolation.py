#!/usr/bin/env python3
"""What decoding in worker processes costs, and what a second worker gains.

    python bench/isolation.py FOLDER --ectype PROGRAM [--rounds 9]

Runs `ectype hash -j N FOLDER` with and without `--no-isolate`, for one thread and two, in turns, and
compares files a second. FOLDER has pictures: some thousands, which the page cache holds. Exit status
1 where a bar of the project is missed: 0.95 of the throughput without isolation, and 1.8 times that of
one worker with two.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "peers"))

import native
import rounds

AT_LEAST_HASHED = 500
KEEPS_UP = 0.95
SCALES = 1.8


def cpu_seconds_of_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def run(command: list[str], times: rounds.Times) -> str:
    wall, cpu = time.perf_counter(), cpu_seconds_of_children()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr.decode())
    times.wall.append(time.perf_counter() - wall)
    times.cpu.append(cpu_seconds_of_children() - cpu)
    return done.stderr.decode().strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ectype", type=Path, required=True, help="the command")
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error("--rounds has to be 1 or more")

    command = [str(arguments.ectype.resolve()), "hash", str(arguments.folder)]
    cases = {
        f"{workers} {'isolated' if isolated else 'in the process'}": [
            *[*command, "-j", str(workers)],
            *([] if isolated else ["--no-isolate"]),
        ]
        for workers in (1, 2)
        for isolated in (True, False)
    }
    print(f"- {native.cpu_model()}")
    summaries = {name: run(case, rounds.Times()) for name, case in cases.items()}
    if len(set(summaries.values())) != 1:
        raise SystemExit(f"they do not agree: {summaries}")
    summary = next(iter(summaries.values()))
    hashed = re.search(r"(\d+) hashed", summary)
    if hashed is None or int(hashed[1]) < AT_LEAST_HASHED:
        raise SystemExit(f"{summary}: give a folder with {AT_LEAST_HASHED} pictures or more")
    print(f"- {summary}")
    print(f"- {arguments.rounds} alternating rounds, after one that does not count\n")
    times = {name: rounds.Times() for name in cases}
    names = list(cases)
    for number in range(arguments.rounds):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            run(cases[name], times[name])

    rounds.print_times(times)
    rows, all_met = [], True
    for what, slow, fast, bar in (
        ("1 thread, isolated over not", "1 in the process", "1 isolated", KEEPS_UP),
        ("2 threads, isolated over not", "2 in the process", "2 isolated", KEEPS_UP),
        ("isolated, 2 workers over 1", "1 isolated", "2 isolated", SCALES),
    ):
        ratios = [a / b for a, b in zip(times[slow].wall, times[fast].wall)]
        ratio = statistics.median(ratios)
        all_met &= ratio >= bar
        spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
        rows.append([what, f"{ratio:.3f}", spread, f">= {bar:g}", "yes" if ratio >= bar else "NO"])
    rounds.print_table(["files a second", "median", "rounds", "bar", "met"], rows)
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())
