"""The measure of robustness: its transformations, its thresholds, and a run on a few pictures."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import REPOSITORY, Pixels, save, smooth_picture

pytest.importorskip(
    "cv2", reason="OpenCV is not installed: pip install -r bench/robustness/requirements.txt"
)
sys.path.insert(0, str(REPOSITORY / "bench"))

from robustness import cli, methods, photos, scores, thresholds  # noqa: E402
from robustness.cache import Cache  # noqa: E402
from robustness.methods import Candidates, Signature  # noqa: E402
from robustness.photos import Collection, Photo  # noqa: E402
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


# Thresholds


def counts_of(*blocks: Any) -> scores.ScoreCounts:
    counts = scores.ScoreCounts()
    for block in blocks:
        counts.add(np.asarray(block))
    return counts


def test_thresholds_of_whole_scores() -> None:
    counts = counts_of([3, 5, 5], [9, 7, 5, 12, 13, 14, 15])
    assert counts.total == 10
    assert counts.threshold_at(0.05) == 2  # none may pass: under the smallest
    assert counts.threshold_at(0.1) == 4  # one may: the 3
    assert counts.threshold_at(0.3) == 4  # the three fives pass together or not at all
    assert counts.threshold_at(0.4) == 6
    assert counts.threshold_at(1) == scores.ALL_LISTED
    assert [counts.accepted(t) for t in (2, 3, 4, 5, 6.5, 100)] == [0, 1, 1, 4, 4, 10]


def test_thresholds_of_ratios_and_of_unlisted_pairs() -> None:
    counts = counts_of([-2.5, -1.0, np.inf, np.inf], [0.5, np.inf, np.inf, np.inf])
    assert counts.total == 8
    threshold = counts.threshold_at(1 / 8)
    assert -2.5 < threshold < -1.0 and counts.accepted(threshold) == 1
    # All that is listed may pass, and what is not listed never does.
    assert counts.threshold_at(3 / 8) == scores.ALL_LISTED < np.inf
    assert counts.accepted(scores.ALL_LISTED) == 3


def test_the_tail_is_exact_where_scores_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores.ScoreCounts, "EXACT", 100)
    monkeypatch.setattr(scores.ScoreCounts, "GROUPS", 10)
    values = np.random.default_rng(1).standard_normal((50, 200))
    counts = counts_of(*values)
    assert counts.total == 10_000 == counts.counts.sum()
    assert counts.values.size <= 200 + 1
    ordered = np.sort(values.ravel())
    for allowed in (0, 1, 10, 99):
        threshold = counts.threshold_at(allowed / 10_000)
        assert (ordered <= threshold).sum() == counts.accepted(threshold) == allowed
    assert counts.accepted(counts.threshold_at(0.5)) <= 5_000


def test_wilson() -> None:
    assert scores.wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert scores.wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert scores.wilson(386, 386)[0] == pytest.approx(0.9901, abs=1e-4)
    assert scores.wilson(0, 0) == (0, 1)


# Photos


def photo(name: str, group: str = "") -> Photo:
    return Photo(name, Path(name), group, f"sha256 of {name}")


def test_the_split_is_stable() -> None:
    parts = [photos.split_of(photo(f"{number:04}.jpg")) for number in range(12)]
    assert "".join(part[0] for part in parts) == "tdtttdtttttd"
    assert len({photos.split_of(photo(f"{number}.jpg", "lund")) for number in range(50)}) == 1


def test_queries_are_chosen_at_even_steps() -> None:
    many = [photo(f"{number:03}.jpg") for number in range(100)]
    assert photos.choose_queries(many, "all", 4) == [many[n] for n in (0, 25, 50, 75)]
    assert photos.choose_queries(many, "all", None) == many
    dev, test = (photos.choose_queries(many, part, None) for part in ("dev", "test"))
    assert sorted(one.name for one in dev + test) == [one.name for one in many]


def test_partners_are_unrelated() -> None:
    some = [photo("a", "g"), photo("b", "g"), photo("c"), photo("d")]
    collection = Collection(some, frozenset({("a", "c"), ("c", "a")}))
    assert {collection.partner(some[0], seed).name for seed in range(8)} == {"d"}
    with pytest.raises(SystemExit, match="unrelated to a"):
        Collection(some[:3], collection.duplicates).partner(some[0], 0)


# Methods


def test_hamming_takes_the_nearest_variant() -> None:
    rng = np.random.default_rng(1)
    known = rng.integers(0, 256, (5, 32), np.uint8)
    asked = rng.integers(0, 256, (3, 8, 32), np.uint8)
    asked[1, 6] = known[4]
    compare = methods.create("pdq").compare_with([Signature(row) for row in known])
    distances = compare([Signature(row) for row in asked])
    bits = np.unpackbits(asked[:, :, None] ^ known, axis=-1).sum(axis=-1, dtype=int)
    assert np.array_equal(distances, bits.min(axis=1))
    assert np.asarray(distances)[1, 4] == 0


def test_squared_l2_of_whole_numbers_is_whole() -> None:
    class Vectors(methods.SquaredL2):
        name = version = "vectors"

        def reference(self, pixels: Pixels) -> Signature:
            return Signature(pixels.ravel())

    rng = np.random.default_rng(1)
    known, asked = (rng.integers(0, 256, (count, 144), np.uint8) for count in (5, 3))
    distances = Vectors().compare_with([Signature(row) for row in known])(
        [Signature(row) for row in asked]
    )
    assert np.asarray(distances).dtype == np.int64
    assert np.array_equal(distances, ((asked[:, None].astype(int) - known) ** 2).sum(axis=-1))


def test_candidates_become_a_matrix() -> None:
    listed = Candidates(np.array([0, 1, 1]), np.array([2, 0, 0]), np.array([-3.0, 5.0, 4.0]))
    assert listed.dense(2, 3).tolist() == [[np.inf, np.inf, -3], [4, np.inf, np.inf]]


# Whole runs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six photos: b and c show a scene, e is a listed duplicate of d, f has no content."""
    path = tmp_path_factory.mktemp("photos")
    for number, name in enumerate("abcd"):
        save(smooth_picture(number, 200, 150), path / f"{name}.png")
    save(smooth_picture(3, 200, 150)[2:], path / "e.png")
    save(np.full((60, 80, 3), 90, np.uint8), path / "f.png")
    groups = {"b": "street", "c": "street"}
    lines = [f"{name}.png,{groups.get(name, '')}" for name in "abcdef"]
    (path / "manifest.csv").write_text("\n".join(["file,group", *lines]) + "\n")
    (path / "duplicates.csv").write_text("file_a,file_b,kind\nd.png,e.png,near\n")
    return path


