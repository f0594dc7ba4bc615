"""GradientGrid from Python: shapes, exact variants, and what it survives."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Callable

import ectype
import numpy as np
import pytest
from conftest import Pixels, save, smooth_picture
from PIL import Image

TRANSFORMED: dict[str, Callable[[Pixels], Pixels]] = {
    "original": lambda a: a,
    "rotate90": lambda a: np.rot90(a),
    "rotate180": lambda a: np.rot90(a, 2),
    "rotate270": lambda a: np.rot90(a, 3),
    "flip_x": lambda a: a[::-1],
    "flip_y": lambda a: a[:, ::-1],
    "flip_plus1": lambda a: a.swapaxes(0, 1),
    "flip_minus1": lambda a: np.rot90(a, 2).swapaxes(0, 1),
}


def distance(a: Pixels, b: Pixels) -> int:
    return int(((a.astype(np.int64) - b) ** 2).sum())


def test_shape_quality_and_flags() -> None:
    result = ectype.gradient_grid(smooth_picture(1, 200, 150))
    assert result.hash.shape == (288,) and result.hash.dtype == np.uint8
    assert result.quality == 100 and not result.degenerate and result.damage == ""
    assert ectype.gradient_grid(np.full((100, 100), 9, np.uint8)).degenerate


@pytest.mark.parametrize("size", [(192, 96), (131, 77), (50, 51), (640, 480)])
@pytest.mark.parametrize("gray", [True, False])
def test_the_variants_are_those_of_the_transformed_array(size: tuple[int, int], gray: bool) -> None:
    pixels = smooth_picture(7, *size)
    if gray:
        pixels = np.ascontiguousarray(pixels[:, :, 1])
    variants = ectype.gradient_grid(pixels).hash[ectype.GRADIENT_GRID_PERMUTATIONS]
    assert len(np.unique(variants, axis=0)) == 16
    for row, name in enumerate(ectype.TRANSFORMS):
        turned = TRANSFORMED[name](pixels)
        np.testing.assert_array_equal(ectype.gradient_grid(turned).hash, variants[row], name)
        np.testing.assert_array_equal(
            ectype.gradient_grid(255 - turned).hash, variants[8 + row], name
        )


def test_variants_are_ready_for_a_byte_index() -> None:
    pixels = smooth_picture(3, 300, 200)
    known = [ectype.gradient_grid(smooth_picture(seed, 300, 200)).hash for seed in range(9)]
    index = ectype.ByteIndex(np.stack(known))
    queries = ectype.gradient_grid(255 - pixels[:, ::-1]).hash[ectype.GRADIENT_GRID_PERMUTATIONS]
    found = index.within(np.ascontiguousarray(queries), ectype.GRADIENT_GRID_RADIUS)
    hits = list(zip(found.query.tolist(), found.row.tolist(), found.distance.tolist()))
    assert (8 + ectype.TRANSFORMS.index("flip_y"), 3, 0) in hits


def test_permutations_cannot_be_written() -> None:
    with pytest.raises(ValueError):
        ectype.GRADIENT_GRID_PERMUTATIONS[0, 0] = 1


def test_files_bytes_and_arrays_agree(tmp_path: Path) -> None:
    pixels = smooth_picture(5, 240, 180)
    expected = ectype.gradient_grid(pixels).hash
    path = save(pixels, tmp_path / "a.png")
    np.testing.assert_array_equal(ectype.gradient_grid(path).hash, expected)
    np.testing.assert_array_equal(ectype.gradient_grid(path.read_bytes()).hash, expected)


def test_survives_a_crop_and_compression_but_tells_pictures_apart() -> None:
    pixels = smooth_picture(5, 240, 180)
    known = ectype.gradient_grid(pixels).hash
    buffer = io.BytesIO()
    Image.fromarray(pixels[7:-7, 9:-9]).save(buffer, "JPEG", quality=40)
    assert (
        distance(ectype.gradient_grid(buffer.getvalue()).hash, known) <= ectype.GRADIENT_GRID_RADIUS
    )
    other = ectype.gradient_grid(smooth_picture(6, 240, 180)).hash
    assert distance(other, known) > ectype.GRADIENT_GRID_RADIUS


def test_too_small_has_zeros() -> None:
    result = ectype.gradient_grid(smooth_picture(5, 31, 400))
    assert not result.hash.any() and result.quality == 0


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    path = save(smooth_picture(5, 240, 180), tmp_path / "a.jpg")
    cut = path.read_bytes()
    assert ectype.gradient_grid(cut[: len(cut) // 2]).damage != ""


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    for picture in (
        tmp_path / "text.jpg",
        tmp_path / "missing.jpg",
        b"",
        np.zeros((9, 9), np.float32),
    ):
        with pytest.raises(ectype.Error):
            ectype.gradient_grid(picture)  # type: ignore[arg-type]
