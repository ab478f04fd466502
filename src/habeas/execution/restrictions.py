"""Restrictions in force: a restriction holds while its run's key exists, since what stood before is sealed under it.

A lift reads it back and destroys it. Until then an erasure of the same rows is refused (semantics, section 12).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from habeas.diagnostics import Finding, Refused, error
from habeas.execution.run_records import RunRecord, load_run, reseal_run, run_key, run_secrets
from habeas.execution.spool import SpoolReader
from habeas.execution.tables import run_fingerprints, runs
from habeas.execution.written_rows import Written, written_rows
from habeas.program.selection import Identity, Intent, Selection
from habeas.sealing.envelopes import SealBroken
from habeas.stores.sql.checking_again import WrittenRow

if TYPE_CHECKING:
    from habeas.execution.opened_stores import OpenStore
    from habeas.execution.running import Context
    from habeas.program.matches import Match

_BATCH = 1_000  # values of one IN list
_HOLDS = ("verified", "incomplete")


def in_force(context: Context, selection: Selection) -> tuple[RunRecord, ...]:
    """The restrictions about the selection's identities that nobody has lifted, oldest first."""
    wanted = sorted(set(context.candidates_of(selection)))
    found: dict[str, RunRecord] = {}
    with context.control.read() as control:
        for start in range(0, len(wanted), _BATCH):
            about = select(run_fingerprints.c.run_id).where(
                run_fingerprints.c.fingerprint.in_(wanted[start : start + _BATCH])
            )
            held = select(runs.c.id).where(
                runs.c.id.in_(about),
                runs.c.intent == Intent.RESTRICT.value,
                runs.c.state.in_(_HOLDS),
                runs.c.wrapped_key.is_not(None),
            )
            for run_id in control.scalars(held):
                found[run_id] = load_run(control, run_id)
    return tuple(sorted(found.values(), key=lambda run: (run.started_at, run.id)))


def restricted_rows(context: Context, store: OpenStore, restrictions: Sequence[RunRecord]) -> Written:
    """What restrictions have written in a store, by table and column; what stood before the oldest of them counts."""
    found: dict[tuple[str, str], dict[tuple[object, ...], WrittenRow]] = {}
    for run in reversed(restrictions):
        with context.control.read() as control:
            day = run_secrets(control, context.vault, run.id).as_of
            key = run_key(control, context.vault, run.id)
        program = store.program(Intent.RESTRICT, context.day(None) if day is None else _day(day))
        try:
            batches = list(SpoolReader(context.folder, run.id, key, run.spool_parts).of(store.name))
        except SealBroken:
            raise Refused(_lost(run)) from None
        for place, rows in written_rows(program, batches).items():
            found.setdefault(place, {}).update({row.key: row for row in rows})
    return {place: list(rows.values()) for place, rows in found.items()}


def against_restricted(context: Context, selection: Selection, matches: Sequence[Match]) -> tuple[Finding, ...]:
    """An error where one of the matched rows is restricted: it may be stored, and nothing else, until that is lifted."""
    if not matches or not (restrictions := in_force(context, selection)):
        return ()
    for store in context.stores:
        rows = restricted_rows(context, store, restrictions)
        kinds = {person.table: kind for kind, person in store.map.people.items()}
        keys = {(kinds.get(table), tuple(map(str, row.key))) for (table, _), written in rows.items() for row in written}
        if any(m.store == store.name and (m.kind, m.key) in keys for m in matches):
            return (_restricted(restrictions[0]),)
    return ()


def follow_identities(context: Context, selection: Selection, new: Sequence[Identity]) -> None:
    """Let restrictions be found by the identities that people have from now on."""
    fingerprints = [context.fingerprints.of(i.type, context.normal(i.type, i.value)) for i in new]
    for run in in_force(context, selection) if fingerprints else ():
        with context.control.begin() as control:
            key, sealed = run_key(control, context.vault, run.id), run_secrets(control, context.vault, run.id)
            reseal_run(control, key, run.id, sealed, fingerprints)


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _restricted(run: RunRecord) -> Finding:
    return error(
        "restricted",
        f"processing of this person is restricted since {run.started_at:%Y-%m-%d} (run {run.id})",
        "Restricted data may be stored and nothing else (GDPR 18(2)): it may be what the person needs for a claim. Tell them "
        "before the restriction is lifted.",
        "habeas lift --subject …   # then erase",
    )


def _lost(run: RunRecord) -> Finding:
    return error(
        "keys-lost",
        f"what stood before the restriction of run {run.id} can't be read",
        "Its file in .habeas/spool/ is gone or was changed.",
        "Put .habeas/ back whole.",
    )
