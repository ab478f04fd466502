"""`python -m bench`: habeas beside statements written by hand, both in one run.

Starts a PostgreSQL server of its own (durable: fsync and full pages on, 1 GB of shared buffers, no autovacuum in
between), loads the company, measures, and prints the issue's table with what was promised. Exit code 1 where a promise
is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import batches, engine, giving, labels, million, one_person, values, whole_schema, wide_schema
from bench.company import email_of, people_of
from bench.loaded import Loaded
from bench.measuring import Measurement

PEOPLE, BATCH, GIVEN = 210_000, 10_000, 20_000
PARTS = ("batch", "one", "sqlite", "access")
_ON_POSTGRESQL = frozenset({"batch", "one", "access"})


def main() -> int:
    """Measure what was asked for."""
    if sys.argv[1:2] == ["labels"]:
        return _labels(sys.argv[2:])
    if sys.argv[1:2] == ["million"]:
        return _million(sys.argv[2:])
    if sys.argv[1:] in (["values"], ["schema"]):
        print(*(values if sys.argv[1] == "values" else whole_schema).report(), sep="\n")
        return 0
    if sys.argv[1:] == ["check"]:
        lines, kept = wide_schema.report(tables=1_000, rounds=3)
        print(*lines, sep="\n")
        return int(not kept)
    parser = argparse.ArgumentParser(prog="python -m bench", description="habeas beside statements written by hand")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"which lines ({', '.join(PARTS)}; all)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the batches (3)")
    parser.add_argument("--profile", action="store_true", help="show where the engine's time goes instead")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="load the databases there once, and use them again")
    parser.add_argument("--only-load", action="store_true", help="with --keep: load, and measure nothing")
    asked = parser.parse_args()
    parts = asked.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    scale = 10 if asked.quick else 1
    missed = False
    with tempfile.TemporaryDirectory(prefix="habeas-bench-") as folder:
        loaded = Loaded(PEOPLE // scale, Path(folder), asked.keep)
        if asked.only_load:
            _load(loaded, parts)
        elif asked.profile:
            _profile(loaded, parts, BATCH // scale)
        else:
            for measurement in _measure(loaded, parts, scale, asked.rounds):
                print(measurement.text(), flush=True)
                missed = missed or not measurement.kept
    return int(missed)


def _million(arguments: list[str]) -> int:
    """A list of a million people, in a database of its own size."""
    parser = argparse.ArgumentParser(prog="python -m bench million", description="a list of people, from file to file")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--people", type=int, default=1_000_000, help="how many the list has (1,000,000)")
    asked = parser.parse_args(arguments)
    count = asked.people // (10 if asked.quick else 1)
    with tempfile.TemporaryDirectory(prefix="habeas-bench-") as folder:
        text, kept = million.measure(Loaded(count * 21 // 20, Path(folder)), count)
    print(text, flush=True)
    return int(not kept)


def _labels(arguments: list[str]) -> int:
    """Discovery against columns that people labelled: the file isn't part of the project."""
    parser = argparse.ArgumentParser(prog="python -m bench labels", description="discovery against labelled columns")
    parser.add_argument("file", type=Path, help="CSV: source, dataset, table, column, type, label, identity")
    print(*labels.report(parser.parse_args(arguments).file), sep="\n")
    return 0


def _measure(loaded: Loaded, parts: Sequence[str], scale: int, rounds: int) -> Iterator[Measurement]:
    people = loaded.people
    if _ON_POSTGRESQL & set(parts):
        with loaded.postgresql() as server:
            if "one" in parts:
                yield one_person.measure(server, people, rounds * 15)
            if "batch" in parts:
                yield batches.in_postgresql(server, people, BATCH // scale, rounds, whole=True)
            if "access" in parts:
                yield giving.measure(server, people, GIVEN // scale, rounds)
    if "sqlite" in parts:
        yield batches.in_sqlite(loaded.sqlite(), people, BATCH // scale, rounds)


def _load(loaded: Loaded, parts: Sequence[str]) -> None:
    if _ON_POSTGRESQL & set(parts):
        with loaded.postgresql():
            pass
    if "sqlite" in parts:
        loaded.sqlite()


def _profile(loaded: Loaded, parts: Sequence[str], count: int) -> None:
    """Statements of a batch and of a person, the longest first."""
    emails = [email_of(person) for person in people_of(loaded.people, 0, count)]
    if _ON_POSTGRESQL & set(parts):
        with loaded.postgresql() as server:
            url = batches.copy_of(server, "profile")
            if "one" in parts:
                _profile_one(url, loaded.people)
            if "batch" in parts:
                _profile_batch(url, emails)
            server.drop_database("profile")
    if "sqlite" in parts:
        with batches.copied(loaded.sqlite()) as copy:
            _profile_batch(f"sqlite:///{copy}", emails)


def _profile_one(url: str, people: int) -> None:
    with tempfile.TemporaryDirectory() as folder, engine.opened(url, Path(folder)) as workspace:
        for person in people_of(people, 1, 5):
            engine.erase(workspace, [email_of(person)])
        with engine.profiled() as profile:
            engine.erase(workspace, [email_of(people_of(people, 2, 1)[0])])
    print("one person", *profile.lines(80), sep="\n", flush=True)


def _profile_batch(url: str, emails: list[str]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        engine.opened(url, Path(folder)) as workspace,
        engine.profiled() as profile,
    ):
        engine.erase(workspace, emails)
    print(f"{len(emails):,} people", *profile.lines(80), sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
