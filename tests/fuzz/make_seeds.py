#!/usr/bin/env python3
"""Writes small pictures of each format as seeds of the fuzzer, small archives, and states of scans:
make_seeds.py TARGET FOLDER.

Of 48 x 40 pixels, so that a run of the target is short: shared test data are mostly photos, over the
pixels that the targets take. Needs Pillow; HEIF and AVIF are written by heif-enc (run.sh).
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"]
ORIENTATION, TURNED = 0x0112, 6
# The options that lead a decoder along another path; each with every mode that the format takes.
OPTIONS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "jpeg": (
        "JPEG",
        [
            {},
            {"progressive": True},
            {"subsampling": "4:2:0", "restart_marker_blocks": 2},
            {"exif": True},
        ],
    ),
    "png": ("PNG", [{}, {"bits": 2}, {"exif": True}, {"animated": True}]),
    "webp": ("WEBP", [{}, {"lossless": True}, {"exif": True}, {"animated": True}]),
    "tiff": (
        "TIFF",
        [{"compression": name} for name in ("raw", "tiff_lzw", "packbits", "tiff_adobe_deflate")]
        + [{"compression": name} for name in ("group3", "group4", "jpeg", "zstd", "lzma")]
        + [{"big_tiff": True}, {"compression": "tiff_lzw", "tiffinfo": {317: 2}}],
    ),
    "bmp": ("BMP", [{}]),
    "pnm": ("PPM", [{}]),
    "gif": ("GIF", [{}, {"interlace": 0}, {"animated": True}, {"transparency": 3}]),
    "jpeg2000": (
        "JPEG2000",
        [
            {},
            {"irreversible": True},
            {"no_jp2": True},
            {"tile_size": (32, 32)},
            {"progression": "RPCL", "num_resolutions": 3},
        ],
    ),
}


def picture(mode: str, shift: int = 0) -> Image.Image:
    drawn = Image.new("RGBA", (48, 40), (40, 90, 160, 90))
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((4 + shift, 6, 28 + shift, 30), fill=(220, 180, 30, 255), outline="black")
    pen.line((0, 39, 47, 3), fill=(250, 250, 250, 255), width=3)
    if mode == "I;16":
        return drawn.convert("L").convert("I").convert("I;16")
    return drawn.convert("RGB").convert(mode) if mode != "RGBA" else drawn


def encode(mode: str, form: str, options: dict[str, Any]) -> bytes:
    options = dict(options)
    more: list[Image.Image] = []
    if options.pop("animated", False):
        options["save_all"] = True
        more = [picture(mode, shift) for shift in (3, 6)]
        options["append_images"] = more
    if options.pop("exif", False):
        exif = Image.Exif()
        exif[ORIENTATION] = TURNED
        options["exif"] = exif
    target = BytesIO()
    picture(mode).save(target, form, **options)
    return target.getvalue()


def seeds(name: str) -> Iterator[bytes]:
    form, all_options = OPTIONS[name]
    for options in all_options:
        for mode in MODES:
            try:
                yield encode(mode, form, options)
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue  # not a mode of this format, or of this compression


def archives() -> Iterator[bytes]:
    files = {"a.txt": b"text " * 40, "in/b.bin": bytes(range(256)), "empty": b""}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        target = BytesIO()
        with zipfile.ZipFile(target, "w", method) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        yield target.getvalue()
    for mode in ("w:", "w:gz", "w:bz2", "w:xz"):
        for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
            target = BytesIO()
            with tarfile.open(fileobj=target, mode=mode, format=form) as tar:
                for name, data in files.items():
                    info = tarfile.TarInfo(name * 30 if form != tarfile.USTAR_FORMAT else name)
                    info.size = len(data)
                    tar.addfile(info, BytesIO(data))
            yield target.getvalue()
    for command in (["7zz", "a", "-bd"], ["7zz", "a", "-bd", "-m0=ppmd"]):
        with tempfile.TemporaryDirectory() as folder:
            for name, data in files.items():
                (Path(folder) / Path(name).name).write_bytes(data)
            subprocess.run([*command, "x.7z", "."], cwd=folder, check=True, capture_output=True)
            yield (Path(folder) / "x.7z").read_bytes()


def states() -> Iterator[bytes]:
    """As src/scan/scan_state.hpp says; the rows are none."""
    for rows in range(3):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "state"
            with closing(sqlite3.connect(path)) as database, database:
                database.executescript(
                    "CREATE TABLE options(text TEXT NOT NULL, runs INTEGER NOT NULL);"
                    "CREATE TABLE rows(path BLOB NOT NULL, place TEXT NOT NULL, identity TEXT"
                    " NOT NULL, run INTEGER NOT NULL, result BLOB NOT NULL, checksum INTEGER NOT NULL,"
                    " PRIMARY KEY(path, place));"
                    "INSERT INTO options VALUES('level: standard' || char(10), 0);"
                    "PRAGMA application_id = 1162040403; PRAGMA user_version = 1;"
                )
                for row in range(rows):
                    database.execute(
                        "INSERT INTO rows VALUES(?, ?, '1 2.3 4.5', 1, ?, 0)",
                        (b"a", "0000000000/"[: 10 * row] + "~", bytes(60)),
                    )
            yield path.read_bytes()
    yield bytes(60)


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    made = {"archive": archives, "scan_state": states}.get(name, lambda: seeds(name))
    for number, data in enumerate(made()):
        (folder / f"made_{number:03}.{name}").write_bytes(data)


if __name__ == "__main__":
    main()
