"""`ectype scan --state`: a scan that was interrupted goes on, and no row is lost or doubled."""

from __future__ import annotations

import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import CLI, DONE, FATAL, json_rows, run_cli, save, smooth_picture, without_record

REPEAT = int(os.environ.get("ECTYPE_REPEAT", "1"))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for i in range(40):
        save(smooth_picture(i, 90 + i, 70), folder / f"{i:03}.png")
    (folder / "b\nad \xff".encode("latin-1").decode("utf-8", "surrogateescape")).write_text("text")
    cut = (folder / "000.png").read_bytes()
    (folder / "cut.png").write_bytes(cut[: len(cut) // 2])
    os.mkfifo(folder / "fifo")
    return folder


@pytest.fixture(scope="module")
def known(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sets") / "known.ectype"
    assert run_cli("set", "create", path).returncode == DONE
    assert run_cli("set", "add", path, tree / "003.png", tree / "007.png").returncode == DONE
    return path


def scan(tree: Path, known: Path, state: Path, *args: Any, **kw: Any) -> Any:
    return run_cli("scan", tree, "--against", known, "--state", state, *args, **kw)


def undisturbed(tree: Path, known: Path, *args: Any) -> bytes:
    return without_record(run_cli("scan", tree, "--against", known, *args).stdout)


def kept(state: Path) -> int:
    """Rows in the state; 0 while there are none to be read."""
    try:
        with closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT COUNT(*) FROM rows").fetchone()[0])
    except sqlite3.Error:
        return 0


def taken_over(stderr: bytes) -> int:
    found = re.search(rb"(\d+) files? had been examined before", stderr)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("form", ["jsonl", "csv", "table"])
def test_a_finished_scan_is_not_done_again(
    tree: Path, known: Path, tmp_path: Path, form: str
) -> None:
    state = tmp_path / "state"
    first = scan(tree, known, state, "--format", form)
    again = scan(tree, known, state, "--format", form, "-j", 1)
    rows = [without_record(done.stdout) for done in (first, again)]
    assert rows == 2 * [undisturbed(tree, known, "--format", form)]
    assert taken_over(first.stderr) == 0
    assert taken_over(again.stderr) == len(list(tree.iterdir())) - 1  # a FIFO is never opened
    assert first.returncode == again.returncode
    assert state.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_the_state_holds_no_hash(tree: Path, known: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    scan(tree, known, state)
    content = state.read_bytes()
    hashes = [row["hash"] for row in json_rows(run_cli("hash", tree).stdout) if row["hash"]]
    assert len(hashes) >= 40
    for text in hashes:
        assert bytes.fromhex(text) not in content and text.encode() not in content


def test_what_has_changed_is_examined_again(tree: Path, known: Path, tmp_path: Path) -> None:
    copy, state = tmp_path / "copy", tmp_path / "state"
    copy.mkdir()
    for name in ("000.png", "001.png", "002.png", "003.png"):
        shutil.copy(tree / name, copy)
    scan(copy, known, state)
    status = (copy / "001.png").stat()
    data = bytearray((copy / "001.png").read_bytes())
    data[-20] ^= 1  # the same size, and the same time set back
    (copy / "001.png").write_bytes(data)
    os.utime(copy / "001.png", ns=(status.st_atime_ns, status.st_mtime_ns))
    (copy / "002.png").unlink()
    shutil.copy(tree / "007.png", copy / "new.png")
    done = scan(copy, known, state)
    assert taken_over(done.stderr) == 2
    assert without_record(done.stdout) == undisturbed(copy, known)


def test_killed_at_any_moment_it_goes_on(tree: Path, known: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"  # so that it takes some of the quarter seconds that a state is kept
    for i in range(8):
        shutil.copytree(tree, many / str(i), copy_function=os.link, ignore=lambda *_: ["fifo"])
    state, out = tmp_path / "state", tmp_path / "rows"
    command = [CLI, "scan", many, "--against", known, "--state", state, "-o", out, "-j", "2"]
    moments = random.Random(7)
    begin = time.monotonic()
    whole = undisturbed(many, known, "-j", 2)
    seconds = time.monotonic() - begin
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while process.poll() is None and not kept(state):
        time.sleep(0.01)
    process.kill()  # the first time when there is something to take over, on any machine
    process.wait()
    for _ in range(8 * REPEAT):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0, seconds))
        process.kill()
        process.wait()
        assert not out.exists() or without_record(out.read_bytes()) == whole
    done = subprocess.run(command, check=False, stderr=subprocess.PIPE)
    assert done.returncode in (0, 3) and taken_over(done.stderr) > 0
    assert without_record(out.read_bytes()) == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many", "rows", "state"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--level", "thorough"], b"level: thorough"),
        (["--false-matches", "2"], b"false matches per million: 2"),
        (["--max-pixels", "1000"], b"most pixels: 1000"),
        (["--no-isolate"], b"isolation of decoders: no"),
    ],
)
def test_other_options_are_refused(
    tree: Path, known: Path, tmp_path: Path, options: list[str], named: bytes
) -> None:
    state = tmp_path / "state"
    scan(tree / "000.png", known, state)
    done = scan(tree / "000.png", known, state, *options)
    assert done.returncode == FATAL and named in done.stderr and b"other options" in done.stderr


