"""Options that several commands share, each said once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Group, Parameter

if TYPE_CHECKING:
    from habeas.program.selection import NewValue, Selection

WRITTEN = Group("What is written", sort_key=1)
WHO = Group("Who is meant", sort_key=2)
GENERAL = Group("Everywhere", sort_key=9)


@Parameter(name="*")
@dataclass(frozen=True)
class Output:
    """How a command speaks."""

    json: Annotated[
        bool,
        Parameter(group=GENERAL, help="Standard output is exactly one JSON document; all else goes to standard error."),
    ] = False
    verbose: Annotated[
        bool, Parameter(group=GENERAL, help="Log what is done to standard error: run ids and counts, never a value.")
    ] = False


@Parameter(name="*")
@dataclass(frozen=True)
class Place:
    """Which map."""

    dir: Annotated[Path, Parameter(group=GENERAL, show_default=True, metavar="FOLDER", help="The map's folder.")] = (
        Path("habeas")
    )


@Parameter(name="*")
@dataclass(frozen=True)
class Who:
    """Who a run is about."""

    subject: Annotated[
        tuple[str, ...],
        Parameter(
            group=WHO,
            metavar="TYPE=VALUE",
            help="An identity, TYPE=VALUE; repeat it for one person with several. "
            "@FILE reads them from a file, @- from standard input, one a line, so that they stay out of shell history.",
        ),
    ] = ()
    subjects: Annotated[
        str | None,
        Parameter(
            group=WHO,
            metavar="FILE",
            help="A CSV file of people (- for standard input), a column for each identity type, one person a line.",
        ),
    ] = None
    as_: Annotated[
        str | None,
        Parameter(
            name="--as", group=WHO, metavar="KIND", help="Only people of this kind (a key of the map's `people`)."
        ),
    ] = None
    customer: Annotated[
        str | None,
        Parameter(
            group=WHO, metavar="ID", help="Only within this Customer. Without a subject: the Customer's own rows."
        ),
    ] = None
    all_customers: Annotated[
        bool, Parameter(group=WHO, help="The person is meant in every Customer; say why with --why.")
    ] = False
    why: Annotated[
        str | None, Parameter(group=WHO, metavar="TEXT", help="Why every Customer is meant. It is recorded.")
    ] = None
    all_matches: Annotated[
        bool, Parameter(group=WHO, help="Several rows of one kind match, and all of them are meant.")
    ] = False
    except_: Annotated[
        tuple[str, ...],
        Parameter(
            name="--except",
            group=WHO,
            metavar="TYPE=VALUE",
            help="Leave out whatever leads to this identity, TYPE=VALUE (or @FILE); repeatable.",
        ),
    ] = ()

    def selection(self) -> Selection:
        """The selection these options say. Raises Refused (wrong use) with what to write instead."""
        from habeas.cli.selecting import select

        return select(self)


@Parameter(name="*")
@dataclass(frozen=True)
class What:
    """What a rectification writes."""

    set: Annotated[
        tuple[str, ...],
        Parameter(
            group=WRITTEN,
            metavar="TABLE.COLUMN=VALUE",
            help="Write this value, TABLE.COLUMN=VALUE (TABLE[KEY].COLUMN=VALUE for one row of several; nothing after the = "
            "empties the column); repeatable. @FILE reads them from a file, @- from standard input, one a line.",
        ),
    ] = ()
    amend: Annotated[
        tuple[str, ...],
        Parameter(
            group=WRITTEN,
            metavar="TABLE.COLUMN=TEXT",
            help="Add a supplementary statement about this column where the map says (`statement`); @FILE works too.",
        ),
    ] = ()

    def new_values(self) -> tuple[NewValue, ...]:
        """What these options say. Raises Refused (wrong use) with the right form."""
        from habeas.cli.new_values import parse_new_values

        return (*parse_new_values(self.set, "--set"), *parse_new_values(self.amend, "--amend", amends=True))


Ground = Annotated[
    Literal["contested", "unlawful", "claims", "objection"] | None,
    Parameter(
        help="Why (GDPR 18(1)): accuracy is contested, the processing is unlawful and erasure isn't wanted, the data is "
        "needed for claims, an objection is being examined. It is recorded."
    ),
]
AsOf = Annotated[
    date | None,
    Parameter(help="Judge periods of keeping as of this day (YYYY-MM-DD) instead of today.", metavar="DATE"),
]
Redact = Annotated[bool, Parameter(help="Mask the person's identities in free text of the same Customer too.")]


def environment() -> Mapping[str, str]:
    """The variables that a map's `url` may name."""
    import os

    return os.environ


# Defaults of the shared options: one object each, since they are frozen.
HERE = Place()
PLAINLY = Output()
NOBODY = Who()
NOTHING = What()
