"""Tells rows of the person from strangers' rows that were given an erased row's key (SQLite; semantics, section 9).

SQLite numbers a new row by the largest `rowid` that is there, so that the number of an erased row is soon somebody
else's. A verification starts from erased keys, and would report the stranger. Every row that lives under the key of an
erased row was written after the erasure (it was looked at before the commit), so what it holds says whose it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from habeas.datamap.matching import normalise
from habeas.datamap.model import MatchRule
from habeas.program.program import IdentityColumn, Reference, Verdict
from habeas.stores.sql.working import KeyTable, Working

#: Identity values of the run's people, by type, as they were given and as the store held them.
Known = Mapping[str, Collection[str]]
_ERASED = int(Verdict.ERASE)


def forget_strangers(
    work: Working, seeds: Mapping[str, KeyTable], roots: Mapping[str, Sequence[KeyTable]], known: Known
) -> None:
    """Take keys that are strangers' by now out of the remembered rows, and strangers' rows out of the matches.

    A remembered row stays with its other columns: whatever joins by value still leads from it.
    """
    if work.postgresql:
        return
    found: dict[str, str] = {}
    for component in work.program.components:
        tables = [table for table in component if table in seeds]
        while sum(_find(work, table, seeds[table].name, known, found) for table in tables):
            pass
    for table, strangers in found.items():
        for root in roots.get(table, ()):
            theirs = _among(work, table, strangers)
            if root.remembered:
                # No number equals a blob, and each row keeps a key of its own.
                work.execute(f"UPDATE {root.name} AS s SET c0 = CAST('none ' || s.rowid AS blob) WHERE {theirs}")
            else:
                work.execute(f"DELETE FROM {root.name} AS s WHERE {theirs}")


def _find(work: Working, table: str, seeds: str, known: Known, found: dict[str, str]) -> int:
    """Note the strangers of one table; how many are new. `found` holds their keys' tables, by table."""
    node = work.node(table)
    signs = [_owned_by_stranger(work, r, found) for r in work.program.entering.get(table, ()) if r.target in found]
    if _is_reused(work, table):
        names = {identity.column for identity in node.identities}  # those are compared by their own rule
        places = [(i, c) for i, c in enumerate(node.links) if c not in names]
        signs += [f"s.c{len(node.key) + i} <> {work.column('x', c)}" for i, c in places]
        signs += [_has_owner(work, r) for r in work.program.entering.get(table, ()) if r.forward and r.own]
    identities = [i for i in node.identities if i.column not in node.key and known.get(i.type)]
    others = identities if _is_reused(work, table) else []
    signs = [sign for sign in signs if sign]
    if not signs and not others:
        return 0
    values = ", ".join(f"CAST({work.identity_value('x', i)} AS text)" for i in others)
    query = (
        f"SELECT {work.key_columns(table, 's')}, coalesce({' OR '.join(signs) or '0'}, 0)"
        f"{', ' if values else ''}{values} "
        f"FROM {seeds} s JOIN {work.name(table)} x ON {work.same_row(table, 's', 'x')} WHERE s.v = {_ERASED}"
    )
    if table in found:
        query += f" AND NOT {_among(work, table, found[table])}"
    width = len(node.key)
    keys = [row[:width] for row in work.rows(query) if row[width] or _is_other(others, row[width + 1 :], known)]
    if keys:
        work.insert_many(_table_of(work, table, found), [f"c{i}" for i in range(width)], keys)
    return len(keys)


def _is_reused(work: Working, table: str) -> bool:
    """Whether the database numbers the rows itself, and so may give a number again."""
    live = work.live(table)
    column = live.column(live.primary_key[0]) if len(live.primary_key) == 1 else None
    return column is not None and column.identity


def _is_other(columns: Sequence[IdentityColumn], values: Sequence[str | None], known: Known) -> bool:
    """Whether a row names somebody, and nobody of the run. One that names nobody can't be told, and is theirs."""
    named = False
    for identity, value in zip(columns, values, strict=True):
        rule = MatchRule(identity.rule)
        held = normalise(value, rule) if value is not None else None
        if held is None:
            continue
        named = True
        if held in {normalise(each, rule) for each in known[identity.type]}:
            return False
    return named


def _owned_by_stranger(work: Working, reference: Reference, found: Mapping[str, str]) -> str:
    """Whether the row's own reference leads to a stranger's row."""
    if reference.forward or reference.value_join:
        return ""
    joined = work.joined(
        reference,
        work.live_side("x", work.bearing_columns(reference)),
        work.live_side("t", reference.target_columns),
    )
    strangers = f"{found[reference.target]} z JOIN {work.name(reference.target)} t"
    return f"EXISTS (SELECT 1 FROM {strangers} ON {work.same_row(reference.target, 'z', 't')} WHERE {joined})"


def _has_owner(work: Working, reference: Reference) -> str:
    """Whether a row refers to this one as its own: those that did are erased, so it was written since."""
    joined = work.joined(
        reference,
        work.live_side("o", work.bearing_columns(reference)),
        work.live_side("x", reference.target_columns),
    )
    return f"EXISTS (SELECT 1 FROM {work.name(reference.table)} o WHERE {joined})"


def _among(work: Working, table: str, strangers: str) -> str:
    same = " AND ".join(f"z.c{i} = s.c{i}" for i in range(len(work.node(table).key)))
    return f"EXISTS (SELECT 1 FROM {strangers} z WHERE {same})"


def _table_of(work: Working, table: str, found: dict[str, str]) -> str:
    if table not in found:
        name = work.key_name(table, "z")
        columns = ", ".join(f"c{i}" for i in range(len(work.node(table).key)))
        work.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")
        work.made.append(name)
        found[table] = name
    return found[table]
