"""What is written or laid over a picture, or put above it."""

from __future__ import annotations

import functools
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .geometry import BLACK, WHITE, Colour, bars
from .step import Context, Pixels, Step

WORDS = (
    "when you see it nobody expects monday again why not both look at this cat one does simply "
    "wait what happens next best day ever they said so much wow keep calm and carry on"
).split()


def words(random: np.random.Generator, count: int) -> str:
    return " ".join(random.choice(WORDS, count))


@functools.lru_cache(maxsize=64)
def _font(size: int) -> Any:
    """The font that comes with Pillow, so that no font of the machine matters."""
    return ImageFont.load_default(size)


def write(
    canvas: Pixels, text: str, centre: tuple[float, float], width: float, height: float,
    colour: Colour, outline: Colour | None = None,
) -> None:  # fmt: skip
    """Writes a line into ``canvas``, as large as fits ``width`` and ``height`` (pixels).

    With an outline, the letters are bold.
    """
    left, top, right, bottom = _font(100).getbbox(text)
    size = max(4, int(100 * min(width / (right - left), height / (bottom - top))))
    stroke = 0 if outline is None else max(1, size // 20)
    x0, y0 = int(centre[0] - width / 2) - stroke, int(centre[1] - height) - stroke
    x1, y1 = int(centre[0] + width / 2) + stroke, int(centre[1] + height) + stroke
    x0, y0 = max(x0, 0), max(y0, 0)
    region = canvas[y0 : max(y1, 0), x0 : max(x1, 0)]
    if region.size == 0:
        return
    image = Image.fromarray(region)
    draw = ImageDraw.Draw(image)
    at = centre[0] - x0, centre[1] - y0
    if outline is not None:
        draw.text(at, text, outline, _font(size), anchor="mm", stroke_width=2 * stroke)
    draw.text(at, text, colour, _font(size), anchor="mm", stroke_width=stroke)
    region[:] = np.asarray(image)


def caption_bar(part: float) -> Step:
    """A white bar above the picture, ``part`` of its height, with a line of black text."""

    def step(pixels: Pixels, context: Context) -> Pixels:
        canvas = bars(part, 0, WHITE)(pixels, context)
        width, height = canvas.shape[1], canvas.shape[0] - pixels.shape[0]
        text = words(context.random, 5)
        write(canvas, text, (width / 2, height / 2), 0.92 * width, 0.45 * height, BLACK)
        return canvas

    return step


def meme_text(pixels: Pixels, context: Context) -> Pixels:
    """White capitals with a black outline, a line at the top and one at the bottom."""
    canvas = pixels.copy()
    height, width = canvas.shape[:2]
    for y in (0.1, 0.9):
        text = words(context.random, 4).upper()
        write(canvas, text, (width / 2, y * height), 0.92 * width, 0.1 * height, WHITE, BLACK)
    return canvas


def _blended(pixels: Pixels, drawn: Pixels, opacity: float) -> Pixels:
    return np.asarray(cv2.addWeighted(drawn, opacity, pixels, 1 - opacity, 0), np.uint8)


def corner_watermark(pixels: Pixels, context: Context) -> Pixels:
    """A logo with a name in the lower right corner: 30 % of the width, 80 % opaque."""
    drawn = pixels.copy()
    height, width = drawn.shape[:2]
    logo_width, logo_height = 0.30 * width, 0.10 * height
    right, bottom = width - 0.02 * width, height - 0.02 * height
    upper_left = round(right - logo_width), round(bottom - logo_height)
    colour = tuple(int(level) for level in context.random.integers(0, 160, 3))
    cv2.rectangle(drawn, upper_left, (round(right), round(bottom)), colour, cv2.FILLED)
    centre = right - logo_width / 2, bottom - logo_height / 2
    write(drawn, words(context.random, 2), centre, 0.85 * logo_width, 0.5 * logo_height, WHITE)
    return _blended(pixels, drawn, 0.8)


def tiled_watermark(pixels: Pixels, context: Context) -> Pixels:
    """White words all over the picture, in staggered rows, 50 % opaque."""
    drawn = pixels.copy()
    height, width = drawn.shape[:2]
    text = words(context.random, 2)
    for row in range(6):
        for column in range(-1, 3):
            centre = (column + 0.5 + 0.5 * (row % 2)) * width / 2.5, (row + 0.5) * height / 6
            write(drawn, text, centre, 0.36 * width, 0.09 * height, WHITE)
    return _blended(pixels, drawn, 0.5)


def occlusion(area: float) -> Step:
    """A rectangle of one random colour at a random place, ``area`` of the picture."""

    def step(pixels: Pixels, context: Context) -> Pixels:
        canvas = pixels.copy()
        height, width = canvas.shape[:2]
        covered_width, covered_height = round(width * area**0.5), round(height * area**0.5)
        x = context.random.integers(0, width - covered_width + 1)
        y = context.random.integers(0, height - covered_height + 1)
        colour = context.random.integers(0, 256, 3)
        canvas[y : y + covered_height, x : x + covered_width] = colour
        return canvas

    return step
