"""`ectype set import` and `export`: lists as people paste them, and our own."""

from __future__ import annotations

import base64
import csv
import io
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from conftest import (
    DONE,
    FATAL,
    NOT_EXAMINED,
    json_rows,
    run_cli,
    save,
    smooth_picture,
    unpack_repro,
)

HASH = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
OTHER = "30a10efd71c83f429013d48d0ffffc52e34e0e17ada952a9d29685211ea9e5af"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "set.ectype"
    assert run_cli("set", "create", path).returncode == DONE
    return path


def export(path: Path) -> list[dict[str, Any]]:
    return json_rows(run_cli("set", "export", path).stdout)


def name_in(row: dict[str, Any]) -> bytes:
    encoded = row.get("item_base64")
    return base64.b64decode(encoded, validate=True) if encoded else row["item"].encode()


def import_text(empty: Path, text: str | bytes, *options: str) -> list[dict[str, Any]]:
    content = text.encode() if isinstance(text, str) else text
    done = run_cli("set", "import", empty, "-", *options, input=content)
    assert (done.returncode, done.stderr) == (DONE, b"")
    return export(empty)


FORMS = {
    "plain": f"{HASH}\n",
    "no line end": HASH,
    "prefixed": f"pdq {HASH}\n",
    "upper prefix": f"PDQ {HASH.upper()}\n",
    "prefix and tab": f"pdq\t{HASH}\n",
    "hash=": f"hash={HASH},label=x\n",
    "upper case": f"{HASH.upper()}\n",
    "spaces": f"  {HASH}  \n\n  \n",
    "comments": f"# a comment\n{HASH}\n# another\n",
    "CRLF": f"\r\n{HASH}\r\n",
    "CR": f"{HASH}\r",
    "CSV": f"name,hash\na.png,{HASH}\n",
    "CSV, quoted": f'"hash","quality"\r\n"{HASH}","90"\r\n',
    "CSV, semicolon": f"id;pdq;label\n1;{HASH};a,b\n",
    "CSV, tab": f"label\tpdq_hash\na\t{HASH}\n",
    "CSV, upper case": f"NAME,HASH\na,{HASH.upper()}\n",
    "JSON Lines": f'{{"hash": "{HASH}"}}\n',
}
ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_in_every_encoding(empty: Path, form: str, encoding: str) -> None:
    (row,) = import_text(empty, ENCODINGS[encoding] + FORMS[form].encode(encoding))
    assert row["hash"] == HASH
    assert row["recipe"] == "pdq/external"
    assert row["quality"] == (90 if "quoted" in form else None)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_needs_no_mark(empty: Path, encoding: str) -> None:
    (row,) = import_text(empty, FORMS["CSV"].encode(encoding))
    assert (row["hash"], row["item"]) == (HASH, "a.png")


@pytest.mark.parametrize("name", ["plain", "prefixed", "hash_eq", "upper_crlf_bom"])
def test_lists_of_the_data_are_read(name: str, empty: Path, data: Path, tmp_path: Path) -> None:
    path = unpack_repro(data, tmp_path / "repro") / f"hashes_{name}.txt"
    done = run_cli("set", "import", empty, path)
    assert (done.returncode, done.stderr) == (DONE, b"")
    (row,) = export(empty)
    assert row["hash"] == HASH
    assert row["label"] == ("x" if name == "hash_eq" else "")


BAD = (
    f"{HASH}\n00000000000000000000000000000000\n{HASH[:-1]}\n{HASH[:-1]}g\n\n{OTHER}  \n"
    f"0x{HASH[2:]}\n-{HASH[1:]}\n{HASH}0\npdq\nhash={HASH[:-1]},{HASH}\nsha256 {HASH}\n"
)


def test_bad_lines_are_reported_by_number_with_reasons_and_totals(empty: Path) -> None:
    done = run_cli("set", "import", empty, "-", input=BAD.encode())
    assert done.returncode == NOT_EXAMINED
    lines = done.stderr.decode().splitlines()
    numbers = [int(line.split(":")[1]) for line in lines]
    assert numbers == [2, 3, 4, 7, 8, 9, 10, 11, 12]
    assert all(re.fullmatch(r"-:\d+: .*64 hexadecimal digits.*", line) for line in lines)
    assert re.search(rb"11 lines: 2 added, 0 already present, .* 9 bad", done.stdout)
    assert [row["hash"] for row in export(empty)] == [HASH, OTHER]


def test_strict_imports_nothing_if_a_line_is_bad(empty: Path, tmp_path: Path) -> None:
    (tmp_path / "good").write_text(f"{OTHER}\n")
    (tmp_path / "bad").write_text(BAD)
    lists = [tmp_path / "good", tmp_path / "bad"]
    done = run_cli("set", "import", empty, *lists, "--strict")
    assert done.returncode == FATAL
    assert str(tmp_path / "bad").encode() + b":4: " in done.stderr
    assert b"nothing was imported" in done.stderr
    assert export(empty) == []
    assert run_cli("set", "import", empty, tmp_path / "good", "--strict").returncode == DONE


@pytest.mark.parametrize("missing", ["absent", "."])
def test_a_list_that_cannot_be_read_imports_nothing(
    empty: Path, tmp_path: Path, missing: str
) -> None:
    (tmp_path / "good").write_text(f"{OTHER}\n")
    done = run_cli("set", "import", empty, tmp_path / "good", tmp_path / missing)
    assert (done.returncode, done.stdout) == (FATAL, b"")
    assert str(tmp_path / missing).encode() in done.stderr
    assert export(empty) == []


