"""`check`: the map against itself and against every live schema."""

from __future__ import annotations

from habeas.diagnostics import Finding, Severity
from habeas.flows.workspace import Workspace
from habeas.program.selection import Intent


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
