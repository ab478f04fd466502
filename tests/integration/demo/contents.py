"""Reads the sample company back, in one form for both dialects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from habeas.demo import schema

JSON_COLUMNS = {("contacts", "custom"), ("audit_events", "details"), ("custom_field_values", "value")}
BOOLEAN_COLUMNS = {
    ("users", "suspended"),
    ("contacts", "marketing_consent"),
    ("messages", "internal"),
    ("login_attempts", "succeeded"),
}


def engine_of(target: str | Path) -> sa.Engine:
    """An engine over a path or URL; connections close with it."""
    url = str(target)
    return sa.create_engine(url if "://" in url else f"sqlite:///{url}", poolclass=sa.NullPool)


def rows_of(connection: sa.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """All rows of a table in the order of its key, as plain values that are equal in both dialects."""
    columns = schema.tables()[table].columns
    order = "1" if columns[0] in ("id", "version") else "1, 2"
    # JSON as text: PostgreSQL's driver would read it, SQLite's would not.
    selected = ", ".join(f"CAST({c} AS text)" if (table, c) in JSON_COLUMNS else c for c in columns)
    for row in connection.execute(sa.text(f"SELECT {selected} FROM {table} ORDER BY {order}")):
        yield tuple(_plain(table, c, v) for c, v in zip(columns, row, strict=True))


def digest_of(target: str | Path) -> str:
    """SHA-256 over all rows of all tables."""
    whole = hashlib.sha256()
    with engine_of(target).connect() as connection:
        for table in schema.tables():
            for row in rows_of(connection, table):
                whole.update(repr((table, row)).encode())
    return whole.hexdigest()


def _plain(table: str, column: str, value: Any) -> Any:
    if (table, column) in JSON_COLUMNS:
        return value if value is None else json.dumps(json.loads(value), sort_keys=True)
    if (table, column) in BOOLEAN_COLUMNS:
        return bool(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, memoryview):
        return bytes(value)
    return value
