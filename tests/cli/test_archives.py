"""`ectype scan` looks into archives: every file in them has a row, and none can harm."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import CLI, DONE, FATAL, NOT_EXAMINED, json_rows, run_cli, save, smooth_picture, without_record


HOSTILE = CLI.parent / "hostile_worker"


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(smooth_picture(5, 300, 200), tmp_path_factory.mktemp("photo") / "photo.jpg")


@pytest.fixture(scope="module")
def known(photo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sets") / "known.ectype"
    assert run_cli("set", "create", path).returncode == DONE
    assert run_cli("set", "add", path, photo).returncode == DONE
    return path


def scan(known: Path, *args: Any, **kw: Any) -> list[dict[str, Any]]:
    done = run_cli("scan", *args, "--against", known, **kw)
    assert done.returncode != FATAL, done.stderr
    return json_rows(done.stdout)


def told(rows: list[dict[str, Any]]) -> list[tuple[list[str], str]]:
    return [(row.get("members", []), row["outcome"]) for row in rows]


def make_zip(path: Path | io.BytesIO, files: dict[str, bytes], method: int = 8) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6)), data, method)


def zip_bytes(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    make_zip(stream, files)
    return stream.getvalue()


@pytest.mark.parametrize("options", [(), ("--no-isolate",)])
def test_a_zip_in_full(
    photo: Path, known: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "a.docx"
    make_zip(path, {"word/": b"", "word/photo.jpg": photo.read_bytes(), "notes.txt": b"text"})
    rows = scan(known, path, *options)
    assert told(rows) == [
        (["word/photo.jpg"], "matched"),
        (["notes.txt"], "unsupported"),
        ([], "unpacked"),
    ]
    assert {row["path"] for row in rows} == {str(path)}
    assert rows[0]["matches"][0]["exact"] == "sha256" and rows[0]["size"] == photo.stat().st_size
    assert rows[2]["reason"] == "2 files within" and rows[2]["size"] == path.stat().st_size
    assert rows[0]["format"] == "jpeg" and rows[0]["width"] == 300


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_and_its_compressions(photo: Path, known: Path, tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.bin"
    with tarfile.open(path, mode, format=tarfile.PAX_FORMAT) as archive:  # type: ignore[call-overload]
        archive.add(photo, "ü/ö.jpg")
        for kind, name in ((tarfile.SYMTYPE, "sym"), (tarfile.LNKTYPE, "hard"), (tarfile.FIFOTYPE, "fifo"), (tarfile.CHRTYPE, "dev")):
            info = tarfile.TarInfo(name)
            info.type = kind
            info.linkname = "/etc/passwd"
            archive.addfile(info)
    rows = scan(known, path)
    assert told(rows) == [
        (["ü/ö.jpg"], "matched"),
        (["sym"], "skipped"),
        (["hard"], "skipped"),
        (["fifo"], "skipped"),
        (["dev"], "skipped"),
        ([], "unpacked"),
    ]
    assert rows[0]["modified"].startswith("20")


def test_other_kinds(photo: Path, known: Path, tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(photo.read_bytes()))
    subprocess.run(["zstd", "-q", photo, "-o", tmp_path / "b.zst"], check=True)
    subprocess.run(["7zz", "a", "-bso0", tmp_path / "c.7z", photo], check=True)
    outcomes = told(scan(known, tmp_path))
    assert [outcome for _, outcome in outcomes] == ["matched", "unpacked"] * 3


def test_names_are_kept_to_the_byte(photo: Path, known: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    name = b"b\xffd\n.jpg".decode("utf-8", "surrogateescape")
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape") as archive:
        archive.add(photo, name)
    rows = scan(known, path)
    assert rows[0]["outcome"] == "matched"
    assert base64.b64decode(rows[0]["members_base64"][0]) == b"b\xffd\n.jpg"
    csv_text = run_cli("scan", path, "--against", known, "--format", "csv").stdout.decode()
    assert "members_base64" in csv_text
    assert "> b" in run_cli("scan", path, "--against", known, "--format", "table").stdout.decode()


def test_archives_within_archives_to_a_depth(photo: Path, known: Path, tmp_path: Path) -> None:
    data = photo.read_bytes()
    for level in range(5):
        data = zip_bytes({f"{level}": data})
    path = tmp_path / "deep.zip"
    path.write_bytes(data)
    assert told(scan(known, path)) == [
        (["4", "3", "2"], "over_limit"),
        (["4", "3"], "unpacked"),
        (["4"], "unpacked"),
        ([], "unpacked"),
    ]
    rows = scan(known, path, "--max-archive-depth", 5)
    assert told(rows)[0] == (["4", "3", "2", "1", "0"], "matched")
    assert len(rows) == 6


def test_a_bomb_is_over_its_limit(known: Path, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", 8) as archive:
        for i in range(40):
            with archive.open(f"{i:02}", "w") as member:
                for _ in range(64):
                    member.write(bytes(1 << 20))
    rows = scan(known, path)
    assert rows[-1]["outcome"] == "over_limit" and "--max-unpack-ratio" in rows[-1]["reason"]
    assert 15 <= len(rows) < 20
    rows = scan(known, path, "--max-member-bytes", "1MB")
    assert [row["outcome"] for row in rows] == ["over_limit"] * 40 + ["unpacked"]
    rows = scan(known, path, "--max-members", 3, "--max-unpack-ratio", 2000)
    assert len(rows) == 4 and "--max-members" in rows[-1]["reason"]


def test_damage_says_where(photo: Path, known: Path, tmp_path: Path) -> None:
    data = zip_bytes({"a.jpg": photo.read_bytes(), "b.jpg": photo.read_bytes()})
    (tmp_path / "cut.zip").write_bytes(data[: len(data) * 3 // 4])
    (tmp_path / "flip.zip").write_bytes(data[:2000] + bytes([data[2000] ^ 255]) + data[2001:])
    cut = scan(known, tmp_path / "cut.zip")
    assert cut[0]["members"] == ["a.jpg"] and cut[0]["outcome"] == "matched"
    assert cut[-1]["outcome"] == "damaged" and "damaged" in cut[-1]["reason"]
    flip = scan(known, tmp_path / "flip.zip")
    assert "damaged in its archive" in flip[0]["reason"]
    assert flip[0]["outcome"] in ("matched", "damaged") and flip[1]["outcome"] == "matched"
    (tmp_path / "none.zip").write_bytes(b"PK\x03\x04" + bytes(range(200)))
    (tmp_path / "no.gz").write_bytes(b"\x1f\x8b\x08" + bytes(100))
    for name in ("none.zip", "no.gz"):
        assert scan(known, tmp_path / name)[-1]["outcome"] in ("damaged", "unpacked")


def test_encrypted_members_say_so(photo: Path, known: Path, tmp_path: Path) -> None:
    subprocess.run(["7zz", "a", "-bso0", "-psecret", tmp_path / "a.zip", photo], check=True)
    rows = scan(known, tmp_path / "a.zip")
    assert rows[0]["outcome"] == "unsupported" and "encrypted" in rows[0]["reason"]


def test_it_can_be_turned_off(photo: Path, known: Path, tmp_path: Path) -> None:
    make_zip(tmp_path / "a.zip", {"photo.jpg": photo.read_bytes()})
    (row,) = scan(known, tmp_path, "--no-archives")
    assert row["outcome"] == "unsupported"


def test_rows_are_the_same_for_any_number_of_threads(
    photo: Path, known: Path, tmp_path: Path
) -> None:
    for i in range(6):
        inner = zip_bytes({f"{j}.jpg": photo.read_bytes() for j in range(i)})
        make_zip(tmp_path / f"{i}.zip", {"in.zip": inner, "a.jpg": photo.read_bytes(), "t": b"t"})
        shutil.copy(photo, tmp_path / f"{i}.jpg")
    runs = {
        without_record(run_cli("scan", tmp_path, "--against", known, "-j", threads, *options).stdout)
        for threads in (1, 2, 7)
        for options in ((), ("--no-isolate",))
    }
    assert len(runs) == 1


def test_a_picture_that_begins_as_an_archive_is_a_picture_all_the_same(
    photo: Path, known: Path, tmp_path: Path
) -> None:
    data = photo.read_bytes()
    header = bytearray(tarfile.TarInfo("x" * 99).tobuf(tarfile.USTAR_FORMAT))
    header[:6] = b"\xff\xd8\xff\xfe" + (510).to_bytes(2, "big")  # a comment of the JPEG
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    (tmp_path / "tar.jpg").write_bytes(bytes(header) + bytes(2) + data[2:])
    (tmp_path / "ustar.jpg").write_bytes(bytes(header[:148]) + bytes(366) + data[2:])
    make_zip(tmp_path / "inner.zip", {"poly.jpg": (tmp_path / "tar.jpg").read_bytes()})
    # Of the tar an empty member comes out, too.
    rows = [row for row in scan(known, tmp_path) if len(row.get("members", ())) < 2]
    rows = [row for row in rows if row.get("members", ["poly.jpg"]) == ["poly.jpg"]]
    assert [row["outcome"] for row in rows] == ["matched", "unpacked", "matched", "matched"]
    assert "also an archive" in rows[0]["reason"] and "also an archive" in rows[2]["reason"]


def test_what_is_joined_to_a_tar_is_seen_and_folders_with_data_are_told(
    photo: Path, known: Path, tmp_path: Path
) -> None:
    parts = []
    for name in ("first.jpg", "second.jpg"):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w") as archive:
            archive.add(photo, name)
        parts.append(stream.getvalue())
    (tmp_path / "a.tar").write_bytes(b"".join(parts))
    make_zip(tmp_path / "b.zip", {"pic.jpg/": photo.read_bytes(), "empty/": b""})
    rows = scan(known, tmp_path)
    assert told(rows) == [
        (["first.jpg"], "matched"),
        (["second.jpg"], "matched"),
        ([], "unpacked"),
        (["pic.jpg/"], "unsupported"),
        ([], "unpacked"),
    ]
    assert "a folder that has" in rows[3]["reason"]


def test_many_members_need_few_descriptors(photo: Path, known: Path, tmp_path: Path) -> None:
    members = {f"{i}.jpg": photo.read_bytes() for i in range(20)}
    make_zip(tmp_path / "a.zip", {**members, **{f"{i}.txt": b"t" for i in range(3000)}})
    for options in (("-j", 2), ("-j", 8), ("-j", 2, "--no-isolate")):
        under = ["sh", "-c", 'ulimit -n 128; exec "$@"', "sh"]
        done = run_cli("scan", tmp_path, "--against", known, *options, under=under)
        rows = json_rows(done.stdout)
        assert len(rows) == 3021 and sum(row["outcome"] == "matched" for row in rows) == 20


def test_entries_that_hold_nothing_are_limited(known: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        for i in range(3000):
            info = tarfile.TarInfo(f"d{i}")
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
    (row,) = scan(known, tmp_path, "--max-members", 1000)
    assert row["outcome"] == "over_limit" and "--max-members" in row["reason"]


def test_a_known_archive_that_was_not_wholly_seen_says_so(
    photo: Path, known: Path, tmp_path: Path
) -> None:
    mine, path = tmp_path / "mine.ectype", tmp_path / "a.zip"
    shutil.copy(known, mine)
    make_zip(path, {"a.jpg": photo.read_bytes(), "b.txt": b"b"})
    (tmp_path / "list").write_text("md5\n" + hashlib.md5(path.read_bytes()).hexdigest() + "\n")
    assert run_cli("set", "import", mine, tmp_path / "list").returncode == DONE
    assert scan(mine, path)[-1]["outcome"] == "matched"
    done = run_cli("scan", path, "--against", mine, "--max-members", 1)
    row = json_rows(done.stdout)[-1]
    assert row["outcome"] == "over_limit" and row["matches"][0]["exact"] == "md5"
    assert done.returncode == NOT_EXAMINED


#: A worker that cannot be started from the second to the tenth time.
SHORT_OF_PROCESSES = """#!/bin/sh
echo x >> "{count}"
n=$(wc -l < "{count}")
if [ "$n" -gt 1 ] && [ "$n" -le {until} ]; then exit 1; fi
exec "{worker}"
"""


def test_what_the_machine_lacked_is_tried_again(photo: Path, known: Path, tmp_path: Path) -> None:
    folder, state = tmp_path / "files", tmp_path / "state"
    folder.mkdir()
    inner = zip_bytes({"1.txt": b"1", "2.jpg": photo.read_bytes(), "3.txt": b"3"})
    texts = {f"{i:03}.txt": b"t" for i in range(50)}
    make_zip(folder / "a.zip", {"in.zip": inner, **texts})
    whole = without_record(run_cli("scan", folder, "--against", known).stdout)
    worker = tmp_path / "worker"
    worker.write_text(
        SHORT_OF_PROCESSES.format(
            count=tmp_path / "count", until=10, worker=CLI.parent / "ectype-worker"
        )
    )
    worker.chmod(0o755)
    asked = ("scan", folder, "--against", known, "--state", state, "-j", 1)
    short = run_cli(*asked, env={**os.environ, "ECTYPE_WORKER": str(worker)})
    assert b"no worker could be started" in short.stdout
    again = run_cli(*asked)
    assert without_record(again.stdout) == whole


def test_an_interrupted_archive_goes_on(photo: Path, known: Path, tmp_path: Path) -> None:
    folder, state = tmp_path / "folder", tmp_path / "state"
    folder.mkdir()
    members = {f"{i:03}.jpg": photo.read_bytes()[: -2 - i] for i in range(150)}
    make_zip(folder / "a.zip", {**members, "in.zip": zip_bytes(members)})
    whole = without_record(run_cli("scan", folder, "--against", known).stdout)
    command = [CLI, "scan", folder, "--against", known, "--state", state, "-j", "1"]
    for seconds in (0.3, 0.7, 0.9, 1.1):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    done = subprocess.run(command, check=False, capture_output=True)
    assert without_record(done.stdout) == whole
    assert b"had been examined before" in done.stderr
    again = subprocess.run(command, check=False, capture_output=True)
    assert without_record(again.stdout) == whole and b"302 files had been examined before" in again.stderr


def test_nothing_is_left_on_disk(photo: Path, known: Path, tmp_path: Path) -> None:
    make_zip(tmp_path / "a.zip", {"../../evil.jpg": photo.read_bytes(), "/abs.jpg": b"x"})
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    rows = scan(known, tmp_path / "a.zip", env={**os.environ, "TMPDIR": str(temporary)})
    assert [row.get("members") for row in rows] == [["../../evil.jpg"], ["/abs.jpg"], None]
    assert list(temporary.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "tmp"]


@pytest.fixture(scope="module")
def slow_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("slow") / "a.zip"
    with zipfile.ZipFile(path, "w", 8, compresslevel=1) as archive:
        for name in ("a", "b", "c", "d"):
            archive.writestr(name, bytes(300 << 20))
    return path


@pytest.mark.parametrize(
    ("deed", "outcome", "words"),
    [
        ("segfault", "crashed", "SIGSEGV, twice"),
        ("open", "crashed", "SIGSYS"),
        ("nonsense", "crashed", ""),
        ("stop", "timed_out", "longer than 1000 ms"),
    ],
)
def test_an_unpacker_that_fails_is_the_archives_outcome(
    slow_archive: Path, known: Path, deed: str, outcome: str, words: str
) -> None:
    hostile = {**os.environ, "ECTYPE_WORKER": str(HOSTILE), "ECTYPE_TEST_LATER": deed}
    rows = scan(known, slow_archive, "--timeout", 1, env=hostile)
    assert rows[-1]["outcome"] == outcome and words in rows[-1]["reason"]
    assert "what follows is not seen" in rows[-1]["reason"] and len(rows) < 5
