"""The registry of methods: one more is a line in `METHODS`."""

from __future__ import annotations

from collections.abc import Callable

from . import family, levels, ours, peers
from .base import MIN_QUALITY, Candidates, Compare, Hamming, Method, Pixels, Signature, SquaredL2

__all__ = [
    "MIN_QUALITY", "Candidates", "Compare", "Hamming", "Method", "Pixels", "Signature", "SquaredL2",
    "METHODS", "create", "query_maker",
]  # fmt: skip

#: Each makes a method, or raises ImportError where the package of a peer is not installed.
METHODS: dict[str, Callable[[], Method]] = {
    "pdq": ours.Pdq,
    "pdq+dihedral": ours.PdqDihedral,
    "gradient_grid": ours.GradientGrid,
    "gradient_grid+variants": ours.GradientGridVariants,
    "keypoints": ours.Keypoints,
    "ectype.strict": levels.Strict,
    "ectype.standard": levels.Standard,
    "ectype.thorough": levels.Thorough,
    "pdqhash": peers.PdqHash,
    "imagehash.phash": lambda: peers.ImageHash("phash"),
    "imagehash.dhash": lambda: peers.ImageHash("dhash"),
    "imagehash.whash": lambda: peers.ImageHash("whash"),
    "imagehash.average_hash": lambda: peers.ImageHash("average_hash"),
    "opencv.PHash": lambda: peers.OpenCvBits("PHash"),
    "opencv.BlockMeanHash": lambda: peers.OpenCvBits("BlockMeanHash"),
    "opencv.MarrHildrethHash": lambda: peers.OpenCvBits("MarrHildrethHash"),
    "opencv.ColorMomentHash": lambda: peers.OpenCvVector("ColorMomentHash"),
    "iscc.image": peers.IsccImage,
}


#: Signatures that the fits need: in the cache like those of the methods, but not compared.
_PARTS: dict[str, Callable[[], Method]] = {"family": family.Family}


def create(name: str) -> Method:
    """The method of that name."""
    return (METHODS | _PARTS)[name]()


def query_maker(method: Method) -> Method:
    """The method that makes its queries: itself, or another that makes the same."""
    return create(method.queries_of) if method.queries_of else method
