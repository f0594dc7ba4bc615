#!/usr/bin/env python3
"""Exact search by Hamming distance: ectype.LinearIndex beside faiss, on one thread.

256 queries and one query against 1 million hashes (10 million with --large, then beside a plain
read of as much memory too), at radii 31, 80 and 90, all inclusive: faiss is strict, so it is asked
for one more; and the nearest 10. Exit status 1 where a bar is missed or where the two do not find the same.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import ectype
import faiss
import numpy as np
import numpy.typing as npt

import hash_data
import native
import rounds

RADII = (31, 80, 90)
#: Up to a radius of 48 one query reads half of each hash; here it reads all.
WHOLE_READ_RADIUS = 80
BATCH = 256
MILLION = 1_000_000
FAISS = "faiss IndexBinaryFlat"
ECTYPE = "ectype.LinearIndex"
NEAREST = 10
READ_BAR = 85.0

#: How many times faster than faiss, by (rows, queries, radius; None: the nearest rows).
BARS: dict[tuple[int, int, int | None], float] = {
    (MILLION, BATCH, 31): 20,
    (MILLION, BATCH, 80): 10,
    (MILLION, BATCH, None): 10,
    (10 * MILLION, BATCH, 31): 15,
    (10 * MILLION, 1, 31): 3,
}

Found = npt.NDArray[np.int64]


class Peers:
    """The same rows in both indexes."""

    def __init__(self, rows: hash_data.Hashes) -> None:
        self.ours = ectype.LinearIndex(rows)
        self.theirs = faiss.IndexBinaryFlat(256)
        self.theirs.add(rows)

    def ectype_hits(self, queries: hash_data.Hashes, radius: int) -> Found:
        """Rows of (query, row, distance), sorted."""
        hits = self.ours.within(queries, radius)
        return _sorted(hits.query, hits.row, hits.distance)

    def faiss_hits(self, queries: hash_data.Hashes, radius: int) -> Found:
        limits, distances, rows = self.theirs.range_search(queries, radius + 1)
        query = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
        return _sorted(query, rows, distances)

    def compare(
        self, queries: hash_data.Hashes, radius: int | None, round_count: int, repeats: int
    ) -> dict[str, rounds.Times]:
        cases: dict[str, Callable[[], object]] = {
            ECTYPE: lambda: self.ours.nearest(queries, NEAREST),
            FAISS: lambda: self.theirs.search(queries, NEAREST),
        }
        if radius is not None:
            cases = {
                ECTYPE: lambda: self.ours.within(queries, radius),
                FAISS: lambda: self.theirs.range_search(queries, radius + 1),
            }
        return rounds.alternate(cases, round_count, repeats)


def _sorted(query: npt.NDArray[Any], row: npt.NDArray[Any], distance: npt.NDArray[Any]) -> Found:
    found = np.stack([query, row, distance], axis=1).astype(np.int64)
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def same_hits(peers: Peers, queries: hash_data.Hashes, radius: int | None) -> int:
    """How many both find; they must find the same (of the nearest, at the same distances)."""
    if radius is None:
        nearest = peers.ours.nearest(queries, NEAREST).distance
        if not np.array_equal(nearest, peers.theirs.search(queries, NEAREST)[0].ravel()):
            raise SystemExit("the nearest rows are at other distances")
        return len(nearest)
    ours, theirs = peers.ectype_hits(queries, radius), peers.faiss_hits(queries, radius)
    if not np.array_equal(ours, theirs):
        raise SystemExit(f"radius {radius}: other hits, ectype {len(ours)}, faiss {len(theirs)}")
    return len(ours)


def compare_all(peers: Peers, queries: hash_data.Hashes, round_count: int) -> bool:
    """One table for this number of queries; whether its bars are met."""
    rows = []
    all_met = True
    repeats = 1 if len(queries) > 1 else 5
    for radius in (*RADII, None):
        hits = same_hits(peers, queries, radius)
        times = peers.compare(queries, radius, round_count, repeats)
        ours, theirs = times[ECTYPE], times[FAISS]
        wall = rounds.median_ratio(theirs.wall, ours.wall)
        cpu = rounds.median_ratio(theirs.cpu, ours.cpu)
        at_least = BARS.get((len(peers.ours), len(queries), radius))
        met = at_least is None or min(wall, cpu) >= at_least
        all_met &= met
        seconds = [statistics.median(t) for t in (ours.wall, ours.cpu, theirs.wall, theirs.cpu)]
        cells = [*(f"{1e3 * each:.2f}" for each in seconds), f"{wall:.2f}", f"{cpu:.2f}"]
        rows.append(
            [f"nearest {NEAREST}" if radius is None else str(radius), str(hits), *cells]
            + ([f">= {at_least:g}", "yes" if met else "NO"] if at_least else ["", ""])
        )
    print(f"{len(peers.ours):,} rows, {len(queries)} queries at once; both have the same hits\n")
    header = ["radius", "hits", "ectype wall ms", "CPU ms", "faiss wall ms", "CPU ms"]
    rounds.print_table([*header, "faiss / ectype, wall", "CPU", "bar", "met"], rows)
    return all_met


def bandwidth(peers: Peers, data: hash_data.Data, round_count: int) -> bool:
    """One query at each radius beside plain reads of as many bytes; the best of those counts."""
    cases: dict[str, Callable[[], object]] = {
        f"read, {name}": partial(read, data.rows) for name, read in native.memory_readers().items()
    }
    scans = {f"{ECTYPE}, radius {radius}": radius for radius in RADII}
    for name, radius in scans.items():
        cases[name] = partial(peers.ours.within, data.queries[:1], radius)
    times = rounds.alternate(cases, round_count)
    reads = [name for name in times if name not in scans]
    best = min(reads, key=lambda name: statistics.median(times[name].wall))
    rows = []
    all_met = True
    for name, each in times.items():
        wall = 100 * rounds.median_ratio(times[best].wall, each.wall)
        cpu = 100 * rounds.median_ratio(times[best].cpu, each.cpu)
        speed = data.rows.nbytes / statistics.median(each.wall) / 1e9
        barred = scans.get(name) == WHOLE_READ_RADIUS
        met = min(wall, cpu) >= READ_BAR
        all_met &= met or not barred
        verdict = [f">= {READ_BAR:g} %", "yes" if met else "NO"] if barred else ["", ""]
        rows.append([name, f"{speed:.2f}", f"{wall:.1f} %", f"{cpu:.1f} %", *verdict])
    print(f"One query, {len(data.rows):,} rows of 32 bytes, share of the best read ({best})\n")
    rounds.print_table(["", "GB/s", "share, wall", "share, CPU", "bar", "met"], rows)
    return all_met


def measure(count: int, folder: Path | None, round_count: int) -> bool:
    data = hash_data.make_data(count, BATCH, folder)
    print(f"## {count:,} hashes: {data.origin}; {round_count} alternating rounds\n")
    peers = Peers(data.rows)
    met = count == MILLION or bandwidth(peers, data, round_count)
    met &= compare_all(peers, data.queries[:1], round_count)
    return compare_all(peers, data.queries, round_count) and met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="photos to make hashes from")
    parser.add_argument("--large", action="store_true", help="10 million hashes too (about 3 GB)")
    parser.add_argument("--rounds", type=int, default=rounds.ROUNDS)
    arguments = parser.parse_args()
    faiss.omp_set_num_threads(1)
    print(f"- {native.cpu_model()}; ectype {ectype.version()}, CPU level {ectype.cpu_level()}")
    print(f"- faiss {faiss.__version__} ({faiss.get_compile_options().strip()}), one thread")
    print("- radii are inclusive\n", flush=True)
    met = measure(MILLION, arguments.folder, arguments.rounds)
    if arguments.large:
        met &= measure(10 * MILLION, arguments.folder, arguments.rounds)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
