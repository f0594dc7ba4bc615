"""Keypoints of pictures and of their modified copies."""

from __future__ import annotations

import pickle
from pathlib import Path

import ectype
import numpy as np
import pytest
from conftest import Pixels, save
from PIL import Image


def picture(seed: int, width: int = 640, height: int = 480) -> Pixels:
    """Overlapping rectangles: much like a photo in that it has detail at all scales."""
    rng = np.random.default_rng(seed)
    pixels = np.full((height, width, 3), 120, np.uint8)
    for size in np.geomspace(width / 3, 6, 300):
        x, y = rng.integers(0, width), rng.integers(0, height)
        w, h = (rng.uniform(0.3, 1, 2) * size).astype(int) + 2
        pixels[y : y + h, x : x + w] = rng.integers(0, 256, 3)
    return pixels


def vote(query: Pixels, reference: Pixels) -> ectype.KeypointMatch:
    return ectype.vote_keypoints(
        ectype.keypoints(query, query=True), ectype.keypoints(reference)
    )


def turned(pixels: Pixels, degrees: float) -> Pixels:
    return np.asarray(Image.fromarray(pixels).rotate(degrees, Image.Resampling.BICUBIC))


def test_signature_has_arrays_and_bytes() -> None:
    signature = ectype.keypoints(picture(1))
    assert len(signature) == 128
    assert (signature.width, signature.height) == (1024, 768)
    assert signature.descriptors.shape == (128, 16)
    assert signature.descriptors.dtype == np.uint8
    for column in (signature.x, signature.y, signature.scale, signature.angle):
        assert column.shape == (128,)
        assert len(np.unique(column)) > 5
    assert signature.x.max() < 1024 and signature.y.max() < 768
    data = signature.to_bytes()
    assert len(data) == 8 + 20 * 128
    assert ectype.KeypointSignature.from_bytes(data) == signature
    assert pickle.loads(pickle.dumps(signature)) == signature
    assert data[8:24] == signature.descriptors[0].tobytes()


def test_bytes_of_something_else_are_refused() -> None:
    data = ectype.keypoints(picture(1)).to_bytes()
    for wrong in (b"", data[:-1], data + b"\0", b"\2" + data[1:]):
        with pytest.raises(ectype.Error):
            ectype.KeypointSignature.from_bytes(wrong)


def test_path_bytes_and_array_are_equal(tmp_path: Path) -> None:
    path = save(picture(2), tmp_path / "a.png")
    signature = ectype.keypoints(path)
    assert signature == ectype.keypoints(path.read_bytes())
    assert signature == ectype.keypoints(picture(2))
    assert signature != ectype.keypoints(picture(3))


def test_options() -> None:
    pixels = picture(4)
    assert len(ectype.keypoints(pixels, 32)) == 32
    assert np.array_equal(
        ectype.keypoints(pixels, 32).descriptors, ectype.keypoints(pixels).descriptors[:32]
    )
    assert len(ectype.keypoints(pixels, query=True)) > 128
    for options in ({"max_points": 0}, {"longest_side": 20}, {"longest_side": 5000}):
        with pytest.raises(ectype.Error, match="give"):
            ectype.keypoints(pixels, **options)  # type: ignore[arg-type]
    with pytest.raises(ectype.Error):
        ectype.keypoints(np.zeros((0, 5), np.uint8))


def test_flat_pictures_have_no_keypoints() -> None:
    flat = ectype.keypoints(np.full((300, 200), 77, np.uint8))
    assert len(flat) == 0
    assert flat.descriptors.shape == (0, 16)
    assert ectype.vote_keypoints(flat, ectype.keypoints(picture(1))).inliers == 0


