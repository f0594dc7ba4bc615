"""Fits how much the evidence of the levels `standard` and `thorough` says, on the part dev.

    python bench/robustness/fit.py [--cache DIR] [--write src/match/evidence_tables.cpp]

Prints what recall, false matches and matches of the same scene to expect.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    __package__ = "robustness"
    import robustness  # noqa: F401

from .extraction import Plan
from .fusion import cpp
from .fusion.evidence import Evidence, Tables, fit_tables, gather, scores
from .fusion.fit_run import begin
from .fusion.pairs import LEAST_QUALITY, LEVELS, NO_DISTANCE
from .fusion.tail import Tail, fit_tail, rates_at
from .thresholds import rate_text
from .transformations import TRANSFORMATIONS

RATES = (1e-4, 1e-5, 1e-6)
#: Enough for the rates of the protocol and the fit of the tail.
_HIGHEST = 20_000
#: PDQ distances of candidates for which the distance of GradientGrid is looked up.
_RADII = (50, 60, 70, 80, 85, 90, 95, 100)


class Scored:
    """The scores of a level, and the thresholds at which unrelated pairs are accepted."""

    def __init__(self, evidence: Evidence, tables: Tables, level: str) -> None:
        self.all = scores(evidence, tables, level)
        self.own = evidence.of_own(self.all)
        self.same_scene = self.all[evidence.same_scene]
        unrelated = self.all[evidence.unrelated]
        self.pairs = unrelated.size
        count = min(_HIGHEST, self.pairs)
        least = np.partition(unrelated, self.pairs - count)[self.pairs - count]
        self.unrelated = np.sort(unrelated[unrelated >= least])
        where = np.nonzero(evidence.unrelated & (self.all >= least))
        self.tail = fit_tail(self.all[where], where[1])
        self.by_score = unrelated

    def threshold(self, rate: float) -> int:
        """The least score that at most this share of the unrelated pairs reaches."""
        return int(self.unrelated[-1 - int(rate * self.pairs)]) + 1

    def rates(self) -> npt.NDArray[np.float64]:
        return rates_at(cpp.SCORES, self.by_score, self.pairs, self.tail)


def main(arguments: Sequence[str] | None = None) -> int:
    run = begin(__doc__, arguments, [f"ectype.{level}" for level in LEVELS])
    evidence = gather(run.cache, run.plan, run.pairs)
    tables = fit_tables(evidence)
    scored = {name: Scored(evidence, tables, name) for name in LEVELS}
    rates = {name: each.rates() for name, each in scored.items()}
    run.write_source(cpp.source(tables, rates, provenance(run.plan, scored)))
    print(report(evidence, scored))
    return 0


def provenance(plan: Plan, scored: dict[str, Scored]) -> list[str]:
    pairs = next(iter(scored.values())).pairs
    return [
        f"{datetime.date.today()}; {len(plan.queries)} query photos of the part dev under"
        f" {len(plan.transformations)} transformations, {len(plan.collection.photos)} references,"
        f" {pairs:,} unrelated pairs (of {len(plan.queries) * len(plan.collection.photos):,} pairs"
        " of photos: they depend on each other).",
        f"Hashes of a quality of {LEAST_QUALITY} or more; {', '.join(map(str, LEVELS.values()))}.",
        *(f"{name}: {_tail_text(each.tail)}" for name, each in scored.items()),
    ]


def _tail_text(tail: Tail) -> str:
    low, high = tail.slope_interval
    return (
        f"beyond the 30 highest unrelated pairs the rates are extrapolated, {low:.4f} a hundredth"
        f" of a nat in the log; fitted to 300 pairs of {tail.photos} photos {tail.slope:.4f}"
        f" ({low:.4f} to {high:.4f}), generalised Pareto shape {tail.shape:.2f}"
        f" ({tail.shape_interval[0]:.2f} to {tail.shape_interval[1]:.2f})."
    )


def report(evidence: Evidence, scored: dict[str, Scored]) -> str:
    parts = [_summary(evidence, scored), _by_transformation(scored)]
    parts += [_candidates(evidence, each, name) for name, each in scored.items()]
    return "\n".join(parts)


def _table(header: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    rows = [header, ["---"] * len(header), *lines]
    return "".join(f"| {' | '.join(map(str, row))} |\n" for row in rows)


def _share(accepted: npt.NDArray[np.bool_]) -> float:
    return float(accepted.mean()) if accepted.size else 0.0


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"


def _summary(evidence: Evidence, scored: dict[str, Scored]) -> str:
    """Also of tables and thresholds of one half of the photos on the other."""
    halves = [np.arange(half, len(evidence.own), 2) for half in range(2)]
    parts = [evidence.part(half) for half in halves]
    fitted = [fit_tables(part) for part in parts]
    lines = []
    for name, each in scored.items():
        pairs = [(Scored(parts[i], fitted[i], name), Scored(parts[1 - i], fitted[i], name))
                 for i in range(2)]  # fmt: skip
        for rate in RATES:
            threshold = each.threshold(rate)
            crossed = [
                ((other.own >= here.threshold(rate)).mean(),
                 (other.unrelated >= here.threshold(rate)).sum() / other.pairs,
                 _share(other.same_scene >= here.threshold(rate)))
                for here, other in pairs
            ]  # fmt: skip
            recall, false, same = np.mean(crossed, axis=0)
            lines.append([
                name, rate_text(rate), threshold, _percent((each.own >= threshold).mean()),
                _percent(_share(each.same_scene >= threshold)), _percent(recall),
                f"{false:.1e}", _percent(same),
            ])  # fmt: skip
    header = ["level", "rate", "score", "recall", "same scene", "crossed: recall", "rate",
              "same scene"]  # fmt: skip
    tails = "".join(f"- {name}: {_tail_text(each.tail)}\n" for name, each in scored.items())
    return _table(header, lines) + "\n" + tails


def _by_transformation(scored: dict[str, Scored]) -> str:
    lines = []
    for number, transformation in enumerate(TRANSFORMATIONS):
        cells = [
            " / ".join(
                f"{100 * (each.own[number] >= each.threshold(rate)).mean():.1f}"
                for rate in (RATES[0], RATES[-1])
            )
            for each in scored.values()
        ]
        lines.append([transformation.name, *cells])
    return _table(["transformation", *scored], lines)


def _candidates(evidence: Evidence, each: Scored, level: str) -> str:
    """Which GradientGrid distance candidates must reach beside a PDQ distance and the keypoints, so
    that one in a thousand accepted copies is lost; and the unrelated pairs within either."""
    pdq, grid = evidence.of_own(evidence.pdq), evidence.of_own(evidence.grid)
    called = evidence.of_own(evidence.inliers[level]) > 0
    lines = []
    for rate in (RATES[0], RATES[-1]):
        accepted = each.own >= each.threshold(rate)
        allowed = int(0.001 * accepted.sum())
        for radius in _RADII:
            rest = np.sort(grid[accepted & ~called & (pdq > radius)])[::-1]
            least = int(rest[allowed]) if allowed < len(rest) else 0
            lines.append([
                rate_text(rate), radius, "-" if least == NO_DISTANCE else least,
                f"{(evidence.pdq[evidence.unrelated] <= radius).mean():.1e}",
                f"{(evidence.grid[evidence.unrelated] <= least).mean():.1e}",
            ])  # fmt: skip
    header = [f"{level}: rate", "PDQ", "GradientGrid", "unrelated by PDQ", "by GradientGrid"]
    return _table(header, lines)


if __name__ == "__main__":
    sys.exit(main())
