"""`ectype.scan`: the rows of the command's scan, in Python."""

from __future__ import annotations

import gc
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import closing
from pathlib import Path

import ectype
import pytest
from conftest import CLI, json_rows, run_cli, save, smooth_picture, without_record


@pytest.fixture
def known(tmp_path: Path) -> ectype.HashSet:
    originals = tmp_path / "originals"
    originals.mkdir()
    for seed in range(3):
        save(smooth_picture(seed, 200, 150), originals / f"{seed}.png")
    made = ectype.HashSet.create(tmp_path / "known.ectype")
    made.add(sorted(originals.iterdir()), names=["zero", "one", "two"], label="case 7")
    return made


@pytest.fixture
def disk(tmp_path: Path, known: ectype.HashSet) -> Path:
    folder = tmp_path / "disk"
    (folder / "deep").mkdir(parents=True)
    save(smooth_picture(0, 100, 75), folder / "copy.jpg")
    (folder / "same.png").write_bytes((tmp_path / "originals" / "1.png").read_bytes())
    save(smooth_picture(9, 100, 75), folder / "deep" / "other.png")
    (folder / "text.txt").write_text("no picture")
    os.mkfifo(folder / "pipe")
    with zipfile.ZipFile(folder / "some.zip", "w") as archive:
        archive.write(tmp_path / "originals" / "2.png", "inside/two.png")
    name = os.path.join(os.fsencode(folder), b"not \xff UTF-8.png")
    with open(name, "wb") as file:
        file.write((tmp_path / "originals" / "0.png").read_bytes())
    return folder


@pytest.mark.parametrize("isolate", [False, True])
@pytest.mark.parametrize("threads", [1, 3])
def test_rows_are_those_of_the_command(
    disk: Path, known: ectype.HashSet, tmp_path: Path, isolate: bool, threads: int
) -> None:
    rows = list(ectype.scan([disk], against=known, isolate=isolate, threads=threads))
    done = run_cli("scan", disk, "--against", tmp_path / "known.ectype")
    expected = json_rows(without_record(done.stdout))
    assert len(rows) == len(expected) == 8
    for row, other in zip(rows, expected):
        if "path_base64" in other:
            assert os.fsencode(row["path"]).endswith(b"not \xff UTF-8.png")
            del other["path_base64"], other["path"], row["path"]
        assert row == other


def test_what_is_known_is_found_and_said(disk: Path, known: ectype.HashSet) -> None:
    rows = {
        (Path(row["path"]).name, *row.get("members", [])): row
        for row in ectype.scan([str(disk)], against=known)
    }
    same = rows["same.png",]["matches"][0]
    assert (same["item"], same["label"], same["exact"]) == ("one", "case 7", "sha256")
    copy = rows["copy.jpg",]["matches"][0]
    assert copy["item"] == "zero" and copy.get("exact") is None
    assert rows["some.zip", "inside/two.png"]["matches"][0]["item"] == "two"
    assert rows["pipe",]["outcome"] == "skipped"
    assert rows["other.png",]["outcome"] == "hashed"
    alone = ectype.scan([disk / "some.zip"], against=known, archives=False)
    assert [row["outcome"] for row in alone] == ["unsupported"]


def rows_of_first_run(state: Path) -> int:
    with closing(sqlite3.connect(state)) as database:
        return int(database.execute("SELECT COUNT(*) FROM rows WHERE run = 1").fetchone()[0])


def test_a_scan_that_is_left_goes_on_from_its_state(
    disk: Path, known: ectype.HashSet, tmp_path: Path
) -> None:
    whole = list(ectype.scan([disk], against=known))
    state = tmp_path / "scan.state"
    rows = ectype.scan([disk], against=known, state=state, threads=1)
    assert next(rows) == whole[0]
    rows.close()
    assert list(rows) == []
    kept = rows_of_first_run(state)
    assert kept > 0
    assert state.stat().st_mode & 0o777 == 0o600
    again = list(ectype.scan([disk], against=known, state=state))
    assert rows_of_first_run(state) == kept  # what is examined again is of the second
    assert [json.dumps(row) for row in again] == [json.dumps(row) for row in whole]
    with pytest.raises(ectype.Error) as error:
        list(ectype.scan([disk], against=known, state=state, level="strict"))
    assert error.value.code == "invalid_argument"


