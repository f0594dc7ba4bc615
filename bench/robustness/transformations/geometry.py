"""Sizes, crops, turns, mirrors and borders. Parameters are fractions of the side unless said."""

from __future__ import annotations

import cv2
import numpy as np

from .step import Context, Pixels, Step

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """By area where smaller, bicubic where larger; no side under one pixel."""
    width, height = max(width, 1), max(height, 1)
    smaller = width * height <= pixels.shape[0] * pixels.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=how), np.uint8)


def resize(x_factor: float, y_factor: float | None = None) -> Step:
    def step(pixels: Pixels, _: Context) -> Pixels:
        height, width = pixels.shape[:2]
        y = x_factor if y_factor is None else y_factor
        return resized(pixels, round(width * x_factor), round(height * y))

    return step


def thumbnail(side: int) -> Step:
    """Longer side in pixels."""

    def step(pixels: Pixels, _: Context) -> Pixels:
        height, width = pixels.shape[:2]
        scale = side / max(height, width)
        return resized(pixels, round(width * scale), round(height * scale))

    return step


def _cut(pixels: Pixels, left: float, top: float, right: float, bottom: float) -> Pixels:
    """Cuts off fractions of the width and the height."""
    height, width = pixels.shape[:2]
    x, y = round(width * left), round(height * top)
    return pixels[y : max(height - round(height * bottom), y + 1),
                  x : max(width - round(width * right), x + 1)]  # fmt: skip


def crop(part: float) -> Step:
    """Keeps the middle, 1 - part of each side."""
    return lambda pixels, _: _cut(pixels, part / 2, part / 2, part / 2, part / 2)


def crop_off_centre(part: float) -> Step:
    """Keeps 1 - part of each side, at a random place."""

    def step(pixels: Pixels, context: Context) -> Pixels:
        x, y = part * context.random.random(2)
        return _cut(pixels, x, y, part - x, part - y)

    return step


def crop_one_side(part: float) -> Step:
    """Cuts at the left, the top, the right or the bottom, by chance."""

    def step(pixels: Pixels, context: Context) -> Pixels:
        cuts = np.zeros(4)
        cuts[context.random.integers(4)] = part
        return _cut(pixels, *cuts)

    return step


def rotate(degrees: float) -> Step:
    """About the centre, to the left or the right by chance; same size, black corners."""

    def step(pixels: Pixels, context: Context) -> Pixels:
        height, width = pixels.shape[:2]
        angle = degrees * context.random.choice((-1, 1))
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1)
        return np.asarray(cv2.warpAffine(pixels, matrix, (width, height)), np.uint8)

    return step


def rotate_inside(degrees: float) -> Step:
    """Turned, and cut to the largest upright rectangle of the same aspect without black."""

    def step(pixels: Pixels, context: Context) -> Pixels:
        height, width = pixels.shape[:2]
        sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
        longer, shorter = max(height, width), min(height, width)
        kept = shorter / (longer * sine + shorter * cosine)
        part = float(1 - kept) + 2 / shorter  # a pixel more on each side: it is interpolated
        return crop(part)(rotate(degrees)(pixels, context), context)

    return step


def rotate_90(pixels: Pixels, _: Context) -> Pixels:
    return np.rot90(pixels, -1)


def rotate_180(pixels: Pixels, _: Context) -> Pixels:
    return pixels[::-1, ::-1]


def mirror(pixels: Pixels, _: Context) -> Pixels:
    """Left to right."""
    return pixels[:, ::-1]


def mirror_top_bottom(pixels: Pixels, _: Context) -> Pixels:
    return pixels[::-1]


def _framed(pixels: Pixels, x: int, top: int, bottom: int, colour: Colour) -> Pixels:
    """With bars of so many pixels: x on the left and the right."""
    height, width = pixels.shape[:2]
    canvas = np.empty((height + top + bottom, width + 2 * x, 3), np.uint8)
    canvas[:] = colour
    canvas[top : top + height, x : x + width] = pixels
    return canvas


def border(part: float, colour: Colour) -> Step:
    """As wide on all four sides, ``part`` of the longer one."""

    def step(pixels: Pixels, _: Context) -> Pixels:
        wide = round(max(pixels.shape[:2]) * part)
        return _framed(pixels, wide, wide, wide, colour)

    return step


def bars(top: float, bottom: float, colour: Colour) -> Step:
    """Above and below the picture, fractions of its height."""

    def step(pixels: Pixels, _: Context) -> Pixels:
        height = pixels.shape[0]
        return _framed(pixels, 0, round(height * top), round(height * bottom), colour)

    return step


def letterbox(part: float) -> Step:
    """Black above and below."""
    return bars(part, part, BLACK)


def perspective(part: float) -> Step:
    """Each corner moves by up to ``part`` of the sides; black where nothing is."""

    def step(pixels: Pixels, context: Context) -> Pixels:
        height, width = pixels.shape[:2]
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
        shift = context.random.uniform(-part, part, (4, 2)) * (width, height)
        matrix = cv2.getPerspectiveTransform(corners, (corners + shift).astype(np.float32))
        return np.asarray(cv2.warpPerspective(pixels, matrix, (width, height)), np.uint8)

    return step
