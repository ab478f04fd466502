"""Where a command writes: standard output for its answer alone, standard error for everything else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_WITHOUT_TERMINAL = 120  # files and pipes: wide enough for a plan's line, narrow enough for a mail


class Screen:
    """The two consoles of a run. Without a terminal, or with NO_COLOR, they print plain text.

    `json` says that standard output belongs to one JSON document: people's views then go nowhere. `plain` says that
    a program reads what the view prints (`--format`), so that nothing else may get there.
    """

    def __init__(
        self, *, json: bool = False, plain: bool = False, stdout: TextIO | None = None, stderr: TextIO | None = None
    ) -> None:
        self.json = json
        self.plain = plain
        self.stdout: TextIO = stdout or sys.stdout
        self.stderr: TextIO = stderr or sys.stderr
        self.out = _console(self.stdout)
        self.err = _console(self.stderr)

    @property
    def can_ask(self) -> bool:
        """Whether somebody sits at a terminal who can answer a question."""
        return bool(sys.stdin) and sys.stdin.isatty() and self.stderr.isatty()

    def ask(self, question: str) -> bool:
        """Ask for `yes` on standard error; anything else, and the end of input, is no."""
        self.stderr.write(f"{question} ")
        self.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        # A terminal that can't show a name's letters gets escapes instead of a crash half-way.
        reconfigure(errors="backslashreplace")
    width = None if stream.isatty() else WIDTH_WITHOUT_TERMINAL
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
