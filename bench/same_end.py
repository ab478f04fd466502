"""Whether two databases hold the same rows: count and checksum of every table, random tokens taken for one another."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

from bench.company import TABLES, connection_text

State = dict[str, tuple[int, str]]
_TOKEN = re.compile(r"erased-[0-9a-f]{16}")


class DifferentEnd(Exception):
    """The two sides did not do the same, so that their times can't be compared."""


def state_of_postgresql(url: str) -> State:
    """(rows, checksum) of each table."""
    state: State = {}
    with psycopg.connect(connection_text(url)) as connection:
        for made in TABLES:
            text = "CAST(x AS text)"
            if made.name == "reviews":
                text = f"regexp_replace({text}, '{_TOKEN.pattern}', 'token')"
            row = connection.execute(
                f"SELECT count(*), sum(hashtextextended({text}, 0)) FROM {made.name} x".encode()
            ).fetchone()
            assert row is not None, "an aggregate always has a row"
            state[made.name] = (row[0], str(row[1]))
    return state


def state_of_sqlite(file: Path) -> State:
    """(rows, checksum) of each table."""
    state: State = {}
    with closing(sqlite3.connect(file)) as connection:
        for made in TABLES:
            digest, count = hashlib.sha256(), 0
            for row in connection.execute(f"SELECT * FROM {made.name} ORDER BY id"):
                digest.update(_TOKEN.sub("token", repr(row)).encode())
                count += 1
            state[made.name] = (count, digest.hexdigest())
    return state


def assert_same(states: dict[str, State]) -> None:
    """Raises DifferentEnd with the tables in which the sides differ."""
    (first, expected), *others = states.items()
    for name, state in others:
        different = [f"{t}: {expected[t][0]} and {state[t][0]} rows" for t in expected if expected[t] != state[t]]
        if different:
            raise DifferentEnd(f"{first} and {name} left different tables ({'; '.join(different)})")
