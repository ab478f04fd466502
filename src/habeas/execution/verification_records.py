"""Verifications and certificates in the control database, and the end of a run's sealed identities.

Late writers survive every isolation level where no key is declared, so a run is verified after its commit
and again after an hour, a day and a week. The repeats are rows that are due; when the last is done, the
window closes and the identities are destroyed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, select, update

from habeas.execution.plan_records import destroy_plan_selection, new_id
from habeas.execution.remains import Mention, Remaining
from habeas.execution.run_records import UNFINISHED, load_run
from habeas.execution.tables import certificates, runs, verifications
from habeas.program.selection import Intent

REPEATS = (timedelta(hours=1), timedelta(days=1), timedelta(weeks=1))


class VerificationState(StrEnum):
    """What a verification found, or that it is still to be done."""

    DUE = "due"
    CLEAN = "clean"
    REMAINING = "remaining"


@dataclass(frozen=True, slots=True)
class Verification:
    """One look at the stores: due, or done with what it found."""

    id: str
    run_id: str
    due_at: datetime
    done_at: datetime | None
    state: VerificationState
    method: str
    remaining: tuple[Remaining, ...] = ()
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """A certificate that was written: `path` as given, `digest` SHA-256 of the file, `key` that of the
    signature.
    """

    id: str
    run_id: str
    path: str
    digest: str
    key: str
    status: str
    issued_at: datetime


def schedule_verifications(
    connection: Connection, run_id: str, committed_at: datetime, *, window: timedelta = REPEATS[-1]
) -> tuple[Verification, ...]:
    """Make the repeats due: after an hour and a day where they lie inside the window, and at its end.

    A run has one schedule: calling again (after a resume) moves what is still due to the new commit's times.
    """
    times = sorted({committed_at + after for after in REPEATS[:-1] if after < window} | {committed_at + window})
    present = [v for v in verifications_of(connection, run_id) if v.state is VerificationState.DUE]
    for surplus in present[len(times) :]:
        connection.execute(verifications.delete().where(verifications.c.id == surplus.id))
    for known, due in zip(present, times, strict=False):
        connection.execute(update(verifications).where(verifications.c.id == known.id).values(due_at=due))
    for due in times[len(present) :]:
        _insert(connection, Verification(new_id(due), run_id, due, None, VerificationState.DUE, ""))
    return tuple(v for v in verifications_of(connection, run_id) if v.state is VerificationState.DUE)


def record_verification(
    connection: Connection,
    run_id: str,
    *,
    method: str,
    now: datetime,
    remaining: Sequence[Remaining] = (),
    mentions: Sequence[Mention] = (),
    verification_id: str | None = None,
) -> Verification:
    """Record what a verification found: of a due one by its id, or of one made unasked (after the commit,
    by hand).

    The run's own state is the caller's to move. Raises ValueError for an id that is not due.
    """
    state = VerificationState.REMAINING if remaining else VerificationState.CLEAN
    found: dict[str, Any] = {
        "done_at": now,
        "state": state.value,
        "method": method,
        "remaining": [[r.store, r.table, r.rows] for r in remaining],
        "mentions": [[m.store, m.table, m.column, m.rows] for m in mentions],
    }
    if verification_id is None:
        made = Verification(new_id(now), run_id, now, now, state, method, tuple(remaining), tuple(mentions))
        _insert(connection, made)
        return made
    done = connection.execute(
        update(verifications)
        .where(
            verifications.c.id == verification_id,
            verifications.c.run_id == run_id,
            verifications.c.state == VerificationState.DUE.value,
        )
        .values(**found)
    )
    if done.rowcount != 1:
        raise ValueError(f"verification {verification_id} of run {run_id} is not due")
    return _record(connection.execute(select(verifications).where(verifications.c.id == verification_id)).one())


def due_verifications(connection: Connection, now: datetime) -> tuple[Verification, ...]:
    """Verifications whose time has come, the longest due first."""
    found = connection.execute(
        select(verifications)
        .where(verifications.c.state == VerificationState.DUE.value, verifications.c.due_at <= now)
        .order_by(verifications.c.due_at, verifications.c.id)
    )
    return tuple(_record(row) for row in found)


def verifications_of(connection: Connection, run_id: str) -> tuple[Verification, ...]:
    """All verifications of a run, by the time they are due."""
    found = connection.execute(
        select(verifications)
        .where(verifications.c.run_id == run_id)
        .order_by(verifications.c.due_at, verifications.c.id)
    )
    return tuple(_record(row) for row in found)


def closable_runs(connection: Connection) -> tuple[str, ...]:
    """Runs whose window has closed: finished, something verified, nothing due any more, identities still
    sealed.
    """
    about = verifications.c.run_id == runs.c.id
    due = exists().where(about, verifications.c.state == VerificationState.DUE.value)
    found = connection.scalars(
        select(runs.c.id)
        .where(
            runs.c.state == "verified",
            runs.c.intent != Intent.RESTRICT.value,  # it holds until it is lifted, and knows what stood before
            runs.c.wrapped_key.is_not(None),
            exists().where(about),
            ~due,
        )
        .order_by(runs.c.started_at)
    )
    return tuple(found)


def destroy_sealed(connection: Connection, run_id: str, now: datetime) -> None:
    """Destroy a run's key, and with it the sealed identities and the spool; and the selection of its plan.

    Remove the spool's files afterwards (`remove_spool`). Destroying twice does nothing. Raises ValueError
    for an unfinished run, whose identities are the only way to finish it.
    """
    run = load_run(connection, run_id)
    if run.state in UNFINISHED:
        raise ValueError(f"run {run_id} is {run.state.value}: without its identities nobody could finish it")
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id, runs.c.wrapped_key.is_not(None))
        .values(sealed_identities=None, wrapped_key=None, destroyed_at=now)
    )
    if run.plan_id is not None:
        destroy_plan_selection(connection, run.plan_id)


def record_certificate(
    connection: Connection, run_id: str, *, path: str, digest: str, key: str, status: str, now: datetime
) -> CertificateRecord:
    """Record a certificate that was written. One of the same content (made again within a second) is recorded once."""
    same = connection.execute(select(certificates).where(certificates.c.digest == digest)).one_or_none()
    if same is not None:
        return CertificateRecord(**same._mapping)
    record = CertificateRecord(new_id(now), run_id, path, digest, key, status, now)
    connection.execute(
        insert(certificates).values(
            id=record.id, run_id=run_id, path=path, digest=digest, key=key, status=status, issued_at=now
        )
    )
    return record


def certificates_of(connection: Connection, run_id: str) -> tuple[CertificateRecord, ...]:
    """The certificates of a run, oldest first."""
    found = connection.execute(
        select(certificates)
        .where(certificates.c.run_id == run_id)
        .order_by(certificates.c.issued_at, certificates.c.id)
    )
    return tuple(CertificateRecord(**row._mapping) for row in found)


def _insert(connection: Connection, verification: Verification) -> None:
    connection.execute(
        insert(verifications).values(
            id=verification.id,
            run_id=verification.run_id,
            due_at=verification.due_at,
            done_at=verification.done_at,
            state=verification.state.value,
            method=verification.method,
            remaining=[[r.store, r.table, r.rows] for r in verification.remaining],
            mentions=[[m.store, m.table, m.column, m.rows] for m in verification.mentions],
        )
    )


def _record(row: Row[Any]) -> Verification:
    return Verification(
        id=row.id,
        run_id=row.run_id,
        due_at=row.due_at,
        done_at=row.done_at,
        state=VerificationState(row.state),
        method=row.method,
        remaining=tuple(Remaining(*entry) for entry in row.remaining),
        mentions=tuple(Mention(*entry) for entry in row.mentions),
    )
