"""Hash algorithms by name, several from one decode."""

from __future__ import annotations

import os
from typing import Any, Iterable, NamedTuple, Union

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import Error

Picture = Union[str, "os.PathLike[Any]", bytes, bytearray, memoryview, npt.NDArray[np.uint8]]


class Algorithm(NamedTuple):
    """What there is to know about a hash algorithm.

    ``metric`` is "hamming" or "squared_l2", ``bytes`` the size of a hash, ``default_radius`` the
    largest distance of a match (inclusive). ``quality`` says what the quality, 0 to 100, means.
    """

    name: str
    metric: str
    bytes: int
    default_radius: int
    summary: str
    source: str
    quality: str


class HashResult(tuple[npt.NDArray[np.uint8], int]):
    """``(hash, quality)`` with a few facts beside it.

    ``hash`` is uint8 of shape (bytes,), in the order of the hexadecimal text:
    ``hash.tobytes().hex()``; (8, 32) from `pdq_dihedral`, in the order of `TRANSFORMS`. ``quality``
    is an int from 0 to 100. ``degenerate`` is true where bits are noise: the picture is flat or
    symmetric. ``damage`` says what is wrong with a file that could be decoded in part only; it is
    empty for a whole one. From `sign`, ``recipe`` tells how the hash was made, and ``variants`` is
    (8, bytes) for algorithms that have the hashes of the dihedral transforms, else (1, bytes).
    """

    degenerate: bool
    damage: str
    recipe: str
    variants: npt.NDArray[np.uint8]

    def __new__(
        cls,
        hash: npt.NDArray[np.uint8],
        quality: int,
        degenerate: bool = False,
        damage: str = "",
        recipe: str = "",
        variants: npt.NDArray[np.uint8] | None = None,
    ) -> HashResult:
        self = super().__new__(cls, (hash, quality))
        self.degenerate = degenerate
        self.damage = damage
        self.recipe = recipe
        self.variants = np.atleast_2d(hash) if variants is None else variants
        return self

    @property
    def hash(self) -> npt.NDArray[np.uint8]:
        return self[0]

    @property
    def quality(self) -> int:
        return self[1]

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self[0], self[1], self.degenerate, self.damage, self.recipe, self.variants)


class Signature(dict[str, HashResult]):
    """Hashes by the name of their algorithm; one that refuses pictures of this size is not there.

    ``damage`` is empty for a whole file; ``intact`` is the share of the rows that it holds.
    """

    damage: str = ""
    intact: float = 1.0


def algorithms() -> list[Algorithm]:
    """All hash algorithms, "pdq" first."""
    return [Algorithm(*facts) for facts in _core.algorithms()]


def sign(
    picture: Picture,
    algorithms: Union[str, Iterable[str]] = "pdq",
    *,
    profile: str = "exact",
) -> Signature:
    """Hashes of several algorithms from one decode.

    ``algorithms`` is a name, a list of names, "phash,dhash" or "all". Raises `Error` for an unknown
    one, and for a picture that cannot be read.
    """
    names = algorithms if isinstance(algorithms, str) else ",".join(algorithms)
    hashes, damage, intact = _core.sign(picture, names, str(profile))
    signature = Signature(
        (name, HashResult(variants[0], quality, degenerate, damage, recipe, variants))
        for name, (variants, quality, degenerate, recipe) in hashes.items()
    )
    signature.damage = damage
    signature.intact = intact
    return signature


def _one(picture: Picture, name: str) -> HashResult:
    signature = sign(picture, name)
    if name not in signature:
        longest = 1 << 18
        raise Error(
            f"{name}: no row of the picture could be decoded, or it is longer than {longest} pixels",
            "unsupported",
        )
    return signature[name]


def _by_size(picture: Picture, name: str, hash_size: int) -> HashResult:
    if hash_size not in (8, 16):
        raise Error(f"hash_size={hash_size!r}: give 8 or 16", "invalid_argument")
    return _one(picture, name if hash_size == 8 else f"{name}_256")


def phash(picture: Picture, hash_size: int = 8) -> HashResult:
    """The DCT hash of ``imagehash.phash``, 64 bits or with ``hash_size=16`` 256.

    Equal to it, bit for bit, on arrays of uint8, (H, W) or (H, W, 3) RGB: luma and resampling are
    Pillow's. Where a coefficient lies so near to the median (1e-9) that the reference's bit is
    noise, the result is ``degenerate``. Of a JPEG file the Y plane is hashed, where ``imagehash``
    goes through RGB: a few bits may differ. The picture is hashed as shown (EXIF orientation
    applied), on gray where it is transparent. ``quality`` is the percentage of coefficients that
    lie at least a gray level of noise from the median.
    """
    return _by_size(picture, "phash", hash_size)


def dhash(picture: Picture, hash_size: int = 8) -> HashResult:
    """The difference hash of ``imagehash.dhash``; see `phash`. ``quality`` is the percentage of bits
    that one gray level in one pixel of the small picture does not turn; ``degenerate`` are
    pictures all of whose bits are equal."""
    return _by_size(picture, "dhash", hash_size)


def ahash(picture: Picture, hash_size: int = 8) -> HashResult:
    """The average hash of ``imagehash.average_hash``; see `phash`. ``quality`` is the percentage of
    pixels of the small picture at least a gray level from the mean; ``degenerate`` are pictures
    all of whose bits are equal."""
    return _by_size(picture, "ahash", hash_size)


def whash(picture: Picture, hash_size: int = 8) -> HashResult:
    """The Haar wavelet hash of ``imagehash.whash``; see `phash`. ``quality`` is the percentage of
    blocks whose mean is at least a gray level from the median; ``degenerate`` are pictures with a
    block on the median, where the reference's bit is noise."""
    return _by_size(picture, "whash", hash_size)


def iscc_image(picture: Picture, bits: int = 64) -> HashResult:
    """The digest of the ISCC Image-Code (ISO 24138:2024), 64 or 256 bits; `iscc_code` is its text.

    Equal to ``iscc_core.gen_image_code`` on the 32 x 32 gray levels, to which a picture is reduced
    by Pillow's bicubic filter; borders are not trimmed, and transparency is shown on gray.
    ``quality`` and ``degenerate`` as of `phash`, by the median of each block of 64 coefficients.
    """
    if bits not in (64, 256):
        raise Error(f"bits={bits!r}: give 64 or 256", "invalid_argument")
    return _one(picture, "iscc_image" if bits == 64 else "iscc_image_256")


def iscc_code(hash: npt.NDArray[np.uint8]) -> str:
    """The text of an ISCC Image-Code, "ISCC:EEA...", of a hash of `iscc_image`."""
    return _core.iscc_code(hash)
