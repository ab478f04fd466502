"""Reads reached rows for a copy: the table's own columns, as the database's text, streamed with flat memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from habeas.stores.sql.customers import customer_of
from habeas.stores.sql.working import Working

BATCH = 5_000
TextRow = Sequence[str | None]


def read_rows(work: Working, table: str, only: Sequence[str] | None = None) -> Iterator[list[TextRow]]:
    """Batches of a reached table's rows in the key's order; hidden values are None, as NULL is.

    `only`: these columns alone.

    On PostgreSQL through a server-side cursor, so that a million rows cost no more memory than two batches: the next one
    is fetched while the former is worked on.
    """
    live = work.live(table)
    node = work.node(table)
    columns = []
    for column in live.columns:
        if only is not None and column.name not in only:
            continue
        value = work.dialect.text_of(work.column("x", column.name), column.family)
        if column.name in node.hideable:
            i = node.hideable.index(column.name)
            value = f"CASE WHEN (k.r = 2 AND k.o{i} = 0) OR (k.r = 1 AND k.a{i} = 0) THEN NULL ELSE {value} END"
        columns.append(value)
    query = (
        f"SELECT {', '.join(columns)} FROM {work.name(table)} x JOIN {work.keys[table].name} k "
        f"ON {work.same_row(table, 'k', 'x')} ORDER BY {work.key_columns(table, 'k')}"
    )
    raw: Any = work.connection.connection.driver_connection
    cursor = raw.cursor(name="habeas_read") if work.postgresql else raw.cursor()
    try:
        if work.postgresql:
            give_text(cursor)
        cursor.execute(query)
        fetch = partial(cursor.fetchmany, BATCH)
        yield from _ahead(fetch) if work.postgresql else iter(fetch, [])
    finally:
        cursor.close()


def give_text(cursor: Any) -> None:
    """Let a cursor of psycopg give every value as the text that COPY prints, whatever its type."""
    from psycopg import postgres  # not for SQLite's sake
    from psycopg.types.string import TextLoader

    for known in postgres.types:
        for oid in filter(None, (known.oid, known.array_oid)):
            cursor.adapters.register_loader(oid, TextLoader)


def _ahead(fetch: Callable[[], list[TextRow]]) -> Iterator[list[TextRow]]:
    """Batches, the next of which a thread fetches meanwhile."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="habeas-read") as reader:
        coming = reader.submit(fetch)
        while batch := coming.result():
            coming = reader.submit(fetch)
            yield batch


@dataclass(frozen=True, slots=True)
class PeopleColumns:
    """Columns of a table of people that together name somebody (`first_name last_name`), or are an address."""

    table: str
    kind: str  # name, email, phone
    columns: tuple[str, ...]


def other_people(
    work: Working, wanted: Sequence[PeopleColumns], customers: Collection[str | None] | None
) -> Iterator[tuple[str, str]]:
    """Names, e-mails and phones of other people, as (kind, value), for masking in free text.

    Those of the Customers concerned (None: of all) and those without one. Owned rows of the reach are the person's own
    and are left out.
    """
    for each in wanted:
        node = work.node(each.table)
        keys = work.keys.get(each.table)
        customer = customer_of(work, each.table, "x")
        conditions = [
            work.dialect.not_blank(work.column("x", c), work.live_column(each.table, c).family) for c in each.columns
        ]
        if keys is not None and node.key:
            same = work.same_row(each.table, "k", "x")
            conditions.append(f"NOT EXISTS (SELECT 1 FROM {keys.name} k WHERE {same} AND k.r = 2)")
        if customers is not None and node.customer.known and None not in customers:
            named = ", ".join("'" + str(c).replace("'", "''") + "'" for c in sorted(map(str, customers))) or "NULL"
            conditions.append(f"(CAST({customer.sql} AS text) IN ({named}) OR {customer.sql} IS NULL)")
        value = " || ' ' || ".join(f"CAST({work.column('x', c)} AS text)" for c in each.columns)
        raw: Any = work.connection.connection.driver_connection
        cursor = raw.cursor(name="habeas_others") if work.postgresql else raw.cursor()
        try:
            cursor.execute(
                f"SELECT DISTINCT {value} FROM {work.name(each.table)} x{customer.joined} "
                f"WHERE {' AND '.join(conditions)}"
            )
            while batch := cursor.fetchmany(BATCH):
                for (found,) in batch:
                    yield each.kind, found
        finally:
            cursor.close()


def own_names(work: Working, wanted: Sequence[PeopleColumns]) -> set[str]:
    """The names in the reach's own rows of people: a namesake's entry must not mask the person."""
    found: set[str] = set()
    for each in wanted:
        keys = work.keys.get(each.table)
        if keys is None or each.kind != "name":
            continue
        value = " || ' ' || ".join(f"CAST({work.column('x', c)} AS text)" for c in each.columns)
        same = work.same_row(each.table, "k", "x")
        found.update(
            str(row[0])
            for row in work.rows(
                f"SELECT DISTINCT {value} FROM {work.name(each.table)} x JOIN {keys.name} k ON {same} "
                f"WHERE k.r = 2 AND {value} IS NOT NULL"
            )
        )
    return found
