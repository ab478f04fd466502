"""A rectification: plan, approve, apply, verify, certificate, as an erasure; rows stay, and get new values."""

from __future__ import annotations

from habeas.execution.new_values import new_identities
from habeas.execution.restrictions import follow_identities
from habeas.flows.erase import Approve, EraseOutcome, erase
from habeas.flows.workspace import Workspace
from habeas.program.selection import Intent, Selection


def rectify(workspace: Workspace, selection: Selection, *, approve: Approve | None = None) -> EraseOutcome:
    """Write the selection's `new_values` into the person's rows and every declared copy (GDPR 16).

    Raises Refused where a value can't stand, and (wrong use) where the map has no such column.
    """
    outcome = erase(workspace, selection, approve=approve, intent=Intent.RECTIFY)
    if outcome.status == "complete":
        context = workspace.context
        follow_identities(context, selection, new_identities(context.stores, selection))
    return outcome
