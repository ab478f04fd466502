"""Rows of people that identities matched: what is decided about them is pure, where they came from is not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """A matched row: the person's number in the selection, its kind, Customer and key (as text), never a value."""

    store: str
    person: int
    kind: str
    customer: str | None
    key: tuple[str, ...]
