"""Compares a whole database with what the oracle expects; random values are known by their form alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from tests.oracle.company import Column, Company, OneOf, Rows, Token

TEXT_TOKEN = re.compile(r"erased-[0-9a-f]{16}")
InText = Callable[[Any, Column], str | None]


def differences(
    company: Company,
    expected: Rows,
    actual: Rows,
    in_text: InText,
    loose: Collection[tuple[str, tuple[str, ...], str]] = (),
) -> list[str]:
    """What differs, in words; empty where the databases are equal. Rows are told apart by their keys.

    `loose` cells (table, key, column) may also be empty or hold a random token; those of declared copies, anything.
    """
    found: list[str] = []
    copies = {copy for entry in company.map.get("tables", {}).values() for copy in copies_in(entry)}
    same: dict[Token, str | None] = {}
    open_: list[tuple[str, str | None, OneOf, Column]] = []
    for name, table in company.tables.items():
        key = company.key_of(name)
        there = {keyed(row, key): row for row in actual[name]}
        wanted = {keyed(row, key): row for row in expected[name]}
        found += [f"{name} {k} is gone and should have stayed" for k in wanted if k not in there]
        found += [f"{name} {k} is there and should have gone" for k in there if k not in wanted]
        if len(there) != len(actual[name]) or len(wanted) != len(expected[name]):
            found.append(f"{name} holds {len(actual[name])} rows, expected {len(expected[name])}")
        for k in wanted.keys() & there.keys():
            for column in table.columns:
                value, text = wanted[k][column.name], in_text(there[k][column.name], column)
                place = f"{name} {k} {column.name}"
                if (name, k, column.name) in loose and (
                    text is None or TEXT_TOKEN.fullmatch(text) or f"{name}.{column.name}" in copies
                ):
                    continue
                if isinstance(value, OneOf):
                    open_.append((place, text, value, column))
                elif isinstance(value, Token):
                    if not is_token(text, value):
                        found.append(f"{place} is {text!r} and should be a random token")
                    elif same.setdefault(value, text) != text:
                        found.append(f"{place} is another token than elsewhere in its row, or in its original")
                elif in_text(value, column) != text:
                    found.append(f"{place} is {text!r} and should be {in_text(value, column)!r}")
    for place, text, choice, column in open_:
        allowed = [same.get(v) if isinstance(v, Token) else in_text(v, column) for v in choice.values]
        if text not in allowed:
            found.append(f"{place} is {text!r} and should be one of {allowed!r}")
    return found


def copies_in(entry: Mapping[str, Any] | None) -> list[str]:
    """All copies that columns of a table's entry declare, as TABLE.COLUMN."""
    columns = ((entry or {}).get("columns") or {}).values()
    return [copy for said in columns if isinstance(said, Mapping) for copy in said.get("copies", ())]


def keyed(row: dict[str, Any], key: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(str(row[column]) for column in key)


def is_token(text: str | None, token: Token) -> bool:
    if text is None:
        return False
    return bool(TEXT_TOKEN.fullmatch(text)) if token.type == "text" else text.startswith("-") and text[1:].isdigit()
