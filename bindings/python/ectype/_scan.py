from __future__ import annotations

import atexit
import base64
import json
import os
import weakref
from types import TracebackType
from typing import Any, Iterable, Iterator

from . import _core
from ._errors import Error
from ._hash_set import HashSet, Path
from ._worker import worker_if

_NAMES = ("path", "item", "members")


def _decoded(exact: str, text: str) -> str:
    return os.fsdecode(base64.b64decode(exact) if exact else text.encode())


def _with_names(row: Any) -> Any:
    """File names as `os.fsdecode` gives them; of those that are not UTF-8 JSON has two fields."""
    if isinstance(row, list):
        return [_with_names(value) for value in row]
    if not isinstance(row, dict):
        return row
    result = {}
    for key, value in row.items():
        if key.endswith("_base64") and key[: -len("_base64")] in row:
            continue
        exact = row.get(key + "_base64")
        if key in _NAMES and isinstance(value, str):
            value = _decoded(exact or "", value)
        elif key in _NAMES and isinstance(value, list):
            value = [_decoded(*pair) for pair in zip(exact or [""] * len(value), value)]
        else:
            value = _with_names(value)
        result[key] = value
    return result


class Scan(Iterator[dict[str, Any]]):
    """The rows of a scan as they come; what `scan` returns.

    The files ahead are examined on other threads. ``close``, leaving a ``with`` block, and being
    collected end the scan: soon where decoding is isolated, else when the files at work are done. A
    `state` has what was examined. It does not go on in a forked process.
    """

    def __init__(self, core: _core.Scan) -> None:
        self._core = core
        _scans.add(self)

    def __iter__(self) -> Scan:
        return self

    def __next__(self) -> dict[str, Any]:
        if _over:
            raise Error("the program is ending; no scan goes on", "invalid_argument")
        row: dict[str, Any] = _with_names(json.loads(self._core.next()))
        return row

    def close(self) -> None:
        self._core.close()

    def __enter__(self) -> Scan:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


_scans: weakref.WeakSet[Scan] = weakref.WeakSet()


_over = False


@atexit.register
def _close_all() -> None:
    """No thread shall be at work, or begin to be, while the process is taken apart."""
    global _over
    _over = True
    for each in list(_scans):
        each.close()


def scan(
    paths: Iterable[Path],
    *,
    against: HashSet,
    level: str = "standard",
    false_matches_per_million: float = 1.0,
    archives: bool = True,
    thumbnails: bool = True,
    state: Path | None = None,
    threads: int = 0,
    isolate: bool = False,
    timeout: float = 60.0,
) -> Scan:
    """Match files, and all files below folders, against a set; yields one row a file seen.

    The rows are those of ``ectype scan`` as JSON Lines: ``path``, ``outcome``, ``reason``, ``size``,
    ``modified``, ``md5``, ``sha1``, ``sha256``, ``format``, ``width``, ``height``, ``matches``, ...,
    with names as `os.fsdecode` gives them. They come in walk order whatever the number of
    ``threads`` (0: one a core, at most 256), and memory does not grow with their number. A file that
    is the same to the byte as a known one matches first; what is wrong with a file is its outcome.

    ``archives``: also what lies in archives; ``thumbnails``: also those that files carry.
    ``state``: keep what is done in this file (0600, no hash), and go on from there: a scan that
    was interrupted, or left early, goes on with the same arguments. ``isolate``: decode in worker
    processes that may open nothing, each file within ``timeout`` seconds; what strangers made should
    be. The set must not change meanwhile: rows are of the state that they met. Raises `Error` for
    wrong arguments, and when the first row is asked for, for what is wrong with the set or the state.
    """
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise Error("give a list of paths, not one path", "invalid_argument")
    if not isinstance(against, HashSet):
        raise Error(f"against is {against!r}; give a HashSet", "invalid_argument")
    if not 0.001 <= timeout <= 1e9:
        raise Error(f"timeout is {timeout}; give 0.001 to 1e9 seconds", "invalid_argument")
    if not isinstance(threads, int) or not 0 <= threads <= 256:
        raise Error(f"threads is {threads!r}; give 0 to 256", "invalid_argument")
    if state is not None and not os.fspath(state):
        raise Error("state is empty; name a file, or give None", "invalid_argument")
    core = _core.Scan(
        list(paths),
        against._set,
        str(level),
        float(false_matches_per_million),
        bool(archives),
        bool(thumbnails),
        state,
        threads,
        float(timeout),
        worker_if(isolate),
    )
    return Scan(core)
