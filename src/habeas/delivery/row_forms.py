"""Turns batches of rows into CSV and JSON text, checks that typed columns hold what their type says, and masks.

Works column by column on batches: that is several times as fast in Python as cell by cell.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from json.encoder import encode_basestring  # json's own C function: half the cost of dumps()
from typing import Any

from habeas.catalog.tables import TypeFamily
from habeas.delivery.cell_escaping import escape_column
from habeas.delivery.contents import MaskingTally, PackageColumn, PackageTable, Row
from habeas.delivery.redacting import TextRedactor

PREVIEW_ROWS = 20
PREVIEW_CHARACTERS = 300
TRUE_WORDS = ("true", "t", "1", "True", "TRUE")
FALSE_WORDS = ("false", "f", "0", "False", "FALSE")

_BATCH_ROWS = 2_000
_TOGETHER = 50  # rows that are measured at once, where they are small: one by one takes longer than writing them
_BATCH_CHARACTERS = 1_000_000
_SURROGATES = re.compile("[\ud800-\udfff]")
_QUOTED = re.compile('[",\r\n]')
_EMPTY = '""'
_UUID = re.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_REPEATING = (TypeFamily.DATE, TypeFamily.DATETIME, TypeFamily.BOOLEAN)  # the same value in many rows: read once
_BOOLEANS = frozenset(TRUE_WORDS + FALSE_WORDS)

Values = Sequence[str | None]


def _boolean(value: str) -> bool:
    if value not in _BOOLEANS:
        raise ValueError
    return True


def _date(value: str) -> date:
    if len(value) != 10 or value[5] == "W":  # other ISO forms, which the format's readers don't know
        raise ValueError
    return date.fromisoformat(value)


def _uuid(value: str) -> bool:
    if not _UUID.fullmatch(value):
        raise ValueError
    return True


# A reader for each family whose values can't be taken for formulas, and the Table Schema type they make.
_READERS: dict[TypeFamily, tuple[str, Callable[[str], Any]]] = {
    TypeFamily.INTEGER: ("integer", int),
    TypeFamily.NUMBER: ("number", float),
    TypeFamily.BOOLEAN: ("boolean", _boolean),
    TypeFamily.DATE: ("date", _date),
    TypeFamily.DATETIME: ("datetime", datetime.fromisoformat),
    TypeFamily.TIME: ("time", time.fromisoformat),
    TypeFamily.UUID: ("uuid", _uuid),
}


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in lists of bounded count and size, so that a few huge cells don't add up in memory."""
    waiting = iter(rows)
    batch: list[Row] = []
    size, together = 0, 1
    while some := list(islice(waiting, min(together, _BATCH_ROWS - len(batch)))):
        batch += some
        more = sum(map(len, filter(None, chain.from_iterable(some))))
        size += more
        together = max(1, min(_TOGETHER, _BATCH_CHARACTERS * len(some) // (4 * more + 1)))
        if size > _BATCH_CHARACTERS or len(batch) >= _BATCH_ROWS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class RowForms:
    """The written forms of one table's rows.

    After the last batch, `rows` is their number, `types` the type that every value of a column has been found to
    be (`string` where one isn't what the database's type promises: SQLite keeps anything anywhere), `preview` the first
    rows and `replaced` the number of characters that CSV can't hold.
    """

    def __init__(self, table: PackageTable, redactor: TextRedactor | None) -> None:
        self.rows = 0
        self.replaced = 0
        self.preview: list[Row] = []
        self.tallies: dict[str, MaskingTally] = {}
        self._columns = table.columns
        self._where = f"{table.store}.{table.table}"
        self._redactor = redactor
        self.types = ["string" if c.family not in _READERS else _READERS[c.family][0] for c in table.columns]
        names = ", ".join(encode_basestring(c.name).replace("%", "%%") + ": %s" for c in table.columns)
        self._object = "{" + names + "}"

    def header(self) -> bytes:
        """The CSV header."""
        return self._encode_csv(csv_text([[c.name] for c in self._columns]))

    def columns_of(self, batch: list[Row]) -> list[Values]:
        """A batch turned into columns, with hidden ones empty and other people masked. Counts its rows."""
        try:
            columns: list[Values] = list(zip(*batch, strict=True))
        except ValueError:
            columns = []
        if len(columns) != len(self._columns):
            raise ValueError(f"rows of {self._where} don't have one value for each of its {len(self._columns)} columns")
        for place, column in enumerate(self._columns):
            if column.hidden:
                columns[place] = (None,) * len(batch)
            elif column.is_free_text and self._redactor is not None:
                columns[place] = self._masked(column, columns[place], self._redactor)
        if len(self.preview) < PREVIEW_ROWS:
            for row in list(zip(*columns, strict=True))[: PREVIEW_ROWS - len(self.preview)]:
                self.preview.append(tuple(v if v is None else v[: PREVIEW_CHARACTERS + 1] for v in row))
        self.rows += len(batch)
        return columns

    def _masked(self, column: PackageColumn, values: Values, redactor: TextRedactor) -> Values:
        tally = self.tallies.setdefault(column.name, MaskingTally())
        redact = redactor.redact_json if column.family is TypeFamily.JSON else redactor.redact
        masked: list[str | None] = []
        for number, value in enumerate(values, self.rows + 1):
            if value:
                redaction = redact(value)
                if redaction is not None:
                    value = redaction.text
                    tally.masked.update(redaction.masked)
                    if redaction.unsure:
                        tally.note_unsure(number, redaction.unsure)
            masked.append(value)
        return masked

    def csv(self, columns: list[Values]) -> bytes:
        """The batch as CSV (RFC 4180, UTF-8), formulas escaped."""
        cells = [self._cells(place, values) for place, values in enumerate(columns)]
        return self._encode_csv(csv_text(cells))

    def _cells(self, place: int, values: Values) -> Values:
        if self.types[place] == "string":
            return escape_column(values)
        family = self._columns[place].family
        read = _READERS[family][1]
        try:
            there = filter(None, set(values) if family in _REPEATING else values)
            deque(map(read, there), maxlen=0)
        except (ValueError, OverflowError):
            self.types[place] = "string"  # of the batches before, every value was read: none can be a formula
            return escape_column(values)
        return values

    def _encode_csv(self, text: str) -> bytes:
        if "\0" in text:
            self.replaced += text.count("\0")
            text = text.replace("\0", "\ufffd")
        try:
            return text.encode()
        except UnicodeEncodeError:
            text, count = _SURROGATES.subn("\ufffd", text)
            self.replaced += count
            return text.encode()

    def json(self, columns: list[Values], first: bool) -> bytes:
        """The batch as elements of a JSON array, an object a line; `first`: no comma in front."""
        if not columns:
            return b""
        texts = [[encode_basestring(v) if v is not None else "null" for v in values] for values in columns]
        lines = ",\n".join(map(self._object.__mod__, zip(*texts, strict=True)))
        body = lines if first else ",\n" + lines
        try:
            return body.encode()
        except UnicodeEncodeError:
            return _SURROGATES.sub(lambda m: f"\\u{ord(m[0]):04x}", body).encode()


def csv_text(columns: Sequence[Values]) -> str:
    """Columns of cells as lines of CSV, quoted where they must be: what `csv.writer` makes row by row, in half the time."""
    if len(columns) == 1:  # a line of one empty cell must not look like no line
        return "".join(f"{cell or _EMPTY}\r\n" for cell in _quoted(columns[0]))
    lines = "\r\n".join(map(",".join, zip(*map(_quoted, columns), strict=True)))
    return lines + "\r\n" if lines else ""


def _quoted(values: Values) -> Sequence[str]:
    cells = [value or "" for value in values]
    if not _QUOTED.search("\0".join(cells)):
        return cells
    return ['"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell for cell in cells]
