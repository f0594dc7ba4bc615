"""Levels on the command line: what is stored, what is found, and what is told."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import ectype
import numpy as np
import PIL.Image
import pytest
from conftest import DONE, NO_MATCH, Pixels, busy_picture, json_rows, run_cli, save

PHOTOS = 6


def bordered(pixels: Pixels, level: int) -> Pixels:
    return np.pad(pixels, ((50, 50), (50, 50), (0, 0)), constant_values=level)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("busy")
    for seed in range(PHOTOS):
        save(busy_picture(seed), path / f"{seed}.png")
    return path


@pytest.fixture(scope="module", params=["standard", "thorough"])
def known(
    request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    path = tmp_path_factory.mktemp("known") / "known.ectype"
    level = str(request.param)
    assert run_cli("set", "create", path).returncode == DONE
    assert run_cli("set", "add", path, folder, "--level", level).returncode == DONE
    return path, level


COPIES = {
    "inverted": lambda pixels: 255 - pixels,
    "bordered": lambda pixels: bordered(pixels, 255),
    "cut": lambda pixels: pixels[40:, 50:],
    "turned": lambda pixels: np.rot90(pixels),
}


@pytest.mark.parametrize("change", COPIES)
def test_a_copy_that_strict_misses_is_found(
    known: tuple[Path, str], tmp_path: Path, change: str
) -> None:
    path, level = known
    copy = save(COPIES[change](busy_picture(3)), tmp_path / "copy.png")
    if change != "turned":
        assert run_cli("scan", copy, "--against", path, "--level", "strict").returncode == NO_MATCH
    done = run_cli("scan", copy, "--against", path, "--level", level)
    assert done.returncode == DONE
    (row,) = json_rows(done.stdout)
    (match,) = row["matches"]
    assert match["item"].endswith("3.png")
    assert 0 < match["false_matches"] <= 1e-6 * PHOTOS
    recipes = [match["recipe"]] + [each["recipe"] for each in match.get("further", [])]
    assert len(recipes) == len(set(recipes)) >= 1
    if change == "inverted":
        assert match["inverted"]


def test_parts_are_told_by_their_corners(known: tuple[Path, str], tmp_path: Path) -> None:
    path, level = known
    copy = save(busy_picture(2)[:, 200:], tmp_path / "half.png")
    (row,) = json_rows(run_cli("scan", copy, "--against", path, "--level", level).stdout)
    (match,) = row["matches"]
    if "known_part" not in match:
        pytest.fail(f"by {match['recipe']}, not by keypoints")
    assert min(x for x, _ in match["known_part"]) > 0.4
    assert match["inliers"] >= 4


def test_other_pictures_are_no_match(known: tuple[Path, str], tmp_path: Path) -> None:
    path, level = known
    other = save(busy_picture(77), tmp_path / "other.png")
    assert run_cli("scan", other, "--against", path, "--level", level).returncode == NO_MATCH


def test_compare_tells_why(folder: Path, tmp_path: Path) -> None:
    copy = save(bordered(busy_picture(1), 0), tmp_path / "copy.png")
    done = run_cli("compare", copy, folder / "1.png")
    assert done.returncode == DONE
    assert b"without its borders" in done.stdout and b"not proof" in done.stdout
    done = run_cli("compare", "--json", copy, folder / "2.png")
    assert done.returncode == NO_MATCH
    row = json.loads(done.stdout)
    assert row["verdict"] == "no match" and row["level"] == "standard"
    assert row["false_matches_per_million"] > 1


def test_compare_draws_why_when_asked(folder: Path, tmp_path: Path) -> None:
    copy = save(bordered(busy_picture(1), 0), tmp_path / "copy.png")
    drawn = tmp_path / "why.png"
    done = run_cli("compare", copy, folder / "1.png", "--explain", drawn)
    assert done.returncode == DONE
    assert drawn.stat().st_mode & 0o777 == 0o600
    with PIL.Image.open(drawn) as picture:
        assert (picture.mode, picture.height) == ("RGB", 376)
    before = drawn.read_bytes()
    again = run_cli("compare", copy, folder / "1.png", "--explain", drawn)
    assert again.returncode not in (DONE, NO_MATCH) and drawn.read_bytes() == before
    clear = tmp_path / "clear.png"
    run_cli("compare", copy, folder / "1.png", "--explain", clear, "--clear")
    assert len(clear.read_bytes()) > len(before)
    for wrong in (["--clear"], ["--level", "strict", "--explain", tmp_path / "no.png"]):
        refused = run_cli("compare", copy, folder / "1.png", *wrong)
        assert refused.returncode not in (DONE, NO_MATCH)
    assert not (tmp_path / "no.png").exists()


def test_a_radius_and_a_level_exclude_each_other(folder: Path, known: tuple[Path, str]) -> None:
    done = run_cli(
        "scan", folder, "--against", known[0], "--level", "thorough", "--radius", "31"
    )
    assert done.returncode not in (DONE, NO_MATCH)


def test_python_finds_the_same(known: tuple[Path, str]) -> None:
    path, level = known
    copies = [change(busy_picture(4)) for change in COPIES.values()]
    found = ectype.HashSet.open(path).match(copies, level=level)
    assert found.query.tolist() == [0, 1, 2, 3]
    assert all(name.endswith("4.png") for name in found.item)
    assert found.inverted[0]
    assert all(0 < each <= 1e-6 * PHOTOS for each in found.false_matches)
    for match, evidence in zip(found.keypoints, found.evidence):
        assert (match is None) == (evidence[0][1] >= 0)
    strict = ectype.HashSet.open(path).match([busy_picture(4)], level="strict")
    assert strict.distance.tolist() == [0] and strict.false_matches[0] < 1e-6
    signed = [pickle.loads(pickle.dumps(ectype.sign_level(copy, level=level))) for copy in copies]
    again = ectype.HashSet.open(path).match(signed, level=level)
    assert again.item == found.item and again.false_matches.tolist() == found.false_matches.tolist()
    assert signed[1].content is not None
    comparison = ectype.compare_level(copies[0], busy_picture(4), level=level)
    assert comparison.verdict == "match"
    stored = ectype.sign_level(busy_picture(4), level=level, purpose="store")
    assert ectype.compare_level(signed[0], stored, level=level) == comparison
    with pytest.raises(ectype.Error):
        ectype.compare_level(copies[0], copies[1], level="loose")
