"""Faults of habeas itself: said without what they carry, since a driver's message may quote a row."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

from habeas.cli.screen import Screen
from habeas.diagnostics import Refused, error

_CHANGING = frozenset({"erase", "apply"})


def explain_fault(fault: Exception, arguments: Sequence[str], screen: Screen) -> Refused:
    """The refusal for an exception that nobody foresaw. With --verbose, the places it came through are printed.

    The kind of exception and its places are named, its message never is. A fault of a command that changes data
    counts as incomplete, because something may have been committed before it.
    """
    frames = traceback.extract_tb(fault.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
    if "--verbose" in arguments:
        for frame in frames:
            screen.stderr.write(f"  {frame.filename}:{frame.lineno} in {frame.name}\n")
    changing = bool(arguments) and arguments[0] in _CHANGING
    detail = (
        "Something may have been changed before. Run the same command again: a run that was begun is resumed."
        if changing
        else "Nothing was changed."
    )
    return Refused(
        error(
            "fault",
            f"a fault of habeas itself: {type(fault).__name__} in {place}",
            detail,
            "Run it with --verbose, and report what it prints: it holds places in the source and no data.",
        ),
        status="incomplete" if changing else "refused",
    )
