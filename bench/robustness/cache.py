"""Signatures once computed, in one SQLite file: a new method computes only its own."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import PIL

from .methods import Method, Signature
from .photos import REFERENCE_SIDE, WORKING_SIDE, Photo
from .transformations import Transformation
from .transformations.table import VERSION

_SCHEMA = """
CREATE TABLE IF NOT EXISTS signatures (
  picture BLOB NOT NULL, method TEXT NOT NULL, version TEXT NOT NULL,
  data BLOB NOT NULL, quality INTEGER NOT NULL, microseconds REAL NOT NULL,
  PRIMARY KEY (method, version, picture)
);
"""


class Row(NamedTuple):
    """``microseconds``: CPU time of the extraction."""

    picture: bytes
    method: str
    version: str
    data: bytes
    quality: int
    microseconds: float


class Timed(NamedTuple):
    signature: Signature
    microseconds: float


def reference_key(photo: Photo) -> bytes:
    return _key(photo.sha256, "reference", REFERENCE_SIDE)


def query_key(photo: Photo, transformation: Transformation, other: Photo | None) -> bytes:
    """Of all that the pixels depend on; the name seeds the random choices."""
    partner = other.sha256 if other else ""
    return _key(photo.sha256, photo.name, transformation.name, VERSION, WORKING_SIDE, partner)


def _key(*parts: object) -> bytes:
    made_by = [cv2.__version__, PIL.__version__]
    return hashlib.sha256(json.dumps([*parts, *made_by]).encode()).digest()[:16]


def pack(signature: Signature) -> bytes:
    file = io.BytesIO()
    np.save(file, signature.data, allow_pickle=False)
    return file.getvalue()


def _unpack(data: bytes, quality: int) -> Signature:
    return Signature(np.load(io.BytesIO(data), allow_pickle=False), quality)


class Cache:
    """One process writes; its rows are kept even where a run is interrupted."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(folder / "signatures.sqlite", timeout=60)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_SCHEMA)

    def known(self, method: Method) -> set[bytes]:
        """Pictures whose signature is there."""
        query = "SELECT picture FROM signatures WHERE method = ? AND version = ?"
        return {row[0] for row in self._database.execute(query, (method.name, method.version))}

    def add(self, rows: Iterable[Row]) -> None:
        with self._database:
            self._database.executemany(
                "INSERT OR REPLACE INTO signatures VALUES (?, ?, ?, ?, ?, ?)", rows
            )

    def qualities(self, method: Method, pictures: Iterable[bytes]) -> npt.NDArray[np.int64]:
        """In the order given; all must be there."""
        return np.array([row[1] for row in self._rows(method, pictures)], np.int64)

    def get(self, method: Method, pictures: Iterable[bytes]) -> list[Timed]:
        """In the order given; all must be there."""
        return [
            Timed(_unpack(data, quality), microseconds)
            for data, quality, microseconds in self._rows(method, pictures)
        ]

    def _rows(
        self, method: Method, pictures: Iterable[bytes]
    ) -> Iterator[tuple[bytes, int, float]]:
        query = (
            "SELECT data, quality, microseconds FROM signatures"
            " WHERE method = ? AND version = ? AND picture = ?"
        )
        for picture in pictures:
            key = (method.name, method.version, picture)
            yield self._database.execute(query, key).fetchone()
