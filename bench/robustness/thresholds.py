"""Thresholds at the rates of the protocol, and their file: frozen on dev, applied on test."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .evaluation import Result
from .methods import Method

#: Pooled false-positive rates of pairs.
RATES = (1e-4, 1e-5, 1e-6)

#: Thresholds by rate, by method.
Thresholds = dict[str, dict[float, float]]


def rate_text(rate: float) -> str:
    """"1e-4"."""
    return f"{rate:.0e}".replace("e-0", "e-")


def measured(results: Sequence[Result]) -> Thresholds:
    """Of the negatives of the same queries; the rates themselves where scores are such."""
    return {result.method.name: _measured(result) for result in results}


def _measured(result: Result) -> dict[float, float]:
    if result.method.scores_are_rates:
        return {rate: rate for rate in RATES}
    return {rate: result.negatives.threshold_at(rate) for rate in RATES}


def freeze(path: Path, results: Sequence[Result], setting: list[str]) -> None:
    """Adds to the file, or replaces in it, the methods that were measured."""
    methods = _read(path)["methods"] if path.is_file() else {}
    thresholds = measured(results)
    for result in results:
        method = result.method
        by_rate = {rate_text(rate): value for rate, value in thresholds[method.name].items()}
        methods[method.name] = {
            "version": method.version,
            "quality_of": result.judge.name,
            "pairs": result.negatives.total,
            "thresholds": by_rate,
            "setting": setting,
        }
    path.write_text(json.dumps({"methods": methods}, indent=2) + "\n", encoding="utf-8")


def read_frozen(path: Path, methods: Sequence[Method], judges: Sequence[Method]) -> Thresholds:
    """Refuses a method that was not frozen, or in another version or with another quality."""
    frozen = _read(path)["methods"]
    thresholds: Thresholds = {}
    for method, judge in zip(methods, judges):
        entry = frozen.get(method.name)
        there = (entry["version"], entry["quality_of"]) if entry else "nothing"
        wanted = method.version, judge.name
        if there != wanted:
            raise SystemExit(
                f"{path} has {there} for {method.name}, not {wanted} (version, quality): freeze it"
                " on dev first"
            )
        thresholds[method.name] = {rate: entry["thresholds"][rate_text(rate)] for rate in RATES}
    return thresholds


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path} cannot be read: {error}; make it with --freeze") from error
