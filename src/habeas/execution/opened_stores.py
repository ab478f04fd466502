"""A store that is open for work: its engine, what it says of itself, and its programs, each made once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from habeas.catalog.tables import Catalog
from habeas.datamap.model import Policy, StoreMap
from habeas.diagnostics import Finding, Refused, Severity, warning
from habeas.planning.compiling import compile_program
from habeas.program.program import Program
from habeas.program.selection import Intent
from habeas.stores.sql.connecting import WRITING, database_errors
from habeas.stores.sql.ledger import CREATE, LEDGER, ensure_ledger, lease, may_make_ledger
from habeas.stores.sql.reading_catalogue import read_catalogue


@dataclass
class OpenStore:
    """One store of the map. `findings` are those of the check, filled in by whoever opened it."""

    map: StoreMap
    policy: Policy
    engine: Engine
    findings: tuple[Finding, ...] = ()
    _programs: dict[tuple[Intent, date], Program] = field(default_factory=dict)
    _has_ledger: bool = False  # it was there once; who drops it meanwhile gets an error at the end, and no change

    @property
    def name(self) -> str:
        return self.map.store

    @property
    def location(self) -> str:
        """The place, for people: `us-east-1, US`."""
        place = self.map.location
        return ", ".join(part for part in (place.region, place.country) if part)

    @cached_property
    def catalog(self) -> Catalog:
        """The live schema, without the ledger, which is no part of map or reach. Read once."""
        with database_errors(self.name), self.engine.connect() as connection:
            read = read_catalogue(connection, self.map.schemas)
        tables = {ref: table for ref, table in read.tables.items() if table.name != LEDGER}
        return Catalog(read.dialect, read.default_schema, tables, read.server_version, read.foreign_keys_enforced)

    def program(self, intent: Intent, as_of: date) -> Program:
        """The store's program for an intent on a day."""
        key = (intent, as_of)
        if key not in self._programs:
            self._programs[key] = compile_program(self.map, self.catalog, self.policy, intent, as_of)
        return self._programs[key]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction in which nothing is kept: PostgreSQL's sees one state of the store throughout.

        Where a role's transactions are read-only by default, this one asks for more: temporary tables count as writing.
        """
        postgresql = self.engine.dialect.name == "postgresql"
        options = {"isolation_level": "REPEATABLE READ"} if postgresql else {}
        with database_errors(self.name), self.engine.connect().execution_options(**options) as connection:
            transaction = connection.begin()
            try:
                if postgresql:
                    connection.exec_driver_sql("SET TRANSACTION READ WRITE")
                yield connection
            finally:
                transaction.rollback()

    @contextmanager
    def streaming(self) -> Iterator[Connection]:
        """A transaction in which nothing can be changed at all, for a long read."""
        refuse_writes = {"postgresql": "SET TRANSACTION READ ONLY", "sqlite": "PRAGMA query_only = ON"}
        with database_errors(self.name), self.engine.connect() as connection:
            transaction = connection.begin()
            try:
                # SQLite's is of the connection, which isn't kept.
                connection.exec_driver_sql(refuse_writes[self.engine.dialect.name])
                yield connection
            finally:
                transaction.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that the caller commits; anything else takes it back. SQLite takes its lock at the start."""
        with database_errors(self.name), self.engine.connect().execution_options(**WRITING) as connection:
            connection.begin()
            try:
                yield connection
            finally:
                if connection.in_transaction():
                    connection.rollback()

    def prepare_ledger(self) -> None:
        """Make the ledger where it isn't yet. Raises Refused (`ledger-missing`) where the role may not."""
        if self._has_ledger:
            return
        if missing := self.ledger_finding():
            raise Refused(replace(missing, severity=Severity.ERROR))
        with database_errors(self.name):
            ensure_ledger(self.engine)
        self._has_ledger = True

    def ledger_finding(self) -> Finding | None:
        """The warning that somebody else must make the ledger before the first change."""
        with database_errors(self.name), self.engine.connect() as connection:
            if may_make_ledger(connection):
                return None
        return warning(
            "ledger-missing",
            f"the store {self.name} has no table {LEDGER} yet, and the role of its url may not make it",
            "A run writes there what it has done, in the same transaction: that is how one that breaks off goes on.",
            f"{CREATE};\nGRANT SELECT, INSERT ON {LEDGER} TO the_role_of_the_url;",
        )

    @contextmanager
    def leased(self, holder: str, now: datetime) -> Iterator[None]:
        """The store's lease, for the length of a run."""
        held = lease(self.engine, holder, now)
        with database_errors(self.name):
            held.__enter__()
        try:
            yield
        finally:
            # A lease that can't be given back runs out by itself: that is no failure of the run.
            with suppress(SQLAlchemyError):
                held.__exit__(None, None, None)
