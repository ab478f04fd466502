"""A company's folder and databases, made once and copied for every kill."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from tests.servers.postgresql import PostgresqlServer

from habeas.flows.workspace import Workspace, open_workspace

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
LEDGER = "habeas_ledger"
_COPIES = itertools.count()

Tables = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Place:
    """One copy: the folder with map and state, and a database for each store."""

    folder: Path
    urls: Mapping[str, str]
    now: datetime = NOON

    @property
    def environment(self) -> dict[str, str]:
        return {f"{store.upper()}_DATABASE_URL": url for store, url in self.urls.items()}

    @contextmanager
    def workspace(self, observe: Any = None, *, now: datetime | None = None) -> Iterator[Workspace]:
        """What a command opens. Only ever in a child process: the parent holds no connection."""
        options = {} if observe is None else {"observe": observe}
        moment = now or self.now
        with open_workspace(self.folder / "habeas", self.environment, now=lambda: moment, **options) as workspace:
            yield workspace

    def tables(self, store: str) -> Tables:
        """Every row of every table of a store, the ledger too, in the order of their first columns as text."""
        url = self.urls[store]
        read = _read_sqlite(url) if url.startswith("sqlite") else _read_postgresql(url)
        return {table: sorted(rows, key=repr) for table, rows in read.items()}

    def control(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the control database."""
        with closing(sqlite3.connect(f"file:{self.folder / '.habeas' / 'control.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    def change(self, store: str, *statements: str) -> None:
        """Change a store from outside."""
        url = self.urls[store]
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(_file(url))) as connection:
                for statement in statements:
                    connection.execute(statement)
                connection.commit()
            return
        with psycopg.connect(_libpq(url)) as connection:
            for statement in statements:
                connection.execute(statement.encode())


class Template:
    """A company that is copied: `laid_out` holds `habeas/` and, after `prepare`, `.habeas/`.

    A SQLite file is copied with its folder. In PostgreSQL a store that was filled by statements is emptied and filled
    anew, always the same database, since making one takes longer than a whole run; a large one is copied whole.
    """

    def __init__(self, laid_out: Path, stores: Sequence[str], server: PostgresqlServer | None) -> None:
        self.laid_out = laid_out
        self.stores = tuple(stores)
        self.server = server
        self.statements: dict[str, Sequence[str]] = {}
        self.databases = {} if server is None else {store: server.create_database() for store in stores}

    @property
    def dialect(self) -> str:
        return "sqlite" if self.server is None else "postgresql"

    @property
    def original(self) -> Place:
        """The template itself: to be filled, and then left alone."""
        return Place(self.laid_out, {store: self._url(store, self.laid_out, self.databases) for store in self.stores})

    def fill(self, store: str, statements: Sequence[str]) -> None:
        """Make a store's tables and rows."""
        if self.server is None:
            (self.laid_out / f"{store}.db").touch()
        self.statements[store] = statements
        self.original.change(store, *statements)

    def prepare(self) -> None:
        """Make keys and control database, which are no part of what is killed. In a child process."""
        with self.original.workspace() as workspace:
            assert workspace.context is not None

    @contextmanager
    def copied(self) -> Iterator[Place]:
        """A copy of everything, gone at the end."""
        number = next(_COPIES)
        folder = self.laid_out.parent / f"copy-{number}"
        shutil.copytree(self.laid_out, folder)
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, folder)
            databases = {
                store: self._filled_anew(store) if store in self.statements else stack.enter_context(self._copy(store))
                for store in self.databases
            }
            yield Place(folder, {store: self._url(store, folder, databases) for store in self.stores})

    def _filled_anew(self, store: str) -> str:
        name = self.databases[store]
        assert self.server is not None
        with psycopg.connect(_libpq(self.server.url(name))) as connection:
            # Whoever was killed may still be noticed as dead.
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}".encode())
            connection.execute("SET client_min_messages = warning")
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
            connection.execute(";".join(self.statements[store]).encode())
        return name

    @contextmanager
    def _copy(self, store: str) -> Iterator[str]:
        assert self.server is not None
        name = f"{self.databases[store]}_copy_{next(_COPIES)}"
        self.server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.databases[store]}"')
        try:
            yield name
        finally:
            self.server.drop_database(name)

    def _url(self, store: str, folder: Path, databases: Mapping[str, str]) -> str:
        return f"sqlite:///{folder / store}.db" if self.server is None else self.server.url(databases[store])


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///")


def _libpq(url: str) -> str:
    return url.replace("+psycopg", "")


def _read_sqlite(url: str) -> Tables:
    with closing(sqlite3.connect(_file(url))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in names.fetchall()}


def _read_postgresql(url: str) -> Tables:
    with psycopg.connect(_libpq(url)) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {name: connection.execute(f'SELECT * FROM "{name}"'.encode()).fetchall() for (name,) in names}
