"""`ectype scan` and `ectype compare`."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import (
    DONE,
    FATAL,
    NO_MATCH,
    NOT_EXAMINED,
    Pictures,
    json_rows,
    run_cli,
    save,
    smooth_picture,
    without_record,
)
from PIL import Image

MATCH_FIELDS = {"item", "label", "distance", "transform", "recipe", "quality"}

TURNS = {  # how a copy was made, and the transform of it that gives the known picture
    Image.Transpose.ROTATE_90: "rotate270",  # both counter-clockwise
    Image.Transpose.ROTATE_180: "rotate180",
    Image.Transpose.ROTATE_270: "rotate90",
    Image.Transpose.FLIP_LEFT_RIGHT: "flip_y",
    Image.Transpose.FLIP_TOP_BOTTOM: "flip_x",
    Image.Transpose.TRANSPOSE: "flip_plus1",
    Image.Transpose.TRANSVERSE: "flip_minus1",
}


@pytest.fixture(scope="module")
def known(pictures: Pictures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of two pictures, with a flat one that must never match."""
    path = tmp_path_factory.mktemp("known") / "known.ectype"
    assert run_cli("set", "create", path).returncode == DONE
    added = run_cli("set", "add", path, pictures.folder, "--label", "seen", "--source", "case 7")
    assert added.returncode == DONE
    return path


def scan(known: Path, *args: Any, **kw: Any) -> tuple[list[dict[str, Any]], int]:
    done = run_cli("scan", *args, "--against", known, **kw)
    assert re.fullmatch(rb"\d+ files?(: [^\n]*)?\n", done.stderr)
    return json_rows(done.stdout), done.returncode


def test_a_copy_matches(known: Path, pictures: Pictures, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jpg"
    with Image.open(pictures.a) as picture:
        picture.resize((500, 375)).save(copy, quality=70)
    rows, status = scan(known, copy)
    assert status == DONE
    (row,) = rows
    facts = ["size", "modified", "md5", "sha1", "sha256"]
    picture = ["format", "width", "height", "recipe", "quality"]
    assert list(row) == ["path", "outcome", "reason", *facts, *picture, "matches"]
    assert (row["path"], row["outcome"], row["reason"]) == (str(copy), "matched", "")
    (match,) = row["matches"]
    assert set(match) >= MATCH_FIELDS
    assert 0 <= match["distance"] <= 31
    assert match["item"] == str(pictures.a)
    assert (match["label"], match["transform"], match["recipe"], match["quality"]) == (
        *("seen", "original", "pdq/1:exact", 100),
    )


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.name)
def test_a_turned_copy_matches_unless_that_is_switched_off(
    turn: Image.Transpose, known: Path, pictures: Pictures, tmp_path: Path
) -> None:
    with Image.open(pictures.b) as picture:
        picture.transpose(turn).save(tmp_path / "turned.png")
    (row,), status = scan(known, tmp_path)
    assert status == DONE
    (match,) = row["matches"]
    assert (match["item"], match["transform"]) == (str(pictures.b), TURNS[turn])
    (row,), status = scan(known, tmp_path, "--no-dihedral")
    assert (row["outcome"], row["matches"], status) == ("hashed", [], NO_MATCH)


