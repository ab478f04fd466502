"""Whether a value written in the map can stand in a column."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime
from typing import Any

from habeas.catalog.tables import Column, TypeFamily

_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\Z")


def fits(value: Any, column: Column, dialect: str) -> bool:
    """Whether the column's type can hold the value (None: whether it may be NULL).

    Types that habeas doesn't know (`other`) are given the benefit of the doubt; the database has the last word.
    """
    if value is None:
        return column.nullable
    family = column.family
    if family in (TypeFamily.OTHER, TypeFamily.JSON, TypeFamily.ARRAY, TypeFamily.BYTES):
        return True
    if family is TypeFamily.BOOLEAN:
        return isinstance(value, bool) or (dialect == "sqlite" and value in (0, 1))
    if family in (TypeFamily.INTEGER, TypeFamily.NUMBER):
        number = isinstance(value, (int, float)) and (not isinstance(value, bool) or dialect == "sqlite")
        return number and (family is TypeFamily.NUMBER or float(value).is_integer())
    if not isinstance(value, str):
        return family is TypeFamily.TEXT and not isinstance(value, bool)
    return _text_fits(value, column)


def _text_fits(value: str, column: Column) -> bool:
    match column.family:
        case TypeFamily.TEXT:
            return column.length is None or len(value) <= column.length
        case TypeFamily.ENUM:
            return not column.enum_values or value in column.enum_values
        case TypeFamily.UUID:
            return _parses(uuid.UUID, value)
        case TypeFamily.DATE:
            return _parses(date.fromisoformat, value)
        case TypeFamily.DATETIME:
            return _parses(datetime.fromisoformat, value)
        case TypeFamily.TIME:
            return _TIME.match(value) is not None
        case _:
            return False


def _parses(read: Any, value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def is_date(column: Column, dialect: str) -> bool:
    """Whether a period can start on the column's value: a date, a time with a date, or seconds since 1970.

    SQLite has no type for dates, and keeps them in text columns.
    """
    dated = (TypeFamily.DATE, TypeFamily.DATETIME, TypeFamily.INTEGER)
    return column.family in dated or (dialect == "sqlite" and column.family is TypeFamily.TEXT)


def comparable(one: Column, other: Column, dialect: str) -> bool:
    """Whether two columns can be joined without a cast."""
    if dialect == "sqlite" or one.family is other.family or TypeFamily.OTHER in (one.family, other.family):
        return True
    numbers = (TypeFamily.INTEGER, TypeFamily.NUMBER)
    return one.family in numbers and other.family in numbers
