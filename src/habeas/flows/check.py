"""`check`: the map against itself and against every live schema."""

from __future__ import annotations

from habeas.diagnostics import Finding, Severity, note
from habeas.flows.workspace import Workspace
from habeas.program.selection import Intent

SCHEMA_NOT_CHECKED = "schema-not-checked"


def check(workspace: Workspace) -> tuple[Finding, ...]:
    """All findings: the files' own, guesses and questions left open, and each store's, errors first within a store."""
    found = [*workspace.map_findings, *workspace.open_questions]
    day = workspace.now().date()
    for store in workspace.checked_stores:
        program = store.program(Intent.ERASE, day)
        wrong = {table for f in store.findings if f.severity is Severity.ERROR for table in f.tables}
        found += store.findings
        if ledger := store.ledger_finding():
            found.append(ledger)
        # What can't be compiled, of tables about which the checker has nothing to say: nothing that a run refuses
        # may be missing here, and nothing be said twice in two ways.
        found += [
            f.at(workspace.positions.of(store.name, ("tables", *f.tables[:1])))
            for f in program.findings
            if not (wrong & set(f.tables) if f.tables else wrong)
        ]
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    return tuple(sorted(dict.fromkeys(found), key=lambda f: order[f.severity]))


def check_files(workspace: Workspace) -> tuple[Finding, ...]:
    """What the files say by themselves, without any database: for CI that can't reach one, and before a commit.

    The form of the files, the rules of meaning (a keep without a ground, an edge without ownership, a path to the
    Customer over an edge that isn't there …), guesses and questions left open. Whatever needs the live schema is not
    looked at; `not_looked_at` says so.
    """
    return tuple(dict.fromkeys([*workspace.map_findings, *workspace.open_questions]))


def not_looked_at(workspace: Workspace) -> Finding:
    """The note that goes with `check_files`: which databases were not looked at, and what that leaves open."""
    stores = ", ".join(workspace.company.stores)
    return note(
        SCHEMA_NOT_CHECKED,
        f"the live schema was not looked at: {stores}",
        "The map was checked by itself. Tables and columns that are missing, new or misspelt, overlooked personal "
        "columns, tables that no person reaches, triggers, indexes and privileges show only beside the database.",
        "habeas check",
    )
