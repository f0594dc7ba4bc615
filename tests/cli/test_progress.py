"""What `ectype scan` tells while it goes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import CLI, DONE, json_rows, run_cli, save, smooth_picture, without_record

HOSTILE = CLI.parent / "hostile_worker"


@pytest.fixture
def known(tmp_path: Path) -> Path:
    path = tmp_path / "known.ectype"
    first = save(smooth_picture(1, 90, 80), tmp_path / "first.png")
    assert run_cli("set", "create", path).returncode == DONE
    assert run_cli("set", "add", path, first, "--level", "strict").returncode == DONE
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "files"
    path.mkdir()
    for seed in range(5):
        save(smooth_picture(seed, 90, 80), path / f"{seed}.png")
    return path


def progress_of(stderr: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stderr.splitlines() if line.startswith(b"{")]


def test_json_ends_with_what_was_done(known: Path, folder: Path) -> None:
    done = run_cli("scan", folder, "--against", known, "--progress", "json")
    last = progress_of(done.stderr)[-1]
    assert (last["progress"], last["files"], last["total_files"]) == ("done", 5, 5)
    assert (last["matched"], last["seconds_left"]) == (1, 0)
    assert last["bytes"] == sum(each.stat().st_size for each in folder.iterdir())
    assert len(json_rows(done.stdout)) == 5
    assert b"5 files: 4 hashed, 1 matched" in done.stderr


def test_json_goes_on_while_one_file_takes_long(
    known: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECTYPE_WORKER", str(HOSTILE))
    (folder / "2.png").write_text("hang")
    done = run_cli(
        "scan", folder, "--against", known, "--progress", "json", "--timeout", "1.2", "-j", 1
    )
    told = progress_of(done.stderr)
    assert len(told) >= 3
    assert (told[0]["progress"], told[0]["files"], told[0]["total_files"]) == ("scanning", 2, 5)
    assert told[0]["seconds_left"] > 0


def test_results_are_the_same_and_no_other_progress_comes(known: Path, folder: Path) -> None:
    quiet = run_cli("scan", folder, "--against", known)
    told = run_cli("scan", folder, "--against", known, "--progress", "json")
    assert without_record(quiet.stdout) == without_record(told.stdout)
    assert quiet.stderr.count(b"\n") == 1 and b"\r" not in quiet.stderr


def test_a_terminal_gets_one_line(
    known: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECTYPE_WORKER", str(HOSTILE))
    (folder / "4.png").write_text("hang")
    ours, theirs = pty.openpty()
    command = [CLI, "scan", folder, "--against", known, "--timeout", "1.2", "-j", "1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs) as scanning:
        os.close(theirs)
        text = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            text += part
        scanning.wait()
    os.close(ours)
    assert b"\r\x1b[Kscanning: 4 files of 5, " in text and b" files/s, 1 matched, " in text
    assert b"left" in text
    assert text.rstrip().endswith(b"1 matched, 1 timed_out")
