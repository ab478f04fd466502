"""Small words for drawing: everything shrinks towards the first choice and towards no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Chooser:
    """Wraps Hypothesis' `draw`, so that a strategy reads as a story."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw

    def chance(self, percent: int) -> bool:
        """True in about so many cases of a hundred."""
        return bool(self._draw(st.integers(0, 99)) >= 100 - percent)

    def number(self, least: int, most: int) -> int:
        return int(self._draw(st.integers(least, most)))

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.number(0, len(choices) - 1)]

    def weighted(self, **weights: int) -> str:
        """One of the names, as often as its weight says."""
        names = [name for name, weight in weights.items() for _ in range(weight)]
        return self.one_of(names)

    def some(self, choices: Sequence[T], most: int = 2) -> list[T]:
        """Up to `most` of the choices, in their order, at least one if there is any."""
        if not choices:
            return []
        wanted = {self.number(0, len(choices) - 1) for _ in range(self.number(1, most))}
        return [choice for i, choice in enumerate(choices) if i in wanted]
