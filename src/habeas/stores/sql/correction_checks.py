"""What only the rows can say against a correction: constraints, people who bear the identity already, joins that break.

Everything is asked by queries, so that a plan says what apply would meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlalchemy.exc import SQLAlchemyError

from habeas.catalog.tables import Check
from habeas.datamap.matching import normalise
from habeas.datamap.model import MatchRule
from habeas.diagnostics import Finding, error, warning
from habeas.program.program import Reference
from habeas.stores.sql.customers import customer_of
from habeas.stores.sql.working import Working
from habeas.stores.sql.write_sets import WriteSet, as_type

_DEFINITION = re.compile(r"CHECK \((.*)\)(?: NO INHERIT)?(?: NOT VALID)?\Z", re.DOTALL)


def refusals_of(work: Working, sets: Sequence[WriteSet]) -> list[Finding]:
    """Everything that stands against writing the sets."""
    found: list[Finding] = []
    for written in sets:
        if not _type_takes(work, written):
            found.append(_refused_type(work, written))
    if found:
        return found  # what isn't a value of its type can't be compared either
    for table in dict.fromkeys(written.table for written in sets):
        here = [written for written in sets if written.table == table]
        found += _broken_checks(work, table, here)
        found += _taken_values(work, table, here)
    for written in sets:
        leading = [r for r in work.program.leading_to.get(written.table, ()) if written.column in r.target_columns]
        joins = [r for r in leading if r.value_join and r.id not in work.program.copied]
        if written.copy is None:
            found += _identity_taken(work, written)
        found += [f for r in leading if not r.value_join and (f := _key_broken(work, written, r))]
        for join in joins:
            found += _join_broken(work, written, join)
        for join in (*joins, *(written.assignment.copies if written.copy is None else ())):
            found += _joins_more(work, written, join)
    return found


# -- types and constraints ------------------------------------------------------------------------------


def _type_takes(work: Working, written: WriteSet) -> bool:
    """Whether the column's own type (a domain, an inet, a numeric of few digits) takes the value."""
    if not work.postgresql:
        return True
    value = as_type(work, written.table, written.column, "b.value")
    return _answers(work, f"SELECT count({value}) FROM {written.name} b") is not None


def _broken_checks(work: Working, table: str, sets: Sequence[WriteSet]) -> Iterator[Finding]:
    columns = {written.column for written in sets}
    for check in work.live(table).checks:
        condition = _condition(check)
        if not columns & set(check.columns) or condition is None:
            continue
        query = (
            f"SELECT count(*) FROM ({_as_written(work, table, sets)}) AS {work.dialect.quote(work.live(table).name)} "
            f"WHERE NOT ({condition})"
        )
        if _answers(work, query):
            named = f" {check.name}" if check.name else ""
            yield error(
                "check-refused",
                f"a CHECK{named} of {table} doesn't allow the value for {', '.join(sorted(columns & set(check.columns)))}",
                f"The database would refuse it: {check.expression}",
                f"--set '{table}.{min(columns & set(check.columns))}=VALUE'   # one that the CHECK allows",
                (table,),
            )


def _condition(check: Check) -> str | None:
    """The condition of a CHECK, as the dialect prints it; None for what is none (an exclusion constraint)."""
    if check.expression.startswith("EXCLUDE"):
        return None
    printed = _DEFINITION.match(check.expression)
    return printed[1] if printed else check.expression


def _as_written(work: Working, table: str, sets: Sequence[WriteSet]) -> str:
    """The rows that are written to, as they will be."""
    new = _new_values(work, sets)
    columns = ", ".join(
        f"{new.get(c.name, work.column('x', c.name))} AS {work.dialect.quote(c.name)}" for c in work.live(table).columns
    )
    return f"SELECT {columns} FROM {_written_rows(work, table, sets)}"


def _new_values(work: Working, sets: Sequence[WriteSet]) -> dict[str, str]:
    """SQL of each written column, old or new, over `_written_rows`."""
    found: dict[str, str] = {}
    for number, written in enumerate(sets):
        old = found.get(written.column, work.column("x", written.column))
        value = as_type(work, written.table, written.column, f"g{number}.value")
        found[written.column] = f"CASE WHEN g{number}.c0 IS NOT NULL THEN {value} ELSE {old} END"
    return found


