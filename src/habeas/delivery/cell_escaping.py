"""Keeps a spreadsheet from taking somebody's text for a formula, so that it can be undone exactly.

A cell that begins with one of `= + - @`, TAB or CR, after any number of apostrophes, gets one more apostrophe in
front, unless it is a plain number. To undo: of a cell that begins with one or more apostrophes followed by one of
these characters, remove one apostrophe. (OWASP, CSV injection.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

FORMULA_STARTS = "=+-@\t\r"
ESCAPED_PATTERN = r"^'+[=+\-@\t\r]"

_SUSPECT_FIRST = frozenset(FORMULA_STARTS + "'")
_RISKY = re.compile(r"'*[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


def escape_formula(cell: str) -> str:
    """The cell as it is written to a CSV file."""
    if _RISKY.match(cell) and not _PLAIN_NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def unescape_formula(cell: str) -> str:
    """The value that `escape_formula` was given."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def escape_column(values: Sequence[str | None]) -> Sequence[str | None]:
    """A column's values as they are written; the very same sequence where nothing needs escaping (most batches)."""
    if _SUSPECT_FIRST.isdisjoint([v[0] for v in values if v]):
        return values
    return [escape_formula(v) if v and v[0] in _SUSPECT_FIRST else v for v in values]
