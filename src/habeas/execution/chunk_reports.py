"""What one chunk did in one store, as the store's ledger holds it: a resume makes the report from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from habeas.diagnostics import Finding, Severity
from habeas.program.plan import Group, LineAction, PlanLine


@dataclass(frozen=True, slots=True)
class ChunkReport:
    """Lines with the rows done, the groups that were meant (without their keys), and what was found on the way."""

    lines: tuple[PlanLine, ...]
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]

    def as_counts(self) -> dict[str, Any]:
        """Plain data for `LedgerRow.counts`; it holds no personal data, as lines and findings hold none."""
        return {
            "lines": [line.as_json() for line in self.lines],
            "groups": [[g.kind, g.customer, g.rows] for g in self.groups],
            "findings": [[f.severity.value, f.code, f.summary, f.detail, f.fix, list(f.tables)] for f in self.findings],
        }


def report_of(counts: Mapping[str, Any], store: str) -> ChunkReport:
    """What a ledger row of a store says."""
    return ChunkReport(
        tuple(line_of(plain) for plain in counts["lines"]),
        tuple(Group(kind, customer, rows, store) for kind, customer, rows in counts["groups"]),
        tuple(
            Finding(Severity(severity), code, summary, detail, fix, None, tuple(tables))
            for severity, code, summary, detail, fix, tables in counts["findings"]
        ),
    )


def merged_groups(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Groups of several chunks, added up; in the order of store, kind and Customer."""
    rows: dict[tuple[str, str, str | None], int] = {}
    for group in groups:
        key = (group.store, group.kind, group.customer)
        rows[key] = rows.get(key, 0) + group.rows
    ordered = sorted(rows.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or ""))
    return tuple(Group(kind, customer, count, store) for (store, kind, customer), count in ordered)


def line_of(plain: Mapping[str, Any]) -> PlanLine:
    """A plan line from its plain form."""
    values = dict(plain)
    values["action"] = LineAction(values["action"])
    values["columns"] = tuple(values["columns"])
    return PlanLine(**values)