def _written_rows(work: Working, table: str, sets: Sequence[WriteSet]) -> str:
    joins = "".join(
        f" LEFT JOIN {written.name} g{number} ON {work.same_row(table, f'g{number}', 'x')}"
        for number, written in enumerate(sets)
    )
    some = " OR ".join(f"g{number}.c0 IS NOT NULL" for number in range(len(sets)))
    return f"{work.name(table)} x{joins} WHERE ({some})"


def _taken_values(work: Working, table: str, sets: Sequence[WriteSet]) -> Iterator[Finding]:
    """Unique constraints that another row stands against."""
    new = _new_values(work, sets)
    for unique in work.live(table).uniques:
        if not set(unique.columns) & new.keys():
            continue
        values = [new.get(c, work.column("x", c)) for c in unique.columns]
        same = " AND ".join(f"{work.column('y', c)} = {v}" for c, v in zip(unique.columns, values, strict=True))
        mine = " AND ".join(f"{work.column('x', c)} = {work.column('y', c)}" for c in work.node(table).key)
        rows = _written_rows(work, table, sets)
        other = f"SELECT 1 FROM {rows} AND EXISTS (SELECT 1 FROM {work.name(table)} y WHERE {same} AND NOT ({mine})) LIMIT 1"
        listed = ", ".join(f"v{i}" for i in range(len(values)))
        named = ", ".join(f"{v} AS v{i}" for i, v in enumerate(values))
        given = " AND ".join(f"v{i} IS NOT NULL" for i in range(len(values)))
        twice = (
            f"SELECT 1 FROM (SELECT {named} FROM {rows}) q WHERE {given} GROUP BY {listed} HAVING count(*) > 1 LIMIT 1"
        )
        if work.rows(other) or work.rows(twice):
            yield error(
                "value-taken",
                f"the value must differ from row to row in {table}.{', '.join(unique.columns)}, and another row has it",
                "Whoever has it may be somebody else, or the same person a second time.",
                f"habeas plan access --subject …   # who has it; or --set '{table}.{unique.columns[-1]}=ANOTHER'",
                (table,),
            )


def _answers(work: Working, query: str) -> int | None:
    """The count that a query gives; None where the database can't evaluate it (the transaction goes on)."""
    try:
        with work.connection.begin_nested():
            return int(work.scalar(query))
    except SQLAlchemyError:
        return None


# -- people, keys and joins -------------------------------------------------------------------------------


def _identity_taken(work: Working, written: WriteSet) -> Iterator[Finding]:
    """Another person of that kind and Customer has the new identity already (unless the row had it, too)."""
    made, table = written.assignment, written.table
    node = work.node(table)
    rule = MatchRule(made.rule)
    wanted = normalise(made.value, rule) if made.identity and made.value is not None else None
    if wanted is None or node.kind is None or made.appends:
        return
    here, there = customer_of(work, table, "x"), customer_of(work, table, "y")
    new, old = (_compared(work, table, made.column, alias, rule) for alias in ("y", "x"))
    same = work.same(here.sql, there.sql) if node.customer.known else "1 = 1"
    value = work.parameter("wanted")
    if work.rows(
        f"SELECT 1 FROM {written.name} g JOIN {work.name(table)} x ON {work.same_row(table, 'g', 'x')} "
        f"JOIN {work.name(table)} y ON {new} = {value}{here.joined}{there.joined} "
        f"WHERE {same} AND ({old} IS NULL OR {old} <> {value}) "
        f"AND NOT EXISTS (SELECT 1 FROM {written.name} g2 WHERE {work.same_row(table, 'g2', 'y')}) LIMIT 1",
        {"wanted": wanted},
    ):
        yield error(
            "identity-taken",
            f"another {node.kind} of the same Customer has this {made.identity} already"
            if node.customer.known
            else f"another {node.kind} has this {made.identity} already",
            "Two people under one identity could not be told apart by it: the next request of one would meet the other.",
            f"habeas plan access --subject {made.identity}=…   # who has it: the same person twice, or a mistake",
            (table,),
        )


