"""A copy of what is held about a person: reach, read in one transaction, mask others, and pack."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from habeas.datamap.model import StoreMap, TableEntry
from habeas.delivery.contents import PackageColumn, PackageHeader, PackageStore, PackageSummary, PackageTable
from habeas.delivery.json_leaves import only_provided
from habeas.delivery.packing import write_package
from habeas.delivery.redacting import OtherKind, OtherPerson, TextRedactor
from habeas.diagnostics import Finding, Severity, warning
from habeas.execution.opened_stores import OpenStore
from habeas.execution.plan_records import new_id
from habeas.execution.running import Context, check_identity_types, chunks_of, opened_runs, refuse_unclear
from habeas.flows.workspace import Workspace
from habeas.planning.who_is_meant import groups_of
from habeas.program.plan import Group, PlanLine, StorePlan
from habeas.program.selection import Intent, Selection
from habeas.stores.sql.reading_rows import PeopleColumns, other_people, own_names, read_rows
from habeas.stores.sql.run import StoreRun

_KINDS = {"user.contact.email": "email", "user.contact.phone_number": "phone"}


@dataclass(frozen=True)
class AccessOutcome:
    """What was packed; `as_json` is the contract of `habeas access --json`."""

    status: str
    package: Path | None
    stores: tuple[StorePlan, ...]
    groups: tuple[Group, ...] = ()
    findings: tuple[Finding, ...] = ()
    summary: PackageSummary | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "package": str(self.package) if self.package else None,
            "groups": [g.as_json() for g in self.groups],
            "stores": [s.as_json() for s in self.stores],
            "findings": [f.as_json() for f in self.findings],
            "masked": dict(sorted(self.summary.masked.items())) if self.summary else {},
            "unsure": [
                {"store": t.table.store, "table": t.table.table, "column": name, "places": tally.unsure}
                for t in (self.summary.tables if self.summary else ())
                for name, tally in t.tallies.items()
                if tally.unsure
            ],
        }


def access(
    workspace: Workspace,
    selection: Selection,
    out: Path,
    *,
    as_of: date | None = None,
    formats: Collection[str] = ("csv", "json"),
    overwrite: bool = False,
    mask_others: bool = True,
    intent: Intent = Intent.ACCESS,
) -> AccessOutcome:
    """Write the copy to `out`; with the intent `port`, what the person takes along.

    All stores are read as they are at one moment each; nobody waits for us. `mask_others` masks other people's names,
    e-mails and phones in free text. Nothing found: no package is written.
    """
    context = workspace.context
    check_identity_types(context, selection)
    day = context.day(as_of)
    (one,) = chunks_of(context, selection, intent, day)
    with opened_runs(context, context.stores, one, intent, day, writing=False) as opened:
        found = [match for _, _, run in opened for match in run.find()]
        findings = [*refuse_unclear(context, found, one, changes=False)]
        lines: dict[str, tuple[PlanLine, ...]] = {}
        for store, connection, run in opened:
            run.reach()
            lines[store.name] = run.lines()
            findings += run.findings
            if store.engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")  # the key tables are filled
        findings += [replace(f, severity=Severity.WARNING) for f in context.map_findings]
        groups = groups_of(found)
        stores = tuple(StorePlan(s.name, lines[s.name], s.catalog.dialect, s.location) for s in context.stores)
        if not any(lines.values()):
            return AccessOutcome("nothing_found", None, stores, groups, tuple(dict.fromkeys(findings)))
        customers: set[str | None] = {g.customer for g in groups} if one.customer is None else {one.customer}
        redactor = _redactor(opened, customers) if mask_others and _has_free_text(opened) else None
        summary = write_package(
            out,
            _header(workspace, context, groups, stores, one, intent),
            _tables(opened, lines),
            redactor,
            lambda name, rows: context.progress(name, rows, None),
            formats=formats,
            overwrite=overwrite,
        )
    if summary.unsure:
        findings.append(_unsure(summary.unsure))
    return AccessOutcome("complete", out, stores, groups, tuple(dict.fromkeys(findings)), summary)


def _unsure(places: int) -> Finding:
    return warning(
        "unsure-names",
        f"{places} {'place' if places == 1 else 'places'} in free text may name somebody else, and stayed as written",
        "A given name alone may be anybody's. A person should look at them before the package is given away; index.html "
        "lists the columns.",
    )


def _header(
    workspace: Workspace,
    context: Context,
    groups: tuple[Group, ...],
    stores: tuple[StorePlan, ...],
    selection: Selection,
    intent: Intent,
) -> PackageHeader:
    policy = workspace.company.policy
    now = workspace.now()
    return PackageHeader(
        organization=policy.organization,
        contact=policy.contact,
        prepared_at=now,
        run_id=new_id(now),
        groups=groups,
        stores=tuple(PackageStore(name=s.store, location=s.location) for s in stores),
        not_covered=context.not_covered(),
        person_count=max(1, len(selection.subjects)),
        purpose=intent.value,
    )


def _tables(
    opened: list[tuple[OpenStore, Connection, StoreRun]], lines: dict[str, tuple[PlanLine, ...]]
) -> Iterator[PackageTable]:
    for store, _, run in opened:
        for line in lines[store.name]:
            yield _table(store, run, line)


def _table(store: OpenStore, run: StoreRun, line: PlanLine) -> PackageTable:
    live = store.catalog.tables[line.table]
    entry = store.map.tables.get(line.table, TableEntry())
    ported = run.program.taken_along[line.table] if run.program.intent is Intent.PORT else None
    columns = []
    for column in live.columns:
        if ported is not None and column.name not in ported:
            continue
        said = entry.columns.get(column.name)
        columns.append(
            PackageColumn(
                name=column.name,
                type=column.type,
                family=column.family,
                category=said.category if said else None,
                is_free_text=column.name in run.program.free_text.get(line.table, ()),
                partly_hidden=ported is None and column.name in line.columns,
            )
        )
    rows: Iterator[Sequence[str | None]] = chain.from_iterable(read_rows(run.work, line.table, ported))
    if ported is not None:
        rows = only_provided(rows, ported, entry)
    recipients = [r for c in entry.columns.values() for r in c.recipients]
    purposes = [p for c in entry.columns.values() for p in c.purpose]
    sources = [c.source for c in entry.columns.values() if c.source]
    return PackageTable(
        store=store.name,
        table=line.table,
        columns=tuple(columns),
        rows=rows,
        why=line.reason,
        kept=_kept(store, entry),
        recipients=tuple(dict.fromkeys(recipients)),
        description=live.comment or "",
        primary_key=live.primary_key,
        purposes=tuple(dict.fromkeys(purposes)),
        sources=tuple(dict.fromkeys(sources)),
        hidden_why="other people's data: you may see this row, but not these columns"
        if line.columns and ported is None
        else "",
    )


def _kept(store: OpenStore, entry: TableEntry) -> str:
    """For how long, in words; empty where the map doesn't say."""
    words = []
    if entry.retain is not None:
        words.append(f"{entry.retain.period} after {entry.retain.after}")
    keep = entry.on_erase.keep
    if keep is not None:
        ground = store.policy.grounds.get(keep.ground)
        period = keep.period or (ground.period if ground else None)
        words.append(f"even after an erasure: {period} after {keep.after} ({keep.ground})")
    return "; ".join(words)