def test_exit_statuses(known: Path, pictures: Pictures, tmp_path: Path) -> None:
    stranger = save(smooth_picture(77, 100, 100), tmp_path / "stranger.png")
    text = tmp_path / "text"
    text.write_text("hello, this is text\n")
    assert scan(known, pictures.a)[1] == DONE
    assert scan(known, stranger, pictures.a)[1] == DONE
    assert scan(known, stranger)[1] == NO_MATCH
    assert scan(known, stranger, text)[1] == NOT_EXAMINED
    rows, status = scan(known, pictures.a, text)
    assert status == NOT_EXAMINED
    assert [row["outcome"] for row in rows] == ["matched", "unsupported"]
    (tmp_path / "empty").mkdir()
    assert scan(known, tmp_path / "empty") == ([], NO_MATCH)


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "a.png"],
        ["scan", "a.png", "--against", "absent.ectype"],
        ["scan", "a.png", "--against", "/"],
        ["scan", "--against", "KNOWN"],
        ["scan", "a.png", "--against", "KNOWN", "--radius", "257"],
        ["scan", "a.png", "--against", "KNOWN", "--radius", "-1"],
        ["scan", "a.png", "--against", "KNOWN", "--format", "xml"],
        ["compare", "a.png"],
        ["compare", "a.png", "absent.png"],
        ["compare", "a.png", "text.txt"],
        ["compare", "a.png", "a.png", "--radius", "300"],
        ["compare", "a.png", "a.png", "b.png"],
    ],
)
def test_what_cannot_be_done_is_fatal_and_says_why(
    arguments: list[str], known: Path, tmp_path: Path
) -> None:
    save(smooth_picture(1, 40, 40), tmp_path / "a.png")
    (tmp_path / "text.txt").write_text("hello, this is text\n")
    words = [str(known) if word == "KNOWN" else word for word in arguments]
    done = run_cli(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (FATAL, b"")
    assert done.stderr
    assert not (tmp_path / "absent.ectype").exists()


def test_low_quality_never_matches(known: Path, pictures: Pictures, tmp_path: Path) -> None:
    other = save(np.full((64, 64, 3), 91, np.uint8), tmp_path / "other.png")
    (row,), status = scan(known, other, "--radius", "256")
    assert (row["outcome"], row["matches"], status) == ("low_quality", [], NO_MATCH)
    (row,), _ = scan(known, pictures.a, "--radius", "256")  # the stored one does not either
    assert {match["item"] for match in row["matches"]} == {str(pictures.a), str(pictures.b)}


def test_the_radius_is_inclusive(known: Path, pictures: Pictures, tmp_path: Path) -> None:
    with Image.open(pictures.a) as picture:
        picture.crop((9, 7, 320, 240)).save(tmp_path / "crop.png")
    (row,), _ = scan(known, tmp_path, "--radius", 100)
    distance = row["matches"][0]["distance"]
    assert 0 < distance <= 100
    assert scan(known, tmp_path, "--radius", distance)[1] == DONE
    assert scan(known, tmp_path, "--radius", distance - 1)[1] == NO_MATCH
    pair = ["compare", pictures.a, tmp_path / "crop.png", "--radius"]
    assert run_cli(*pair, distance).returncode == DONE
    assert run_cli(*pair, distance - 1).returncode == NO_MATCH


def test_a_damaged_query_matches_and_says_so(
    known: Path, pictures: Pictures, tmp_path: Path
) -> None:
    with Image.open(pictures.a) as picture:
        picture.save(tmp_path / "whole.jpg", quality=95)
    content = (tmp_path / "whole.jpg").read_bytes()
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(content[: int(len(content) * 0.97)])
    (row,), status = scan(known, cut, "--radius", 60)
    assert status == DONE
    assert row["outcome"] == "matched"
    assert re.search(r"damaged.*\d+\.\d % of the rows", row["reason"])
    assert row["matches"][0]["item"] == str(pictures.a)
    assert row["matches"][0]["damaged"] is True
    done = run_cli("scan", cut, "--radius", 60, "--against", known, "--format", "table")
    assert b"damaged" in done.stdout


def test_formats(known: Path, pictures: Pictures, tmp_path: Path) -> None:
    (tmp_path / "=text, \n").write_text("hello, this is text\n")
    asked = ("scan", pictures.folder, tmp_path, "--against", known, "--format")
    rows = json_rows(run_cli(*asked, "jsonl").stdout)
    text = run_cli(*asked, "csv").stdout.decode()
    *records, record_of_run = csv.DictReader(io.StringIO(text, newline=""))
    assert record_of_run["outcome"] == "run" and len(records) == len(rows) == 4
    for row, record in zip(rows, records, strict=True):
        assert None not in record
        assert (record["path"], record["outcome"]) == (row["path"], row["outcome"])
        assert record["reason"] == row["reason"]
        assert json.loads(record["matches"] or "[]") == row["matches"]
        for field in MATCH_FIELDS if row["matches"] else ():
            column = "known_" + field if field in ("recipe", "quality") else field
            assert record[column] == str(row["matches"][0].get(field, ""))
    table = run_cli(*asked, "table").stdout.decode().splitlines()
    assert len(table) == 5  # a header, and a line a file: there are no names that break lines
    for row, line in zip(rows, table[1:], strict=True):
        assert row["outcome"] in line
        assert row["path"].replace("\n", "\\n") in line
    assert "seen" in table[1]


def test_rows_do_not_depend_on_threads(known: Path, pictures: Pictures, tmp_path: Path) -> None:
    for seed in range(30):
        save(smooth_picture(seed, 60, 40), tmp_path / f"{seed}.png")
    asked = ("scan", tmp_path, pictures.folder, "--against", known, "--radius", 120, "-j")
    assert len({without_record(run_cli(*asked, threads).stdout) for threads in (1, 2, 4)}) == 1


def test_items_come_under_the_name_they_were_added_by(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    plain = save(smooth_picture(1, 60, 50), tmp_path / "plain.png")
    os.rename(plain, os.path.join(os.fsencode(folder), b"=caf\xe9\n.png"))
    run_cli("set", "create", "s", cwd=tmp_path)
    assert run_cli("set", "add", "s", "pictures", cwd=tmp_path).returncode == DONE
    (row,), _ = scan(Path("s"), "pictures", cwd=tmp_path)
    (match,) = row["matches"]
    assert base64.b64decode(match["item_base64"]) == b"pictures/=caf\xe9\n.png"
    assert base64.b64decode(row["path_base64"]) == b"pictures/=caf\xe9\n.png"


def test_a_damaged_set_is_fatal_and_leaves_no_output(
    known: Path, pictures: Pictures, tmp_path: Path
) -> None:
    (row,) = json_rows(run_cli("hash", pictures.b).stdout)
    content = bytearray(known.read_bytes())
    content[content.index(bytes.fromhex(row["hash"])) + 3] ^= 0x10
    (tmp_path / "broken").write_bytes(content)
    asked = ("scan", pictures.folder, "--against", tmp_path / "broken", "-o", tmp_path / "out")
    done = run_cli(*asked)
    assert (done.returncode, done.stdout) == (FATAL, b"")
    assert b"broken" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["broken"]


def test_scanning_changes_nothing_and_output_is_private(
    known: Path, pictures: Pictures, tmp_path: Path
) -> None:
    before = known.read_bytes()
    assert scan(known, pictures.folder, "-o", tmp_path / "out") == ([], DONE)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600
    assert known.read_bytes() == before
    assert [path.name for path in known.parent.iterdir()] == ["known.ectype"]


def compared(*args: Any) -> tuple[dict[str, Any], int]:
    done = run_cli("compare", "--level", "strict", *args, "--json")
    assert done.stderr == b""
    (row,) = json_rows(done.stdout)
    return row, done.returncode


def test_compare_as_json(pictures: Pictures, tmp_path: Path) -> None:
    row, status = compared(pictures.a, pictures.a)
    assert status == DONE
    assert row == {
        "a": str(pictures.a),
        "b": str(pictures.a),
        "distance": 0,
        "transform": "original",
        "recipe": "pdq/1:exact",
        "quality_a": 100,
        "quality_b": 100,
        "verdict": "match",
    }
    row, status = compared(pictures.a, pictures.b)
    assert (row["verdict"], status) == ("no match", NO_MATCH)
    assert row["distance"] > 31
    row, status = compared(pictures.flat, pictures.flat)
    assert (row["verdict"], row["quality_a"], status) == ("low quality", 0, NO_MATCH)
    with Image.open(pictures.a) as picture:
        picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tmp_path / "mirror.png")
    row, status = compared(tmp_path / "mirror.png", pictures.a)
    assert (row["verdict"], row["transform"], status) == ("match", "flip_y", DONE)
    with Image.open(pictures.a) as picture:
        picture.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png")
    assert compared(tmp_path / "turned.png", pictures.a)[0]["transform"] == "rotate270"


def test_compare_in_words(pictures: Pictures) -> None:
    done = run_cli("compare", pictures.a, pictures.a)
    assert (done.returncode, done.stderr) == (DONE, b"")
    assert re.match(rb"(?i)match.*\b0\b", done.stdout)
    done = run_cli("compare", pictures.a, pictures.b)
    assert done.returncode == NO_MATCH
    assert b"no match" in done.stdout.lower()
    done = run_cli("compare", pictures.a, pictures.flat)
    assert done.returncode == NO_MATCH
    assert b"low quality" in done.stdout.lower()


def test_a_picture_too_small_to_compare_is_no_match_with_itself(tmp_path: Path) -> None:
    tiny = save(np.zeros((4, 4), np.uint8), tmp_path / "tiny.png")
    done = run_cli("compare", "-a", "pdq", tiny, tiny)
    assert done.returncode in (NO_MATCH, FATAL)
    assert re.search(b"small|5 pixels", done.stdout + done.stderr)
