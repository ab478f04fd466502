"""Expected rows with their random values settled, so that they can be loaded or compared once more."""

from __future__ import annotations

from typing import Any

from tests.oracle.company import OneOf, Rows, Token


def settled(rows: Rows) -> Rows:
    """A value of the right form in place of each token, the same for the same token."""
    given: dict[Token, Any] = {}

    def settle(value: Any) -> Any:
        if isinstance(value, OneOf):
            return settle(value.values[0])
        if not isinstance(value, Token):
            return value
        number = len(given) + 1
        return given.setdefault(value, f"erased-{number:016x}" if value.type == "text" else -(10**12) - number)

    return {table: [{c: settle(v) for c, v in row.items()} for row in list_] for table, list_ in rows.items()}


def without_random(rows: Rows) -> Rows:
    """The rows with one and the same word for every random value: equal where only those differ."""

    def plain(value: Any) -> Any:
        if isinstance(value, OneOf):
            return plain(value.values[0])
        is_random = isinstance(value, Token) or (isinstance(value, str) and value.startswith("erased-"))
        return "random" if is_random or (type(value) is int and value <= -(10**12)) else value

    return {table: [{c: plain(v) for c, v in row.items()} for row in list_] for table, list_ in rows.items()}
