"""Makes the plan of a selection over all stores: the steps of a run, taken back at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from sqlalchemy import Connection

from habeas.diagnostics import Finding
from habeas.execution.looking_first import matches_of_all
from habeas.execution.opened_stores import OpenStore
from habeas.execution.restrictions import against_restricted
from habeas.execution.running import (
    Context,
    Remembered,
    check_identity_types,
    chunks_of,
    errors_against,
    opened_runs,
    remember,
    run_of,
)
from habeas.planning.who_is_meant import findings_of, groups_of
from habeas.program.matches import Match
from habeas.program.plan import Plan, PlanLine, StorePlan
from habeas.program.selection import Intent, Selection
from habeas.stores.sql.run import StoreRun


@dataclass(frozen=True, slots=True)
class Explained:
    """A plan, with the matches that it is about and whether any row was reached."""

    plan: Plan
    matches: tuple[Match, ...]
    found: bool


def explain(
    context: Context,
    selection: Selection,
    intent: Intent,
    as_of: date | None,
    remembered: Remembered = MappingProxyType({}),
) -> Explained:
    """The plan; nothing changes. What stands against it is among its findings, and refuses nothing here.

    A batch of several chunks is walked as it would be run, each chunk over what the one before left, and taken back:
    otherwise a row that two people share would be counted as staying with each of them. `remembered` rows of unfinished
    runs are started from too: what was written behind them goes along.
    """
    check_identity_types(context, selection)
    day = context.day(as_of)
    chunks = chunks_of(context, selection, intent, day)
    changes = intent.changes
    walked = changes and len(chunks) > 1
    matches = matches_of_all(context, chunks, intent, day) if len(chunks) > 1 else []
    findings: list[Finding] = []
    lines: dict[str, list[PlanLine]] = {store.name: [] for store in context.stores}
    with opened_runs(context, context.stores, chunks[0], intent, day, writing=walked) as opened:
        for number, chunk in enumerate(chunks):
            runs = [(s, c, run_of(context, s, c, intent, day, chunk)) for s, c, _ in opened] if number else opened
            found = [match for _, _, run in runs for match in run.find()]
            matches = matches or found
            if intent is Intent.ERASE:
                findings += against_restricted(context, chunk, found)
            remember(runs, {} if number else remembered)
            findings += _explain_chunk(context, runs, lines, intent, walked)
            context.progress("planning", number + 1, len(chunks))
    findings = [
        *findings_of(matches, selection, context.policy.limits.max_matches, changes=changes),
        *dict.fromkeys(findings),
    ]
    plan = Plan(
        intent=intent,
        as_of=day.isoformat(),
        map_digest=context.map_digest,
        schema_digests=tuple((s.name, s.catalog.fingerprint) for s in context.stores),
        selection_fingerprint=context.selection_fingerprint(selection),
        groups=groups_of(matches),
        stores=tuple(StorePlan(s.name, added_up(lines[s.name]), s.catalog.dialect, s.location) for s in context.stores),
        findings=tuple(findings),
        not_covered=context.not_covered(),
    )
    return Explained(plan, tuple(matches), any(lines.values()))


def _explain_chunk(
    context: Context,
    runs: Sequence[tuple[OpenStore, Connection, StoreRun]],
    lines: dict[str, list[PlanLine]],
    intent: Intent,
    walked: bool,
) -> list[Finding]:
    for store, _, run in runs:
        run.reach()
        if intent.changes:
            run.decide()
        lines[store.name] += run.lines()
    findings = [finding for _, _, run in runs for finding in run.findings]
    findings += errors_against(context, runs) if intent.changes else ()
    for _, _, run in runs:
        if walked and not any(f.severity.value == "error" for f in findings):
            run.change()
        run.clean_up()
    return findings


def added_up(lines: Sequence[PlanLine]) -> tuple[PlanLine, ...]:
    """Lines of several chunks as one plan: rows of equal lines added, the latest date kept."""
    found: dict[tuple[object, ...], PlanLine] = {}
    for line in lines:
        apart = line.reason.split(",")[0]
        key = (*line.key, apart)
        before = found.get(key)
        if before is None:
            found[key] = line
            continue
        latest = max((before, line), key=lambda each: each.until or "")
        found[key] = replace(latest, rows=before.rows + line.rows)
    return tuple(found.values())
