"""Computes what the cache lacks: photo by photo, on several processes."""

from __future__ import annotations

import functools
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import cv2

from .cache import Cache, Row, pack, query_key, reference_key
from .methods import Method, Pixels, create, query_maker
from .photos import REFERENCE_SIDE, WORKING_SIDE, Collection, Photo, read_photo, reduce_to
from .progress import Progress
from .transformations import TRANSFORMATIONS, Transformation, seed_of, transform


@dataclass(frozen=True)
class Picture:
    """A reference (no transformation) or a query, and the methods that lack its signature."""

    key: bytes
    transformation: str | None
    other: Photo | None
    methods: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    photo: Photo
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Plan:
    """What is asked: each of the queries under each transformation, against all photos."""

    collection: Collection
    queries: Sequence[Photo]
    transformations: Sequence[Transformation]

    def reference_keys(self) -> list[bytes]:
        return [reference_key(photo) for photo in self.collection.photos]

    def query_keys(self, transformation: Transformation) -> list[bytes]:
        return [
            query_key(photo, transformation, self.other(photo, transformation))
            for photo in self.queries
        ]

    def other(self, photo: Photo, transformation: Transformation) -> Photo | None:
        """The second photo that a query shows."""
        if not transformation.needs_other:
            return None
        return self.collection.partner(photo, seed_of(photo.name, transformation.name))


def extract_missing(cache: Cache, plan: Plan, methods: Sequence[Method], jobs: int) -> None:
    """Fills the cache with the signatures of all that the plan needs."""
    tasks = _tasks(cache, plan, methods)
    if not tasks:
        return
    progress = Progress("pictures hashed", sum(len(task.pictures) for task in tasks))
    for task, rows in zip(tasks, _results(tasks, jobs)):
        cache.add(rows)
        progress.advance(len(task.pictures))


def _tasks(cache: Cache, plan: Plan, methods: Sequence[Method]) -> list[Task]:
    known = {method.name: cache.known(method) for method in methods}
    known |= {maker.name: cache.known(maker) for maker in map(query_maker, methods)}
    of_references = {method.name for method in methods}
    of_queries = {query_maker(method).name for method in methods}
    asked = {photo.name for photo in plan.queries}

    def picture(key: bytes, transformation: str | None, other: Photo | None) -> Picture:
        wanted = of_references if transformation is None else of_queries
        lacking = tuple(name for name in known if name in wanted and key not in known[name])
        return Picture(key, transformation, other, lacking)

    tasks = []
    for photo in plan.collection.photos:
        pictures = [picture(reference_key(photo), None, None)]
        for transformation in plan.transformations if photo.name in asked else ():
            other = plan.other(photo, transformation)
            key = query_key(photo, transformation, other)
            pictures.append(picture(key, transformation.name, other))
        lacking = tuple(item for item in pictures if item.methods)
        if lacking:
            tasks.append(Task(photo, lacking))
    return tasks


def _results(tasks: Sequence[Task], jobs: int) -> Iterator[list[Row]]:
    if jobs == 1:
        yield from map(run, tasks)
        return
    # Not forked: a child would hold the parent's database and threads.
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(run, tasks)


def run(task: Task) -> list[Row]:
    """All signatures of a photo that are missing."""
    cv2.setNumThreads(1)
    original = read_photo(task.photo.path)
    working = reduce_to(original, WORKING_SIDE)
    rows = []
    for picture in task.pictures:
        if picture.transformation is None:
            pixels = reduce_to(original, REFERENCE_SIDE)
        else:
            pixels = _query_pixels(working, task.photo.name, picture)
        rows += [_row(picture, name, pixels) for name in picture.methods]
    return rows


def _query_pixels(working: Pixels, name: str, picture: Picture) -> Pixels:
    chosen = next(item for item in TRANSFORMATIONS if item.name == picture.transformation)
    other = None
    if picture.other is not None:
        other = reduce_to(read_photo(picture.other.path), WORKING_SIDE)
    return transform(working, name, chosen, other)


_method = functools.cache(create)


def _row(picture: Picture, name: str, pixels: Pixels) -> Row:
    method = _method(name)
    extract = method.reference if picture.transformation is None else method.query
    started = time.process_time()
    signature = extract(pixels)
    microseconds = (time.process_time() - started) * 1e6
    data = pack(signature)
    return Row(picture.key, name, method.version, data, signature.quality, microseconds)
