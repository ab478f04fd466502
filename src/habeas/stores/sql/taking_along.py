"""Cuts the reach down to what a person gave themselves (section 10): their own rows, without those that others wrote."""

from __future__ import annotations

from collections.abc import Mapping

from habeas.program.program import Reference
from habeas.stores.sql.working import KeyTable, Working


def keep_given(work: Working) -> None:
    """Take rows out of the key tables that are only accessed, hold nothing provided, or are another person's words."""
    reached = dict(work.keys)
    for table, keys in reached.items():
        if not work.node(table).provided:
            del work.keys[table]
            continue
        keys.count -= work.execute(f"DELETE FROM {keys.name} WHERE r <> 2")
        by_people = [
            r
            for r in work.program.bearing.get(table, ())
            if r.kind in ("owned_by", "accessed_by") and work.node(r.target).kind is not None
        ]
        if by_people:
            keys.count -= work.execute(_of_others(work, reached, table, by_people))
        if not keys.count:
            del work.keys[table]


def _of_others(work: Working, reached: Mapping[str, KeyTable], table: str, by_people: list[Reference]) -> str:
    """Deletes rows that name somebody as their own, and none of the roots: a colleague's answer is the colleague's."""
    key = work.key_columns(table)
    anybody, roots = [], []
    for reference in by_people:
        bearing = work.live_side("x", work.bearing_columns(reference))
        joined = work.joined(reference, bearing, work.live_side("p", reference.target_columns))
        anybody.append(f"EXISTS (SELECT 1 FROM {work.name(reference.target)} p WHERE {joined})")
        if (people := reached.get(reference.target)) is not None:
            own = work.joined(reference, bearing, work.carried_side(reference.target, "t", reference.target_columns))
            roots.append(f"EXISTS (SELECT 1 FROM {people.name} t WHERE {own} AND t.root = 1)")
    mine = f" AND NOT ({' OR '.join(roots)})" if roots else ""
    others = f"SELECT {work.live_key(table, 'x')} FROM {work.name(table)} x WHERE ({' OR '.join(anybody)}){mine}"
    wanted = f"({key})" if len(work.node(table).key) > 1 else key
    return f"DELETE FROM {reached[table].name} WHERE root = 0 AND {wanted} IN ({others})"
