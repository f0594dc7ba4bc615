"""The measure of robustness: its thresholds, its parts, and whole runs on a few pictures."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import REPOSITORY, Pixels, save, smooth_picture

sys.path.insert(0, str(REPOSITORY / "bench"))

from robustness import cli, methods, photos, scores, thresholds  # noqa: E402
from robustness.cache import Cache  # noqa: E402
from robustness.methods import Candidates, Signature  # noqa: E402
from robustness.photos import Collection, Photo  # noqa: E402

# Thresholds


def counts_of(*blocks: Any) -> scores.ScoreCounts:
    counts = scores.ScoreCounts()
    for block in blocks:
        counts.add(np.asarray(block))
    return counts


def test_thresholds_of_whole_scores() -> None:
    counts = counts_of([3, 5, 5], [9, 7, 5, 12, 13, 14, 15])
    assert counts.total == 10
    assert counts.threshold_at(0.05) == 2  # none may pass: under the smallest
    assert counts.threshold_at(0.1) == 4  # one may: the 3
    assert counts.threshold_at(0.3) == 4  # the three fives pass together or not at all
    assert counts.threshold_at(0.4) == 6
    assert counts.threshold_at(1) == scores.ALL_LISTED
    assert [counts.accepted(t) for t in (2, 3, 4, 5, 6.5, 100)] == [0, 1, 1, 4, 4, 10]


def test_thresholds_of_ratios_and_of_unlisted_pairs() -> None:
    counts = counts_of([-2.5, -1.0, np.inf, np.inf], [0.5, np.inf, np.inf, np.inf])
    assert counts.total == 8
    threshold = counts.threshold_at(1 / 8)
    assert -2.5 < threshold < -1.0 and counts.accepted(threshold) == 1
    # All that is listed may pass, and what is not listed never does.
    assert counts.threshold_at(3 / 8) == scores.ALL_LISTED < np.inf
    assert counts.accepted(scores.ALL_LISTED) == 3


def test_the_tail_is_exact_where_scores_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores.ScoreCounts, "EXACT", 100)
    monkeypatch.setattr(scores.ScoreCounts, "GROUPS", 10)
    values = np.random.default_rng(1).standard_normal((50, 200))
    counts = counts_of(*values)
    assert counts.total == 10_000 == counts.counts.sum()
    assert counts.values.size <= 200 + 1
    ordered = np.sort(values.ravel())
    for allowed in (0, 1, 10, 99):
        threshold = counts.threshold_at(allowed / 10_000)
        assert (ordered <= threshold).sum() == counts.accepted(threshold) == allowed
    assert counts.accepted(counts.threshold_at(0.5)) <= 5_000


def test_wilson() -> None:
    assert scores.wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert scores.wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert scores.wilson(386, 386)[0] == pytest.approx(0.9901, abs=1e-4)
    assert scores.wilson(0, 0) == (0, 1)


# Photos


def photo(name: str, group: str = "") -> Photo:
    return Photo(name, Path(name), group, f"sha256 of {name}")


def test_the_split_is_stable() -> None:
    parts = [photos.split_of(photo(f"{number:04}.jpg")) for number in range(12)]
    assert "".join(part[0] for part in parts) == "tdtttdtttttd"
    assert len({photos.split_of(photo(f"{number}.jpg", "lund")) for number in range(50)}) == 1


def test_queries_are_chosen_at_even_steps() -> None:
    many = [photo(f"{number:03}.jpg") for number in range(100)]
    assert photos.choose_queries(many, "all", 4) == [many[n] for n in (0, 25, 50, 75)]
    assert photos.choose_queries(many, "all", None) == many
    dev, test = (photos.choose_queries(many, part, None) for part in ("dev", "test"))
    assert sorted(one.name for one in dev + test) == [one.name for one in many]


def test_partners_are_unrelated() -> None:
    some = [photo("a", "g"), photo("b", "g"), photo("c"), photo("d")]
    collection = Collection(some, frozenset({("a", "c"), ("c", "a")}))
    assert {collection.partner(some[0], seed).name for seed in range(8)} == {"d"}
    with pytest.raises(SystemExit, match="unrelated to a"):
        Collection(some[:3], collection.duplicates).partner(some[0], 0)


# Methods


def test_hamming_takes_the_nearest_variant() -> None:
    rng = np.random.default_rng(1)
    known = rng.integers(0, 256, (5, 32), np.uint8)
    asked = rng.integers(0, 256, (3, 8, 32), np.uint8)
    asked[1, 6] = known[4]
    compare = methods.create("pdq").compare_with([Signature(row) for row in known])
    distances = compare([Signature(row) for row in asked])
    bits = np.unpackbits(asked[:, :, None] ^ known, axis=-1).sum(axis=-1, dtype=int)
    assert np.array_equal(distances, bits.min(axis=1))
    assert np.asarray(distances)[1, 4] == 0


def test_squared_l2_of_whole_numbers_is_whole() -> None:
    class Vectors(methods.SquaredL2):
        name = version = "vectors"

        def reference(self, pixels: Pixels) -> Signature:
            return Signature(pixels.ravel())

    rng = np.random.default_rng(1)
    known, asked = (rng.integers(0, 256, (count, 144), np.uint8) for count in (5, 3))
    distances = Vectors().compare_with([Signature(row) for row in known])(
        [Signature(row) for row in asked]
    )
    assert np.asarray(distances).dtype == np.int64
    assert np.array_equal(distances, ((asked[:, None].astype(int) - known) ** 2).sum(axis=-1))


def test_candidates_become_a_matrix() -> None:
    listed = Candidates(np.array([0, 1, 1]), np.array([2, 0, 0]), np.array([-3.0, 5.0, 4.0]))
    assert listed.dense(2, 3).tolist() == [[np.inf, np.inf, -3], [4, np.inf, np.inf]]


# Whole runs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six photos: b and c show a scene, e is a listed duplicate of d, f has no content."""
    path = tmp_path_factory.mktemp("photos")
    for number, name in enumerate("abcd"):
        save(smooth_picture(number, 200, 150), path / f"{name}.png")
    save(smooth_picture(3, 200, 150)[2:], path / "e.png")
    save(np.full((60, 80, 3), 90, np.uint8), path / "f.png")
    groups = {"b": "street", "c": "street"}
    lines = [f"{name}.png,{groups.get(name, '')}" for name in "abcdef"]
    (path / "manifest.csv").write_text("\n".join(["file,group", *lines]) + "\n")
    (path / "duplicates.csv").write_text("file_a,file_b,kind\nd.png,e.png,near\n")
    return path


