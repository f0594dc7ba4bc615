"""HEIC files whose coded picture is damaged, or is not what the file says around it."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from conftest import run_cli, save, smooth_picture

EXAMPLE = "libheif_example.heic"  # 1280 x 854 pixels
GRID = "exif-sam_IMG_5195.HEIC"


@pytest.fixture
def example(data: Path) -> bytes:
    return (data / "awkward" / EXAMPLE).read_bytes()


def row_of(path: Path, *options: str) -> dict[str, object]:
    row: dict[str, object] = json.loads(run_cli("hash", *options, path).stdout)
    return row


def with_the_rest_zero(whole: bytes, kept: float) -> bytes:
    end = int(len(whole) * kept)
    return whole[:end] + bytes(len(whole) - end)


@pytest.mark.parametrize("options", [(), ("--no-isolate",)])
def test_a_picture_whose_data_are_lost_is_damaged(
    example: bytes, tmp_path: Path, options: tuple[str, ...]
) -> None:
    for kept in (0.05, 0.2, 0.4):  # its first half is the picture
        path = tmp_path / f"{kept}.heic"
        path.write_bytes(with_the_rest_zero(example, kept))
        row = row_of(path, *options)
        assert row["outcome"] == "damaged", kept
        assert "HEVC: " in str(row["reason"])
        assert row["hash"], "what is there is hashed all the same"


def test_the_tiles_of_a_grid_are_judged_too(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "grid.heic"
    path.write_bytes(with_the_rest_zero((data / "awkward" / GRID).read_bytes(), 0.5))
    row = row_of(path)
    assert row["outcome"] == "damaged"
    assert "HEVC: " in str(row["reason"])


def test_a_whole_picture_is_not(data: Path) -> None:
    for name in (EXAMPLE, GRID):
        row = row_of(data / "awkward" / name)
        assert (row["outcome"], row["reason"]) == ("hashed", "")


@pytest.mark.skipif(shutil.which("heif-enc") is None, reason="there is no heif-enc")
@pytest.mark.parametrize("chroma", ["420", "422", "444"])
@pytest.mark.parametrize("bits", ["8", "10", "12"])
def test_whole_pictures_of_every_kind_are_whole(tmp_path: Path, chroma: str, bits: str) -> None:
    """With each checksum that a stream can have: libde265 gets some of them wrong."""
    save(smooth_picture(3, 201, 133), tmp_path / "picture.png")
    hashes: set[str] = set()
    for checksum in ("0", "1", "2", "3"):
        path = tmp_path / f"{checksum}.heic"
        options = ["-q", "90", "-b", bits, "-p", f"chroma={chroma}", "-p", f"x265:hash={checksum}"]
        subprocess.run(
            ["heif-enc", *options, "-o", path, tmp_path / "picture.png"],
            check=True,
            capture_output=True,
        )
        row = row_of(path)
        assert (row["outcome"], row["reason"]) == ("hashed", ""), checksum
        hashes.add(str(row["hash"]))
    assert len(hashes) == 1
    distance = int(hashes.pop(), 16) ^ int(str(row_of(tmp_path / "picture.png")["hash"]), 16)
    assert distance.bit_count() <= 12


def test_a_coded_picture_larger_than_the_file_says_is_held_to_the_limit(
    example: bytes, tmp_path: Path
) -> None:
    """Its boxes are believed where they are checked, but what decodes it believes the stream."""
    path = tmp_path / "small.heic"
    lies = bytearray(example)
    at = example.find(b"ispe")
    while at >= 0:
        lies[at + 8 : at + 16] = struct.pack(">II", 64, 64)
        at = example.find(b"ispe", at + 1)
    path.write_bytes(lies)
    row = row_of(path, "--max-pixels", "100000")
    assert row["outcome"] == "over_limit"
    assert "HEVC picture in the HEIF is 1280 x 856 pixels" in str(row["reason"])
    assert row_of(path)["outcome"] == "damaged", "within the limit it is unlike its header"
