"""Every awkward file has an outcome; the same picture has the same hash, however it is coded."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import DONE, NOT_EXAMINED, bits_apart, json_rows, name_in, run_cli, unpack_repro

OUTCOMES = {"hashed", "matched", "low_quality", "damaged", "unsupported", "over_limit",
            "timed_out", "crashed", "unreadable", "skipped"}  # fmt: skip

Row = dict[str, Any]


def hash_folder(folder: Path) -> tuple[dict[bytes, Row], bytes]:
    """Rows by name below the folder."""
    done = run_cli("hash", folder)
    assert done.returncode == NOT_EXAMINED
    rows = json_rows(done.stdout)
    named = {os.path.relpath(name_in(row), os.fsencode(folder)): row for row in rows}
    assert len(named) == len(rows)
    return named, done.stderr


def files_below(folder: Path) -> set[bytes]:
    root = os.fsencode(folder)
    return {
        os.path.relpath(os.path.join(where, name), root)
        for where, folders, files in os.walk(root)
        for name in files + [f for f in folders if os.path.islink(os.path.join(where, f))]
    }


@pytest.fixture(scope="session")
def repro(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = unpack_repro(data, tmp_path_factory.mktemp("repro"))
    assert os.path.exists(os.path.join(os.fsencode(folder), b"latin1_\xfcber.png"))
    return folder


@pytest.fixture(scope="session")
def folders(data: Path, repro: Path) -> dict[str, Path]:
    return {"awkward": data / "awkward", "repro": repro}


@pytest.fixture(scope="session")
def results(folders: dict[str, Path]) -> dict[str, tuple[dict[bytes, Row], bytes]]:
    return {name: hash_folder(folder) for name, folder in folders.items()}


@pytest.fixture(scope="session")
def rows(results: dict[str, tuple[dict[bytes, Row], bytes]]) -> dict[str, Row]:
    """Rows of both folders, by name; no name is in both."""
    return {os.fsdecode(n): row for named, _ in results.values() for n, row in named.items()}


@pytest.mark.parametrize("folder", ["awkward", "repro"])
def test_every_file_has_one_row_and_a_reason(
    folder: str, folders: dict[str, Path], results: dict[str, tuple[dict[bytes, Row], bytes]]
) -> None:
    named, stderr = results[folder]
    assert set(named) == files_below(folders[folder])
    for row in named.values():
        assert row["outcome"] in OUTCOMES - {"matched", "crashed", "timed_out"}
        assert row["outcome"] == "hashed" or len(row["reason"]) > 8
        assert "\n" not in row["reason"]
        assert (row["hash"] is None) == (row["quality"] is None) == (row["recipe"] is None)
        if row["outcome"] == "hashed":
            assert row["hash"]
            assert row["quality"] >= 50
    assert re.fullmatch(rb"\d+ files: [^\n]*\n", stderr)  # no codec says anything


def test_names_say_nothing_about_formats(
    data: Path, rows: dict[str, Row], tmp_path: Path
) -> None:
    sources = sorted((data / "awkward").iterdir())
    for i, source in enumerate(sources):
        shutil.copyfile(source, tmp_path / f"{i:03}.jpg")
    renamed = json_rows(run_cli("hash", tmp_path).stdout)
    for source, row in zip(sources, renamed, strict=True):
        assert row == {**rows[source.name], "path": row["path"]}


UNSUPPORTED = {
    "empty.jpg": "empty",
    "gen_zero.jpg": "empty",
    "gen_html.jpg": "HTML",
    "text_named.jpg": "text",
    "README.txt": "text",
    "pillow_hopper.ico": "ICO",
    "pillow_hopper.psd": "PSD",
    "gen_minimal.dng": "(?i)raw.*DNG|DNG.*raw",
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_what_is_no_picture_or_not_supported_is_named(name: str, rows: dict[str, Row]) -> None:
    row = rows[name]
    assert (row["outcome"], row["hash"]) == ("unsupported", None)
    assert re.search(UNSUPPORTED[name], row["reason"])


def test_a_bomb_is_over_the_limit_and_the_reason_says_how_to_raise_it(
    rows: dict[str, Row],
) -> None:
    row = rows["bomb_30000x30000.png"]
    assert (row["outcome"], row["hash"]) == ("over_limit", None)
    assert "30000 x 30000" in row["reason"]
    assert "--max-pixels" in row["reason"]


@pytest.mark.parametrize(
    "name",
    [
        "gen_trunc60.jpg",
        "gen_corrupt_mid.jpg",
        "scene_trunc50.jpg",
        "pillow_truncated_image.png",
        "pillow_broken_data_stream.png",
        "libvips_truncated.gif",
        "pillow_badrle.bmp",
    ],
)
def test_a_damaged_picture_is_hashed_and_flagged(name: str, rows: dict[str, Row]) -> None:
    row = rows[name]
    assert row["outcome"] == "damaged"
    assert row["hash"]
    assert re.search(r"\d+\.\d % of the rows|some of its rows may be wrong", row["reason"])


# Not gen_trunc60.jpg: it is progressive, and its first scans hold every row.
@pytest.mark.parametrize("name", ["scene_trunc50.jpg", "pillow_truncated_image.png"])
def test_of_a_cut_file_less_than_all_was_decoded(name: str, rows: dict[str, Row]) -> None:
    share = re.search(r"(\d+\.\d) % of the", rows[name]["reason"])
    assert share
    assert 0 < float(share[1]) < 100


@pytest.mark.parametrize("name", ["wuffs_no-frames.gif", "pillow_balloon_eciRGBv2_aware.jp2"])
def test_of_some_files_nothing_can_be_decoded(name: str, rows: dict[str, Row]) -> None:
    row = rows[name]
    assert row["outcome"] == "damaged"
    assert row["hash"] is None


@pytest.mark.parametrize(
    "name",
    [
        *("gen_1x1.png", "gen_2x3.png", "gen_4000x3.png", "gen_png_named.jpg", "px1_ffb8ff.png"),
        *("testdata_1x1_exif_xmp.jpg", "tiny4x4.png", "wuffs_frame-out-of-bounds.gif"),
    ],
)
def test_too_small_is_a_status_and_not_a_zero_hash(name: str, rows: dict[str, Row]) -> None:
    row = rows[name]
    assert (row["outcome"], row["hash"], row["quality"]) == ("low_quality", None, None)
    assert "small" in row["reason"]


@pytest.mark.parametrize(
    "name",
    [
        *("sharp_full-transparent.png", "gen_white.png", "flat_black.png", "flat_white.png"),
        *("flat_gray.png", "flat_blue.png", "latin1_\udcfcber.png"),
        *("black_disc_on_transparent.png", "black_triangle_on_transparent.png"),
    ],
)
def test_pictures_without_content_are_of_low_quality(name: str, rows: dict[str, Row]) -> None:
    assert rows[name]["outcome"] == "low_quality"


FACTS: list[tuple[str, str, Any]] = [
    ("gen_png_named.jpg", "format", "png"),
    ("png_named.jpg", "format", "png"),
    ("pillow_hopper_webp.tif", "format", "tiff"),
    ("sharp_animated-loop-3.webp", "format", "webp"),
    ("image_rgb24prof.bmp", "format", "bmp"),
    ("libheif_example.heic", "format", "heif"),
    ("libheif_example.avif", "format", "avif"),
    ("openjpeg_Bretagne1_0.j2k", "format", "jpeg2000"),
    ("sharp_animated-loop-3.gif", "frames", 10),
    ("sharp_animated-loop-3.webp", "frames", 10),
    ("libavif_colors-animated-8bpc.avif", "frames", 5),
    ("gen_progressive.jpg", "frames", 1),
    *((f"exif-ori_Portrait_{i}.jpg", "orientation", i) for i in range(1, 9)),
    *((f"exif-sam_landscape_{i}.jpg", "orientation", i) for i in range(1, 9)),
    *((f"exif{i}.jpg", "orientation", i) for i in range(1, 9)),
    ("exif_bad99.jpg", "orientation", 1),
    ("pillow_g4_orientation_6.tif", "orientation", 6),
    ("libavif_paris_exif_orientation_5.jpg", "orientation", 5),
    # irot 1: a quarter turn counter-clockwise, which EXIF calls 8; coded as 512 x 256.
    ("libavif_abc_color_irot_alpha_irot.avif", "orientation", 8),
    ("libavif_abc_color_irot_alpha_irot.avif", "width", 512),
]


@pytest.mark.parametrize(("name", "field", "value"), FACTS)
def test_recorded_facts(name: str, field: str, value: Any, rows: dict[str, Row]) -> None:
    assert rows[name][field] == value


def test_size_is_that_of_the_file_before_orientation(rows: dict[str, Row]) -> None:
    row = rows["exif-ori_Portrait_6.jpg"]
    assert (row["width"], row["height"]) == (1800, 1200)


def test_a_malformed_orientation_counts_as_1_with_a_warning(rows: dict[str, Row]) -> None:
    row = rows["exif_bad99.jpg"]
    assert row["outcome"] == "hashed"
    assert row["hash"] == rows["exif1.jpg"]["hash"]
    assert "orientation" in row["reason"]


@pytest.mark.parametrize(
    ("pattern", "radius"),
    # Their pixels differ: each was compressed on its own.
    [("exif-ori_Portrait_{}.jpg", 10), ("exif-sam_landscape_{}.jpg", 20)],
)
def test_orientations_of_photos_hash_alike(
    pattern: str, radius: int, rows: dict[str, Row]
) -> None:
    hashes = [rows[pattern.format(i)]["hash"] for i in range(1, 9)]
    assert max(bits_apart(a, b) for a in hashes for b in hashes) <= radius


def test_orientations_of_one_picture_hash_alike(rows: dict[str, Row]) -> None:
    """exif1 to 4 are the same pixels, and so are exif5 to 8.

    The Y planes of the two groups really differ (blocks were compressed in another orientation):
    the PDQ reference itself gives 2 bits between them.
    """
    hashes = [rows[f"exif{i}.jpg"]["hash"] for i in range(1, 9)]
    assert len(set(hashes[:4])) == 1
    assert len(set(hashes[4:])) == 1
    assert bits_apart(hashes[0], hashes[4]) <= 2


SCENE = {
    **{f"scene_{name}.png": 2 for name in ("gray", "gray16", "la", "palette", "rgb16")},
    "scene_rgba_opaque.png": 2,
    "scene.gif": 2,
    "png_named.jpg": 0,
    "scene_cmyk.jpg": 4,
    "scene_prog.jpg": 4,
    "scene_q90.jpg": 4,
    "scene_1bit.png": 31,
}


@pytest.mark.parametrize("name", SCENE)
def test_encodings_of_a_scene_hash_alike(name: str, rows: dict[str, Row]) -> None:
    assert rows[name]["outcome"] == "hashed"
    assert bits_apart(rows[name]["hash"], rows["scene.png"]["hash"]) <= SCENE[name]


def test_no_scene_is_left_out(rows: dict[str, Row]) -> None:
    others = {f"scene_{name}" for name in
              ("mirror.png", "rot5.png", "crop10.png", "letterbox.png", "trunc50.jpg")}  # fmt: skip
    scenes = {name for name in rows if name.startswith("scene")}
    assert scenes == {name for name in SCENE if name.startswith("scene")} | others | {"scene.png"}


@pytest.mark.parametrize(
    "name",
    [
        *("threatex_CMYK.jpg", "threatex_P.png", "threatex_1.png", "gen_progressive.jpg"),
        *("gen_baseline_restart.jpg", "gen_trailing.jpg"),
    ],
)
def test_variants_of_the_bridge_match_it(name: str, data: Path) -> None:
    done = run_cli("compare", data / "awkward" / name, data / "pdq/bridge-mods/aaa-orig.jpg")
    assert done.returncode == DONE, done.stdout


def test_names_that_break_lists_survive(rows: dict[str, Row]) -> None:
    hashes = {rows[name]["hash"] for name in ('with"quote.png', "with,comma.png", "new\nline.png")}
    assert hashes == {rows["ü_é_日本語.png"]["hash"]} == {rows["loop/a.png"]["hash"]}
    assert "path_base64" in rows["latin1_\udcfcber.png"]
    assert rows["loop/sub/up"]["outcome"] == "skipped"
