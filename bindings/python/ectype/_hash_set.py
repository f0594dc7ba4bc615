from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Iterable, NamedTuple, Sequence, Union

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import Error
from ._keypoints import KeypointMatch, as_match
from ._worker import worker_if

Path = Union[str, bytes, "os.PathLike[Any]"]


@dataclass(frozen=True)
class Matches:
    """Known pictures that queries matched: columns of one length, ordered by (query, distance).

    They describe the evidence that says most. ``distance`` is -1 for keypoints, which have none:
    ``keypoints`` then tells which parts of the pictures agree, and is None else. ``transform`` is
    that of the query, ``inverted`` true where light and dark are exchanged; ``query_region`` and
    ``region`` are "whole", "content" (without borders), "on_white" or "on_black". ``quality`` is
    that of the stored hash, -1 where unknown; ``damaged`` is true where query or stored hash come
    from a damaged file. ``hash_id`` is the stored hash's, and ``quarantined`` true where it is in
    quarantine (see `HashSet.match`). ``false_matches``: to expect for such a query from as many
    unrelated pictures as the set holds, nan where it is not known. ``evidence`` has all of a
    match: (recipe, distance, inliers), -1 for what there is not. ``outcomes`` and ``reasons`` have
    a row a query: a file that cannot be read is one that says so.
    """

    query: npt.NDArray[np.int64]
    item: list[str]
    label: list[str]
    source: list[str]
    distance: npt.NDArray[np.int32]
    transform: list[str]
    recipe: list[str]
    quality: npt.NDArray[np.int16]
    damaged: list[bool]
    hash_id: npt.NDArray[np.int64]
    quarantined: list[bool]
    inverted: list[bool]
    query_region: list[str]
    region: list[str]
    false_matches: npt.NDArray[np.float64]
    keypoints: list[KeypointMatch | None]
    evidence: list[list[tuple[str, int, int]]]
    outcomes: list[str]
    reasons: list[str]

    def __len__(self) -> int:
        return len(self.item)


class MergeCounts(NamedTuple):
    """Items that were new and those that were there, and hashes that came into quarantine."""

    added: int
    already_present: int
    quarantined: int


class QuarantinedHash(NamedTuple):
    """A hash that is kept, and not matched by default. ``since`` is UTC, ISO 8601."""

    hash_id: int
    item: str
    reason: str
    since: str


@dataclass(frozen=True)
class Hub:
    """A hash that matches many items of its set.

    ``hash_ids``: the stored hashes of this value; ``item``: that of the first. ``count``: other
    items within the radius; ``matched`` names the nearest. ``mutual_percent``: of the pairs of these
    items, how many match each other, 0 to 100: high for copies of one picture; under 40 the hub
    ``is_bridge``, one between three pictures or more. ``quarantined``: how many of ``hash_ids`` are in quarantine.
    """

    hash_ids: list[int]
    item: str
    count: int
    mutual_percent: int
    is_bridge: bool
    quarantined: int
    matched: list[str]


def _list_of_pictures(pictures: Iterable[Any]) -> list[Any]:
    # The rows of one array would pass as pictures, the characters of one path as paths.
    if isinstance(pictures, (str, bytes, bytearray, memoryview, os.PathLike, np.ndarray)):
        raise Error("give a list of pictures, not one picture", "invalid_argument")
    return list(pictures)


