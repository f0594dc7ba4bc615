"""What evidence says: its tables and tails, and the C++ sources that are written of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import ectype
import numpy as np
import pytest
from conftest import REPOSITORY, save, smooth_picture

sys.path.insert(0, str(REPOSITORY / "bench"))

from robustness import fit, fit_distances, methods  # noqa: E402
from robustness.fusion import fit_run, pictures, tables, tail  # noqa: E402
from robustness.fusion.tables import Counts, Smoothing  # noqa: E402
from robustness.transformations import TRANSFORMATIONS  # noqa: E402


def test_never_rising_is_the_nearest_such_sequence() -> None:
    values, weights = np.array([5.0, 1, 3, 2, 2, 7]), np.array([1.0, 1, 3, 1, 1, 0.5])
    fitted = tables.never_rising(values, weights)
    assert fitted == pytest.approx([5, 2.692, 2.692, 2.692, 2.692, 2.692], abs=1e-3)
    assert (tables.never_rising(np.array([4.0, 3, 3, 1]), np.ones(4)) == [4, 3, 3, 1]).all()


def test_log_ratios_fall_and_continue_where_no_unrelated_pair_was() -> None:
    bins = np.arange(129)
    related = np.rint(1e4 * np.exp(-bins / 10)).astype(np.int64)
    unrelated = np.rint(1e6 * np.exp(-0.5 * ((bins - 116) / 7) ** 2)).astype(np.int64)
    assert unrelated[60] == 0
    none = np.zeros(129, np.int64)
    none[116] = 1
    ratios = tables.log_ratios(Counts(related, unrelated, none), Smoothing(2, 6), 0)
    assert (np.diff(ratios) <= 0).all()
    assert ratios[0] > ratios[60] > ratios[85] > 0 > ratios[120]
    assert ratios[0] <= tables.MOST
    # What other pictures of the same scene often are says less.
    near = np.where(bins == 60, 100, 0)
    with_scenes = tables.log_ratios(Counts(related, unrelated, near), Smoothing(2, 6), 0.1)
    assert with_scenes[60] < ratios[60] - 3


def test_log_ratios_of_inliers() -> None:
    related = np.array([50, 0, 0, 10, 20, 30, 40, 50, 50])
    unrelated = np.array([10_000_000, 0, 0, 40, 4, 0, 0, 0, 0])
    same_scene = np.array([990, 0, 0, 5, 3, 1, 1, 0, 0])
    counts = Counts(related, unrelated, same_scene)
    ratios = tables.log_ratios_of_inliers(counts, 0, 3)
    assert (np.diff(ratios) >= 0).all()
    assert ratios[0] < 0 < ratios[3] < ratios[4] < ratios[5]
    assert ratios[3] == pytest.approx(np.log(0.05 / 4e-6), abs=0.7)
    assert tables.log_ratios_of_inliers(counts, 0.1, 3)[5] < ratios[5]


def test_the_tail_of_an_exponential_distribution() -> None:
    random = np.random.default_rng(3)
    scores = random.exponential(50, 100_000)
    fitted = tail.fit_tail(scores, random.integers(0, 200, scores.size))
    low, high = fitted.slope_interval
    assert low < 1 / 50 < high and low < fitted.slope < high
    assert fitted.shape_interval[0] < 0 < fitted.shape_interval[1]
    levels = np.arange(0, 1500, 25)
    rates = tail.rates_at(levels, scores, scores.size, fitted)
    assert rates[0] == 1 and (np.diff(rates) < 0).all()
    assert rates[4] == pytest.approx(np.exp(-2), rel=0.02)
    # Beyond what was measured rather too high, and not by much.
    assert np.exp(-20) <= rates[40] < 30 * np.exp(-20)


def test_pictures_have_what_their_signatures_have() -> None:
    picture = smooth_picture(5, 300, 200)
    framed = np.pad(picture, ((30, 50), (0, 40), (0, 0)), constant_values=255)
    flat = np.full((100, 100, 3), 7, np.uint8)
    method = methods.create("ectype.thorough")
    made = pictures.unpack_all([method.query(each) for each in (picture, framed, flat)])
    hashes, quality = ectype.pdq_dihedral(picture)
    assert (made.heads["pdq"][0, 0] == hashes).all()
    assert made.heads["pdq_quality"][0, 0] == quality
    vector, quality = ectype.gradient_grid(picture)
    assert (made.heads["grid"][0, 0] == vector).all()
    assert made.heads["grid_quality"][0, 0] == quality
    assert made.heads["pdq_quality"][0, 1] == 0 < made.heads["pdq_quality"][1, 1]
    assert made.points[0] == ectype.keypoints(picture, query=True)
    assert made.have_points().tolist() == [True, True, False]
    assert (made.heads["pdq_quality"][2] == 0).all()


def test_levels_match_as_the_library_does() -> None:
    known = [smooth_picture(seed, 300, 200) for seed in range(6)]
    flat = np.full((60, 60, 3), 9, np.uint8)
    stored = {"ectype.strict": 32, "ectype.standard": 1024, "ectype.thorough": 4096}
    for name, most in stored.items():
        method = methods.create(name)
        references = [method.reference(each) for each in (*known, flat)]
        assert [each.quality for each in references] == [100] * 6 + [0]
        assert method.stored_bytes(references[0]) <= most
        compare = method.compare_with(references)
        asked = methods.query_maker(method)
        found = compare([asked.query(known[4][:, ::-1]), asked.query(known[1])])
        scores = found.dense(2, 7)
        assert scores[0].argmin() == 4 and scores[1].argmin() == 1
        assert method.default_threshold is not None and scores[1, 1] <= method.default_threshold


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for seed in range(8):
        save(smooth_picture(seed, 200, 160), folder / f"{seed}.png")
    return folder


def compiled(source: Path) -> subprocess.CompletedProcess[str]:
    command = ["c++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
               f"-I{REPOSITORY / 'src'}", str(source)]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True)


def test_fits_write_sources_that_compile(
    photos: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some = tuple(each for each in TRANSFORMATIONS if each.name in ("jpeg_50", "invert", "mirror"))
    for module in (fit_run, fit):
        monkeypatch.setattr(module, "TRANSFORMATIONS", some)
    cache = ["--cache", str(tmp_path / "cache")]
    for command, marks in ((fit, "crossed"), (fit_distances, "gradient_grid, 16 x 2")):
        source = tmp_path / f"{command.__name__}.cpp"
        command.main([str(photos), *cache, "--write", str(source)])
        assert marks in capsys.readouterr().out
        result = compiled(source)
        assert result.returncode == 0, result.stderr
