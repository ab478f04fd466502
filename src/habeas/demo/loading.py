"""Streams rows into a database: buffers of some thousand rows a table, one transaction, flat memory.

Keys, indexes and triggers come after the rows. Nothing is left behind by a build that fails: a new SQLite file is
removed, and PostgreSQL rolls its one transaction back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import psycopg

from habeas.demo import schema

BUFFER = 2_000  # rows of one table that wait for each other; more gains nothing and costs memory

Row = tuple[Any, ...]


class Sink(Protocol):
    """A database that takes rows of the sample company."""

    def write(self, table: str, rows: list[Row]) -> None:
        """Append rows, complete and in the order of the table's columns."""

    def finish(self) -> None:
        """Add keys, indexes and triggers, check every reference, and commit."""

    def abandon(self) -> None:
        """Leave nothing of an unfinished build."""


class SQLiteSink:
    """A new or empty SQLite file. Raises FileExistsError where it holds anything: it may be somebody's database."""

    def __init__(self, path: Path) -> None:
        if path.exists() and path.stat().st_size:
            raise FileExistsError(f"{path} holds something already: choose another file, or remove it yourself")
        self._path = path
        self._is_new = not path.exists()
        self._connection = sqlite3.connect(path, isolation_level=None)
        # A half-built sample company is worth nothing, so no journal is kept to save one.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN")
        self._inserts = {}
        for statement in schema.before_rows("sqlite"):
            self._connection.execute(statement)
        for table in schema.tables().values():
            holes = ", ".join("?" * len(table.columns))
            self._inserts[table.name] = f"INSERT INTO {table.name} VALUES ({holes})"

    def write(self, table: str, rows: list[Row]) -> None:
        self._connection.executemany(self._inserts[table], rows)

    def finish(self) -> None:
        for statement in schema.after_rows("sqlite"):
            self._connection.execute(statement)
        if self._connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise RuntimeError("the generator wrote a reference that leads nowhere: this is a fault of habeas demo")
        self._connection.execute("COMMIT")
        self._connection.execute("ANALYZE")
        self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()

    def abandon(self) -> None:
        self._connection.close()
        if self._is_new:
            self._path.unlink(missing_ok=True)
        else:  # an empty file that somebody else made: give it back as it was
            self._path.write_bytes(b"")


class PostgresSink:
    """An empty PostgreSQL database. Raises FileExistsError where tables of these names stand already."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1))
        self._cursor = self._connection.cursor()
        try:
            for name in schema.tables():
                if self._exists(name):
                    raise FileExistsError(f"the database has a table {name} already: choose an empty database")
            for statement in schema.before_rows("postgresql"):
                self._run(statement)
        except BaseException:
            self.abandon()
            raise

    def _exists(self, table: str) -> bool:
        found = self._cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone()
        return bool(found and found[0])

    def _run(self, statement: str) -> None:
        self._cursor.execute(statement.encode())

    def write(self, table: str, rows: list[Row]) -> None:
        columns = ", ".join(schema.tables()[table].columns)
        with self._cursor.copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def finish(self) -> None:
        for statement in schema.after_rows("postgresql"):
            self._run(statement)
        self._connection.commit()
        self._connection.autocommit = True
        self._run("ANALYZE")
        self._connection.close()

    def abandon(self) -> None:
        self._connection.rollback()
        self._connection.close()


class Writer:
    """Numbers rows and hands them on in buffers. `rows` counts what was added, table by table."""

    def __init__(self, sink: Sink, first_ids: dict[str, int] | None = None) -> None:
        self._sink = sink
        self._last = dict.fromkeys(schema.tables(), 0)
        for table, first in (first_ids or {}).items():
            self._last[table] = first - 1
        self._buffers: dict[str, list[Row]] = {name: [] for name in schema.tables()}
        self.rows = dict.fromkeys(schema.tables(), 0)

    def new_id(self, table: str) -> int:
        """The next number of a table, for rows that others refer to before they are written."""
        number = self._last[table] = self._last[table] + 1
        return number

    def put(self, table: str, *values: Any) -> None:
        """Add a complete row."""
        buffer = self._buffers[table]
        buffer.append(values)
        if len(buffer) >= BUFFER:
            self._flush(table)

    def add(self, table: str, *values: Any) -> int:
        """Add a row without its `id`, and give it the next one."""
        number = self.new_id(table)
        self.put(table, number, *values)
        return number

    def put_all(self, table: str, rows: Iterable[Row]) -> None:
        """Add complete rows."""
        for row in rows:
            self.put(table, *row)

    def close(self) -> None:
        """Hand on what still waits."""
        for table in self._buffers:
            self._flush(table)

    def _flush(self, table: str) -> None:
        buffer = self._buffers[table]
        if buffer:
            self._sink.write(table, buffer)
            self.rows[table] += len(buffer)
            self._buffers[table] = []


def open_sink(target: str | Path) -> Sink:
    """The sink for a path, a `sqlite:///PATH` or a `postgresql://` (or `postgresql+psycopg://`) URL.

    Raises ValueError for another kind of URL and FileExistsError where tables stand already.
    """
    text = str(target)
    if text.startswith(("postgresql://", "postgresql+psycopg://", "postgres://")):
        return PostgresSink(text)
    if text.startswith("sqlite:///"):
        return SQLiteSink(Path(text.removeprefix("sqlite:///")))
    if "://" in text:
        raise ValueError("the sample company goes into SQLite or PostgreSQL: sqlite:///PATH or postgresql://…")
    return SQLiteSink(Path(text))
