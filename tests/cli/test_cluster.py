"""`ectype cluster`: copies of the same pictures in groups, and every file in one row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from conftest import DONE, FATAL, NO_MATCH, NOT_EXAMINED, json_rows, run_cli, save, smooth_picture
from PIL import Image


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    """Two pictures with two copies each, of which the middle one is largest, and a lone one."""
    folder = tmp_path / "copies"
    folder.mkdir()
    for seed in (1, 2):
        picture = smooth_picture(seed, 200, 160)
        for name, width in (("a", 150), ("b", 400), ("c", 200)):
            image = Image.fromarray(picture).resize((width, width * 4 // 5))
            image.save(folder / f"{seed}{name}.jpg", quality=90)
    save(smooth_picture(3, 200, 160), folder / "3.png")
    return folder


def test_copies_are_grouped_and_the_largest_stands_for_them(copies: Path) -> None:
    done = run_cli("cluster", copies)
    assert done.returncode == DONE
    rows = {Path(row["path"]).name: row for row in json_rows(done.stdout)}
    assert list(rows) == sorted(rows)
    for seed in "12":
        group = [rows[f"{seed}{letter}.jpg"] for letter in "abc"]
        assert {row["cluster"] for row in group} == {int(seed) - 1}
        assert {row["size"] for row in group} == {3}
        assert {Path(row["representative"]).name for row in group} == {f"{seed}b.jpg"}
        assert group[1]["distance"] == 0
        assert all(row["distance"] <= 31 for row in group)
    assert rows["3.png"]["size"] == 1
    assert b"2 clusters of more than one picture" in done.stderr


@pytest.mark.parametrize("rule", ["medoid", "linked"])
def test_a_set_is_grouped_as_its_pictures_are(copies: Path, tmp_path: Path, rule: str) -> None:
    known = tmp_path / "set"
    run_cli("set", "create", known)
    run_cli("set", "add", "--level", "strict", known, copies)
    of_set = json_rows(run_cli("cluster", "--set", known, "--rule", rule).stdout)
    of_files = json_rows(run_cli("cluster", copies, "--rule", rule).stdout)
    for key in ("path", "cluster", "size"):
        assert [row[key] for row in of_set] == [row[key] for row in of_files]


TURNED = {
    "original": None,
    "flip_y": Image.Transpose.FLIP_LEFT_RIGHT,
    "flip_x": Image.Transpose.FLIP_TOP_BOTTOM,
    "rotate180": Image.Transpose.ROTATE_180,
    "rotate270": Image.Transpose.ROTATE_90,  # which turning on by 270 degrees undoes
    "rotate90": Image.Transpose.ROTATE_270,
    "flip_plus1": Image.Transpose.TRANSPOSE,
    "flip_minus1": Image.Transpose.TRANSVERSE,
}


@pytest.mark.parametrize("of", ["files", "set"])
def test_mirrored_and_turned_copies_are_found_and_said(tmp_path: Path, of: str) -> None:
    folder = tmp_path / "turned"
    folder.mkdir()
    for seed in (5, 6):
        picture = Image.fromarray(smooth_picture(seed, 640, 480))
        for name, turn in TURNED.items():
            turned = picture
            if turn is not None:
                turned = picture.transpose(turn).reduce(2)
            turned.save(folder / f"{seed}-{name}.jpg", quality=90)
    source: tuple[object, ...] = (folder,)
    if of == "set":
        run_cli("set", "create", tmp_path / "set")
        run_cli("set", "add", "--level", "strict", tmp_path / "set", folder)
        source = ("--set", tmp_path / "set")
    rows = json_rows(run_cli("cluster", *source).stdout)
    assert [row["size"] for row in rows] == [8] * 16
    assert len({row["cluster"] for row in rows}) == 2
    representative = Path(rows[0]["representative"]).name
    if of == "files":  # a set does not know which picture is largest
        assert representative == "5-original.jpg"
        for row in rows:
            assert row["transform"] == Path(row["path"]).stem.split("-")[1]
    upright = json_rows(run_cli("cluster", *source, "--no-dihedral").stdout)
    assert {row["size"] for row in upright} == {1}
    assert {row["transform"] for row in upright} == {"original"}


def test_what_cannot_be_matched_has_a_row_and_no_cluster(copies: Path, tmp_path: Path) -> None:
    (copies / "text.jpg").write_text("no picture")
    Image.new("RGB", (100, 100)).save(copies / "flat.png")
    done = run_cli("cluster", copies, "--format", "csv")
    assert done.returncode == NOT_EXAMINED
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
    assert len(rows) == 9
    lone = {Path(row["path"]).name: row for row in rows if not row["cluster"]}
    assert {name: row["outcome"] for name, row in lone.items()} == {
        "flat.png": "low_quality",
        "text.jpg": "unsupported",
    }


def test_without_copies_it_says_so(copies: Path) -> None:
    assert run_cli("cluster", copies / "3.png").returncode == NO_MATCH
    assert run_cli("cluster").returncode == FATAL
    assert run_cli("cluster", copies, "--set", "x").returncode == FATAL
