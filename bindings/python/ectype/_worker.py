"""The program that decodes in isolation."""

from __future__ import annotations

import os
from pathlib import Path


def worker_if(isolate: bool) -> str:
    """$ECTYPE_WORKER, or the one that comes with the package; empty without isolation."""
    if not isolate:
        return ""
    return os.environ.get("ECTYPE_WORKER") or str(Path(__file__).with_name("ectype-worker"))
