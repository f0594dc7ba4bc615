"""All that the levels `standard` and `thorough` look at, of one picture, in one signature."""

from __future__ import annotations

from collections.abc import Sequence

import ectype
import numpy as np

from .base import Compare, Method, Pixels, Signature
from .content_region import content_of

#: Of the two regions (whole, content): PDQ's eight dihedral hashes, GradientGrid, the qualities
#: (0 where there is no such region).
HEAD = np.dtype([
    ("pdq", np.uint8, (2, 8, 32)),
    ("grid", np.uint8, (2, 288)),
    ("pdq_quality", np.uint8, 2),
    ("grid_quality", np.uint8, 2),
    ("has_content", np.bool_),
])  # fmt: skip

#: GradientGrid refuses smaller sides, of which enough is left to describe.
_LEAST_GRID_SIDE = 50
_LEAST_SIDE = 24


class Evidence(Method):
    """Made for `fit`: its signature is a head and the bytes of the keypoints."""

    name = "evidence"
    version = "1"

    def reference(self, pixels: Pixels) -> Signature:
        return _sign(pixels, ectype.keypoints(pixels))

    def query(self, pixels: Pixels) -> Signature:
        return _sign(pixels, ectype.keypoints(pixels, query=True))

    def compare_with(self, references: Sequence[Signature]) -> Compare:
        raise SystemExit("evidence is no method to compare by: see fit.py")


def unpack(signature: Signature) -> tuple[np.void, ectype.KeypointSignature]:
    data = signature.data.tobytes()
    head = np.frombuffer(data[: HEAD.itemsize], HEAD)[0]
    return head, ectype.KeypointSignature.from_bytes(data[HEAD.itemsize :])


def _sign(pixels: Pixels, points: ectype.KeypointSignature) -> Signature:
    head = np.zeros(1, HEAD)
    content = content_of(pixels)
    head["has_content"] = content is not None
    for number, region in enumerate([pixels] if content is None else [pixels, content]):
        hashes, quality = ectype.pdq_dihedral(region)
        head["pdq"][0, number], head["pdq_quality"][0, number] = hashes, quality
        vector, quality = ectype.gradient_grid(_enlarged(region))
        head["grid"][0, number], head["grid_quality"][0, number] = vector, quality
    data = np.frombuffer(head.tobytes() + points.to_bytes(), np.uint8)
    return Signature(data, int(head["pdq_quality"].max()))


def _enlarged(pixels: Pixels) -> Pixels:
    """Each pixel as four where a side is too small: the same to GradientGrid's exact areas."""
    if _LEAST_SIDE <= min(pixels.shape[:2]) < _LEAST_GRID_SIDE:
        factor = -(-_LEAST_GRID_SIDE // min(pixels.shape[:2]))
        return np.ascontiguousarray(pixels.repeat(factor, 0).repeat(factor, 1))
    return pixels
