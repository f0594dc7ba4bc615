"""What a file may take: a bomb nearly nothing, a legitimate giant little memory."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Callable

import numpy as np
import pytest
from conftest import (
    DONE,
    NOT_EXAMINED,
    json_rows,
    measure_cli,
    run_cli,
    save,
    smooth_picture,
    unpack_repro,
)
from PIL import Image

MB = 1_000_000


def png(width: int, height: int) -> bytes:
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1_000_000))),
        (b"IEND", b""),
    ]
    content = b"\x89PNG\r\n\x1a\n"
    for name, body in chunks:
        content += struct.pack(">I", len(body)) + name + body
        content += struct.pack(">I", zlib.crc32(name + body))
    return content


def bmp(width: int, height: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 3000, 0, 0, 54) + header + bytes(3000)


def ppm(width: int, height: int) -> bytes:
    return b"P6\n%d %d\n255\n" % (width, height) + bytes(3000)


def gif(width: int, height: int) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0)
    return screen + frame + b"\x02\x02\x4c\x01\x00;"


def jpeg(width: int, height: int) -> bytes:
    """A real JPEG whose frame header claims another size."""
    content = bytearray(_small("JPEG"))
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def tiff(width: int, height: int) -> bytes:
    tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1),
            (278, height), (279, 3000)]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", 8) + directory + bytes(3000)


def _small(form: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(smooth_picture(1, 64, 64)).save(buffer, form)
    return buffer.getvalue()


BOMBS: list[Callable[[int, int], bytes]] = [png, bmp, ppm, gif, jpeg, tiff]


@pytest.mark.parametrize("make", BOMBS, ids=lambda make: make.__name__)
def test_a_bomb_is_refused_at_once(make: Callable[[int, int], bytes], tmp_path: Path) -> None:
    bomb = tmp_path / "bomb"
    bomb.write_bytes(make(30000, 30000))
    usage = measure_cli(tmp_path / "report", "hash", bomb, "-j", 1)
    assert usage.status == NOT_EXAMINED
    (row,) = json_rows(usage.stdout)
    assert row["outcome"] == "over_limit"
    assert "30000 x 30000" in row["reason"]
    assert "--max-pixels" in row["reason"]
    assert usage.user_seconds < 0.1
    assert usage.max_rss < 50 * MB


def test_the_bomb_of_the_data_is_refused_at_once(data: Path, tmp_path: Path) -> None:
    bomb = unpack_repro(data, tmp_path / "repro") / "bomb_30000x30000.png"
    usage = measure_cli(tmp_path / "report", "hash", bomb, "-j", 1)
    assert json_rows(usage.stdout)[0]["outcome"] == "over_limit"
    assert usage.user_seconds < 0.1
    assert usage.max_rss < 50 * MB


def test_the_limit_is_inclusive_and_can_be_moved(tmp_path: Path) -> None:
    path = save(smooth_picture(1, 50, 40), tmp_path / "a.png")
    assert run_cli("hash", path, "--max-pixels", 2000).returncode == DONE
    done = run_cli("hash", path, "--max-pixels", 1999)
    assert done.returncode == NOT_EXAMINED
    (row,) = json_rows(done.stdout)
    assert (row["outcome"], row["hash"]) == ("over_limit", None)
    assert "50 x 40" in row["reason"]


def test_a_jpeg_of_100_megapixels_is_streamed(tmp_path: Path) -> None:
    side = 10_000
    ramp = np.linspace(40, 200, side, dtype=np.float32)
    noise = np.tile(np.random.default_rng(1).integers(0, 16, (100, 100), dtype=np.uint8), (1, 100))
    pixels = np.empty((side, side), np.uint8)
    for y in range(side):
        pixels[y] = (ramp + ramp[y] * np.sin(ramp / 30)).clip(0, 239).astype(np.uint8)
        pixels[y] += noise[y % 100]
    giant = save(pixels, tmp_path / "giant.jpg", quality=60)
    del pixels
    usage = measure_cli(tmp_path / "report", "hash", giant, "-j", 1)
    (row,) = json_rows(usage.stdout)
    assert (row["outcome"], row["width"], row["height"]) == ("hashed", side, side)
    assert usage.max_rss < 100 * MB
