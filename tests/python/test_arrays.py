"""What may be given as a picture, and what is refused."""

from __future__ import annotations

import io
import os
import pickle
import struct
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path
from typing import Any, Callable

import ectype
import numpy as np
import pytest
from conftest import Pictures, Pixels, save, smooth_picture
from PIL import Image

PIXELS = smooth_picture(11, 97, 83)
GRAY = np.ascontiguousarray(PIXELS[:, :, 1])


def hashed(picture: Any) -> tuple[bytes, int, bool]:
    result = ectype.pdq(picture)
    return result.hash.tobytes(), result.quality, result.degenerate


def padded(pixels: Pixels) -> Pixels:
    """The same pixels as a view into a larger array of noise."""
    height, width = pixels.shape[:2]
    shape = (height + 7, width + 5, *pixels.shape[2:])
    room = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    room[3 : 3 + height, 2 : 2 + width] = pixels
    return room[3 : 3 + height, 2 : 2 + width]


def spread(pixels: Pixels) -> Pixels:
    """Every second pixel of every third row of a larger array."""
    height, width = pixels.shape[:2]
    room = np.full((3 * height, 2 * width, *pixels.shape[2:]), 255, np.uint8)
    room[::3, ::2] = pixels
    return room[::3, ::2]


def read_only(pixels: Pixels) -> Pixels:
    copy = pixels.copy()
    copy.setflags(write=False)
    return copy


def bgr_view(pixels: Pixels) -> Pixels:
    """A negative stride along the channels, as `bgr[..., ::-1]` has."""
    return np.ascontiguousarray(pixels[..., ::-1])[..., ::-1]


def planes_view(pixels: Pixels) -> Pixels:
    """Channels stored as planes."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)).transpose(1, 2, 0)


def bytes_view(pixels: Pixels) -> Pixels:
    return np.frombuffer(pixels.tobytes(), np.uint8).reshape(pixels.shape)


COMMON_LAYOUTS: list[Callable[[Pixels], Pixels]] = [
    np.asfortranarray,
    padded,
    spread,
    read_only,
    bytes_view,
    lambda pixels: np.ascontiguousarray(pixels[::-1])[::-1],
    lambda pixels: np.ascontiguousarray(pixels[:, ::-1])[:, ::-1],
    lambda pixels: np.ascontiguousarray(pixels.swapaxes(0, 1)).swapaxes(0, 1),
]


@pytest.mark.parametrize("pixels", [PIXELS, GRAY], ids=["rgb", "gray"])
@pytest.mark.parametrize("layout", COMMON_LAYOUTS)
def test_strides_are_honoured(layout: Callable[[Pixels], Pixels], pixels: Pixels) -> None:
    view = layout(pixels)
    assert np.array_equal(view, pixels)
    assert hashed(view) == hashed(pixels)


@pytest.mark.parametrize("layout", [bgr_view, planes_view])
def test_strides_of_channels_are_honoured(layout: Callable[[Pixels], Pixels]) -> None:
    assert hashed(layout(PIXELS)) == hashed(PIXELS)


def test_a_row_repeated_by_a_zero_stride_is_a_picture() -> None:
    view = np.broadcast_to(GRAY[:1], (40, GRAY.shape[1]))
    assert view.strides[0] == 0
    assert hashed(view) == hashed(np.ascontiguousarray(view))


def test_channels_are_red_green_blue() -> None:
    assert hashed(PIXELS) != hashed(PIXELS[..., ::-1])
    luma = PIXELS.astype(np.int64) @ np.array([299, 587, 114])
    apart = np.unpackbits(ectype.pdq(PIXELS).hash ^ ectype.pdq((luma // 1000).astype("u1")).hash)
    assert apart.sum() <= 2


def test_gray_equals_rgb_with_equal_channels() -> None:
    assert hashed(GRAY) == hashed(np.repeat(GRAY[:, :, None], 3, axis=2))


@pytest.mark.parametrize(
    "wrong",
    [
        PIXELS.astype(np.float64) / 255,
        PIXELS.astype(np.float32),
        GRAY.astype(np.int32),
        GRAY.astype(np.uint16),
        GRAY.astype(np.int8),
        GRAY > 100,
        np.dstack([PIXELS, GRAY]),
        PIXELS[:, :, :2],
        GRAY[:, :, None],
        GRAY[0],
        np.zeros((2, 30, 30, 3), np.uint8),
        np.zeros((0, 30, 3), np.uint8),
        np.zeros((30, 0), np.uint8),
        np.zeros((), np.uint8),
        np.array(["a.png"]),
        None,
        [[1, 2], [3, 4]],
        7,
        3.5,
        True,
        {"path": "a.png"},
    ],
    ids=lambda wrong: f"{type(wrong).__name__}-{getattr(wrong, 'dtype', '')}"
    f"{getattr(wrong, 'shape', '')}",
)
@pytest.mark.parametrize("function", [ectype.pdq, ectype.pdq_dihedral])
def test_what_is_not_a_picture_is_refused(function: Callable[[Any], Any], wrong: Any) -> None:
    with pytest.raises(ectype.Error, match="picture") as error:
        function(wrong)
    assert error.value.code == "invalid_argument"
    if isinstance(wrong, np.ndarray):  # what was given, and what is wanted
        assert str(wrong.dtype) in str(error.value)
        assert str(wrong.shape) in str(error.value) or wrong.dtype.kind == "U"
        assert "empty" in str(error.value) or "uint8" in str(error.value)


LOSSLESS: dict[str, dict[str, Any]] = {
    "a.png": {},
    "a.bmp": {},
    "a.tif": {"compression": "tiff_lzw"},
    "a.webp": {"lossless": True},
    "a.ppm": {},
}


class PathLike:
    """A path that is neither str nor pathlib's."""

    def __init__(self, path: str | bytes) -> None:
        self._path = path

    def __fspath__(self) -> str | bytes:
        return self._path


