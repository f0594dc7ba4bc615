"""The methods of ectype."""

from __future__ import annotations

from collections.abc import Sequence

import ectype
import numpy as np

from .base import Candidates, Compare, Hamming, Method, Pixels, Signature, SquaredL2

PDQ_RADIUS = 31


class Pdq(Hamming):
    """PDQ as it is: one hash of the query."""

    name = "pdq"
    version = "pdq/1:exact"
    default_threshold = PDQ_RADIUS

    def reference(self, pixels: Pixels) -> Signature:
        return Signature(*ectype.pdq(pixels))


class PdqDihedral(Pdq):
    """The hashes of the eight mirrored and turned queries, from one DCT."""

    name = "pdq+dihedral"

    def query(self, pixels: Pixels) -> Signature:
        return Signature(*ectype.pdq_dihedral(pixels))


class GradientGrid(SquaredL2):
    """The descriptor as it is."""

    name = "gradient_grid"
    version = "gradient_grid/1"
    default_threshold = ectype.GRADIENT_GRID_RADIUS

    def reference(self, pixels: Pixels) -> Signature:
        return Signature(*ectype.gradient_grid(pixels))


class GradientGridVariants(GradientGrid):
    """The eight mirrored and turned queries, as they are and inverted."""

    name = "gradient_grid+variants"

    def query(self, pixels: Pixels) -> Signature:
        vector, quality = ectype.gradient_grid(pixels)
        return Signature(vector[ectype.GRADIENT_GRID_PERMUTATIONS], quality)


class Keypoints(Method):
    """The vote of those that the index calls up; the score is minus the inliers."""

    name = "keypoints"
    version = "keypoints/1"
    default_threshold = -5
    has_quality = False

    def reference(self, pixels: Pixels) -> Signature:
        return _packed(ectype.keypoints(pixels))

    def query(self, pixels: Pixels) -> Signature:
        return _packed(ectype.keypoints(pixels, query=True))

    def compare_with(self, references: Sequence[Signature]) -> Compare:
        index = ectype.KeypointIndex(_unpacked(references))

        def compare(queries: Sequence[Signature]) -> Candidates:
            found = index.match(_unpacked(queries), min_inliers=3)
            return Candidates(found.query, found.picture, -found.inliers)

        return compare


def _packed(signature: ectype.KeypointSignature) -> Signature:
    return Signature(np.frombuffer(signature.to_bytes(), np.uint8))


def _unpacked(signatures: Sequence[Signature]) -> list[ectype.KeypointSignature]:
    return [ectype.KeypointSignature.from_bytes(each.data.tobytes()) for each in signatures]
