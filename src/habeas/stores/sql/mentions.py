"""Scans free text for a person's identities after an erasure, and masks them where that is asked for.

A few values are looked for in SQL; many (a batch) by reading the text once and looking every e-mail and number up, since a
search for each value would read everything as often.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from habeas.datamap.matching import ASCII_WHITE_SPACE, PHONE_SEPARATORS, normalise
from habeas.datamap.model import MatchRule
from habeas.program.program import Verdict
from habeas.stores.sql.customers import customer_of
from habeas.stores.sql.working import Working

FEW = 8
SHORTEST = 5  # shorter values stand in any text
MASK = "[erased]"
_TOKENS = re.compile(r"[^\s<>()\[\]{},;:\"']+@[^\s<>()\[\]{},;:\"']+|\+?\d[\d\s().\-/]{4,}\d")


def find_mentions(
    work: Working, values: Collection[str], customers: Collection[str | None] | None
) -> list[tuple[str, str, int]]:
    """(table, column, rows) with a value in free text, in rows of these Customers (None: of all) or of none."""
    wanted = sorted({v for v in values if len(v) >= SHORTEST and work.dialect.can_hold(v)})
    if not wanted:
        return []
    found: list[tuple[str, str, int]] = []
    for table, columns in work.program.free_text.items():
        if table not in work.program.nodes:
            continue
        for column in columns:
            rows = (
                _few(work, table, column, wanted, customers)
                if len(wanted) <= FEW
                else _many(work, table, column, wanted, customers)
            )
            if rows:
                found.append((table, column, rows))
    return found


def mask_mentions(
    work: Working, values: Collection[str], customers: Collection[str | None] | None
) -> list[tuple[str, str, int]]:
    """Write `[erased]` over each value in free text; what was changed, by table and column.

    Held and kept rows of the reach stay as they are (section 5): `find_mentions` goes on naming them.
    """
    wanted = sorted({v for v in values if len(v) >= SHORTEST and work.dialect.can_hold(v)}, key=len, reverse=True)
    changed: dict[tuple[str, str], int] = {}
    for table, columns in work.program.free_text.items():
        node = work.program.nodes.get(table)
        if node is None or not node.key:
            continue
        for column in columns:
            for value in wanted:
                rows = work.rows(
                    f"SELECT {work.live_key(table, 'x')}, CAST({work.column('x', column)} AS text) "
                    f"{_scope(work, table, customers)} AND {_holds(work, column)}{_not_to_be_changed(work, table)}",
                    {"v": value.lower()},
                )
                pattern = re.compile(re.escape(value), re.IGNORECASE)
                for row in rows:
                    _rewrite(work, table, column, row[:-1], pattern.sub(MASK, row[-1]))
                if rows:
                    changed[table, column] = changed.get((table, column), 0) + len(rows)
    return [(table, column, rows) for (table, column), rows in changed.items()]


def _not_to_be_changed(work: Working, table: str) -> str:
    keys = work.keys.get(table)
    if keys is None:
        return ""
    same = work.same_row(table, "k", "x")
    chosen = f"{int(Verdict.KEEP)}, {int(Verdict.HOLD)}"
    return f" AND NOT EXISTS (SELECT 1 FROM {keys.name} k WHERE {same} AND k.v IN ({chosen}))"


def _rewrite(work: Working, table: str, column: str, key: Sequence[object], text: str) -> None:
    live = work.live_column(table, column)
    written = f"CAST({work.parameter('t')} AS {live.type})" if work.postgresql else work.parameter("t")
    where = " AND ".join(
        f"{work.dialect.quote(c)} = {work.parameter(f'k{i}')}" for i, c in enumerate(work.node(table).key)
    )
    parameters = {"t": text, **{f"k{i}": part for i, part in enumerate(key)}}
    work.execute(f"UPDATE {work.name(table)} SET {work.dialect.quote(column)} = {written} WHERE {where}", parameters)


def _few(
    work: Working, table: str, column: str, values: Sequence[str], customers: Collection[str | None] | None
) -> int:
    parts = []
    parameters = {}
    for i, value in enumerate(values):
        parameters[f"v{i}"] = value.lower()
        parts.append(_holds(work, column, f"v{i}"))
    query = f"SELECT count(*) {_scope(work, table, customers)} AND ({' OR '.join(parts)})"
    return int(work.scalar(query, parameters))


def _many(
    work: Working, table: str, column: str, values: Sequence[str], customers: Collection[str | None] | None
) -> int:
    """Rows in which an e-mail address or a number of the text is one of the values."""
    words = {v.lower().strip(ASCII_WHITE_SPACE) for v in values}
    numbers = {n for v in values if (n := normalise(v, MatchRule.E164)) is not None}
    text = f"CAST({work.column('x', column)} AS text)"
    cursor = work.connection.connection.cursor()
    count = 0
    try:
        cursor.execute(f"SELECT {text} {_scope(work, table, customers)} AND {work.column('x', column)} IS NOT NULL")
        while batch := cursor.fetchmany(5_000):
            for (body,) in batch:
                for token in _TOKENS.findall(body):
                    bare = token.lower().strip(".")
                    if bare in words or normalise(token.strip(PHONE_SEPARATORS), MatchRule.E164) in numbers:
                        count += 1
                        break
    finally:
        cursor.close()
    return count


def _holds(work: Working, column: str, parameter: str = "v") -> str:
    text = f"CAST({work.column('x', column)} AS text)"
    if work.postgresql:
        return f"strpos(lower({text}), CAST({work.parameter(parameter)} AS text)) > 0"
    return f"instr(lower({text}), {work.parameter(parameter)}) > 0"


def _scope(work: Working, table: str, customers: Collection[str | None] | None) -> str:
    """FROM … WHERE: the table's rows of the Customers concerned, and those without a Customer."""
    if customers is None or not work.node(table).customer.known:
        return f"FROM {work.name(table)} x WHERE 1 = 1"
    expression = customer_of(work, table, "x")
    named = ", ".join("'" + c.replace("'", "''") + "'" for c in sorted(c for c in customers if c is not None))
    of_them = f"CAST({expression.sql} AS text) IN ({named}) OR " if named else ""
    everybody = None in customers
    condition = "1 = 1" if everybody else f"({of_them}{expression.sql} IS NULL)"
    return f"FROM {work.name(table)} x{expression.joined} WHERE {condition}"
