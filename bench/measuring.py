"""Both sides in turn, several rounds, medians and ratios; and how they are printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@contextmanager
def timed(into: list[float]) -> Iterator[None]:
    """Append the seconds of the block."""
    started = time.perf_counter()
    yield
    into.append(time.perf_counter() - started)


def interleaved(rounds: int, sides: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Run every side once a round, each answering with its seconds; the first to go changes from round to round."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    names = list(sides)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            seconds[name].append(sides[name]())
    return seconds


@dataclass(frozen=True)
class Measurement:
    """One line of the issue's table: medians in seconds of either side, what was promised, and remarks."""

    what: str
    habeas: float
    by_hand: float
    at_most: float  # times by hand
    limits: Mapping[str, bool] = field(default_factory=dict)  # further promises, and whether they are kept
    apart: Mapping[str, str] = field(default_factory=dict)  # what is reported beside

    @property
    def ratio(self) -> float:
        """How many times as long as by hand."""
        return self.habeas / self.by_hand

    @property
    def kept(self) -> bool:
        """Whether every promise of the line is kept."""
        return self.ratio <= self.at_most and all(self.limits.values())

    def text(self) -> str:
        """Lines for people."""
        verdict = "kept" if self.kept else "MISSED"
        lines = [
            f"{self.what}: {shown(self.habeas)}, by hand {shown(self.by_hand)}: "
            f"{self.ratio:.2f} times (at most {self.at_most:g}) {verdict}"
        ]
        lines += [f"    {limit}: {'yes' if holds else 'NO'}" for limit, holds in self.limits.items()]
        lines += [f"    {name}: {value}" for name, value in self.apart.items()]
        return "\n".join(lines)


def shown(seconds: float) -> str:
    """Seconds, or milliseconds where they are few."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def median(values: list[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def spread(values: list[float]) -> str:
    """The median with the smallest and the greatest value."""
    return f"{shown(median(values))} ({shown(min(values))} to {shown(max(values))})"
