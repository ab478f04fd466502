"""What a declared type means to habeas: the family, the length and whether `=` compares letter by letter."""

from __future__ import annotations

import re

from habeas.catalog.tables import TypeFamily

_POSTGRESQL = {
    "int2": TypeFamily.INTEGER,
    "int4": TypeFamily.INTEGER,
    "int8": TypeFamily.INTEGER,
    "numeric": TypeFamily.NUMBER,
    "float4": TypeFamily.NUMBER,
    "float8": TypeFamily.NUMBER,
    "money": TypeFamily.NUMBER,
    "text": TypeFamily.TEXT,
    "varchar": TypeFamily.TEXT,
    "bpchar": TypeFamily.TEXT,
    "char": TypeFamily.TEXT,
    "name": TypeFamily.TEXT,
    "citext": TypeFamily.TEXT,
    "bool": TypeFamily.BOOLEAN,
    "date": TypeFamily.DATE,
    "timestamp": TypeFamily.DATETIME,
    "timestamptz": TypeFamily.DATETIME,
    "time": TypeFamily.TIME,
    "timetz": TypeFamily.TIME,
    "uuid": TypeFamily.UUID,
    "json": TypeFamily.JSON,
    "jsonb": TypeFamily.JSON,
    "bytea": TypeFamily.BYTES,
}
_LENGTH_HEADER = 4  # PostgreSQL stores the length of varchar(n) and char(n) with the size of a header added
_NAME_LENGTHS = {"name": 63, "char": 1}

# The first that is found in the declared type decides; the order follows what people mean, not SQLite's
# affinity
# (which gives INTEGER to POINT and NUMERIC to DATE).
_SQLITE = tuple(
    (re.compile(pattern, re.IGNORECASE), family)
    for pattern, family in (
        (r"bool", TypeFamily.BOOLEAN),
        (r"uuid|guid|uniqueidentifier", TypeFamily.UUID),
        (r"json", TypeFamily.JSON),
        (r"datetime|timestamp", TypeFamily.DATETIME),
        (r"\bdate\b", TypeFamily.DATE),
        (r"\btime\b|timetz", TypeFamily.TIME),
        (r"char|clob|text|string", TypeFamily.TEXT),
        (r"\b(?:tiny|small|medium|big)?int(?:eger|\d)?\b|serial", TypeFamily.INTEGER),
        (r"real|floa|doub|num|dec|money|currency", TypeFamily.NUMBER),
        (r"blob|binary|bytea|bytes", TypeFamily.BYTES),
    )
)
_SQLITE_LENGTH = re.compile(r"\(\s*(\d+)\s*\)\s*$")


def postgresql_family(type_name: str, kind: str, category: str) -> TypeFamily:
    """The family of a type that is no domain: its `typname`, `typtype` and `typcategory`."""
    if kind == "e":
        return TypeFamily.ENUM
    if category == "A":
        return TypeFamily.ARRAY
    return _POSTGRESQL.get(type_name, TypeFamily.OTHER)


def postgresql_length(type_name: str, modifier: int) -> int | None:
    """Most characters that the type takes, from `atttypmod` (or a domain's `typtypmod`)."""
    if type_name in _NAME_LENGTHS:
        return _NAME_LENGTHS[type_name]
    if type_name in ("varchar", "bpchar") and modifier > _LENGTH_HEADER:
        return modifier - _LENGTH_HEADER
    return None


def postgresql_is_binary(type_name: str) -> bool:
    """Whether equal values are the same letters, by the type: char(n) ignores blanks at the end, citext case."""
    return type_name not in ("bpchar", "citext")


def sqlite_family(declared: str) -> TypeFamily:
    """The family of a declared type. Any column may hold anything: it says what is meant, and binds
    nothing."""
    return next((family for pattern, family in _SQLITE if pattern.search(declared)), TypeFamily.OTHER)


def sqlite_length(declared: str) -> int | None:
    """The n of VARCHAR(n) and the like. SQLite does not enforce it, whoever reads the column may."""
    if sqlite_family(declared) is not TypeFamily.TEXT:
        return None
    found = _SQLITE_LENGTH.search(declared)
    return int(found[1]) if found and int(found[1]) > 0 else None


def sqlite_is_binary(collation: str | None) -> bool:
    """Whether equal values are the same letters: not under NOCASE, RTRIM or a collation of the
    application's."""
    return collation is None or collation.upper() == "BINARY"