class HashSet:
    """A set of known pictures in one SQLite file (mode 0600: hashes leak image content).

    A forked process cannot use one that is open in the process that forked it, nor open it anew: fork
    first and open it then, or start processes by 'spawn' (multiprocessing).
    """

    def __init__(self, core: _core.HashSet) -> None:
        self._set = core

    @classmethod
    def create(cls, path: Path) -> HashSet:
        """Make an empty set; raises `Error` ("already_exists") rather than replace a file."""
        return cls(_core.HashSet.create(path))

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> HashSet:
        """Open a set; raises `Error` for a foreign, damaged or newer file."""
        return cls(_core.HashSet.open(path, read_only))

    def info(self) -> dict[str, Any]:
        return self._set.info()

    def __len__(self) -> int:
        return int(self._set.info()["items"])

    def add(
        self,
        pictures: Iterable[Any],
        *,
        names: Sequence[Path] | None = None,
        label: str = "",
        source: str = "",
        level: str = "standard",
    ) -> tuple[int, int]:
        """Add pictures (as for `ectype.pdq`), all or none; returns (added, already present).

        ``names`` may be left out where all pictures are paths. ``level``: what is stored of each,
        "strict" (32 bytes), "standard" (at most 1 KB) or "thorough" (at most 4 KB). Of paths, the
        digests of their files too, by which `ectype.scan` knows the same bytes.
        """
        pictures = _list_of_pictures(pictures)
        if names is None:
            if not all(isinstance(p, (str, os.PathLike)) for p in pictures):
                raise Error("pictures that are not paths need names=", "invalid_argument")
            names = pictures
        return self._set.add(pictures, list(names), label, source, str(level))

    def match(
        self,
        pictures: Iterable[Any],
        *,
        level: str | None = None,
        radius: int | None = None,
        false_matches_per_million: float = 1.0,
        dihedral: bool = True,
        min_quality: int | None = None,
        threads: int = 0,
        include_quarantined: bool = False,
        isolate: bool = False,
    ) -> Matches:
        """Look up pictures (as for `ectype.pdq`); each known one once, with its best evidence.

        ``level``: "standard" by default; "strict" (PDQ within 31, mirrored and turned too), "standard" (PDQ,
        GradientGrid and keypoints weighed together) or "thorough" (more keypoints, so smaller
        parts of pictures). Above "strict", ``false_matches_per_million`` is what to expect of as
        many comparisons of unrelated pictures, 0.001 to 100. ``radius`` (PDQ alone, inclusive) is "strict" with
        another radius, and so is ``dihedral=False`` without mirrored and turned copies.
        ``min_quality``: of the hashes that may speak, by default 50 for "strict" and 25 above.
        What is wrong with one picture is its outcome, and the others are matched all the same.
        Paths are examined on ``threads`` threads (0: one a core), with ``isolate`` each in a worker
        process: see `ectype.hash_files`. ``include_quarantined`` adds the
        items that match by hashes in quarantine alone, and alters no other match.
        """
        pictures = _list_of_pictures(pictures)
        if level not in (None, "strict") and (radius is not None or not dihedral):
            raise Error("a radius and dihedral=False are of level 'strict'", "invalid_argument")
        columns = self._set.match(
            pictures,
            radius,
            dihedral,
            min_quality,
            threads,
            include_quarantined,
            "standard" if level is None else str(level),
            false_matches_per_million,
            worker_if(isolate),
        )
        columns["keypoints"] = [match and as_match(match) for match in columns["keypoints"]]
        return Matches(**columns)

    def import_list(self, path: Path, *, label: str = "", source: str = "") -> dict[str, Any]:
        """Import a hash list; ``bad_lines`` of the totals holds (line, reason)."""
        return self._set.import_list(path, label, source)

    def export_list(self, path: Path, format: str = "jsonl") -> None:
        """Write a list ("jsonl", "csv" or "hex") that `import_list` reads.

        The file (mode 0600) appears whole or not at all.
        """
        self._set.export_list(path, str(format))

    def remove(self, *names: Path, label: str | None = None, source: str | None = None) -> int:
        """Remove the items that have one of the names (where given), the label and the source.

        Returns how many.
        """
        wanted: tuple[Path | None, ...] = names or (None,)
        return sum(self._set.remove(name, label, source) for name in wanted)

    def merge(self, other: HashSet) -> MergeCounts:
        """Add the items of another set.

        A hash that either set holds in quarantine is in quarantine afterwards.
        """
        return MergeCounts(*self._set.merge(other._set))

    def save_index(self, *, threads: int = 0) -> list[str]:
        """Write the index files of the set beside it (0600) and return their paths.

        `match` then maps them instead of reading every row first; it finds the same, later changes
        included. Write them again when there were many. ``threads``: 0 for one a core.
        """
        return self._set.save_index(threads)

    def verify(self) -> list[str]:
        """Read the whole file; returns what is wrong with it."""
        return self._set.verify()

    def quarantine(self, hash_ids: Iterable[int], *, reason: str) -> int:
        """Keep hashes without matching them by default; returns how many were not in quarantine.

        Ids are those of `hubs` and of ``Matches.hash_id``. One that is there already keeps its
        reason. Raises `Error` ("not_found") for an unknown id, and then changes nothing.
        """
        return self._set.quarantine([int(i) for i in hash_ids], reason)

    def release(self, hash_ids: Iterable[int]) -> int:
        """Take hashes out of quarantine; returns how many were there. Errors as `quarantine`."""
        return self._set.release([int(i) for i in hash_ids])

    def quarantined(self) -> list[QuarantinedHash]:
        """What is in quarantine, in order of hash id."""
        return [QuarantinedHash(*row) for row in self._set.quarantined()]

    def hubs(
        self,
        *,
        radius: int = 31,
        min_count: int = 20,
        min_quality: int = 50,
        algorithm: str = "pdq",
        max_items: int = 5,
    ) -> list[Hub]:
        """Hashes that match at least ``min_count`` other items of the set, by count, then id.

        A picture is expected to match its few copies, which match each other; see `Hub`.
        ``max_items`` of the matched items are named.
        """
        rows = self._set.hubs(radius, min_count, min_quality, algorithm, max_items)
        return [Hub(*row) for row in rows]
