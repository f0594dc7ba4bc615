"""Runs that are interrupted, and outputs that would destroy something."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import CLI, Pictures, json_rows, run_cli


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_scan_leaves_no_output(
    number: signal.Signals, pictures: Pictures, tmp_path: Path
) -> None:
    many = "\n".join([str(pictures.a)] * 200_000)
    (tmp_path / "list").write_text(many)
    run_cli("set", "create", tmp_path / "set")
    command = [CLI, "scan", "--against", "set", "--files-from", "list", "-o", "rows"]

    def heed() -> None:  # a shell's background job, as this test may be, ignores SIGINT
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)

    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.DEVNULL, preexec_fn=heed
    ) as process:
        time.sleep(0.5)
        process.send_signal(number)
        assert process.wait(timeout=20) != 0
    assert sorted(os.listdir(tmp_path)) == ["list", "set"]


def test_an_output_below_the_scanned_folder_is_no_file_of_it(
    pictures: Pictures, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(pictures.a.read_bytes())
    assert run_cli("hash", ".", "-o", "rows.jsonl", cwd=tmp_path).returncode == 0
    rows = json_rows((tmp_path / "rows.jsonl").read_bytes())
    assert [row["path"] for row in rows] == ["./a.png"]


def test_pictures_and_sets_are_not_overwritten(pictures: Pictures, tmp_path: Path) -> None:
    known = tmp_path / "set"
    run_cli("set", "create", known)
    picture = tmp_path / "a.png"
    picture.write_bytes(pictures.a.read_bytes())
    for command in (
        ["set", "export", known, "-o", known],
        ["scan", picture, "--against", known, "-o", known],
        ["hash", picture, "-o", picture],
    ):
        done = run_cli(*command)
        assert done.returncode == 2
        assert b"choose another name" in done.stderr
    assert picture.read_bytes() == pictures.a.read_bytes()
    assert run_cli("set", "verify", known).returncode == 0


def test_an_interrupted_import_leaves_a_whole_set(tmp_path: Path) -> None:
    lines = "\n".join(f"{number:064x}" for number in range(300_000))
    (tmp_path / "list").write_text(lines)
    run_cli("set", "create", tmp_path / "set")
    command = [CLI, "set", "import", "set", "list"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
        time.sleep(1.5)
        process.kill()
    done = run_cli("set", "verify", tmp_path / "set")
    assert done.returncode == 0, done.stdout
    assert run_cli("scan", tmp_path / "list", "--against", tmp_path / "set").returncode == 3


def test_removing_asks_for_label_and_source(pictures: Pictures, tmp_path: Path) -> None:
    known = tmp_path / "set"
    run_cli("set", "create", known)
    run_cli("set", "add", known, pictures.a, "--label", "x", "--source", "s")
    run_cli("set", "add", known, pictures.b, "--label", "x", "--source", "t")
    done = run_cli("set", "remove", known, "--label", "x", "--source", "t")
    assert b"1 item removed" in done.stdout
    done = run_cli("set", "remove", known, pictures.a, "nobody")
    assert b"1 item removed" in done.stdout
    assert b"no such item: nobody" in done.stderr


@pytest.mark.parametrize("value", ["-5", "0", "x"])
def test_a_limit_is_a_positive_number(value: str, pictures: Pictures) -> None:
    assert run_cli("hash", pictures.a, f"--max-pixels={value}").returncode == 2
