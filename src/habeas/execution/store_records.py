"""What a run did in each store, chunk by chunk, for the report.

The store's own ledger decides what is believed; this is its copy in the control database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from habeas.execution.tables import run_stores
from habeas.program.plan import LineAction, PlanLine


@dataclass(frozen=True, slots=True)
class StoreRecord:
    """One committed (or pending, or failed) chunk of a run in a store; `counts` are lines with the rows
    done.
    """

    run_id: str
    store: str
    chunk: int
    state: str
    counts: tuple[PlanLine, ...]
    committed_at: datetime | None


def record_store_commit(
    connection: Connection, run_id: str, store: str, chunk: int, counts: Sequence[PlanLine], now: datetime
) -> None:
    """Record a chunk that the store's ledger holds; recording it again (on resume) changes nothing else."""
    _write_store(connection, run_id, store, chunk, "committed", [line.as_json() for line in counts], now)


def record_store_failure(connection: Connection, run_id: str, store: str, chunk: int) -> None:
    """Record that a store did not finish a chunk. The reason is for the caller to show: it stays out of
    records.
    """
    _write_store(connection, run_id, store, chunk, "failed", [], None)


def store_records(connection: Connection, run_id: str) -> tuple[StoreRecord, ...]:
    """What is known of a run in each store, by store and chunk."""
    found = connection.execute(
        select(run_stores).where(run_stores.c.run_id == run_id).order_by(run_stores.c.store, run_stores.c.chunk)
    )
    return tuple(
        StoreRecord(row.run_id, row.store, row.chunk, row.state, tuple(map(_line, row.counts)), row.committed_at)
        for row in found
    )


def _write_store(
    connection: Connection,
    run_id: str,
    store: str,
    chunk: int,
    state: str,
    counts: list[dict[str, object]],
    now: datetime | None,
) -> None:
    one = (run_stores.c.run_id == run_id, run_stores.c.store == store, run_stores.c.chunk == chunk)
    present = connection.execute(select(run_stores.c.state).where(*one)).scalar()
    if present == "committed":
        return  # a commit is final: the first record of it stands
    if present is not None:
        connection.execute(delete(run_stores).where(*one))
    connection.execute(
        insert(run_stores).values(run_id=run_id, store=store, chunk=chunk, state=state, counts=counts, committed_at=now)
    )


def _line(plain: dict[str, Any]) -> PlanLine:
    values = dict(plain)
    values["action"], values["columns"] = LineAction(values["action"]), tuple(values["columns"])
    return PlanLine(**values)
