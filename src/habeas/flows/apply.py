"""Applies a saved plan: what was approved, and not a row more."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from habeas.diagnostics import Refused, error
from habeas.execution.erasing import Erasure, line_of
from habeas.execution.plan_records import PlanRecord, PlanState, load_plan, set_plan_state
from habeas.execution.run_records import RunState, runs_of_plan
from habeas.flows.erase import EraseOutcome, carry_out, finish_unfinished
from habeas.flows.plan import FORMAT
from habeas.flows.workspace import Workspace
from habeas.program.plan import Plan, StorePlan
from habeas.program.selection import Intent


def apply_saved(workspace: Workspace, plan_path: Path, *, redact: bool = False) -> EraseOutcome:
    """Reach afresh and carry the plan out: fewer rows pass; a new line or more rows need a new approval.

    A run of this plan that broke off is finished within the same approval. Raises Refused: `bad-plan-file`,
    `plan-changed` (the file isn't what was sealed), `map-changed`, `schema-changed`, `plan-used`.
    """
    body = _read(plan_path)
    context = workspace.context
    with context.control.read() as control:
        record = load_plan(control, context.vault, str(body["id"]))
    if record.digest != body.get("digest") or record.digest != _digest_of(body, record):
        raise _changed(
            "plan-changed",
            "the plan's file is not the one that was saved",
            "Its digest is another: whoever approved this file has seen something else than what would be done.",
        )
    if record.map_digest != context.map_digest:
        raise _changed("map-changed", "the map has changed since the plan was made", "Approval covers the map too.")
    if dict(record.schema_digests) != {s.name: s.catalog.fingerprint for s in context.stores}:
        raise _changed("schema-changed", "a live schema has changed since the plan was made", "Approval covers it too.")
    if not record.intent.changes:
        raise _changed(
            "nothing-to-apply",
            "this plan changes nothing",
            "It was made to be looked at: `habeas access` gives the copy.",
        )
    if record.selection is None:
        raise _changed("plan-used", "whom this plan is about is no longer known", "Its run's window has closed.")
    if record.state is not PlanState.OPEN:
        raise _changed("plan-used", f"the plan was {record.state.value} before", "An approval holds for one run.")
    with context.control.read() as control:
        begun = [run.id for run in runs_of_plan(control, record.id) if run.state is not RunState.REFUSED]
    finished = finish_unfinished(workspace, record.selection, redact=redact)
    if begun:
        # The plan's own run was killed before it could say that the approval is used.
        _use(workspace, record)
        own = [outcome for outcome in finished if outcome.run in begun]
        if own:
            return own[-1]
        raise _changed("plan-used", "the plan was applied before", "An approval holds for one run.")
    if broken := [outcome for outcome in finished if outcome.status != "complete"]:
        return broken[0]
    day = date.fromisoformat(record.as_of[:10])
    erasure = Erasure(context, record.selection, day, record.digest, record.id, record.ceilings, intent=record.intent)
    outcome = carry_out(workspace, erasure, redact=redact, finished=finished)
    if erasure.run is not None:
        _use(workspace, record)
    return outcome


def _use(workspace: Workspace, record: PlanRecord) -> None:
    with workspace.control.begin() as control:
        set_plan_state(control, record.id, PlanState.APPLIED)


def _read(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refused(
            error("no-plan-file", f"there is no plan {path.name}", fix="habeas plan erase … --out plans/NAME.json")
        ) from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        body = None
    if not isinstance(body, dict) or body.get("format") != FORMAT or not isinstance(body.get("id"), str):
        raise Refused(
            error(
                "bad-plan-file",
                f"{path.name} is no plan of habeas",
                "A plan is the JSON file that --out wrote, unchanged.",
                "habeas plan erase … --out plans/NAME.json",
            )
        )
    return body


def _digest_of(body: dict[str, Any], record: PlanRecord) -> str | None:
    """The digest of the lines that the file shows, with what it doesn't show as it was recorded; None: unreadable."""
    try:
        stores = tuple(
            StorePlan(str(store["store"]), tuple(line_of(line) for line in store["tables"])) for store in body["stores"]
        )
        intent, as_of = Intent(body["intent"]), str(body["as_of"])
    except (KeyError, TypeError, ValueError):
        return None
    return Plan(
        intent, as_of, record.map_digest, record.schema_digests, record.selection_fingerprint, (), stores
    ).digest


def _changed(code: str, summary: str, detail: str) -> Refused:
    return Refused(error(code, summary, detail, "habeas plan erase …   # and approve the new plan"))
