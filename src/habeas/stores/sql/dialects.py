"""What differs between SQL dialects when statements are written: quoting, matching, tokens, a value's text.

Everything here returns SQL text over a column's SQL (`x."email"`), without parameters. No expression holds a
`%` or a `:` that could be taken for a placeholder; names may, and `quote` leaves them as they are. So a statement
for `exec_driver_sql` over psycopg needs every `%` doubled, with parameters or without (SQLAlchemy always passes
some), and one for `sqlalchemy.text` needs every `:` before a letter escaped.

The matching expressions are the twins of `habeas.datamap.matching` and are made of immutable functions, so
that the same text can stand in an expression index.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar, assert_never

from habeas.catalog.tables import Table, TypeFamily
from habeas.datamap.matching import PHONE_SEPARATORS
from habeas.datamap.model import MatchRule

TOKEN_PREFIX = "erased-"  # noqa: S105 - a mask, no secret
TOKEN_LENGTH = len(TOKEN_PREFIX) + 16

_PRECISION = re.compile(r"(?:numeric|decimal)\s*\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\)", re.IGNORECASE)
_JSON_SAFE = 2**53 - 1  # every reader of a number, JavaScript's too, holds it exactly


class Dialect(ABC):
    """The dialect of a store. Instances have no state: use `POSTGRESQL`, `SQLITE` or `dialect_named`."""

    name: ClassVar[str]

    def quote(self, name: str) -> str:
        """The identifier, quoted, so that it keeps its letters and may hold anything."""
        doubled = name.replace('"', '""')
        return f'"{doubled}"'

    def table(self, table: Table) -> str:
        """The table's quoted name with its schema: a temporary table of the same name can't take its
        place."""
        return f"{self.quote(table.schema)}.{self.quote(table.name)}"

    def columns(self, names: tuple[str, ...], prefix: str = "") -> str:
        """The quoted names, separated by commas, each after `prefix.` if one is given."""
        before = f"{prefix}." if prefix else ""
        return ", ".join(f"{before}{self.quote(name)}" for name in names)

    @abstractmethod
    def match_expression(self, column_sql: str, rule: MatchRule, family: TypeFamily, *, binary: bool = True) -> str:
        """The form of a column's value in which `rule` compares; compare it with `normalise(value, rule)`.

        `binary` is the column's own `Column.binary`: False makes `exact` compare letter by letter where the
        column itself would not (citext, NOCASE, char(n), a nondeterministic collation). Under `e164` the
        expression is NULL where what remains isn't digits. Blank text is not filtered here: add `not_blank`.
        """

    @abstractmethod
    def not_blank(self, column_sql: str, family: TypeFamily) -> str:
        """A condition: the value is not NULL and, if it is text, not empty and not only ASCII white space."""

    @abstractmethod
    def leaf_text(self, column_sql: str, keys: tuple[str, ...]) -> str:
        """The text of a leaf of a JSON column, by the keys of the objects that lead to it; NULL where none is there."""

    @abstractmethod
    def text_of(self, column_sql: str, family: TypeFamily) -> str:
        """What a copy reads, so that the driver gives the database's own text of a value, None for NULL.

        PostgreSQL's as COPY prints it (`reading_rows.give_text`); SQLite's as CAST AS TEXT gives it, and hexadecimal
        digits for a BLOB.
        """

    @abstractmethod
    def random_token_text(self, length: int | None = None) -> str:
        """A fresh token for each row: `erased-` and 16 hexadecimal digits; shortened to a column of
        `length`."""

    @abstractmethod
    def shorten_token(self, token_sql: str, length: int | None) -> str:
        """A token that is already there, cut to the last (and random) `length` characters if it is longer."""

    @abstractmethod
    def random_negative_integer(self, column_type: str = "bigint") -> str:
        """A fresh negative whole number for each row, within the range of the type named (the database's
        text)."""

    @abstractmethod
    def random_uuid(self) -> str:
        """A fresh random UUID (version 4) for each row; text where the dialect has no such type."""

    def can_hold(self, value: str) -> bool:
        """Whether the text can stand in a column at all. One that can't matches nothing and must not be
        sent."""
        return not any("\ud800" <= letter <= "\udfff" for letter in value)


@dataclass(frozen=True, slots=True)
class PostgresqlDialect(Dialect):
    """PostgreSQL 13 and later (gen_random_uuid is built in since then)."""

    name: ClassVar[str] = "postgresql"

    def table(self, table: Table) -> str:
        # A statement on the parent would read and change the rows of its heirs too, by keys that are not theirs.
        name = Dialect.table(self, table)
        return f"ONLY {name}" if table.inherited else name

    # E'' knows no \v: it would mean the letter v
    _WHITE_SPACE: ClassVar[str] = r"E' \t\n\r\f\x0b'"
    _SEPARATORS: ClassVar[str] = r"E' \t\n\r\f\x0b-.()/'"

    def match_expression(self, column_sql: str, rule: MatchRule, family: TypeFamily, *, binary: bool = True) -> str:
        text = f"CAST({column_sql} AS text)"
        match rule:
            case MatchRule.EXACT:
                if family is TypeFamily.ENUM:
                    return text  # an enum refuses to be compared with a text that isn't one of its labels
                if family is TypeFamily.TEXT and not binary:
                    return f'({text} COLLATE "C")'
                return column_sql
            case MatchRule.CASEFOLD:
                return f'lower(btrim({text}, {self._WHITE_SPACE}) COLLATE "C")'
            case MatchRule.E164:
                bare = f"translate({text}, {self._SEPARATORS}, '')"
                return f"substring({bare} COLLATE \"C\" from '^[+]*([0-9]+)$')"
        assert_never(rule)

    def not_blank(self, column_sql: str, family: TypeFamily) -> str:
        if family in (TypeFamily.TEXT, TypeFamily.ENUM):
            return f"btrim(CAST({column_sql} AS text), {self._WHITE_SPACE}) <> ''"
        return f"{column_sql} IS NOT NULL"

    def leaf_text(self, column_sql: str, keys: tuple[str, ...]) -> str:
        path = ",".join(f'"{key}"' for key in keys).replace("'", "''")
        return f"({column_sql} #>> '{{{path}}}')"

    def text_of(self, column_sql: str, family: TypeFamily) -> str:
        return column_sql  # a cast prints true for t and cuts the blanks of char(n); the type's own output doesn't

    def random_token_text(self, length: int | None = None) -> str:
        # the second half of a UUID: its first half bears the version, and only 60 random bits
        digits = "right(replace(CAST(gen_random_uuid() AS text), '-', ''), 16)"
        return self.shorten_token(f"('{TOKEN_PREFIX}' || {digits})", length)

    def shorten_token(self, token_sql: str, length: int | None) -> str:
        return token_sql if length is None or length >= TOKEN_LENGTH else f"right({token_sql}, {length})"

    def random_negative_integer(self, column_type: str = "bigint") -> str:
        largest, cast = _range(column_type)
        return f"CAST(-1 - floor(random() * {largest}) AS {cast})"

    def random_uuid(self) -> str:
        return "gen_random_uuid()"

    def can_hold(self, value: str) -> bool:
        return "\0" not in value and Dialect.can_hold(self, value)


@dataclass(frozen=True, slots=True)
class SqliteDialect(Dialect):
    """SQLite. Any column may hold text, whatever its declared type, so conditions never trust the family
    alone."""

    name: ClassVar[str] = "sqlite"

    _CONTROLS: ClassVar[str] = "char(9,10,11,12,13)"
    _WHITE_SPACE: ClassVar[str] = f"' ' || {_CONTROLS}"

    def match_expression(self, column_sql: str, rule: MatchRule, family: TypeFamily, *, binary: bool = True) -> str:
        match rule:
            case MatchRule.EXACT:
                return column_sql if binary else f"({column_sql} COLLATE BINARY)"
            case MatchRule.CASEFOLD:
                return f"lower(trim({column_sql}, {self._WHITE_SPACE}))"
            case MatchRule.E164:
                printable = "".join(sign for sign in PHONE_SEPARATORS if sign.isprintable()) + "+"
                signs = [f"'{sign}'" for sign in printable] + [f"char({code})" for code in range(9, 14)]
                bare = reduce(lambda inner, sign: f"replace({inner}, {sign}, '')", signs, column_sql)
                # has a digit, no plus sign after one, and nothing else but separators
                return (
                    f"CASE WHEN {column_sql} GLOB '*[0-9]*' AND {column_sql} NOT GLOB '*[0-9]*+*'"
                    f" AND trim({column_sql}, '0123456789{printable}' || {self._CONTROLS}) = ''"
                    f" THEN {bare} END"
                )
        assert_never(rule)

    def not_blank(self, column_sql: str, family: TypeFamily) -> str:
        return f"trim({column_sql}, {self._WHITE_SPACE}) <> ''"

    def leaf_text(self, column_sql: str, keys: tuple[str, ...]) -> str:
        path = "".join(f'."{key}"' for key in keys).replace("'", "''")
        is_json = f"typeof({column_sql}) = 'text' AND json_valid({column_sql})"
        return f"CASE WHEN {is_json} THEN CAST(json_extract({column_sql}, '${path}') AS text) END"

    def text_of(self, column_sql: str, family: TypeFamily) -> str:
        text = f"CAST({column_sql} AS TEXT)"
        return f"CASE WHEN typeof({column_sql}) = 'blob' THEN hex({column_sql}) ELSE {text} END"

    def random_token_text(self, length: int | None = None) -> str:
        return self.shorten_token(f"('{TOKEN_PREFIX}' || lower(hex(randomblob(8))))", length)

    def shorten_token(self, token_sql: str, length: int | None) -> str:
        return token_sql if length is None or length >= TOKEN_LENGTH else f"substr({token_sql}, -{length})"

    def random_negative_integer(self, column_type: str = "bigint") -> str:
        largest, _ = _range(column_type)
        return f"(-1 - abs(random() / {2**63 // largest + 1}))"

    def random_uuid(self) -> str:
        return (
            "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)"
            " || '-' || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2)"
            " || '-' || hex(randomblob(6)))"
        )


def _range(column_type: str) -> tuple[int, str]:
    """How far below zero a type reaches (at most what JSON holds exactly), and the SQL type to cast to."""
    plain = column_type.strip().lower()
    if plain in ("smallint", "int2", "smallserial"):
        return 2**15 - 1, "smallint"
    if plain in ("bigint", "int8", "bigserial"):
        return _JSON_SAFE, "bigint"
    if plain in ("real", "float4"):
        return 2**24 - 1, "real"
    if plain.startswith(("double", "float")):
        return _JSON_SAFE, "double precision"
    digits = _PRECISION.match(plain)
    if digits:
        whole = max(int(digits[1]) - int(digits[2] or 0), 0)
        return min(10**whole - 1, _JSON_SAFE), "numeric"
    if plain.startswith(("numeric", "decimal")):
        return _JSON_SAFE, "numeric"
    return 2**31 - 1, "integer"


POSTGRESQL = PostgresqlDialect()
SQLITE = SqliteDialect()


def dialect_named(name: str) -> Dialect:
    """The dialect of a catalogue (`Catalog.dialect`). Raises KeyError for one that habeas doesn't know."""
    known: dict[str, Dialect] = {POSTGRESQL.name: POSTGRESQL, SQLITE.name: SQLITE}
    return known[name]
