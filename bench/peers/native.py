"""Baselines in C, compiled with the system's compiler and called in this process."""

from __future__ import annotations

import ctypes
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).resolve().parent


def _build(source: str, options: list[str], libraries: list[str]) -> ctypes.CDLL:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / (Path(source).stem + ".so")
        compiler = os.environ.get("CC", "cc")
        command = [compiler, *options, "-shared", "-fPIC", "-o", str(target), str(HERE / source)]
        subprocess.run([*command, *libraries], check=True)
        return ctypes.CDLL(str(target))


def gray_decoder() -> Callable[[str], int]:
    """Decodes the gray plane of a JPEG file with libjpeg-turbo; returns the number of rows."""
    decode = _build("gray_decode.c", ["-O2"], ["-ljpeg"]).ectype_bench_gray_decode
    decode.argtypes = [ctypes.c_char_p]
    decode.restype = ctypes.c_long
    return lambda path: int(decode(os.fsencode(path)))


def memory_readers() -> dict[str, Callable[[npt.NDArray[Any]], int]]:
    """Ways to read an array of whole 64-bit words as fast as one thread can; return the sum."""
    library = _build("read_memory.c", ["-O3", "-march=native"], [])

    def reader(name: str) -> Callable[[npt.NDArray[Any]], int]:
        read = getattr(library, name)
        read.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        read.restype = ctypes.c_uint64
        return lambda array: int(read(array.ctypes.data, array.nbytes // 8))

    names = {"in order": "ectype_bench_read_in_order", "four streams": "ectype_bench_read_streams"}
    return {name: reader(symbol) for name, symbol in names.items()} | {
        "numpy sum": lambda array: int(array.reshape(-1).view(np.uint64).sum())
    }


def loaded_libraries(word: str) -> list[str]:
    """Files of this process whose name has `word`: which codec or library is really at work."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        files = {line.split(maxsplit=5)[-1].strip() for line in maps if "/" in line}
    return sorted(file for file in files if word in Path(file).name)


def cpu_model() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        fields = [line.partition(":") for line in info]
    facts = {name.strip(): value.strip() for name, _, value in fields}
    family = f"family {facts.get('cpu family', '?')} model {facts.get('model', '?')}"
    return f"{facts.get('model name', 'unknown CPU')} ({family})"
