"""Looks again after a rectification, a restriction or a lift: every row that was written, and every copy of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from habeas.execution.opened_stores import OpenStore
from habeas.execution.remains import Remaining
from habeas.execution.run_records import RunRecord, run_day
from habeas.execution.running import Context
from habeas.execution.sealed_selections import RunSecrets
from habeas.execution.spool import SpoolBatch
from habeas.execution.written_rows import written_rows
from habeas.stores.sql.checking_again import not_standing, stale_copies
from habeas.stores.sql.run import StoreRun

BY_WRITTEN = "the rows that were written were read again, and every declared copy of them"
Read = Callable[[OpenStore], Iterable[SpoolBatch]]


def verify_correction(context: Context, run: RunRecord, sealed: RunSecrets, read: Read) -> tuple[Remaining, ...]:
    """Rows in which the new value doesn't stand, or a copy still holds the old one; by store and table."""
    found: list[Remaining] = []
    for store in context.stores:
        program = store.program(run.intent, run_day(run, sealed))
        rows: Counter[str] = Counter()
        with store.reading() as connection:
            again = StoreRun(connection, program, sealed.selection)
            for (table, column), written in written_rows(program, read(store)).items():
                rows[table] += not_standing(again.work, table, column, written)
                originals = [row for row in written if row.copy_of is None]
                for copy in program.copies:
                    if copy.original == (table, column) and originals:
                        rows[copy.table] += stale_copies(again.work, copy.reference, originals)
            again.clean_up()
        found += [Remaining(store.name, table, count) for table, count in sorted(rows.items()) if count]
    return tuple(found)
