"""The company of the benchmark: 11 tables, 48 rows a person, 58 of them touched when a person is erased.

Rows are made by the database itself from whole numbers, in the same way in PostgreSQL and SQLite, so that loading ten
million takes a minute and two databases of one size are equal. The rows of a person lie scattered, as they do where
rows come in the order of time. Ids are 1, 2, 3, …
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg

from habeas.catalog.tables import TypeFamily
from habeas.datamap.model import MatchRule
from habeas.stores.sql.dialects import dialect_named

AS_OF = date(2026, 1, 15)
FREE_FROM = date(2019, 1, 15)  # invoices of this day and before are seven years old: they go
MAP = Path(__file__).parent / "map"
URL_VARIABLE = "BENCH_DATABASE_URL"
_DAY = re.compile(r"DAY\((.*?)\)")
_PEOPLE = re.compile(r"\bN\b")
_REFERENCE = re.compile(r"(\w+) bigint[^,]*? REFERENCES (\w+)")
_WALK = 7919  # primes that share no factor with the number of rows spread a person's rows over the table
_OTHER_WALK = 104_729


@dataclass(frozen=True, slots=True)
class Made:
    """A table: its columns, how many rows for each person, and their values in terms of the row's number `i` from 0.

    `N` is the number of people; `DAY(x)` the day x days before 2026-01-01.
    """

    name: str
    columns: str
    rows: int
    values: str

    def references(self) -> list[tuple[str, str]]:
        """(column, table) of its foreign keys."""
        return [(m[1], m[2]) for m in _REFERENCE.finditer(self.columns)]


def _user(walk: int = _WALK, start: int = 0) -> str:
    return f"1 + (i * {walk} + {start}) % N"


TABLES = (
    Made(
        "users",
        "email text NOT NULL, name text NOT NULL, phone text, joined_on date NOT NULL",
        1,
        "'Person' || (i + 1) || '@Example.com', 'Given Family ' || (i + 1), '+1 555 ' || (1000000 + i), DAY(i % 3000)",
    ),
    Made(
        "addresses",
        "user_id bigint NOT NULL REFERENCES users, street text NOT NULL, city text NOT NULL, postal_code text",
        2,
        f"{_user()}, (i % 200) || ' Long Street', 'City ' || (i % 500), '' || (10000 + i % 80000)",
    ),
    Made(
        "sessions",
        "user_id bigint NOT NULL REFERENCES users, ip text NOT NULL, agent text, seen_on date NOT NULL",
        7,
        f"{_user()}, '10.' || (i % 250) || '.' || (i % 240) || '.7', 'Mozilla/5.0 (X11; Linux x86_64)', DAY(i % 365)",
    ),
    Made(
        "orders",
        "user_id bigint NOT NULL REFERENCES users, placed_on date NOT NULL, note text",
        4,
        f"{_user()}, DAY(i % 3000), CASE WHEN i % 5 = 0 THEN 'leave it at the door, number ' || i END",
    ),
    Made(
        "order_lines",
        "order_id bigint NOT NULL REFERENCES orders, product text NOT NULL, quantity integer NOT NULL",
        12,
        f"1 + (i * {_WALK}) % (4 * N), 'product ' || (i % 1000), 1 + i % 4",
    ),
    Made(
        "invoices",
        "user_id bigint REFERENCES users, issued_on date NOT NULL, billing_name text NOT NULL, billing_email text, "
        "amount integer NOT NULL",
        2,
        f"{_user()}, DAY(i % 4001), 'Given Family ' || ({_user()}), 'person' || ({_user()}) || '@example.com', i % 900",
    ),
    Made(
        "messages",
        "sender_id bigint REFERENCES users, recipient_id bigint REFERENCES users, sender_name text, "
        "recipient_name text, body text NOT NULL",
        8,
        f"{_user()}, {_user(_OTHER_WALK, 13)}, 'Given ' || ({_user()}), 'Given ' || ({_user(_OTHER_WALK, 13)}), "
        "'Thanks for yours of number ' || i || '. I looked into it, and will call you about it on Monday.'",
    ),
    Made(
        "tickets",
        "user_id bigint NOT NULL REFERENCES users, subject text NOT NULL, opened_on date NOT NULL",
        1,
        f"{_user()}, 'My order has not come, number ' || i, DAY(i % 700)",
    ),
    Made(
        "comments",
        "ticket_id bigint NOT NULL REFERENCES tickets, author_id bigint REFERENCES users, author_name text, "
        "wording text",
        2,
        f"{_user()}, {_user(_OTHER_WALK, 7)}, 'Given ' || ({_user(_OTHER_WALK, 7)}), 'I have the same, number ' || i",
    ),
    Made(
        "reviews",
        "user_id bigint REFERENCES users, handle text NOT NULL UNIQUE, stars integer NOT NULL, wording text",
        2,
        f"{_user()}, 'given.family.' || i, 1 + i % 5, 'Good value; it does what it says. Number ' || i",
    ),
    Made(
        "events",
        "user_id bigint NOT NULL REFERENCES users, kind text NOT NULL, happened_on date NOT NULL",
        7,
        f"{_user()}, CASE i % 3 WHEN 0 THEN 'view' WHEN 1 THEN 'search' ELSE 'click' END, DAY(i % 365)",
    ),
)


def email_of(person: int) -> str:
    """A person's e-mail as they would give it."""
    return f"person{person}@example.com"


