"""Looks again: from the keys that were erased or masked, and from the identities, what of the person remains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from habeas.program.program import DEPARTING, Verdict
from habeas.stores.sql.working import KeyTable, Working

SEED = "s"
ELSEWHERE = "e"  # rows that other chunks of the same run have remembered
BATCH = 5_000
SPOOLED = ("habeas customer", "habeas verdict", "habeas right")  # beside the carried columns


def spooled_columns(work: Working, table: str) -> tuple[str, ...]:
    """What the spool holds of a reached row: its carried columns, Customer, verdict and right."""
    return (*work.node(table).carried, *SPOOLED)


def departing_rows(work: Working) -> Iterable[tuple[str, tuple[str, ...], Iterable[Sequence[Any]]]]:
    """The rows to spool before a change: (table, columns, rows), those that depart."""
    queries = departing_queries(work)
    if work.few:
        for table, rows in zip(queries, work.rows_together(list(queries.values())), strict=True):
            yield table, spooled_columns(work, table), rows
        return
    for table, query in queries.items():
        cursor = work.connection.connection.cursor()
        try:
            cursor.execute(query)
            batches = iter(partial(cursor.fetchmany, BATCH), [])
            yield table, spooled_columns(work, table), chain.from_iterable(batches)
        finally:
            cursor.close()


def departing_queries(work: Working) -> dict[str, str]:
    """What `departing_rows` asks, by table."""
    chosen = ", ".join(str(int(v)) for v in DEPARTING)
    found: dict[str, str] = {}
    for table in (table for table in work.keys if work.tallies[table].rows(*DEPARTING)):
        carried = ", ".join(f"c{i}" for i in range(len(work.node(table).carried)))
        found[table] = f"SELECT {carried}, cu, v, r FROM {work.keys[table].name} WHERE v IN ({chosen})"
    return found


def load_seeds(
    work: Working, table: str, batches: Iterable[Sequence[Sequence[Any]]], prefix: str = SEED
) -> KeyTable | None:
    """Put spooled rows into a root table: erased and masked rows alike lead to what was written behind them.

    The columns have the live table's types, so that joins use its indexes. Whether such a row still exists doesn't matter.
    """
    node = work.node(table)
    name = work.key_name(table, prefix)
    carried = ", ".join(f"{work.column('x', c)} AS c{i}" for i, c in enumerate(node.carried))
    customer = "CAST(NULL AS integer)"
    if work.program.customer_table is not None:
        top = work.node(work.program.customer_table)
        customer = f"(SELECT {work.column('y', top.key[0])} FROM {work.name(top.table)} y WHERE 1 = 0)"
    work.remembers = True
    work.made.append(name)
    commit = " ON COMMIT DROP" if work.postgresql else ""
    work.execute(
        f"CREATE TEMPORARY TABLE {name}{commit} AS SELECT {carried}, {customer} AS cu, 0 AS v, 0 AS r "
        f"FROM {work.name(table)} x WHERE 1 = 0"
    )
    columns = [*(f"c{i}" for i in range(len(node.carried))), "cu", "v", "r"]
    count = 0
    for batch in batches:
        work.insert_many(name, columns, batch)
        count += len(batch)
    if not count:
        return None
    work.temporary.analyse(name)
    return KeyTable(name, count, remembered=True)


def forget_done(work: Working, seeds: Mapping[str, KeyTable], matched: Mapping[str, Sequence[KeyTable]]) -> None:
    """Take remembered rows out of the reach that are gone, or masked, as they should be.

    A masked row is done unless an identity leads to it again; a key is none, since a mask leaves keys as they are.
    """
    for table, seed in seeds.items():
        if table not in work.keys:
            continue
        node = work.node(table)
        key = range(len(node.key))
        same = " AND ".join(f"s.c{i} = k.c{i}" for i in key)
        again = [
            f"EXISTS (SELECT 1 FROM {root.name} m WHERE m.ki = 0 AND {' AND '.join(f'm.c{i} = s.c{i}' for i in key)})"
            for root in matched.get(table, ())
            if not root.remembered
        ]
        masked = " AND ".join([f"s.v <> {int(Verdict.ERASE)}", *(f"NOT {each}" for each in again)])
        live = f"EXISTS (SELECT 1 FROM {work.name(table)} x WHERE {work.same_row(table, 's', 'x')})"
        keys = work.keys[table]
        work.execute(
            f"DELETE FROM {keys.name} AS k WHERE EXISTS "
            f"(SELECT 1 FROM {seed.name} s WHERE {same} AND (({masked}) OR NOT {live}))"
        )
        keys.count = int(work.scalar(f"SELECT count(*) FROM {keys.name}"))
        if not keys.count:
            del work.keys[table]


def remaining(work: Working) -> dict[str, int]:
    """Rows that should be gone or masked and are not, by table: what a fresh reach would still erase or mask."""
    found: dict[str, int] = {}
    departing = ", ".join(str(int(v)) for v in DEPARTING)
    for table, keys in work.keys.items():
        if count := int(work.scalar(f"SELECT count(*) FROM {keys.name} k WHERE k.v IN ({departing})")):
            found[table] = count
    return found
