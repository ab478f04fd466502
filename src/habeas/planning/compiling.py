"""Compiles a store's map, its live schema and an intent into a program. Pure: no database is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from habeas.catalog.tables import Catalog, Column, Table, TypeFamily
from habeas.datamap.json_paths import object_keys, parse_path
from habeas.datamap.model import ColumnEntry, MatchRule, Policy, StoreMap, TableEntry
from habeas.diagnostics import Finding, error
from habeas.planning.copies import read_copies
from habeas.planning.derived_views import refreshed_views
from habeas.planning.foresight import references_that_follow, tables_that_may_stay
from habeas.planning.graphs import components
from habeas.planning.references import ReferenceReader
from habeas.planning.written_values import mask_of
from habeas.program.program import (
    CustomerRoute,
    CustomerStep,
    IdentityColumn,
    KeepRule,
    Node,
    Program,
    Reference,
    WrittenValue,
)
from habeas.program.selection import Intent


def compile_program(store: StoreMap, catalog: Catalog, policy: Policy, intent: Intent, as_of: date) -> Program:
    """The program of one store. What can't be compiled is left out and stands in `findings` as an error."""
    reader = ReferenceReader(store, catalog, policy)
    references = reader.read()
    compiler = _Compiler(store, catalog, policy, as_of, references, reader)
    nodes = compiler.nodes()
    references = tuple(r for r in references if r.table in nodes and r.target in nodes)
    names = list(nodes)
    flows = _arrows((r.source_table, r.entered_table) for r in references if r.has_right)
    leaf_first = _arrows((r.table, r.target) for r in references if r.declared and r.table != r.target)
    may_stay = tables_that_may_stay(nodes, references)
    copies, unwritable = read_copies(store, policy, reader.copies, nodes, references)
    rules = {**{name: rule.value for name, rule in policy.identity_types.items()}}
    return Program(
        store=store.store,
        intent=intent,
        as_of=as_of,
        catalog=catalog,
        nodes=nodes,
        references=references,
        components=components(names, flows),
        erase_order=components(names, leaf_first),
        customer_table=store.customers.table if store.customers else None,
        customer_family=compiler.customer_family(),
        derived=refreshed_views(store, catalog),
        free_text=compiler.free_text(),
        findings=(*reader.findings, *compiler.findings, *unwritable),
        rules={"email": MatchRule.CASEFOLD.value, "phone": MatchRule.E164.value, **rules},
        copies=copies,
        may_stay=may_stay,
        follows=references_that_follow(nodes, references, may_stay),
    )


