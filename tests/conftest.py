"""What the suites share: where the CLI and the data are, and pictures made on the spot."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[1]
CLI = Path(os.environ.get("ECTYPE_CLI", REPOSITORY / "build/release/bin/ectype"))
DATA = Path(os.environ.get("ECTYPE_DATA", REPOSITORY.parent / "shared/data"))
TIMEOUT = 120  # seconds; only a hang takes that long

#: Exit statuses of the command.
DONE, NO_MATCH, FATAL, NOT_EXAMINED = range(4)

TRANSFORMS = (
    "original",
    "rotate90",
    "rotate180",
    "rotate270",
    "flip_x",
    "flip_y",
    "flip_plus1",
    "flip_minus1",
)

Pixels = npt.NDArray[np.uint8]


def run_cli(
    *args: Any, under: Sequence[str] = (), **kw: Any
) -> subprocess.CompletedProcess[bytes]:
    """Runs `ectype`, by the command `under` if given; output as bytes. Arguments: str, bytes or
    paths."""
    if "stdout" not in kw and "stderr" not in kw:
        kw["capture_output"] = True
    kw.setdefault("timeout", TIMEOUT)
    words = [arg if isinstance(arg, (bytes, os.PathLike)) else str(arg) for arg in args]
    return subprocess.run([*under, CLI, *words], check=False, **kw)


def json_rows(output: bytes) -> list[dict[str, Any]]:
    """The rows of JSON Lines; a line that is not UTF-8 or not JSON is an error."""
    lines = [json.loads(line) for line in output.decode("utf-8").split("\n") if line]
    return [line for line in lines if "run" not in line]


def run_record(output: bytes) -> dict[str, Any]:
    """What the last line of the rows of a scan says of the run."""
    record: dict[str, Any] = json.loads(output.decode("utf-8").splitlines()[-1])["run"]
    return record


def without_record(output: bytes) -> bytes:
    """Rows of a scan, as JSON Lines, CSV or a table, without the record of the run."""
    lines = output.splitlines(keepends=True)
    if lines and (lines[-1].startswith(b'{"run":') or lines[-1].startswith(b",,,run,")):
        lines.pop()
    return b"".join(lines)


def name_in(row: dict[str, Any]) -> bytes:
    """The name that a row of JSON or CSV is about, by the documented rule."""
    encoded = row.get("path_base64")
    return base64.b64decode(encoded, validate=True) if encoded else row["path"].encode("utf-8")


def bits_apart(a: str | bytes, b: str | bytes) -> int:
    """Hamming distance of two hashes, as hexadecimal text or as bytes."""
    left, right = (bytes.fromhex(x) if isinstance(x, str) else bytes(x) for x in (a, b))
    assert len(left) == len(right) == 32
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).bit_count()


class Usage(NamedTuple):
    """What a run of the command took."""

    status: int
    stdout: bytes
    user_seconds: float
    max_rss: int  # bytes


# A child inherits the peak of the process that it is forked from, and this one is large: so a
# small interpreter in between starts the command.
_MEASURE = """
import json, os, sys
report, *command = sys.argv[1:]
_, status, usage = os.wait4(os.posix_spawn(command[0], command, os.environ), 0)
with open(report, "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), usage.ru_utime, usage.ru_maxrss * 1024], file)
"""


def measure_cli(report: Path, *args: Any) -> Usage:
    """Runs `ectype` and measures it; `report` is a file name that may be used for that."""
    command = [sys.executable, "-S", "-E", "-c", _MEASURE, report, CLI, *map(str, args)]
    done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=True)
    status, user_seconds, max_rss = json.loads(report.read_text())
    return Usage(status, done.stdout, user_seconds, max_rss)


def smooth_picture(seed: int, width: int, height: int, contrast: float = 1.0) -> Pixels:
    """A picture (H, W, 3) with content at several scales, much like a photo."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for cells, share in ((5, 0.6), (13, 0.3), (31, 0.1)):
        coarse = rng.integers(0, 256, (min(cells, height), min(cells, width), 3), dtype=np.uint8)
        large = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        total += share * np.asarray(large, dtype=np.float64)
    return np.clip(128 + contrast * (total - 128), 0, 255).round().astype(np.uint8)


def busy_picture(seed: int) -> Pixels:
    """With corners enough for keypoints."""
    random = np.random.default_rng(seed)
    pixels = smooth_picture(seed, 400, 300).astype(np.int16)
    for _ in range(150):
        top, left = random.integers(0, 280), random.integers(0, 380)
        height, width = random.integers(6, 40, 2)
        pixels[top : top + height, left : left + width] += random.integers(-70, 70)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def save(pixels: Pixels, path: Path, **options: Any) -> Path:
    """Writes pixels in the format that the name says."""
    Image.fromarray(pixels).save(path, **options)
    return path


def unpack_repro(data: Path, folder: Path) -> Path:
    """The small inputs of repro.tar, one of whose names is not UTF-8."""
    safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(data / "repro.tar", encoding="utf-8", errors="surrogateescape") as tar:
        tar.extractall(folder, **safely)
    return folder


@pytest.fixture(scope="session")
def data() -> Path:
    """The evaluation data; tests that ask for it are skipped where it is absent."""
    if not (DATA / "README.md").is_file():
        pytest.skip("../shared/data is not here")
    return DATA


class Pictures(NamedTuple):
    """Files that tests may read and must not change."""

    folder: Path  # what follows and nothing else
    a: Path
    b: Path
    flat: Path  # low quality: no content


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    folder = tmp_path_factory.mktemp("pictures")
    return Pictures(
        folder,
        save(smooth_picture(1, 320, 240), folder / "a.png"),
        save(smooth_picture(2, 200, 300), folder / "b.png"),
        save(np.full((64, 64, 3), 90, np.uint8), folder / "flat.png"),
    )
