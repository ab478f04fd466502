"""Runs in the control database: written before the first change, so that a killed run is found and finished.

`prepared` (sealed, nothing changed) -> `applying` -> `applied` -> `verified`; `incomplete` where something
remains or a store did not finish, and from there on again; `refused` where nothing was changed and nothing
will be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, Select, insert, select, union, update

from habeas.diagnostics import Refused, error
from habeas.execution.plan_records import new_id
from habeas.execution.sealed_selections import RunSecrets, secrets_from_bytes, secrets_to_bytes

# Callers find the whole record of a run here, what it did in each store too.
from habeas.execution.store_records import StoreRecord as StoreRecord
from habeas.execution.store_records import record_store_commit as record_store_commit
from habeas.execution.store_records import record_store_failure as record_store_failure
from habeas.execution.store_records import store_records as store_records
from habeas.execution.tables import run_fingerprints, run_stores, runs, watched_fingerprints
from habeas.program.selection import Intent
from habeas.sealing.envelopes import DataKey, Vault

_BATCH = 1_000  # values of one IN list: SQLite takes 32,766 parameters at most


class RunState(StrEnum):
    """How far a run is."""

    PREPARED = "prepared"
    APPLYING = "applying"
    APPLIED = "applied"
    VERIFIED = "verified"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"


UNFINISHED = (RunState.APPLYING, RunState.APPLIED, RunState.INCOMPLETE)
_BEFORE: dict[RunState, tuple[RunState, ...]] = {
    RunState.APPLYING: (RunState.PREPARED, RunState.INCOMPLETE),
    RunState.APPLIED: (RunState.APPLYING, RunState.INCOMPLETE),  # everything was done, and something remained
    RunState.VERIFIED: (RunState.APPLIED, RunState.INCOMPLETE),
    RunState.INCOMPLETE: (RunState.APPLYING, RunState.APPLIED, RunState.VERIFIED),
    RunState.REFUSED: (RunState.PREPARED, RunState.APPLYING, RunState.INCOMPLETE),  # its ledgers say: nothing changed
}
_ENDS = (RunState.VERIFIED, RunState.INCOMPLETE, RunState.REFUSED)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A stored run. `destroyed_at`: when its sealed identities were destroyed (None: they open)."""

    id: str
    plan_id: str | None
    intent: Intent
    state: RunState
    digest: str
    started_at: datetime
    finished_at: datetime | None
    persons: int
    selection_fingerprint: str
    spool_parts: int
    destroyed_at: datetime | None


def begin_run(
    connection: Connection,
    vault: Vault,
    secrets: RunSecrets,
    *,
    intent: Intent,
    digest: str,
    selection_fingerprint: str,
    fingerprints: Iterable[str],
    stores: Iterable[str],
    now: datetime,
    persons: int = 1,
    plan_id: str | None = None,
) -> tuple[RunRecord, DataKey]:
    """Write a `prepared` run with its identities sealed; the key also seals its spool.

    `fingerprints` are those of every identity of every person, under the newest key: by them a later
    request finds the run. Commit before the first change.
    """
    record = RunRecord(
        new_id(now),
        plan_id,
        intent,
        RunState.PREPARED,
        digest,
        now,
        None,
        persons,
        selection_fingerprint,
        0,
        None,
    )
    key = vault.new_key(_purpose(record.id))
    connection.execute(
        insert(runs).values(
            id=record.id,
            plan_id=plan_id,
            intent=intent.value,
            state=record.state.value,
            digest=digest,
            started_at=now,
            persons=persons,
            selection_fingerprint=selection_fingerprint,
            sealed_identities=key.seal(secrets_to_bytes(secrets), "identities"),
            wrapped_key=key.wrapped,
            spool_parts=0,
        )
    )
    _add_fingerprints(connection, record.id, fingerprints)
    pending = [{"run_id": record.id, "store": s, "chunk": 0, "state": "pending", "counts": []} for s in stores]
    if pending:
        connection.execute(insert(run_stores), pending)
    return record, key


def reseal_run(
    connection: Connection, key: DataKey, run_id: str, secrets: RunSecrets, fingerprints: Iterable[str] = ()
) -> None:
    """Replace a run's sealed identities (more were found), and add the fingerprints of the new ones."""
    sealed = key.seal(secrets_to_bytes(secrets), "identities")
    connection.execute(update(runs).where(runs.c.id == run_id).values(sealed_identities=sealed))
    known = set(connection.scalars(select(run_fingerprints.c.fingerprint).where(run_fingerprints.c.run_id == run_id)))
    _add_fingerprints(connection, run_id, (f for f in fingerprints if f not in known))


def load_run(connection: Connection, run_id: str) -> RunRecord:
    """The run with that id. Raises Refused (`unknown-run`)."""
    row = connection.execute(_runs().where(runs.c.id == run_id)).one_or_none()
    if row is None:
        raise Refused(
            error(
                "unknown-run",
                f"The control database knows no run {run_id}.",
                "It was made with another control database.",
                "Set HABEAS_DATABASE_URL (or --dir) as it was when the run was made.",
            )
        )
    return _record(row)


def run_key(connection: Connection, vault: Vault, run_id: str) -> DataKey:
    """The data key of a run. Raises Refused (`unknown-run`, `sealed-destroyed`)."""
    return _sealed(connection, vault, run_id)[0]


