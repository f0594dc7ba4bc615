"""The transformations of the protocol, by name: 61."""

from __future__ import annotations

from typing import NamedTuple

from . import colour as c
from . import composites as p
from . import geometry as g
from . import overlays as o
from .step import Step


class Transformation(NamedTuple):
    """Steps in order. One that shows a second photo has no negatives: it matches two references."""

    name: str
    steps: tuple[Step, ...]
    needs_other: bool = False


#: Part of the key of every cached signature: raise it where a transformation changes.
VERSION = 1

_RECAPTURE = (
    g.perspective(0.05), c.blur(1), c.gamma(1.2), c.noise(6), c.light_gradient(0.7, 1.1),
    c.jpeg(60),
)  # fmt: skip
_SCREENSHOT = (p.screenshot, c.jpeg(75))

_ALL: dict[str, Step | tuple[Step, ...]] = {
    "jpeg_90": c.jpeg(90),
    "jpeg_50": c.jpeg(50),
    "jpeg_20": c.jpeg(20),
    "jpeg_10": c.jpeg(10),
    "webp_40": c.webp(40),
    "palette_64": c.palette(64),
    "resize_0.5": g.resize(0.5),
    "resize_0.25": g.resize(0.25),
    "thumbnail_96": g.thumbnail(96),
    "upscale_2": g.resize(2),
    "aspect_0.75": g.resize(0.75, 1),
    "gray": c.gray,
    "gamma_0.5": c.gamma(0.5),
    "gamma_2": c.gamma(2),
    "brightness_+50": c.brightness(50),
    "brightness_-50": c.brightness(-50),
    "contrast_1.6": c.contrast(1.6),
    "contrast_0.5": c.contrast(0.5),
    "hue_40_saturation_1.4": c.hue_saturation(40, 1.4),
    "invert": c.invert,
    "blur_2": c.blur(2),
    "blur_5": c.blur(5),
    "noise_10": c.noise(10),
    "noise_30": c.noise(30),
    "sharpen": c.sharpen(2, 1.5),
    "crop_0.02": g.crop(0.02),
    "crop_0.05": g.crop(0.05),
    "crop_0.10": g.crop(0.10),
    "crop_0.25": g.crop(0.25),
    "crop_0.50": g.crop(0.50),
    "crop_off_centre_0.10": g.crop_off_centre(0.10),
    "crop_off_centre_0.25": g.crop_off_centre(0.25),
    "crop_one_side_0.10": g.crop_one_side(0.10),
    "crop_one_side_0.25": g.crop_one_side(0.25),
    "rotate_1": g.rotate(1),
    "rotate_2": g.rotate(2),
    "rotate_5": g.rotate(5),
    "rotate_10": g.rotate(10),
    "rotate_5_inside": g.rotate_inside(5),
    "rotate_90": g.rotate_90,
    "rotate_180": g.rotate_180,
    "mirror": g.mirror,
    "mirror_top_bottom": g.mirror_top_bottom,
    "border_white_0.05": g.border(0.05, g.WHITE),
    "border_black_0.15": g.border(0.15, g.BLACK),
    "letterbox_0.12": g.letterbox(0.12),
    "caption_bar_0.18": o.caption_bar(0.18),
    "meme_text": o.meme_text,
    "watermark_corner": o.corner_watermark,
    "watermark_tiled": o.tiled_watermark,
    "occlusion_0.05": o.occlusion(0.05),
    "occlusion_0.15": o.occlusion(0.15),
    "screenshot": _SCREENSHOT,
    "perspective_0.05": g.perspective(0.05),
    "recapture": _RECAPTURE,
    "collage_2": p.collage,
    "picture_in_picture_0.5": p.picture_in_picture,
    "crop_0.05_resize_0.5_jpeg_40": (g.crop(0.05), g.resize(0.5), c.jpeg(40)),
    "mirror_crop_0.05_jpeg_50": (g.mirror, g.crop(0.05), c.jpeg(50)),
    "meme_border_jpeg_40": (o.meme_text, g.border(0.05, g.WHITE), c.jpeg(40)),
    "mirror_screenshot": (g.mirror, *_SCREENSHOT),
}

TRANSFORMATIONS: tuple[Transformation, ...] = tuple(
    Transformation(
        name,
        steps if isinstance(steps, tuple) else (steps,),
        needs_other=name in ("collage_2", "picture_in_picture_0.5"),
    )
    for name, steps in _ALL.items()
)
