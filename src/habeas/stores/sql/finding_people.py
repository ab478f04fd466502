"""Looks up identities in the tables of people, and makes the root tables that reach starts from (section 3).

A root table has the carried columns `c0, c1, …`, the row's Customer `cu`, the person's number `p` in the selection, and
`ki`: what kind of identity named the row (1 a key identity, 0 one that masks write over, -1 one that they leave).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from habeas.catalog.tables import TypeFamily
from habeas.datamap.matching import normalise, typed_value
from habeas.datamap.model import MatchRule
from habeas.program.matches import Match
from habeas.program.program import IdentityColumn, Node
from habeas.program.selection import Subject
from habeas.stores.sql.customers import customer_of
from habeas.stores.sql.working import KeyTable, Working, named

_COMPARED_AS_IS = (TypeFamily.INTEGER, TypeFamily.UUID, TypeFamily.TEXT, TypeFamily.ENUM)
INLINE = 20  # as many values go into the statement itself; more go through a temporary table


def find_people(
    work: Working,
    subjects: Sequence[Subject],
    *,
    kind: str | None = None,
    customer: str | None = None,
    prefix: str = "m",
) -> dict[str, KeyTable]:
    """A root table for each kind with a match, by table. `kind` and `customer` narrow; key identities settle."""
    found: dict[str, KeyTable] = {}
    for node in work.program.people:
        if kind is not None and node.kind != kind:
            continue
        parts, parameters, settled = _lookups(work, node, subjects, prefix)
        if not parts:
            continue
        name = work.key_name(node.table, prefix)
        carried = [f"c{i}" for i in range(len(node.carried))]
        columns = [*carried, "cu", "p", "ki"]
        query = (
            f"SELECT {', '.join(carried)}, cu, p, MAX(ki) AS ki FROM ({' UNION ALL '.join(parts)}) q "
            f"GROUP BY {', '.join(carried)}, cu, p"
        )
        count = work.make_table(name, node.table, named(columns, query), [*carried[: len(node.key)], "p"], parameters)
        if settled:
            count -= work.execute(f"DELETE FROM {name} WHERE ki < 1 AND p IN ({', '.join(map(str, settled))})")
        if customer is not None:
            value = typed_value(customer, work.program.customer_family)
            if value is None:
                count -= work.execute(f"DELETE FROM {name} WHERE 1 = 1")
            else:
                others = f"DELETE FROM {name} WHERE cu IS NULL OR cu <> {work.parameter('cu')}"
                count -= work.execute(others, {"cu": value})
        if count:
            found[node.table] = KeyTable(name, count)
    return found


def matches(work: Working, roots: Mapping[str, KeyTable], *, lock: bool = False) -> list[Match]:
    """The matched rows, for whoever decides whom the selection means.

    `lock` holds them until the transaction ends, so that a child inserted meanwhile waits and fails cleanly. SQLite
    needs none: BEGIN IMMEDIATE holds the whole store.
    """
    locks = [
        f"SELECT 1 FROM {work.name(table)} x WHERE EXISTS (SELECT 1 FROM {root.name} k "
        f"WHERE {work.same_row(table, 'k', 'x')}) FOR UPDATE OF x"
        for table, root in roots.items()
        if lock and work.postgresql
    ]
    queries = []
    for table, root in roots.items():
        key = ", ".join(f"CAST(c{i} AS text)" for i in range(len(work.node(table).key)))
        queries.append(f"SELECT p, CAST(cu AS text), {key} FROM {root.name} ORDER BY p, {key}")
    answers = work.rows_together([*locks, *queries])[len(locks) :]
    return [
        Match(work.program.store, int(row[0]), work.node(table).kind or "", row[1], tuple(map(str, row[2:])))
        for table, rows in zip(roots, answers, strict=True)
        for row in rows
    ]


def customers_rows(work: Working, customer: str, prefix: str = "m") -> dict[str, KeyTable]:
    """A root table for every table whose rows have that Customer, without the Customer's own row."""
    found: dict[str, KeyTable] = {}
    value = typed_value(customer, work.program.customer_family)
    if value is None:
        return found
    for node in work.program.nodes.values():
        if not node.customer.known or node.table == work.program.customer_table or not node.key:
            continue
        carried = [f"c{i}" for i in range(len(node.carried))]
        expression = customer_of(work, node.table, "x")
        query = (
            f"SELECT {_carried(work, node)}, {expression.sql} AS cu, 1 AS p, 1 AS ki "
            f"FROM {work.name(node.table)} x{expression.joined} WHERE {expression.sql} = {work.parameter('cu')}"
        )
        name = work.key_name(node.table, prefix)
        key = carried[: len(node.key)]
        if count := work.make_table(name, node.table, named([*carried, "cu", "p", "ki"], query), key, {"cu": value}):
            found[node.table] = KeyTable(name, count)
    return found


