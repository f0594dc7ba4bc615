"""Several algorithms in the command: hash -a and compare -a."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import ectype
import numpy as np
import pytest
from conftest import DONE, FATAL, NO_MATCH, Pictures, json_rows, run_cli
from PIL import Image

NAMES = [algorithm.name for algorithm in ectype.algorithms()]


def test_all_hashes_are_those_of_the_package(pictures: Pictures) -> None:
    done = run_cli("hash", "-a", "all", pictures.a)
    assert done.returncode == DONE
    (row,) = json_rows(done.stdout)
    assert list(row["hashes"]) == NAMES
    for name, result in ectype.sign(pictures.a, "all").items():
        entry = row["hashes"][name]
        assert entry["hash"] == result.hash.tobytes().hex()
        assert (entry["recipe"], entry["quality"]) == (result.recipe, result.quality)
        assert "degenerate" not in entry
    assert "hash" not in row


def test_one_algorithm_has_the_columns_of_pdq(pictures: Pictures) -> None:
    (row,) = json_rows(run_cli("hash", "-a", "dhash", pictures.a).stdout)
    assert row["recipe"] == "dhash/1:exact"
    assert row["hash"] == ectype.dhash(pictures.a).hash.tobytes().hex()
    hex_line = run_cli("hash", "-a", "dhash", "--format", "hex", pictures.a).stdout
    assert hex_line.decode() == row["hash"] + "\n"


def test_csv_names_the_columns_of_several(pictures: Pictures) -> None:
    done = run_cli("hash", "-a", "phash,pdq", "--dihedral", "--format", "csv", pictures.folder)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
    assert len(rows) == 3
    for row in rows:
        signature = ectype.sign(row["path"], "phash,pdq")
        for name, result in signature.items():
            assert row[f"{name}_recipe"] == result.recipe
            assert row[f"{name}_hash"] == result.hash.tobytes().hex()
            assert row[f"{name}_quality"] == str(result.quality)
            assert row[f"{name}_degenerate"] == ("true" if result.degenerate else "")
        assert row["pdq_flip_y"] == signature["pdq"].variants[5].tobytes().hex()
        assert (row["phash_original"], row["phash_flip_y"]) == (row["phash_hash"], "")


def test_what_has_no_hash_has_nulls(tmp_path: Path, pictures: Pictures) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    tiny = tmp_path / "tiny.png"
    Image.fromarray(np.arange(9, dtype=np.uint8).reshape(3, 3)).save(tiny)
    unsupported, small = json_rows(run_cli("hash", "-a", "pdq,phash", bad, tiny).stdout)
    assert unsupported["outcome"] == "unsupported"
    assert unsupported["hashes"]["phash"] == {"recipe": None, "hash": None, "quality": None}
    assert small["hashes"]["pdq"]["hash"] is None
    assert small["hashes"]["phash"]["hash"] == ectype.phash(tiny).hash.tobytes().hex()
    flat = json_rows(run_cli("hash", "-a", "phash", pictures.flat).stdout)[0]
    assert (flat["outcome"], flat["degenerate"]) == ("low_quality", True)


def test_compare_by_another_algorithm(tmp_path: Path, pictures: Pictures) -> None:
    darker = tmp_path / "darker.png"
    with Image.open(pictures.a) as picture:
        picture.point(lambda level: level * 3 // 4).save(darker)
    for name in NAMES:
        done = run_cli("compare", "-a", name, "--json", pictures.a, darker)
        (row,) = json_rows(done.stdout)
        assert (done.returncode, row["verdict"]) == (DONE, "match"), name
        assert row["recipe"] == f"{name}/1:exact"
    other = run_cli("compare", "-a", "phash", pictures.a, pictures.b)
    assert other.returncode == NO_MATCH
    assert b"of 64 from the second" in other.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hash", "-a", "phash,md5", "a.png"], "choose from: pdq, gradient_grid"),
        (["hash", "-a", "", "a.png"], "choose from"),
        (["hash", "-a", "all", "--format", "hex", "a.png"], "one algorithm"),
        (["compare", "-a", "md5", "a.png", "b.png"], "choose from"),
        (["compare", "-a", "phash", "--radius", "65", "a.png", "b.png"], "give 0 to 64"),
    ],
)
def test_wrong_usage_says_what_is_right(
    pictures: Pictures, arguments: list[str], words: str
) -> None:
    done = run_cli(*arguments, cwd=pictures.folder)
    assert done.returncode == FATAL
    assert words in done.stderr.decode()
