"""A photo and a transformation to a query; the same on every run."""

from __future__ import annotations

import hashlib

import numpy as np

from .step import Context, Pixels
from .table import Transformation


def seed_of(photo_name: str, transformation_name: str) -> int:
    """Depends on the two names alone, so that neither order nor selection changes a query."""
    digest = hashlib.sha256(f"{photo_name}\0{transformation_name}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def transform(
    pixels: Pixels, photo_name: str, transformation: Transformation, other: Pixels | None = None
) -> Pixels:
    """``other`` is the second photo of a transformation that needs one."""
    random = np.random.default_rng(seed_of(photo_name, transformation.name))
    context = Context(random, other)
    for step in transformation.steps:
        pixels = step(pixels, context)
    return np.ascontiguousarray(pixels)
