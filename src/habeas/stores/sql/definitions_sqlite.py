"""What SQLite tells only in the statements that made things: checks, collations, deferral, triggers, index
parts.

SQLite keeps the text of each CREATE statement and has already accepted it, so that a tokenizer and a look at
a few keywords outside of parentheses are enough: this is no parser of SQL in general.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from habeas.catalog.tables import Check, Trigger

_TOKEN = re.compile(
    r"""(?P<skip>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<string>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
      | (?P<word>[^\W\d][\w$]*)
      | (?P<number>\.?\d[\w.]*)
      | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_TABLE_CONSTRAINTS = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a statement. `name` is its text without quotes; `keyword` is set for unquoted words
    alone."""

    text: str
    name: str
    keyword: str
    start: int
    end: int
    depth: int  # parentheses around it; a parenthesis counts as outside of what it encloses


@dataclass(frozen=True, slots=True)
class DeclaredKey:
    """A foreign key as it is written. Empty `columns`: the column's own REFERENCES clause, filled in by
    the reader."""

    name: str | None
    columns: tuple[str, ...]
    target: str
    deferrable: bool
    initially_deferred: bool


@dataclass(slots=True)
class TableDefinition:
    """What the CREATE TABLE statement says beyond what the pragmas tell."""

    collations: dict[str, str] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    keys: list[DeclaredKey] = field(default_factory=list)  # in the order in which they are written


def tokens(sql: str) -> list[Token]:
    """The statement's words, names, strings and signs, without white space and comments."""
    found: list[Token] = []
    depth = 0
    for match in _TOKEN.finditer(sql):
        kind, text = match.lastgroup, match.group()
        if kind == "skip":
            continue
        if text == ")" and kind == "sign":
            depth -= 1
        keyword = text.upper() if kind == "word" else ""
        found.append(Token(text, _unquoted(text, kind), keyword, match.start(), match.end(), depth))
        if text == "(" and kind == "sign":
            depth += 1
    return found


def read_table(sql: str) -> TableDefinition:
    """Collations, checks and foreign keys of a CREATE TABLE statement."""
    definition = TableDefinition()
    body = tokens(sql)
    opening = next((place for place, token in enumerate(body) if token.text == "("), None)
    if opening is None:
        return definition
    inside = [token for token in body[opening + 1 :] if token.depth >= 1]
    items = list(_split(inside, depth=1))
    names = [item[0].name for item in items if item[0].keyword not in _TABLE_CONSTRAINTS]
    for item in items:
        column = None if item[0].keyword in _TABLE_CONSTRAINTS else item[0].name
        _read_item(sql, item if column is None else item[1:], column, names, definition)
    return definition


def read_trigger(name: str, sql: str) -> Trigger:
    """Timing (BEFORE if none is written) and event of a CREATE TRIGGER statement."""
    timing, event = "BEFORE", ""
    for token in tokens(sql):
        if token.keyword in ("BEFORE", "AFTER") and not event:
            timing = token.keyword
        elif token.keyword == "INSTEAD":
            timing = "INSTEAD OF"
        elif token.keyword in ("INSERT", "UPDATE", "DELETE"):
            event = token.keyword
            break
    return Trigger(name, timing, (event,), sql)


def read_index(sql: str) -> tuple[tuple[str, ...], str | None]:
    """The texts of an index's parts, in order, and its condition."""
    body = tokens(sql)
    opening = next(place for place, token in enumerate(body) if token.text == "(")
    closing = next(p for p, t in enumerate(body) if p > opening and t.text == ")" and t.depth == 0)
    parts = tuple(_text(sql, part) for part in _split(body[opening + 1 : closing], depth=1))
    after = next((token for token in body[closing:] if token.keyword == "WHERE"), None)
    return parts, sql[after.end :].strip() if after else None


def names_in(sql: str, known: Sequence[str]) -> tuple[str, ...]:
    """Which of the known names a statement mentions, in any letter case, in the order of `known`."""
    mentioned = {token.name.casefold() for token in tokens(sql)}
    return tuple(name for name in known if name.casefold() in mentioned)


def _unquoted(text: str, kind: str | None) -> str:
    if kind == "quoted" or kind == "string":
        inner = text[1:-1]
        return inner if text[0] == "[" else inner.replace(text[0] * 2, text[0])
    return text


def _split(body: Sequence[Token], depth: int) -> Iterator[list[Token]]:
    """The items between commas at that depth."""
    item: list[Token] = []
    for token in body:
        if token.text == "," and token.depth == depth:
            if item:
                yield item
            item = []
        else:
            item.append(token)
    if item:
        yield item


def _text(sql: str, part: Sequence[Token]) -> str:
    return sql[part[0].start : part[-1].end]


def _enclosed(item: Sequence[Token], opening: int) -> list[Token]:
    """What stands between the parenthesis at `opening` and its partner."""
    depth = item[opening].depth
    inside: list[Token] = []
    for token in item[opening + 1 :]:
        if token.text == ")" and token.depth == depth:
            break
        inside.append(token)
    return inside


def _read_item(
    sql: str, item: Sequence[Token], column: str | None, names: Sequence[str], definition: TableDefinition
) -> None:
    """One column or table constraint. SQLite lets the commas between table constraints be left out."""
    name: str | None = None
    columns: tuple[str, ...] = (column,) if column is not None else ()
    for place, token in enumerate(item):
        if token.depth != 1:
            continue
        following = item[place + 1] if place + 1 < len(item) else None
        if following is None:
            break
        match token.keyword:
            case "CONSTRAINT":
                name = following.name
            case "COLLATE" if column is not None:
                definition.collations[column] = following.name
            case "CHECK" if following.text == "(":
                inside = _enclosed(item, place + 1)
                mentioned = names_in(_text(sql, inside), names)
                definition.checks.append(Check(name, _text(sql, inside), mentioned))
                name = None
            case "KEY" if following.text == "(" and item[place - 1].keyword == "FOREIGN":
                columns = tuple(part[0].name for part in _split(_enclosed(item, place + 1), depth=2))
            case "REFERENCES":
                definition.keys.append(_key(item[place + 1 :], name, columns))
                name = None


def _key(rest: Sequence[Token], name: str | None, columns: tuple[str, ...]) -> DeclaredKey:
    """A key from the word after REFERENCES on, up to the next constraint."""
    words: list[str] = []
    for token in rest[1:]:
        if token.depth == 1:
            if token.keyword in (_TABLE_CONSTRAINTS | {"REFERENCES", "COLLATE", "DEFAULT", "GENERATED", "AS"}):
                break
            words.append(token.keyword)
    written = " ".join(words)
    deferrable = "DEFERRABLE" in words and "NOT DEFERRABLE" not in written
    return DeclaredKey(name, columns, rest[0].name, deferrable, deferrable and "INITIALLY DEFERRED" in written)
