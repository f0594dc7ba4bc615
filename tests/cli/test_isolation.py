"""Decoding in worker processes: whatever a file does to its decoder is that file's outcome."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import CLI, NOT_EXAMINED, json_rows, run_cli, save, smooth_picture, unpack_repro

HOSTILE = CLI.parent / "hostile_worker"

CRASHED = {
    "segfault": "SIGSEGV",
    "abort": "SIGABRT",
    "exit": "status 7",
    "fork": "SIGSYS",
    "open": "SIGSYS",
    "create": "SIGSYS",
    "exec": "SIGSYS",
    "socket": "SIGSYS",
    "kill": "SIGSYS",
    "tgkill": "SIGSYS",
    "code": "SIGSYS",
    "out of band": "",
    "twice": "gave no sense",
    "nonsense": "gave no sense",
    "endless": "no answer",
}


#: What also a build with sanitizers does, whose workers have no sandbox.
WITHOUT_SANDBOX = ("exit", "out of band", "twice", "nonsense", "endless")


def rows_of(*args: Any, **kw: Any) -> dict[str, dict[str, Any]]:
    done = run_cli("hash", *args, **kw)
    return {Path(row["path"]).name: row for row in json_rows(done.stdout)}


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECTYPE_WORKER", str(HOSTILE))


@pytest.fixture
def deeds(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    picture = save(smooth_picture(1, 90, 80), tmp_path_factory.mktemp("one") / "a.png")
    has_sandbox = b"isolated without" not in run_cli("hash", picture).stderr
    return tuple(CRASHED) if has_sandbox else WITHOUT_SANDBOX


@pytest.mark.parametrize("threads", [1, 3])
def test_what_a_file_does_to_its_decoder_is_its_outcome(
    hostile: None, deeds: tuple[str, ...], tmp_path: Path, threads: int
) -> None:
    for deed in deeds:
        (tmp_path / f"{deed}.jpg").write_text(deed)
        save(smooth_picture(len(deed), 90, 80), tmp_path / f"{deed} after.png")
    (tmp_path / "hang").write_text("hang")
    if len(deeds) == len(CRASHED):
        (tmp_path / "allocate").write_text("allocate")
    (tmp_path / "thread").write_text("thread")
    done = run_cli(
        "hash", tmp_path, "--timeout", "4", "--worker-memory", "300MB", "-j", threads
    )
    assert done.returncode == NOT_EXAMINED
    listed = json_rows(done.stdout)
    names = [Path(row["path"]).name for row in listed]
    assert names == sorted(os.listdir(tmp_path))
    rows = dict(zip(names, listed, strict=True))
    for deed in deeds:
        row = rows[f"{deed}.jpg"]
        assert row["outcome"] in ("crashed", "timed_out"), deed
        assert CRASHED[deed] in row["reason"] and row["reason"].endswith(", twice")
        assert rows[f"{deed} after.png"]["outcome"] == "hashed"
    assert rows["hang"]["outcome"] == "timed_out" and "4000 ms" in rows["hang"]["reason"]
    if "allocate" in rows:
        assert rows["allocate"]["outcome"] == "over_limit"
    assert rows["thread"]["outcome"] == "unsupported"
    assert not (Path.cwd() / "created").exists()


def test_what_one_file_did_to_a_worker_does_not_count_against_the_next(
    hostile: None, tmp_path: Path
) -> None:
    save(smooth_picture(1, 90, 80), tmp_path / "a.png")
    (tmp_path / "b").write_text("crash unless first")
    rows = rows_of(tmp_path, "-j", 1)
    assert rows["b"]["outcome"] == "unsupported"


def test_rows_are_those_without_isolation(data: Path, tmp_path: Path) -> None:
    folders = [data / "awkward", unpack_repro(data, tmp_path)]
    for options in ([], ["-a", "all"]):
        isolated = run_cli("hash", *folders, *options)
        alone = run_cli("hash", *folders, *options, "--no-isolate")
        assert isolated.stdout == alone.stdout and isolated.returncode == alone.returncode


def test_a_worker_that_is_missing_is_told_before_any_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    save(smooth_picture(1, 90, 80), tmp_path / "a.png")
    for program in (tmp_path / "absent", "/bin/true", tmp_path / "a.png"):
        monkeypatch.setenv("ECTYPE_WORKER", str(program))
        done = run_cli("hash", tmp_path)
        assert done.returncode == 2 and not done.stdout
        assert b"worker" in done.stderr
    assert rows_of(tmp_path, "--no-isolate")["a.png"]["outcome"] == "hashed"


def workers_of(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found


def wait_for(condition: Any, seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def test_workers_end_with_a_parent_that_is_killed(hostile: None, tmp_path: Path) -> None:
    (tmp_path / "hang").write_text("hang")
    with subprocess.Popen([CLI, "hash", tmp_path], stdout=subprocess.DEVNULL) as parent:
        assert wait_for(lambda: workers_of(parent.pid))
        time.sleep(0.2)
        workers = workers_of(parent.pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert wait_for(lambda: not any(Path(f"/proc/{each}").exists() for each in workers))


def test_many_threads_make_do_with_few_descriptors(tmp_path: Path) -> None:
    """Each may have several files open for its worker."""
    folder = tmp_path / "many"
    folder.mkdir()
    save(smooth_picture(1, 70, 64), folder / "0.png")
    for i in range(1, 300):
        shutil.copy(folder / "0.png", folder / f"{i}.png")
    done = subprocess.run(
        [CLI, "hash", "-j", "16", folder],
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)),
    )
    assert done.stderr.decode().splitlines()[-1] == "300 files: 300 hashed"


def test_what_a_decoder_leaves_out_is_the_same_on_every_run(data: Path, tmp_path: Path) -> None:
    """libde265 leaves parts of a damaged picture as it found the memory, and says nothing."""
    whole = (data / "awkward" / "libheif_example.heic").read_bytes()
    random = Random(5)
    for i in range(8):
        damaged = bytearray(whole)
        for _ in range(40):
            damaged[random.randrange(whole.find(b"mdat") + 8, len(whole))] = random.randrange(256)
        (tmp_path / f"{i}.heic").write_bytes(damaged)
    outputs = {
        run_cli("hash", tmp_path, env={**os.environ, "MALLOC_PERTURB_": fill}).stdout
        for fill in ("1", "200")
    }
    assert len(outputs) == 1
