"""Resolves the map's edges and the database's declared keys into one list of references."""

from __future__ import annotations

from dataclasses import replace

from habeas.catalog.tables import Catalog, Column, ForeignKey, Table, TypeFamily
from habeas.datamap.model import Edge, EdgeTarget, MatchRule, Policy, StoreMap, TableEntry
from habeas.datamap.targets import Resolved, is_key_target, resolve_all, source_columns
from habeas.diagnostics import Finding, error
from habeas.planning.copies import copy_places
from habeas.planning.written_values import constant_value, mask_of, null_value, token_value
from habeas.program.program import Reference, WrittenValue


class ReferenceReader:
    """Reads all references of a store; `findings` collects what could not be resolved."""

    def __init__(self, store: StoreMap, catalog: Catalog, policy: Policy) -> None:
        self._store = store
        self._catalog = catalog
        self._policy = policy
        self.findings: list[Finding] = []
        self.keys = {ref: entry.key for ref, entry in store.tables.items() if entry.key}
        self.copies = copy_places(store, catalog)
        self._found: list[Reference] = []
        self._joins: dict[str, set[str]] = {}

    def read(self) -> tuple[Reference, ...]:
        """References by edges in the map's order, then declared keys that the map does not mention."""
        resolved: list[tuple[Table, str, Edge, str | None, EdgeTarget, Resolved]] = []
        for ref, entry in self._store.tables.items():
            table = self._catalog.get(ref)
            if table is None:
                continue
            for name, edge in entry.edges.items():
                if any(table.column(c) is None for c in (*source_columns(edge), *(edge.pair or ()))):
                    self.findings.append(_unresolved(ref, name))
                    continue
                self._joins.setdefault(ref, set()).update(source_columns(edge))
                for type_value, target, place in resolve_all(table, edge, self._catalog, self.keys):
                    if place is None:
                        self.findings.append(_unresolved(ref, name))
                        continue
                    self._joins.setdefault(place.table, set()).update(place.columns)
                    resolved.append((table, name, edge, type_value, target, place))
        for item in resolved:
            self._found.append(self._of_edge(*item))
        mentioned = {(r.table, frozenset(r.columns), r.target) for r in self._found if r.declared}
        for table in self._catalog.tables.values():
            for key in table.foreign_keys:
                named = (table.ref, frozenset(key.columns), key.target)
                if named not in mentioned and key.target in self._catalog.tables:
                    mentioned.add(named)
                    self._found.append(self._of_key(table, key))
        return tuple(self._found)

    def joins(self, table: str) -> set[str]:
        """Columns of the table that edges compare, on either side."""
        return self._joins.get(table, set())

    def copies_of(self, table: str, column: str) -> tuple[Column, ...]:
        """The live columns that are declared as copies of the column."""
        return tuple(copy for _, copy in self.copies.get((table, column), ()))

    def _of_edge(
        self, table: Table, name: str, edge: Edge, type_value: str | None, target: EdgeTarget, place: Resolved
    ) -> Reference:
        columns = source_columns(edge)
        key = next(
            (k for k in table.foreign_keys if set(k.columns) == set(columns) and k.target == place.table),
            None,
        )
        value_join = not is_key_target(place, self._catalog, self.keys)
        entry = self._store.tables[table.ref]
        on_erase = target.on_erase or edge.on_erase
        reference = Reference(
            id=len(self._found) + 1,
            name=name if type_value is None else f"{name}:{type_value}",
            table=table.ref,
            columns=columns,
            target=place.table,
            target_columns=place.columns,
            kind=(target.as_ or edge.as_).value if (target.as_ or edge.as_) else "lookup",  # type: ignore[union-attr]
            declared=key is not None and key.enforced,
            value_join=value_join,
            rules=tuple(self._rule(place.table, c) if value_join else MatchRule.EXACT.value for c in place.columns),
            type_column=edge.pair[0] if edge.pair else None,
            type_value=type_value,
            across=(target.across or edge.across) is not None,
            hide=target.on_access.hide or edge.on_access.hide,
            on_erase=on_erase.action if on_erase else None,
            masks=self._masks(table, entry, on_erase.mask if on_erase else ()),
            on_delete=key.on_delete.value if key else "NO ACTION",
            on_update=key.on_update.value if key else "NO ACTION",
            deferrable=key.deferrable if key else False,
        )
        placeholder = target.placeholder if target.placeholder is not None else edge.placeholder
        return replace(reference, unlink=self._unlink(table, entry, reference, name, placeholder))

    def _of_key(self, table: Table, key: ForeignKey) -> Reference:
        reference = Reference(
            id=len(self._found) + 1,
            name=key.name or "_".join(key.columns),
            table=table.ref,
            columns=key.columns,
            target=key.target,
            target_columns=key.target_columns,
            declared=key.enforced,
            rules=tuple(MatchRule.EXACT.value for _ in key.columns),
            on_delete=key.on_delete.value,
            on_update=key.on_update.value,
            deferrable=key.deferrable,
        )
        entry = self._store.tables.get(table.ref, TableEntry())
        return replace(reference, unlink=self._unlink(table, entry, reference, None, None))

    def _rule(self, table: str, column: str) -> str:
        entry = self._store.tables.get(table, TableEntry()).columns.get(column)
        rule = self._policy.rule(entry.identity) if entry is not None and entry.identity else None
        return (rule or MatchRule.EXACT).value

    def _masks(self, table: Table, entry: TableEntry, names: tuple[str, ...]) -> tuple[WrittenValue, ...]:
        written: list[WrittenValue] = []
        for name in names:
            column = table.column(name)
            if column is None or column.generated:
                self.findings.append(
                    error(
                        "unknown-column",
                        f"{table.ref} has no column {name} that an erasure could mask",
                        "It is named under on_erase.",
                        tables=(table.ref,),
                    )
                )
                continue
            copies = self.copies_of(table.ref, name)
            value = mask_of(
                table, column, entry.columns.get(name), name in self.joins(table.ref), copies, self._catalog.dialect
            )
            if isinstance(value, Finding):
                self.findings.append(value)
            else:
                written.append(value)
        return tuple(written)

    def _unlink(
        self,
        table: Table,
        entry: TableEntry,
        reference: Reference,
        edge_name: str | None,
        placeholder: str | int | tuple[str | int, ...] | None,
    ) -> tuple[WrittenValue, ...]:
        key = set(table.primary_key or entry.key)
        columns = [c for name in reference.columns if (c := table.column(name)) is not None]
        free = [c for c in columns if c.name not in key and not c.generated]
        nullable = [c for c in free if c.nullable]
        used = self._used_otherwise(entry, reference, edge_name)
        preferred = [c for c in nullable if c.name not in used] or nullable
        if preferred:
            return tuple(null_value(c) for c in preferred)
        if placeholder is not None:
            values = placeholder if isinstance(placeholder, tuple) else (placeholder,)
            aims = columns[-1:] if len(values) == 1 else columns
            return tuple(constant_value(c, v) for c, v in zip(aims, values, strict=False))
        if reference.value_join:
            text = [c for c in free if c.family is TypeFamily.TEXT]
            return tuple(token_value(c) for c in ([c for c in text if c.name not in used] or text)[-1:])
        return ()

    def _used_otherwise(self, entry: TableEntry, reference: Reference, edge_name: str | None) -> set[str]:
        used: set[str] = set()
        if entry.customer is not None and entry.customer.column is not None:
            used.add(entry.customer.column)
        for name, edge in entry.edges.items():
            if name != edge_name and source_columns(edge) != reference.columns:
                used.update(source_columns(edge))
        return used


def _unresolved(table: str, edge: str) -> Finding:
    return error(
        "unknown-target",
        f"the edge {edge} of {table} begins or ends at no table or column of the live schema",
        "Rows behind it would be neither found nor erased.",
        f"{edge}: {{to: TABLE.COLUMN, as: …}}",
    )
