"""Real photos, where there are some, and synthetic texture where not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter, ImageOps

DEFAULT_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "photos"
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}

Pixels = npt.NDArray[np.uint8]


def photo_files(folder: Path | None) -> list[Path]:
    """Photos of a folder, sorted; of the default one where it is there; else none."""
    chosen = folder or DEFAULT_FOLDER
    if folder is not None and not folder.is_dir():
        raise SystemExit(f"{folder} is not a folder")
    if not chosen.is_dir():
        return []
    return sorted(path for path in chosen.rglob("*") if path.suffix.lower() in SUFFIXES)


def texture(width: int, height: int, seed: int) -> Image.Image:
    """Noise at several scales, as bitty as a photo."""
    random = np.random.default_rng(seed)
    levels = np.full((height, width, 3), 128.0)
    for cell, amplitude in ((200, 50), (31, 25), (5, 10)):
        shape = (height // cell + 2, width // cell + 2, 3)
        noise = (128 + amplitude * random.standard_normal(shape)).clip(0, 255).astype(np.uint8)
        enlarged = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
        levels += np.asarray(enlarged, np.float64) - 128
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))


def _largest(files: list[Path], count: int) -> list[Path]:
    areas = []
    for path in files:
        with Image.open(path) as picture:
            areas.append((picture.width * picture.height, path))
    return [path for _, path in sorted(areas, reverse=True)[:count]]


def _tile(path: Path | None, side: int, seed: int) -> Image.Image:
    if path is None:
        return texture(side, side, seed)
    with Image.open(path) as picture:
        fitted = ImageOps.fit(picture.convert("RGB"), (side, side), Image.Resampling.LANCZOS)
    return fitted.filter(ImageFilter.UnsharpMask(radius=1.5, percent=60, threshold=0))


def write_12_megapixels(target: Path, folder: Path | None, seed: int = 1) -> str:
    """A JPEG of 4000 x 3000, quality 90, 4:2:0: a mosaic of 12 photos with the grain of a sensor.

    Returns what it was made from.
    """
    side, columns, rows = 1000, 4, 3
    files = _largest(photo_files(folder), columns * rows)
    canvas = Image.new("RGB", (columns * side, rows * side))
    for number in range(columns * rows):
        path = files[number % len(files)] if files else None
        at = (number % columns * side, number // columns * side)
        canvas.paste(_tile(path, side, seed + number), at)
    pixels = np.asarray(canvas, np.float32)
    grain = np.random.default_rng(seed).standard_normal(pixels.shape[:2], np.float32)
    noisy = (pixels + 2 * grain[:, :, None]).round().clip(0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(target, quality=90, subsampling="4:2:0")
    return f"{len(files)} photos of {files[0].parent}" if files else "synthetic texture"
