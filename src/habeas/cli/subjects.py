"""Reading who is meant: `TYPE=VALUE`, files of them, and CSV files of people.

No message ever holds a value that was given, since messages end in logs: they name the option, the file and the line.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from habeas.cli.answer import wrong_use
from habeas.diagnostics import Finding, Position, Refused, error
from habeas.program.selection import Identity, Subject

LONGEST_VALUE = 10_000  # characters; the longest e-mail address has 254
_TYPE = re.compile(r"^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$")
_HIDDEN = ("--subject", "--except", "--set", "--amend")  # options whose values are somebody's
_FORM = "TYPE=VALUE, as email=jane@example.com or app.user_id=17"


def parse_identities(arguments: Sequence[str], option: str) -> tuple[Identity, ...]:
    """The identities of `TYPE=VALUE`, `@FILE` and `@-` (standard input), in their order, each once.

    In a file, one identity a line; empty lines and lines that begin with `#` are passed over. Raises Refused
    (wrong use) with the option or the file's line.
    """
    found: dict[Identity, None] = {}
    for argument in arguments:
        if argument.startswith("@"):
            lines = list(lines_of(argument[1:], option))
            if not lines:
                raise wrong_use("no-subject", f"the file given to {option} names nobody", fix=f"One line each: {_FORM}")
            for position, line in lines:
                found[_identity(line, option, position)] = None
        else:
            found[_identity(argument, option, None)] = None
    return tuple(found)


def parse_people(path: str) -> Iterator[Subject]:
    """The people of a CSV file, as `parse_lines` reads it."""
    return (subject for _, subject in parse_lines(path))


def parse_lines(path: str) -> Iterator[tuple[int, Subject]]:
    """The people of a CSV file (`-`: standard input), one a line, with their lines (from 1), read as a stream.

    The header names an identity type for each column; an empty field gives no identity. Raises Refused (wrong use).
    """
    with _opened(path, "--subjects") as stream:
        rows = csv.reader(stream, strict=True)
        name = _name_of(path)
        try:
            header = next(rows, None)
            types = _header(header, Position(name, 1))
            people = 0
            for row in rows:
                if not any(field.strip() for field in row):
                    continue
                position = Position(name, rows.line_num)
                if len(row) != len(types):
                    raise _bad_file(
                        error(
                            "csv-fields",
                            f"a line has {len(row)} fields, and the header {len(types)}",
                            "A value with a comma must stand in double quotes.",
                            '"O\'Neil, Jane",jane@example.com',
                        ).at(position)
                    )
                identities = tuple(
                    Identity(kind, _checked(value, "--subjects", position))
                    for kind, value in zip(types, row, strict=True)
                    if value.strip()
                )
                people += 1
                yield rows.line_num, Subject(identities)
        except csv.Error:
            raise _bad_file(
                error(
                    "csv-quotes",
                    "a line is not well-formed CSV, or has a field longer than 131,072 characters",
                    "A double quote inside a field is doubled, and the field stands in double quotes.",
                    '"Jane ""JJ"" Doe",jane@example.com',
                ).at(Position(name, rows.line_num))
            ) from None
        if not people:
            raise _bad_file(
                error("no-subject", "the file has a header and nobody below it", fix="One person a line.").at(
                    Position(name, 1)
                )
            )


def _header(header: list[str] | None, position: Position) -> list[str]:
    example = "email,phone\njane@example.com,+1 555 0100"
    if not header or not any(header):
        raise _bad_file(
            error(
                "csv-header",
                "the file has no header line",
                "Its first line names an identity type for each column.",
                example,
            ).at(position)
        )
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        raise _bad_file(
            error("csv-separator", "the header is separated by semicolons or tabs", "habeas reads commas.", example).at(
                position
            )
        )
    types = [field.strip() for field in header]
    for number, kind in enumerate(types, 1):
        if not _TYPE.match(kind):
            raise _bad_file(
                error(
                    "csv-header",
                    f"column {number} of the header is no identity type",
                    "The first line names the columns, each by an identity type of the map; is it missing?",
                    example,
                ).at(position)
            )
        if types.index(kind) != number - 1:
            raise _bad_file(
                error(
                    "csv-header", f"the column {kind} stands twice in the header", "A person has one value in a column."
                ).at(position)
            )
    return types


def _identity(text: str, option: str, position: Position | None) -> Identity:
    try:
        identity = Identity.parse(text)
    except ValueError:
        raise _bad_file(
            error(
                "subject-form",
                f"what {option} names has no type",
                f"It is {_FORM}; the types are those of the map.",
                f"{option} email=…",
            ).at(position)
        ) from None
    if not _TYPE.match(identity.type):
        raise _bad_file(
            error("subject-form", f"what stands before the = in {option} is no identity type", f"It is {_FORM}.").at(
                position
            )
        )
    return Identity(identity.type, _checked(identity.value, option, position))


def _checked(value: str, option: str, position: Position | None) -> str:
    """The value itself, if a store can hold it at all."""
    if not value.strip():
        raise _bad_file(
            error("empty-value", f"a value in {option} is empty", "Empty and blank values never match anybody.").at(
                position
            )
        )
    if "\0" in value:
        raise _bad_file(
            error(
                "nul-byte",
                f"a value in {option} holds a NUL byte",
                "No database keeps one in text: the value was damaged on its way.",
            ).at(position)
        )
    if len(value) > LONGEST_VALUE:
        raise _bad_file(
            error(
                "long-value",
                f"a value in {option} has {len(value):,} characters",
                f"An identity has at most {LONGEST_VALUE:,}; is the file's line end missing?",
            ).at(position)
        )
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _not_utf8(option) from None
    return value


def lines_of(path: str, option: str) -> Iterator[tuple[Position, str]]:
    with _opened(path, option) as stream:
        for number, line in enumerate(stream, 1):
            text = line.rstrip("\r\n")
            if text.strip() and not text.startswith("#"):
                yield Position(_name_of(path), number), text


def _name_of(path: str) -> str:
    return "standard input" if path == "-" else path


@contextmanager
def _opened(path: str, option: str) -> Iterator[TextIO]:
    """The file as text (UTF-8, a byte order mark allowed), lines kept as they are."""
    try:
        if path == "-":
            yield sys.stdin
            return
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            yield stream
    except OSError as fault:
        raise wrong_use(
            "unreadable-file",
            f"the file given to {option} can't be read: {fault.strerror}",
            fix=f"{option} takes the path of a file, or - for standard input.",
        ) from None
    except UnicodeDecodeError:
        raise _not_utf8(option) from None


def _not_utf8(option: str) -> Refused:
    return wrong_use(
        "not-utf-8",
        f"what {option} reads is not UTF-8 text",
        "In another encoding the same letters are other bytes, and would match nobody.",
        "iconv -f latin1 -t utf-8 people.csv > people-utf8.csv",
    )


def _bad_file(*findings: Finding) -> Refused:
    return Refused(*findings, usage=True)


def describe(arguments: Iterable[str]) -> list[str]:
    """Command-line words with the values of identities left out, for a line that may be printed."""
    words: list[str] = []
    hide = False
    for argument in arguments:
        name, equals, rest = argument.partition("=")
        if hide and not argument.startswith("@"):
            words.append(f"{name}=…" if equals else "…")
        elif name in _HIDDEN and equals and not rest.startswith("@"):
            words.append(f"{name}={rest.partition('=')[0]}=…")
        else:
            words.append(argument)
        hide = argument in _HIDDEN
    return words
