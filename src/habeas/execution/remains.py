"""What a verification may find: rows that should be gone, and free text that still names the person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remaining:
    """Rows that should be gone (or masked) and are still there."""

    store: str
    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class Mention:
    """Rows whose free text still holds an identity of the person; they don't make a run incomplete."""

    store: str
    table: str
    column: str
    rows: int