def _has_free_text(opened: list[tuple[OpenStore, Connection, StoreRun]]) -> bool:
    return any(table in run.program.free_text for _, _, run in opened for table in run.work.keys)


def _redactor(opened: list[tuple[OpenStore, Connection, StoreRun]], customers: set[str | None]) -> TextRedactor:
    """Masks the other people of the same Customers; the person's own names and addresses stay."""
    own: set[str] = set()
    for store, _, run in opened:
        own |= own_names(run.work, people_columns(store.map, run))
        for values in run.identities().values():
            own |= values
    others = (
        OtherPerson(OtherKind(kind), value)
        for store, _, run in opened
        for kind, value in other_people(
            run.work, people_columns(store.map, run), customers if store.map.customers and customers else None
        )
    )
    return TextRedactor(others, own)


def people_columns(store: StoreMap, run: StoreRun) -> list[PeopleColumns]:
    """The columns that name people, in the tables of people: whole names, given and family name together, addresses."""
    found: list[PeopleColumns] = []
    for person in store.people.values():
        entry = store.tables.get(person.table)
        if entry is None or person.table not in run.program.nodes:
            continue
        by_category: dict[str, list[str]] = {}
        for name, column in entry.columns.items():
            if column.category and run.program.table(person.table).column(name) is not None:
                by_category.setdefault(column.category, []).append(name)
        found += [
            PeopleColumns(person.table, kind, (name,))
            for category, kind in _KINDS.items()
            for name in by_category.get(category, ())
        ]
        found += [PeopleColumns(person.table, "name", (name,)) for name in by_category.get("user.name", ())]
        first, last = by_category.get("user.name.first", []), by_category.get("user.name.last", [])
        if first and last:
            found.append(PeopleColumns(person.table, "name", (first[0], last[0])))
    return found
