"""`python -m bench`: habeas beside statements written by hand, both in one run.

Starts a PostgreSQL server of its own (durable: fsync and full pages on, 1 GB of shared buffers, no autovacuum in
between), loads the company, measures, and prints the issue's table with what was promised. Exit code 1 where a promise
is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.servers.postgresql import PostgresqlServer, running_postgresql

from bench import batches, engine, giving, labels, one_person, values
from bench.company import connection_text, email_of, load_postgresql, load_sqlite, people_of
from bench.measuring import Measurement, shown, timed

PEOPLE, BATCH, GIVEN = 210_000, 10_000, 20_000
SQLITE_PEOPLE = 210_000
SERVER = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
}
PARTS = ("batch", "one", "sqlite", "access")


def main() -> int:
    """Measure what was asked for."""
    if sys.argv[1:2] == ["labels"]:
        return _labels(sys.argv[2:])
    if sys.argv[1:] == ["values"]:
        print(*values.report(), sep="\n")
        return 0
    parser = argparse.ArgumentParser(prog="python -m bench", description="habeas beside statements written by hand")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"which lines ({', '.join(PARTS)}; all)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the batches (3)")
    parser.add_argument("--profile", action="store_true", help="show where the engine's time goes instead")
    asked = parser.parse_args()
    parts = asked.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    scale = 10 if asked.quick else 1
    missed = False
    for measurement in _measure(parts, scale, asked.rounds, asked.profile):
        print(measurement.text(), flush=True)
        missed = missed or not measurement.kept
    return int(missed)


def _labels(arguments: list[str]) -> int:
    """Discovery against columns that people labelled: the file isn't part of the project."""
    parser = argparse.ArgumentParser(prog="python -m bench labels", description="discovery against labelled columns")
    parser.add_argument("file", type=Path, help="CSV: source, dataset, table, column, type, label, identity")
    print(*labels.report(parser.parse_args(arguments).file), sep="\n")
    return 0


def _measure(parts: list[str] | tuple[str, ...], scale: int, rounds: int, profile: bool) -> Iterator[Measurement]:
    people = PEOPLE // scale
    if {"batch", "one", "access"} & set(parts):
        with running_postgresql(SERVER) as server:
            server.execute(f"CREATE DATABASE {batches.TEMPLATE} TEMPLATE template0")
            loading: list[float] = []
            with timed(loading):
                rows = load_postgresql(connection_text(server.url(batches.TEMPLATE)), people)
            print(f"PostgreSQL: {rows:,} rows loaded in {shown(loading[0])}", flush=True)
            if profile:
                _profile(server, people, BATCH // scale)
                return
            if "one" in parts:
                yield one_person.measure(server, people, rounds * 15)
            if "batch" in parts:
                yield batches.in_postgresql(server, people, BATCH // scale, rounds, whole=True)
            if "access" in parts:
                yield giving.measure(server, people, GIVEN // scale, rounds)
    if "sqlite" in parts:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "company.sqlite"
            loading = []
            with timed(loading):
                rows = load_sqlite(file, SQLITE_PEOPLE // scale)
            print(f"SQLite: {rows:,} rows loaded in {shown(loading[0])}", flush=True)
            yield batches.in_sqlite(file, SQLITE_PEOPLE // scale, BATCH // scale, rounds)


def _profile(server: PostgresqlServer, people: int, count: int) -> None:
    """Statements of a batch and of a person, the longest first."""
    url = batches.copy_of(server, "profile")
    with tempfile.TemporaryDirectory() as folder, engine.opened(url, Path(folder)) as workspace:
        for person in people_of(people, 1, 5):
            engine.erase(workspace, [email_of(person)])
        with engine.profiled() as one:
            engine.erase(workspace, [email_of(people_of(people, 2, 1)[0])])
        print("one person", *one.lines(80), sep="\n", flush=True)
        with engine.profiled() as many:
            engine.erase(workspace, [email_of(person) for person in people_of(people, 0, count)])
        print(f"{count:,} people", *many.lines(80), sep="\n", flush=True)
    server.drop_database("profile")


if __name__ == "__main__":
    sys.exit(main())
