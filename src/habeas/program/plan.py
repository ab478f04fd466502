"""A plan: what would happen, line by line, with the reason for each. Plain data, made by one store's decision.

The explainer prints these lines, approval seals them, apply compares its own fresh lines with them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from habeas.diagnostics import Finding
from habeas.program.selection import Intent


class LineAction(StrEnum):
    """What happens to rows: a closed set. `restrict` and `update` belong to part 2."""

    READ = "read"
    ERASE = "erase"
    MASK = "mask"
    UNLINK = "unlink"
    KEEP = "keep"
    RESTRICT = "restrict"
    UPDATE = "update"

    @property
    def changes(self) -> bool:
        """Whether rows of such a line are written to (a kept row is, where it has columns to mask)."""
        return self in (
            LineAction.ERASE,
            LineAction.MASK,
            LineAction.UNLINK,
            LineAction.RESTRICT,
            LineAction.UPDATE,
        )


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Rows of one table with one action and one reason.

    `reason` is for people and holds no value of anybody (`owned by conversations`, `accounting, until 2031-03-01`);
    `path` is how the rows are reached (`contacts > conversations > messages`); `columns` are those written or hidden;
    `until` is an ISO date for kept rows; `basis` points into the map (`habeas.yaml:18`) or is empty.
    """

    table: str
    action: LineAction
    rows: int
    reason: str
    path: str = ""
    columns: tuple[str, ...] = ()
    until: str | None = None
    basis: str = ""

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """What approval binds to: table, action, columns. A line with a new key needs a new approval."""
        return (self.table, self.action.value, self.columns)

    def as_json(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "action": self.action.value,
            "rows": self.rows,
            "reason": self.reason,
            "path": self.path,
            "columns": list(self.columns),
            "until": self.until,
            "basis": self.basis,
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Matched people of one kind in one Customer (None: no Customer). `keys` name the rows, for an operator to tell them apart."""

    kind: str
    customer: str | None
    rows: int
    store: str = ""
    keys: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "customer": self.customer,
            "rows": self.rows,
            "store": self.store,
            "keys": list(self.keys),
        }


@dataclass(frozen=True, slots=True)
class StorePlan:
    """One store's lines, in the order in which they are shown (a table's parents first)."""

    store: str
    lines: tuple[PlanLine, ...] = ()
    dialect: str = ""
    location: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "store": self.store,
            "dialect": self.dialect,
            "location": self.location,
            "tables": [line.as_json() for line in self.lines],
        }


@dataclass(frozen=True, slots=True)
class NotCovered:
    """A place of `elsewhere`: no run reaches it; it forgets by `gone_by` (ISO date; None: not said)."""

    name: str
    gone_by: str | None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan of a selection and an intent, over all stores of the map.

    `digest` covers map, schema, intent, grounds, as_of, the selection's fingerprint and the line ceilings.
    """

    intent: Intent
    as_of: str  # ISO date-time, UTC
    map_digest: str
    schema_digests: tuple[tuple[str, str], ...]
    selection_fingerprint: str
    groups: tuple[Group, ...]
    stores: tuple[StorePlan, ...]
    findings: tuple[Finding, ...] = ()
    not_covered: tuple[NotCovered, ...] = ()

    @property
    def digest(self) -> str:
        body = {
            "intent": self.intent.value,
            "as_of": self.as_of,
            "map": self.map_digest,
            "schemas": self.schema_digests,
            "selection": self.selection_fingerprint,
            "lines": [[s.store, *line.key, line.rows] for s in self.stores for line in s.lines],
        }
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

    @property
    def rows_changed(self) -> int:
        """Rows that apply would write to."""
        return sum(
            line.rows
            for s in self.stores
            for line in s.lines
            if line.action.changes or (line.columns and line.action is LineAction.KEEP)
        )

    def as_json(self) -> dict[str, Any]:
        """The stable shape of `habeas plan --json`."""
        return {
            "digest": self.digest,
            "intent": self.intent.value,
            "as_of": self.as_of,
            "groups": [g.as_json() for g in self.groups],
            "stores": [s.as_json() for s in self.stores],
            "findings": [f.as_json() for f in self.findings],
            "not_covered": [{"name": n.name, "gone_by": n.gone_by, "owner": n.owner} for n in self.not_covered],
        }
