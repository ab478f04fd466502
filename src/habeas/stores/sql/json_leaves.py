"""Masks leaves of JSON documents in place: what isn't a leaf keeps every letter, digit and blank.

The databases' own functions can't be used for it: none of them goes through lists of lists, and SQLite's lose the
difference between 1 and true. So the documents of the rows to be masked are read, changed and written to a temporary
table, from which the row's one UPDATE takes them; a document that somebody changed meanwhile is not written over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial
from json.decoder import JSONDecoder, scanstring  # type: ignore[attr-defined]

from habeas.datamap.json_paths import Steps, below, without_lists
from habeas.diagnostics import Finding, Refused, error
from habeas.program.program import MaskedLeaf, WrittenValue
from habeas.stores.sql.working import Working

BATCH = 2_000
_BLANKS = re.compile(r"[ \t\n\r]*")
_DECODER = JSONDecoder(strict=False)  # whoever writes line ends into texts means them

_Way = tuple[Steps, str]  # what is left of a leaf's path, and the text to write there


def masked_document(text: str, leaves: Sequence[MaskedLeaf], token: str | None) -> str:
    """The document with its leaves written over; text that is no JSON, and leaves that are null, stay as they are.

    Raises RecursionError for a document that is nested too deeply to be read.
    """
    try:
        json.loads(text, strict=False)
    except ValueError:
        return text
    found: list[tuple[int, int, str]] = []
    _look(text, 0, [(leaf.steps, _written(leaf, token)) for leaf in leaves], found)
    for start, end, new in reversed(found):
        text = text[:start] + new + text[end:]
    return text


def _written(leaf: MaskedLeaf, token: str | None) -> str:
    value = {"null": None, "token": token, "constant": leaf.value}[leaf.kind]
    return json.dumps(value)


def _look(text: str, at: int, ways: Sequence[_Way], found: list[tuple[int, int, str]]) -> int:
    """Note the leaves of the value that begins at `at` (or after blanks); where it ends."""
    at = _after_blanks(text, at)
    if text[at] != "[":
        ways = [(without_lists(steps), new) for steps, new in ways]
    here = next((new for steps, new in ways if not steps), None)
    if here is not None or not ways or text[at] not in "[{":
        _, end = _DECODER.raw_decode(text, at)
        if here is not None and text[at:end] != "null":
            found.append((at, end, here))
        return end
    return _look_in_list(text, at, ways, found) if text[at] == "[" else _look_in_object(text, at, ways, found)


def _look_in_list(text: str, at: int, ways: Sequence[_Way], found: list[tuple[int, int, str]]) -> int:
    inner = [(below(steps), new) for steps, new in ways]
    at = _after_blanks(text, at + 1)
    while text[at] != "]":
        at = _after_blanks(text, _look(text, at, inner, found))
        at = _after_blanks(text, at + 1) if text[at] == "," else at
    return at + 1


def _look_in_object(text: str, at: int, ways: Sequence[_Way], found: list[tuple[int, int, str]]) -> int:
    at = _after_blanks(text, at + 1)
    while text[at] != "}":
        key, at = scanstring(text, at + 1, False)
        at = _after_blanks(text, at) + 1  # the colon
        at = _after_blanks(text, _look(text, at, [(steps[1:], new) for steps, new in ways if steps[0] == key], found))
        at = _after_blanks(text, at + 1) if text[at] == "," else at
    return at + 1


def _after_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


# -- in a store ------------------------------------------------------------------------------------------


def needs_token(value: WrittenValue) -> bool:
    """Whether a leaf gets the row's token."""
    return any(leaf.kind == "token" for leaf in value.leaves)


def masked_documents(work: Working, table: str, values: Sequence[WrittenValue], source: str, condition: str) -> str:
    """A temporary table with the key of each row of `source` (`o`) and its documents, `old0`, `new0`, …; its name.

    `source` is what stands after FROM; it must give the row's token as `n.token` where a leaf needs one.
    """
    width = len(work.node(table).key)
    name = f"habeas_leaves{len(work.made)}"
    keys = [f"c{i}" for i in range(width)]
    texts = [f"{side}{i}" for i in range(len(values)) for side in ("old", "new")]
    live = ", ".join(f"{work.column('x', c)} AS c{i}" for i, c in enumerate(work.node(table).key))
    empty = ", ".join(f"CAST(NULL AS text) AS {each}" for each in texts)
    work.made.append(name)
    work.execute(
        f"CREATE TEMPORARY TABLE {name}{' ON COMMIT DROP' if work.postgresql else ''} AS "
        f"SELECT {live}, {empty} FROM {work.name(table)} x WHERE 1 = 0"
    )
    token = "n.token" if any(needs_token(value) for value in values) else "NULL"
    documents = ", ".join(document_text(work, value) for value in values)
    binary = " + ".join(_is_binary(work, value) for value in values)
    query = (
        f"SELECT {work.key_columns(table, 'o')}, {token}, {binary}, {documents} FROM {source} "
        f"JOIN {work.name(table)} x ON {work.same_row(table, 'o', 'x')}{f' WHERE {condition}' if condition else ''}"
    )
    cursor = work.connection.connection.cursor()
    try:
        cursor.execute(work.driver_text(query))
        for batch in iter(partial(cursor.fetchmany, BATCH), []):
            work.insert_many(name, [*keys, *texts], [_rewritten(table, row, width, values) for row in batch])
    finally:
        cursor.close()
    if work.postgresql:
        work.execute(f"ANALYZE {name}")
    else:
        work.execute(f"CREATE INDEX temp.{name}_key ON {name} ({', '.join(keys)})")
    return name


def document_text(work: Working, value: WrittenValue) -> str:
    """SQL of the document in the row `x` as the text that is compared and changed."""
    return f"CAST({work.column('x', value.column)} AS text)"


def new_document(work: Working, value: WrittenValue, number: int) -> str:
    """SQL of what the UPDATE writes, from the table that `masked_documents` made, joined as `l`."""
    if work.postgresql:
        return f"CAST(l.new{number} AS {value.type})"
    # SQLite's columns may hold a number where a document was declared: it has no leaves, and stays a number
    column = work.column("x", value.column)
    return f"CASE WHEN typeof({column}) = 'text' THEN l.new{number} ELSE {column} END"


def _is_binary(work: Working, value: WrittenValue) -> str:
    return "0" if work.postgresql else f"(typeof({work.column('x', value.column)}) = 'blob')"


def _rewritten(table: str, row: Sequence[object], width: int, values: Sequence[WrittenValue]) -> list[object]:
    key, token, binary, documents = row[:width], row[width], row[width + 1], row[width + 2 :]
    columns = ", ".join(value.column for value in values)
    if binary:
        raise Refused(_unreadable("json-in-bytes", table, columns, "holds a binary value where JSON text was said"))
    out = list(key)
    for value, text in zip(values, documents, strict=True):
        try:
            new = text
            if isinstance(text, str):
                new = masked_document(text, value.leaves, token if isinstance(token, str) else None)
        except RecursionError:
            found = _unreadable("json-too-deep", table, columns, "holds a document that is nested too deeply")
            raise Refused(found) from None
        out += [text, new]
    return out


def _unreadable(code: str, table: str, columns: str, what: str) -> Finding:
    return error(
        code,
        f"a row of {table} {what} ({columns})",
        "Its leaves can't be found, and so not masked. Nothing was kept of this run.",
        "Give the column itself a category, so that it is masked whole, instead of paths:",
        (table,),
    )
