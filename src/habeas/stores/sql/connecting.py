"""Opens a store's database with the settings that keep a run safe: nothing hidden, nothing waits for ever.

No message, exception or log line made here holds a URL, a password or a value: SQLAlchemy hides parameters, and what
the drivers say is translated by `failures`.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from habeas.diagnostics import Refused, error
from habeas.stores.sql.failures import database_errors, describe_failure
from habeas.stores.sql.temporary_tables import KEEP_TABLES

__all__ = ["WRITING", "database_errors", "describe_failure", "open_engine"]

# Execution options of a connection that is going to write: SQLite takes its lock at BEGIN, not at the first change,
# since a transaction that has read can no longer wait for a writer. PostgreSQL keeps temporary tables for the next run.
WRITING = {"sqlite_begin": "IMMEDIATE", KEEP_TABLES: True}

CONNECT_TIMEOUT_S = 10
_STEPS = 100_000  # SQLite's virtual machine asks about the statement timeout after so many instructions
_LONGEST_STEP_S = 1.0  # a longer gap between two questions was the reader's time, not the statement's
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
_SQLITE = ("sqlite", "sqlite+pysqlite")


def open_engine(
    url: str,
    *,
    lock_timeout_ms: int = 5_000,
    statement_timeout_ms: int = 600_000,
    application_name: str = "habeas",
    keep_connections: bool = False,
) -> sa.Engine:
    """An engine for a store; each connection is opened afresh and closed after use.

    `keep_connections` keeps two of PostgreSQL's open for the next run (`dispose` closes them): opening one takes as long
    as erasing a person.

    PostgreSQL: `row_security = off` (a read that a policy would filter fails), time zone UTC, UTF-8, no JIT, both
    timeouts; `search_path` stays the role's own. SQLite: foreign keys are enforced, the file must exist, a
    transaction begins where SQLAlchemy's does, and both timeouts hold as on PostgreSQL. Connects to nothing yet.
    Raises Refused for a URL that can't be read, another database, or a SQLite file that isn't there.
    """
    parsed = _parse(url)
    if parsed.drivername in _POSTGRESQL:
        return _open_postgresql(parsed, lock_timeout_ms, statement_timeout_ms, application_name, keep_connections)
    return _open_sqlite(parsed, lock_timeout_ms, statement_timeout_ms)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        parsed = None
    if parsed is not None and parsed.drivername in (*_POSTGRESQL, *_SQLITE):
        return parsed
    forms = "url: postgresql://USER@HOST:5432/DATABASE\nurl: sqlite:///path/to/file.sqlite"
    if parsed is None:
        detail = (
            "It isn't shown here, since it may hold a password. Characters such as @ : / in a password are written"
            " %40 %3A %2F."
        )
        raise Refused(error("unreadable-url", "The store's URL can't be read.", detail, forms))
    detail = "This release reads and changes PostgreSQL and SQLite databases."
    raise Refused(
        error("unknown-database", "The store's URL names a database that habeas doesn't know.", detail, forms)
    )


def _open_postgresql(
    url: URL, lock_timeout_ms: int, statement_timeout_ms: int, application_name: str, keep_connections: bool
) -> sa.Engine:
    settings = {
        "row_security": "off",
        "lock_timeout": str(lock_timeout_ms),
        "statement_timeout": str(statement_timeout_ms),
        "TimeZone": "UTC",
        "DateStyle": "ISO",
        "bytea_output": "hex",
        "jit": "off",
        "random_page_cost": "1.1",  # live rows are looked up by key; the default suits disks that turn
        "work_mem": "64MB",
        "temp_buffers": "64MB",
    }
    chosen = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_TIMEOUT_S}
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        **({"pool_size": 2, "pool_pre_ping": True} if keep_connections else {"poolclass": NullPool}),
        connect_args={
            **chosen,
            "client_encoding": "utf8",
            "application_name": application_name,
            # temporary tables come and go under the same names: a statement prepared on the server outlives them
            "prepare_threshold": None,
        },
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        """One round trip, after connecting: poolers in between refuse settings in the start-up packet."""
        calls = ", ".join("set_config(%s, %s, false)" for _ in settings)
        values = [part for setting in settings.items() for part in setting]
        before, connection.autocommit = connection.autocommit, True
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {calls}", values)
        connection.autocommit = before

    return engine


def _open_sqlite(url: URL, lock_timeout_ms: int, statement_timeout_ms: int) -> sa.Engine:
    file, query = _sqlite_file(url)
    read_only = query.get("mode") == "ro" or query.get("immutable") == "1" or not os.access(file, os.W_OK)
    # rw and not rwc: a file that has gone in the meantime is not made anew
    mode = {"mode": "ro" if read_only else "rw"}
    options = "&".join(f"{name}={quote(value)}" for name, value in {**query, **mode}.items())
    address = f"file:{quote(str(file.resolve()))}?{options}"

    def connect() -> sqlite3.Connection:
        # isolation_level None: the driver begins no transaction of its own, we do
        return sqlite3.connect(
            address, uri=True, timeout=lock_timeout_ms / 1000, isolation_level=None, check_same_thread=False
        )

    engine = sa.create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        poolclass=NullPool,
        hide_parameters=True,
        execution_options={"read_only": read_only},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        clock = entry.info["clock"] = _StatementClock(statement_timeout_ms / 1000)
        connection.set_progress_handler(clock, _STEPS)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', '')}".strip())

    @sa.event.listens_for(engine, "before_cursor_execute")
    def start_clock(connection: sa.Connection, *_: object) -> None:
        connection.connection.info["clock"].restart()

    return engine


def _sqlite_file(url: URL) -> tuple[Path, dict[str, str]]:
    """The file that a SQLite URL names, with the options of a `file:` URI. Raises Refused if it isn't there."""
    name = url.database or ""
    query = {key: str(value) for key, value in url.query.items() if key != "uri"}
    if name.startswith("file:"):
        name, _, written = name.removeprefix("file:").partition("?")
        query |= {key: values[-1] for key, values in parse_qs(written).items()}
    if name in ("", ":memory:") or query.get("mode") == "memory":
        detail = "A database in memory is new and empty for every command: nothing of anybody would be found in it."
        raise Refused(
            error("store-in-memory", "The store's URL names no file.", detail, "url: sqlite:///path/to/file.sqlite")
        )
    file = Path(name)
    if file.is_file():
        return file, {key: query[key] for key in ("mode", "immutable", "cache", "vfs") if key in query}
    start = "is absolute" if file.is_absolute() else "is relative, and is looked for from the folder you are in now"
    raise Refused(
        error(
            "store-missing",
            f"There is no SQLite file {file.name}.",
            f"The URL's path {start}. SQLite would make an empty database there, in which nobody is ever found, so"
            " habeas opens only files that exist.",
            "url: sqlite:///relative/path.sqlite      (three slashes)\nurl: sqlite:////absolute/path.sqlite     (four)",
        )
    )


class _StatementClock:
    """SQLite has no statement timeout: its progress handler asks this, and ends the statement when it is over.

    Only time in which SQLite works is counted, as on PostgreSQL, where a slow reader of rows does not end a fetch.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit = limit_s
        self.restart()

    def restart(self) -> None:
        self._spent = 0.0
        self._asked = time.monotonic()

    def __call__(self) -> int:
        now = time.monotonic()
        self._spent += min(now - self._asked, _LONGEST_STEP_S)
        self._asked = now
        return int(0 < self._limit < self._spent)
