"""`check` and `plan` on a schema of 1,000 tables and 2,000 keys in PostgreSQL: the whole commands, each in a process of its own.

There is nothing to compare with by hand; what counts is the time itself. A tree of tables below the people, each with a
second key across; every table has a row of the person's, and an entry in the map.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.servers.postgresql import PostgresqlServer, running_postgresql

from bench.company import URL_VARIABLE
from habeas.datamap.documents import read_document
from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.reading_catalogue import read_catalogue

MOST_S, MOST_CATALOGUE_S = 3.0, 1.0
_PLAN = ("plan", "erase", "--subject", "email=a@example.com", "--json")
_POLICY = "version: 1\norganization: The wide company\ncontact: privacy@example.com\nstores: [app.yaml]\n"


def report(tables: int, rounds: int) -> tuple[list[str], bool]:
    """Lines for people, and whether every promise is kept."""
    # Every table and index that a transaction touches is a lock: a person with rows in all tables needs more than usual.
    locks = {"max_locks_per_transaction": "512"}
    with running_postgresql(locks) as server, server.database() as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make(server, url, tables)
        (folder / "habeas").mkdir()
        (folder / "habeas" / "habeas.yaml").write_text(_POLICY)
        (folder / "habeas" / "app.yaml").write_text(_map(tables))
        catalogue = _median(rounds, lambda: _catalogue(url))
        yaml = _median(rounds, lambda: read_document(folder / "habeas" / "app.yaml", "app.yaml"))
        check = _median(rounds, lambda: _command(folder, url, ["check", "--json"]))
        plan = _median(rounds, lambda: _command(folder, url, _PLAN))
    kept = check < MOST_S and plan < MOST_S and catalogue < MOST_CATALOGUE_S
    return [
        f"{tables:,} tables and {2 * tables:,} keys, PostgreSQL: {'kept' if kept else 'MISSED'}",
        f"    check {check:.2f} s, plan {plan:.2f} s (each at most {MOST_S:g} s), the whole command",
        f"    of these the catalogue {catalogue:.2f} s (at most {MOST_CATALOGUE_S:g} s), reading the map's YAML {yaml:.2f} s",
    ], kept


def _make(server: PostgresqlServer, url: str, tables: int) -> None:
    statements = ["CREATE TABLE t0 (id bigint PRIMARY KEY, email text NOT NULL, name text)"]
    statements.append("INSERT INTO t0 VALUES (1, 'a@example.com', 'A')")
    for number in range(1, tables):
        statements.append(
            f"CREATE TABLE t{number} (id bigint PRIMARY KEY, up bigint NOT NULL REFERENCES t{(number - 1) // 3},"
            f" across bigint REFERENCES t{number // 2}, given_name text, note text, made_on date, amount integer)"
        )
        statements.append(f"CREATE INDEX ON t{number} (up)")
        statements.append(f"CREATE INDEX ON t{number} (across)")
        statements.append(f"INSERT INTO t{number} VALUES (1, 1, 1, 'A', 'a note', DATE '2026-01-01', 1)")
    engine = open_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _map(tables: int) -> str:
    lines = [
        "version: 1",
        "store: app",
        f"url: ${{{URL_VARIABLE}}}",
        "location: {country: US}",
        "people:",
        "  user: {table: t0, controller: us}",
        "tables:",
        "  t0:",
        "    columns:",
        "      email: {category: user.contact.email, identity: email}",
        "      name: user.name",
    ]
    for number in range(1, tables):
        lines += [
            f"  t{number}:",
            "    edges:",
            "      up: owned_by",
            "      across: lookup",
            "    columns:",
            "      given_name: user.name",
            "      note: user.content",
        ]
    return "\n".join(lines) + "\n"


def _catalogue(url: str) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        read_catalogue(connection)
    engine.dispose()


def _command(folder: Path, url: str, arguments: Sequence[str]) -> None:
    """Run a command. Raises RuntimeError where it says anything but done."""
    environment = {**os.environ, URL_VARIABLE: url}
    command = [sys.executable, "-m", "habeas", *arguments, "--dir", str(folder / "habeas")]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{arguments[0]} ended with {done.returncode}: {done.stdout[-600:]}{done.stderr[-600:]}")


def _median(rounds: int, run: Callable[[], object]) -> float:
    spent = []
    for _ in range(rounds):
        started = time.perf_counter()
        run()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent)
