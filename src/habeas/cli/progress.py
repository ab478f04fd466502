"""Progress of long work, on standard error and only where somebody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

SILENT_S = 1.0  # short work shows nothing
EVERY_S = 0.1
_WIDTH = 20  # of the bar


class Ticker:
    """One line that is written over: what is done, and how much of it.

    Work that ends within a second shows nothing. Without a terminal it never does, so that logs stay clean.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._watched = stream.isatty()
        self._started = time.monotonic()
        self._last = 0.0
        self._width = 0

    def show(self, what: str, done: int, total: int | None = None) -> None:
        """`done` of `total` (None: not known) of `what`; call it as often as you like."""
        now = time.monotonic()
        if not self._watched or now - self._started < SILENT_S or now - self._last < EVERY_S:
            return
        self._last = now
        text = f"{what}: {done:,}" if total is None else f"{what}: {_bar(done, total)} {done:,} of {total:,}"
        self._stream.write(f"\r{text:<{self._width}}")
        self._stream.flush()
        self._width = len(text)

    def clear(self) -> None:
        """Take the line away again."""
        if self._width:
            self._stream.write(f"\r{'':<{self._width}}\r")
            self._stream.flush()
            self._width = 0


def _bar(done: int, total: int) -> str:
    """`[####------] 40%`."""
    share = min(done, total) / max(total, 1)
    full = int(share * _WIDTH)
    return f"[{'#' * full}{'-' * (_WIDTH - full)}] {int(share * 100)}%"


@contextmanager
def ticking(stream: TextIO | None = None) -> Iterator[Ticker]:
    """A ticker on standard error, cleared at the end."""
    ticker = Ticker(stream or sys.stderr)
    try:
        yield ticker
    finally:
        ticker.clear()