def test_errors_are_of_the_caller(known: ectype.HashSet, tmp_path: Path) -> None:
    for arguments in (
        {"paths": "one path"},
        {"paths": ["x"], "timeout": 0},
        {"paths": ["x"], "threads": -1},
        {"paths": ["x"], "threads": 1.5},
        {"paths": ["x"], "state": ""},
        {"paths": ["x"], "level": "best"},
        {"paths": ["x"], "against": "known"},
    ):
        with pytest.raises(ectype.Error) as error:
            ectype.scan(**{"against": known, **arguments})  # type: ignore[arg-type]
        assert error.value.code == "invalid_argument", arguments
    with pytest.raises(ectype.Error) as error:
        next(ectype.scan(["x"], against=known, state=tmp_path))
    assert error.value.code
    rows = list(ectype.scan([tmp_path / "absent"], against=known))
    assert [row["outcome"] for row in rows] == ["unreadable"]


def thread_count() -> int:
    return len(os.listdir("/proc/self/task"))


def test_leaving_a_scan_ends_its_threads(disk: Path, known: ectype.HashSet) -> None:
    threads = thread_count()
    with pytest.raises(ZeroDivisionError):
        for _ in ectype.scan([disk] * 300, against=known):
            1 / 0
    gc.collect()  # the traceback held it
    assert thread_count() == threads
    with ectype.scan([disk] * 300, against=known) as rows:
        next(rows)
        assert thread_count() > threads
    assert thread_count() == threads and list(rows) == []
    del rows
    ectype.scan([disk], against=known)  # which nobody looks at
    assert thread_count() == threads


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_hangs_does_not_hold_up_the_end(
    known: ectype.HashSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setenv("ECTYPE_WORKER", str(CLI.parent / "hostile_worker"))
    folder = tmp_path / "hangs"
    folder.mkdir()
    if packed:
        with zipfile.ZipFile(folder / "a.zip", "w") as archive:
            archive.writestr("within", "hang")
    else:
        (folder / "a").write_text("hang")
    state = tmp_path / "state"
    rows = ectype.scan([folder], against=known, state=state, isolate=True, timeout=300)
    seen: list[object] = []
    waiting = threading.Thread(target=lambda: seen.extend(rows))
    waiting.start()
    time.sleep(1)
    begin = time.monotonic()
    rows.close()
    waiting.join()
    assert time.monotonic() - begin < 20
    assert not seen
    monkeypatch.delenv("ECTYPE_WORKER")
    rows = ectype.scan([folder], against=known, state=state, isolate=True, timeout=300)
    outcomes = [row["outcome"] for row in rows]
    assert outcomes == ["unsupported", *(["unpacked"] if packed else [])], "being ended is none"


def children() -> set[int]:
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(pid) for task in tasks for pid in task.read_text().split()}


def test_being_ended_while_an_archive_is_tried_again_is_no_outcome(
    known: ectype.HashSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "archives"
    folder.mkdir()
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("zeros", bytes(200 << 20))  # not unpacked before its unpacker stops
    options = {"state": tmp_path / "state", "isolate": True, "threads": 1, "timeout": 4.0}
    monkeypatch.setenv("ECTYPE_WORKER", str(CLI.parent / "hostile_worker"))
    monkeypatch.setenv("ECTYPE_TEST_LATER", "stop")
    rows = ectype.scan([folder], against=known, **options)
    seen: list[object] = []
    waiting = threading.Thread(target=lambda: seen.extend(rows))
    before = children()
    waiting.start()
    workers: set[int] = set()
    while len(workers) < 3:  # one that decodes, which nobody asks, and the second that unpacks
        workers |= children() - before
        time.sleep(0.01)
    rows.close()
    waiting.join()
    assert not seen
    monkeypatch.delenv("ECTYPE_TEST_LATER")
    monkeypatch.delenv("ECTYPE_WORKER")
    outcomes = [row["outcome"] for row in ectype.scan([folder], against=known, **options)]
    assert outcomes == ["unsupported", "unpacked"]


LEFT = """
import sys, ectype
rows = ectype.scan([sys.argv[1]] * 500, against=ectype.HashSet.open(sys.argv[2]))
for i, row in enumerate(rows):
    if i == 5:
        {}
"""


@pytest.mark.parametrize(
    ("deed", "status"),
    [
        ("sys.exit(4)", 4),
        ("raise ValueError", 1),
        ("break", 0),
        ("import os; pid = os.fork(); next(rows); break", 1),
        ("import os; os.fork() and os.wait(); break", 0),
        (
            "import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
            "os.kill(os.getpid(), signal.SIGINT)",
            -signal.SIGINT,
        ),
    ],
)
def test_a_program_may_end_during_a_scan(
    disk: Path, known: ectype.HashSet, tmp_path: Path, deed: str, status: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEFT.format(deed), disk, tmp_path / "known.ectype"],
        capture_output=True,
        timeout=60,
    )
    if "pid" in deed and "fork" in deed:  # the child has the error, and the parent goes on
        assert b"forked process" in done.stderr
    else:
        assert done.returncode == status, done.stderr
    assert b"Fatal" not in done.stderr and b"terminate" not in done.stderr
