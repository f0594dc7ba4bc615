"""`ectype hash`: its rows, formats, inputs and exit statuses."""

from __future__ import annotations

import csv
import io
import os
import re
import socket
from pathlib import Path

import numpy as np
import pytest
from conftest import (
    DONE,
    FATAL,
    NOT_EXAMINED,
    TRANSFORMS,
    Pictures,
    bits_apart,
    json_rows,
    name_in,
    run_cli,
    save,
    smooth_picture,
)

FIELDS = ["path", "outcome", "reason", "format", "width", "height", "orientation", "frames",
          "recipe", "hash", "quality"]  # fmt: skip

ODD_NAMES = [
    b"new\nline.png",
    b"carriage\rreturn.png",
    b'with"quote.png',
    b"with,comma.png",
    b" leading space.png",
    b"trailing space.png ",
    b"tab\there.png",
    b"=1+1.png",
    b"+1.png",
    b"-1.png",
    b"@sum.png",
    b"'quoted.png",
    b"'=1.png",
    b"caf\xe9.png",
    b"\xff\xfe.png",
    "ü_é_日本語.png".encode(),
    b"control\x1b[31m.png",
    b"semi;colon.png",
    b"#hash.png",
]


def one_line_summary(stderr: bytes) -> bool:
    return re.fullmatch(rb"\d+ files?(: [^\n]*)?\n", stderr) is not None


def csv_rows(output: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output.decode("utf-8"), newline="")))


@pytest.fixture
def odd_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "odd"
    folder.mkdir()
    for seed, name in enumerate(ODD_NAMES):
        path = save(smooth_picture(seed, 40, 30), tmp_path / "plain.png")
        os.rename(path, os.path.join(os.fsencode(folder), name))
    return folder


def test_a_row_has_the_documented_fields(pictures: Pictures) -> None:
    done = run_cli("hash", pictures.a)
    assert done.returncode == DONE
    assert done.stdout.endswith(b"}\n")
    (row,) = json_rows(done.stdout)
    assert list(row) == FIELDS
    assert re.fullmatch("[0-9a-f]{64}", row.pop("hash"))
    assert row == {
        "path": str(pictures.a),
        "outcome": "hashed",
        "reason": "",
        "format": "png",
        "width": 320,
        "height": 240,
        "orientation": 1,
        "frames": 1,
        "recipe": "pdq/1:exact",
        "quality": 100,
    }
    assert one_line_summary(done.stderr)


