"""What discovery may ask of a live store beyond its catalogue: the little that names and types cannot tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class Reads(Protocol):
    """Reads that discovery asks for. The connector implements it; discovery knows no database."""

    def distinct_values(self, table: str, column: str, limit: int) -> Sequence[str]:
        """Up to `limit` distinct non-empty values of a type column (class names), as text.

        `table` is a reference of the catalogue. Raises nothing for an empty table: no values are no answer.
        """


class Samples(Protocol):
    """Bounded samples of what stands in columns. What is read is looked at and let go: never kept, written or logged."""

    def texts(self, table: str, columns: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """For each column the beginnings of its non-blank values in some rows, as text; none where it can't be read.

        `table` is a reference of the catalogue. Raises nothing.
        """


class GivenValues:
    """Reads answered from values given beforehand: `{(table, column): values}`; for tests and offline use."""

    def __init__(self, values: Mapping[tuple[str, str], Sequence[str]] | None = None) -> None:
        self._values = dict(values or {})

    def distinct_values(self, table: str, column: str, limit: int) -> Sequence[str]:
        """The given values of that column, or none."""
        return list(self._values.get((table, column), ()))[:limit]
