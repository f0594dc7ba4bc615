"""The picture within something else: a phone's screen, a collage, another picture."""

from __future__ import annotations

import cv2
import numpy as np

from .geometry import WHITE, Colour, resized
from .overlays import words, write
from .step import Context, Pixels

SCREEN_WIDTH, SCREEN_HEIGHT = 540, 960
DARK: Colour = (18, 18, 20)
INK: Colour = (40, 40, 44)
BUTTON_COUNT = 4


def screenshot(pixels: Pixels, context: Context) -> Pixels:
    """A post on a phone: status bar, avatar and name, the picture, buttons, lines of text.

    Compress it afterwards: see the table.
    """
    dark = bool(context.random.integers(2))
    ground, ink = (DARK, (230, 230, 232)) if dark else (WHITE, INK)
    screen = np.empty((SCREEN_HEIGHT, SCREEN_WIDTH, 3), np.uint8)
    screen[:] = ground
    _draw_header(screen, ink, context)
    top, lowest = 130, 800
    picture = _fitted(pixels, SCREEN_WIDTH, lowest - top)
    height, width = picture.shape[:2]
    left = (SCREEN_WIDTH - width) // 2
    screen[top : top + height, left : left + width] = picture
    _draw_footer(screen, top + height, ink, context)
    return screen


def _fitted(pixels: Pixels, width: int, height: int) -> Pixels:
    """As large as fits."""
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    return resized(pixels, round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))


def _draw_header(screen: Pixels, ink: Colour, context: Context) -> None:
    hour, minute, level = context.random.integers((0, 0, 5), (24, 60, 100))
    write(screen, f"{hour}:{minute:02}", (50, 20), 70, 15, ink)
    write(screen, f"{level} %", (485, 20), 60, 14, ink)
    colour = tuple(int(part) for part in context.random.integers(0, 256, 3))
    cv2.circle(screen, (45, 85), 28, colour, cv2.FILLED, cv2.LINE_AA)
    write(screen, words(context.random, 2), (190, 76), 210, 18, ink)
    write(screen, f"{hour} h", (105, 102), 40, 12, ink)


def _draw_footer(screen: Pixels, top: int, ink: Colour, context: Context) -> None:
    for button in range(BUTTON_COUNT):
        cv2.circle(screen, (40 + 60 * button, top + 35), 16, ink, 2, cv2.LINE_AA)
    for line in range(2):
        write(screen, words(context.random, 6), (260, top + 80 + 32 * line), 480, 16, ink)


def _other(context: Context) -> Pixels:
    assert context.other is not None, "a collage needs another photo"
    return context.other


def collage(pixels: Pixels, context: Context) -> Pixels:
    """Side by side with another photo of the same height, on the left or the right by chance."""
    other = _other(context)
    height = pixels.shape[0]
    neighbour = resized(other, round(other.shape[1] * height / other.shape[0]), height)
    pair = [pixels, neighbour]
    if context.random.integers(2):
        pair.reverse()
    return np.hstack(pair)


def picture_in_picture(pixels: Pixels, context: Context) -> Pixels:
    """At half its size at a random place on another photo, which is cut to the picture's shape."""
    height, width = pixels.shape[:2]
    canvas = _filling(_other(context), width, height)
    small = resized(pixels, width // 2, height // 2)
    y = context.random.integers(0, height - small.shape[0] + 1)
    x = context.random.integers(0, width - small.shape[1] + 1)
    canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
    return canvas


def _filling(pixels: Pixels, width: int, height: int) -> Pixels:
    """A new array, filled by the middle of a picture."""
    scale = max(width / pixels.shape[1], height / pixels.shape[0])
    large = resized(
        pixels,
        max(width, round(pixels.shape[1] * scale)),
        max(height, round(pixels.shape[0] * scale)),
    )
    y, x = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return large[y : y + height, x : x + width].copy()
