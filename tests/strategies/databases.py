"""A company's schema and rows in a live database, and the whole database read back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from tests.oracle.company import Company, Rows
from tests.strategies.rendering import add_keys, create_table, inserts, listed, quoted


def load_sqlite(company: Company, rows: Rows, file: Path | str) -> None:
    """Make the tables and rows in an empty file (or `:memory:`). Raises IntegrityError on a dangling declared key."""
    with closing(filled_sqlite(company, rows, file)):
        pass


def filled_sqlite(company: Company, rows: Rows, file: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA foreign_keys = OFF")  # rows may refer to each other in a ring
    for table in company.tables.values():
        connection.execute(create_table(table, "sqlite"))
    for statement, values in inserts(company, rows):
        connection.executemany(statement, [tuple(map(_for_sqlite, v)) for v in values])
    connection.commit()
    dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
    if dangling:
        connection.close()
        raise sqlite3.IntegrityError(f"dangling references: {dangling}")
    return connection


def _for_sqlite(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str | bytes) else str(value)


def read_sqlite(company: Company, file: Path) -> Rows:
    """Every row of every table of the company."""
    with closing(sqlite3.connect(file)) as connection:
        dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
        assert not dangling, f"the database holds dangling references: {dangling}"
        return {
            name: [
                dict(zip(table_columns(company, name), row, strict=True))
                for row in connection.execute(f"SELECT {listed(table_columns(company, name))} FROM {quoted(name)}")
            ]
            for name in company.tables
        }


def table_columns(company: Company, table: str) -> tuple[str, ...]:
    return tuple(c.name for c in company.tables[table].columns)


def load_postgresql(company: Company, rows: Rows, url: str) -> None:
    """The same in a PostgreSQL database, whose `public` schema (and the ledger) is emptied first."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        with connection.transaction():
            for table in company.tables.values():
                connection.execute(create_table(table, "postgresql").encode())
            for statement, values in inserts(company, rows):
                connection.cursor().executemany(statement.replace("?", "%s").encode(), values)
            for statement in add_keys(company):
                connection.execute(statement.encode())


def read_postgresql(company: Company, url: str) -> Rows:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return {
            name: [
                dict(zip(table_columns(company, name), row, strict=True))
                for row in connection.execute(
                    f"SELECT {listed(table_columns(company, name))} FROM {quoted(name)}".encode()
                )
            ]
            for name in company.tables
        }
