"""How far a long run is, on stderr."""

from __future__ import annotations

import sys
import time


class Progress:
    """One line that is rewritten on a terminal; elsewhere a line every half minute."""

    def __init__(self, what: str, count: int) -> None:
        self._what = what
        self._count = count
        self._done = 0
        self._started = self._shown = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        now = time.monotonic()
        last = self._done == self._count
        if last or now - self._shown > (0.2 if self._terminal else 30):
            self._shown = now
            self._show(now - self._started, last)

    def _show(self, seconds: float, last: bool) -> None:
        to_go = seconds / self._done * (self._count - self._done)
        line = f"{self._what}: {self._done} of {self._count}, {seconds:.0f} s, {to_go:.0f} s to go"
        start, end = ("\r\x1b[K", "") if self._terminal else ("", "\n")
        print(start + line, end="\n" if last else end, file=sys.stderr, flush=True)
