"""The engine as the property tests see it: a live database and a map folder in, what happened out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from tests.oracle.company import Asked, Company, Identities
from tests.strategies.rendering import URL_VARIABLE, write_map

from habeas.diagnostics import Refused
from habeas.flows.erase import erase
from habeas.flows.plan import plan
from habeas.flows.workspace import Workspace, open_workspace
from habeas.program.plan import Plan
from habeas.program.selection import Identity, Intent, Selection, Subject

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    """`status` is that of the JSON contract; `codes` are those of findings that are errors; `plan` the lines."""

    status: str
    codes: frozenset[str] = frozenset()
    plan: Plan | None = None
    details: tuple[str, ...] = ()

    def rows(self, action: str, table: str) -> int:
        """Rows of one table with one action, over all lines of the plan."""
        lines = self.plan.stores[0].lines if self.plan else ()
        return sum(line.rows for line in lines if line.action.value == action and line.table == table)


class Engine(Protocol):
    """What is asked of it."""

    def erase(self, asked: Asked) -> Outcome: ...

    def plan(self, asked: Asked, intent: Intent) -> Outcome: ...


@dataclass
class InProcess:
    """habeas itself, called as its command line calls it."""

    workspace: Workspace
    as_of: date = field(default_factory=NOON.date)

    def erase(self, asked: Asked) -> Outcome:
        try:
            outcome = erase(self.workspace, selection_of(asked), as_of=self.as_of)
        except Refused as refused:
            return _refusal(refused)
        return Outcome(outcome.status, _codes(outcome.findings), outcome.plan, _words(outcome.findings))

    def plan(self, asked: Asked, intent: Intent) -> Outcome:
        try:
            outcome = plan(self.workspace, intent, selection_of(asked), as_of=self.as_of)
        except Refused as refused:
            return _refusal(refused)
        found = outcome.plan.findings
        return Outcome(outcome.status, _codes(found), outcome.plan, _words(found))


def _refusal(refused: Refused) -> Outcome:
    return Outcome(refused.status, _codes(refused.findings), None, _words(refused.findings))


def _codes(findings: object) -> frozenset[str]:
    return frozenset(f.code for f in findings if f.severity.value == "error")  # type: ignore[attr-defined]


def _words(findings: object) -> tuple[str, ...]:
    return tuple(f"{f.severity.value} {f.code}: {f.summary} {f.detail}" for f in findings)  # type: ignore[attr-defined]


def selection_of(asked: Asked) -> Selection:
    """The oracle's question in the product's words."""
    return Selection(
        subjects=tuple(map(subject_of, asked.people)),
        customer=asked.customer,
        kind=asked.kind,
        all_customers="asked by a test" if asked.all_customers else None,
        all_matches=asked.all_matches,
        exclusions=tuple(map(subject_of, asked.exclusions)),
    )


def subject_of(person: Identities) -> Subject:
    return Subject(tuple(Identity(type_, value) for type_, value in person))


@contextmanager
def engine_over(
    company: Company, url: str, folder: Path, state: Path | None = None, short: bool = False
) -> Iterator[InProcess]:
    """habeas with the company's map in `folder`, over the database at `url`.

    `state` is a `.habeas` folder to begin with: making keys and a control database takes longer than a small erasure.
    """
    write_map(company, folder / "habeas", short)
    if state is not None:
        shutil.copytree(state, folder / ".habeas")
    with open_workspace(folder / "habeas", {URL_VARIABLE: url}, now=lambda: NOON) as workspace:
        yield InProcess(workspace, company.as_of)
