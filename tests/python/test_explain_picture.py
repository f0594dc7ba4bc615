"""The picture of a comparison: what it frames, how it is turned, and how little it shows."""

from __future__ import annotations

import io
from collections.abc import Callable

import ectype
import numpy as np
import pytest
from conftest import Pixels, busy_picture
from PIL import Image

MARGIN, SIDE = 28, 320
YELLOW, BLUE = (255, 210, 0), (60, 140, 255)


def draw(a: Pixels, b: Pixels, *, level: str = "standard", clear: bool = True) -> list[Pixels]:
    """The panels of the picture, squares."""
    data = ectype.explain_picture(a, b, level=level, clear=clear)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        pixels = np.asarray(image)
    assert pixels.shape[0] == SIDE + 2 * MARGIN
    count = (pixels.shape[1] - MARGIN) // (SIDE + MARGIN)
    lefts = [MARGIN + i * (SIDE + MARGIN) for i in range(count)]
    return [pixels[MARGIN : MARGIN + SIDE, left : left + SIDE] for left in lefts]


def has(panel: Pixels, colour: tuple[int, int, int]) -> bool:
    return bool((panel == colour).all(axis=2).any())


TURNS: dict[str, Callable[[Pixels], Pixels]] = {
    "original": lambda p: p,
    "rotate90": lambda p: np.rot90(p, 1),
    "rotate180": lambda p: np.rot90(p, 2),
    "rotate270": lambda p: np.rot90(p, 3),
    "flip_x": lambda p: p[::-1],
    "flip_y": lambda p: p[:, ::-1],
    "flip_plus1": lambda p: p.swapaxes(0, 1),
    "flip_minus1": lambda p: np.rot90(p, 2).swapaxes(0, 1),
}


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_copy_is_shown_as_the_known_picture(turn: str) -> None:
    known = busy_picture(1)
    left, right, cells = draw(TURNS[turn](known), known)
    assert np.abs(left.astype(int) - right).mean() < 2
    shown = cells[(cells != 40).any(axis=2)]
    assert (shown[:, 1] > 150).all() and (shown[:, 0] < 90).all()  # green: they agree


def test_keypoints_frame_the_part_that_was_cut_out() -> None:
    known = busy_picture(3)
    left, right, _ = draw(known[:, 200:], known, level="thorough")
    assert has(left, YELLOW) and has(right, YELLOW)
    framed = np.nonzero((right == YELLOW).all(axis=2).any(axis=0))[0]
    assert framed.min() > 0.45 * SIDE


def test_borders_are_framed_where_the_content_was_compared() -> None:
    known = busy_picture(1)
    padded = np.pad(known, ((90, 90), (90, 90), (0, 0)), constant_values=0)
    left, right, _ = draw(padded, known)
    assert has(left, BLUE) and not has(right, BLUE)


def test_unrelated_cells_are_red() -> None:
    cells = draw(busy_picture(1), busy_picture(2))[2]
    shown = cells[(cells != 40).any(axis=2)]
    assert (shown[:, 0] > shown[:, 1]).mean() > 0.5


def test_by_default_it_shows_shapes_alone() -> None:
    known = busy_picture(5)
    blurred = draw(known, known, clear=False)[0].astype(int)
    clear = draw(known, known)[0].astype(int)
    rough, fine = (np.abs(np.diff(each[60:250, 20:300], axis=1)).max() for each in (blurred, clear))
    assert rough < fine / 3
    assert (blurred[..., 0] == blurred[..., 1])[60:250, 20:300].mean() > 0.95  # gray


def test_pictures_without_hashes_are_drawn_too() -> None:
    flat = np.full((40, 60, 3), 90, np.uint8)
    assert len(draw(flat, busy_picture(1))) == 2
    assert len(draw(flat[:1, :1], flat)) == 2


def test_levels_without_evidence_are_refused() -> None:
    picture = busy_picture(1)
    for level in ("strict", "loose"):
        with pytest.raises(ectype.Error) as refused:
            ectype.explain_picture(picture, picture, level=level)
        assert refused.value.code == "invalid_argument"
