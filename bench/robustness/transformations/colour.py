"""Encodings, colours, blur and noise: what leaves every pixel where it is."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from PIL import Image

from .step import Context, Pixels, Step, as_pixels


def jpeg(quality: int) -> Step:
    """Chroma at half size, as most writers of JPEG do."""
    return _encode(".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality])


def webp(quality: int) -> Step:
    return _encode(".webp", [cv2.IMWRITE_WEBP_QUALITY, quality])


def _encode(suffix: str, options: list[int]) -> Step:
    def step(pixels: Pixels, _: Context) -> Pixels:
        bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        decoded = cv2.imdecode(cv2.imencode(suffix, bgr, options)[1], cv2.IMREAD_COLOR)
        assert decoded is not None
        return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)

    return step


def palette(colours: int) -> Step:
    """Median cut, as in a GIF, without dithering."""

    def step(pixels: Pixels, _: Context) -> Pixels:
        reduced = Image.fromarray(pixels).quantize(colours, dither=Image.Dither.NONE)
        return np.asarray(reduced.convert("RGB"))

    return step


def gray(pixels: Pixels, _: Context) -> Pixels:
    luma = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(luma, cv2.COLOR_GRAY2RGB), np.uint8)


def by_level(function: Any) -> Step:
    """``function`` maps the levels 0..255 (an array of float)."""
    table = as_pixels(function(np.arange(256.0)))
    return lambda pixels, _: table[pixels]


def gamma(exponent: float) -> Step:
    return by_level(lambda level: 255 * (level / 255) ** exponent)


def brightness(levels: float) -> Step:
    return by_level(lambda level: level + levels)


def contrast(factor: float) -> Step:
    """About mid-gray."""
    return by_level(lambda level: 128 + factor * (level - 128))


def invert(pixels: Pixels, _: Context) -> Pixels:
    return 255 - pixels


def hue_saturation(degrees: int, factor: float) -> Step:
    def step(pixels: Pixels, _: Context) -> Pixels:
        hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
        hue = (hsv[..., 0].astype(np.int32) + degrees // 2) % 180  # OpenCV's unit: two degrees
        hsv[..., 0] = hue
        hsv[..., 1] = as_pixels(hsv[..., 1] * factor)
        return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)

    return step


def blur(sigma: float) -> Step:
    return lambda pixels, _: np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)


def sharpen(sigma: float, amount: float) -> Step:
    """Unsharp mask."""

    def step(pixels: Pixels, _: Context) -> Pixels:
        smooth = cv2.GaussianBlur(pixels, (0, 0), sigma)
        return np.asarray(cv2.addWeighted(pixels, 1 + amount, smooth, -amount, 0), np.uint8)

    return step


def noise(deviation: float) -> Step:
    """Gaussian, independent in each pixel and channel."""

    def step(pixels: Pixels, context: Context) -> Pixels:
        grain = context.random.standard_normal(pixels.shape, np.float32)
        return as_pixels(pixels + np.float32(deviation) * grain)

    return step


def light_gradient(darkest: float, brightest: float) -> Step:
    """Light that falls off linearly in a random direction."""

    def step(pixels: Pixels, context: Context) -> Pixels:
        height, width = pixels.shape[:2]
        angle = context.random.uniform(0, 2 * np.pi)
        x = np.linspace(-1, 1, width, dtype=np.float32) * np.float32(np.cos(angle))
        y = np.linspace(-1, 1, height, dtype=np.float32) * np.float32(np.sin(angle))
        position = x[None, :] + y[:, None]
        position = (position - position.min()) / max(float(np.ptp(position)), 1e-6)
        light = darkest + (brightest - darkest) * position
        return as_pixels(pixels * light[..., None])

    return step
