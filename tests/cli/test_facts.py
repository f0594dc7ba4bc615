"""What rows of `ectype scan` say of each file beside its picture."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import DONE, json_rows, run_cli, save, smooth_picture

FACTS = ("size", "modified", "md5", "sha1", "sha256")


@pytest.fixture
def known(tmp_path: Path) -> Path:
    path = tmp_path / "known.ectype"
    assert run_cli("set", "create", path).returncode == DONE
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "files"
    path.mkdir()
    save(smooth_picture(1, 300, 200), path / "a.jpg")
    (path / "empty").write_bytes(b"")
    (path / "large").write_bytes(os.urandom(3_000_001))
    (path / "before 1970").write_bytes(b"x")
    os.utime(path / "before 1970", ns=(0, -1))
    (path / "far").write_bytes(b"y")
    os.utime(path / "far", (0, 13_569_465_600))  # 2400: more nanoseconds than 64 bits count
    os.mkfifo(path / "fifo")
    (path / "link").symlink_to("a.jpg")
    return path


def expected(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    status = path.stat()
    moment = datetime.fromtimestamp(status.st_mtime_ns // 10**9, timezone.utc)
    modified = f"{moment:%Y-%m-%dT%H:%M:%S}.{status.st_mtime_ns % 10**9:09}Z"
    digests = {name: hashlib.new(name, data).hexdigest() for name in ("md5", "sha1", "sha256")}
    return {"size": len(data), "modified": modified, **digests}


@pytest.mark.parametrize("options", [(), ("--no-isolate",)])
def test_rows_name_size_time_and_digests(
    known: Path, folder: Path, options: tuple[str, ...]
) -> None:
    done = run_cli("scan", folder, "/absent", "--against", known, *options)
    rows = {Path(row["path"]).name: row for row in json_rows(done.stdout)}
    for name in ("a.jpg", "empty", "large", "before 1970", "far"):
        assert {key: rows[name][key] for key in FACTS} == expected(folder / name), name
        assert "changed" not in rows[name]
    assert rows["before 1970"]["modified"] == "1969-12-31T23:59:59.999999999Z"
    assert rows["far"]["modified"].startswith("2400-01-01T00:00:00.")
    for name in ("fifo", "link", "absent"):
        assert [rows[name][key] for key in FACTS] == [None] * 5


def test_csv_has_the_same(known: Path, folder: Path) -> None:
    done = run_cli("scan", folder, "--against", known, "--format", "csv")
    rows = {Path(row["path"]).name: row for row in csv.DictReader(io.StringIO(done.stdout.decode()))}
    facts = {key: rows["large"][key] for key in FACTS}
    assert facts == {key: str(value) for key, value in expected(folder / "large").items()}
    assert [rows["fifo"][key] for key in FACTS] == [""] * 5


def test_large_files_have_no_digests_and_say_why(known: Path, folder: Path) -> None:
    done = run_cli("scan", folder, "--against", known, "--max-digest-bytes", "2MB")
    rows = {Path(row["path"]).name: row for row in json_rows(done.stdout)}
    large = rows["large"]
    assert large["size"] == 3_000_001 and large["sha256"] is None
    assert "--max-digest-bytes" in large["reason"]
    assert rows["a.jpg"]["sha256"] == expected(folder / "a.jpg")["sha256"]
