"""Whether a value may stand in a column: its type and length, and the rules of e-mail addresses and phone numbers.

Findings name the column and the rule, never the value.
"""

from __future__ import annotations

import json
import re
from importlib.util import find_spec

from habeas.catalog.tables import Column, Table, TypeFamily
from habeas.datamap.checker.values import fits
from habeas.datamap.matching import is_blank, normalise
from habeas.datamap.model import ColumnEntry, MatchRule
from habeas.diagnostics import Finding, error

_EMAIL = re.compile(
    r"[^@\s<>()\[\]\\,;:\"]{1,64}@(?=.{1,253}\Z)([^@\s.<>()\[\]\\,;:\"]+\.)+[^@\s.<>()\[\]\\,;:\"]{2,63}"
)
_PHONE_DIGITS = range(3, 16)  # E.164 has at most 15; short service numbers have 3
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")
_EXAMPLES = {
    TypeFamily.INTEGER: "42",
    TypeFamily.NUMBER: "19.90",
    TypeFamily.BOOLEAN: "true",
    TypeFamily.DATE: "1990-02-28",
    TypeFamily.DATETIME: "2026-06-15 09:30:00",
    TypeFamily.TIME: "09:30:00",
    TypeFamily.UUID: "00000000-0000-4000-8000-000000000000",
    TypeFamily.JSON: '{"city": "Oslo"}',
}


def written_text(
    table: Table, column: Column, entry: ColumnEntry | None, given: str | None, rule: MatchRule | None, dialect: str
) -> str | Finding | None:
    """The text to write for what was given (None: NULL), or the finding that says what may be written instead."""
    if given is None:
        return None if column.nullable else _refused(table, column, "must not be empty (it is NOT NULL)", "VALUE")
    if "\0" in given or any("\ud800" <= letter <= "\udfff" for letter in given):
        return _refused(table, column, "can't hold a NUL or half a character", "VALUE")
    text = _of_family(column, given, dialect)
    if text is None:
        words = {TypeFamily.ENUM: f"one of {', '.join(column.enum_values)}"}
        wanted = words.get(column.family, f"a value of {column.type}")
        if column.family is TypeFamily.TEXT and column.length is not None:
            wanted = f"at most {column.length} characters"
        return _refused(table, column, f"takes {wanted}", _EXAMPLES.get(column.family, "VALUE"))
    wrong = _breaks_rule(entry, rule, text)
    return _refused(table, column, *wrong) if wrong else text


def _of_family(column: Column, given: str, dialect: str) -> str | None:
    """The text of a value of the column's type, or None where it is none."""
    family = column.family
    if family is TypeFamily.BYTES:
        return None
    if family is TypeFamily.BOOLEAN:
        word = given.strip().lower()
        if word not in (*_TRUE, *_FALSE):
            return None
        return ("1" if word in _TRUE else "0") if dialect == "sqlite" else ("true" if word in _TRUE else "false")
    if family in (TypeFamily.INTEGER, TypeFamily.NUMBER):
        plain = r"[+-]?\d{1,19}" if family is TypeFamily.INTEGER else r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?"
        return given.strip() if re.fullmatch(plain, given.strip(), re.ASCII) else None
    if family is TypeFamily.JSON:
        try:
            json.loads(given)
        except ValueError:
            return None
        return given
    return given if fits(given, column, dialect) else None


def _breaks_rule(entry: ColumnEntry | None, rule: MatchRule | None, text: str) -> tuple[str, str] | None:
    """What is wrong by the column's identity type or category: (what it takes, an example)."""
    category = (entry.category if entry is not None else None) or ""
    kind = entry.identity if entry is not None else None
    if kind == "email" or category.startswith("user.contact.email"):
        return None if _is_email(text) else ("takes an e-mail address", "jane@example.com")
    if kind == "phone" or category.startswith("user.contact.phone_number"):
        digits = normalise(text, MatchRule.E164)
        good = digits is not None and len(digits) in _PHONE_DIGITS
        return None if good else ("takes a phone number of 3 to 15 digits, separators allowed", "+1 555 0100")
    if rule is not None and (is_blank(text) or normalise(text, rule) is None):
        return (f"takes a value that can be matched ({rule.value})", "VALUE")
    return None


def _is_email(text: str) -> bool:
    if find_spec("email_validator") is not None:
        from email_validator import EmailNotValidError, validate_email

        try:
            # Addresses of an intranet are addresses too; whether the domain takes mail is nobody's business here.
            validate_email(text, check_deliverability=False, globally_deliverable=False)
        except EmailNotValidError:
            return False
        return True
    return _EMAIL.fullmatch(text) is not None


def _refused(table: Table, column: Column, wanted: str, example: str) -> Finding:
    return error(
        "value-refused",
        f"{table.ref}.{column.name} {wanted}, and what was given isn't that",
        "Nothing was written. The value isn't shown here, since messages end in logs.",
        f"--set '{table.ref}.{column.name}={example}'",
        (table.ref,),
    )