def test_a_row_of_what_cannot_be_hashed_has_the_same_fields(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("hello, this is text\n")
    done = run_cli("hash", tmp_path / "text.jpg")
    assert done.returncode == NOT_EXAMINED
    (row,) = json_rows(done.stdout)
    assert list(row) == FIELDS
    assert row["outcome"] == "unsupported"
    assert row["reason"]
    assert [row[field] for field in FIELDS[3:]] == [None] * 8


def test_the_profile_is_in_the_recipe(tmp_path: Path) -> None:
    photo = save(smooth_picture(5, 1600, 1200), tmp_path / "photo.jpg", quality=90)
    rows = [json_rows(run_cli("hash", photo, "--profile", p).stdout)[0] for p in ("exact", "fast")]
    assert [row["recipe"] for row in rows] == ["pdq/1:exact", "pdq/1:fast"]
    assert bits_apart(rows[0]["hash"], rows[1]["hash"]) <= 2


def test_dihedral_hashes(pictures: Pictures) -> None:
    (row,) = json_rows(run_cli("hash", "--dihedral", pictures.a).stdout)
    assert list(row) == [*FIELDS, "dihedral"]
    assert list(row["dihedral"]) == list(TRANSFORMS)
    assert row["dihedral"]["original"] == row["hash"]
    assert len(set(row["dihedral"].values())) == 8
    (table,) = csv_rows(run_cli("hash", "--dihedral", "--format", "csv", pictures.a).stdout)
    assert {name: table[name] for name in TRANSFORMS} == row["dihedral"]


def test_csv_has_what_json_has(pictures: Pictures) -> None:
    rows = json_rows(run_cli("hash", pictures.folder).stdout)
    table = csv_rows(run_cli("hash", "--format", "csv", pictures.folder).stdout)
    assert len(table) == 3
    for row, record in zip(rows, table, strict=True):
        assert None not in record  # no field without a header
        for field in FIELDS:
            assert record[field] == ("" if row[field] is None else str(row[field]))


def test_hex_has_the_hashes_and_comments(pictures: Pictures, tmp_path: Path) -> None:
    (tmp_path / "no\npicture").write_text("hello, this is text\n")
    (row,) = json_rows(run_cli("hash", pictures.a).stdout)
    done = run_cli("hash", "--format", "hex", pictures.a, tmp_path)
    first, second, end = done.stdout.decode().split("\n")
    assert (first, end) == (row["hash"], "")
    assert re.match(r"# .*unsupported.*no\\npicture", second)


def test_odd_names_are_recovered_from_json(odd_folder: Path) -> None:
    rows = json_rows(run_cli("hash", odd_folder).stdout)
    assert [os.path.basename(name_in(row)) for row in rows] == sorted(ODD_NAMES)
    for row in rows:
        encoded = "path_base64" in row
        try:
            name_in(row).decode("utf-8")
        except UnicodeDecodeError:
            assert encoded
        else:
            assert not encoded


def test_odd_names_are_recovered_from_csv(odd_folder: Path) -> None:
    done = run_cli("hash", "--format", "csv", "--", *sorted(ODD_NAMES), cwd=odd_folder)
    rows = csv_rows(done.stdout)
    assert [name_in(row) for row in rows] == sorted(ODD_NAMES)
    for row in rows:  # nothing that a spreadsheet would run
        assert not row["path"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert done.stdout.count(b"\r\n") == len(ODD_NAMES) + 1


@pytest.mark.parametrize("null", [True, False])
@pytest.mark.parametrize("stdin", [True, False])
def test_paths_come_from_a_list(odd_folder: Path, tmp_path: Path, null: bool, stdin: bool) -> None:
    names = [name for name in ODD_NAMES if null or b"\n" not in name]
    text = b"".join(name + (b"\0" if null else b"\n") for name in names)
    (tmp_path / "list").write_bytes(text)
    source = ["--files-from", "-" if stdin else tmp_path / "list"]
    done = run_cli("hash", *source, *(["-0"] if null else []), cwd=odd_folder, input=text)
    assert done.returncode == DONE
    assert [name_in(row) for row in json_rows(done.stdout)] == names


@pytest.mark.parametrize("extra", [[], ["a.png"]])
def test_a_zero_byte_in_a_line_hides_no_file(extra: list[str], tmp_path: Path) -> None:
    """As when -0 was forgotten: a name that ends at the zero byte is another file's."""
    for name in ("a.png", "b.png"):
        save(smooth_picture(1, 40, 30), tmp_path / name)
    done = run_cli("hash", *extra, "--files-from", "-", input=b"a.png\0b.png\0", cwd=tmp_path)
    assert done.returncode in (FATAL, NOT_EXAMINED)
    for row in json_rows(done.stdout):
        assert row["path"] in extra or row["outcome"] == "unreadable"


def test_the_last_line_of_a_list_needs_no_end(pictures: Pictures) -> None:
    text = f"{pictures.b}\n\n{pictures.a}".encode()
    rows = json_rows(run_cli("hash", pictures.flat, "--files-from", "-", input=text).stdout)
    assert [row["path"] for row in rows] == [str(pictures.flat), str(pictures.b), str(pictures.a)]


def test_the_number_of_threads_does_not_show(odd_folder: Path, pictures: Pictures) -> None:
    outputs = {
        run_cli("hash", odd_folder, pictures.folder, odd_folder, "--dihedral", "-j", j).stdout
        for j in (1, 2, 4)
    }
    assert len(outputs) == 1


def test_folders_are_walked_in_byte_order(tmp_path: Path) -> None:
    names = ["B.png", "Z/b/1.png", "Z/b/2.png", "a.png", "b/.hidden.png", "b/z.png", "é.png"]
    for name in reversed(names):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        save(smooth_picture(1, 20, 20), path)
    for given in (str(tmp_path), f"{tmp_path}/"):
        rows = json_rows(run_cli("hash", given).stdout)
        assert [row["path"] for row in rows] == [str(tmp_path / name) for name in names]
    paths = [row["path"] for row in json_rows(run_cli("hash", ".", cwd=tmp_path).stdout)]
    assert [os.path.normpath(path) for path in paths] == names


def test_deep_folders_are_walked(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 300)
    deep.mkdir(parents=True)
    save(smooth_picture(1, 20, 20), deep / "a.png")
    (row,) = json_rows(run_cli("hash", tmp_path).stdout)
    assert row["outcome"] == "hashed"


def test_special_files_have_a_row_and_are_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder/sub").mkdir(parents=True)
    os.mkfifo("folder/fifo")
    os.symlink("..", "folder/sub/loop")
    os.symlink("nowhere", "folder/dangling")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("folder/socket")
        done = run_cli("hash", "folder", "folder/fifo", "/dev/null", "/dev/zero", timeout=20)
    rows = json_rows(done.stdout)
    assert [row["path"] for row in rows] == [
        *(f"folder/{name}" for name in ("dangling", "fifo", "socket", "sub/loop", "fifo")),
        *("/dev/null", "/dev/zero"),
    ]
    # Left out below a folder; what was asked for by name is a file that could not be examined.
    assert [row["outcome"] for row in rows] == ["skipped"] * 4 + ["unreadable"] * 3
    assert done.returncode == NOT_EXAMINED
    words = ["symbolic link", "FIFO", "socket", "symbolic link", "FIFO", "device", "device"]
    for row, word in zip(rows, words, strict=True):
        assert word in row["reason"]
        assert row["hash"] is None
    assert one_line_summary(done.stderr)


def test_a_link_that_is_named_is_followed(pictures: Pictures, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(pictures.a)
    (row,) = json_rows(run_cli("hash", tmp_path / "link").stdout)
    assert (row["path"], row["outcome"]) == (str(tmp_path / "link"), "hashed")


def test_what_is_not_there_has_a_row(tmp_path: Path, pictures: Pictures) -> None:
    (tmp_path / "loop").symlink_to("loop")
    done = run_cli("hash", tmp_path / "absent", tmp_path / "loop", "", pictures.a)
    rows = json_rows(done.stdout)
    assert [row["outcome"] for row in rows] == [*["unreadable"] * 3, "hashed"]
    assert "No such file" in rows[0]["reason"]
    assert done.returncode == NOT_EXAMINED


# Without these root reads everything.
WITHOUT_PRIVILEGES = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


def test_what_may_not_be_read_has_a_row(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    secret = save(smooth_picture(1, 20, 20), tmp_path / "secret.png")
    locked.chmod(0)
    secret.chmod(0)
    try:
        done = run_cli("hash", tmp_path, under=WITHOUT_PRIVILEGES if os.geteuid() == 0 else ())
    finally:
        locked.chmod(0o700)
    rows = json_rows(done.stdout)
    assert [row["path"] for row in rows] == [str(locked), str(secret)]
    assert all(row["outcome"] == "unreadable" for row in rows)
    assert all("Permission denied" in row["reason"] for row in rows)
    assert done.returncode == NOT_EXAMINED


@pytest.mark.parametrize("pixels", [np.zeros((4, 9, 3), "u1"), np.full((50, 50, 3), 9, "u1")])
def test_low_quality_counts_as_examined(pixels: np.ndarray, tmp_path: Path) -> None:
    done = run_cli("hash", save(pixels, tmp_path / "low.png"))
    assert done.returncode == DONE
    (row,) = json_rows(done.stdout)
    assert row["outcome"] == "low_quality"
    assert row["reason"]
    assert (row["hash"] is None) == (pixels.shape[0] < 5)  # too small is a status, not a zero hash


def test_a_large_folder_is_walked_in_order(tmp_path: Path) -> None:
    content = save(smooth_picture(1, 16, 12), tmp_path / "0000.png").read_bytes()
    for i in range(1, 1500):
        (tmp_path / f"{i:04}.png").write_bytes(content)
    done = run_cli("hash", tmp_path, "-j", 3)
    assert [Path(row["path"]).stem for row in json_rows(done.stdout)] == [
        f"{i:04}" for i in range(1500)
    ]
