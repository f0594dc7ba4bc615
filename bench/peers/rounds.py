"""Alternating runs of several programs, and the medians and ratios of their times."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ROUNDS = 15


@dataclass
class Times:
    """Seconds a call, one entry a round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Bar:
    """What the ratio of two cases has to be; without bounds it is only reported."""

    name: str
    numerator: str
    denominator: str
    at_most: float | None = None
    at_least: float | None = None

    def __str__(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return f">= {self.at_least:g}" if self.at_least is not None else "none"

    def met_by(self, ratio: float) -> bool:
        if self.at_most is not None:
            return ratio <= self.at_most
        return self.at_least is None or ratio >= self.at_least


def _time(call: Callable[[], object], repeats: int) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - wall) / repeats, (time.process_time() - cpu) / repeats


def alternate(
    cases: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, repeats: int = 1
) -> dict[str, Times]:
    """Times every case once a round, after a call that does not count.

    Each round starts with another case, so that none is always the first after the slowest one.
    """
    for call in cases.values():
        call()
    names = list(cases)
    times = {name: Times() for name in names}
    for number in range(rounds):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            wall, cpu = _time(cases[name], repeats)
            times[name].wall.append(wall)
            times[name].cpu.append(cpu)
    return times


def median_ratio(numerator: list[float], denominator: list[float]) -> float:
    """Median of the ratios round by round: what slows a whole round down cancels out."""
    return statistics.median(a / b for a, b in zip(numerator, denominator))


def print_table(header: list[str], rows: list[list[str]]) -> None:
    """As Markdown, the columns aligned."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, ["-" * width for width in widths], *rows]:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
    print(flush=True)


def print_times(times: dict[str, Times]) -> None:
    print_table(
        ["", "wall ms", "CPU ms", "wall ms, least"],
        [
            [
                name,
                f"{1e3 * statistics.median(each.wall):.3f}",
                f"{1e3 * statistics.median(each.cpu):.3f}",
                f"{1e3 * min(each.wall):.3f}",
            ]
            for name, each in times.items()
        ],
    )


def print_bars(times: dict[str, Times], bars: list[Bar]) -> bool:
    """Whether every bar is met, by CPU time and by wall time."""
    rows = []
    all_met = True
    for bar in bars:
        a, b = times[bar.numerator], times[bar.denominator]
        wall, cpu = median_ratio(a.wall, b.wall), median_ratio(a.cpu, b.cpu)
        met = bar.met_by(wall) and bar.met_by(cpu)
        all_met &= met
        bounded = bar.at_most is not None or bar.at_least is not None
        verdict = ("yes" if met else "NO") if bounded else ""
        rows.append([bar.name, f"{wall:.2f}", f"{cpu:.2f}", str(bar), verdict])
    print_table(["median of the ratios", "wall", "CPU", "bar", "met"], rows)
    return all_met
