"""Once a day and store, after the windows of verification have closed: who of those that were erased is there again?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from habeas.diagnostics import Finding, Refused, warning
from habeas.execution.watch_records import Reappeared, expire_watches, reappeared, was_streamed, watched_in
from habeas.execution.watching_people import stream_people
from habeas.flows.workspace import Workspace


@dataclass(frozen=True)
class WatchOutcome:
    """Who is there again, as far as is known, and what is new of it as findings."""

    reappeared: Sequence[Reappeared]
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> list[dict[str, Any]]:
        """The list `reappeared` of `habeas verify --due --json`."""
        return [
            {
                "store": each.store,
                "table": each.table,
                "kind": each.kind,
                "run": each.run_id,
                "rows": each.rows,
                "new": each.new,
                "since": each.since.isoformat(),
            }
            for each in self.reappeared
        ]


def watch(workspace: Workspace) -> WatchOutcome:
    """Stream over the people of each store that wasn't streamed today. A store that can't be read is tried again."""
    context = workspace.context
    now = workspace.now()
    with context.control.begin() as control:
        expire_watches(control, now - timedelta(days=context.policy.limits.watch_days))
    new: Counter[tuple[str, str, str, str]] = Counter()
    findings: list[Finding] = []
    for store in context.stores:
        with context.control.read() as control:
            if was_streamed(control, store.name, now):
                continue
            _, keys = watched_in(control, store.name)
        if lost := [key for key in sorted(keys) if not context.fingerprints.knows(f"{key}:")]:
            findings.append(_blind(store.name, lost))
        try:
            new.update(stream_people(context, store, now.date()))
        except Refused as refused:
            findings += refused.findings
    with context.control.read() as control:
        found = reappeared(control, new)
    return WatchOutcome(found, (*findings, *(_back(each) for each in found if each.new)))


def _back(found: Reappeared) -> Finding:
    rows = "1 row" if found.new == 1 else f"{found.new} rows"
    return warning(
        "reappeared",
        f"{rows} of {found.kind} in {found.store}.{found.table} bear an identity that run {found.run_id} erased",
        "Whoever was erased has come back by themselves, or something (an import, a restored backup) has brought their "
        "data back. Nothing is erased by itself: to come back is everybody's right.",
        "habeas erase --subject …   # if they did not mean to come back",
        tables=(found.table,),
    )


def _blind(store: str, keys: Sequence[str]) -> Finding:
    return warning(
        "watch-key-missing",
        f"some of those who were erased from {store} can't be recognised: their fingerprints' key is not in the ring",
        f"Fingerprints bear the id of their key, here {', '.join(keys)}; nobody can make them again under another.",
        'HABEAS_KEY="NEW FORMER"   # the former master key goes behind the present one',
    )