def run_secrets(connection: Connection, vault: Vault, run_id: str) -> RunSecrets:
    """Who a run is about. Raises Refused (`unknown-run`, `sealed-destroyed`)."""
    key, sealed = _sealed(connection, vault, run_id)
    return secrets_from_bytes(key.open(sealed, "identities"))


def run_day(run: RunRecord, sealed: RunSecrets) -> date:
    """The day by which a run's periods end: a resume and every verification decide by it too."""
    return date.fromisoformat(sealed.as_of) if sealed.as_of else run.started_at.date()


def runs_of_plan(connection: Connection, plan_id: str) -> tuple[RunRecord, ...]:
    """The runs that began by a saved plan, oldest first: one, unless earlier ones were refused."""
    found = connection.execute(_runs().where(runs.c.plan_id == plan_id).order_by(runs.c.started_at, runs.c.id))
    return tuple(_record(row) for row in found)


def move_run(connection: Connection, run_id: str, state: RunState, now: datetime) -> RunRecord:
    """Move a run to a state, or leave it there; an end (`verified`, `incomplete`, `refused`) sets
    `finished_at`.

    Raises ValueError where the state does not follow from the present one: a mistake of the caller.
    """
    before = [state.value, *(former.value for former in _BEFORE.get(state, ()))]
    finished = now if state in _ENDS else None
    done = connection.execute(
        update(runs)
        .where(runs.c.id == run_id, runs.c.state.in_(before))
        .values(state=state.value, finished_at=finished)
    )
    if done.rowcount != 1:
        present = load_run(connection, run_id).state
        raise ValueError(f"run {run_id} is {present.value}, which {state.value} does not follow")
    return load_run(connection, run_id)


def finish_run(connection: Connection, run_id: str, state: RunState, now: datetime) -> RunRecord:
    """End a run as `verified`, `incomplete` or `refused`. Raises ValueError as `move_run` does."""
    if state not in _ENDS:
        raise ValueError(f"{state.value} is no end of a run")
    return move_run(connection, run_id, state, now)


def record_spool(connection: Connection, run_id: str, parts: int) -> None:
    """Say how many spool files of the run are whole, so that a missing one is noticed."""
    connection.execute(update(runs).where(runs.c.id == run_id).values(spool_parts=parts))


def unfinished_runs_for(
    connection: Connection, fingerprints: Iterable[str], selections: Collection[str] = ()
) -> tuple[RunRecord, ...]:
    """Runs that changed something, or may have, and are not verified yet, about any of these fingerprints,
    oldest first: of identities that were given, or that a store held of the person alone. `selections` are fingerprints of
    whole selections, by which a Customer's run is found, who has no identity.

    Give the candidates under every key. Until these runs are done the answer to a request is `incomplete`.
    """
    wanted, found = sorted(set(fingerprints)), {}
    states = [state.value for state in UNFINISHED]
    for start in range(0, len(wanted), _BATCH):
        some = wanted[start : start + _BATCH]
        about = union(
            *(
                select(table.c.run_id).where(table.c.fingerprint.in_(some))
                for table in (run_fingerprints, watched_fingerprints)
            )
        )
        for row in connection.execute(_runs().where(runs.c.id.in_(about), runs.c.state.in_(states))):
            found[row.id] = _record(row)
    for row in connection.execute(
        _runs().where(runs.c.selection_fingerprint.in_(selections), runs.c.state.in_(states))
    ):
        found[row.id] = _record(row)
    return tuple(sorted(found.values(), key=lambda run: (run.started_at, run.id)))


def fingerprints_of_run(connection: Connection, run_id: str) -> tuple[str, ...]:
    """The fingerprints of the identities that a run is about, sorted."""
    found = select(run_fingerprints.c.fingerprint).where(run_fingerprints.c.run_id == run_id)
    return tuple(connection.scalars(found.order_by(run_fingerprints.c.fingerprint)))


def _sealed(connection: Connection, vault: Vault, run_id: str) -> tuple[DataKey, bytes]:
    row = connection.execute(
        select(runs.c.wrapped_key, runs.c.sealed_identities).where(runs.c.id == run_id)
    ).one_or_none()
    if row is None:
        load_run(connection, run_id)
    if row is None or row.wrapped_key is None:
        raise Refused(
            error(
                "sealed-destroyed",
                f"The identities of run {run_id} were destroyed when its verification window closed.",
                "Nobody can open them any more, which is what was promised.",
                "Give the identity again: its fingerprint is compared with the certificate's.",
            )
        )
    return vault.unwrap(row.wrapped_key, _purpose(run_id)), row.sealed_identities


def _add_fingerprints(connection: Connection, run_id: str, fingerprints: Iterable[str]) -> None:
    rows = [{"run_id": run_id, "fingerprint": fingerprint} for fingerprint in sorted(set(fingerprints))]
    if rows:
        connection.execute(insert(run_fingerprints), rows)


def _runs() -> Select[tuple[object, ...]]:
    return select(*(column for column in runs.c if column.name not in ("sealed_identities", "wrapped_key")))


def _record(row: Row[tuple[object, ...]]) -> RunRecord:
    values = dict(row._mapping)
    values["intent"], values["state"] = Intent(values["intent"]), RunState(values["state"])
    return RunRecord(**values)


def _purpose(run_id: str) -> str:
    return f"run:{run_id}"
