"""Who holds a store after a kill: nobody. And while a process lives: that one alone."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import psycopg
import pytest
from tests.acceptance.kills.killing import KillAt, in_process
from tests.acceptance.kills.places import NOON, Place, Template
from tests.acceptance.kills.unbroken import Measure, broken_off, carried_out, erasing, people, runs_of
from tests.servers.postgresql import PostgresqlServer

from habeas.diagnostics import Refused
from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.ledger import ensure_ledger, lease

LEFT: list[AbstractContextManager[None]] = []
JANE = erasing(people("email=jane@example.com", customer="1", all_matches=True))


def test_a_dead_process_holds_nothing(unbroken: Measure) -> None:
    """The next one begins within the ten minutes for which a lease of a living one is good: it isn't refused."""
    measure = unbroken("small", JANE)
    with measure.template.copied() as place:
        assert broken_off(place, JANE, KillAt("app: before commit")).killed
        measure.hold_resumed(place)


def test_one_at_a_time(database_url: str) -> None:
    engine = open_engine(database_url)
    ensure_ledger(engine)
    with lease(engine, "first", NOON):
        for holder in ("second", "first"):  # a run that is resumed twice at once is two processes too
            with pytest.raises(Refused) as caught, lease(engine, holder, NOON):
                raise AssertionError("two hold it")
            assert [finding.code for finding in caught.value.findings] == ["store-leased"]
    with lease(engine, "second", NOON):
        pass


def test_a_number_that_another_process_has_now_is_not_the_holder(sqlite_url: str) -> None:
    """In a container that starts again, the new process bears the dead one's number."""
    engine = open_engine(sqlite_url)
    ensure_ledger(engine)

    def leave() -> None:
        LEFT.append(lease(engine, "former", NOON))  # so that nothing gives it back on the way out
        LEFT[0].__enter__()

    in_process(leave).returned()
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        who = json.loads(connection.execute("SELECT counts FROM habeas_ledger").fetchone()[0])
        assert Path("/proc/self/stat").exists() == (who["started"] is not None)
        connection.execute("UPDATE habeas_ledger SET counts = ?", (json.dumps(who | {"pid": os.getpid()}),))
        connection.commit()
    with lease(engine, "next", NOON):
        pass


@pytest.mark.postgresql
def test_a_commit_that_outlives_its_process_is_waited_for(
    postgresql_server: PostgresqlServer, tmp_path: Path, make_small: Callable[[Path, PostgresqlServer], Template]
) -> None:
    """Killed while the server is busy with its COMMIT, whose lease is free at once: the report is still the run's.

    The COMMIT waits for a lock that this test holds, and gets it some time after the next run has begun.
    """
    template = make_small(tmp_path / "company", postgresql_server)
    with template.copied() as place:
        in_process(lambda: ledger_made(place)).returned()
        place.change(
            "app",
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN PERFORM pg_advisory_xact_lock(4242); RETURN NULL; END $$",
            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON habeas_ledger DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION dawdle()",
        )
        with closing(psycopg.connect(place.urls["app"].replace("+psycopg", ""), autocommit=True)) as holder:
            holder.execute("SELECT pg_advisory_lock(4242)")
            before = committing(place)
            released = threading.Timer(1.5, lambda: holder.execute("SELECT pg_advisory_unlock(4242)"))
            released.start()
            told = carried_out(place, JANE)
            released.join()
        assert told.outcome["status"] == "complete"
        assert told.verified == "complete"
        assert told.outcome["resumed"] == [run for run, _ in before]
        assert sum(line["rows"] for line in told.outcome["stores"][0]["tables"]) > 10
        assert [row[1] for row in place.tables("app")["habeas_ledger"]] == [0]
        assert [row[0] for row in place.tables("app")["contacts"]] == [1, 3, 4, 5]


def ledger_made(place: Place) -> None:
    with place.workspace() as workspace:
        for store in workspace.stores:
            store.prepare_ledger()


def committing(place: Place) -> list[tuple[str, str]]:
    """Kill an erasure in its COMMIT; the server is still at it when this returns."""
    url = place.urls["app"].replace("+psycopg", "")
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT'"

    def is_committing() -> bool:
        with closing(psycopg.connect(url)) as connection:
            return connection.execute(busy + " AND state = 'active'").fetchone() == (1,)

    def call() -> str:
        with place.workspace() as workspace:
            return JANE(workspace).status

    def at_it() -> None:
        for _ in range(3_000):  # a minute: then the assertion below says that it never came so far
            if is_committing():
                return
            time.sleep(0.02)

    assert in_process(call, kill_when=at_it).killed
    assert is_committing()
    return runs_of(place)