def check_every_entry(path: Path, pixels: Pixels) -> None:
    content = path.read_bytes()
    entries = [
        str(path),
        path,
        PathLike(str(path)),
        PathLike(os.fsencode(path)),
        content,
        bytearray(content),
        memoryview(content),
        memoryview(b"x" + content + b"x")[1:-1],
    ]
    expected = hashed(pixels)
    assert [hashed(entry) for entry in entries] == [expected] * len(entries)


@pytest.mark.parametrize("name", LOSSLESS)
def test_path_bytes_and_decoded_array_agree(name: str, tmp_path: Path) -> None:
    check_every_entry(save(PIXELS, tmp_path / name, **LOSSLESS[name]), PIXELS)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.pgm", "a.gif"])
def test_path_bytes_and_decoded_array_agree_for_gray(name: str, tmp_path: Path) -> None:
    check_every_entry(save(GRAY, tmp_path / name), GRAY)


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.bmp"])
def test_a_palette_counts_as_its_colours(name: str, tmp_path: Path) -> None:
    palette = Image.fromarray(PIXELS).quantize(60)
    palette.save(tmp_path / name)
    check_every_entry(tmp_path / name, np.asarray(palette.convert("RGB")))


def test_a_name_that_is_not_utf8_is_opened(tmp_path: Path) -> None:
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9.png")
    path = save(PIXELS, tmp_path / "a.png").rename(os.fsdecode(name))
    assert hashed(path) == hashed(PIXELS)
    assert ectype.hash_files([name, os.fsdecode(name)]).outcomes == ["hashed"] * 2


def test_a_zero_byte_in_a_name_opens_no_other_file(tmp_path: Path) -> None:
    path = f"{save(PIXELS, tmp_path / 'a.png')}\0junk"
    with pytest.raises((ectype.Error, ValueError)):
        ectype.pdq(path)
    assert ectype.hash_files([path]).outcomes == ["unreadable"]


def giant_png() -> bytes:
    """A PNG of a few bytes that claims 30000 x 30000 pixels."""
    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    content = b"\x89PNG\r\n\x1a\n"
    for name, body in chunks:
        checked = name + body
        content += struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))
    return content


@pytest.mark.parametrize(
    ("picture", "code", "words"),
    [
        ("no/such/file.png", "not_found", "no/such/file.png"),
        (Path("/no/such/file.png"), "not_found", "/no/such/file.png"),
        ("/", "unreadable", "/"),
        (b"", "unsupported", "empty"),
        (b"<html><body>no picture</body></html>", "unsupported", "HTML"),
        (b"\x89PNG\r\n\x1a\n", "damaged", "PNG"),
        (giant_png(), "over_limit", "30000 x 30000"),
    ],
)
@pytest.mark.parametrize("function", [ectype.pdq, ectype.pdq_dihedral])
def test_errors_name_what_and_carry_a_code(
    function: Callable[[Any], Any], picture: Any, code: str, words: str
) -> None:
    with pytest.raises(ectype.Error) as error:
        function(picture)
    assert error.value.code == code
    assert words in str(error.value)


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ectype.Error, match="'quick'.*'exact' or 'fast'") as error:
        ectype.pdq(PIXELS, profile="quick")
    assert error.value.code == "invalid_argument"


