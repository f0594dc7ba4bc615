"""A tree of any number of pictures, each a file of its own bytes, from a few hundred photos."""

from __future__ import annotations

import json
import shutil
import statistics
import struct
import sys
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))
import photos  # noqa: E402

LARGE, SMALL = (1632, 1224), (64, 64)
QUALITIES = (82, 88, 92)
GRAIN = 2.0  # standard deviation of the noise, in levels
FILES_PER_FOLDER = 1000


def _picture(path: Path | None, number: int, size: tuple[int, int]) -> Image.Image:
    if path is None:
        upright = photos.texture(*LARGE, seed=number)
    else:
        with Image.open(path) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    fitted = ImageOps.fit(upright, size, Image.Resampling.LANCZOS)
    if size == SMALL:
        return fitted
    # Photos that were enlarged would be smooth, and their files small.
    sharp = np.asarray(fitted.filter(ImageFilter.UnsharpMask(1.5, 60, 0)), np.float32)
    grain = np.random.default_rng(number).standard_normal(sharp.shape[:2], np.float32)
    noisy = (sharp + GRAIN * grain[:, :, None]).round().clip(0, 255)
    return Image.fromarray(noisy.astype(np.uint8))


def _encoded(picture: Image.Image, form: str, quality: int) -> bytes:
    target = BytesIO()
    options = {"quality": quality, "subsampling": "4:2:0"} if form == "JPEG" else {}
    picture.save(target, form, **options)
    return target.getvalue()


def _numbered(data: bytes, number: int) -> bytes:
    """With the number in a comment, so that no two files have a digest in common."""
    text = f"file {number}".encode()
    if data.startswith(b"\xff\xd8"):
        return data[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + data[2:]
    chunk = b"tEXtComment\0" + text
    header_end = 33  # the signature and IHDR
    framed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return data[:header_end] + framed + data[header_end:]


class Tree:
    """FOLDER/known: the pictures; FOLDER/tree: the files; FOLDER/tree.json when it is complete."""

    def __init__(self, folder: Path, files: int, distinct: int, small: bool) -> None:
        self.known, self.files = folder / "known", folder / "tree"
        self._count, self._distinct, self._small = files, distinct, small
        self._folder, self._done = folder, folder / "tree.json"
        self.bytes = 0  # of all files, once they are made

    @property
    def _setting(self) -> dict[str, int | bool]:
        return {"files": self._count, "distinct": self._distinct, "small": self._small}

    def path(self, number: int) -> Path:
        suffix = ".png" if self._is_png(number) else ".jpg"
        at = self.files / f"{number // FILES_PER_FOLDER:04}"
        return at / f"{number:07}{suffix}"

    def _is_png(self, number: int) -> bool:
        return self._small and number % self._distinct % 2 == 1

    def make(self, photo_folder: Path | None, max_bytes: float, min_free: float) -> None:
        """Goes on with one that was interrupted. Stops before the disk is full."""
        if self._done.is_file():
            made = json.loads(self._done.read_text())
            self.bytes = made.pop("bytes")
            if made != self._setting:
                raise SystemExit(f"{self._folder} holds another tree; remove it")
            return
        bases = self._make_known(photo_folder)
        mean = statistics.mean(statistics.mean(map(len, forms)) for forms in bases)
        expected = self._count * mean
        print(f"- {self._count} files of {mean / 1e3:.1f} KB in the mean", end="", flush=True)
        print(f", {expected / 1e9:.2f} GB", flush=True)
        if expected > max_bytes:
            raise SystemExit(f"over {max_bytes / 1e9:.0f} GB (--max-gigabytes)")
        for number in range(self._count):
            if number % FILES_PER_FOLDER == 0:
                self.path(number).parent.mkdir(parents=True, exist_ok=True)
                if shutil.disk_usage(self._folder).free < min_free:
                    raise SystemExit(f"stopped at {number} files: the disk is nearly full")
            again, distinct = divmod(number, self._distinct)
            data = _numbered(bases[distinct][again % len(bases[distinct])], number)
            path = self.path(number)
            if not path.exists() or path.stat().st_size != len(data):
                path.write_bytes(data)
            self.bytes += len(data)
        self._done.write_text(json.dumps({**self._setting, "bytes": self.bytes}))

    def _make_known(self, photo_folder: Path | None) -> list[list[bytes]]:
        """The encoded forms of each picture; those that are to be known are written too."""
        self.known.mkdir(parents=True, exist_ok=True)
        chosen: list[Path | None] = [*photos.photo_files(photo_folder)][: self._distinct]
        print(f"- {len(chosen)} of {self._distinct} pictures are photos, others synthetic texture")
        chosen += [None] * (self._distinct - len(chosen))
        bases = []
        for number, path in enumerate(chosen):
            picture = _picture(path, number, SMALL if self._small else LARGE)
            (self.known / f"{number:04}.jpg").write_bytes(_encoded(picture, "JPEG", 92))
            form = "PNG" if self._is_png(number) else "JPEG"
            qualities = QUALITIES if form == "JPEG" else QUALITIES[:1]
            bases.append([_encoded(picture, form, quality) for quality in qualities])
        return bases

    def sample(self, count: int) -> list[Path]:
        """JPEG files, evenly spread."""
        numbers = [n for n in range(self._count) if not self._is_png(n)]
        return [self.path(n) for n in numbers[:: max(1, len(numbers) // count)][:count]]
