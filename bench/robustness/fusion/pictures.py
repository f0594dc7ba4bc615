"""What the levels have of pictures, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import ectype
import numpy as np
import numpy.typing as npt

from ..methods import Signature
from ..methods.levels import unpack

#: Of the two regions (whole, content): PDQ's eight dihedral hashes, GradientGrid, the qualities
#: (0 where there is no such region, or the hash is degenerate).
HEAD = np.dtype([
    ("pdq", np.uint8, (2, 8, 32)),
    ("grid", np.uint8, (2, 288)),
    ("pdq_quality", np.uint8, 2),
    ("grid_quality", np.uint8, 2),
])  # fmt: skip
_REGIONS = ("whole", "content")
_NO_POINTS = bytes([1, 0, 0, 4, 0, 4, 0, 0])  # version, sides of 1024, none


class Pictures(NamedTuple):
    """``points``: empty where a picture has none."""

    heads: npt.NDArray[Any]
    points: list[ectype.KeypointSignature]

    def have_points(self) -> npt.NDArray[np.bool_]:
        return np.array([len(points) > 0 for points in self.points])


def unpack_all(signatures: Sequence[Signature]) -> Pictures:
    heads = np.zeros(len(signatures), HEAD)
    points = []
    for head, signature in zip(heads, signatures):
        of_picture = _NO_POINTS
        for recipe, region, quality, degenerate, variants in unpack(signature).hashes:
            number = _REGIONS.index(region)
            kept = 0 if degenerate else quality
            if recipe.startswith("pdq/"):
                hashes = np.frombuffer(b"".join(variants), np.uint8).reshape(-1, 32)
                head["pdq"][number, : len(hashes)] = hashes
                head["pdq_quality"][number] = kept
            elif recipe.startswith("gradient_grid/"):
                head["grid"][number] = np.frombuffer(variants[0], np.uint8)
                head["grid_quality"][number] = kept
            else:
                of_picture = variants[0]
        points.append(ectype.KeypointSignature.from_bytes(of_picture))
    return Pictures(heads, points)
