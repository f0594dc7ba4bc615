#!/usr/bin/env python3
"""Finds the pairs of copies in a folder with one tool, and prints them as JSON.

    pair_tools.py TOOL FOLDER THREADS [PROGRAM]

A program of its own, so that each library has its interpreter to itself. {"wall": seconds from the
folder to the pairs, without the imports of Python, "cpu": of all its processes, "pairs": [[name,
name], ...]}
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

Pairs = set[tuple[str, str]]
PHASH_RADIUS = 10  # of 64


def _pair(a: str, b: str) -> tuple[str, str]:
    a, b = Path(a).name, Path(b).name
    return (a, b) if a < b else (b, a)


def _pairs_within(groups: Iterable[Iterable[str]]) -> Pairs:
    return {_pair(a, b) for group in groups for a, b in combinations(group, 2)}


def _run(command: list[str], folder: str) -> None:
    """ectype uses its exit status to say what it found."""
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"{command}: {done.returncode}\n{done.stderr.decode()[-2000:]}")


def ectype_cluster(options: list[str]) -> Callable[[str, int, str], Pairs]:
    def find(folder: str, threads: int, program: str) -> Pairs:
        with tempfile.TemporaryDirectory() as temporary:
            rows = Path(temporary) / "rows.jsonl"
            command = [program, "cluster", folder, "-j", str(threads), "-o", str(rows)]
            _run([*command, *options], temporary)
            groups: defaultdict[int, list[str]] = defaultdict(list)
            for line in rows.read_text().splitlines():
                row = json.loads(line)
                if row["cluster"] is not None:
                    groups[row["cluster"]].append(row["path"])
        return _pairs_within(groups.values())

    return find


CZKAWKA_DEFAULT: list[str] = []
# The most that its help recommends for hashes of 16 x 16, and a filter that does not skip pixels.
CZKAWKA_FINE = ["-s", "20", "-z", "Lanczos3"]
CZKAWKA_MIRRORED = [*CZKAWKA_FINE, "--geometric-invariance", "mirror-flip"]


def czkawka(options: list[str]) -> Callable[[str, int, str], Pairs]:
    """Of files of any size, and without its cache of earlier runs."""

    def find(folder: str, threads: int, program: str) -> Pairs:
        with tempfile.TemporaryDirectory() as temporary:
            os.environ["CZKAWKA_CONFIG_PATH"] = os.environ["CZKAWKA_CACHE_PATH"] = temporary
            found = Path(temporary) / "found.json"
            command = [program, "image", "-d", folder, "-T", str(threads), "-C", str(found)]
            _run([*command, "-H", "-N", "-M", "-W", "-m", "1", *options], temporary)
            groups = json.loads(found.read_text())
        return _pairs_within([each["path"] for each in group] for group in groups)

    return find


def imagededup() -> Callable[[str, int, str], Pairs]:
    from imagededup.methods import PHash

    def find(folder: str, threads: int, _: str) -> Pairs:
        hasher = PHash(verbose=False)
        encodings = hasher.encode_images(image_dir=folder, num_enc_workers=threads)
        found = hasher.find_duplicates(encoding_map=encodings, max_distance_threshold=PHASH_RADIUS)
        return {_pair(name, other) for name, others in found.items() for other in others}

    return find


def _phash(path: str) -> Any:
    import imagehash
    from PIL import Image

    with Image.open(path) as picture:
        return imagehash.phash(picture).hash.ravel()


def imagehash_script(parallel: bool) -> Callable[[str, int, str], Pairs]:
    """What one writes: `imagehash.phash` of all files, and all against all with NumPy; in this
    process alone or in a pool of them."""
    import imagehash  # noqa: F401  (imported before the time is taken)
    import numpy as np

    def find(folder: str, threads: int, _: str) -> Pairs:
        paths = sorted(os.path.join(folder, name) for name in os.listdir(folder))
        if parallel:
            with multiprocessing.Pool(threads) as pool:
                hashes = pool.map(_phash, paths, chunksize=16)
                pool.close()
                pool.join()
        else:
            hashes = [_phash(path) for path in paths]
        bits = np.array(hashes, np.float32)
        ones = bits.sum(1)
        apart = ones[:, None] + ones - 2 * bits @ bits.T
        rows_a, rows_b = np.nonzero(np.triu(apart <= PHASH_RADIUS, 1))
        return {_pair(paths[a], paths[b]) for a, b in zip(rows_a, rows_b)}

    return find


TOOLS = {
    "ectype-cluster": partial(ectype_cluster, []),
    "ectype-cluster-wide": partial(ectype_cluster, ["--radius", "40"]),
    "czkawka": partial(czkawka, CZKAWKA_DEFAULT),
    "czkawka-fine": partial(czkawka, CZKAWKA_FINE),
    "czkawka-mirrored": partial(czkawka, CZKAWKA_MIRRORED),
    "imagededup": imagededup,
    "imagehash": partial(imagehash_script, True),
    "imagehash-plain": partial(imagehash_script, False),
}


def _cpu_seconds() -> float:
    """Of this process and of those that it has started and seen end."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    tool, folder, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    find = TOOLS[tool]()
    wall, cpu = time.perf_counter(), _cpu_seconds()
    pairs = find(folder, threads, sys.argv[4] if len(sys.argv) > 4 else "")
    wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
    json.dump({"wall": wall, "cpu": cpu, "pairs": sorted(pairs)}, sys.stdout)


if __name__ == "__main__":
    main()
