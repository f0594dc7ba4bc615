"""HashSet: what it stores, finds, and refuses."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import ectype
import numpy as np
import pytest
from conftest import Pictures, Pixels, save, smooth_picture

APPLICATION_ID = 0x45435459


def picture(seed: int) -> Pixels:
    return smooth_picture(seed, 120, 90)


@pytest.fixture
def empty(tmp_path: Path) -> ectype.HashSet:
    return ectype.HashSet.create(tmp_path / "set.ectype")


@pytest.fixture
def known(empty: ectype.HashSet) -> ectype.HashSet:
    assert empty.add([picture(1), picture(2)], names=["one", "two"], label="seen", source="case 7", level="strict")
    return empty


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def error_code(call: Any, *args: Any, **kw: Any) -> str:
    with pytest.raises(ectype.Error) as error:
        call(*args, **kw)
    assert str(error.value)
    return error.value.code


def test_a_new_set_is_empty_private_and_whole(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        made = ectype.HashSet.create(tmp_path / "new.ectype")
    finally:
        os.umask(umask)
    assert len(made) == 0
    assert mode_of(tmp_path / "new.ectype") == 0o600
    assert made.verify() == []
    info = made.info()
    assert (info["items"], info["hashes"], info["generation"], info["format"]) == (0, 0, 0, 4)
    assert len(info["uuid"]) == 36
    assert len(made.match([picture(1)])) == 0


def test_a_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_bytes(b"do not lose me")
    assert error_code(ectype.HashSet.create, path) == "already_exists"
    assert path.read_bytes() == b"do not lose me"


def test_added_pictures_are_found_again_when_opened(known: ectype.HashSet, tmp_path: Path) -> None:
    again = ectype.HashSet.open(tmp_path / "set.ectype", read_only=True)
    found = again.match([picture(2), picture(3), picture(1)])
    assert found.query.tolist() == [0, 2]
    assert found.item == ["two", "one"]
    assert found.label == ["seen", "seen"]
    assert found.source == ["case 7", "case 7"]
    assert found.distance.tolist() == [0, 0]
    assert found.transform == ["original", "original"]
    assert found.recipe == ["pdq/1:exact", "pdq/1:exact"]
    assert found.quality.tolist() == [100, 100]
    assert error_code(again.add, [picture(3)], names=["three"]) == "storage"
    assert len(again) == len(known) == 2


def test_paths_are_names(pictures: Pictures, empty: ectype.HashSet) -> None:
    assert empty.add([pictures.a, str(pictures.b)]) == (2, 0)
    assert empty.match([pictures.b]).item == [str(pictures.b)]


def test_names_that_are_not_utf8_come_back_as_they_were(empty: ectype.HashSet) -> None:
    empty.add([picture(1), picture(2)], names=[b"caf\xe9.png", "line\nbreak, =1+1"])
    found = empty.match([picture(1), picture(2)])
    assert found.item == [os.fsdecode(b"caf\xe9.png"), "line\nbreak, =1+1"]
    assert empty.remove(b"caf\xe9.png") == 1


def test_adding_twice_adds_nothing(known: ectype.HashSet) -> None:
    before = known.info()
    again = known.add(
        [picture(2), picture(1)],
        names=["two", "one"],
        label="seen",
        source="case 7",
        level="strict",
    )
    assert again == (0, 2)
    assert known.info() == before
    assert known.add([picture(1)], names=["other name"]) == (1, 0)
    assert known.info()["generation"] == before["generation"] + 1


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"no picture", "unsupported"),
        ("absent.png", "not_found"),
        (np.zeros((9, 9)), "invalid_argument"),
        (None, "invalid_argument"),
    ],
)
def test_one_bad_picture_and_nothing_is_added(known: ectype.HashSet, bad: Any, code: str) -> None:
    before = known.info()
    assert error_code(known.add, [picture(5), bad, picture(6)], names=["5", "x", "6"]) == code
    assert known.info() == before


def test_a_picture_too_small_to_be_hashed_is_refused_by_name(known: ectype.HashSet) -> None:
    tiny = np.zeros((3, 3), np.uint8)
    with pytest.raises(ectype.Error, match="tiny one"):
        known.add([picture(5), tiny], names=["5", "tiny one"])
    assert len(known) == 2


def test_names_must_fit_the_pictures(empty: ectype.HashSet) -> None:
    assert error_code(empty.add, [picture(1)], names=["a", "b"]) == "invalid_argument"
    assert error_code(empty.add, [picture(1)]) == "invalid_argument"
    assert len(empty) == 0


def test_low_quality_is_stored_and_never_matches_by_default(empty: ectype.HashSet) -> None:
    faint = smooth_picture(1, 120, 90, contrast=0.3)
    flat = np.full((60, 60), 128, np.uint8)
    assert 0 < ectype.pdq(faint).quality < 50
    assert empty.add([faint, flat], names=["faint", "flat"], level="strict") == (2, 0)
    assert len(empty.match([faint, flat])) == 0
    # The strong twin of the faint one has much the same hash: the stored one must not match either.
    assert len(empty.match([smooth_picture(1, 120, 90)])) == 0
    assert empty.match([faint], min_quality=0, level="strict").item[0] == "faint"


TURNED = {  # what the query is, and the transform of the query that gives the known picture
    "rotate270": lambda pixels: np.rot90(pixels, 1),
    "rotate180": lambda pixels: np.rot90(pixels, 2),
    "rotate90": lambda pixels: np.rot90(pixels, 3),
    "flip_x": lambda pixels: pixels[::-1],
    "flip_y": lambda pixels: pixels[:, ::-1],
    "flip_plus1": lambda pixels: pixels.swapaxes(0, 1),
    "flip_minus1": lambda pixels: np.rot90(pixels, 2).swapaxes(0, 1),
}


@pytest.mark.parametrize("transform", TURNED)
def test_a_turned_copy_is_found_once_by_its_transform(
    known: ectype.HashSet, transform: str
) -> None:
    turned = TURNED[transform](picture(1))
    found = known.match([turned])
    assert (found.item, found.transform) == (["one"], [transform])
    assert found.distance[0] <= 31
    assert len(known.match([turned], dihedral=False)) == 0


def test_every_item_comes_once_in_order_of_distance(known: ectype.HashSet) -> None:
    known.add([picture(1)], names=["one again"])
    found = known.match([picture(1), picture(2)], radius=256)  # all variants are within it
    assert found.query.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.item[:2] == ["one", "one again"]
    assert found.item[3] == "two"
    for query in (0, 1):
        distances = found.distance[found.query == query].tolist()
        assert distances == sorted(distances)
        assert distances[0] == 0
    assert sorted(found.item[:3]) == sorted(found.item[3:]) == ["one", "one again", "two"]


def test_the_radius_is_inclusive(known: ectype.HashSet) -> None:
    copy = np.ascontiguousarray(picture(1)[6:, 5:])
    distance = int(known.match([copy], radius=120).distance[0])
    assert 0 < distance < 120
    assert known.match([copy], radius=distance).item == ["one"]
    assert len(known.match([copy], radius=distance - 1)) == 0
    assert error_code(known.match, [copy], radius=257) == "invalid_argument"
    assert error_code(known.match, [copy], radius=-1) == "invalid_argument"


def test_one_picture_is_not_taken_for_a_list_of_pictures(
    known: ectype.HashSet, pictures: Pictures
) -> None:
    """The rows of an array look like pictures 3 pixels wide, and would match nothing."""
    for one in (picture(1), str(pictures.a), pictures.a.read_bytes()):
        assert error_code(known.match, one) == "invalid_argument"
        assert error_code(known.add, one, names=["x"]) == "invalid_argument"


def test_removed_items_are_not_found(known: ectype.HashSet) -> None:
    known.add([picture(3), picture(4)], names=["three", "four"], label="late", source="other")
    assert known.remove("nobody") == 0
    assert known.remove("one") == 1
    assert known.match([picture(1), picture(2)]).item == ["two"]
    assert known.remove(label="late") == 2
    assert known.remove(source="case 7") == 1
    assert len(known) == 0
    assert known.verify() == []


def test_another_process_sees_changes(known: ectype.HashSet, tmp_path: Path) -> None:
    other = ectype.HashSet.open(tmp_path / "set.ectype")
    assert len(other.match([picture(3)])) == 0
    known.add([picture(3)], names=["three"])
    known.remove("one")
    assert other.match([picture(3), picture(1)]).item == ["three"]


def test_merging_adds_what_is_new(known: ectype.HashSet, tmp_path: Path) -> None:
    other = ectype.HashSet.create(tmp_path / "other.ectype")
    other.add([picture(1)], names=["one"], label="seen", source="case 7", level="strict")
    other.add([picture(8)], names=["eight"], label="new", source="case 8")
    assert known.merge(other) == (1, 1, 0)
    assert known.merge(other) == (0, 2, 0)
    found = known.match([picture(8)])
    assert (found.item, found.label, found.source) == (["eight"], ["new"], ["case 8"])
    assert len(other) == 2


@pytest.mark.parametrize("form", ["jsonl", "csv", "hex"])
def test_an_exported_list_is_imported(known: ectype.HashSet, tmp_path: Path, form: str) -> None:
    known.add([picture(3)], names=[b"=caf\xe9\n,\".png"], label="=1+1", source="@x", level="strict")
    known.export_list(tmp_path / "list", form)
    assert mode_of(tmp_path / "list") == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list", "set.ectype"]
    other = ectype.HashSet.create(tmp_path / "other.ectype")
    totals = other.import_list(tmp_path / "list", label="l", source="s")
    assert totals["bad_lines"] == []
    assert (totals["lines"], totals["added"], totals["already_present"]) == (3, 3, 0)
    queries = [picture(seed) for seed in (1, 2, 3)]
    theirs, ours = other.match(queries), known.match(queries)
    assert theirs.distance.tolist() == ours.distance.tolist() == [0, 0, 0]
    if form == "hex":  # the hashes alone
        assert (theirs.label, theirs.source) == (["l"] * 3, ["s"] * 3)
        assert theirs.recipe == ["pdq/external"] * 3
        assert theirs.quality.tolist() == [-1] * 3
    else:
        for column in ("item", "label", "source", "recipe"):
            assert getattr(theirs, column) == getattr(ours, column)
        assert theirs.quality.tolist() == ours.quality.tolist()
        assert other.merge(known) == (0, 3, 0)


def test_an_unknown_export_format_leaves_nothing(known: ectype.HashSet, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("precious")
    assert error_code(known.export_list, tmp_path / "list", "xml") == "invalid_argument"
    assert (tmp_path / "list").read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list", "set.ectype"]


def test_bad_lines_of_a_list_are_reported(empty: ectype.HashSet, tmp_path: Path) -> None:
    good = ectype.pdq(picture(1)).hash.tobytes().hex()
    (tmp_path / "list").write_text(f"{good[:-1]}\n\n{good}\nrubbish\n")
    totals = empty.import_list(tmp_path / "list")
    assert [line for line, _ in totals["bad_lines"]] == [1, 4]
    assert all(reason for _, reason in totals["bad_lines"])
    assert (totals["lines"], totals["added"]) == (3, 1)
    assert empty.match([picture(1)]).distance.tolist() == [0]
    assert error_code(empty.import_list, tmp_path / "absent") == "not_found"


def test_a_set_that_does_not_exist(tmp_path: Path) -> None:
    for read_only in (False, True):
        call = ectype.HashSet.open
        assert error_code(call, tmp_path / "absent", read_only=read_only) == "not_found"
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize("kind", ["sqlite", "text", "png", "empty", "folder"])
def test_a_foreign_file_is_refused_and_left_as_it_is(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "foreign"
    if kind == "sqlite":
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE items(id INTEGER)")
        database.close()
    elif kind == "folder":
        path.mkdir()
    elif kind == "png":
        save(picture(1), tmp_path / "foreign.png").rename(path)
    else:
        path.write_text("" if kind == "empty" else "just a text, nothing else " * 100)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ectype.Error, match="foreign") as error:
        ectype.HashSet.open(path)
    assert error.value.code in (("unreadable", "unsupported") if kind == "folder" else
                                ("unsupported",))  # fmt: skip
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_newer_set_is_refused(known: ectype.HashSet, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "set.ectype") as database:
        assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        database.execute("PRAGMA user_version = 1000")
    database.close()
    with pytest.raises(ectype.Error, match="format 1000.*newer") as error:
        ectype.HashSet.open(tmp_path / "set.ectype")
    assert error.value.code == "unsupported"


def use(path: Path) -> None:
    with_all = ectype.HashSet.open(path, read_only=True)
    with_all.match([picture(1), picture(2)])
    with_all.export_list(path.with_suffix(".list"))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_cut_set_is_damaged(known: ectype.HashSet, tmp_path: Path, share: float) -> None:
    path = tmp_path / "set.ectype"
    del known
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert error_code(use, path) == "damaged"


@pytest.mark.parametrize("what", ["hash", "name", "label", "recipe"])
def test_a_flipped_byte_is_noticed(known: ectype.HashSet, tmp_path: Path, what: str) -> None:
    path = tmp_path / "set.ectype"
    assert known.verify() == []
    del known
    needle = {
        "hash": ectype.pdq(picture(2)).hash.tobytes(),
        "name": b"two",
        "label": b"seen",
        "recipe": b"1:exact",
    }[what]
    content = bytearray(path.read_bytes())
    at = content.find(needle)
    assert at > 0
    content[at] ^= 1
    path.write_bytes(content)
    damaged = ectype.HashSet.open(path)
    assert damaged.verify() != []
    assert error_code(use, path) == "damaged"
    assert not path.with_suffix(".list").exists()


_TWO_THREADS = """
import sys, threading, ectype
path, target = sys.argv[1:]
known = ectype.HashSet.open(path)
exports = threading.Thread(target=lambda: [known.export_list(target) for _ in range(5)])
exports.start()
while exports.is_alive():
    assert known.info()["items"] == 4000
    known.remove("nobody")
