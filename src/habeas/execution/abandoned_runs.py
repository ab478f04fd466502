"""Runs that came to nothing: refused, or killed before anything was committed. Their key is destroyed, and with it
whom they were about.

The stores' ledgers decide whether anything was committed. They are read under the stores' leases, so that no run at
work is taken for a dead one, and behind the fence, since a server may still carry out the commit of a dead process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select, update

from habeas.diagnostics import Refused, error
from habeas.execution.opened_stores import OpenStore
from habeas.execution.run_records import RunState, load_run, move_run
from habeas.execution.running import Context
from habeas.execution.spool import remove_spool
from habeas.execution.tables import run_fingerprints, run_stores, runs
from habeas.execution.watch_records import forget_watch
from habeas.stores.sql.ledger import fence, is_in_ledger

_OPEN = (RunState.PREPARED, RunState.APPLYING, RunState.INCOMPLETE)
_RUN_OF_SPOOL = re.compile(r"[0-9]{8}-[0-9a-f]{10}")


def may_have_changed(stores: Iterable[OpenStore], run_id: str) -> bool:
    """Whether a ledger holds something of the run, or can't be read. Hold the leases of the stores."""
    for store in stores:
        try:
            with store.writing() as connection:
                fence(connection)
                if is_in_ledger(connection, run_id):
                    return True
        except Refused:
            return True
    return False


def abandon_run(connection: Connection, run_id: str, now: datetime) -> None:
    """End a run that has changed nothing as `refused`, and forget whom it was about: the key that opens its identities
    and its spool is destroyed, and so are its fingerprints. A plan that it began by can be applied again.

    Remove the spool's files afterwards (`forget_files`).
    """
    move_run(connection, run_id, RunState.REFUSED, now)
    nothing = {"sealed_identities": None, "wrapped_key": None, "destroyed_at": now}
    connection.execute(update(runs).where(runs.c.id == run_id).values(nothing))
    connection.execute(delete(run_fingerprints).where(run_fingerprints.c.run_id == run_id))
    forget_watch(connection, [run_id])


def forget_files(context: Context, run_ids: Iterable[str]) -> None:
    """What is left to do once keys are destroyed: the spools go, and the keys' bytes in SQLite's log."""
    for run_id in run_ids:
        remove_spool(context.folder, run_id)
    context.control.scrub()


def sweep_abandoned(context: Context) -> tuple[str, ...]:
    """Abandon the runs that were killed before anything was committed; their ids.

    Ask for it where a run of the same people would have been resumed already. A store that is at work, or can't be
    reached, leaves its runs to the next sweep.
    """
    stores = {store.name: store for store in context.stores}
    with context.control.read() as control:
        waiting = {run: names for run, names in _killed(control).items() if names and names <= stores.keys()}
    swept: list[str] = []
    for run_id, names in waiting.items():
        concerned = [stores[name] for name in sorted(names)]
        try:
            with ExitStack() as leases:
                for store in concerned:
                    leases.enter_context(store.leased(run_id, context.now()))
                if may_have_changed(concerned, run_id):
                    continue
                with context.control.begin() as control:
                    if load_run(control, run_id).state not in _OPEN:
                        continue  # another process was faster
                    abandon_run(control, run_id, context.now())
        except Refused:
            continue
        swept.append(run_id)
        context.observe("swept")
    if swept:
        forget_files(context, swept)
    return tuple(swept)


def sweep_spools(context: Context) -> None:
    """Remove the spools of runs whose key is destroyed: a process may be killed between the two."""
    names = {found[0] for path in (context.folder / "spool").glob("*") if (found := _RUN_OF_SPOOL.match(path.name))}
    for run_id in names:
        with context.control.read() as control:
            query = select(runs.c.id).where(runs.c.id == run_id, runs.c.destroyed_at.is_not(None))
            destroyed = control.scalar(query) is not None
        if destroyed:
            remove_spool(context.folder, run_id)


def refuse_abandoned(context: Context, run_id: str) -> None:
    """Under the leases: raises Refused where another process has found the run dead, and ended it, in the meantime."""
    with context.control.read() as control:
        state = load_run(control, run_id).state
    if state is RunState.REFUSED:
        raise Refused(
            error(
                "run-abandoned",
                f"run {run_id} was ended by another process before this one could go on with it",
                "It had changed nothing, and whom it was about is forgotten.",
                "Run the same command again: it begins anew.",
            ),
            status="incomplete",
        )


def _killed(control: Connection) -> dict[str, set[str]]:
    """Runs that may have been killed before their first commit, with their stores, oldest first."""
    done = run_stores.alias()
    committed = exists().where(done.c.run_id == runs.c.id, done.c.state == "committed")
    found = control.execute(
        select(runs.c.id, run_stores.c.store)
        .join(run_stores, run_stores.c.run_id == runs.c.id)
        .where(runs.c.state.in_([state.value for state in _OPEN]), runs.c.wrapped_key.is_not(None), ~committed)
        .order_by(runs.c.started_at, runs.c.id)
    )
    stores: dict[str, set[str]] = {}
    for run_id, store in found:
        stores.setdefault(run_id, set()).add(store)
    return stores
