"""A command that is watched while it runs: its memory, and that of its children, by /proc."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL = 0.25  # seconds
ATTACHED_AFTER = 1.0  # seconds
TICKS = os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> tuple[int, int]:
    """Resident now and at its highest, in bytes; zeros where the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0, 0
    values = dict(line.split(":", 1) for line in lines if line.startswith(("VmRSS", "VmHWM")))
    if len(values) < 2:
        return 0, 0
    return tuple(1024 * int(values[name].split()[0]) for name in ("VmRSS", "VmHWM"))  # type: ignore


def _own_cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


@dataclass
class Run:
    status: int = 0
    wall: float = 0.0
    cpu: float = 0.0  # of it and its children, seconds
    own_cpu: float = 0.0  # of it alone
    peak: int = 0  # bytes resident, of it alone
    children_peak: int = 0  # of the largest child
    resident: list[tuple[float, int]] = field(default_factory=list)  # (seconds, bytes)

    def describe_memory(self) -> str:
        """Resident memory over time, after the first tenth of the run."""
        settled = [value for at, value in self.resident if at >= self.wall / 10] or [0]
        megabytes = [value / 1e6 for value in settled]
        tenth = max(1, len(megabytes) // 10)
        growth = statistics.median(megabytes[-tenth:]) - statistics.median(megabytes[:tenth])
        return (
            f"first {megabytes[0]:.1f}, median {statistics.median(megabytes):.1f}, "
            f"max {max(megabytes):.1f} MB of {len(megabytes)} samples, last tenth over first tenth "
            f"{growth:+.1f} MB"
        )


def _start_profiled(
    command: list[str], profile: Path
) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
    """perf follows the children that start after it has attached: so the command waits for it."""
    process = subprocess.Popen(["sh", "-c", 'kill -STOP $$; exec "$@"', "sh", *command])
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    record = ["perf", "record", "-q", "-F", "199", "-o", str(profile), "-p", str(process.pid)]
    perf = subprocess.Popen(record, stderr=subprocess.DEVNULL)
    time.sleep(ATTACHED_AFTER)
    os.kill(process.pid, signal.SIGCONT)
    return process, perf


def watch(command: list[str], profile: Path | None = None) -> Run:
    """Runs it to its end. `profile`: where perf is to write samples of it and its children."""
    run = Run()
    perf = None
    if profile is None:
        process = subprocess.Popen(command)
    else:
        process, perf = _start_profiled(command, profile)
    started = time.perf_counter()
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        now, peak = _memory(process.pid)
        if now:
            run.resident.append((time.perf_counter() - started, now))
            run.peak = max(run.peak, peak)
            run.own_cpu = max(run.own_cpu, _own_cpu(process.pid))
        for child in _children(process.pid):
            run.children_peak = max(run.children_peak, _memory(child)[1])
        time.sleep(INTERVAL)
    run.wall = time.perf_counter() - started
    run.status = process.returncode = os.waitstatus_to_exitcode(status)
    run.cpu = usage.ru_utime + usage.ru_stime
    if perf is not None:
        perf.wait()
    return run
