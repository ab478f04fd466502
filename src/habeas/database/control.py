"""Open the control database: connect, bring its tables up to date, hand out transactions."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from habeas.database.upgrading import upgrade_if_needed
from habeas.diagnostics import Finding, Refused, error
from habeas.sealing.state_folder import PRIVATE_FILE, locked, make_state_folder

CONTROL_FILE = "control.db"
LOCK_FILE = "control.lock"
BUSY_MILLISECONDS = 10_000
_READ = "habeas_read"


@dataclass(frozen=True)
class Control:
    """An open control database. `folder` is the state folder (spools lie there); `dialect` sqlite or
    postgresql.
    """

    folder: Path
    engine: Engine

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that writes: committed at the end, rolled back by an exception.

        SQLite takes the write lock at the start, waiting up to ten seconds, so that no write fails half-way.
        """
        with self.engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, beside a writer."""
        with self.engine.connect().execution_options(**{_READ: True}) as connection, connection.begin():
            yield connection

    def scrub(self) -> None:
        """Take overwritten bytes out of SQLite's log now: call it after a key was destroyed, outside a
        transaction.

        A reader that is still at work delays it to the next call. PostgreSQL's vacuum does so in its own
        time.
        """
        if self.dialect == "sqlite":
            # On the driver's own connection: a checkpoint can't run inside a transaction.
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                raw.close()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def __enter__(self) -> Control:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_control(folder: Path, environment: Mapping[str, str]) -> Control:
    """Open the control database of a state folder, or the PostgreSQL database of `HABEAS_DATABASE_URL`.

    Made or migrated where needed; safe when two processes start at once. Raises Refused:
    `bad-database-url`, `control-unreachable` (down, or no permission), `control-unreadable` (a damaged
    file), `control-newer` (a later habeas made it).
    """
    make_state_folder(folder)
    url = environment.get("HABEAS_DATABASE_URL", "").strip()
    if url:
        engine = create_engine(_postgresql_url(url), **_COMMON, pool_size=5, max_overflow=10)
        place = "the database of HABEAS_DATABASE_URL"
    else:
        engine = _sqlite_engine(folder)
        place = str(folder / CONTROL_FILE)
    try:
        with _translated(place):
            upgrade_if_needed(engine)
    except BaseException:
        engine.dispose()
        raise
    return Control(folder, engine)


# Parameters may be fingerprints or sealed bytes: they stay out of every error message.
_COMMON: dict[str, Any] = {"hide_parameters": True}


def _sqlite_engine(folder: Path) -> Engine:
    path = folder / CONTROL_FILE
    if not path.exists() or path.stat().st_size == 0:
        with _translated(str(path)), locked(folder / LOCK_FILE):
            _make_sqlite_file(path)
    engine = create_engine(URL.create("sqlite", database=str(path)), **_COMMON)

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # `begin` below decides; the driver would begin too late
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")  # a record precedes the change that it is about
        connection.execute("PRAGMA secure_delete = ON")  # a destroyed key leaves no bytes in free pages
        connection.execute("PRAGMA temp_store = MEMORY")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get(_READ, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _make_sqlite_file(path: Path) -> None:
    # Made before SQLite does, for the mode: the -wal and -shm files take it over. WAL stays with the file,
    # and switching to it does not wait for other connections: hence the lock around this.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
    with contextlib.closing(sqlite3.connect(path, timeout=BUSY_MILLISECONDS / 1000)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _postgresql_url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise Refused(_bad_url("it is no URL")) from None
    if url.get_backend_name() != "postgresql":
        raise Refused(_bad_url(f"{url.get_backend_name()} can't be the control database"))
    return url.set(drivername="postgresql+psycopg").update_query_dict(
        {"application_name": "habeas", "connect_timeout": "10"} | dict(url.query)
    )


def _bad_url(why: str) -> Finding:
    return error(
        "bad-database-url",
        f"HABEAS_DATABASE_URL is not usable: {why}.",
        "The control database is SQLite in the state folder, or PostgreSQL where several machines work together.",
        "HABEAS_DATABASE_URL=postgresql://USER:PASSWORD@HOST/DATABASE   (or unset it for SQLite)",
    )


@contextlib.contextmanager
def _translated(place: str) -> Iterator[None]:
    """Driver errors as findings, without the URL, the statement or the driver's DETAIL lines."""
    try:
        yield
    except DBAPIError as failure:
        raise Refused(_unusable(place, failure.orig)) from None
    except (sqlite3.Error, OSError) as failure:
        raise Refused(_unusable(place, failure)) from None


def _unusable(place: str, failure: BaseException | None) -> Finding:
    words = str(failure).strip().splitlines() or [type(failure).__name__]
    if any(sign in words[0] for sign in ("malformed", "not a database")):
        return error(
            "control-unreadable",
            f"{place} is damaged: {words[0]}.",
            "It holds the record of every run; without it unfinished runs can't be resumed.",
            "Restore it from your backup, or move it away together with its -wal and -shm files to begin anew.",
        )
    return error(
        "control-unreachable",
        f"{place} can't be used: {words[0]}",
        "Every run is recorded there before the first change, so nothing has changed.",
        "Start the database, or grant its role CREATE on the schema; for SQLite check owner and free space.",
    )
