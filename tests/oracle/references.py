"""Sections 1 and 2 of docs/semantics.md: edges, where they lead, and whose Customer a row belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.oracle.company import Column, Company, DeclaredKey, RowId, Rows, every_row

WHITE = " \t\n\r\v\f"
OWN, ACCESS = "own", "access"
RIGHTS = {"owned_by": OWN, "owns": OWN, "accessed_by": ACCESS, "accesses": ACCESS, "lookup": None}


@dataclass(frozen=True)
class Reference:
    """An edge of the map (of a pair: one of its targets), or a declared key that the map lacks (`edge` is None)."""

    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    edge: str | None = None
    kind: str = "lookup"
    value_join: bool = False
    across: bool = False
    type_column: str | None = None
    type_value: str | None = None
    hide: tuple[str, ...] = ()
    on_erase: str | None = None  # delete, mask, unlink; None: nothing is said
    mask: tuple[str, ...] = ()
    placeholder: tuple[Any, ...] = ()
    cascades_updates: bool = False

    @property
    def right(self) -> str | None:
        return RIGHTS[self.kind]

    @property
    def forward(self) -> bool:
        """Whether rights flow from the row that bears the reference."""
        return self.kind in ("owns", "accesses")


def target_of(to: str) -> tuple[str, tuple[str, ...]]:
    """`TABLE.COLUMN` or `TABLE(COLUMN, COLUMN)`."""
    if to.endswith(")"):
        table, _, columns = to[:-1].partition("(")
        return table.strip(), tuple(c.strip() for c in columns.split(","))
    table, _, column = to.rpartition(".")
    return table, (column,)


def references_of(company: Company) -> list[Reference]:
    """Every edge of the map, then every declared key without an edge."""
    found: list[Reference] = []
    for table, entry in company.map.get("tables", {}).items():
        for name, edge in ((entry or {}).get("edges") or {}).items():
            targets = edge["to"].items() if "pair" in edge else [(None, edge)]
            for type_value, target in targets:
                found.append(_of_edge(company, table, name, edge, type_value, target))
    for table in company.tables.values():
        for key in table.keys:
            if not any(_same(reference, table.name, key) for reference in found):
                found.append(
                    Reference(
                        table.name,
                        key.columns,
                        key.target,
                        key.target_columns,
                        cascades_updates=key.on_update == "CASCADE",
                    )
                )
    return found


def _same(reference: Reference, table: str, key: DeclaredKey) -> bool:
    mine = set(zip(reference.columns, reference.target_columns, strict=True))
    return (reference.table, reference.target, mine) == (
        table,
        key.target,
        set(zip(key.columns, key.target_columns, strict=True)),
    )


def _of_edge(
    company: Company,
    table: str,
    name: str,
    edge: Mapping[str, Any],
    type_value: str | None,
    said: Mapping[str, Any],
) -> Reference:
    pair = edge.get("pair")
    columns = tuple(pair[1:]) if pair else tuple(edge.get("columns", (name,)))
    if "to" in said:
        target, target_columns = target_of(said["to"])
    else:
        target, target_columns = said["table"], company.key_of(said["table"])
    goal = company.tables[target]
    unique = [set(goal.key), set(company.key_of(target)), *map(set, goal.uniques)]
    on_erase = said.get("on_erase", edge.get("on_erase"))
    placeholder = said.get("placeholder", edge.get("placeholder"))
    reference = Reference(
        table=table,
        columns=columns,
        target=target,
        target_columns=target_columns,
        edge=name,
        kind=said["as"],
        value_join=set(target_columns) not in unique,
        across=said.get("across", edge.get("across")) == "customers",
        type_column=pair[0] if pair else None,
        type_value=type_value,
        hide=tuple(said.get("on_access", {}).get("hide", ())),
        on_erase="mask" if isinstance(on_erase, Mapping) else on_erase,
        mask=tuple(on_erase["mask"]) if isinstance(on_erase, Mapping) else (),
        placeholder=() if placeholder is None else _as_tuple(placeholder),
    )
    declared = [k for k in company.tables[table].keys if _same(reference, table, k)]
    return Reference(
        **{
            **reference.__dict__,
            "cascades_updates": any(k.on_update == "CASCADE" for k in declared),
        }
    )


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def matching_form(value: Any, rule: str) -> Any:
    """The form in which a value is compared; None never equals anything."""
    if isinstance(value, str):
        if not value.strip(WHITE):
            return None
        if rule == "casefold":
            return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in value.strip(WHITE))
        if rule == "e164":
            digits = "".join(c for c in value if c not in WHITE + "-.()/").lstrip("+")
            return digits if digits.isascii() and digits.isdigit() else None
    return value


class Links:
    """Which rows lead to which, in one state of the database."""

    def __init__(self, company: Company, rows: Rows) -> None:
        self.company = company
        self.rows = rows
        self.row = dict(every_row(rows))
        self.references = references_of(company)

    def rule(self, table: str, column: str) -> str:
        """The matching rule of a column's identity type; exact, if it has none."""
        identity = ((self.company.entry(table).get("columns") or {}).get(column) or {}).get("identity")
        if identity is None:
            return "exact"
        types = {"email": "casefold", "phone": "e164", **self.company.policy.get("identity_types", {})}
        return str(types[identity])

    def _joins(self, reference: Reference, source: dict[str, Any], target: dict[str, Any]) -> bool:
        if reference.type_column is not None and source[reference.type_column] != reference.type_value:
            return False
        for column, target_column in zip(reference.columns, reference.target_columns, strict=True):
            rule = self.rule(reference.target, target_column) if reference.value_join else "exact"
            mine = matching_form(source[column], rule)
            if mine is None or mine != matching_form(target[target_column], rule):
                return False
        return True

    def _pairs(self, reference: Reference) -> list[tuple[RowId, RowId]]:
        return [
            (s, t)
            for s, source in every_row(self.rows, [reference.table])
            for t, target in every_row(self.rows, [reference.target])
            if self._joins(reference, source, target)
        ]

    @cached_property
    def customer(self) -> dict[RowId, Any]:
        """The Customer of every row (None: none)."""
        table_of_customers = (self.company.map.get("customers") or {}).get("table")
        known: dict[RowId, Any] = {}

        def find(row: RowId, seen: frozenset[RowId]) -> Any:
            table = row[0]
            if row in known:
                return known[row]
            if row in seen:  # a ring of `via` never comes to a Customer
                return None
            if table == table_of_customers:
                (key,) = self.company.key_of(table)
                return self.row[row][key]
            path = self.company.entry(table).get("customer") or {}
            if isinstance(path, str):
                return self.row[row][path]
            if "via" not in path:
                return None
            for reference in self.references:
                if reference.table == table and reference.edge == path["via"]:
                    for s, t in self._pairs(reference):
                        if s == row:
                            return find(t, seen | {row})
            return None

        for row in self.row:
            known[row] = find(row, frozenset())
        return known

    def _allowed(self, reference: Reference, source: RowId, target: RowId) -> bool:
        """A value join equates the Customers of both rows, unless it is `across`."""
        if not reference.value_join or reference.across:
            return True
        return bool(self.customer[source] == self.customer[target])

    @cached_property
    def leads(self) -> dict[Reference, list[tuple[RowId, RowId]]]:
        """For each reference: from which row to which row it leads."""
        return {
            reference: [(s, t) for s, t in self._pairs(reference) if self._allowed(reference, s, t)]
            for reference in self.references
        }

    def crosses(self, reference: Reference, source: RowId, target: RowId) -> bool:
        """Whether a key edge stands between rows of two different Customers, so that no right flows."""
        mine, other = self.customer[source], self.customer[target]
        return not reference.value_join and mine is not None and other is not None and mine != other

    @cached_property
    def flows(self) -> list[tuple[RowId, RowId, Reference]]:
        """Along which references a right flows, from which row into which."""
        found = []
        for reference, pairs in self.leads.items():
            for s, t in pairs:
                if reference.right is not None and not self.crosses(reference, s, t):
                    found.append((s, t, reference) if reference.forward else (t, s, reference))
        return found

    @cached_property
    def bearing(self) -> dict[RowId, list[tuple[Reference, RowId]]]:
        """For each row, the references that stand in it and where they lead."""
        found: dict[RowId, list[tuple[Reference, RowId]]] = {row: [] for row in self.row}
        for reference, pairs in self.leads.items():
            for s, t in pairs:
                found[s].append((reference, t))
        return found

    def unlinking(self, reference: Reference) -> dict[str, Any] | None:
        """What is written to unlink the reference; None: it can't be unlinked (section 6)."""
        table = self.company.tables[reference.table]
        free = [c.name for c in map(table.column, reference.columns) if self._may_be_null(table.name, c)]
        if free:
            elsewhere = self._used_elsewhere(reference)
            return dict.fromkeys([c for c in free if c not in elsewhere] or free)
        if reference.placeholder:
            return dict(zip(reference.columns, reference.placeholder, strict=True))
        return None

    def _may_be_null(self, table: str, column: Column) -> bool:
        return column.nullable and not column.generated and column.name not in self.company.key_of(table)

    def _used_elsewhere(self, reference: Reference) -> set[str]:
        entry = self.company.entry(reference.table)
        path = entry.get("customer")
        used = {path} if isinstance(path, str) else set()
        for name, edge in (entry.get("edges") or {}).items():
            if name != reference.edge:
                used |= set(edge.get("pair") or edge.get("columns", (name,)))
        return used
