"""What a method is: signatures of references and queries, and scores between them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Union

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


class Signature(NamedTuple):
    """``data``: any array (structured ones too, no objects). ``quality``: 0 to 100; under
    `MIN_QUALITY`, the picture matches nothing."""

    data: npt.NDArray[Any]
    quality: int = 100


MIN_QUALITY = 50


class Candidates(NamedTuple):
    """Scores of some pairs: arrays of one length. What is not listed is no match."""

    query: npt.NDArray[np.integer[Any]]
    reference: npt.NDArray[np.integer[Any]]
    score: npt.NDArray[Any]

    def dense(self, query_count: int, reference_count: int) -> npt.NDArray[np.float64]:
        """As a matrix, infinite where nothing is listed; of several scores the least."""
        matrix = np.full((query_count, reference_count), np.inf)
        np.minimum.at(matrix, (self.query, self.reference), self.score)
        return matrix


#: Scores of queries: a matrix (queries, references), or candidates. The smaller, the nearer;
#: integers are kept as such. A likelihood ratio is a score with its sign (or its inverse) turned.
Compare = Callable[[Sequence[Signature]], Union[npt.NDArray[Any], Candidates]]


class Method(ABC):
    """One way to recognise copies, as a user would run it.

    ``name`` and ``version`` key the cache: raise the version where a signature changes. Without
    `default_threshold` (inclusive), nobody recommends one.
    """

    name: str
    version: str
    default_threshold: float | None = None
    #: Whether its signatures know how much they can be trusted; else PDQ's quality decides.
    has_quality: bool = True
    #: The method that makes the same signatures of queries, where another does: made once for both.
    queries_of: str | None = None
    #: Whether a score is itself the rate of false matches to expect: the threshold of that rate.
    scores_are_rates: bool = False

    @abstractmethod
    def reference(self, pixels: Pixels) -> Signature:
        """Of a known picture: RGB pixels (H, W, 3)."""

    def query(self, pixels: Pixels) -> Signature:
        """Of a picture in question, with all its variants."""
        return self.reference(pixels)

    @abstractmethod
    def compare_with(self, references: Sequence[Signature]) -> Compare:
        """Prepares the references (builds an index, say) for many calls."""

    def stored_bytes(self, reference: Signature) -> int:
        """What a set keeps of a picture."""
        return reference.data.nbytes


class Hamming(Method):
    """Packed bits: uint8, (bytes,), or (variants, bytes), of which the nearest counts."""

    def compare_with(self, references: Sequence[Signature]) -> Compare:
        known = _signs(np.stack([signature.data for signature in references]))

        def compare(queries: Sequence[Signature]) -> npt.NDArray[np.int32]:
            variants = np.stack([np.atleast_2d(signature.data) for signature in queries])
            count, variant_count, byte_count = variants.shape
            # Of vectors of -1 and 1, bits - 2 * distance is the inner product, exact in float.
            product = _signs(variants.reshape(-1, byte_count)) @ known.T
            nearest = product.reshape(count, variant_count, -1).max(axis=1)
            return np.asarray((8 * byte_count - nearest) / 2, np.int32)

        return compare


def _signs(packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    return np.unpackbits(packed, axis=1).astype(np.float32) * 2 - 1


class SquaredL2(Method):
    """Vectors: (length,), or (variants, length), of which the nearest counts. Of integers the
    distances are integers."""

    def compare_with(self, references: Sequence[Signature]) -> Compare:
        vectors = np.stack([signature.data for signature in references])
        known = vectors.astype(np.float64)
        known_norms = (known**2).sum(axis=1)

        def compare(queries: Sequence[Signature]) -> npt.NDArray[Any]:
            stacked = np.stack([np.atleast_2d(signature.data) for signature in queries])
            count, variant_count, length = stacked.shape
            asked = stacked.reshape(-1, length).astype(np.float64)
            norms = (asked**2).sum(axis=1)
            distances = norms[:, None] + known_norms - 2 * asked @ known.T
            nearest = distances.reshape(count, variant_count, -1).min(axis=1)
            whole = np.issubdtype(vectors.dtype, np.integer)
            return np.asarray(np.rint(nearest), np.int64) if whole else np.maximum(nearest, 0)

        return compare
