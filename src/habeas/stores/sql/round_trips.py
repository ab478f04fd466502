"""Sends statements without parameters over PostgreSQL's own driver: several in one round trip, prepared if they recur.

An erasure of one person is some fifty small statements: planning them and waiting for each takes longer than what they
do. Statements over tables that are kept from run to run have the same text every time, so that the server may keep
their plans too (`PREPARE`). It makes a plan anew when a table or its statistics change.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from sqlalchemy import Connection

_PREPARED = "habeas prepared statements"  # in the session's `info`: the name by text, empty where it was seen once
_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_MOST = 1_000  # statements of one session: more are another program's, and forgotten
_NUMBERS = count()  # no name comes twice, whatever became of a PREPARE

Answer = tuple[int, list[tuple[Any, ...]]]


class RoundTrips:
    """The statements of one connection. `prepare`: they are likely to come again."""

    def __init__(self, connection: Connection, *, prepare: bool) -> None:
        self._connection = connection
        self._prepare = prepare

    def send(self, statements: Sequence[str]) -> list[Answer]:
        """Run them in their order; for each the number of rows it touched, and the rows it answers with."""
        if self._prepare:
            statements = [self._short(statement) for statement in self._prepared(statements)]
        return self._sent("; ".join(statements))

    def _prepared(self, statements: Sequence[str]) -> Sequence[str]:
        """Prepare what was seen before. In a round trip of its own: an error in between would leave us guessing."""
        known = self._known()
        again: dict[str, str] = {}
        for statement in statements:
            if known.get(statement) == "" and statement not in again:
                again[statement] = f"habeas_{next(_NUMBERS)}"
            elif statement not in known and statement.startswith(_VERBS):
                known[statement] = ""
        if again:
            self._sent("; ".join(f"PREPARE {name} AS {statement}" for statement, name in again.items()))
            known.update(again)
        return statements

    def _short(self, statement: str) -> str:
        name = self._known().get(statement)
        return f"EXECUTE {name}" if name else statement

    def _known(self) -> dict[str, str]:
        known: dict[str, str] = self._connection.info.setdefault(_PREPARED, {})
        if len(known) > _MOST:
            self._sent("DEALLOCATE ALL")
            known.clear()
        return known

    def _sent(self, text: str) -> list[Answer]:
        cursor: Any = self._connection.connection.cursor()
        try:
            cursor.execute(text)
            found: list[Answer] = []
            more: Any = True
            while more:
                found.append((cursor.rowcount, cursor.fetchall() if cursor.description else []))
                more = cursor.nextset()
            return found
        finally:
            cursor.close()
