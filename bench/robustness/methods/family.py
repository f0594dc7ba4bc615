"""The hashes of the family, all of one picture in one signature, for the tails of distances."""

from __future__ import annotations

from collections.abc import Sequence

import ectype
import numpy as np

from .base import Compare, Method, Pixels, Signature

ALGORITHMS = tuple(
    each for each in ectype.algorithms() if each.name not in ("pdq", "gradient_grid")
)
NAMES = tuple(each.name for each in ALGORITHMS)
HASHES = np.dtype([(each.name, np.uint8, (each.bytes,)) for each in ALGORITHMS])


class Family(Method):
    """Its quality is that of PDQ, as where methods of peers have none."""

    name = "family"
    version = "1"

    def reference(self, pixels: Pixels) -> Signature:
        results = ectype.sign(pixels, ["pdq", *NAMES])
        hashes = np.zeros(1, HASHES)
        for name in NAMES:
            hashes[name][0] = results[name][0]
        return Signature(np.frombuffer(hashes.tobytes(), np.uint8), results["pdq"][1])

    def compare_with(self, references: Sequence[Signature]) -> Compare:
        raise SystemExit("family is no method to compare by: see fit_distances.py")
