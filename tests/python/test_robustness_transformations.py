"""The 61 transformations of the measure of robustness."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from conftest import REPOSITORY, Pixels, smooth_picture

sys.path.insert(0, str(REPOSITORY / "bench"))

from robustness.transformations import TRANSFORMATIONS, transform  # noqa: E402

WIDTH, HEIGHT = 320, 240
BY_NAME = {transformation.name: transformation for transformation in TRANSFORMATIONS}

#: (width, height) of what becomes of 320 x 240, where it is not that itself.
SIZES = {
    "resize_0.5": (160, 120),
    "resize_0.25": (80, 60),
    "thumbnail_96": (96, 72),
    "upscale_2": (640, 480),
    "aspect_0.75": (240, 240),
    "crop_0.02": (314, 236),
    "crop_0.05": (304, 228),
    "crop_0.10": (288, 216),
    "crop_0.25": (240, 180),
    "crop_0.50": (160, 120),
    "crop_off_centre_0.10": (288, 216),
    "crop_off_centre_0.25": (240, 180),
    "rotate_90": (240, 320),
    "border_white_0.05": (352, 272),
    "border_black_0.15": (416, 336),
    "letterbox_0.12": (320, 298),
    "caption_bar_0.18": (320, 283),
    "screenshot": (540, 960),
    "mirror_screenshot": (540, 960),
    "collage_2": (480, 240),
    "crop_0.05_resize_0.5_jpeg_40": (152, 114),
    "mirror_crop_0.05_jpeg_50": (304, 228),
    "meme_border_jpeg_40": (352, 272),
}

#: What the seed decides.
RANDOM = {
    "noise_10", "noise_30", "crop_off_centre_0.10", "crop_off_centre_0.25", "crop_one_side_0.10",
    "crop_one_side_0.25", "rotate_1", "rotate_2", "rotate_5", "rotate_10", "rotate_5_inside",
    "caption_bar_0.18", "meme_text", "watermark_corner", "watermark_tiled", "occlusion_0.05",
    "occlusion_0.15", "screenshot", "perspective_0.05", "recapture", "collage_2",
    "picture_in_picture_0.5", "meme_border_jpeg_40", "mirror_screenshot",
}  # fmt: skip


@pytest.fixture(scope="module")
def picture() -> Pixels:
    return smooth_picture(1, WIDTH, HEIGHT)


@pytest.fixture(scope="module")
def other() -> Pixels:
    return smooth_picture(2, 200, 300)


def made(pixels: Pixels, name: str, other: Pixels, photo: str = "a.jpg") -> Pixels:
    return transform(pixels, photo, BY_NAME[name], other)


def test_there_are_61_transformations() -> None:
    assert len(TRANSFORMATIONS) == len(BY_NAME) == 61
    with_other = {item.name for item in TRANSFORMATIONS if item.needs_other}
    assert with_other == {"collage_2", "picture_in_picture_0.5"}


@pytest.mark.parametrize("name", BY_NAME)
def test_size_and_repeatability(name: str, picture: Pixels, other: Pixels) -> None:
    before = picture.copy()
    first = made(picture, name, other)
    assert first.dtype == np.uint8 and first.ndim == 3 and first.shape[2] == 3
    if "one_side" in name:
        part = float(name[-4:])
        assert first.shape[:2] in {(HEIGHT, WIDTH * (1 - part)), (HEIGHT * (1 - part), WIDTH)}
    elif name == "rotate_5_inside":
        assert 0.8 < first.shape[0] / HEIGHT < 0.95 and 0.8 < first.shape[1] / WIDTH < 0.95
    else:
        width, height = SIZES.get(name, (WIDTH, HEIGHT))
        assert first.shape[:2] == (height, width)
    assert np.array_equal(picture, before)
    assert np.array_equal(first, made(picture, name, other))


@pytest.mark.parametrize("name", BY_NAME)
def test_the_name_of_the_photo_decides_what_is_random(
    name: str, picture: Pixels, other: Pixels
) -> None:
    first = made(picture, name, other)
    differs = [not _equal(first, made(picture, name, other, f"{n}.jpg")) for n in range(8)]
    assert any(differs) == (name in RANDOM)


def _equal(a: Pixels, b: Pixels) -> bool:
    return a.shape == b.shape and np.array_equal(a, b)


@pytest.mark.parametrize("shape", [(9, 8), (40, 13), (12, 300), (301, 11)])
def test_odd_and_flat_pictures(shape: tuple[int, int], other: Pixels) -> None:
    height, width = shape
    for pixels in (smooth_picture(3, width, height), np.full((height, width, 3), 90, np.uint8)):
        for name in BY_NAME:
            assert made(pixels, name, other).size > 0, name


def test_what_the_plain_ones_do(picture: Pixels, other: Pixels) -> None:
    assert np.array_equal(made(picture, "invert", other), 255 - picture)
    assert np.array_equal(made(picture, "mirror", other), picture[:, ::-1])
    assert np.array_equal(made(picture, "mirror_top_bottom", other), picture[::-1])
    assert np.array_equal(made(picture, "rotate_180", other), picture[::-1, ::-1])
    assert np.array_equal(made(picture, "rotate_90", other), np.rot90(picture, -1))
    assert np.array_equal(made(picture, "crop_0.25", other), picture[30:-30, 40:-40])
    bordered = made(picture, "border_white_0.05", other)
    assert np.array_equal(bordered[16:-16, 16:-16], picture)
    assert (bordered[:16] == 255).all() and (bordered[:, -16:] == 255).all()
    assert np.array_equal(made(picture, "caption_bar_0.18", other)[-HEIGHT:], picture)
    brighter = made(picture, "brightness_+50", other).astype(int)
    assert np.array_equal(brighter, np.minimum(picture.astype(int) + 50, 255))
    flat = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    noise = made(flat, "noise_10", other).astype(float) - 128
    assert 9.8 < noise.std() < 10.2 and abs(noise.mean()) < 0.1


def test_no_black_is_left_inside_a_turned_picture(other: Pixels) -> None:
    white = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    assert made(white, "rotate_5_inside", other).min() == 255
    assert made(white, "rotate_5", other).min() == 0


def test_occlusion_covers_the_area(other: Pixels) -> None:
    flat = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    for part in (0.05, 0.15):
        covered = (made(flat, f"occlusion_{part}", other) != 128).any(axis=2).mean()
        assert covered == pytest.approx(part, abs=0.01)
