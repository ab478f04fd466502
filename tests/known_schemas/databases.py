"""The databases whose maps were written by hand, as tests make them: Chinook in two editions, and Pagila."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

HERE = Path(__file__).parent
_WORD = re.compile(r"\b[a-z][a-z0-9_]*\b")  # in these files keywords are in capitals, and names are not
_DOLLARS = re.compile(r"\$\$.*?\$\$", re.DOTALL)


def camel(name: str) -> str:
    """The name as the SQLite edition of Chinook spells it: `invoice_line` -> InvoiceLine."""
    return "".join(part.capitalize() for part in name.split("_"))


def chinook(dialect: str) -> Iterator[str]:
    """Chinook's statements in the edition of that dialect."""
    text = _code((HERE / "chinook.sql").read_text(encoding="utf-8"))
    if dialect != "postgresql":
        text = text.replace("TIMESTAMP", "DATETIME")
    if dialect == "sqlite":
        text = _WORD.sub(lambda word: camel(word[0]), text.replace("VARCHAR", "NVARCHAR"))
        text = text.replace("INT NOT NULL PRIMARY KEY", "INTEGER NOT NULL PRIMARY KEY")
    yield from _statements(text)


def pagila() -> Iterator[str]:
    """Pagila's statements, for PostgreSQL."""
    yield from _statements(_code((HERE / "pagila.sql").read_text(encoding="utf-8")))


def chinook_name(dialect: str, name: str) -> str:
    """A name of the PostgreSQL edition in the edition of that dialect."""
    return camel(name) if dialect == "sqlite" else name


def run_all(engine: sa.Engine, statements: Iterator[str]) -> None:
    """Run them in one transaction, as they are written (`%` and `:` mean nothing)."""
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(
                statement.replace("%", "%%") if engine.dialect.name == "postgresql" else statement
            )


Rows = dict[str, list[dict[str, object]]]  # in an order in which keys are satisfied


def fill(engine: sa.Engine, rows: Rows, named: Callable[[str], str] = str) -> None:
    """Insert rows by the tables' and columns' names, which `named` turns into those of the edition."""
    stored = _in_sqlite if engine.dialect.name == "sqlite" else lambda value: value
    with engine.begin() as connection:
        for table, of_table in rows.items():
            if of_table:
                names = {name: named(name) for name in of_table[0]}
                target = sa.table(named(table), *(sa.column(name) for name in names.values()))
                connection.execute(
                    sa.insert(target), [{names[k]: stored(v) for k, v in row.items()} for row in of_table]
                )


def _in_sqlite(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat(" ") if isinstance(value, datetime) else value


def contents(
    engine: sa.Engine, tables: Iterable[str], named: Callable[[str], str] = str
) -> dict[str, list[sa.RowMapping]]:
    """Every row of the tables, as the database gives them, in the order of their columns' text."""
    with engine.connect() as connection:
        found = {}
        for table in tables:
            rows = connection.execute(sa.select(sa.text("*")).select_from(sa.table(named(table)))).mappings().all()
            found[table] = sorted(rows, key=lambda row: str(tuple(row.values())))
        return found


def _code(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("--"))


def _statements(text: str) -> Iterator[str]:
    """Cut at semicolons, but not at those inside $$ … $$."""
    bodies: list[str] = []

    def away(body: re.Match[str]) -> str:
        bodies.append(body[0])
        return f"$${len(bodies) - 1}$$"

    for statement in _DOLLARS.sub(away, text).split(";"):
        if statement.strip():
            yield re.sub(r"\$\$(\d+)\$\$", lambda mark: bodies[int(mark[1])], statement).strip()
