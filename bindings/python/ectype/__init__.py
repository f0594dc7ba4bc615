"""Robust perceptual hashes of images, and exact search for the known original.

A match is a lead that a person must review, not proof.
"""

from __future__ import annotations

import os
from typing import Any, Iterable, NamedTuple, Union

import numpy as np
import numpy.typing as npt

from . import _core
from ._core import KeypointSignature, LevelSignature
from ._errors import Error
from ._family import (
    Algorithm,
    HashResult,
    Signature,
    ahash,
    algorithms,
    dhash,
    iscc_code,
    iscc_image,
    phash,
    sign,
    whash,
)
from ._hash_set import HashSet, Hub, Matches, MergeCounts, QuarantinedHash
from ._scan import Scan, scan
from ._worker import worker_if
from ._byte_index import ByteIndex, byte_entropy
from ._index import (
    Clusters,
    Hits,
    LinearIndex,
    MultiIndex,
    Pairs,
    SearchIndex,
    cluster,
    self_join,
)
from ._keypoints import (
    KeypointIndex,
    KeypointMatch,
    KeypointMatches,
    keypoints,
    vote_keypoints,
)

__all__ = [
    "Algorithm",
    "Batch",
    "ByteIndex",
    "Clusters",
    "Comparison",
    "LevelComparison",
    "LevelSignature",
    "Error",
    "GRADIENT_GRID_PERMUTATIONS",
    "GRADIENT_GRID_RADIUS",
    "HashResult",
    "HashSet",
    "Hits",
    "Hub",
    "KeypointIndex",
    "KeypointMatch",
    "KeypointMatches",
    "KeypointSignature",
    "LinearIndex",
    "Matches",
    "MergeCounts",
    "MultiIndex",
    "Pairs",
    "PdqResult",
    "QuarantinedHash",
    "Scan",
    "SearchIndex",
    "Signature",
    "TRANSFORMS",
    "ahash",
    "algorithms",
    "byte_entropy",
    "cluster",
    "compare",
    "compare_level",
    "cpu_level",
    "dhash",
    "explain_picture",
    "gradient_grid",
    "hash_files",
    "iscc_code",
    "iscc_image",
    "keypoints",
    "pdq",
    "pdq_dihedral",
    "phash",
    "scan",
    "self_join",
    "sign",
    "sign_level",
    "version",
    "vote_keypoints",
    "whash",
]

__version__: str = _core.version()

Picture = Union[str, "os.PathLike[Any]", bytes, bytearray, memoryview, npt.NDArray[np.uint8]]

#: Names of the eight dihedral transforms, in the order of `pdq_dihedral`.
TRANSFORMS: tuple[str, ...] = _core.TRANSFORMS


#: ``hash[GRADIENT_GRID_PERMUTATIONS]`` is uint8 (16, 288): the hashes of the eight dihedral
#: transforms, in the order of `TRANSFORMS`, then those of the same of the inverted picture.
GRADIENT_GRID_PERMUTATIONS: npt.NDArray[np.uint16] = _core.gradient_grid_permutations()
GRADIENT_GRID_PERMUTATIONS.setflags(write=False)

#: Largest squared L2 distance of a match of gradient grids, inclusive.
GRADIENT_GRID_RADIUS: int = _core.GRADIENT_GRID_RADIUS


#: What `pdq` returns.
PdqResult = HashResult


class Comparison(NamedTuple):
    """What `compare` found. ``verdict`` is "match", "no match" or "low quality"."""

    verdict: str
    distance: int
    transform: str
    recipe: str
    quality_a: int
    quality_b: int
    damage_a: str
    damage_b: str
    explanation: str


class LevelComparison(NamedTuple):
    """What `compare` found at a level. ``verdict`` is "match", "no match" or "low quality".

    ``false_matches_per_million``: of a million comparisons of unrelated pictures, how many give
    evidence as strong. ``evidence``: (recipe, distance, inliers), the most telling first, -1 for
    what there is not.
    """

    verdict: str
    false_matches_per_million: float
    evidence: list[tuple[str, int, int]]
    damage_a: str
    damage_b: str
    explanation: str


class Batch(NamedTuple):
    """One row a file, in the order given.

    ``hashes``: uint8 (n, 32), zeros where a file has none. ``qualities``: int16 (n,), -1 where a
    file has no hash. ``outcomes`` and ``reasons``: str.
    """

    hashes: npt.NDArray[np.uint8]
    qualities: npt.NDArray[np.int16]
    outcomes: list[str]
    reasons: list[str]


