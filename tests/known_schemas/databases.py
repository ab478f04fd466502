"""The databases whose maps were written by hand, as tests make them: Chinook in two editions, and Pagila."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    if dialect == "sqlite":
        text = _WORD.sub(
            lambda word: camel(word[0]), text.replace("TIMESTAMP", "DATETIME").replace("VARCHAR", "NVARCHAR")
        )
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
