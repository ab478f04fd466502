"""Whom a list means, looked at before the first change of a batch that runs in several transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from habeas.execution.running import Context, opened_runs
from habeas.program.matches import Match
from habeas.program.selection import Intent, Selection
from habeas.stores.sql.run import StoreRun


def matches_of_all(context: Context, chunks: Sequence[Selection], intent: Intent, day: date) -> list[Match]:
    """The matches of every chunk over the stores as they are now, people numbered through the whole list."""
    found: list[Match] = []
    before = 0
    with opened_runs(context, context.stores, chunks[0], intent, day, writing=False) as opened:
        for chunk in chunks:
            for store, connection, _ in opened:
                run = StoreRun(connection, store.program(intent, day), chunk)
                found += [replace(match, person=match.person + before) for match in run.find()]
                run.clean_up()
            before += len(chunk.subjects)
    return found
