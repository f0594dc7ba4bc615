"""`ectype set doctor`, `quarantine` and `release`: hubs, and how they are kept from matching."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from conftest import DONE, FATAL, NO_MATCH, Pictures, json_rows, run_cli


def hash_with(*bits: int) -> str:
    """The hexadecimal text of a hash with these bits set."""
    return f"{sum(1 << bit for bit in bits):064x}"


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """A bridge (hash 1) between 12 pictures, and 13 copies (14 to 26) of another picture."""
    spokes = [hash_with(*range(20 * i, 20 * i + 20)) for i in range(12)]
    copies = [hash_with(*range(0, 256, 2), 2 * i + 1) for i in range(13)]
    hashes = [hash_with(), *spokes, *copies]
    names = ["hub", *(f"spoke {i}" for i in range(12)), *(f"copy {i}" for i in range(13))]
    (tmp_path / "list.jsonl").write_text(
        "".join(
            json.dumps({"item": name, "hash": text}) + "\n" for name, text in zip(names, hashes)
        )
    )
    known = tmp_path / "set.ectype"
    assert run_cli("set", "create", known).returncode == DONE
    done = run_cli("set", "import", known, tmp_path / "list.jsonl")
    assert done.returncode == DONE, done
    return known


@pytest.fixture
def known(tmp_path: Path, pictures: Pictures) -> Path:
    path = tmp_path / "known.ectype"
    assert run_cli("set", "create", path).returncode == DONE
    assert run_cli("set", "add", "--level", "strict", path, pictures.a, pictures.b).returncode == DONE
    return path


def scan(known: Path, picture: Path, *options: Any) -> list[dict[str, Any]]:
    (row,) = json_rows(run_cli("scan", picture, "--against", known, *options).stdout)
    return row["matches"]


def test_doctor_tells_bridges_from_copies(crowded: Path) -> None:
    done = run_cli("set", "doctor", crowded, "--min-count", 12, "--items", 2)
    assert done.returncode == DONE
    rows = json_rows(done.stdout)
    assert [row["hash_ids"] for row in rows] == [[1], *([14 + i] for i in range(13))]
    assert rows[0] == {
        "hash_ids": [1],
        "item": "hub",
        "count": 12,
        "mutual_percent": 0,
        "bridge": True,
        "quarantined": 0,
        "matched": [{"item": "spoke 0"}, {"item": "spoke 1"}],
    }
    assert {(row["count"], row["mutual_percent"]) for row in rows[1:]} == {(12, 100)}
    assert b"26 hashes; 14 hubs, of these 1 bridge" in done.stderr


def test_doctor_finds_nothing_in_a_sound_set(crowded: Path, known: Path) -> None:
    for path in (crowded, known):  # by default a hub matches 20 others
        done = run_cli("set", "doctor", path)
        assert (done.returncode, done.stdout) == (NO_MATCH, b"")
    assert json_rows(run_cli("set", "doctor", crowded, "--min-count", 12, "--radius", 1).stdout) == []


def test_doctor_says_the_same_in_every_format(crowded: Path, tmp_path: Path) -> None:
    rows = json_rows(run_cli("set", "doctor", crowded, "--min-count", 12).stdout)
    done = run_cli(
        "set", "doctor", crowded, "--min-count", 12, "--format", "csv", "-o", tmp_path / "out"
    )
    assert (done.returncode, done.stdout) == (DONE, b"")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600
    text = (tmp_path / "out").read_bytes().decode()
    of_csv = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(of_csv) == len(rows)
    for one, other in zip(of_csv, rows):
        assert one["hash_ids"] == str(other["hash_ids"][0])
        assert (one["item"], one["count"]) == (other["item"], str(other["count"]))
        assert (one["bridge"] == "true") == other["bridge"]
        assert json.loads(one["matched"]) == other["matched"]
    table = run_cli("set", "doctor", crowded, "--min-count", 12, "--format", "table").stdout
    lines = table.decode().splitlines()
    assert len(lines) == 1 + len(rows)
    assert lines[1].split()[:5] == ["1", "12", "0", "%", "no"]
    assert lines[1].endswith("hub: spoke 0, spoke 1, spoke 2, spoke 3, spoke 4, ... (12)")
    for output in (text, table.decode(), json.dumps(rows)):
        assert "0000" not in output, "never a hash"


def test_doctor_puts_bridges_in_quarantine_and_leaves_copies(crowded: Path) -> None:
    done = run_cli("set", "doctor", crowded, "--min-count", 12, "--quarantine")
    assert done.returncode == DONE
    assert b"1 hash put in quarantine" in done.stderr
    (row,) = json_rows(run_cli("set", "quarantine", crowded, "--json").stdout)
    assert (row["hash_id"], row["item"]) == (1, "hub")
    assert "12 or more items" in row["reason"]
    again = run_cli("set", "doctor", crowded, "--min-count", 12, "--quarantine")
    assert json_rows(again.stdout)[0]["quarantined"] == 1
    assert b"0 hashes put in quarantine" in again.stderr


def test_a_match_can_be_put_in_quarantine_and_released(known: Path, pictures: Pictures) -> None:
    (match,) = scan(known, pictures.a)
    assert "quarantined" not in match
    done = run_cli("set", "quarantine", known, "--hash-id", match["hash_id"], "--reason", "benign")
    assert (done.returncode, done.stdout) == (DONE, b"1 hash put in quarantine\n")
    assert run_cli("scan", pictures.a, "--against", known).returncode == NO_MATCH
    assert scan(known, pictures.a, "--include-quarantined") == [{**match, "quarantined": True}]
    table = run_cli(
        "scan", pictures.a, "--against", known, "--include-quarantined", "--format", "table"
    )
    assert b"; in quarantine" in table.stdout
    assert json.loads(run_cli("set", "info", known, "--json").stdout)["quarantined"] == 1
    assert b"quarantined 1\n" in run_cli("set", "info", known).stdout
    listed = run_cli("set", "quarantine", known)
    assert listed.returncode == DONE
    assert listed.stdout.endswith(f"{pictures.a}: benign\n".encode())
    assert run_cli("set", "verify", known).returncode == DONE
    released = run_cli("set", "release", known, "--hash-id", match["hash_id"])
    assert (released.returncode, released.stdout) == (DONE, b"1 hash released\n")
    assert run_cli("set", "release", known, "--hash-id", 1).returncode == NO_MATCH
    assert run_cli("set", "quarantine", known).returncode == NO_MATCH
    assert scan(known, pictures.a) == [match]


def test_several_ids_are_all_taken_or_none(known: Path) -> None:
    def quarantine(*ids: Any) -> int:
        options = [part for one in ids for part in ("--hash-id", one)]
        return run_cli("set", "quarantine", known, *options, "--reason", "x").returncode

    assert quarantine(1, 99) == FATAL
    assert run_cli("set", "quarantine", known).returncode == NO_MATCH
    assert quarantine("1,2") == DONE
    assert run_cli("set", "release", known, "--hash-id", 1, 2).stdout == b"2 hashes released\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["quarantine", "--hash-id", 1],
        ["quarantine", "--reason", "x"],
        ["quarantine", "--hash-id", "x", "--reason", "x"],
        ["release"],
        ["release", "--hash-id", 0],
        ["doctor", "--min-count", 0],
        ["doctor", "--radius", 257],
        ["doctor", "--format", "hex"],
    ],
)
def test_wrong_usage(known: Path, arguments: list[Any]) -> None:
    command, *options = arguments
    before = known.read_bytes()
    done = run_cli("set", command, known, *options)
    assert (done.returncode, done.stdout) == (FATAL, b"")
    assert known.read_bytes() == before


def test_merging_says_what_came_into_quarantine(known: Path, tmp_path: Path) -> None:
    run_cli("set", "quarantine", known, "--hash-id", 2, "--reason", "benign")
    target = tmp_path / "target.ectype"
    run_cli("set", "create", target)
    done = run_cli("set", "merge", target, known)
    assert b"2 added, 0 already present, 1 put in quarantine" in done.stdout
    (row,) = json_rows(run_cli("set", "quarantine", target, "--json").stdout)
    assert (row["hash_id"], row["reason"]) == (2, "benign")
