#!/usr/bin/env python3
"""From a folder to its pairs of copies: ectype beside tools that find duplicates.

    python bench/peers/folder_pairs.py [PHOTOS] --ectype PROGRAM [--czkawka PROGRAM]
                                       [--imagededup PYTHON]

Makes a folder of the photos and four copies of each (JPEG of quality 50, half the size, mirrored,
brighter) and measures `ectype cluster` (a) as it is and (a') with a radius of 40; (b) czkawka_cli in
three settings; (c) imagededup, PHash; (d) a plain script with imagehash.phash and NumPy, and (d') the
same with a pool of processes. A peer that is not given is left out. Times of Python's libraries are
without their imports, which is to their favour, and ectype's are of whole programs. A bar, in files
a second, is met where one of ectype's ways is so much faster by wall time, its recall is not lower
and it has no more false pairs; CPU time is shown beside it. Exit status 1 where one is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import copies
import native
import numpy as np
import photos
import rounds
from family import related

AT_LEAST = 5.0
PAIR_TOOLS = Path(__file__).with_name("pair_tools.py")


@dataclass
class Tool:
    name: str
    command: list[str]  # with what comes before and after the folder
    program: list[str] = field(default_factory=list)
    found: copies.Found | None = None
    times: rounds.Times = field(default_factory=rounds.Times)

    def run(self, folder: Path, threads: int) -> set[tuple[str, str]]:
        command = [*self.command, str(folder), str(threads), *self.program]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{self.name}: {done.stderr[-3000:]}")
        # Libraries print to stdout, too; ours is the last line.
        answer = json.loads(done.stdout.splitlines()[-1])
        self.times.wall.append(answer["wall"])
        self.times.cpu.append(answer["cpu"])
        return {(a, b) for a, b in answer["pairs"]}


def tools_of(arguments: argparse.Namespace) -> list[Tool]:
    def tool(name: str, which: str, program: str = "", python: str = sys.executable) -> Tool:
        return Tool(name, [python, str(PAIR_TOOLS), which], [program] if program else [])

    ours = str(arguments.ectype.resolve())
    tools = [
        tool("(a) ectype cluster", "ectype-cluster", ours),
        tool("(a') ectype cluster --radius 40", "ectype-cluster-wide", ours),
    ]
    if arguments.czkawka:
        czkawka = str(arguments.czkawka.resolve())
        tools += [
            tool("(b) czkawka_cli, by default", "czkawka", czkawka),
            tool("(b') czkawka_cli -s 20 -z Lanczos3", "czkawka-fine", czkawka),
            tool("(b'') the same, mirror-flip", "czkawka-mirrored", czkawka),
        ]
    else:
        print("- czkawka_cli is not given (--czkawka) and left out")
    if arguments.imagededup:
        tools.append(
            tool("(c) imagededup PHash", "imagededup", python=str(arguments.imagededup.absolute()))
        )
    else:
        print("- imagededup is not given (--imagededup) and left out")
    tools.append(tool("(d) imagehash.phash + NumPy", "imagehash-plain"))
    tools.append(tool("(d') the same, a pool of processes", "imagehash"))
    return tools


def print_found(tools: list[Tool], file_count: int) -> None:
    rows = []
    for tool in tools:
        assert tool.found is not None
        wall, cpu = statistics.median(tool.times.wall), statistics.median(tool.times.cpu)
        rows.append(
            [
                tool.name,
                f"{wall:.2f}",
                f"{cpu:.2f}",
                f"{file_count / wall:.0f}",
                f"{tool.found.pairs}",
                f"{100 * tool.found.recall:.1f} %",
                f"{100 * tool.found.recall_upright:.1f} %",
                f"{100 * tool.found.precision:.2f} %",
                f"{tool.found.false}",
            ]
        )
    header = ["", "wall s", "CPU s", "files a second", "pairs", "recall", "recall, none mirrored"]
    rounds.print_table([*header, "precision", "false pairs"], rows)


def print_bars(ours: list[Tool], peers: list[Tool]) -> bool:
    """Every peer beside the faster of ours whose recall is not lower."""
    all_met = True
    rows = []
    for peer in peers:
        for own in ours:
            assert own.found is not None and peer.found is not None
            wall = rounds.median_ratio(peer.times.wall, own.times.wall)
            cpu = rounds.median_ratio(peer.times.cpu, own.times.cpu)
            as_good = own.found.recall >= peer.found.recall and own.found.false <= peer.found.false
            met = wall >= AT_LEAST and as_good
            rows.append([own.name, peer.name, f"{wall:.2f}", f"{cpu:.2f}", f">= {AT_LEAST:g}"])
            rows[-1] += ["yes" if as_good else "no", "yes" if met else "NO"]
        all_met &= any(row[-1] == "yes" for row in rows[-len(ours) :])
    header = ["ectype", "peer", "wall, times", "CPU, times", "bar", "finds as much", "met"]
    rounds.print_table(header, rows)
    return all_met


def measure(arguments: argparse.Namespace, folder: Path) -> bool:
    files = photos.photo_files(arguments.photos)[: arguments.limit]
    if not files:
        raise SystemExit("no photos; name a folder of them")
    names = copies.make(files, folder)
    same_scene = related(files[0].parent, files)
    print(f"- {native.cpu_model()}; {arguments.threads} threads for each that can")
    print(
        f"- {len(names)} files: {len(files)} photos of {files[0].parent} and their copies", end=""
    )
    print(f"; {int(np.triu(same_scene, 1).sum())} pairs of photos count neither way")
    tools = tools_of(arguments)
    for tool in tools:
        tool.found = copies.judge(tool.run(folder, arguments.threads), len(files), same_scene)
        tool.times = rounds.Times()
    print(f"- {arguments.rounds} alternating rounds, after one that does not count\n")
    for number in range(arguments.rounds):
        start = number % len(tools)
        for tool in tools[start:] + tools[:start]:
            tool.run(folder, arguments.threads)
    print_found(tools, len(names))
    ours = [tool for tool in tools if tool.name.startswith("(a")]
    return print_bars(ours, [tool for tool in tools if tool not in ours])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="?", type=Path)
    parser.add_argument("--ectype", type=Path, required=True, help="the command")
    parser.add_argument("--czkawka", type=Path, help="czkawka_cli")
    parser.add_argument("--imagededup", type=Path, help="a Python that has imagededup")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int, help="so many photos only")
    parser.add_argument("--keep", type=Path, help="make the folder here, and leave it")
    arguments = parser.parse_args()
    if arguments.keep:
        return 0 if measure(arguments, arguments.keep) else 1
    with tempfile.TemporaryDirectory() as temporary:
        return 0 if measure(arguments, Path(temporary)) else 1


if __name__ == "__main__":
    sys.exit(main())