def test_a_set_that_has_changed_is_refused(tree: Path, known: Path, tmp_path: Path) -> None:
    mine, state = tmp_path / "mine.ectype", tmp_path / "state"
    shutil.copy(known, mine)
    scan(tree, mine, state)
    run_cli("set", "remove", mine, tree / "003.png")
    done = scan(tree, mine, state)
    assert done.returncode == FATAL and b"generation 2" in done.stderr


def test_copies_of_a_set_that_went_apart_are_told_apart(
    tree: Path, known: Path, tmp_path: Path
) -> None:
    one, other, state = tmp_path / "one", tmp_path / "other", tmp_path / "state"
    for copy, name in ((one, "010.png"), (other, "011.png")):
        shutil.copy(known, copy)
        run_cli("set", "add", copy, tree / name)
    scan(tree, one, state)
    assert b"other options: 'hash set: " in scan(tree, other, state).stderr


def test_a_file_that_is_given_twice_was_not_examined_before(
    tree: Path, known: Path, tmp_path: Path
) -> None:
    state, file = tmp_path / "state", tree / "000.png"
    done = run_cli("scan", file, file, "--against", known, "--state", state)
    assert taken_over(done.stderr) == 0 and len(json_rows(done.stdout)) == 2


def test_evidence_is_not_written_to(tree: Path, known: Path) -> None:
    for state in (tree / "state", tree / "." / ".." / tree.name / "state"):
        done = scan(tree, known, state)
        assert done.returncode == FATAL and b"put it elsewhere" in done.stderr
    done = run_cli("scan", ".", "--against", known, "--state", "state", cwd=tree)
    assert done.returncode == FATAL and b"put it elsewhere" in done.stderr
    assert not (tree / "state").exists()


@pytest.mark.parametrize("content", [b"some text", b"SQLite format 3\0" + bytes(84), None])
def test_a_foreign_file_is_left_alone(
    tree: Path, known: Path, tmp_path: Path, content: bytes | None
) -> None:
    state = tmp_path / "state"
    if content is None:
        shutil.copy(known, state)
    else:
        state.write_bytes(content)
    before = state.read_bytes()
    done = scan(tree, known, state)
    assert done.returncode == FATAL and str(state).encode() in done.stderr
    assert state.read_bytes() == before


def test_a_damaged_state_never_gives_wrong_rows(tree: Path, known: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    whole = without_record(scan(tree, known, state).stdout)
    data = state.read_bytes()
    random_places = random.Random(3)
    refused = 0
    for _ in range(25 * REPEAT):
        broken = bytearray(data)
        for _ in range(3):
            broken[random_places.randrange(len(broken))] ^= 1 << random_places.randrange(8)
        state.write_bytes(broken)
        done = scan(tree, known, state)
        if done.returncode == FATAL:
            assert str(state).encode() in done.stderr
            refused += 1
        else:
            assert without_record(done.stdout) == whole
    assert refused > 0


def file_size_limit(size: int) -> Callable[[], None]:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("size", [0, 5000, 20_000])
def test_a_full_disk_stops_it_and_it_goes_on(
    tree: Path, known: Path, tmp_path: Path, size: int
) -> None:
    state, out = tmp_path / "state", tmp_path / "rows"
    done = scan(tree, known, state, "-o", out, preexec_fn=file_size_limit(size))
    assert done.returncode == FATAL and b"the room on it" in done.stderr
    assert not out.exists()
    assert scan(tree, known, state, "-o", out).returncode != FATAL
    assert without_record(out.read_bytes()) == undisturbed(tree, known)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
@pytest.mark.parametrize("place", ["state", "rows"])
def test_a_small_disk_that_is_full(tree: Path, known: Path, tmp_path: Path, place: str) -> None:
    disk, room = tmp_path / "disk", tmp_path / "room"
    disk.mkdir()
    room.mkdir()
    state = (disk if place == "state" else room) / "state"
    out = (disk if place == "rows" else room) / "rows"
    size = "16k" if place == "state" else "4k"
    mounted = f'mount -t tmpfs -o size={size} disk "{disk}" && "$@"; s=$?; cp -r "{disk}" "{room}"; exit $s'
    under = ["unshare", "--mount", "sh", "-c", mounted, "sh"]
    done = scan(tree, known, state, "-o", out, under=under)
    assert done.returncode == FATAL
    assert b"make room" in done.stderr or b"No space left on device" in done.stderr
    left = room / "disk"
    assert not (left / "rows").exists()
    if place == "state":
        state = left / "state"
    assert scan(tree, known, state, "-o", room / "rows").returncode != FATAL
    assert without_record((room / "rows").read_bytes()) == undisturbed(tree, known)
