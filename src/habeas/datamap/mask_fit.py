"""Whether a column can hold what a mask writes to it, as far as the catalogue tells; and what to write instead."""

from __future__ import annotations

import re
from typing import NamedTuple

from habeas.catalog.tables import Column, Table, TypeFamily
from habeas.datamap.model import Mask, MaskKind

TOKEN_FAMILIES = (TypeFamily.TEXT, TypeFamily.INTEGER, TypeFamily.UUID)
LEAST_EMAIL = 8 + len("@example.com")
PHONE_LENGTH = len("+888") + 11
LEAST_HASH = 16
LEAST_UNIQUE_TOKEN = 8  # hexadecimal digits: 2**32 values
LEAST_ADDRESS = 7  # four zeros and three dots
_NETWORK_TYPES = ("inet", "cidr")
_NARROW_NUMBERS = re.compile(
    r"(smallint|int2|smallserial|tinyint|numeric\(\s*[1-8]\s*(,.*)?\)|decimal\(\s*[1-8]\s*(,.*)?\))", re.I
)
_MEETING = (MaskKind.CONSTANT, MaskKind.REDACT, MaskKind.KEEP)  # masks by which two values may become one


class Misfit(NamedTuple):
    """Why a mask doesn't fit: the finding's code, the sentence, and the corrected text."""

    code: str
    why: str
    fix: str


def misfit(mask: Mask, table: Table, column: Column, dialect: str) -> Misfit | None:
    """What stands against the mask; None: it fits. A constant's own value is not looked at here."""
    alone = table.is_unique((column.name,))
    other = (
        "mask: null"
        if column.nullable
        else ("mask: token" if column.family in TOKEN_FAMILIES else "mask: {constant: …}")
    )
    text, family = column.family is TypeFamily.TEXT, column.family
    if mask.kind in _MEETING and alone:
        why = "Its values must differ from row to row, and this mask makes different values equal: the second row would fail."
        return Misfit("mask-not-unique", why, "mask: token" if family in TOKEN_FAMILIES else other)
    match mask.kind:
        case MaskKind.TOKEN:
            if alone and too_narrow(column):
                return Misfit("mask-too-narrow", NARROW.format(column.name, column.type), wider(table, column))
        case MaskKind.EMAIL if not text or _shorter(column, LEAST_EMAIL):
            return Misfit(
                "mask-type", f"An address that stays valid has at least {LEAST_EMAIL} characters of text.", other
            )
        case MaskKind.PHONE if not text or _shorter(column, PHONE_LENGTH):
            return Misfit("mask-type", f"A number that stays valid is text of {PHONE_LENGTH} characters.", other)
        case MaskKind.HASH if not (text or family is TypeFamily.UUID) or _shorter(column, LEAST_HASH):
            return Misfit("mask-type", f"A keyed hash is a UUID, or text of at least {LEAST_HASH} characters.", other)
        case MaskKind.REDACT if not text:
            return Misfit("mask-type", "Only text can be redacted.", other)
        case MaskKind.KEEP if mask.value == "year":
            dates = (TypeFamily.DATE, TypeFamily.DATETIME)
            if family not in dates and not (dialect == "sqlite" and text):
                return Misfit("mask-type", "A year is kept of a date or a time stamp.", other)
            if _shorter(column, len("1970-01-01")):
                return Misfit("mask-type", "A date has ten characters.", other)
        case MaskKind.KEEP if not text and column.type.lower() not in _NETWORK_TYPES:
            return Misfit("mask-type", "A network is kept of an address: text, inet or cidr.", other)
        case MaskKind.KEEP if text and not column.nullable and _shorter(column, LEAST_ADDRESS):
            return Misfit("mask-type", "An address has at least seven characters.", other)
    return None


NARROW = "{} is {} and unique: so few values fit that two random ones would meet, and the erasure would fail."


def too_narrow(column: Column) -> bool:
    """Whether random values of the column are so few that two of them would meet soon."""
    if column.family is TypeFamily.TEXT:
        return _shorter(column, LEAST_UNIQUE_TOKEN)
    return column.family is TypeFamily.INTEGER and _NARROW_NUMBERS.fullmatch(column.type.strip()) is not None


def wider(table: Table, column: Column) -> str:
    """The way out for a column that is too narrow for a unique token."""
    if column.nullable:
        return "mask: null"
    return f"ALTER TABLE {table.ref} ALTER COLUMN {column.name} DROP NOT NULL, and mask: null   # or a wider type"


def _shorter(column: Column, length: int) -> bool:
    return column.length is not None and column.length < length
