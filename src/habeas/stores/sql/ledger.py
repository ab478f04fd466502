"""`habeas_ledger`: a table of ours in the store, which says what of a run has been committed there.

The last statement of each transaction of a run writes a row, so that the data and the word about it can't come apart: a
resume believes it, and the report is made from it. On SQLite the store's lease is a row of it too.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from habeas.diagnostics import Refused, error
from habeas.stores.sql.connecting import WRITING

LEDGER = "habeas_ledger"
CREATE = (
    f"CREATE TABLE IF NOT EXISTS {LEDGER} "
    "(run varchar(64) NOT NULL, chunk integer NOT NULL, digest varchar(64) NOT NULL, counts text NOT NULL, "
    "written_at varchar(40) NOT NULL, PRIMARY KEY (run, chunk))"
)
_WRITE = text(
    f"INSERT INTO {LEDGER} (run, chunk, digest, counts, written_at) VALUES (:run, :chunk, :digest, :counts, :at)"
)
_LEASE = "lease"
_LOCK_KEY = 0x68616265  # "habe": the advisory lock of a store, the same for every run
_FENCE_KEY = 0x68616266  # another one, held by every transaction of a run
_PATIENCE_S, _PAUSE_S = 2.0, 0.05  # how long a server may take to notice that the former holder has died
_LEASE_MINUTES = 10


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What one transaction of a run did: the digest of its program, and counts by line."""

    run: str
    chunk: int
    digest: str
    counts: Mapping[str, Any]


def ensure_ledger(engine: Engine) -> None:
    """Make the ledger where it isn't yet, in a transaction of its own."""
    with engine.begin() as connection:
        if not _exists(connection):
            connection.exec_driver_sql(CREATE)


def may_make_ledger(connection: Connection) -> bool:
    """Whether the ledger is there, or the connected role may make it (SQLite knows no roles)."""
    if connection.dialect.name != "postgresql" or _exists(connection):
        return True
    return bool(
        connection.exec_driver_sql(
            "SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)"
        ).scalar_one()
    )


def fence(connection: Connection) -> None:
    """The first statement of a run's transaction: waits for a commit that outlived the process which asked for it.

    A server carries out a COMMIT that it was sent, whether or not anybody waits for the answer (deferred constraints
    and replicas make it long), while the lease went with its session. SQLite needs none: there a commit dies with its
    process.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_FENCE_KEY})")


def read_ledger(connection: Connection, run: str, chunk: int) -> LedgerRow | None:
    """What is committed of a run's chunk; None where it isn't done, or there is no ledger."""
    if not _exists(connection):
        return None
    row = connection.execute(
        text(f"SELECT run, chunk, digest, counts FROM {LEDGER} WHERE run = :run AND chunk = :chunk"),
        {"run": run, "chunk": chunk},
    ).first()
    return None if row is None else LedgerRow(row[0], int(row[1]), row[2], json.loads(row[3]))


def is_in_ledger(connection: Connection, run: str) -> bool:
    """Whether anything of a run is committed in the store."""
    if not _exists(connection):
        return False
    return connection.execute(text(f"SELECT 1 FROM {LEDGER} WHERE run = :run"), {"run": run}).first() is not None


def write_ledger(connection: Connection, row: LedgerRow, now: datetime) -> None:
    """The transaction's last statement."""
    connection.execute(
        _WRITE,
        {
            "run": row.run,
            "chunk": row.chunk,
            "digest": row.digest,
            "counts": json.dumps(row.counts, sort_keys=True),
            "at": now.isoformat(),
        },
    )


@contextmanager
def lease(engine: Engine, run: str, now: datetime) -> Iterator[None]:
    """Hold the store for one run at a time: two erasures side by side over shared rows deadlock.

    PostgreSQL: an advisory lock of a session of its own, which the server releases when the process dies. SQLite: a
    row that names the process; one whose process is gone, or that is older than ten minutes, is taken over.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            _take_lock(connection)
            try:
                yield
            finally:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK_KEY})")
        return
    _take_row(engine, run, now)
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(
                text(f"DELETE FROM {LEDGER} WHERE run = :lease AND digest = :holder"), {"lease": _LEASE, "holder": run}
            )


def _take_lock(connection: Connection) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_LOCK_KEY})").scalar_one():
        if time.monotonic() >= until:
            raise Refused(_leased("another run"))
        time.sleep(_PAUSE_S)


def _take_row(engine: Engine, run: str, now: datetime) -> None:
    # Locked before it is read: two processes that start at once must not both find it free.
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        held = connection.execute(
            text(f"SELECT digest, counts, written_at FROM {LEDGER} WHERE run = :lease"), {"lease": _LEASE}
        ).first()
        if held is not None:
            if _alive(json.loads(held[1])) and _fresh(held[2], now):
                raise Refused(_leased(f"run {held[0]}"))
            connection.execute(text(f"DELETE FROM {LEDGER} WHERE run = :lease"), {"lease": _LEASE})
        who = {"host": socket.gethostname(), "pid": os.getpid(), "started": _started(os.getpid())}
        connection.execute(
            text(
                f"INSERT INTO {LEDGER} (run, chunk, digest, counts, written_at) VALUES (:lease, 0, :holder, :who, :at)"
            ),
            {"lease": _LEASE, "holder": run, "who": json.dumps(who), "at": now.isoformat()},
        )


def _alive(holder: Mapping[str, Any]) -> bool:
    """Whether the process that holds the lease still runs; on another host nobody can tell, so it counts as alive.

    A number alone names no process: in a container that starts again everything bears the numbers of those before it.
    """
    if holder.get("host") != socket.gethostname():
        return True
    try:
        os.kill(int(holder["pid"]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _started(int(holder["pid"])) == holder.get("started")


def _started(pid: int) -> str | None:
    """When a process started, in the kernel's own words; None where the system doesn't tell."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return f"{boot} {words[19]}" if len(words) > 19 else None  # the 22nd field of proc(5)


def _fresh(written_at: str, now: datetime) -> bool:
    return now - datetime.fromisoformat(written_at) < timedelta(minutes=_LEASE_MINUTES)


def _exists(connection: Connection) -> bool:
    if connection.dialect.name == "postgresql":
        return connection.exec_driver_sql(f"SELECT to_regclass('{LEDGER}')").scalar_one() is not None
    query = f"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{LEDGER}'"
    return connection.exec_driver_sql(query).first() is not None


def _leased(holder: str) -> Any:
    return error(
        "store-leased",
        f"{holder} holds the lease of this store",
        "Runs over one store go one after another, so that a hold or an erasure is either before or after another.",
        "wait until it has ended, and run this again",
    )
