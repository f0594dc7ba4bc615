"""The methods of ectype."""

from __future__ import annotations

import ectype

from .base import Hamming, Pixels, Signature

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
