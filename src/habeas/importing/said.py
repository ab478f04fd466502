"""What another tool's files say of tables, before it is held against a map: the same shape whatever the tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from habeas.datamap.model import EdgeKind
from habeas.diagnostics import Finding, Position


@dataclass(frozen=True, slots=True)
class SaidColumn:
    """A column. `categories` are fideslang's as written; `personal` says that it holds something of somebody, whatever.

    `paths` has the leaves inside a JSON column (`$.work.mail`) with their categories.
    """

    name: str
    categories: tuple[str, ...] = ()
    personal: bool = False
    identity: str | None = None
    provided: bool = False
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at: Position | None = None


@dataclass(frozen=True, slots=True)
class SaidEdge:
    """A reference. `as_` None: the tool doesn't say whose the row is, and `question` asks it.

    `target` names a table as the tool does, with `target_schema`; `goes_along` says that the row goes with any of its
    owners, even if another one stays.
    """

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...] = ()
    target_schema: str | None = None
    as_: EdgeKind | None = None
    question: str = ""
    goes_along: bool = False
    at: Position | None = None


@dataclass(frozen=True, slots=True)
class SaidTable:
    """A table. `not_personal` is a reason; `root` says that requests may begin here (it bears an identity)."""

    name: str
    schema: str | None = None
    columns: tuple[SaidColumn, ...] = ()
    edges: tuple[SaidEdge, ...] = ()
    not_personal: str | None = None
    root: bool = False
    at: Position | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """All that a tool says. `source` is the word behind `proposed:`; findings are about what could not be read."""

    source: str
    tables: tuple[SaidTable, ...]
    findings: tuple[Finding, ...] = ()
