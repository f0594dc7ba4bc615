"""Curves: recall against false matches, and how scores are distributed. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt

from .evaluation import Result
from .scores import ScoreCounts

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

_STYLES = ("-", "--", ":")  # matplotlib has ten colours


def draw(folder: Path, results: Sequence[Result]) -> None:
    """`roc.png` and `scores.png`."""
    _draw_roc(folder / "roc.png", results)
    _draw_scores(folder / "scores.png", results)


def _hits(result: Result) -> npt.NDArray[np.float64]:
    """Scores of queries and their originals, infinite where the quality is too low."""
    rows = result.rows.values()
    return np.sort(np.concatenate([np.where(row.usable, row.scores, np.inf) for row in rows]))


def _draw_roc(path: Path, results: Sequence[Result]) -> None:
    figure, axes = pyplot.subplots(figsize=(9, 6))
    for order, result in enumerate(results):
        hits, negatives = _hits(result), result.negatives
        false = np.cumsum(negatives.counts) / max(negatives.total, 1)
        recall = np.searchsorted(hits, negatives.values, side="right") / len(hits)
        axes.plot(false, 100 * recall, label=result.method.name, linestyle=_STYLES[order // 10 % 3])
    axes.set(xscale="log", ylim=(0, 100), xlabel="pairwise false-positive rate (pooled)")
    axes.set(ylabel="recall (%), all transformations", title="Recall of modified copies")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    _save(figure, path)


def _draw_scores(path: Path, results: Sequence[Result]) -> None:
    columns = min(3, len(results))
    lines = -(-len(results) // columns)
    figure, grid = pyplot.subplots(lines, columns, figsize=(4 * columns, 3 * lines), squeeze=False)
    for axes in grid.flat[len(results) :]:
        axes.set_visible(False)
    for axes, result in zip(grid.flat, results):
        copies = _hits(result)
        copies, negatives = copies[np.isfinite(copies)], result.negatives
        if copies.size and negatives.values.size:
            edges = _bins(copies, negatives)
            axes.hist(copies, edges, density=True, alpha=0.6, label="copies")
            axes.hist(
                negatives.values, edges, weights=negatives.counts, density=True, alpha=0.6,
                label="unrelated",
            )  # fmt: skip
        axes.set(title=result.method.name, yticks=())
        axes.legend(fontsize="small")
    _save(figure, path)


def _bins(copies: npt.NDArray[Any], negatives: ScoreCounts) -> npt.NDArray[Any]:
    """About 64, of whole steps where scores are whole; without the last half percent."""
    share = np.cumsum(negatives.counts) / negatives.counts.sum()
    last = max(np.quantile(copies, 0.995), negatives.values[np.searchsorted(share, 0.995)])
    first = min(copies[0], negatives.values[0])
    if np.issubdtype(negatives.values.dtype, np.integer):
        step = max(1, int(last - first) // 64)
        return np.arange(first, last + step + 1, step) - 0.5
    return np.linspace(first, max(last, first + 1e-9), 65)


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