def run(folder: Path, out: Path, *arguments: str) -> list[dict[str, str]]:
    names = ["--cache", str(out / "cache"), "--out", str(out), "--methods", "pdq"]
    assert cli.main([str(folder), *names, *arguments]) == 0
    with (out / "transformations.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_run(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ("--transformations", "jpeg_90,mirror,collage_2")
    rows = run(folder, tmp_path, *chosen)
    assert [row["transformation"] for row in rows] == ["jpeg_90", "mirror", "collage_2"]
    jpeg, mirrored, collage = rows
    # The flat one is of low quality, so a miss; its pairs count nowhere.
    assert (jpeg["queries"], jpeg["low_quality"]) == ("6", "1")
    assert float(jpeg["recall_default"]) == pytest.approx(5 / 6)
    assert float(mirrored["recall_default"]) == 0
    # Five usable ones make 20 pairs; without the scene and the duplicates, both ways, 16.
    assert jpeg["negatives"] == "16" and collage["negatives"] == "0"
    with (tmp_path / "methods.csv").open(newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["negatives"], line["same_scene_pairs"]) == ("32", "4")
    assert line["stored_bytes"] == "32.0"
    assert "| pdq |" in capsys.readouterr().out

    assert run(folder, tmp_path, *chosen) == rows
    cache = Cache(tmp_path / "cache")
    assert len(cache.known(methods.create("pdq"))) == 6 + 3 * 6
    assert not cache.known(methods.create("pdq+dihedral"))
    run(folder, tmp_path, *chosen, "--methods", "pdq+dihedral", "--jobs", "2")
    assert len(cache.known(methods.create("pdq+dihedral"))) == 6 + 3 * 6


class Listed(methods.Method):
    """Lists pairs under 60 bits, with a score like a log-likelihood ratio."""

    name, version, default_threshold, has_quality = "listed", "1", -0.5, False

    def reference(self, pixels: Pixels) -> Signature:
        return Signature(methods.create("pdq").reference(pixels).data)

    def compare_with(self, references: Sequence[Signature]) -> methods.Compare:
        distances = methods.create("pdq").compare_with(references)

        def compare(queries: Sequence[Signature]) -> Candidates:
            bits = np.asarray(distances(queries))
            query, reference = np.nonzero(bits < 60)
            return Candidates(query, reference, bits[query, reference] / 60 - 1)

        return compare


def test_a_method_that_lists_candidates(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(methods.METHODS, "listed", Listed)
    names = ("--methods", "pdq,listed", "--transformations", "jpeg_50,crop_0.50,rotate_2")
    rows = run(folder, tmp_path, *names)
    of = {(row["method"], row["transformation"]): row for row in rows}
    for name in ("jpeg_50", "crop_0.50", "rotate_2"):
        plain, listed = of["pdq", name], of["listed", name]
        assert listed["negatives"] == plain["negatives"] != "0"
        bits = float(plain["median_score"])
        expected = bits / 60 - 1 if bits < 60 else np.inf
        assert float(listed["median_score"]) == pytest.approx(expected)
    assert float(of["listed", "jpeg_50"]["recall_default"]) == pytest.approx(5 / 6)
    assert float(of["listed", "crop_0.50"]["recall_1e-6"]) == 0
    # As it comes, without PDQ's quality, it takes the flat one too.
    ungated = run(folder, tmp_path, *names, "--no-gate")[3]
    assert (ungated["method"], ungated["recall_default"]) == ("listed", "1.0")
    assert int(ungated["negatives"]) == 16 + 2 * 5


def test_frozen_thresholds(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "thresholds.json"
    pdq, dihedral = methods.create("pdq"), methods.create("pdq+dihedral")
    run(folder, tmp_path, "--split", "dev", "--freeze", str(file))
    frozen = thresholds.read_frozen(file, [pdq], [pdq])["pdq"]
    rows = run(folder, tmp_path, "--split", "test", "--thresholds", str(file))
    assert len(rows) == 61
    with (tmp_path / "methods.csv").open(newline="") as lines:
        (line,) = csv.DictReader(lines)
    assert float(line["threshold_1e-6"]) == frozen[1e-6]
    assert "95 % intervals" in (tmp_path / "report.md").read_text()
    with pytest.raises(SystemExit, match="nothing for pdq.dihedral"):
        thresholds.read_frozen(file, [dihedral], [dihedral])
    with pytest.raises(SystemExit, match="pdq.dihedral.*freeze it"):
        thresholds.read_frozen(file, [pdq], [dihedral])


def test_plots(folder: Path, tmp_path: Path) -> None:
    names = ("--methods", "pdq,pdq+dihedral", "--transformations", "jpeg_50")
    run(folder, tmp_path, "--plots", *names)
    for name in ("roc.png", "scores.png"):
        assert (tmp_path / name).stat().st_size > 1000


def test_errors_name_the_remedy(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no method is called phashh"):
        run(folder, tmp_path, "--methods", "phashh")
    with pytest.raises(SystemExit, match="is not a folder"):
        run(tmp_path / "none", tmp_path)
    broken = tmp_path / "broken"
    broken.mkdir()
    save(smooth_picture(1, 60, 60), broken / "a.png")
    (broken / "b.png").write_bytes(b"not a picture")
    with pytest.raises(SystemExit, match="b.png cannot be read"):
        run(broken, tmp_path)
    for wrong in (("--freeze", "x"), ("--split", "dev", "--thresholds", "x")):
        with pytest.raises(SystemExit):
            run(folder, tmp_path, *wrong)