@pytest.mark.parametrize("seed", [10, 11])
def test_modified_copies_agree(seed: int) -> None:
    pixels = picture(seed)
    height, width = pixels.shape[:2]
    half = np.asarray(Image.fromarray(pixels).resize((width // 2, height // 2)))
    inside = picture(seed + 100)
    inside[100 : 100 + height // 2, 200 : 200 + width // 2] = half
    copies = {
        "crop": pixels[height // 4 : -height // 4, width // 4 : -width // 4],
        "side": pixels[:, : width // 2],
        "turned by 10": turned(pixels, 10),
        "turned by 90": np.rot90(pixels),
        "mirrored": pixels[:, ::-1],
        "upside down": pixels[::-1],
        "inverted": 255 - pixels,
        "mirrored and inverted": 255 - pixels[:, ::-1],
        "framed": np.pad(pixels, ((90, 0), (40, 40), (0, 0)), constant_values=255),
        "small": half,
        "inside another": inside,
    }
    for name, copy in copies.items():
        match = vote(np.ascontiguousarray(copy), pixels)
        assert match.inliers >= 8, name
        assert match.mirrored == (name in ("mirrored", "upside down", "mirrored and inverted"))
        assert match.inverted == ("inverted" in name)
    assert vote(picture(seed + 500), pixels).inliers < 5


def test_match_says_where() -> None:
    pixels = picture(12)
    left, top, width, height = 160, 96, 320, 240
    match = vote(np.ascontiguousarray(pixels[top : top + height, left : left + width]), pixels)
    # The transform takes the corners of the part to those of the query.
    for x, y, there in (
        (left, top, (0, 0)),
        (left + width, top + height, (1, height / width)),
    ):
        assert match.transform @ (x / 640, y / 640, 1) == pytest.approx(there, abs=0.01)
    # The region lies in the part, but for the reach of the patches.
    x, y = match.reference_region[:, 0] * 640, match.reference_region[:, 1] * 480
    assert left - 40 < x.min() and x.max() < left + width + 40
    assert top - 40 < y.min() and y.max() < top + height + 40
    assert (x.max() - x.min()) * (y.max() - y.min()) > 0.5 * width * height


def test_index_finds_the_reference() -> None:
    references = [picture(seed) for seed in range(30, 50)]
    index = ectype.KeypointIndex(ectype.keypoints(each) for each in references[:15])
    assert index.add([ectype.keypoints(each) for each in references[15:]]) == 15
    assert len(index) == 20
    collage = np.hstack([references[3], references[17][:, ::-1]])
    queries = [collage, picture(999), np.rot90(references[8]).copy()]
    matches = index.match([ectype.keypoints(each, query=True) for each in queries])
    assert matches.query.tolist() == [0, 0, 2]
    assert sorted(matches.picture[:2].tolist()) == [3, 17]
    assert matches.picture[2] == 8
    assert matches.mirrored[:2].tolist() == [p == 17 for p in matches.picture[:2]]
    assert matches.transform.shape == (3, 2, 3)
    assert matches.query_region.shape == (3, 4, 2)
    # Each half of the collage has its own region.
    for picture_number, region in zip(matches.picture[:2], matches.query_region[:2]):
        middle = region[:, 0].mean()
        assert (middle < 0.5) == (picture_number == 3)


def test_index_without_pictures_or_queries() -> None:
    index = ectype.KeypointIndex()
    assert index.match([ectype.keypoints(picture(1))]).query.shape == (0,)
    matches = index.match([])
    assert matches.transform.shape == (0, 2, 3)
    with pytest.raises(ectype.Error, match="KeypointSignature"):
        index.add([b"bytes"])  # type: ignore[list-item]


def test_photo_is_found_in_its_copies(data: Path) -> None:
    paths = sorted((data / "photos").glob("*.jpg"))[::40]
    index = ectype.KeypointIndex(ectype.keypoints(path) for path in paths)
    missed = []
    for number, path in enumerate(paths):
        with Image.open(path) as file:
            pixels = np.asarray(file.convert("RGB"))
        height, width = pixels.shape[:2]
        copy = turned(pixels[:, ::-1], 5)[height // 8 : -height // 8, width // 8 : -width // 8]
        matches = index.match([ectype.keypoints(np.ascontiguousarray(copy), query=True)])
        assert set(matches.picture.tolist()) <= {number}, path
        if number not in matches.picture:
            missed.append(path.name)
    assert len(missed) <= len(paths) // 20, missed
