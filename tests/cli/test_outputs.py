"""Where the command writes, and what it does when it cannot go on."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
from pathlib import Path

import pytest
from conftest import CLI, DONE, FATAL, NO_MATCH, NOT_EXAMINED, Pictures, run_cli


@pytest.mark.parametrize(
    "arguments",
    [
        ["hash"],
        ["hash", "a.png", "--format", "xml"],
        ["hash", "a.png", "-a", "md5"],
        ["hash", "a.png", "--no-such-option"],
        ["hash", "a.png", "-j", "many"],
        ["hash", "a.png", "-j", "-1"],
        ["hash", "--files-from", "/no/such/list"],
        ["hash", "--files-from", "/"],
        ["hash", "a.png", "-o", "/no/such/folder/out"],
        ["no-such-command"],
        [],
    ],
)
def test_wrong_usage_is_fatal_and_says_why(arguments: list[str]) -> None:
    done = run_cli(*arguments)
    assert done.returncode == FATAL
    assert done.stdout == b""
    assert done.stderr


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["hash", "--help"]])
def test_words_that_are_asked_for_go_to_stdout(arguments: list[str]) -> None:
    done = run_cli(*arguments)
    assert (done.returncode, done.stderr) == (DONE, b"")
    assert b"ectype" in done.stdout


def test_version_lists_library_codecs_and_cpu_level() -> None:
    text = run_cli("--version", env={**os.environ, "ECTYPE_CPU": "scalar"}).stdout.decode()
    for word in ("ectype", "scalar", "libjpeg-turbo", "png", "webp", "tiff", "heif", "openjp2"):
        assert word in text


def test_an_output_file_is_private_and_the_same(pictures: Pictures, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text('{"path":"old"}\n')
    out.chmod(0o644)
    done = run_cli("hash", pictures.folder, "-o", out)
    assert (done.returncode, done.stdout) == (DONE, b"")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.read_bytes() == run_cli("hash", pictures.folder).stdout
    assert list(tmp_path.iterdir()) == [out]
    assert run_cli("hash", pictures.a, "-o", "-").stdout == run_cli("hash", pictures.a).stdout


def test_after_a_failed_write_there_is_no_output(pictures: Pictures, tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    out = tmp_path / "out"
    for before in (None, '{"path":"old"}\n'):
        if before:
            out.write_text(before)
        done = run_cli(
            *("hash", pictures.folder, "-o", out),
            preexec_fn=limit,
            restore_signals=False,  # Python ignores SIGXFSZ, and so does the command then
        )
        assert done.returncode == FATAL
        assert b"out" in done.stderr
        assert [path.read_text() for path in tmp_path.iterdir()] == ([before] if before else [])


def test_an_output_that_is_no_regular_file_is_not_replaced(
    pictures: Pictures, tmp_path: Path
) -> None:
    """As `-o /dev/null` is: for root a rename would replace the device itself."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        run_cli("hash", pictures.a, "-o", fifo, timeout=20)
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_full_disk_is_fatal(pictures: Pictures) -> None:
    with open("/dev/full", "wb") as full:
        done = run_cli("hash", pictures.a, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == FATAL
    assert b"No space left" in done.stderr


def test_a_reader_that_goes_away_is_fatal_and_no_crash(pictures: Pictures) -> None:
    many = b"\n".join([os.fsencode(pictures.flat)] * 5000)
    command = [CLI, "hash", "--dihedral", "--files-from", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(many)
        process.stdin.close()
        process.stdout.read(10)
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(timeout=60) == FATAL
    assert b"Broken pipe" in errors


def test_more_threads_than_the_system_has_are_no_crash(pictures: Pictures) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))  # room for some 100 stacks

    done = run_cli("hash", pictures.a, "-j", 256, preexec_fn=limit)
    assert done.returncode in (DONE, FATAL)
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        ("hash", "--format", "jsonl"),
        ("hash", "--format", "csv"),
        ("hash", "--format", "hex"),
        ("scan", "--format", "jsonl"),
        ("scan", "--format", "csv"),
        ("scan", "--format", "table"),
        ("cluster", "--format", "jsonl"),
        ("cluster", "--format", "csv"),
    ],
)
def test_an_output_may_be_written_again(
    command: tuple[str, ...], pictures: Pictures, tmp_path: Path
) -> None:
    known, out = tmp_path / "set", tmp_path / "out"
    run_cli("set", "create", known)
    against = ("--against", known) if command[0] == "scan" else ()
    text = tmp_path / "0"
    text.write_text("no picture, and the first row of all")
    for _ in range(2):
        done = run_cli(*command, text, pictures.a, *against, "-o", out)
        assert done.returncode in (DONE, NO_MATCH, NOT_EXAMINED), done.stderr
        assert out.stat().st_size > 0
