"""The levels of ectype, as `HashSet.match` finds copies."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ectype
import numpy as np
import numpy.typing as npt

from .base import Candidates, Compare, Method, Pixels, Signature

#: Least qualities of a hash that decides alone, and of one that speaks with others.
_DECIDES, _SPEAKS = 50, 25
#: The most that `HashSet.match` may be asked for.
_PER_MILLION = 100
#: At `strict`, for the curve.
_FARTHEST = 95


class Level(Method):
    """Each hash judges itself: a picture is usable where one hash is."""

    version = "1"
    level: str
    least_quality = _SPEAKS

    def reference(self, pixels: Pixels) -> Signature:
        return self._sign(pixels, "store")

    def query(self, pixels: Pixels) -> Signature:
        return self._sign(pixels, "query")

    def _sign(self, pixels: Pixels, purpose: str) -> Signature:
        signed = ectype.sign_level(pixels, level=self.level, purpose=purpose)
        speaks = any(
            quality >= self.least_quality and not degenerate
            for _, _, quality, degenerate, _ in signed.hashes
        )
        return Signature(np.frombuffer(signed.to_bytes(), np.uint8), 100 if speaks else 0)

    def stored_bytes(self, reference: Signature) -> int:
        return sum(len(variants[0]) for *_, variants in unpack(reference).hashes)

    def compare_with(self, references: Sequence[Signature]) -> Compare:
        pictures = {str(row): unpack(each) for row, each in enumerate(references)}
        known = {name: picture for name, picture in pictures.items() if picture.hashes}
        folder = tempfile.TemporaryDirectory()
        hash_set = ectype.HashSet.create(Path(folder.name) / "references.ectype")
        hash_set.add(list(known.values()), names=list(known), level=self.level)

        def compare(queries: Sequence[Signature], _folder: object = folder) -> Candidates:
            found = self._match(hash_set, [unpack(each) for each in queries])
            rows = np.array([int(name) for name in found.item], np.int64)
            return Candidates(found.query, rows, self._scores(found, len(known)))

        return compare

    def _match(self, hash_set: ectype.HashSet, queries: list[Any]) -> ectype.Matches:
        return hash_set.match(
            queries, level=self.level, false_matches_per_million=_PER_MILLION, threads=1
        )

    def _scores(self, found: ectype.Matches, items: int) -> npt.NDArray[Any]:
        return found.false_matches / items


class Strict(Level):
    """Its score is the distance."""

    name = "ectype.strict"
    level = "strict"
    least_quality = _DECIDES
    default_threshold = 31

    def _match(self, hash_set: ectype.HashSet, queries: list[Any]) -> ectype.Matches:
        return hash_set.match(queries, level="strict", radius=_FARTHEST, threads=1)

    def _scores(self, found: ectype.Matches, items: int) -> npt.NDArray[Any]:
        return found.distance


class Thorough(Level):
    name = "ectype.thorough"
    level = "thorough"
    default_threshold = 1e-6
    scores_are_rates = True


class Standard(Thorough):
    """Asks what `Thorough` asks."""

    name = "ectype.standard"
    level = "standard"
    queries_of = Thorough.name


def unpack(signature: Signature) -> ectype.LevelSignature:
    return ectype.LevelSignature.from_bytes(signature.data.tobytes())
