"""Lays keeps and holds over what sharing has settled (sections 5.1 and 5.2)."""

from __future__ import annotations

from habeas.catalog.tables import TypeFamily
from habeas.program.program import KeepRule, Node, Verdict
from habeas.stores.sql.reaching import Reach, Roots
from habeas.stores.sql.working import KeyTable, Working, named

_KEEP, _HOLD = int(Verdict.KEEP), int(Verdict.HOLD)


def lay_keeps(work: Working) -> dict[str, int]:
    """Keep owned rows whose period runs. Returns how many of them have no date at all, by table."""
    undated: dict[str, int] = {}
    for node in work.program.nodes.values():
        if node.keep is None or node.table not in work.keys:
            continue
        day = day_of(work, work.column("x", node.keep.after), node.keep.after_family)
        kept = (
            f"SELECT 1 FROM {work.name(node.table)} x WHERE {work.same_row(node.table, 'k', 'x')} "
            f"AND ({day} IS NULL OR {day} > {_literal_day(work, node.keep)})"
        )
        keeping = f"UPDATE {work.keys[node.table].name} AS k SET v = {_KEEP}, b = 0 WHERE k.r = 2 AND EXISTS ({kept})"
        if not _may_be_empty(work, node.table, node.keep):
            work.settle_later(node.table, keeping)
        elif work.settle(node.table, keeping):
            empty = int(
                work.scalar(
                    f"SELECT count(*) FROM {work.keys[node.table].name} k JOIN {work.name(node.table)} x "
                    f"ON {work.same_row(node.table, 'k', 'x')} WHERE k.v = {_KEEP} AND {day} IS NULL"
                )
            )
            undated |= {node.table: empty} if empty else {}
        _keep_along(work, node, node.keep)
    return undated


def _may_be_empty(work: Working, table: str, rule: KeepRule) -> bool:
    """Whether a row may have no date: SQLite's may hold anything, and a text may be blank."""
    nullable = work.live_column(table, rule.after).nullable
    return nullable or not work.postgresql or rule.after_family is TypeFamily.TEXT


def _keep_along(work: Working, node: Node, rule: KeepRule) -> None:
    """Children named in `with` stay with the row they refer to, to any depth among the named tables."""
    named_tables = [t for t in rule.with_tables if t in work.keys and t != node.table]
    sources = {node.table, *named_tables}
    grew = True
    while grew:
        grew = False
        for table in named_tables:
            for reference in work.program.bearing.get(table, ()):
                if reference.kind is None or reference.value_join or reference.target not in sources:
                    continue
                target = work.keys.get(reference.target)
                if target is None:
                    continue
                joined = work.joined(
                    reference,
                    work.live_side("x", work.bearing_columns(reference)),
                    work.carried_side(reference.target, "t", reference.target_columns),
                )
                leads = (
                    f"SELECT 1 FROM {work.name(table)} x JOIN {target.name} t ON {joined} "
                    f"WHERE {work.same_row(table, 'k', 'x')} AND t.v = {_KEEP}"
                )
                changed = work.settle(
                    table,
                    f"UPDATE {work.keys[table].name} AS k SET v = {_KEEP}, b = {-reference.id} "
                    f"WHERE k.r = 2 AND k.v <> {_KEEP} AND EXISTS ({leads})",
                )
                grew = grew or changed > 0


def lay_holds(work: Working, roots: Roots) -> None:
    """Reach from the exclusions, and hold every row that is found: also rows outside the selection's own
    reach.

    Those are put into the key tables with no right, since what they refer to must stay.
    """
    Reach(work, work.holds, "x", customer=None).fill(roots)
    for table, held in work.holds.items():
        node = work.node(table)
        same = " AND ".join(f"h.c{i} = k.c{i}" for i in range(len(node.key)))
        carried = ", ".join(f"c{i}" for i in range(len(node.carried)))
        columns = [*(f"c{i}" for i in range(len(node.carried))), "cu", "r", "root", "via", "v", "b"]
        alone = f"SELECT {carried}, cu, 0 AS r, 0 AS root, 0 AS via, {_HOLD} AS v, 0 AS b FROM {held.name} h"
        if table not in work.keys:
            name = work.key_name(table, "y")  # an empty key table of the reach may bear the other name
            key = [f"c{i}" for i in range(len(node.key))]
            work.keys[table] = KeyTable(name, work.make_table(name, table, named(columns, alone), key))
            continue
        name = work.keys[table].name
        work.settle(
            table, f"UPDATE {name} AS k SET v = {_HOLD} WHERE EXISTS (SELECT 1 FROM {held.name} h WHERE {same})"
        )
        work.execute(
            f"INSERT INTO {name} ({', '.join(columns)}) {alone} WHERE NOT EXISTS (SELECT 1 FROM {name} k WHERE {same})"
        )


def day_of(work: Working, column: str, family: TypeFamily) -> str:
    """The day (UTC) of a date, a time stamp or seconds since 1970; NULL where it is empty. SQLite: ISO
    text."""
    if work.postgresql:
        if family is TypeFamily.INTEGER:
            return f"CAST(to_timestamp({column}) AS date)"
        if family is TypeFamily.TEXT:
            return f"CAST(NULLIF(btrim({column}), '') AS date)"
        return f"CAST({column} AS date)"
    return (
        f"CASE typeof({column}) WHEN 'integer' THEN date({column}, 'unixepoch') "
        f"WHEN 'real' THEN date({column}) ELSE NULLIF(substr(trim({column}), 1, 10), '') END"
    )


def _literal_day(work: Working, rule: KeepRule) -> str:
    text = f"'{rule.ended_on.isoformat()}'"
    return f"CAST({text} AS date)" if work.postgresql else text
