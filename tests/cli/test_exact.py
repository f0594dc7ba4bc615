"""Files that are known byte for byte: digests in sets, in lists, and in matches."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from pathlib import Path

import pytest
from conftest import DONE, NO_MATCH, NOT_EXAMINED, Pictures, json_rows, run_cli


@pytest.fixture
def known(tmp_path: Path) -> Path:
    path = tmp_path / "known.ectype"
    assert run_cli("set", "create", path).returncode == DONE
    return path


def digests(data: bytes) -> dict[str, str]:
    return {name: hashlib.new(name, data).hexdigest() for name in ("md5", "sha1", "sha256")}


def import_text(known: Path, text: str, *options: str) -> int:
    path = known.parent / "list.txt"
    path.write_text(text)
    return run_cli("set", "import", known, path, *options).returncode


def test_the_same_file_is_told_from_a_copy(known: Path, pictures: Pictures, tmp_path: Path) -> None:
    assert run_cli("set", "add", known, pictures.folder).returncode == DONE
    from PIL import Image

    Image.open(pictures.a).save(tmp_path / "again.png", compress_level=1)
    shutil.copy(pictures.a, tmp_path / "same.dat")
    done = run_cli("scan", tmp_path / "again.png", tmp_path / "same.dat", "--against", known)
    again, same = json_rows(done.stdout)
    assert "exact" not in again["matches"][0] and again["matches"][0]["distance"] == 0
    (match,) = same["matches"]
    assert match["exact"] == "sha256" and match["item"] == str(pictures.a)
    assert match["distance"] == 0 and match["recipe"] == "pdq/1:exact"


def test_a_picture_without_content_is_known_by_its_bytes(known: Path, pictures: Pictures) -> None:
    assert run_cli("set", "add", known, pictures.folder).returncode == DONE
    (row,) = json_rows(run_cli("scan", pictures.flat, "--against", known).stdout)
    assert row["outcome"] == "matched" and "degenerate" in row["reason"]
    (match,) = row["matches"]
    assert match["exact"] == "sha256" and "distance" not in match and "recipe" not in match


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_lists_of_digests_are_imported(known: Path, tmp_path: Path, kind: str, form: str) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(40))
    other = tmp_path / "other.bin"
    other.write_bytes(b"other")
    value = digests(film.read_bytes())[kind].upper()
    text = (
        f"filename,{kind.upper()},category\nfilm,{value},1\n"
        if form == "csv"
        else json.dumps({"name": "film", kind: value, "category": "1"}) + "\n"
    )
    assert import_text(known, text) == DONE
    done = run_cli("scan", film, other, "--against", known)
    assert done.returncode == NOT_EXAMINED
    rows = json_rows(done.stdout)
    assert [row["outcome"] for row in rows] == ["matched", "unsupported"]
    assert [(m["item"], m["exact"]) for m in rows[0]["matches"]] == [("film", kind)]
    assert "not a picture" in rows[0]["reason"]


def test_a_collision_of_a_weak_digest_is_no_match(known: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    has = digests(b"content")
    for md5, sha256 in ((has["md5"], "0" * 64), ("0" * 32, has["sha256"])):
        assert import_text(known, f"md5,sha256\n{md5},{sha256}\n") == DONE
    assert run_cli("scan", file, "--against", known).returncode == NOT_EXAMINED
    assert import_text(known, f"md5,sha256\n{has['md5']},{has['sha256']}\n") == DONE
    (row,) = json_rows(run_cli("scan", file, "--against", known).stdout)
    assert [match["exact"] for match in row["matches"]] == ["sha256"]


@pytest.mark.parametrize(
    "line", ["z" * 32, "0" * 31, "0" * 33, "0" * 40, "d41d8cd98f00b204e9800998ecf8427e,extra"]
)
def test_bad_digests_are_told_by_line(known: Path, line: str) -> None:
    path = known.parent / "bad.csv"
    path.write_text(f"md5\n{line}\n")
    done = run_cli("set", "import", known, path)
    assert done.returncode == NOT_EXAMINED and f"{path}:2: ".encode() in done.stderr
    assert b"1 line: 0 added" in done.stdout


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_digests_survive_export_and_import(
    known: Path, pictures: Pictures, tmp_path: Path, form: str
) -> None:
    assert run_cli("set", "add", known, pictures.folder).returncode == DONE
    assert import_text(known, "item,md5\n,d41d8cd98f00b204e9800998ecf8427e\n") == DONE
    exported = run_cli("set", "export", known, "--format", form).stdout
    assert hashlib.sha1(pictures.a.read_bytes()).hexdigest().encode() in exported
    copy, path = tmp_path / "copy.ectype", tmp_path / "exported"
    path.write_bytes(exported)
    assert run_cli("set", "create", copy).returncode == DONE
    assert run_cli("set", "import", copy, path).returncode == DONE
    assert run_cli("set", "export", copy, "--format", form).stdout == exported
    merged = run_cli("set", "merge", copy, known).stdout
    assert b"0 added, 4 already present" in merged
    info = json.loads(run_cli("set", "info", copy, "--json").stdout)
    assert info["items"] == info["with_digests"] == 4


def test_quarantine_holds_exact_matches_too(known: Path, pictures: Pictures) -> None:
    assert run_cli("set", "add", known, pictures.a, "--level", "strict").returncode == DONE
    held = run_cli("set", "quarantine", known, "--hash-id", 1, "--reason", "benign")
    assert held.returncode == DONE
    asked = ("scan", pictures.a, "--against", known)
    assert run_cli(*asked).returncode == NO_MATCH
    (row,) = json_rows(run_cli(*asked, "--include-quarantined").stdout)
    assert row["matches"][0]["exact"] == "sha256" and row["matches"][0]["quarantined"]


def test_table_and_csv_say_that_a_match_is_exact(known: Path, pictures: Pictures) -> None:
    assert run_cli("set", "add", known, pictures.flat).returncode == DONE
    asked = ("scan", pictures.flat, "--against", known, "--format")
    assert b"sha256" in run_cli(*asked, "table").stdout
    row, _ = csv.DictReader(io.StringIO(run_cli(*asked, "csv").stdout.decode()))
    assert row["exact"] == "sha256" and row["distance"] == row["known_recipe"] == ""