def test_importing_twice_adds_nothing(empty: Path, tmp_path: Path) -> None:
    (tmp_path / "list").write_text(f"{HASH}\n{OTHER}\n")
    assert b"2 added" in run_cli("set", "import", empty, tmp_path / "list").stdout
    again = run_cli("set", "import", empty, tmp_path / "list")
    assert b"0 added, 2 already present" in again.stdout
    assert len(export(empty)) == 2


def test_csv_with_quotes_line_breaks_and_unknown_columns(empty: Path) -> None:
    text = (
        "id,filename,hash,label,notes\r\n"
        f'1,"a ""big"", name.png",{HASH},"two\nlines","x, y"\r\n'
        f"2,b.png,{OTHER[:-1]},short,\r\n"
        f"3,c.png,{OTHER},,\r\n"
        f"4,d.png,{OTHER}\r\n"
    )
    done = run_cli("set", "import", empty, "-", "--label", "other", input=text.encode())
    assert done.returncode == NOT_EXAMINED
    numbers = [int(line.split(b":")[1]) for line in done.stderr.splitlines()]
    assert numbers == [4, 6]  # lines of the file, not records
    first, second = export(empty)
    assert (first["item"], first["label"], first["notes"]) == (
        *('a "big", name.png', "two\nlines", "x, y"),
    )
    assert (second["item"], second["label"]) == ("c.png", "other")


@pytest.mark.parametrize(
    "text",
    [
        f'name,hash\n"a.png,{HASH}\n',
        "name,hash\n",
        "",
        "# only a comment\n",
        f"{{not json\n{HASH}\n",
        "name,md5\na,0123\n",
    ],
)
def test_odd_lists_are_no_crash_and_add_nothing(empty: Path, text: str) -> None:
    done = run_cli("set", "import", empty, "-", input=text.encode())
    assert done.returncode in (DONE, NOT_EXAMINED)
    assert (done.returncode == DONE) == (done.stderr == b"")
    assert (b"0 bad" in done.stdout) == (done.returncode == DONE)
    assert export(empty) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("quality", 101), ("quality", -1), ("quality", "high"), ("recipe", "phash/1:x"),
     ("recipe", "nonsense"), ("region", "nowhere"), ("item_base64", "***")],
)  # fmt: skip
def test_impossible_fields_are_bad_lines(empty: Path, field: str, value: Any) -> None:
    text = f'{{"hash": "{HASH}", "{field}": {value if isinstance(value, int) else repr(value)}}}'
    done = run_cli("set", "import", empty, "-", input=text.replace("'", '"').encode())
    assert done.returncode == NOT_EXAMINED
    assert done.stderr.startswith(b"-:1: ")
    assert export(empty) == []


NAMES = [b"=1+1.png", b"caf\xe9.png", b"new\nline, \"quoted\".png", b"'plain.png", b" a.png",
         "日本語.png".encode(), b"-dash.png", b"@at.png", b"cr\r.png"]  # fmt: skip


@pytest.fixture
def odd_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "odd"
    folder.mkdir()
    for seed, name in enumerate(NAMES):
        path = save(smooth_picture(seed, 40, 30), tmp_path / "plain.png")
        os.rename(path, os.path.join(os.fsencode(folder), name))
    (folder / "text").write_text("hello, this is text\n")
    return folder


@pytest.mark.parametrize("form", ["jsonl", "csv", "hex"])
def test_what_hash_writes_import_reads(empty: Path, odd_folder: Path, form: str) -> None:
    names = ["--", *sorted(NAMES), "text"]
    written = run_cli("hash", "--format", form, "--dihedral", *names, cwd=odd_folder)
    plain = json_rows(run_cli("hash", *names, cwd=odd_folder).stdout)[:-1]
    done = run_cli("set", "import", empty, "-", "--label", "l", input=written.stdout)
    assert (done.returncode, done.stderr) == (DONE, b"")  # the text is no bad line
    rows = export(empty)
    assert [row["hash"] for row in rows] == [row["hash"] for row in plain]
    assert {row["label"] for row in rows} == {"l"}
    if form != "hex":
        assert [name_in(row) for row in rows] == sorted(NAMES)
        assert {row["recipe"] for row in rows} == {"pdq/1:exact"}
        assert [row["quality"] for row in rows] == [row["quality"] for row in plain]


@pytest.mark.parametrize("label", ["", "=cmd|'/c calc'!A1", "'", "'=x", "a, \"b\"\nc", "-1"])
@pytest.mark.parametrize("form", ["jsonl", "csv", "hex"])
def test_what_export_writes_import_reads(
    empty: Path, odd_folder: Path, tmp_path: Path, form: str, label: str
) -> None:
    facts = (f"--label={label}", f"--source={label}s")
    added = run_cli("set", "add", "--level", "strict", empty, *facts, "--", *sorted(NAMES), cwd=odd_folder)
    assert added.returncode == DONE
    out, other = tmp_path / "list", tmp_path / "other.ectype"
    assert run_cli("set", "export", empty, "--format", form, "-o", out).returncode == DONE
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    run_cli("set", "create", other)
    assert run_cli("set", "import", other, out).returncode == DONE
    ours, theirs = export(empty), export(other)
    assert len(theirs) == len(NAMES)
    if form == "hex":
        assert [row["hash"] for row in theirs] == [row["hash"] for row in ours]
    else:
        assert theirs == ours
        assert [name_in(row) for row in theirs] == sorted(NAMES)


def test_csv_runs_no_formula(empty: Path, odd_folder: Path) -> None:
    run_cli("set", "add", "--level", "strict", empty, "--label==1", "--", *sorted(NAMES), cwd=odd_folder)
    text = run_cli("set", "export", empty, "--format", "csv").stdout.decode()
    for record in csv.reader(io.StringIO(text, newline="")):
        assert not any(field.startswith(("=", "+", "-", "@", "\t", "\r")) for field in record)