def _compared(work: Working, table: str, column: str, alias: str, rule: MatchRule) -> str:
    live = work.live_column(table, column)
    sql = work.dialect.match_expression(work.column(alias, column), rule, live.family, binary=live.binary)
    return f"CAST({sql} AS text)" if rule is MatchRule.EXACT else sql


def _key_broken(work: Working, written: WriteSet, reference: Reference) -> Finding | None:
    """Rows refer to the old value by a key, and the database doesn't follow."""
    if reference.declared and reference.on_update == "CASCADE":
        return None
    old, new = work.column("x", written.column), as_type(work, written.table, written.column, "g.value")
    joined = _bearers(work, written, reference)
    if not work.rows(f"SELECT 1 {joined} AND ({new} IS NULL OR {old} <> {new}) LIMIT 1"):
        return None
    return error(
        "set-breaks-reference",
        f"rows of {reference.table} refer to {written.table}.{written.column} by {reference.name}",
        "They would refer to nothing, or the database would refuse.",
        f"ALTER TABLE {reference.table} … ON UPDATE CASCADE;   # then the database writes both",
        (written.table, reference.table),
    )


def _join_broken(work: Working, written: WriteSet, join: Reference) -> Iterator[Finding]:
    """Rows join the old value, and no copy is declared that would take them along."""
    count = int(work.scalar(f"SELECT count(*) {_bearers(work, written, join)} AND {_differs(work, written, join)}"))
    if count:
        column = join.columns[join.target_columns.index(written.column)]
        yield error(
            "set-breaks-join",
            f"{count} rows of {join.table} are tied to {written.table}.{written.column} by the value of {column}",
            "With a new value there alone they would be nobody's: neither found nor erased again.",
            f"{written.column}: {{…, copies: [{join.table}.{column}]}}   # under {written.table}, columns: both are written",
            (written.table, join.table),
        )


def _joins_more(work: Working, written: WriteSet, join: Reference) -> Iterator[Finding]:
    """Rows that wait under the new value already: they will be the person's from now on."""
    if written.assignment.value is None or len(join.columns) != 1:
        return
    side = {written.column: as_type(work, written.table, written.column, "g.value")}
    rows = f"{_bearers(work, written, join, side)} AND {_differs(work, written, join)}"
    if count := int(work.scalar(f"SELECT count(*) {rows}")):
        yield warning(
            "joins-more",
            f"{count} rows of {join.table} have the new value in {join.columns[0]} already",
            "They join by value, and so they will count as this person's.",
            tables=(join.table,),
        )


def _bearers(work: Working, written: WriteSet, reference: Reference, side: dict[str, str] | None = None) -> str:
    """FROM … WHERE of rows `s` that refer to a written row `x` (`side`: as if its column held something else)."""
    target = {**work.live_side("x", reference.target_columns), **(side or {})}
    joined = work.joined(reference, work.live_side("s", work.bearing_columns(reference)), target)
    joins, same = "", "1 = 1"
    if reference.value_join and work.with_customers and not reference.across:
        here, there = customer_of(work, reference.table, "s"), customer_of(work, written.table, "x")
        joins, same = here.joined + there.joined, work.same(here.sql, there.sql)
    return (
        f"FROM {written.name} g JOIN {work.name(written.table)} x ON {work.same_row(written.table, 'g', 'x')} "
        f"JOIN {work.name(reference.table)} s ON {joined}{joins} WHERE {same}"
    )


def _differs(work: Working, written: WriteSet, join: Reference) -> str:
    """The condition that the old value of `x` and the new one of `g` don't join the same rows."""
    live = work.live_column(written.table, written.column)
    rule = MatchRule(join.rules[join.target_columns.index(written.column)])
    old, new = (
        work.dialect.match_expression(value, rule, live.family, binary=live.binary)
        for value in (work.column("x", written.column), as_type(work, written.table, written.column, "g.value"))
    )
    return f"({old} IS NULL OR {new} IS NULL OR {old} <> {new})"


def _refused_type(work: Working, written: WriteSet) -> Finding:
    live = work.live_column(written.table, written.column)
    return error(
        "value-refused",
        f"{written.table}.{written.column} takes a value of {live.type}, and what was given isn't that",
        "Nothing was written. The value isn't shown here, since messages end in logs.",
        f"--set '{written.table}.{written.column}=VALUE'",
        (written.table,),
    )
