"""Reading what is to be written: `[STORE.]TABLE[KEY].COLUMN=VALUE`, and files of such lines.

No message ever holds a value that was given: they name the option, the file and the line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from habeas.cli.answer import wrong_use
from habeas.cli.subjects import lines_of
from habeas.diagnostics import Position, Refused
from habeas.program.selection import NewValue, Selection

_PLACE = re.compile(r"(?P<table>[^\[\]=]+?)(?:\[(?P<key>[^\]]*)\])?\.(?P<column>[^.\[\]=]+)")
_FORM = "TABLE.COLUMN=VALUE, as contacts.email=new@example.com, or TABLE[KEY].COLUMN=VALUE for one row of several"


def parse_new_values(arguments: Sequence[str], option: str, *, amends: bool = False) -> tuple[NewValue, ...]:
    """The new values of `TABLE.COLUMN=VALUE`, `@FILE` and `@-`, in their order.

    Nothing after the `=` empties the column. In a file, one a line; empty lines and lines that begin with `#` are passed
    over. Raises Refused (wrong use) with the option or the file's line.
    """
    found: list[NewValue] = []
    for argument in arguments:
        if argument.startswith("@"):
            lines = list(lines_of(argument[1:], option))
            if not lines:
                raise wrong_use(
                    "nothing-to-write", f"the file given to {option} says nothing", fix=f"One line each: {_FORM}"
                )
            found += [_new_value(line, option, position, amends=amends) for position, line in lines]
        else:
            found.append(_new_value(argument, option, None, amends=amends))
    return tuple(found)


def one_person(selection: Selection, command: str) -> Selection:
    """The selection, if it is about one person. Raises Refused (wrong use) for a batch and for a Customer alone."""
    if len(selection.subjects) != 1:
        raise wrong_use(
            "one-person",
            f"habeas {command} is about one person",
            "Which value is true is said of a person, and never of a list.",
            f"habeas {command} --subject email=jane@example.com …",
        )
    return selection


def _new_value(text: str, option: str, position: Position | None, *, amends: bool) -> NewValue:
    place, equals, value = text.partition("=")
    named = _PLACE.fullmatch(place.strip())
    if not equals or named is None:
        refused = wrong_use("set-form", f"what {option} says has another form than it should", f"It is {_FORM}.")
        raise Refused(*(finding.at(position) for finding in refused.findings), usage=True)
    if amends and not value.strip():
        refused = wrong_use("set-form", f"the statement of {option} is empty", "Say what is to be added.")
        raise Refused(*(finding.at(position) for finding in refused.findings), usage=True)
    key = tuple(part.strip() for part in named["key"].split(",")) if named["key"] is not None else ()
    return NewValue(named["table"].strip(), named["column"].strip(), value or None, key, amends)
