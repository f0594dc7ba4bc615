"""The photos of a folder, their groups and known duplicates, and the two parts of the queries."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

_SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DEFAULT_FOLDER = Path(os.environ.get("ECTYPE_DATA", _SHARED_DATA)) / "photos"
#: Pairs that our photos' `duplicates.csv` lacks, found as false matches of keypoints and confirmed
#: by what the manifest says of their sources.
_FOUND_DUPLICATES = Path(__file__).with_name("found_duplicates.csv")
SUFFIXES = {".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}

#: Longer side, in pixels, of a reference: what a hash set's owner may well keep.
REFERENCE_SIDE = 512
#: Longer side, in pixels, of what the transformations are applied to: see bench/README.md.
WORKING_SIDE = 1024

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Photo:
    """``name`` is the path in its folder; it seeds the random choices."""

    name: str
    path: Path
    group: str
    sha256: str


class Collection(NamedTuple):
    """All photos, sorted by name, and pairs of names that are not to count as different."""

    photos: list[Photo]
    duplicates: frozenset[tuple[str, str]]

    def are_duplicates(self, a: Photo, b: Photo) -> bool:
        return a.sha256 == b.sha256 or (a.name, b.name) in self.duplicates

    def are_related(self, a: Photo, b: Photo) -> bool:
        """Whether the pair says nothing about false matches: same photo, scene or duplicate."""
        same_group = bool(a.group) and a.group == b.group
        return a.name == b.name or same_group or self.are_duplicates(a, b)

    def partner(self, photo: Photo, seed: int) -> Photo:
        """Another photo that has nothing to do with this one; for collages."""
        for step in range(len(self.photos)):
            other = self.photos[(seed + step) % len(self.photos)]
            if not self.are_related(photo, other):
                return other
        raise SystemExit(f"no photo in the folder is unrelated to {photo.name}: add photos")


def read_collection(folder: Path) -> Collection:
    """Reads `manifest.csv` and `duplicates.csv` where they are; else takes all pictures."""
    if not folder.is_dir():
        raise SystemExit(f"{folder} is not a folder: name one that holds photos")
    manifest = folder / "manifest.csv"
    if manifest.is_file():
        groups = {row["file"]: row.get("group") or "" for row in _rows(manifest)}
    else:
        files = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        groups = {path.relative_to(folder).as_posix(): "" for path in files if path.is_file()}
    photos = [_photo(folder, name, groups[name]) for name in sorted(groups)]
    if len(photos) < 2:
        raise SystemExit(f"{folder} holds {len(photos)} photos: two are the least")
    lists = [path for path in (folder / "duplicates.csv", _FOUND_DUPLICATES) if path.is_file()]
    pairs = [(row["file_a"], row["file_b"]) for path in lists for row in _rows(path)]
    return Collection(photos, frozenset(pairs + [(b, a) for a, b in pairs]))


def split_of(photo: Photo) -> str:
    """"dev" or "test", by the group or the name alone: adding photos moves none of them."""
    key = photo.group or photo.name
    return "test" if hashlib.sha256(key.encode()).digest()[0] & 1 else "dev"


def choose_queries(photos: Sequence[Photo], split: str, count: int | None) -> list[Photo]:
    """Photos of one part ("dev", "test" or "all"), or ``count`` of them at even steps."""
    part = [photo for photo in photos if split in ("all", split_of(photo))]
    if count is None or count >= len(part):
        return part
    return [part[index * len(part) // count] for index in range(count)]


def read_photo(path: Path) -> Pixels:
    """RGB pixels (H, W, 3), upright; what is transparent is composed on gray."""
    try:
        with Image.open(path) as picture:
            upright = ImageOps.exif_transpose(picture)
            if upright.has_transparency_data:
                gray = Image.new("RGBA", upright.size, (128, 128, 128, 255))
                upright = Image.alpha_composite(gray, upright.convert("RGBA"))
            return np.asarray(upright.convert("RGB"))
    except OSError as error:
        raise SystemExit(f"{path} cannot be read: {error}; take it out of the folder") from error


def reduce_to(pixels: Pixels, side: int) -> Pixels:
    """Reduced by area to a longer side of at most ``side`` pixels; never enlarged."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _photo(folder: Path, name: str, group: str) -> Photo:
    path = folder / name
    try:
        return Photo(name, path, group, hashlib.sha256(path.read_bytes()).hexdigest())
    except OSError as error:
        raise SystemExit(f"{path} cannot be read: {error}; mend manifest.csv") from error