def test_results_are_arrays_that_unpack_and_pickle() -> None:
    for result, shape in ((ectype.pdq(PIXELS), (32,)), (ectype.pdq_dihedral(PIXELS), (8, 32))):
        values, quality = result
        assert values is result.hash
        assert (values.dtype, values.shape) == (np.uint8, shape)
        assert quality == result.quality == 100
        again = pickle.loads(pickle.dumps(result))
        assert type(again) is ectype.PdqResult
        assert np.array_equal(again.hash, result.hash)
        assert (again.quality, again.degenerate) == (result.quality, result.degenerate)


def test_the_degenerate_flag_survives_pickling() -> None:
    flat = ectype.pdq(np.full((50, 50), 7, np.uint8))
    assert flat.degenerate
    assert pickle.loads(pickle.dumps(flat)).degenerate


def test_errors_pickle() -> None:
    with pytest.raises(ectype.Error) as error:
        ectype.pdq("no/such/file.png")
    again = pickle.loads(pickle.dumps(error.value))
    assert (str(again), again.code) == (str(error.value), "not_found")


def test_hash_files_has_a_row_for_every_path(pictures: Pictures, tmp_path: Path) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("hello, this is text")
    tiny = save(np.zeros((3, 3), np.uint8), tmp_path / "tiny.png")
    paths = [pictures.a, text, str(pictures.b), "absent.png", tmp_path, pictures.flat, tiny]
    for threads in (0, 1, 3):
        batch = ectype.hash_files(paths, threads)
        assert batch.outcomes == [
            *("hashed", "unsupported", "hashed", "unreadable", "unreadable"),
            *("low_quality", "low_quality"),
        ]
        assert [bool(reason) for reason in batch.reasons] == [False, True, False, *[True] * 4]
        assert (batch.hashes.dtype, batch.hashes.shape) == (np.uint8, (7, 32))
        assert batch.hashes[0].tobytes() == hashed(pictures.a)[0]
        assert batch.qualities.tolist() == [100, -1, 100, -1, -1, 0, -1]
        assert not batch.hashes[[1, 3, 4, 6]].any()
    empty = ectype.hash_files([])
    assert (empty.hashes.shape, empty.outcomes) == ((0, 32), [])


def test_hash_files_does_not_wait_for_a_fifo(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    code = f"import ectype; print(*ectype.hash_files([{str(tmp_path / 'fifo')!r}]).outcomes)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=20, text=True, check=True
    )
    assert done.stdout.strip() in ("skipped", "unreadable", "unsupported")


def encoded(pixels: Pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


class Calls:
    """Long calls, of some 50 ms or more."""

    def __init__(self, folder: Path) -> None:
        large = np.tile(smooth_picture(4, 500, 500), (6, 6, 1))
        self._array = np.tile(large[:, :, 0], (3, 3))
        self._bytes = encoded(large)
        self._path = save(large, folder / "large.jpg")
        self._rows = np.random.default_rng(2).integers(0, 256, (300_000, 32), dtype=np.uint8)
        self._index = ectype.LinearIndex(self._rows)
        self._known = ectype.HashSet.create(folder / "known.ectype")
        self._other = ectype.HashSet.create(folder / "other.ectype")
        self._list = folder / "list"
        self._list.write_text("\n".join(row.tobytes().hex() for row in self._rows[:10_000]))
        self._known.import_list(self._list)

    def pdq_of_bytes(self) -> None:
        ectype.pdq(self._bytes)

    def pdq_dihedral_of_an_array(self) -> None:
        ectype.pdq_dihedral(self._array[:, ::-1])

    def compare(self) -> None:
        ectype.compare(self._bytes, self._bytes)

    def hash_files(self) -> None:
        ectype.hash_files([self._path] * 10, threads=1)

    def within(self) -> None:
        self._index.within(self._rows[:3000])

    def merge(self) -> None:
        self._other.merge(self._known)

    def import_list(self) -> None:
        self._other.import_list(self._list, label="again")

    def verify(self) -> None:
        self._known.verify()


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    return Calls(tmp_path_factory.mktemp("large"))


@pytest.mark.parametrize("name", [name for name in vars(Calls) if not name.startswith("_")])
def test_another_thread_goes_on_during_a_long_call(name: str, calls: Calls) -> None:
    ticks = 0
    done = threading.Event()

    def count() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    try:
        before = ticks
        getattr(calls, name)()
        during = ticks - before  # with the lock held it would be 0 or 1
    finally:
        done.set()
        thread.join()
    assert during >= 5
