"""What every part of the checker stands on: the map, the catalogue, and the edges resolved once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from habeas.catalog.tables import Catalog, Column, Table
from habeas.datamap.forms import nearest_names
from habeas.datamap.model import EdgeKind, EdgeTarget, MatchRule, Policy, StoreMap, TableEntry
from habeas.datamap.positions import KeyPath, Positions
from habeas.datamap.targets import Resolved, is_key_target, resolve_all, source_columns
from habeas.diagnostics import Finding, Severity

LooksPersonal = Callable[[str, Column], str | None]
#: (dialect, column, rule, keys of the objects that lead to a leaf of its JSON)
MatchExpression = Callable[[str, str, MatchRule, tuple[str, ...]], str]


@dataclass(frozen=True, slots=True)
class Lead:
    """One edge to one target, as far as the schema knows it."""

    ref: str  # the table that bears the columns
    name: str
    path: KeyPath
    columns: tuple[str, ...]
    target: EdgeTarget
    type_column: str | None  # of a pair
    type_value: str | None
    resolved: Resolved | None
    is_key: bool

    @property
    def label(self) -> str:
        """How findings call it: TABLE.EDGE, and the type of a pair."""
        return f"{self.ref}.{self.name}" + (f" ({self.type_value})" if self.type_value is not None else "")

    @property
    def enters(self) -> str | None:
        """The table that a right enters over this edge (None: no right, or no known target)."""
        if self.target.as_ in (EdgeKind.OWNED_BY, EdgeKind.ACCESSED_BY):
            return self.ref
        if self.target.as_ in (EdgeKind.OWNS, EdgeKind.ACCESSES) and self.resolved is not None:
            return self.resolved.table
        return None

    @property
    def leaves(self) -> str | None:
        """The table that a right comes from."""
        if self.target.as_ in (EdgeKind.OWNED_BY, EdgeKind.ACCESSED_BY):
            return self.resolved.table if self.resolved is not None else None
        return self.ref if self.target.as_ in (EdgeKind.OWNS, EdgeKind.ACCESSES) else None


@dataclass
class Ground:
    """One check of one store; the parts report into `findings`."""

    store: StoreMap
    catalog: Catalog
    policy: Policy
    positions: Positions
    looks_personal: LooksPersonal | None = None
    match_expression: MatchExpression | None = None
    findings: list[Finding] = field(default_factory=list)

    @cached_property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """The map's `key` of tables that name one."""
        return {ref: entry.key for ref, entry in self.store.tables.items() if entry.key}

    @cached_property
    def leads(self) -> tuple[Lead, ...]:
        """All edges of tables that exist."""
        found: list[Lead] = []
        for ref, entry, table in self.mapped():
            for name, edge in entry.edges.items():
                path: KeyPath = ("tables", ref, "edges", name)
                columns = source_columns(edge)
                for type_value, target, resolved in resolve_all(table, edge, self.catalog, self.keys):
                    here = path if type_value is None else (*path, "to", type_value)
                    key = resolved is not None and is_key_target(resolved, self.catalog, self.keys)
                    kind = edge.pair[0] if edge.pair else None
                    found.append(Lead(ref, name, here, columns, target, kind, type_value, resolved, key))
        return tuple(found)

    def mapped(self) -> Iterable[tuple[str, TableEntry, Table]]:
        """Tables that stand in both the map and the schema."""
        for ref, entry in self.store.tables.items():
            table = self.catalog.get(ref)
            if table is not None:
                yield ref, entry, table

    def may_change(self, ref: str) -> bool:
        """Whether a plan may change rows of the table: it is somebody's, or a Customer's."""
        entry = self.store.tables.get(ref)
        if entry is None or entry.derived is not None:
            return False
        path = entry.customer
        of_customer = path is not None and path.none is None and self.store.customers is not None
        return entry.not_personal is None or of_customer

    def is_personal(self, ref: str) -> bool:
        """Whether the map takes the table's rows for somebody's data."""
        entry = self.store.tables.get(ref)
        return entry is not None and entry.not_personal is None and entry.derived is None

    def say(
        self,
        severity: Severity,
        code: str,
        path: KeyPath,
        summary: str,
        detail: str = "",
        fix: str = "",
        tables: Iterable[str] = (),
    ) -> None:
        """Report a finding at a place of the store's file."""
        place = self.positions.of(self.store.store, path)
        self.findings.append(Finding(severity, code, summary, detail, fix, place, tuple(tables)))

    def refuse(
        self, code: str, path: KeyPath, summary: str, detail: str = "", fix: str = "", tables: Iterable[str] = ()
    ) -> None:
        """Report an error."""
        self.say(Severity.ERROR, code, path, summary, detail, fix, tables)

    def warn(
        self, code: str, path: KeyPath, summary: str, detail: str = "", fix: str = "", tables: Iterable[str] = ()
    ) -> None:
        """Report a warning."""
        self.say(Severity.WARNING, code, path, summary, detail, fix, tables)

    def remark(
        self, code: str, path: KeyPath, summary: str, detail: str = "", fix: str = "", tables: Iterable[str] = ()
    ) -> None:
        """Report a note."""
        self.say(Severity.NOTE, code, path, summary, detail, fix, tables)

    def column(self, ref: str, name: str, path: KeyPath, tables: Iterable[str] | None = None) -> Column | None:
        """The column, or None with a finding at `path` that names the nearest one."""
        table = self.catalog.get(ref)
        found = table.column(name) if table is not None else None
        if table is None or found is not None:
            return found
        near = nearest_names(name, table.column_names, 1)
        detail = "It was renamed or dropped since the map was reviewed, or is misspelt."
        fix = near[0] if near else f"Columns of {ref}: {', '.join(table.column_names[:30])}"
        concerned = (ref,) if tables is None else tables
        self.refuse("unknown-column", path, f"{self.name(ref)} has no column {name}", detail, fix, concerned)
        return None

    def name(self, ref: str) -> str:
        """A table as findings call it, with its store."""
        return f"{self.store.store}.{ref}"

    def sql(self, ref: str) -> str:
        """A table's reference as SQL, quoted where it must be."""
        table = self.catalog.get(ref)
        if table is None or ref == table.name:
            return quoted(ref)
        return f"{quoted(table.schema)}.{quoted(table.name)}"


def quoted(name: str) -> str:
    """A name as SQL: plain if it is lower case and simple, else in double quotes."""
    plain = name.isascii() and name.replace("_", "a").isalnum() and name == name.lower() and not name[:1].isdigit()
    return name if plain else '"' + name.replace('"', '""') + '"'
