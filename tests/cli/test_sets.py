"""`ectype set`: create, add, info, remove, merge, verify, index."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

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


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "set.ectype"
    assert run_cli("set", "create", path).returncode == DONE
    return path


@pytest.fixture
def known(empty: Path, pictures: Pictures) -> Path:
    added = run_cli("set", "add", "--level", "strict", empty, pictures.folder, "--label", "seen", "--source", "case 7")
    assert added.returncode == DONE
    return empty


def exported(path: Path) -> list[dict[str, Any]]:
    done = run_cli("set", "export", path)
    assert (done.returncode, done.stderr) == (DONE, b"")
    return json_rows(done.stdout)


def info(path: Path) -> dict[str, Any]:
    return json.loads(run_cli("set", "info", path, "--json").stdout)


def damage(path: Path, needle: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(needle)] ^= 1
    path.write_bytes(content)


def test_create_makes_a_private_file_and_never_replaces_one(empty: Path) -> None:
    assert stat.S_IMODE(empty.stat().st_mode) == 0o600
    before = empty.read_bytes()
    done = run_cli("set", "create", empty)
    assert (done.returncode, done.stdout) == (FATAL, b"")
    assert b"exists" in done.stderr
    assert empty.read_bytes() == before
    assert run_cli("set", "create", empty.parent / "no/folder").returncode == FATAL


def test_added_files_have_their_facts(known: Path, pictures: Pictures) -> None:
    rows = exported(known)
    assert [row["item"] for row in rows] == sorted(map(str, pictures.folder.iterdir()))
    hashes = [row["hash"] for row in json_rows(run_cli("hash", pictures.folder).stdout)]
    assert [row["hash"] for row in rows] == hashes
    for row in rows:
        assert (row["label"], row["source"], row["recipe"]) == ("seen", "case 7", "pdq/1:exact")
    assert stat.S_IMODE(known.stat().st_mode) == 0o600


def test_adding_twice_adds_nothing(known: Path, pictures: Pictures) -> None:
    before = info(known)
    again = run_cli("set", "add", "--level", "strict", known, pictures.folder, "--label", "seen", "--source", "case 7")
    assert again.returncode == DONE
    assert b"0 added, 3 already present" in again.stdout
    assert info(known) == before


def test_what_cannot_be_added_is_said_and_the_rest_is_added(
    empty: Path, tmp_path: Path, pictures: Pictures
) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("hello, this is text\n")
    rows_file = tmp_path / "rows"
    done = run_cli("set", "add", "--level", "strict", empty, pictures.a, text, "absent.png", "-o", rows_file)
    assert done.returncode == NOT_EXAMINED
    assert b"1 added" in done.stdout
    assert b"text.jpg: unsupported" in done.stderr
    assert b"absent.png: unreadable" in done.stderr
    assert [row["item"] for row in exported(empty)] == [str(pictures.a)]
    outcomes = [row["outcome"] for row in json_rows(rows_file.read_bytes())]
    assert outcomes == ["hashed", "unsupported", "unreadable"]
    assert stat.S_IMODE(rows_file.stat().st_mode) == 0o600


def test_files_to_add_come_from_a_list(empty: Path, pictures: Pictures) -> None:
    names = b"\0".join(map(os.fsencode, (pictures.b, pictures.a)))
    assert run_cli("set", "add", "--level", "strict", empty, "--files-from", "-", "-0", input=names).returncode == DONE
    assert [row["item"] for row in exported(empty)] == [str(pictures.b), str(pictures.a)]


def test_low_quality_is_stored_and_counted(known: Path) -> None:
    facts = info(known)
    assert facts["recipes"] == [{"recipe": "pdq/1:exact", "hashes": 3, "low_quality": 1}]


def test_info(known: Path) -> None:
    facts = info(known)
    assert (facts["items"], facts["hashes"], facts["format"]) == (3, 3, 4)
    assert facts["sources"] == ["case 7"]
    assert len(facts["uuid"]) == 36
    assert facts["generation"] >= 1
    text = run_cli("set", "info", known).stdout.decode()
    assert facts["uuid"] in text
    assert "case 7" in text


def test_removing(known: Path, pictures: Pictures, tmp_path: Path) -> None:
    for seed, source in ((5, "x"), (6, "y"), (7, "y")):
        picture = save(smooth_picture(seed, 50, 50), tmp_path / f"{seed}.png")
        run_cli("set", "add", "--level", "strict", known, picture, "--label", f"label {seed}", "--source", source)
    before = info(known)["generation"]
    assert run_cli("set", "remove", known, "nobody").returncode == NO_MATCH
    assert info(known)["generation"] == before
    assert b"1 item removed" in run_cli("set", "remove", known, pictures.a).stdout
    assert run_cli("set", "remove", known, "--label", "label 5").returncode == DONE
    assert b"2 items" in run_cli("set", "remove", known, "--source", "y").stdout
    assert [row["item"] for row in exported(known)] == [str(pictures.b), str(pictures.flat)]
    assert info(known)["generation"] > before
    assert run_cli("set", "remove", known).returncode == FATAL
    assert run_cli("set", "verify", known).returncode == DONE


def test_merging(known: Path, pictures: Pictures, tmp_path: Path) -> None:
    other = tmp_path / "other.ectype"
    run_cli("set", "create", other)
    new = save(smooth_picture(9, 50, 50), tmp_path / "new.png")
    run_cli("set", "add", "--level", "strict", other, new, "--label", "fresh")
    run_cli("set", "add", "--level", "strict", other, pictures.a, "--label", "seen", "--source", "case 7")
    before = other.read_bytes()
    done = run_cli("set", "merge", known, other)
    assert done.returncode == DONE
    assert b"1 added, 1 already present" in done.stdout
    rows = exported(known)
    assert len(rows) == 4
    assert (rows[3]["item"], rows[3]["label"]) == (str(new), "fresh")
    assert other.read_bytes() == before
    assert run_cli("set", "merge", known, tmp_path / "absent").returncode == FATAL


def test_verify_names_what_is_wrong(known: Path, pictures: Pictures) -> None:
    done = run_cli("set", "verify", known)
    assert done.returncode == DONE
    (row,) = json_rows(run_cli("hash", pictures.b).stdout)
    damage(known, bytes.fromhex(row["hash"]))
    done = run_cli("set", "verify", known)
    assert done.returncode == FATAL
    assert b"hashes" in done.stdout + done.stderr
    for command in ("export", "merge"):
        others = [known] if command == "merge" else []
        done = run_cli("set", command, known, *others)
        assert done.returncode == FATAL
        assert b"damaged" in done.stderr or b"row" in done.stderr


@pytest.mark.parametrize("cut", [1, 1000, 4096, 9000])
def test_a_cut_set_is_refused_by_all(known: Path, pictures: Pictures, cut: int) -> None:
    content = known.read_bytes()
    known.write_bytes(content[:-cut])
    commands: list[list[Any]] = [
        ["set", "verify", known],
        ["set", "export", known],
        ["set", "info", known],
        ["scan", pictures.a, "--against", known],
        ["set", "add", known, pictures.a],
    ]
    statuses = [run_cli(*command).returncode for command in commands]
    assert statuses == [FATAL] * len(commands)


@pytest.mark.parametrize("command", ["add", "info", "verify", "export", "import", "remove"])
@pytest.mark.parametrize("content", [None, b"", b"just a text " * 99, b"\x89PNG\r\n\x1a\n123"])
def test_what_is_no_set_is_refused_and_left_alone(
    command: str, content: bytes | None, tmp_path: Path, pictures: Pictures
) -> None:
    path = tmp_path / "foreign"
    if content is not None:
        path.write_bytes(content)
    (tmp_path / "list").write_text("f8" * 32)
    more = {"add": [pictures.a], "import": [tmp_path / "list"], "remove": ["a"]}.get(command, [])
    done = run_cli("set", command, path, *more)
    assert (done.returncode, done.stdout) == (FATAL, b"")
    assert b"foreign" in done.stderr
    assert (path.read_bytes() if path.exists() else None) == content


def test_an_index_beside_the_set(known: Path, pictures: Pictures, tmp_path: Path) -> None:
    index = Path(f"{known}.pdq.index")
    before = without_record(run_cli("scan", pictures.folder, "--against", known).stdout)
    done = run_cli("set", "index", known)
    assert (done.returncode, done.stdout) == (DONE, f"{index}\n".encode())
    assert stat.S_IMODE(index.stat().st_mode) == 0o600
    assert without_record(run_cli("scan", pictures.folder, "--against", known).stdout) == before
    assert b", 0 changes since\n" in run_cli("set", "info", known).stdout
    content = bytearray(index.read_bytes())
    content[-1] ^= 1
    index.write_bytes(content)
    assert without_record(run_cli("scan", pictures.folder, "--against", known).stdout) == before
    assert run_cli("set", "verify", known).returncode == FATAL
    assert run_cli("set", "index", known).returncode == DONE
    assert run_cli("set", "verify", known).returncode == DONE


def test_an_empty_set_has_no_index(empty: Path) -> None:
    done = run_cli("set", "index", empty)
    assert (done.returncode, done.stdout) == (DONE, b"no hash to index\n")
