"""How many rows got which verdict, counted once when everything is decided: lines, masks and deletes all ask here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.program.program import Verdict

if TYPE_CHECKING:
    from habeas.stores.sql.working import Working

_TOGETHER = 100  # tables of one statement: SQLite takes 500 parts at most


@dataclass(frozen=True, slots=True)
class Decided:
    """Rows of one verdict; `via` is the reference by which they came (0: a root), `b` that which blocks or keeps them."""

    verdict: Verdict
    via: int
    b: int
    rows: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What was decided on one table's reached rows; rows that only an exclusion reached are not counted."""

    groups: tuple[Decided, ...] = ()

    def rows(self, *verdicts: Verdict) -> int:
        """Rows with one of these verdicts."""
        return sum(group.rows for group in self.groups if group.verdict in verdicts)

    @property
    def kept_alone(self) -> int:
        """Rows that their own table's rule keeps, not those that are kept along with another's."""
        return sum(group.rows for group in self.groups if group.verdict is Verdict.KEEP and group.b >= 0)


def count_verdicts(work: Working) -> dict[str, Tally]:
    """The tally of every key table: one statement for a hundred of them."""
    tables = list(work.keys)
    found: dict[str, list[Decided]] = {table: [] for table in tables}
    for start in range(0, len(tables), _TOGETHER):
        part = tables[start : start + _TOGETHER]
        queries = [
            f"SELECT {number} AS n, v, via, b, count(*) AS many FROM {work.keys[table].name} "
            "WHERE r > 0 GROUP BY v, via, b"
            for number, table in enumerate(part)
        ]
        for number, v, via, b, rows in work.rows(_all_of(queries) + " ORDER BY n, v, via, b"):
            found[part[int(number)]].append(Decided(Verdict(int(v)), int(via), int(b), int(rows)))
    return {table: Tally(tuple(groups)) for table, groups in found.items()}


def count_each(work: Working, queries: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The rows of FROM … WHERE … for each table given, in as few statements; tables without one are left out."""
    asked = list(queries)
    found: dict[str, int] = {}
    for start, query in zip(range(0, len(asked), _TOGETHER), counting_queries(asked), strict=True):
        for number, rows in work.rows(query):
            if rows:
                found[asked[start + int(number)][0]] = int(rows)
    return found


def counting_queries(asked: Sequence[tuple[str, str]]) -> list[str]:
    """What `count_each` asks."""
    found: list[str] = []
    for start in range(0, len(asked), _TOGETHER):
        part = asked[start : start + _TOGETHER]
        counts = [f"SELECT {number} AS n, count(*) AS many {query}" for number, (_, query) in enumerate(part)]
        found.append(_all_of(counts) + " ORDER BY n")
    return found


def _all_of(queries: Sequence[str]) -> str:
    return " UNION ALL ".join(queries)
