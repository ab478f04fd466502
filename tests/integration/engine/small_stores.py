"""A small store for one test: a schema of its own, its map, and the flows over them at a time of the test's choice."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from habeas.diagnostics import Refused
from habeas.execution.watch_records import Reappeared
from habeas.flows import access as access_flow
from habeas.flows import apply as apply_flow
from habeas.flows import erase as erase_flow
from habeas.flows import plan as plan_flow
from habeas.flows import verify as verify_flow
from habeas.flows import watch as watch_flow
from habeas.flows.access import AccessOutcome
from habeas.flows.erase import EraseOutcome
from habeas.flows.plan import PlanOutcome
from habeas.flows.verify import VerifyOutcome
from habeas.flows.workspace import Workspace, open_workspace
from habeas.program.selection import Identity, Intent, Selection, Subject

START = datetime(2026, 6, 8, 12, 0, tzinfo=UTC)
POLICY = """
version: 1
organization: Example Ltd
contact: privacy@example.com
stores: [{stores}]
identity_types: {{app.user_id: exact, app.customer_no: exact}}
grounds:
  accounting: {{for: 7 years}}
limits: {{lock_timeout_ms: 300}}
"""


def who(*identities: str, **options: Any) -> Selection:
    """A selection of one person, as `who("email=jane@example.com", customer="7", exclusions=["app.user_id=3"])`."""
    exclusions = tuple(person(each) for each in options.pop("exclusions", ()))
    subjects = (person(*identities),) if identities else ()
    return Selection(subjects=subjects, exclusions=exclusions, **options)


def person(*identities: str) -> Subject:
    """One person by identities in the form of the command line."""
    return Subject(tuple(Identity.parse(each) for each in identities))


class SmallStore:
    """A database with its map. `now` is what the flows take for the present."""

    def __init__(self, folder: Path, url: str, name: str = "app") -> None:
        self.folder = folder
        self.url = url
        self.name = name
        self.now = START
        self.policy = POLICY
        self.engine = sa.create_engine(url, poolclass=NullPool)
        self.environment: dict[str, str] = {f"{name.upper()}_URL": url}
        self.others: list[SmallStore] = []
        self.first = self

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @property
    def maps(self) -> Path:
        return self.folder / "habeas"

    # -- making --------------------------------------------------------------------------------------

    def make(self, statements: str, store_map: str) -> SmallStore:
        """Run the statements (each ends with a semicolon at a line's end) and write the map from `customers` on."""
        self.run(statements)
        self.write_map(store_map)
        return self

    def write_map(self, store_map: str) -> None:
        self.maps.mkdir(exist_ok=True)
        variable = "${" + f"{self.name.upper()}_URL" + "}"
        head = f"version: 1\nstore: {self.name}\nurl: {variable}\n"
        (self.maps / f"{self.name}.yaml").write_text(head + textwrap.dedent(store_map))
        self.write_policy()

    def write_policy(self) -> None:
        names = ", ".join(f"{store.name}.yaml" for store in (self.first, *self.first.others))
        (self.maps / "habeas.yaml").write_text(self.first.policy.format(stores=names))

    def beside(self, url: str, name: str, statements: str, store_map: str) -> SmallStore:
        """Another store in the same map."""
        other = SmallStore(self.folder, url, name)
        other.first = self
        self.others.append(other)
        other.run(statements)
        other.write_map(store_map)
        self.environment |= other.environment
        self.write_policy()
        return other

    # -- the database ----------------------------------------------------------------------------------

    def run(self, statements: str) -> None:
        with self.engine.begin() as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            for statement in filter(str.strip, (statements + "\n").split(";\n")):
                connection.exec_driver_sql(statement.replace("%", "%%") if self.dialect == "postgresql" else statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            escaped = query.replace("%", "%%") if self.dialect == "postgresql" else query
            return [tuple(row) for row in connection.exec_driver_sql(escaped)]

    def value(self, query: str) -> Any:
        ((value,),) = self.rows(query)
        return value

    def contents(self) -> dict[str, list[str]]:
        """Every row of every table but the ledger, as text in a fixed order."""
        return {name: sorted(map(repr, self.rows(f"SELECT * FROM {name}"))) for name in self._tables()}

    def _tables(self) -> list[str]:
        if self.dialect == "sqlite":
            found = self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
            names = [("main", name) for (name,) in found if not name.startswith("sqlite_")]
        else:
            names = [
                (schema, name)
                for schema, name in self.rows(
                    "SELECT schemaname, tablename FROM pg_tables "
                    "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
                )
            ]
        quoted = ((schema, name.replace('"', '""')) for schema, name in names if name != "habeas_ledger")
        return [f'"{schema}"."{name}"' for schema, name in quoted]

    # -- the flows -------------------------------------------------------------------------------------

    @contextmanager
    def workspace(self, environment: Mapping[str, str] | None = None) -> Iterator[Workspace]:
        with open_workspace(self.maps, environment or self.environment, now=lambda: self.now) as workspace:
            yield workspace

    def plan(self, selection: Selection, intent: Intent = Intent.ERASE, **options: Any) -> PlanOutcome:
        with self.workspace() as workspace:
            return plan_flow.plan(workspace, intent, selection, **options)

    def save(self, selection: Selection) -> Path:
        """Plan an erasure and save it, as `plan erase --out`."""
        with self.workspace() as workspace:
            outcome = plan_flow.plan(workspace, Intent.ERASE, selection)
            return plan_flow.save(workspace, outcome, self.folder / "plans" / "plan.json")

    def apply(self, plan: Path) -> EraseOutcome:
        with self.workspace() as workspace:
            return apply_flow.apply_saved(workspace, plan)

    def erase(self, selection: Selection, **options: Any) -> EraseOutcome:
        """Erase as the command line does: the plan is made, approved and held to."""
        with self.workspace() as workspace:
            return erase_flow.erase(workspace, selection, approve=lambda _plan: True, **options)

    def erased(self, selection: Selection, **options: Any) -> EraseOutcome:
        """Erase, and insist that it is complete."""
        outcome = self.erase(selection, **options)
        said = [f"{f.code}: {f.summary}" for f in (*(outcome.plan.findings if outcome.plan else ()), *outcome.findings)]
        assert outcome.status == "complete", (outcome.status, said, outcome.remaining)
        return outcome

    def access(self, selection: Selection, **options: Any) -> AccessOutcome:
        with self.workspace() as workspace:
            return access_flow.access(workspace, selection, self.folder / "copy.zip", overwrite=True, **options)

    def verify(self, certificate: Path | None, subject: Subject | None = None) -> VerifyOutcome:
        assert certificate is not None, "the erasure wrote no certificate"
        with self.workspace() as workspace:
            return verify_flow.verify(workspace, certificate, subject)

    def verify_due(self, after: timedelta = timedelta(0)) -> list[VerifyOutcome]:
        """`verify --due`, so much later."""
        self.now += after
        with self.workspace() as workspace:
            return verify_flow.verify_due(workspace)

    def watch(self, after: timedelta = timedelta(0)) -> list[Reappeared]:
        """What `verify --due` says of who is there again, so much later."""
        self.now += after
        with self.workspace() as workspace:
            verify_flow.verify_due(workspace)
            outcome = watch_flow.watch(workspace)
        codes = [finding.code for finding in outcome.findings]
        assert codes == ["reappeared"] * len([each for each in outcome.reappeared if each.new])
        return list(outcome.reappeared)

    # -- what is promised of everything ----------------------------------------------------------------

    def refuses(self, selection: Selection, code: str, status: str = "refused") -> str:
        """Insist that plan or erase say `code` as an error and that nothing changes; what the finding says."""
        before = self.contents()
        try:
            outcome = self.erase(selection)
        except Refused as refused:
            said, findings = refused.status, refused.findings
        else:
            said, findings = outcome.status, (*(outcome.plan.findings if outcome.plan else ()), *outcome.findings)
        found = {f.code: f for f in findings if f.severity.value == "error"}
        assert code in found, (said, [(f.code, f.summary) for f in findings])
        assert said == status
        assert self.contents() == before, "a refusal changed something"
        finding = found[code]
        assert finding.summary and (finding.detail or finding.fix), "a finding teaches"
        return f"{finding.summary}\n{finding.detail}\n{finding.fix}"

    def files_with(self, *values: str) -> list[str]:
        """Files of ours (control database, spool, plans, certificates, maps: all but the stores) that hold a value."""
        stores = {Path(str(s.engine.url.database)) for s in (self, *self.others) if s.dialect == "sqlite"}
        needles = [form for v in values for form in (v.lower().encode(), v.encode("utf-16-le"))]
        return [
            file.name
            for file in sorted(self.folder.rglob("*"))
            if file.is_file() and file not in stores and file.suffix != ".zip"
            for body in [file.read_bytes()]
            if any(needle in body or needle in body.lower() for needle in needles)
        ]


def lines(outcome: PlanOutcome | EraseOutcome, table: str | None = None) -> list[tuple[str, str, int]]:
    """The plan's lines as (table, action, rows)."""
    assert outcome.plan is not None
    return [
        (line.table, line.action.value, line.rows)
        for store in outcome.plan.stores
        for line in store.lines
        if table in (None, line.table)
    ]


def only(outcome: EraseOutcome | PlanOutcome, table: str) -> Any:
    """The one line of a table."""
    assert outcome.plan is not None
    found = [line for store in outcome.plan.stores for line in store.lines if line.table == table]
    assert len(found) == 1, [(line.action, line.rows, line.reason) for line in found]
    return found[0]


def refusal_of(call: Any, *arguments: Any) -> Refused:
    """The refusal that a call ends with."""
    with pytest.raises(Refused) as caught:
        call(*arguments)
    return caught.value
