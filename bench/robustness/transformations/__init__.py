"""The 61 modifications of a photo that the protocol asks for."""

from __future__ import annotations

from .apply import seed_of, transform
from .table import TRANSFORMATIONS, Transformation

__all__ = ["TRANSFORMATIONS", "Transformation", "seed_of", "transform"]
