"""The figures as CSV and as Markdown."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .evaluation import Result, RowResult
from .scores import ALL_LISTED, wilson
from .thresholds import RATES, Thresholds, rate_text


def write_csv(folder: Path, results: Sequence[Result], thresholds: Thresholds) -> None:
    """`methods.csv`, a line a method, and `transformations.csv`, a line a method and
    transformation."""
    _write(folder / "methods.csv", [_method_line(r, thresholds[r.method.name]) for r in results])
    _write(
        folder / "transformations.csv",
        [
            {"method": result.method.name, "transformation": name}
            | _row_line(row, result.method.default_threshold, thresholds[result.method.name])
            for result in results
            for name, row in result.rows.items()
        ],
    )


def _write(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, lines[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


def _row_line(
    row: RowResult, default: float | None, thresholds: dict[float, float]
) -> dict[str, Any]:
    count = len(row.scores)
    line: dict[str, Any] = {
        "queries": count,
        "low_quality": int((~row.usable).sum()),
        "median_score": float(np.median(row.scores)),
    }
    for rate, threshold in thresholds.items():
        low, high = wilson(row.hits(threshold), count)
        line[f"recall_{rate_text(rate)}"] = row.recall(threshold)
        line[f"recall_{rate_text(rate)}_low"] = low
        line[f"recall_{rate_text(rate)}_high"] = high
    line["recall_default"] = "" if default is None else row.recall(default)
    line["false_default"] = "" if default is None else row.default_false
    return line | {"negatives": row.negatives}


def _method_line(result: Result, thresholds: dict[float, float]) -> dict[str, Any]:
    method, cost, total = result.method, result.cost, result.negatives.total
    default = method.default_threshold
    assert cost is not None
    line: dict[str, Any] = {"method": method.name, "version": method.version, "negatives": total}
    for rate, threshold in thresholds.items():
        text = rate_text(rate)
        false = result.negatives.accepted(threshold)
        line[f"threshold_{text}"] = threshold
        line[f"recall_{text}"] = result.mean_recall(threshold)
        line[f"recall_{text}_low"], line[f"recall_{text}_high"] = mean_interval(result, threshold)
        line[f"false_{text}"] = false
        line[f"same_scene_{text}"] = result.same_group.accepted(threshold)
    return line | {
        "same_scene_pairs": result.same_group.total,
        "threshold_default": "" if default is None else default,
        "recall_default": "" if default is None else result.mean_recall(default),
        "false_default": "" if default is None else result.default_false(),
        "stored_bytes": cost.stored_bytes,
        "reference_us": cost.reference_time,
        "query_us": cost.query_time,
        "compare_us": cost.compare_time,
    }


def mean_interval(result: Result, threshold: float) -> tuple[float, float]:
    """Of the mean recall. The queries made from one photo depend on each other, so that photos
    count as trials; a mean of shares varies at most as much as one trial does, so this is wide."""
    photos = len(next(iter(result.rows.values())).scores)
    return wilson(result.mean_recall(threshold) * photos, photos)


def markdown(
    results: Sequence[Result], thresholds: Thresholds, setting: Iterable[str], with_intervals: bool
) -> str:
    parts = [
        "# Robustness\n\n" + "".join(f"- {line}\n" for line in setting),
        "## Methods\n\nMean recall (%) over the transformations at the thresholds of pooled"
        " pairwise false-positive rates, and at the default threshold with its false pairs; other"
        " pictures of the same scene accepted (%); what is stored, and CPU time beyond decoding"
        " (medians; comparison: of a query with all references).\n\n"
        + _method_table(results, thresholds),
        "## Thresholds\n\nWith 95 % intervals (Wilson). Those of the false-positive rate take the"
        " pairs as independent, which they are not: they are too narrow.\n\n"
        + _threshold_table(results, thresholds),
        "## Recall by transformation (%) at 1e-4 / 1e-6\n\n" + _recall_table(results, thresholds),
        "## Median score and recall (%) at the default threshold\n\n" + _default_table(results),
    ]
    if with_intervals:
        parts += [_interval_section(result, thresholds[result.method.name]) for result in results]
    return "\n".join(parts)


def _table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [header, ["---"] * len(header), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def percent(share: float) -> str:
    """One decimal, and 100 only where none is missing."""
    return "100" if share == 1 else f"{min(100 * share, 99.9):.1f}"


def number(value: float | None) -> str:
    if value is None or not np.isfinite(value):
        return "-"
    if value == ALL_LISTED:
        return "any listed"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.5g}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}" if whole else "-"


def _method_table(results: Sequence[Result], thresholds: Thresholds) -> str:
    header = ["method", *(rate_text(rate) for rate in RATES), "default", "its recall",
              "its false pairs", "same scene at 1e-6", "bytes", "us a picture", "us a query",
              "us a comparison"]  # fmt: skip
    lines = []
    for result in results:
        chosen, default = thresholds[result.method.name], result.method.default_threshold
        cost, same = result.cost, result.same_group
        assert cost is not None
        lines.append([
            result.method.name,
            *(percent(result.mean_recall(chosen[rate])) for rate in RATES),
            number(default),
            "-" if default is None else percent(result.mean_recall(default)),
            "-" if default is None else str(result.default_false()),
            _share(same.accepted(chosen[RATES[-1]]), same.total),
            f"{cost.stored_bytes:.0f}",
            *(f"{time:.0f}" for time in (cost.reference_time, cost.query_time, cost.compare_time)),
        ])  # fmt: skip
    return _table(header, lines)


def _threshold_table(results: Sequence[Result], thresholds: Thresholds) -> str:
    header = ["method", "rate", "threshold", "mean recall", "interval", "false pairs", "of",
              "rate achieved", "interval"]  # fmt: skip
    lines = []
    for result in results:
        for rate, threshold in thresholds[result.method.name].items():
            false, total = result.negatives.accepted(threshold), result.negatives.total
            recall, interval = result.mean_recall(threshold), mean_interval(result, threshold)
            lines.append([
                result.method.name, rate_text(rate), number(threshold), percent(recall),
                _interval(*interval), str(false), f"{total:,}", f"{false / max(total, 1):.1e}",
                "{:.1e} to {:.1e}".format(*wilson(false, total)),
            ])  # fmt: skip
    return _table(header, lines)


def _interval(low: float, high: float) -> str:
    return f"{100 * low:.1f} to {100 * high:.1f}"


def _recall_table(results: Sequence[Result], thresholds: Thresholds) -> str:
    def cell(result: Result, row: RowResult) -> str:
        chosen = thresholds[result.method.name]
        return " / ".join(percent(row.recall(chosen[rate])) for rate in (RATES[0], RATES[-1]))

    return _by_transformation(results, cell)


def _default_table(results: Sequence[Result]) -> str:
    def cell(result: Result, row: RowResult) -> str:
        default = result.method.default_threshold
        recall = "-" if default is None else percent(row.recall(default))
        return f"{number(float(np.median(row.scores)))}: {recall}"

    return _by_transformation(results, cell)


def _by_transformation(results: Sequence[Result], cell: Any) -> str:
    names = results[0].rows
    lines = [[name, *(cell(result, result.rows[name]) for result in results)] for name in names]
    return _table(["transformation", *(result.method.name for result in results)], lines)


def _interval_section(result: Result, thresholds: dict[float, float]) -> str:
    lines = []
    for name, row in result.rows.items():
        cells = []
        for threshold in thresholds.values():
            interval = _interval(*wilson(row.hits(threshold), len(row.scores)))
            cells.append(f"{percent(row.recall(threshold))} ({interval})")
        lines.append([name, *cells])
    header = ["transformation", *(rate_text(rate) for rate in thresholds)]
    return f"## {result.method.name}: recall (%) with 95 % intervals\n\n" + _table(header, lines)