def version() -> str:
    """Version of the library."""
    return _core.version()


def cpu_level() -> str:
    """The distance kernels in use: "scalar", "avx2", "avx512", "amx" or "neon"."""
    return _core.cpu_level()


def pdq(picture: Picture, *, profile: str = "exact") -> PdqResult:
    """PDQ hash and quality of a picture.

    ``picture`` is a path, encoded bytes, or an array of uint8, (H, W) gray or (H, W, 3) RGB, of any
    stride. ``profile="fast"`` may decode a JPEG at a reduced size, within 2 bits. A picture with a
    side under 5 pixels has the zero hash and quality 0. Raises `Error`.
    """
    return PdqResult(*_core.pdq(picture, str(profile)))


def pdq_dihedral(picture: Picture, *, profile: str = "exact") -> PdqResult:
    """As `pdq`, for the eight dihedral transforms from one decode; see `TRANSFORMS`."""
    return PdqResult(*_core.pdq_dihedral(picture, str(profile)))


def gradient_grid(picture: Picture) -> HashResult:
    """GradientGrid and quality of a picture: uint8 (288,), compared by squared L2 distance.

    ``picture`` as of `pdq`. The hashes of the mirrored, turned and inverted picture are
    permutations of the bytes: see `GRADIENT_GRID_PERMUTATIONS`; `GRADIENT_GRID_RADIUS` is the
    default radius. A picture with a side under 32 pixels has zeros and quality 0. Raises `Error`.
    """
    return HashResult(*_core.gradient_grid(picture))


def compare(
    a: Picture, b: Picture, *, algorithm: str = "pdq", radius: int | None = None
) -> Comparison:
    """Whether two pictures are copies of each other, by one hash; the radius is inclusive, and by
    default that of the algorithm."""
    return Comparison(**_core.compare(a, b, algorithm, radius))


def compare_level(
    a: Picture | LevelSignature,
    b: Picture | LevelSignature,
    *,
    level: str = "standard",
    false_matches_per_million: float = 1.0,
) -> LevelComparison:
    """Whether ``a`` would be found as a copy of the known picture ``b``: see `HashSet.match`.

    ``level`` is "standard" or "thorough"; `compare` is what "strict" does. Of pictures that were
    signed already (`sign_level`: ``a`` as a query, ``b`` to be stored) the signatures are taken.
    """
    return LevelComparison(**_core.compare_level(a, b, str(level), false_matches_per_million))


def explain_picture(
    a: Picture, b: Picture, *, level: str = "standard", clear: bool = False
) -> bytes:
    """What `compare_level` stands on, as a PNG file: both pictures side by side, gray and blurred
    (``clear``: not blurred). ``a`` is turned as the evidence says; yellow frames the parts that
    keypoints find in both, blue the content without borders; a third panel has the cells of
    GradientGrid, green where edges agree, red where they do not."""
    return _core.explain_picture(a, b, str(level), bool(clear))


def sign_level(
    picture: Picture, *, level: str = "standard", purpose: str = "query"
) -> LevelSignature:
    """The hashes that a level needs of a picture, from one decode: what `HashSet.match` looks for
    (``purpose="query"``), or what `HashSet.add` keeps ("store").

    Both take it instead of the picture. It can be pickled, or written by ``to_bytes``, and so be
    made elsewhere. ``hashes``: (recipe, region, quality, degenerate, variants as bytes) each;
    ``content``: left, top, right and bottom of what borders enclose, in fractions, or None.
    """
    return _core.sign_level(picture, str(level), str(purpose))


def hash_files(
    paths: Iterable[Union[str, "os.PathLike[Any]"]],
    threads: int = 0,
    *,
    profile: str = "exact",
    isolate: bool = False,
) -> Batch:
    """Hash files on ``threads`` threads (0: one a core). Never raises for what is wrong with one.

    ``isolate``: decode in worker processes that may open nothing, so that a file that crashes its
    decoder, or takes longer than a minute, is "crashed" or "timed_out", and the others are hashed.
    """
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise Error("give a list of paths, not one path", "invalid_argument")
    return Batch(*_core.hash_files(paths, threads, str(profile), worker_if(isolate)))
