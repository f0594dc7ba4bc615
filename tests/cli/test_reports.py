"""Records of runs, the report for people, and the manifest by which both are verified."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import resource
from pathlib import Path
from typing import Any

import pytest
from conftest import (
    DONE,
    FATAL,
    NO_MATCH,
    Pictures,
    json_rows,
    run_cli,
    run_record,
    without_record,
)


@pytest.fixture(scope="module")
def known(pictures: Pictures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sets") / "known.ectype"
    assert run_cli("set", "create", path).returncode == DONE
    assert run_cli("set", "add", path, pictures.folder, "--label", "=label").returncode == DONE
    return path


def scan(pictures: Pictures, known: Path, *args: Any, **kw: Any) -> Any:
    return run_cli("scan", pictures.folder, "--against", known, *args, **kw)


def test_the_record_tells_how_to_repeat_the_run(pictures: Pictures, known: Path) -> None:
    done = scan(pictures, known, "--case", "C-1", "--operator", "A. B.", "-j", 1)
    run = run_record(done.stdout)
    assert run["command_line"][1:3] == ["scan", str(pictures.folder)]
    assert run["folder"] == os.getcwd() and run["case"] == "C-1" and run["operator"] == "A. B."
    assert run["set"]["sha256"] == hashlib.sha256(known.read_bytes()).hexdigest()
    info = json.loads(run_cli("set", "info", known, "--json").stdout)
    assert [run["set"][key] for key in ("uuid", "generation", "items")] == [
        info[key] for key in ("uuid", "generation", "items")
    ]
    assert f"ectype {run['ectype']}" in run_cli("--version").stdout.decode()
    assert any(codec.startswith("libjpeg-turbo") for codec in run["codecs"])
    assert run["options"]["level"] == "standard" and "libarchive" in run["options"]["archives"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", run["started"]) and run["ended"]
    rows = json_rows(done.stdout)
    assert run["files"] == len(rows) == sum(run["outcomes"].values())
    assert run["bytes"] == sum(row["size"] for row in rows)


def test_only_the_record_differs_between_runs(pictures: Pictures, known: Path) -> None:
    for form in ("jsonl", "csv"):
        runs = [
            scan(pictures, known, "--format", form, "-j", threads, "--case", case).stdout
            for threads, case in ((1, "a"), (2, "b"), (5, "c"))
        ]
        assert len(set(runs)) == 3
        assert len({without_record(run) for run in runs}) == 1


def test_csv_has_the_record_as_its_last_row(pictures: Pictures, known: Path) -> None:
    text = scan(pictures, known, "--format", "csv").stdout.decode()
    *rows, last = csv.DictReader(io.StringIO(text, newline=""))
    assert last["outcome"] == "run" and last["path"] == ""
    assert json.loads(last["matches"])["files"] == len(rows)


def test_rows_tell_of_the_picture(pictures: Pictures, known: Path) -> None:
    rows = {Path(row["path"]).name: row for row in json_rows(scan(pictures, known).stdout)}
    a = rows["a.png"]
    assert [a[key] for key in ("format", "width", "height", "recipe")] == [
        "png",
        320,
        240,
        "pdq/1:exact",
    ]
    assert a["quality"] == 100 and "thumbnail" not in a


def test_report_and_manifest(pictures: Pictures, known: Path, tmp_path: Path) -> None:
    rows, report, manifest = (tmp_path / name for name in ("rows\xff.csv", "r.html", "m.json"))
    asked = ("-o", rows, "--report", report, "--manifest", manifest, "--format", "csv")
    done = scan(pictures, known, *asked, "--case", "<b>C-1</b>")
    assert done.returncode == DONE and done.stdout == b""
    told = re.search(rb"SHA-256 of the manifest: ([0-9a-f]{64})", done.stderr)
    assert told and told[1].decode() == hashlib.sha256(manifest.read_bytes()).hexdigest()
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (rows, report, manifest))
    page = report.read_text()
    assert str(pictures.a) in page and "&lt;b&gt;C-1&lt;/b&gt;" in page and "<img" not in page
    assert "A match is an investigative lead that a person must review, not proof." in page

    assert run_cli("report", "verify", manifest).returncode == DONE
    (moved := tmp_path / "moved").mkdir()
    for path in (rows, report, manifest):
        path.rename(moved / path.name)
    check = run_cli("report", "verify", moved / "m.json")
    assert check.returncode == DONE and check.stdout.count(b"as it was written") == 2
    with (moved / "r.html").open("r+b") as file:
        file.seek(1000)
        file.write(b"#")
    check = run_cli("report", "verify", moved / "m.json")
    assert check.returncode == NO_MATCH and b"r.html: has changed" in check.stdout
    (moved / rows.name).unlink()
    assert b"is missing" in run_cli("report", "verify", moved / "m.json").stdout


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b'{"manifest": 1}', b'{"manifest": {"outputs": []}}', b"\xff\0",
     b'{"manifest": {"outputs": [{"name": 1, "size": "x"}]}}', None,
     b'{"manifest": {"outputs": ' + b"[" * 200_000 + b"]" * 200_000 + b"}}",
     b'{"manifest": {"outputs": [{"name": "/etc/passwd", "size": 1, "sha256": "0"}]}}',
     b'{"manifest": {"outputs": [{"name": "x", "size": -1, "sha256": "0"}]}}'],
)  # fmt: skip
def test_what_is_no_manifest_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "m.json"
    if content is not None:
        path.write_bytes(content)
    done = run_cli("report", "verify", path)
    assert done.returncode == FATAL and str(path).encode() in done.stderr


def test_pictures_come_only_when_asked_for(pictures: Pictures, known: Path, tmp_path: Path) -> None:
    report = tmp_path / "r.html"
    scan(pictures, known, "--report", report, "--thumbnails", "blurred")
    page = report.read_text()
    matched = len(json_rows(scan(pictures, known).stdout))
    assert page.count("data:image/png;base64,") == matched
    assert "--thumbnails" in scan(pictures, known, "--thumbnails", "blurred").stderr.decode()


@pytest.mark.parametrize(
    "names",
    [("--manifest", "m"), ("-o", "x", "--report", "x"), ("-o", "x", "--manifest", "x"),
     ("--report", "x", "--manifest", "./x", "-o", "y"), ("--state", "x", "-o", "../t/x")],
)  # fmt: skip
def test_names_that_contradict_each_other(
    pictures: Pictures, known: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    (here := tmp_path / "t").mkdir()
    done = scan(pictures, known, *names, cwd=here)
    assert done.returncode == FATAL and list(here.iterdir()) == []


def test_a_report_does_not_take_the_place_of_other_files(
    pictures: Pictures, known: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.html"
    mine.write_text("<!doctype html><p>mine")
    assert scan(pictures, known, "--report", mine).returncode == FATAL
    assert mine.read_text() == "<!doctype html><p>mine"
    for _ in range(2):
        assert scan(pictures, known, "--report", tmp_path / "r.html").returncode == DONE


def test_an_embedded_thumbnail_is_matched_and_compared(
    pictures: Pictures, tmp_path: Path
) -> None:
    from PIL import Image

    folder = tmp_path / "files"
    folder.mkdir()

    def with_thumbnail(picture: Path, thumbnail: Path, name: str) -> None:
        small = io.BytesIO()
        Image.open(thumbnail).resize((160, 120)).save(small, "JPEG")
        data = small.getvalue()
        # A TIFF block: an empty IFD0, then IFD1 with compression, offset and length.
        block = b"II*\0\x08\0\0\0" + b"\0\0" + (14).to_bytes(4, "little")
        entries = [(0x0103, 3, 6), (0x0201, 4, 14 + 2 + 3 * 12 + 4), (0x0202, 4, len(data))]
        block += len(entries).to_bytes(2, "little")
        for tag, kind, value in entries:
            block += tag.to_bytes(2, "little") + kind.to_bytes(2, "little")
            block += (1).to_bytes(4, "little") + value.to_bytes(4, "little")
        block += bytes(4) + data
        Image.open(picture).save(folder / name, "JPEG", exif=b"Exif\0\0" + block)

    with_thumbnail(pictures.a, pictures.a, "true.jpg")
    with_thumbnail(pictures.a, pictures.b, "false.jpg")
    with_thumbnail(pictures.flat, pictures.b, "flat.jpg")
    known = tmp_path / "known.ectype"
    assert run_cli("set", "create", known).returncode == DONE
    assert run_cli("set", "add", known, pictures.b).returncode == DONE
    done = run_cli("scan", folder, "--against", known)
    rows = {Path(row["path"]).name: row for row in json_rows(done.stdout)}
    assert rows["true.jpg"]["thumbnail"] == "same" and rows["true.jpg"]["outcome"] == "hashed"
    assert rows["false.jpg"]["thumbnail"] == "differs"
    assert "shows something else" in rows["false.jpg"]["reason"]
    assert rows["flat.jpg"]["thumbnail"] == "not_compared"
    for name in ("false.jpg", "flat.jpg"):
        (match,) = rows[name]["matches"]
        assert rows[name]["outcome"] == "matched" and match["of_thumbnail"]
    isolated = without_record(done.stdout)
    again = run_cli("scan", folder, "--against", known, "--no-isolate")
    assert without_record(again.stdout) == isolated


def test_a_manifest_that_cannot_be_written_is_told_before_the_scan(
    pictures: Pictures, known: Path, tmp_path: Path
) -> None:
    done = scan(pictures, known, "-o", tmp_path / "o", "--manifest", tmp_path / "none" / "m")
    assert done.returncode == FATAL and list(tmp_path.iterdir()) == []


def test_an_older_manifest_does_not_vouch_for_new_rows(
    pictures: Pictures, known: Path, tmp_path: Path
) -> None:
    rows, report, manifest = (tmp_path / name for name in ("o", "r", "m"))
    asked = ("-o", rows, "--report", report, "--manifest", manifest)
    assert scan(pictures, known, *asked).returncode == DONE
    before = rows.read_bytes()

    def no_room_for_the_report() -> None:
        size = 12_000  # more than the rows take, and less than the page
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = scan(pictures, known, *asked, "--case", "2", preexec_fn=no_room_for_the_report)
    assert done.returncode == FATAL and rows.read_bytes() != before
    assert not manifest.exists()