def run(folder: Path, out: Path, *arguments: str) -> list[dict[str, str]]:
    names = ["--cache", str(out / "cache"), "--out", str(out), "--methods", "pdq"]
    assert cli.main([str(folder), *names, *arguments]) == 0
    with (out / "transformations.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_run(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ("--transformations", "jpeg_90,mirror,collage_2")
    rows = run(folder, tmp_path, *chosen)
    assert [row["transformation"] for row in rows] == ["jpeg_90", "mirror", "collage_2"]
    jpeg, mirrored, collage = rows
    # The flat one is of low quality, so a miss; its pairs count nowhere.
    assert (jpeg["queries"], jpeg["low_quality"]) == ("6", "1")
    assert float(jpeg["recall_default"]) == pytest.approx(5 / 6)
    assert float(mirrored["recall_default"]) == 0
    # Five usable ones make 20 pairs; without the scene and the duplicates, both ways, 16.
    assert jpeg["negatives"] == "16" and collage["negatives"] == "0"
    with (tmp_path / "methods.csv").open(newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["negatives"], line["same_scene_pairs"]) == ("32", "4")
    assert line["stored_bytes"] == "32.0"
    assert "| pdq |" in capsys.readouterr().out

    assert run(folder, tmp_path, *chosen) == rows
    cache = Cache(tmp_path / "cache")
    assert len(cache.known(methods.create("pdq"))) == 6 + 3 * 6
    assert not cache.known(methods.create("pdq+dihedral"))
    run(folder, tmp_path, *chosen, "--methods", "pdq+dihedral", "--jobs", "2")
    assert len(cache.known(methods.create("pdq+dihedral"))) == 6 + 3 * 6


class Listed(methods.Method):
    """Lists pairs under 60 bits, with a score like a log-likelihood ratio."""

    name, version, default_threshold = "listed", "1", -0.5

    def reference(self, pixels: Pixels) -> Signature:
        return methods.create("pdq").reference(pixels)

    def compare_with(self, references: Sequence[Signature]) -> methods.Compare:
        distances = methods.create("pdq").compare_with(references)

        def compare(queries: Sequence[Signature]) -> Candidates:
            bits = np.asarray(distances(queries))
            query, reference = np.nonzero(bits < 60)
            return Candidates(query, reference, bits[query, reference] / 60 - 1)

        return compare


def test_a_method_that_lists_candidates(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(methods.METHODS, "listed", Listed)
    names = ("--methods", "pdq,listed", "--transformations", "jpeg_50,crop_0.50,rotate_2")
    rows = run(folder, tmp_path, *names)
    of = {(row["method"], row["transformation"]): row for row in rows}
    for name in ("jpeg_50", "crop_0.50", "rotate_2"):
        plain, listed = of["pdq", name], of["listed", name]
        assert listed["negatives"] == plain["negatives"] != "0"
        bits = float(plain["median_score"])
        expected = bits / 60 - 1 if bits < 60 else np.inf
        assert float(listed["median_score"]) == pytest.approx(expected)
    assert float(of["listed", "jpeg_50"]["recall_default"]) == pytest.approx(5 / 6)
    assert float(of["listed", "crop_0.50"]["recall_1e-6"]) == 0


def test_frozen_thresholds(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "thresholds.json"
    run(folder, tmp_path, "--split", "dev", "--freeze", str(file))
    frozen = thresholds.read_frozen(file, [methods.create("pdq")])["pdq"]
    rows = run(folder, tmp_path, "--split", "test", "--thresholds", str(file))
    assert len(rows) == 61
    with (tmp_path / "methods.csv").open(newline="") as lines:
        (line,) = csv.DictReader(lines)
    assert float(line["threshold_1e-6"]) == frozen[1e-6]
    assert "95 % intervals" in (tmp_path / "report.md").read_text()
    with pytest.raises(SystemExit, match="nothing for pdq.dihedral"):
        thresholds.read_frozen(file, [methods.create("pdq+dihedral")])


def test_plots(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    names = ("--methods", "pdq,pdq+dihedral", "--transformations", "jpeg_50")
    run(folder, tmp_path, "--plots", *names)
    for name in ("roc.png", "scores.png"):
        assert (tmp_path / name).stat().st_size > 1000


def test_errors_name_the_remedy(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no method is called phashh"):
        run(folder, tmp_path, "--methods", "phashh")
    with pytest.raises(SystemExit, match="is not a folder"):
        run(tmp_path / "none", tmp_path)
    broken = tmp_path / "broken"
    broken.mkdir()
    save(smooth_picture(1, 60, 60), broken / "a.png")
    (broken / "b.png").write_bytes(b"not a picture")
    with pytest.raises(SystemExit, match="b.png cannot be read"):
        run(broken, tmp_path)
    for wrong in (("--freeze", "x"), ("--split", "dev", "--thresholds", "x")):
        with pytest.raises(SystemExit):
            run(folder, tmp_path, *wrong)
