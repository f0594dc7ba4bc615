#!/usr/bin/env python3
"""Exact search by squared L2 over vectors of 144 bytes: ectype.ByteIndex beside faiss, one thread.

256 queries and one query against 1 million vectors: uniform ones, clusters, and 6 x 6 grids of
gradient sums computed here from real photos, cropped and with other contrasts (values of no
licensed tool). Queries are rows with every byte moved by up to 19. The radius is 40,000, inclusive:
faiss is strict, so it is asked for one more. faiss.IndexFlatL2 has the same vectors as float32, and
uses the matrix product from 20 queries on: by the default of its version 1.15 a batch would take 16
times as long. Exit status 1 where a bar is missed or where the two do not find the same.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

import ectype
import faiss
import numpy as np
import numpy.typing as npt

import byte_data
import native
import rounds

MILLION = 1_000_000
BATCH = 256
RADIUS = 40_000
FAISS = "faiss IndexFlatL2"
ECTYPE = "ectype.ByteIndex"
SEARCH_BAR = 10.0

Found = npt.NDArray[np.int64]


class Peers:
    """The same rows in both indexes."""

    def __init__(self, rows: byte_data.Vectors) -> None:
        self.ours = ectype.ByteIndex(rows)
        self.theirs = faiss.IndexFlatL2(byte_data.SIZE)
        self.theirs.add(rows.astype(np.float32))

    def ectype_hits(self, queries: byte_data.Vectors, radius: int) -> Found:
        """Rows of (query, row, distance), sorted."""
        hits = self.ours.within(queries, radius)
        return _sorted(hits.query, hits.row, hits.distance)

    def faiss_hits(self, queries: byte_data.Vectors, radius: int) -> Found:
        limits, distances, rows = self.theirs.range_search(queries.astype(np.float32), radius + 1)
        query = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
        return _sorted(query, rows, distances)


def _sorted(*columns: npt.NDArray[np.integer | np.floating]) -> Found:
    found = np.stack(columns, axis=1).astype(np.int64)
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def same_hits(peers: Peers, queries: byte_data.Vectors) -> int:
    """How many both find; they must find the same."""
    ours, theirs = peers.ectype_hits(queries, RADIUS), peers.faiss_hits(queries, RADIUS)
    if not np.array_equal(ours, theirs):
        raise SystemExit(f"other hits, ectype {len(ours)}, faiss {len(theirs)}")
    return len(ours)


def measure(data: byte_data.Data, round_count: int) -> tuple[list[list[str]], bool]:
    """A row of the table for the batch and one for one query; whether the bar is met."""
    peers = Peers(data.rows)
    table = []
    all_met = True
    for queries in (data.queries, data.queries[:1]):
        batch = len(queries) == BATCH
        floats = queries.astype(np.float32)
        hits = same_hits(peers, queries)
        times = rounds.alternate(
            {
                ECTYPE: lambda: peers.ours.within(queries, RADIUS),
                FAISS: lambda: peers.theirs.range_search(floats, RADIUS + 1),
            },
            round_count,
            1 if batch else 5,
        )
        ours, theirs = times[ECTYPE], times[FAISS]
        wall = rounds.median_ratio(theirs.wall, ours.wall)
        cpu = rounds.median_ratio(theirs.cpu, ours.cpu)
        met = min(wall, cpu) >= SEARCH_BAR
        all_met &= met or not batch
        seconds = [statistics.median(t) for t in (ours.wall, ours.cpu, theirs.wall, theirs.cpu)]
        table.append(
            [data.name, str(len(queries)), str(hits), *(f"{1e3 * each:.2f}" for each in seconds)]
            + [f"{wall:.2f}", f"{cpu:.2f}"]
            + ([f">= {SEARCH_BAR:g}", "yes" if met else "NO"] if batch else ["", ""])
        )
    return table, all_met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="photos to make vectors from")
    parser.add_argument("--rows", type=int, default=MILLION)
    parser.add_argument("--rounds", type=int, default=rounds.ROUNDS)
    arguments = parser.parse_args()
    faiss.omp_set_num_threads(1)
    faiss.cvar.distance_compute_blas_threshold = 20
    print(f"- {native.cpu_model()}; ectype {ectype.version()}, CPU level {ectype.cpu_level()}")
    print(f"- faiss {faiss.__version__} ({faiss.get_compile_options().strip()}), one thread")
    print(f"- {arguments.rows:,} vectors of {byte_data.SIZE} bytes, squared L2 <= {RADIUS:,}")
    print(f"- {arguments.rounds} alternating rounds; both have the same hits\n", flush=True)
    table: list[list[str]] = []
    all_met = True
    for data in byte_data.make_data(arguments.rows, BATCH, arguments.folder):
        lines, met = measure(data, arguments.rounds)
        table += lines
        all_met &= met
    header = ["rows", "queries", "hits", "ectype wall ms", "CPU ms", "faiss wall ms", "CPU ms"]
    rounds.print_table([*header, "faiss / ectype, wall", "CPU", "bar", "met"], table)
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())
