from __future__ import annotations

import os
from typing import Any, Iterable, NamedTuple, Sequence, Union

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import Error

Path = Union[str, bytes, "os.PathLike[Any]"]


class Matches(NamedTuple):
    """Known pictures that queries matched: columns of the same length, ordered by (query, distance).

    ``transform`` is that of the query; ``quality`` that of the stored hash, -1 where unknown.
    """

    query: npt.NDArray[np.int64]
    item: list[str]
    label: list[str]
    source: list[str]
    distance: npt.NDArray[np.int32]
    transform: list[str]
    recipe: list[str]
    quality: npt.NDArray[np.int16]

    def __len__(self) -> int:  # rows, not columns
        return len(self.item)


def _list_of_pictures(pictures: Iterable[Any]) -> list[Any]:
    # The rows of one array would pass as pictures, the characters of one path as paths.
    if isinstance(pictures, (str, bytes, bytearray, memoryview, os.PathLike, np.ndarray)):
        raise Error("give a list of pictures, not one picture", "invalid_argument")
    return list(pictures)


class HashSet:
    """A set of known pictures in one SQLite file (mode 0600: hashes leak image content)."""

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
        return self._set.info()["items"]

    def add(
        self,
        pictures: Iterable[Any],
        *,
        names: Sequence[Path] | None = None,
        label: str = "",
        source: str = "",
    ) -> tuple[int, int]:
        """Add pictures (as for `ectype.pdq`), all or none; returns (added, already present).

        ``names`` may be left out where all pictures are paths.
        """
        pictures = _list_of_pictures(pictures)
        if names is None:
            if not all(isinstance(p, (str, os.PathLike)) for p in pictures):
                raise Error("pictures that are not paths need names=", "invalid_argument")
            names = pictures
        return self._set.add(pictures, list(names), label, source)

    def match(
        self,
        pictures: Iterable[Any],
        *,
        radius: int = 31,
        dihedral: bool = True,
        min_quality: int = 50,
    ) -> Matches:
        """Look up pictures (as for `ectype.pdq`); each known one once, with its best evidence."""
        pictures = _list_of_pictures(pictures)
        return Matches(**self._set.match(pictures, radius, dihedral, min_quality))

    def import_list(self, path: Path, *, label: str = "", source: str = "") -> dict[str, Any]:
        """Import a hash list; ``bad_lines`` of the totals holds (line, reason)."""
        return self._set.import_list(path, label, source)

    def export_list(self, path: Path, format: str = "jsonl") -> None:
        """Write a list that `import_list` reads; the file (0600) appears whole or not at all."""
        target = os.fsdecode(path)
        temporary = f"{target}.{os.getpid()}.tmp"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                self._set.export_list(file.write, format)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise

    def remove(self, *names: Path, label: str | None = None, source: str | None = None) -> int:
        """Remove items by name, label or source; returns how many."""
        removed = sum(self._set.remove_named(name) for name in names)
        if label is not None:
            removed += self._set.remove_labelled(label)
        if source is not None:
            removed += self._set.remove_source(source)
        return removed

    def merge(self, other: HashSet) -> tuple[int, int]:
        """Add the items of another set; returns (added, already present)."""
        return self._set.merge(other._set)

    def verify(self) -> list[str]:
        """Read the whole file; returns what is wrong with it."""
        return self._set.verify()