def identity_values(work: Working, roots: Mapping[str, KeyTable]) -> dict[str, set[str]]:
    """The values that the roots' own rows hold in identity columns, by type: what free text is scanned for."""
    found: dict[str, set[str]] = {}
    for kind, query in identity_queries(work, roots):
        found.setdefault(kind, set()).update(str(row[0]) for row in work.rows(query))
    return found


def identity_queries(work: Working, roots: Mapping[str, KeyTable]) -> list[tuple[str, str]]:
    """What `identity_values` asks, with the type of identity that each query gives."""
    found: list[tuple[str, str]] = []
    for table, root in roots.items():
        for identity in work.node(table).identities:
            column = work.identity_value("x", identity)
            query = (
                f"SELECT DISTINCT CAST({column} AS text) FROM {work.name(table)} x "
                f"JOIN {root.name} k ON {work.same_row(table, 'k', 'x')} "
                f"WHERE {work.dialect.not_blank(column, identity.family)}"
            )
            found.append((identity.type, query))
    return found


def _lookups(
    work: Working, node: Node, subjects: Sequence[Subject], prefix: str
) -> tuple[list[str], dict[str, object], list[int]]:
    """The lookup queries of a kind, their parameters, and the people who were named by a key identity."""
    parts: list[str] = []
    parameters: dict[str, object] = {}
    settled: set[int] = set()
    customer = customer_of(work, node.table, "x")
    for number, identity in enumerate(node.identities):
        values = list(_values(work, identity, subjects))
        if identity.is_key:
            settled.update(
                p for p, s in enumerate(subjects, 1) if any(given.type == identity.type for given in s.identities)
            )
        if not values:
            continue
        column = work.live_column(node.table, identity.column)
        sql = work.identity_value("x", identity)
        binary = column.binary or bool(identity.keys)
        compared = work.dialect.match_expression(sql, MatchRule(identity.rule), identity.family, binary=binary)
        head = f"SELECT {_carried(work, node)}, {customer.sql} AS cu"
        tail = f"FROM {work.name(node.table)} x{customer.joined}"
        if identity.rule == MatchRule.EXACT.value and identity.family not in _COMPARED_AS_IS:
            compared = f"CAST({sql} AS text)"
        blank = work.dialect.not_blank(sql, identity.family)
        ki = _sort_of_match(node, identity)
        if len(values) <= INLINE:
            for place, (person, value) in enumerate(values):
                name = f"i{number}_{place}"
                parameters[name] = value
                parts.append(
                    f"{head}, {person} AS p, {ki} AS ki {tail} WHERE {compared} = {work.parameter(name)} AND {blank}"
                )
        else:
            source = _value_table(work, f"habeas_{prefix}i{work.numbers[node.table]}_{number}", identity, values)
            parts.append(f"{head}, i.p AS p, {ki} AS ki {tail} JOIN {source} i ON {compared} = i.v WHERE {blank}")
    return parts, parameters, sorted(settled)


def _sort_of_match(node: Node, identity: IdentityColumn) -> int:
    """1: a key identity; 0: a column that masks write over; -1: one that they leave, so that it says nothing of a mask."""
    if identity.is_key:
        return 1
    masks = [mask for mask in node.masks if mask.column == identity.column]
    written = any(mask.kind != "leaves" or any(leaf.steps == identity.keys for leaf in mask.leaves) for mask in masks)
    return 0 if written else -1


def _values(work: Working, identity: IdentityColumn, subjects: Sequence[Subject]) -> Iterable[tuple[int, object]]:
    for person, subject in enumerate(subjects, 1):
        for given in subject.identities:
            if given.type != identity.type or not work.dialect.can_hold(given.value):
                continue
            value: object = normalise(given.value, MatchRule(identity.rule))
            if value is not None and identity.rule == MatchRule.EXACT.value:
                value = typed_value(str(value), identity.family)
            if value is not None:
                yield person, value


def _value_table(work: Working, name: str, identity: IdentityColumn, values: Sequence[tuple[int, object]]) -> str:
    """A temporary table of (p, v) for a batch."""
    exact = identity.rule == MatchRule.EXACT.value
    kind = {TypeFamily.INTEGER: "bigint", TypeFamily.UUID: "uuid"}.get(identity.family, "text") if exact else "text"
    commit = " ON COMMIT DROP" if work.postgresql else ""
    work.made.append(name)
    work.execute(f"CREATE TEMPORARY TABLE {name} (p bigint, v {kind}){commit}")
    work.insert_many(name, ("p", "v"), values)
    if not work.postgresql:
        work.execute(f"CREATE INDEX temp.{name}_v ON {name} (v)")
    work.temporary.analyse(name)
    return name


def _carried(work: Working, node: Node) -> str:
    return ", ".join(f"{work.column('x', c)} AS c{i}" for i, c in enumerate(node.carried))
