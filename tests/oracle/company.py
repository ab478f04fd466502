"""What the oracle is told: a schema, the map in its written long form, rows, and what was asked for.

Plain data that depends on nothing of habeas, so that the oracle shares neither code nor mistakes with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Rows = dict[str, list[dict[str, Any]]]
RowId = tuple[str, int]  # table, position in its list


@dataclass(frozen=True)
class Column:
    """`type` is a family (text, integer, number, boolean, date, datetime); `length` counts characters of a text."""

    name: str
    type: str = "integer"
    nullable: bool = True
    length: int | None = None
    generated: str | None = None  # the expression by which the database computes it


@dataclass(frozen=True)
class DeclaredKey:
    """A foreign key that the database knows."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"


@dataclass(frozen=True)
class Table:
    """A table; `key` is its primary key (empty: it has none)."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    uniques: tuple[tuple[str, ...], ...] = ()
    keys: tuple[DeclaredKey, ...] = ()

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


@dataclass(frozen=True)
class Company:
    """Schema, map and policy of one store, and the day on which we look.

    `map` has the keys `customers`, `people` and `tables`, as in the file; `policy` has `grounds` and `identity_types`.
    """

    tables: Mapping[str, Table]
    map: Mapping[str, Any]
    policy: Mapping[str, Any] = field(default_factory=dict)
    as_of: date = date(2026, 6, 15)

    def entry(self, table: str) -> Mapping[str, Any]:
        """What the map says of a table (nothing, where it doesn't mention it)."""
        found: Mapping[str, Any] = self.map.get("tables", {}).get(table) or {}
        return found

    def key_of(self, table: str) -> tuple[str, ...]:
        """The columns that name a row: its primary key, else the map's `key`."""
        return self.tables[table].key or tuple(self.entry(table).get("key", ()))


Identities = tuple[tuple[str, str], ...]  # (type, value) pairs that name one person


@dataclass(frozen=True)
class Asked:
    """A selection: people (each by identities), a Customer, or both; and whose rows are held."""

    people: tuple[Identities, ...] = ()
    customer: str | None = None
    kind: str | None = None
    all_customers: bool = False
    all_matches: bool = False
    exclusions: tuple[Identities, ...] = ()


class Refused(Exception):
    """Nothing is done; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, eq=False)
class Token:
    """A random value, known only by its form; the same object stands for the same value."""

    type: str  # text or integer

    def __repr__(self) -> str:
        return f"<token {id(self) % 9973}>"


@dataclass(frozen=True, eq=False)
class OneOf:
    """One of several values, left open."""

    values: tuple[Any, ...]


def every_row(rows: Rows, tables: Sequence[str] | None = None) -> Iterator[tuple[RowId, dict[str, Any]]]:
    """All rows with their ids."""
    for table in rows if tables is None else tables:
        for position, row in enumerate(rows.get(table, ())):
            yield (table, position), row
