"""A folder of photos and modified copies of each, and what is known of their pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageOps

QUALITY = 90


def _reencoded(picture: Image.Image) -> tuple[Image.Image, int]:
    return picture, 50


def _half(picture: Image.Image) -> tuple[Image.Image, int]:
    size = (max(1, picture.width // 2), max(1, picture.height // 2))
    return picture.resize(size, Image.Resampling.LANCZOS), QUALITY


def _mirrored(picture: Image.Image) -> tuple[Image.Image, int]:
    return ImageOps.mirror(picture), QUALITY


def _brighter(picture: Image.Image) -> tuple[Image.Image, int]:
    return ImageEnhance.Brightness(picture).enhance(1.2), QUALITY


ORIGINAL, MIRROR = "original", "mirror"
COPIES: dict[str, Callable[[Image.Image], tuple[Image.Image, int]]] = {
    "q50": _reencoded,
    "half": _half,
    MIRROR: _mirrored,
    "bright": _brighter,
}


def _name(number: int, kind: str, suffix: str) -> str:
    return f"{number:05}-{kind}{suffix}"


def number_of(name: str) -> int:
    """Which photo a file of the folder is of."""
    return int(name.split("-")[0])


def kind_of(name: str) -> str:
    return Path(name).stem.split("-")[1]


def make(photos: list[Path], folder: Path) -> list[str]:
    """The photos as they are, and four copies of each as JPEG; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for number, path in enumerate(photos):
        original = folder / _name(number, ORIGINAL, path.suffix.lower())
        original.write_bytes(path.read_bytes())
        names.append(original.name)
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
        for kind, change in COPIES.items():
            name = _name(number, kind, ".jpg")
            changed, quality = change(picture)
            changed.save(folder / name, quality=quality)
            names.append(name)
    return names


@dataclass(frozen=True)
class Found:
    """Counts of pairs of files."""

    pairs: int
    copies: int  # of one photo
    all_copies: int  # that there are, of one photo
    upright: int  # of one photo, neither mirrored
    all_upright: int
    false: int  # of two photos that are not related

    @property
    def recall(self) -> float:
        return self.copies / self.all_copies

    @property
    def recall_upright(self) -> float:
        return self.upright / self.all_upright

    @property
    def precision(self) -> float:
        judged = self.copies + self.false
        return self.copies / judged if judged else 1.0


def judge(pairs: set[tuple[str, str]], photo_count: int, related: npt.NDArray[np.bool_]) -> Found:
    """`related`: photos that are of one scene, or duplicates; such pairs count neither way."""
    copies = upright = false = 0
    for a, b in pairs:
        one, other = number_of(a), number_of(b)
        if one == other:
            copies += 1
            upright += MIRROR not in (kind_of(a), kind_of(b))
        elif not related[one, other]:
            false += 1
    kinds = [ORIGINAL, *COPIES]
    each = len(list(combinations(kinds, 2)))
    each_upright = len(list(combinations([kind for kind in kinds if kind != MIRROR], 2)))
    return Found(len(pairs), copies, photo_count * each, upright, photo_count * each_upright, false)
