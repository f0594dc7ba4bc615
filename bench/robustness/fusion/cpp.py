"""The tables as a C++ source: arrays, and where they come from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .distances import DistanceTail, Kind
from .evidence import Tables

FIRST_SCORE = -800
SCORE_STEP = 25
RATES = 193
SCORES = FIRST_SCORE + SCORE_STEP * np.arange(RATES)


def source(
    tables: Tables, rates: dict[str, npt.NDArray[np.float64]], provenance: Sequence[str]
) -> str:
    levels = "".join(
        f"    .{name} =\n        {{\n"
        f"            .inliers = {_whole(tables.inliers[name], 16)},\n"
        f"            .rates = {_array((f'{rate:.4g}' for rate in rates[name]), 16)},\n"
        "        },\n"
        for name in tables.inliers
    )
    return (
        f'#include "match/evidence_tables.hpp"\n\n{_head("fit.py", provenance)}\n'
        "namespace ectype::match {\n\n// clang-format off\n"
        "const EvidenceTables kEvidenceTables{\n"
        f"    .pdq = {_whole(tables.pdq, 8)},\n    .grid = {_whole(tables.grid, 8)},\n{levels}"
        "};\n// clang-format on\n\n}  // namespace ectype::match\n"
    )


def _head(script: str, provenance: Sequence[str]) -> str:
    texts = [f"Written by bench/robustness/{script}.", *provenance]
    return "".join(f"// {line}\n" for text in texts for line in textwrap.wrap(text, 96))


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _whole(values: npt.NDArray[Any], indent: int) -> str:
    return _array((str(value) for value in values), indent)


def _array(items: Iterable[str], indent: int) -> str:
    return "{{\n" + _filled(items, indent) + "}}"


def _filled(items: Iterable[str], indent: int) -> str:
    margin = " " * indent
    return textwrap.fill(
        ", ".join(items), 98, initial_indent=margin, subsequent_indent=margin,
        break_on_hyphens=False,
    )  # fmt: skip


def tails_source(tails: Sequence[DistanceTail], provenance: Sequence[str]) -> str:
    arrays = "".join(
        f"constexpr double k{_identifier(tail.kind)}[] = {{\n"
        f"{_filled((f'{rate:.3g}' for rate in tail.rates), 4)}}};\n"
        for tail in tails
    )
    rows = "".join(
        f'    {{"{tail.kind.algorithm}", {tail.kind.probes}, {_boolean(tail.kind.regions == 2)},'
        f" {tail.kind.step}, {tail.measured_from}, k{_identifier(tail.kind)}}},\n"
        for tail in tails
    )
    return (
        f'#include "match/distance_tails.hpp"\n\n{_head("fit_distances.py", provenance)}\n'
        "namespace ectype::match {\nnamespace {\n\n// clang-format off\n"
        f"{arrays}\nconstexpr DistanceTail kTails[] = {{\n{rows}}};\n// clang-format on\n\n"
        "}  // namespace\n\n"
        "std::span<const DistanceTail> distance_tails() noexcept { return kTails; }\n\n"
        "}  // namespace ectype::match\n"
    )


def _identifier(kind: Kind) -> str:
    name = "".join(part.capitalize() for part in kind.algorithm.split("_"))
    return f"{name}Of{kind.probes}{'WithRegions' if kind.regions == 2 else ''}"
