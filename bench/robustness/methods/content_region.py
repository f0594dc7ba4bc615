"""The part of a picture inside uniform borders: a prototype of what the library does in C++."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from .base import Pixels

_SIDE = 512
#: Levels between the darkest and the brightest of a line that is part of a border, without the
#: `_OUTLIERS` at either end: codecs leave traces.
_TOLERANCE = 12
_OUTLIERS = 0.02
_LEAST_SHARE = 0.15
_LEAST_CUT = 0.01


def content_of(pixels: Pixels) -> Pixels | None:
    """The picture (H, W, 3) without its uniform borders; None where there are none, or where what
    is left says too little."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    luma = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
    top, bottom, left, right = _trimmed(np.asarray(luma))
    share = (bottom - top) * (right - left) / luma.size
    least_cut = _LEAST_CUT * max(size)
    cut = max(top, luma.shape[0] - bottom, left, luma.shape[1] - right)
    if share < _LEAST_SHARE or cut < least_cut:
        return None
    rows = slice(_up(top, height, size[1]), bottom * height // size[1])
    columns = slice(_up(left, width, size[0]), right * width // size[0])
    content = pixels[rows, columns]
    return np.ascontiguousarray(content) if min(content.shape[:2]) >= 16 else None


def _up(edge: int, full: int, reduced: int) -> int:
    return -(-edge * full // reduced)


def _trimmed(luma: npt.NDArray[Any]) -> tuple[int, int, int, int]:
    """Top, bottom, left, right; repeated, for a border may lie within another."""
    top, bottom, left, right = 0, luma.shape[0], 0, luma.shape[1]
    while True:
        rows = _uniform_ends(luma[top:bottom, left:right])
        top, bottom = top + rows[0], bottom - rows[1]
        columns = _uniform_ends(luma[top:bottom, left:right].T)
        left, right = left + columns[0], right - columns[1]
        if not any(rows + columns) or top >= bottom or left >= right:
            return top, max(top, bottom), left, max(left, right)


def _uniform_ends(luma: npt.NDArray[Any]) -> tuple[int, int]:
    """Rows of a border at the top and the bottom; with each also the one row that it blurs."""
    if luma.size == 0:
        return 0, 0
    ordered = np.sort(luma, axis=1)
    skipped = int(_OUTLIERS * luma.shape[1])
    spread = ordered[:, -1 - skipped].astype(int) - ordered[:, skipped]
    varied = np.flatnonzero(spread > _TOLERANCE)
    if varied.size == 0:
        return luma.shape[0], 0
    ends = int(varied[0]), luma.shape[0] - 1 - int(varied[-1])
    return tuple(end + 1 if end else 0 for end in ends)  # type: ignore[return-value]
