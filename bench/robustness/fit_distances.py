"""How near unrelated pictures are by each hash, measured on the part dev.

    python bench/robustness/fit_distances.py [--cache DIR] [--write src/match/distance_tails.cpp]

Prints the distances at which unrelated pictures are matched at some rates.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    __package__ = "robustness"
    import robustness  # noqa: F401

from .extraction import Plan
from .fusion import cpp
from .fusion.distances import DistanceTail, measure
from .fusion.fit_run import begin
from .thresholds import rate_text

RATES = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)


def main(arguments: Sequence[str] | None = None) -> int:
    run = begin(__doc__, arguments, ["ectype.thorough", "family"])
    tails = measure(run.cache, run.plan, run.pairs)
    run.write_source(cpp.tails_source(tails, provenance(run.plan)))
    print(report(tails))
    return 0


def provenance(plan: Plan) -> list[str]:
    return [
        f"{datetime.date.today()}; {len(plan.queries)} query photos of the part dev under"
        f" {len(plan.transformations) - 2} transformations, against"
        f" {len(plan.collection.photos)} references, without pairs of a PDQ (of GradientGrid, a"
        " GradientGrid) quality under 50. Beyond the 30 nearest pairs the rates are extrapolated,"
        " rather too high.",
    ]


def report(tails: Sequence[DistanceTail]) -> str:
    header = ["hash, probes x regions", "pairs", "measured from", *map(rate_text, RATES)]
    lines = [header, ["---"] * len(header)]
    for tail in tails:
        # The largest distance whose rate is at most this; -1: not even 0.
        steps = [int(np.searchsorted(tail.rates, rate, side="right")) - 1 for rate in RATES]
        distances = [str(step * tail.kind.step) if step >= 0 else "-" for step in steps]
        lines.append([tail.kind.title, f"{tail.pairs:,}", str(tail.measured_from), *distances])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
