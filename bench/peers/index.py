#!/usr/bin/env python3
"""Exact search in buckets, joins and files: ectype beside faiss, on one thread.

MultiIndex against faiss IndexBinaryMultiHash at radius 31, each faiss setting that finds every hit;
the self-join; opening and searching a mapped file; changes to a large index; two threads. Exit
status 1 where a bar is missed or where results differ from LinearIndex. --large adds 10 million
hashes, --huge 100 million (16 GB) and 64 million of 128 bits.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import ectype
import faiss
import numpy as np
import numpy.typing as npt

import hash_data
import native
import rounds

RADIUS = 31
BATCH = 256
MILLION = 1_000_000

#: (number of tables, bits of a key, flips) for which faiss misses nothing within radius 31:
#: tables * (flips + 1) > 31.
FAISS_SETTINGS = ((16, 16, 1), (11, 23, 2), (32, 8, 0))

Table = list[list[str]]


def timed(call: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def report(rows: Table) -> bool:
    """Rows of (what, measured, bar, met)."""
    rounds.print_table(["", "measured", "bar", "met"], rows)
    return all(row[3] != "NO" for row in rows)


def bar(what: str, value: float, unit: str, limit: float) -> list[str]:
    return [what, f"{value:.4g} {unit}", f"<= {limit:g} {unit}", "yes" if value <= limit else "NO"]


def peak_gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def same_as_scan(
    index: ectype.MultiIndex, linear: ectype.LinearIndex, queries: npt.NDArray[np.uint8]
) -> int:
    ours, scan = index.within(queries, RADIUS), linear.within(queries, RADIUS)
    if any(not np.array_equal(a, b) for a, b in zip(ours, scan)):
        raise SystemExit("MultiIndex and LinearIndex find different rows")
    return len(ours.row)


def faiss_index(
    rows: hash_data.Hashes, setting: tuple[int, int, int]
) -> faiss.IndexBinaryMultiHash:
    tables, bits, flips = setting
    index = faiss.IndexBinaryMultiHash(256, tables, bits)
    index.nflip = flips
    index.add(rows)
    return index


def against_faiss(data: hash_data.Data, round_count: int) -> bool:
    """A million hashes: time a query, over the batch."""
    index = ectype.MultiIndex(data.rows, threads=1)
    hits = same_as_scan(index, ectype.LinearIndex(data.rows), data.queries)
    cases: dict[str, Callable[[], object]] = {
        "ectype.MultiIndex": lambda: index.within(data.queries, RADIUS)
    }
    for setting in FAISS_SETTINGS[:2]:
        peer = faiss_index(data.rows, setting)
        found = peer.range_search(data.queries, RADIUS + 1)[0][-1]
        if found != hits:
            raise SystemExit(f"faiss {setting} finds {found} of {hits} rows")
        cases[f"faiss IndexBinaryMultiHash{setting}"] = lambda peer=peer: peer.range_search(
            data.queries, RADIUS + 1
        )
    times = rounds.alternate(cases, round_count)
    print(f"{len(data.rows):,} rows, {BATCH} queries at once, radius {RADIUS}, {hits} hits\n")
    rounds.print_times(times)
    best = min(list(times)[1:], key=lambda name: statistics.median(times[name].wall))
    return rounds.print_bars(
        times, [rounds.Bar(f"{best} / ectype", best, "ectype.MultiIndex", at_least=50)]
    )


def of_ours(data: hash_data.Data, round_count: int) -> bool:
    """Ten million hashes: building, searching, opening, changing."""
    built: list[ectype.MultiIndex] = []
    _, build = timed(lambda: built.append(ectype.MultiIndex(data.rows, threads=1)))
    index = built[0]
    hits = same_as_scan(index, ectype.LinearIndex(data.rows), data.queries[:64])
    times = rounds.alternate({"": lambda: index.within(data.queries, RADIUS)}, round_count)[""]
    query = 1e6 * statistics.median(times.wall) / len(data.queries)
    print(f"{len(data.rows):,} rows: {data.origin}; {hits} hits of 64 queries as the scan\n")
    rows = [
        bar("build, CPU", build, "s", 8),
        bar("a query of a batch", query, "us", 150),
        bar("bytes a hash beyond it", index.overhead_bytes / len(data.rows), "bytes", 64),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        index.save(path)
        opened: list[ectype.MultiIndex] = []
        wall, _ = timed(lambda: opened.append(ectype.MultiIndex.open(path)))
        rows.append(bar("open a mapped file", 1e3 * wall, "ms", 5))
        first, _ = timed(lambda: opened[0].within(data.queries[:1], RADIUS))
        rows.append(
            ["its first query (checks blocks, measures costs)", f"{1e3 * first:.4g} ms", "", ""]
        )
        fresh = ectype.MultiIndex.open(path)
        checked, _ = timed(fresh.verify)
        size = path.stat().st_size / 1e9
        rows.append([f"check all blocks, {size:.3g} GB", f"{1e3 * checked:.4g} ms", "", ""])
        mapped = rounds.alternate({"": lambda: opened[0].within(data.queries, RADIUS)}, 5)[""]
        per_query = 1e6 * statistics.median(mapped.wall) / len(data.queries)
        rows.append(["a query of a batch, mapped", f"{per_query:.4g} us", "", ""])
        changing = ectype.SearchIndex.open(path)
        more = hash_data.make_data(1000, 4, None, seed=2).rows
        changing.within(more[:1])
        add, _ = timed(lambda: changing.add(more))
        assert len(data.rows) + 7 in changing.within(more[7:8], 0).row
        remove, _ = timed(lambda: changing.remove(range(0, len(data.rows), len(data.rows) // 1000)))
        assert 0 not in changing.within(data.rows[:1], 0).row
        rows.append(bar("add 1,000 rows", 1e3 * add, "ms", 10))
        rows.append(bar("remove 1,000 rows", 1e3 * remove, "ms", 10))
    return report(rows) and two_threads(index, data)


def two_threads(index: ectype.MultiIndex, data: hash_data.Data) -> bool:
    """Throughput of two threads over that of one; reported, since other load hides it."""

    def work() -> None:
        for _ in range(4):
            index.within(data.queries, RADIUS)

    ratios = []
    for _ in range(7):
        one, _ = timed(work)
        threads = [threading.Thread(target=work) for _ in range(2)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ratios.append(2 * one / (time.perf_counter() - start))
    ratio = statistics.median(ratios)
    return report(
        [
            [
                "throughput of two threads / one",
                f"{ratio:.3g}",
                ">= 1.8",
                "yes" if ratio >= 1.8 else "NO",
            ]
        ]
    )


def joins(data: hash_data.Data, limit: float | None) -> bool:
    pairs: list[ectype.Pairs] = []
    wall, cpu = timed(lambda: pairs.append(ectype.self_join(data.rows, RADIUS)))
    what = f"self-join of {len(data.rows):,} at {RADIUS}, CPU ({len(pairs[0].a):,} pairs)"
    rows = [bar(what, cpu, "s", limit)] if limit else [[what, f"{cpu:.4g} s", "", ""]]
    sample = data.rows[:: max(1, len(data.rows) // 50_000)][:50_000]
    found = ectype.self_join(sample, RADIUS)
    # Equal rows count as one there: of each pair of the scan the first rows are kept.
    _, first, same = np.unique(sample, axis=0, return_index=True, return_inverse=True)
    first_row = first[same.ravel()]
    scan = ectype.LinearIndex(sample).within(sample, RADIUS)
    kept = (
        (first_row[scan.query] == scan.query)
        & (first_row[scan.row] == scan.row)
        & (scan.query < scan.row)
    )
    expected = set(zip(scan.query[kept].tolist(), scan.row[kept].tolist()))
    expected |= {(int(a), b) for b, a in enumerate(first_row) if a != b}
    equal = expected == set(zip(found.a.tolist(), found.b.tolist()))
    rows.append(["equal to brute force on 50,000", str(equal), "True", "yes" if equal else "NO"])
    return report(rows)


def huge(bits: int, count: int, radii: tuple[int, ...], limit: float | None) -> bool:
    """Uniform hashes, made in place."""
    random = np.random.default_rng(3)
    width = bits // 8
    hashes = np.empty((count, width), np.uint8)
    for at in range(0, count, MILLION):
        hashes[at : at + MILLION] = np.frombuffer(
            random.bytes(width * min(MILLION, count - at)), np.uint8
        ).reshape(-1, width)
    queries = hashes[random.choice(count, 512)].copy()
    queries[:, 0] ^= 0x55
    rows: Table = []
    for radius in radii:
        built: list[ectype.MultiIndex] = []
        wall, cpu = timed(lambda: built.append(ectype.MultiIndex(hashes, radius=radius, threads=2)))
        index = built[0]
        times = rounds.alternate({"": lambda: index.within(queries, radius)}, 5)[""]
        query = 1e6 * statistics.median(times.wall) / len(queries)
        what = f"{count:,} of {bits} bits, radius {radius}"
        rows.append([f"{what}: build", f"{wall:.4g} s ({cpu:.4g} s CPU)", "", ""])
        rows.append(
            [f"{what}: beyond the hash", f"{index.overhead_bytes / count:.3g} bytes", "", ""]
        )
        barred = limit is not None and radius == radii[0]
        rows.append(
            bar(f"{what}: a query", query, "us", limit)
            if barred and limit
            else [f"{what}: a query", f"{query:.4g} us", "", ""]
        )
        if len(set(index.within(queries, radius).query.tolist())) != len(queries):
            raise SystemExit("a row that is there was not found")
        del index, built
    rows.append(bar("most memory of this process", peak_gigabytes(), "GB", 16))
    return report(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="photos to make hashes from")
    parser.add_argument("--large", action="store_true", help="10 million hashes too (about 4 GB)")
    parser.add_argument(
        "--huge", choices=("256", "128"), help="only 100M of 256 or 64M of 128 bits"
    )
    parser.add_argument("--rounds", type=int, default=rounds.ROUNDS)
    arguments = parser.parse_args()
    faiss.omp_set_num_threads(1)
    print(f"- {native.cpu_model()}; ectype {ectype.version()}, CPU level {ectype.cpu_level()}")
    print(
        f"- faiss {faiss.__version__} ({faiss.get_compile_options().strip()}), one thread\n",
        flush=True,
    )
    if arguments.huge == "128":
        return 0 if huge(128, 64 * MILLION, (12, 16), 50) else 1
    if arguments.huge == "256":
        return 0 if huge(256, 100 * MILLION, (RADIUS,), None) else 1
    data = hash_data.make_data(MILLION, BATCH, arguments.folder)
    met = against_faiss(data, arguments.rounds)
    met &= joins(data, 2)
    if arguments.large:
        data = hash_data.make_data(10 * MILLION, BATCH, arguments.folder)
        met &= of_ours(data, arguments.rounds)
        met &= joins(data, None)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
