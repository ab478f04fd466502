"""Ten thousand people in one batch, in PostgreSQL and in SQLite: every side over a fresh copy of the same database."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from tests.servers.postgresql import PostgresqlServer

from bench import by_hand, engine
from bench.company import AS_OF, connection_text, email_of, people_of
from bench.loaded import TEMPLATE
from bench.measuring import Measurement, interleaved, median, shown, spread
from bench.same_end import State, assert_same, state_of_postgresql, state_of_sqlite
from habeas.flows.erase import erase


def copy_of(server: PostgresqlServer, name: str) -> str:
    """A fresh copy of the loaded database; its URL. Its pages are in the operating system's cache."""
    server.drop_database(name)
    server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    server.execute("CHECKPOINT")
    return server.url(name)


def in_postgresql(server: PostgresqlServer, people: int, count: int, rounds: int, whole: bool) -> Measurement:
    """The first line of the table. `whole`: also time the flow as a whole, once."""
    emails = [email_of(person) for person in people_of(people, 0, count)]
    states: dict[str, State] = {}

    def side(name: str, run: Callable[[str], float]) -> Callable[[], float]:
        def once() -> float:
            url = copy_of(server, "batch")
            seconds = run(url)
            if name not in states:
                states[name] = state_of_postgresql(url)
            return seconds

        return once

    sides = {
        shape.__name__.replace("_", " "): side(shape.__name__, lambda url, shape=shape: _by_hand(url, shape, emails))
        for shape in (by_hand.key_tables, by_hand.key_arrays, by_hand.one_statement)
    }
    seconds = interleaved(rounds, {"habeas": side("habeas", lambda url: _habeas(url, emails)), **sides})
    assert_same(states)
    apart = {name: spread(values) for name, values in seconds.items()}
    if whole:
        apart |= _whole_flow(copy_of(server, "batch"), emails)
    server.drop_database("batch")
    return Measurement(
        f"erase {count:,} people in one batch, PostgreSQL, 11 tables, {48 * people / 1e6:.1f} M rows",
        median(seconds["habeas"]),
        median(seconds["key tables"]),
        1.5,
        apart=apart,
    )


def _by_hand(url: str, shape: by_hand.ByHand, emails: Sequence[str]) -> float:
    with psycopg.connect(connection_text(url)) as connection:
        started = time.perf_counter()
        shape(connection, emails)
        return time.perf_counter() - started


def _habeas(url: str, emails: Sequence[str]) -> float:
    with tempfile.TemporaryDirectory() as folder, engine.opened(url, Path(folder)) as workspace:
        return engine.erase(workspace, emails)


def _whole_flow(url: str, emails: Sequence[str]) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder, engine.opened(url, Path(folder)) as workspace:
        started = time.perf_counter()
        outcome = erase(workspace, engine.selection_of(emails), as_of=AS_OF)
        seconds = time.perf_counter() - started
    found = sum(mention.rows for mention in outcome.mentions)
    return {"the whole flow, with verification, free-text scan and certificate": f"{shown(seconds)}, {found} mentions"}


@contextmanager
def copied(file: Path) -> Iterator[Path]:
    """A fresh copy of a SQLite file. Its pages are in the operating system's cache, and nothing waits to be written."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        copy = Path(folder) / "company.sqlite"
        shutil.copyfile(file, copy)
        with copy.open("rb") as written:
            os.fsync(written.fileno())
        yield copy


def in_sqlite(file: Path, people: int, count: int, rounds: int) -> Measurement:
    """The third line: a copy of the file for every run."""
    emails = [email_of(person) for person in people_of(people, 0, count)]
    states: dict[str, State] = {}

    def side(name: str, run: Callable[[Path], float]) -> Callable[[], float]:
        def once() -> float:
            with copied(file) as copy:
                seconds = run(copy)
                if name not in states:
                    states[name] = state_of_sqlite(copy)
            return seconds

        return once

    def hand(copy: Path) -> float:
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            started = time.perf_counter()
            by_hand.sqlite_key_tables(connection, emails)
            return time.perf_counter() - started

    sides = {
        "habeas": side("habeas", lambda copy: _habeas(f"sqlite:///{copy}", emails)),
        "key tables": side("key tables", hand),
    }
    seconds = interleaved(rounds, sides)
    assert_same(states)
    return Measurement(
        f"erase {count:,} people in one batch, SQLite, 11 tables, {48 * people / 1e6:.1f} M rows",
        median(seconds["habeas"]),
        median(seconds["key tables"]),
        2.0,
        apart={name: spread(values) for name, values in seconds.items()},
    )
