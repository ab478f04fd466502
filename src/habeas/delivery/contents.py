"""What goes into a package, as plain data that a flow hands over, and what came of it.

Nothing here reads a database. Rows arrive as the database's own text, are read once, and may be many more than fit
in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from habeas.catalog.tables import TypeFamily
from habeas.program.plan import Group, NotCovered

Row = Sequence[str | None]


class PackageFormat(StrEnum):
    """The forms in which rows are written."""

    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageColumn:
    """A column of a table in the package.

    `type` is the database's own text, `category` the map's (`user.contact.email`). `hidden`: the column is left
    empty in every row, whatever the rows hold. `partly_hidden`: the rows have it emptied already where it is
    hidden. `is_free_text`: other people are masked in its values.
    """

    name: str
    type: str
    family: TypeFamily
    category: str | None = None
    hidden: bool = False
    is_free_text: bool = False
    partly_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageTable:
    """A table with its rows.

    `why` says why the rows are about the person, `kept` how long they are kept, `recipients` who receives them,
    `purposes` what they are used for, `sources` where they come from; all are words for the person to read. Each
    of `rows` has one text (None: NULL) for each of `columns`, in their order; they are read once.
    """

    store: str
    table: str
    columns: tuple[PackageColumn, ...]
    rows: Iterable[Row]
    why: str = ""
    kept: str = ""
    recipients: tuple[str, ...] = ()
    description: str = ""
    primary_key: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    hidden_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageStore:
    """A store and where it is (`United States, us-east-1, aws`; empty: the map doesn't say)."""

    name: str
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageHeader:
    """What holds for the whole package.

    `prepared_at` has a time zone. `contact` is an e-mail address or an https page, as the policy names it.
    `purpose` is the intent that it was made for. `complaint` names the authority for complaints where the organisation knows it.
    """

    organization: str
    contact: str
    prepared_at: datetime
    run_id: str
    groups: tuple[Group, ...] = ()
    stores: tuple[PackageStore, ...] = ()
    not_covered: tuple[NotCovered, ...] = ()
    person_count: int = 1
    complaint: str = ""
    purpose: str = "access"  # or `port`: what the person gave, to take along

    def __post_init__(self) -> None:
        if self.prepared_at.tzinfo is None:
            raise ValueError("prepared_at has no time zone: give a datetime in UTC")

    def location_of(self, store: str) -> str:
        """Where a store is, or an empty string."""
        return next((s.location for s in self.stores if s.name == store), "")


@dataclass(slots=True)
class MaskingTally:
    """What was masked in one column: how many places by kind, and what a person should look at.

    `unsure` counts places that may name somebody else and were left as they are; `unsure_rows` numbers the first
    of their rows (the first row is 1), at most `LISTED` of them.
    """

    LISTED = 100

    masked: Counter[str] = field(default_factory=Counter)
    unsure: int = 0
    unsure_rows: list[int] = field(default_factory=list)

    def note_unsure(self, row: int, places: int) -> None:
        """Count places of one row."""
        self.unsure += places
        if len(self.unsure_rows) < self.LISTED:
            self.unsure_rows.append(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """A member of the package: `path` inside it, size in bytes and SHA-256 (hexadecimal) before compression."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTable:
    """A table as it was written. `preview` holds its first rows; `types` the Table Schema type of each column."""

    table: PackageTable
    resource: str
    renamed_why: str
    rows: int
    files: dict[PackageFormat, PackageFile]
    types: tuple[str, ...]
    preview: tuple[Row, ...]
    replaced_characters: int
    tallies: dict[str, MaskingTally]

    @property
    def masked(self) -> Counter[str]:
        """Masked places by kind, over all columns."""
        return sum((t.masked for t in self.tallies.values()), Counter())

    def as_json(self) -> dict[str, Any]:
        """Counts and names alone: no value of anybody."""
        return {
            "store": self.table.store,
            "table": self.table.table,
            "resource": self.resource,
            "rows": self.rows,
            "files": [f.path for f in self.files.values()],
            "masked": dict(sorted(self.masked.items())),
            "unsure": [
                {"column": name, "places": tally.unsure, "rows": list(tally.unsure_rows)}
                for name, tally in self.tallies.items()
                if tally.unsure
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSummary:
    """What a package holds. `path` is None where it went to an open stream; `bytes` is the size of the zip."""

    path: Path | None
    bytes: int
    tables: tuple[WrittenTable, ...]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(t.rows for t in self.tables)

    @property
    def masked(self) -> Counter[str]:
        """Masked places by kind, over all tables."""
        return sum((t.masked for t in self.tables), Counter())

    @property
    def unsure(self) -> int:
        """Places that may name somebody else, for a person to look at before the package is given away."""
        return sum(tally.unsure for t in self.tables for tally in t.tallies.values())

    def as_json(self) -> dict[str, Any]:
        """The package part of `habeas access --json`: no value of anybody."""
        return {
            "path": None if self.path is None else str(self.path),
            "bytes": self.bytes,
            "rows": self.rows,
            "tables": [t.as_json() for t in self.tables],
            "masked": dict(sorted(self.masked.items())),
            "unsure": self.unsure,
        }
