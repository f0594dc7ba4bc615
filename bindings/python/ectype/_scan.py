from __future__ import annotations

import base64
import json
import os
import queue
import threading
from typing import Any, Callable, Iterable, Iterator, Union

from . import _core
from ._errors import Error
from ._hash_set import HashSet
from ._worker import worker_if

Path = Union[str, bytes, "os.PathLike[Any]"]

_WAITING = 256  # rows that nobody has taken yet


def _with_names(row: Any) -> Any:
    """File names that are not UTF-8 as `os.fsdecode` gives them, in place of JSON's two fields."""
    if isinstance(row, list):
        return [_with_names(value) for value in row]
    if not isinstance(row, dict):
        return row
    decoded = {key: _with_names(value) for key, value in row.items()}
    for key in [key for key in decoded if key.endswith("_base64")]:
        exact, name = decoded.pop(key), key[: -len("_base64")]
        if isinstance(exact, list):
            decoded[name] = [
                os.fsdecode(base64.b64decode(each)) if each else text
                for each, text in zip(exact, decoded[name])
            ]
        else:
            decoded[name] = os.fsdecode(base64.b64decode(exact))
    return decoded


class _Scan:
    """A scan on a thread of its own, whose rows wait in a queue of bounded length."""

    def __init__(self, run: Callable[[Callable[[bytes], bool]], None]) -> None:
        self._scan = run
        self._rows: queue.Queue[bytes | BaseException | None] = queue.Queue(_WAITING)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ectype.scan", daemon=True)
        self._thread.start()

    def _put(self, row: bytes | BaseException | None) -> bool:
        while not self._stop.is_set():
            try:
                self._rows.put(row, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def _run(self) -> None:
        try:
            self._scan(self._put)
        except BaseException as error:
            self._put(error)
        else:
            self._put(None)

    def rows(self) -> Iterator[dict[str, Any]]:
        try:
            while (row := self._rows.get()) is not None:
                if isinstance(row, BaseException):
                    raise row
                yield _with_names(json.loads(row))
        finally:
            self._stop.set()
            self._thread.join()


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
) -> Iterator[dict[str, Any]]:
    """Match files, and all files below folders, against a set; yields one row a file seen.

    The rows are those of ``ectype scan`` as JSON Lines: ``path``, ``outcome``, ``reason``, ``size``,
    ``modified``, ``md5``, ``sha1``, ``sha256``, ``format``, ``width``, ``height``, ``matches``, ...,
    with names as `os.fsdecode` gives them. They come in walk order whatever the number of
    ``threads`` (0: one a core), and memory does not grow with their number. A file that is the same
    to the byte as a known one matches first; what is wrong with a file is its outcome.

    ``archives``: also what lies in archives; ``thumbnails``: also those that files carry.
    ``state``: keep what is done in this file (0600, no hash), and go on from there: a scan that
    was interrupted, or left early, goes on with the same arguments. ``isolate``: decode in worker
    processes that may open nothing, each file within ``timeout`` seconds; what strangers made should
    be. Leaving the loop ends the scan when the files under way are done. Raises `Error` for what is
    wrong with the set, the state or an argument, when the first row is asked for.
    """
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise Error("give a list of paths, not one path", "invalid_argument")
    if not 0.001 <= timeout <= 1e9:
        raise Error(f"timeout is {timeout}; give 0.001 to 1e9 seconds", "invalid_argument")
    names = list(paths)

    def run(visit: Callable[[bytes], bool]) -> None:
        _core.scan(
            names,
            against._set,
            str(level),
            false_matches_per_million,
            archives,
            thumbnails,
            state,
            threads,
            timeout,
            worker_if(isolate),
            visit,
        )

    def rows() -> Iterator[dict[str, Any]]:
        yield from _Scan(run).rows()

    return rows()
