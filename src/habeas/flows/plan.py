"""What would happen: the plan of a selection, its explanation, and its file."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from habeas.diagnostics import Finding, Refused, Severity, error
from habeas.execution.explaining_runs import explain as explain_selection
from habeas.execution.plan_records import create_plan
from habeas.flows.explaining_tables import explain_table
from habeas.flows.workspace import Workspace
from habeas.planning.who_is_meant import is_ambiguous
from habeas.program.plan import Plan
from habeas.program.selection import Intent, Selection

FORMAT = "habeas plan"
GUESS = "guess-not-accepted"


@dataclass(frozen=True)
class PlanOutcome:
    """A plan; `status` is `planned`, `nothing_found`, `ambiguous` or `refused` (what apply would answer)."""

    plan: Plan
    status: str
    selection: Selection
    explanation: tuple[str, ...] = ()


def plan(
    workspace: Workspace, intent: Intent, selection: Selection, *, as_of: date | None = None, explain: str | None = None
) -> PlanOutcome:
    """Plan; nothing changes. `explain` names a table whose paths and rules are put into words."""
    context = workspace.context
    explained = explain_selection(context, selection, intent, as_of)
    found = replace(explained.plan, findings=_findings(workspace, intent, explained.plan.findings))
    if is_ambiguous(found.findings):
        status = "ambiguous"
    elif any(f.severity is Severity.ERROR for f in found.findings):
        status = "refused"
    else:
        status = "planned" if explained.found else "nothing_found"
    words: tuple[str, ...] = ()
    if explain is not None:
        words = explain_table(context, intent, context.day(as_of), explain)
    return PlanOutcome(found, status, selection, words)


def save(workspace: Workspace, outcome: PlanOutcome, path: Path) -> Path:
    """Write the plan for `habeas apply`: no identity is in the file; the selection is sealed in the control database."""
    if outcome.status != "planned" or any(f.code == GUESS for f in outcome.plan.findings):
        raise Refused(
            error(
                "plan-not-saved",
                f"this plan can't be applied ({outcome.status}), so it was not saved",
                "A saved plan is an offer to approve. Mend what its findings say first.",
            ),
            *(f for f in outcome.plan.findings if f.severity is Severity.ERROR or f.code == GUESS),
            status=outcome.status if outcome.status == "ambiguous" else "refused",
        )
    with workspace.control.begin() as control:
        record = create_plan(control, workspace.context.vault, outcome.plan, outcome.selection, workspace.now())
    body = {"format": FORMAT, "version": 1, "id": record.id, **outcome.plan.as_json()}
    for group in body["groups"]:
        group["keys"] = []
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _findings(workspace: Workspace, intent: Intent, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Guesses are warnings of a plan, and questions of a copy too: both may be looked at, and refuse every change."""
    mild = {GUESS} if intent.changes else {f.code for f in workspace.context.map_findings}
    added = () if intent.changes else workspace.context.map_findings
    eased = (replace(f, severity=Severity.WARNING) if f.code in mild else f for f in (*findings, *added))
    return tuple(dict.fromkeys(eased))
