"""Restriction of processing and its end (GDPR 18): what the map says is set, and what stood before comes back."""

from __future__ import annotations

from habeas.execution.restrictions import in_force, restricted_rows
from habeas.execution.run_records import RunRecord
from habeas.execution.spool import remove_spool
from habeas.execution.verification_records import destroy_sealed
from habeas.flows.erase import Approve, EraseOutcome, erase
from habeas.flows.workspace import Workspace
from habeas.program.selection import Intent, Selection
from habeas.stores.sql.checking_again import restricted_still
from habeas.stores.sql.run import StoreRun


def restrict(workspace: Workspace, selection: Selection, *, approve: Approve | None = None) -> EraseOutcome:
    """Set what the map says in the person's own rows, and remember what stood there, sealed, until it is lifted.

    Refused where the person's rows are restricted already (`already-restricted`) or the map has no word for their kind.
    """
    return erase(workspace, selection, approve=approve, intent=Intent.RESTRICT)


def lift(workspace: Workspace, selection: Selection, *, approve: Approve | None = None) -> EraseOutcome:
    """Put back what stood before the restriction, where nobody has written anything else meanwhile."""
    outcome = erase(workspace, selection, approve=approve, intent=Intent.LIFT)
    if outcome.status == "complete":
        _forget_what_is_over(workspace, selection)
    return outcome


def _forget_what_is_over(workspace: Workspace, selection: Selection) -> None:
    """Destroy what restrictions have sealed once no row of them is restricted any more."""
    context = workspace.context
    over = [run for run in in_force(context, selection) if not _stands(workspace, run)]
    for run in over:
        with context.control.begin() as control:
            destroy_sealed(control, run.id, context.now())
        remove_spool(context.folder, run.id)
    if over:
        context.control.scrub()


def _stands(workspace: Workspace, restriction: RunRecord) -> bool:
    """Whether a row still holds what the restriction has written, and held something else before."""
    context = workspace.context
    for store in context.stores:
        rows = restricted_rows(context, store, [restriction])
        program = store.program(Intent.RESTRICT, context.day(None))
        with store.reading() as connection:
            work = StoreRun(connection, program, Selection()).work
            if any(restricted_still(work, *place, written) for place, written in rows.items()):
                return True
    return False