def people_of(people: int, part: int, count: int) -> list[int]:
    """`count` people, spread over the whole table; another `part` (0 to 19) has others."""
    return list(range(part + 1, people + 1, 20))[:count]


def match_expression(dialect: str) -> str:
    """The form in which an e-mail compares: that of the expression index which `habeas check` asks for."""
    chosen = dialect_named(dialect)
    return chosen.match_expression(chosen.quote("email"), MatchRule.CASEFOLD, TypeFamily.TEXT)


def load_postgresql(url: str, people: int) -> int:
    """Make and fill the tables of an empty database; the number of rows. Keys are indexed, statistics fresh."""
    total = 0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        for made in TABLES:
            columns = re.sub(r" REFERENCES \w+", "", made.columns)
            connection.execute(f"CREATE TABLE {made.name} (id bigint NOT NULL, {columns})".encode())
            values = _DAY.sub(r"DATE '2026-01-01' - CAST(\1 AS integer)", made.values)
            values = _PEOPLE.sub(str(people), values)
            total += connection.execute(
                f"INSERT INTO {made.name} SELECT i + 1, {values} "
                f"FROM generate_series(0::bigint, {made.rows * people - 1}) i".encode()
            ).rowcount
        for made in TABLES:
            connection.execute(f"ALTER TABLE {made.name} ADD PRIMARY KEY (id)".encode())
            for column, _ in made.references():
                connection.execute(f"CREATE INDEX ON {made.name} ({column})".encode())
        for made in TABLES:
            for column, target in made.references():
                connection.execute(
                    f"ALTER TABLE {made.name} ADD FOREIGN KEY ({column}) REFERENCES {target} (id)".encode()
                )
        connection.execute(f"CREATE INDEX ON users (({match_expression('postgresql')}))".encode())
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
    return total


def load_sqlite(file: Path, people: int) -> int:
    """The same in a new SQLite file."""
    total = 0
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        connection.execute("BEGIN")
        for made in TABLES:
            connection.execute(f"CREATE TABLE {made.name} (id integer NOT NULL PRIMARY KEY, {made.columns})")
            values = _DAY.sub(r"date('2026-01-01', '-' || (\1) || ' days')", made.values)
            values = _PEOPLE.sub(str(people), values)
            connection.execute(
                f"WITH RECURSIVE g(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM g WHERE i + 1 < {made.rows * people}) "
                f"INSERT INTO {made.name} SELECT i + 1, {values} FROM g"
            )
            total += made.rows * people
        for made in TABLES:
            for column, _ in made.references():
                connection.execute(f"CREATE INDEX {made.name}_{column} ON {made.name} ({column})")
        connection.execute(f"CREATE INDEX users_email ON users ({match_expression('sqlite')})")
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
        connection.execute("PRAGMA journal_mode = WAL")
    return total


def connection_text(url: str) -> str:
    """The URL as psycopg itself reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://")
