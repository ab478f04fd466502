"""Bounded samples of a store's values, for discovery: few rows, the beginnings of values, a short time, read-only.

Nothing that is read here is kept, written or logged; an error of the database is a table that wasn't looked at, and its
message, which may quote a row, is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name

from habeas.catalog.tables import Catalog, Table
from habeas.stores.sql.connecting import open_engine

_LARGE = 50_000  # rows from which PostgreSQL is asked for scattered blocks instead of the first ones
_REFUSE_WRITES = {"sqlite": "PRAGMA query_only = ON"}
_COLUMNS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is read at most: rows of a table, characters of a value, seconds of the whole store.

    How long one statement may take is the engine's statement timeout.
    """

    rows: int = 200
    characters: int = 200
    seconds: float = 60.0


@contextmanager
def samples_of(url: str, catalog: Catalog) -> Iterator[TableSamples]:
    """Samples over a connection of their own, on which statements and locks are waited for a short time alone."""
    engine = open_engine(url, lock_timeout_ms=1_000, statement_timeout_ms=3_000)
    with engine.connect() as connection:
        yield TableSamples(connection, catalog)


class TableSamples:
    """Samples of the tables of one store. `left_out` names the tables that could not be looked at in time."""

    def __init__(
        self,
        connection: sa.Connection,
        catalog: Catalog,
        bounds: Bounds = Bounds(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._catalog = catalog
        self._bounds = bounds
        self._clock = clock
        self._until = clock() + bounds.seconds
        self.left_out: list[str] = []

    def texts(self, table: str, columns: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """For each column the beginnings of its non-blank values in a sample of rows, as text.

        A table that the role can't read, or that takes too long, has none.
        """
        found = self._catalog.tables.get(table)
        if found is None or not columns:
            return {}
        if self._clock() > self._until:
            self.left_out.append(table)
            return {}
        out: dict[str, Sequence[str]] = {}
        try:
            for start in range(0, len(columns), _COLUMNS_AT_ONCE):
                chosen = columns[start : start + _COLUMNS_AT_ONCE]
                rows = self._rows(found, chosen)
                out |= {
                    name: [text for row in rows if (text := row[place]) is not None and text.strip()]
                    for place, name in enumerate(chosen)
                }
        except sa.exc.SQLAlchemyError:
            self.left_out.append(table)
            return {}
        return out

    def _rows(self, table: Table, columns: Sequence[str]) -> Sequence[Sequence[str | None]]:
        scattered = self._connection.dialect.name == "postgresql" and (table.estimated_rows or 0) > _LARGE
        with self._connection.begin():  # one for each table: what fails costs that table alone
            self._connection.exec_driver_sql(
                _REFUSE_WRITES.get(self._connection.dialect.name, "SET TRANSACTION READ ONLY")
            )
            rows = self._connection.execute(self._query(table, columns, scattered=scattered)).all()
            if scattered and not rows:  # a scatter may meet no block
                rows = self._connection.execute(self._query(table, columns, scattered=False)).all()
        return [tuple(map(_text, row)) for row in rows]

    def _query(self, table: Table, columns: Sequence[str], *, scattered: bool) -> sa.Select[tuple[str, ...]]:
        bounds = self._bounds
        named: list[sa.ColumnClause[str]] = [sa.column(quoted_name(name, quote=True)) for name in columns]
        schema = quoted_name(table.schema, quote=True)
        source: sa.FromClause = sa.table(quoted_name(table.name, quote=True), *named, schema=schema)
        if scattered:
            share = min(100.0, 100.0 * 20 * bounds.rows / (table.estimated_rows or 1))
            source = sa.tablesample(source, sa.func.system(share))
        texts = [sa.func.substr(sa.cast(source.c[name], sa.Text), 1, bounds.characters) for name in columns]
        return sa.select(*texts).select_from(source).limit(bounds.rows)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