"""


def test_two_threads_may_use_one_set(empty: ectype.HashSet, tmp_path: Path) -> None:
    rows = np.random.default_rng(1).integers(0, 256, (4000, 32), dtype=np.uint8)
    (tmp_path / "list").write_text("\n".join(row.tobytes().hex() for row in rows))
    assert empty.import_list(tmp_path / "list")["added"] == 4000
    command = [sys.executable, "-c", _TWO_THREADS, tmp_path / "set.ectype", tmp_path / "out"]
    subprocess.run(command, check=True, timeout=20)  # a deadlock is a TimeoutExpired
    assert (tmp_path / "out").read_bytes().count(b"\n") == 4000


def test_a_saved_index_finds_what_the_rows_do(known: ectype.HashSet, tmp_path: Path) -> None:
    queries = [picture(seed) for seed in range(4)]
    before = known.match(queries)
    assert known.save_index() == [str(tmp_path / "set.ectype.pdq.index")]
    known.add([picture(9)], names=["nine"])
    opened = ectype.HashSet.open(tmp_path / "set.ectype")
    assert opened.match(queries).item == before.item
    assert opened.match([picture(9)]).item == ["nine"]
    (index,) = opened.info()["indexes"]
    assert index["problem"] == "" and index["generation"] == opened.info()["generation"] - 1
