"""What a transformation is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


class Context(NamedTuple):
    """Where a step takes its choices from: a seeded generator, and another photo for collages."""

    random: np.random.Generator
    other: Pixels | None


#: RGB pixels (H, W, 3) in and out; the input is not changed.
Step = Callable[[Pixels, Context], Pixels]


def as_pixels(values: npt.ArrayLike) -> Pixels:
    """Rounded and clipped to 0..255."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
