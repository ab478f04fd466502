"""What a rectification is asked to write, held against all stores of the map before any row is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from habeas.datamap.model import TableEntry
from habeas.diagnostics import Finding, Refused, Severity, error
from habeas.execution.opened_stores import OpenStore
from habeas.planning.corrections import resolve
from habeas.program.correction import Assignment
from habeas.program.program import Program
from habeas.program.selection import Identity, Intent, NewValue, Selection
from habeas.stores.sql.correcting import CorrectingRun
from habeas.stores.sql.run import StoreRun


def assignments_of(store: OpenStore, program: Program, selection: Selection) -> tuple[Assignment, ...]:
    """What the store is to write. Raises Refused with every reason why it can't be."""
    resolved = resolve(program, store.map, store.policy, selection)
    if errors := [f for f in resolved.findings if f.severity is Severity.ERROR]:
        raise Refused(*errors)
    return tuple(resolved.assignments)


def check_new_values(stores: Sequence[OpenStore], selection: Selection) -> None:
    """Refuse (wrong use) a table or column that no store has."""
    for new in selection.new_values:
        if any(column_of(store, new) is not None for store in stores):
            continue
        tables = [ref for store in stores for ref in store.map.tables]
        table = next((s.map.tables[_table(s, new)] for s in stores if _table(s, new) in s.map.tables), None)
        near = (
            get_close_matches(new.column, list(table.columns), 1) if table else get_close_matches(new.table, tables, 1)
        )
        there = (
            f"{new.table} has the columns {', '.join(table.columns)}"
            if table
            else f"There are {', '.join(tables[:20])}"
        )
        fix = (
            f"--set '{new.table}.{near[0]}=…'" if table and near else f"--set '{near[0] if near else 'TABLE'}.COLUMN=…'"
        )
        summary = f"no store of the map has a column {new.column[:80]} in {new.table[:80]}"
        raise Refused(error("unknown-column", summary, f"{there}.", fix), usage=True)


def unplaced(runs: Sequence[tuple[OpenStore, object, StoreRun]]) -> list[Finding]:
    """An error for each new value whose row is in none of the stores, where somebody was found at all."""
    rectifying = ((store, run) for store, _, run in runs if isinstance(run, CorrectingRun))
    correcting = [(store, run) for store, run in rectifying if run.program.intent is Intent.RECTIFY]
    if not any(run.people_left() for _, run in correcting) or any(
        f.severity is Severity.ERROR for _, run in correcting for f in run.findings
    ):
        return []
    found = []
    placed = {(a.table, a.column, a.key) for _, run in correcting for a in run.assignments if a.number in run.placed}
    for assignment in dict.fromkeys(a for _, run in correcting for a in run.assignments):
        if (assignment.table, assignment.column, assignment.key) not in placed:
            found.append(
                error(
                    "no-row",
                    f"the person has no row in {assignment.table}",
                    "A correction changes what is there, and adds no row.",
                    tables=(assignment.table,),
                )
            )
    return found


def column_of(store: OpenStore, new: NewValue) -> str | None:
    """The table of the store that a new value means, if the store has the column."""
    table = store.catalog.get(_table(store, new))
    return table.ref if table is not None and table.column(new.column) is not None else None


def new_identities(stores: Sequence[OpenStore], selection: Selection) -> tuple[Identity, ...]:
    """The identities by which the person will be found afterwards."""
    found = []
    for new in selection.new_values:
        for store in stores:
            said = store.map.tables.get(_table(store, new), TableEntry()).columns.get(new.column)
            if said is not None and said.identity and new.value is not None and not new.amends:
                found.append(Identity(said.identity, new.value))
    return tuple(dict.fromkeys(found))


def _table(store: OpenStore, new: NewValue) -> str:
    return new.table if new.table in store.map.tables else new.table.removeprefix(f"{store.name}.")