class _Compiler:
    def __init__(
        self,
        store: StoreMap,
        catalog: Catalog,
        policy: Policy,
        as_of: date,
        references: tuple[Reference, ...],
        reader: ReferenceReader,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._policy = policy
        self._as_of = as_of
        self._references = references
        self._at: dict[str, list[Reference]] = {}  # references at either end of a table, in their order
        for reference in references:
            for end in {reference.table, reference.target}:
                self._at.setdefault(end, []).append(reference)
        self._reader = reader
        self.findings: list[Finding] = []

    def nodes(self) -> Mapping[str, Node]:
        """A node for each mapped table, and for each unmapped one whose declared key leads to a mapped one."""
        mapped = [ref for ref in self._store.tables if (t := self._catalog.get(ref)) is not None and t.is_base]
        of_map = set(mapped)
        bearing = [r.table for r in self._references if r.table not in of_map and r.target in of_map]
        nodes: dict[str, Node] = {}
        for ref in dict.fromkeys([*mapped, *bearing]):
            table = self._catalog.tables[ref]
            entry = self._store.tables.get(ref, TableEntry())
            key = table.primary_key or tuple(c for c in entry.key if table.column(c) is not None)
            if not table.primary_key and key != entry.key:
                key = ()  # half a key names no row
            if not key and (entry.edges or self._store.kind_of(ref)):
                self.findings.append(_no_key(ref))
                continue
            if any((c := table.column(name)) is not None and c.family is TypeFamily.JSON for name in key):
                self.findings.append(_json_key(ref))
                continue
            nodes[ref] = self._node(table, entry, key)
        return nodes

    def _node(self, table: Table, entry: TableEntry, key: tuple[str, ...]) -> Node:
        masks = () if not key else self._masks(table, entry, key)
        at = self._at.get(table.ref, [])
        kept_references = {c for r in at if r.table == table.ref and not r.value_join for c in r.columns}
        return Node(
            table=table.ref,
            key=key,
            links=self._links(table.ref, key),
            customer=self._customer(table.ref, ()),
            kind=self._store.kind_of(table.ref),
            identities=self._identities(table, entry),
            on_erase=entry.on_erase.action,
            keep=self._keep(table, entry),
            masks=masks,
            reference_masks=tuple(m.column for m in masks if m.column in kept_references),
            personal_key=tuple(c for c in key if c in entry.columns and _holds_personal(entry.columns[c])),
            hideable=tuple(
                dict.fromkeys(
                    c for r in at if r.entered_table == table.ref for c in r.hide if table.column(c) is not None
                )
            ),
            provided=tuple(
                name
                for name, column in entry.columns.items()
                if table.column(name) is not None
                and (column.provided or any(leaf.provided for leaf in column.paths.values()))
            ),
            key_is_declared=bool(table.primary_key) or (bool(key) and table.is_unique(key)),
        )

    def _links(self, ref: str, key: tuple[str, ...]) -> tuple[str, ...]:
        """Columns that references compare: targets of those that lead here, and the bearing columns of rights."""
        wanted: list[str] = []
        for reference in self._at.get(ref, []):
            if reference.target == ref:
                wanted.extend(reference.target_columns)
            if (
                reference.table == ref
                and reference.has_right
                and (reference.forward or reference.own or reference.on_erase == "delete")
            ):
                wanted.extend(reference.columns)
                if reference.type_column:
                    wanted.append(reference.type_column)
        return tuple(c for c in dict.fromkeys(wanted) if c not in key)

    def _customer(self, ref: str, seen: tuple[str, ...]) -> CustomerRoute:
        """The way to a row's Customer; a circle of `via` leads nowhere (the checker says so)."""
        customers = self._store.customers
        if customers is None:
            return CustomerRoute()
        if ref == customers.table:
            table = self._catalog.get(ref)
            return CustomerRoute(column=table.primary_key[0]) if table and table.primary_key else CustomerRoute()
        path = self._store.tables.get(ref, TableEntry()).customer
        if path is None or path.none is not None or ref in seen:
            return CustomerRoute()
        if path.column is not None:
            live = self._catalog.get(ref)
            own = live.column(path.column) if live is not None else None
            if own is None:
                self.findings.append(_no_customer_column(ref, path.column))
                return CustomerRoute()
            if (key := self._customer_key()) is not None and not _compares(own, key, self._catalog.dialect):
                self.findings.append(_other_customer_type(ref, own, customers.table, key))
                return CustomerRoute()
            return CustomerRoute(column=path.column)
        steps = [
            CustomerStep(r, self._customer(r.target, (*seen, ref)))
            for r in self._at.get(ref, [])
            if r.table == ref and r.kind is not None and not r.value_join and r.name.split(":")[0] == path.via
        ]
        if not steps:
            self.findings.append(
                error(
                    "customer-path",
                    f"the Customer of {ref} is said to come through {path.via}, which is no key edge of it",
                    "Without it, rows of different Customers can't be told apart.",
                    "customer: {via: EDGE}   # an edge of this table",
                    (ref,),
                )
            )
        return CustomerRoute(steps=tuple(steps))

    def customer_family(self) -> TypeFamily:
        """The type of a Customer's key."""
        column = self._customer_key()
        return column.family if column else TypeFamily.TEXT

    def _customer_key(self) -> Column | None:
        customers = self._store.customers
        table = self._catalog.get(customers.table) if customers else None
        return table.column(table.primary_key[0]) if table and table.primary_key else None

    def _identities(self, table: Table, entry: TableEntry) -> tuple[IdentityColumn, ...]:
        found: list[IdentityColumn] = []
        for name, column in entry.columns.items():
            live = table.column(name)
            rule = self._policy.rule(column.identity) if column.identity else None
            if column.identity and live is not None and rule is not None:
                is_key = table.primary_key == (name,) or any(u.columns == (name,) for u in table.uniques)
                # An e-mail that happens to be unique still names a person; only an exact one settles an ambiguity.
                is_key = is_key and rule is MatchRule.EXACT
                found.append(IdentityColumn(column.identity, name, rule.value, live.family, is_key))
            for path, leaf in column.paths.items():
                rule = self._policy.rule(leaf.identity) if leaf.identity else None
                keys = object_keys(parse_path(path) or ())
                if leaf.identity and live is not None and rule is not None and keys and self._is_json(live):
                    found.append(IdentityColumn(leaf.identity, name, rule.value, TypeFamily.TEXT, False, keys))
        return tuple(found)

    def _is_json(self, column: Column) -> bool:
        """Whether leaves can be looked up in it: in PostgreSQL a text that is no JSON would fail the whole query."""
        return column.family is TypeFamily.JSON or (
            column.family is TypeFamily.TEXT and self._catalog.dialect == "sqlite"
        )

    def _keep(self, table: Table, entry: TableEntry) -> KeepRule | None:
        keep = entry.on_erase.keep
        if entry.on_erase.action != "keep" or keep is None:
            return None
        ground = self._policy.grounds.get(keep.ground)
        period = keep.period or (ground.period if ground else None)
        after = table.column(keep.after)
        if period is None or after is None:
            self.findings.append(
                error(
                    "keep-incomplete",
                    f"{table.ref} keeps rows for {keep.ground}, but "
                    + ("no period is said" if period is None else f"there is no column {keep.after}"),
                    "Nobody could say when such a row may go.",
                    f"on_erase: {{keep: {{ground: {keep.ground}, for: 7 years, after: COLUMN}}}}",
                    (table.ref,),
                )
            )
            return None
        return KeepRule(
            ground=keep.ground,
            after=keep.after,
            after_family=after.family,
            ended_on=period.latest_ended_start(self._as_of),
            period=str(period),
            with_tables=keep.with_,
            masks=self._values(table, entry, keep.mask),
            period_count=period.count,
            period_unit=period.unit,
        )

    def _masks(self, table: Table, entry: TableEntry, key: tuple[str, ...]) -> tuple[WrittenValue, ...]:
        personal = [name for name, column in entry.columns.items() if _holds_personal(column) and name not in key]
        return self._values(table, entry, personal)

    def _values(self, table: Table, entry: TableEntry, names: Iterable[str]) -> tuple[WrittenValue, ...]:
        written: list[WrittenValue] = []
        for name in names:
            column = table.column(name)
            if column is None or column.generated:
                continue  # the checker names columns that don't exist; a generated one follows what it is made of
            copies = self._reader.copies_of(table.ref, name)
            value = mask_of(
                table,
                column,
                entry.columns.get(name),
                name in self._reader.joins(table.ref),
                copies,
                self._catalog.dialect,
            )
            if isinstance(value, Finding):
                self.findings.append(value)
            else:
                written.append(value)
        return tuple(written)

    def free_text(self) -> Mapping[str, tuple[str, ...]]:
        """Text and JSON columns in which people may be mentioned, by table."""
        found: dict[str, tuple[str, ...]] = {}
        for ref, entry in self._store.tables.items():
            table = self._catalog.get(ref)
            if table is None:
                continue
            columns = tuple(
                name
                for name, column in entry.columns.items()
                if (live := table.column(name)) is not None
                and (column.is_free_text or (live.family is TypeFamily.JSON and not column.paths))
                and live.family in (TypeFamily.TEXT, TypeFamily.JSON)
            )
            if columns:
                found[ref] = columns
        return found


def _holds_personal(column: ColumnEntry) -> bool:
    return column.is_personal or column.has_personal_leaves


def _arrows(pairs: Iterable[tuple[str, str]]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for start, end in pairs:
        found.setdefault(start, set()).add(end)
    return found


def _no_customer_column(ref: str, column: str) -> Finding:
    return error(
        "customer-path",
        f"{ref} has no column {column}, which is said to hold the Customer",
        "Without it, rows of different Customers can't be told apart.",
        "customer: COLUMN   # or {via: EDGE}, or {none: reason}",
    )


def _other_customer_type(ref: str, column: Column, table: str, key: Column) -> Finding:
    return error(
        "customer-type",
        f"{ref}.{column.name} is {column.type}, and the Customers' key {table}.{key.name} is {key.type}",
        "The two don't compare, so rows of different Customers can't be told apart.",
        f"ALTER TABLE {ref} ALTER COLUMN {column.name} TYPE {key.type} …",
    )


def _compares(left: Column, right: Column, dialect: str) -> bool:
    """Whether two columns compare as they are; SQLite minds only whether one of them holds numbers."""
    numeric = (TypeFamily.INTEGER, TypeFamily.NUMBER)
    if (left.family in numeric) != (right.family in numeric):
        return False
    return dialect == "sqlite" or left.family in numeric or left.family is right.family


def _json_key(ref: str) -> Finding:
    return error(
        "json-key",
        f"rows of {ref} are named by a JSON document",
        "A document can't be remembered and compared as a key, and so not looked for again after an erasure.",
        "ALTER TABLE … ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;   and make it the primary key",
        (ref,),
    )


def _no_key(ref: str) -> Finding:
    return error(
        "no-key",
        f"{ref} has no primary key, and the map names no key for it",
        "Rows that can't be named can't be erased one by one: another person's could go along.",
        "key: [COLUMN]   # columns that together name one row",
        (ref,),
    )
