"""The program of a store: what the map, the live schema and an intent come to, as frozen data.

It is compiled once by `planning` and walked by whoever finds, explains, reads, changes or verifies: there is no second
description of what a run does. Nothing here knows a dialect. Section numbers are those of docs/semantics.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import cached_property

from habeas.catalog.tables import Catalog, Table, TypeFamily
from habeas.diagnostics import Finding
from habeas.program.selection import Intent


class Right(IntEnum):
    """The right by which a row was reached; a greater one wins. HELD_ONLY rows are in an exclusion's reach alone."""

    HELD_ONLY = 0
    ACCESS = 1
    OWN = 2


class Verdict(IntEnum):
    """What becomes of a reached row (section 5). Numbers are written to key tables, so that SQL can compare them."""

    ERASE = 1
    MASK = 2
    KEEP = 3
    HOLD = 4
    SHARED = 5
    ACCESSED = 6
    BLOCKED = 7


#: A row of one of these leaves with the person (section 6 speaks of departing rows).
DEPARTING = (Verdict.ERASE, Verdict.MASK, Verdict.BLOCKED)
#: Rows of these are masked whole.
MASKED = (Verdict.MASK, Verdict.BLOCKED)


@dataclass(frozen=True, slots=True)
class MaskedLeaf:
    """What is written over a leaf of a JSON document: `null`, `token` or `constant`. A step that is None: each element."""

    steps: tuple[str | None, ...]
    kind: str
    value: str | int | float | bool | None = None


@dataclass(frozen=True, slots=True)
class WrittenValue:
    """What is written over a column: `null`, `token` (random), `constant` (with its value), or a kind of mask.

    `email`, `phone`, `hash`, `redact`, `year`, `network`, or `leaves` of its JSON; of `network`, `value` is what is written
    where there is no address.
    """

    column: str
    kind: str
    value: str | int | float | bool | None = None
    family: TypeFamily = TypeFamily.TEXT
    length: int | None = None
    type: str = ""
    leaves: tuple[MaskedLeaf, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """An edge of the map or a declared key, resolved against the live schema.

    It stands in `table.columns` and leads to `target.target_columns`. `kind` is the edge's word, or None for a declared
    key that the map does not mention. `rules` gives the comparison for each column pair (value joins only; `exact` else).
    """

    id: int
    name: str
    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    kind: str | None = None
    declared: bool = False
    value_join: bool = False
    rules: tuple[str, ...] = ()
    type_column: str | None = None
    type_value: str | None = None
    across: bool = False
    hide: tuple[str, ...] = ()
    on_erase: str | None = None  # delete, mask, unlink; None: nothing said
    masks: tuple[WrittenValue, ...] = ()  # columns of `on_erase: {mask: …}`
    unlink: tuple[WrittenValue, ...] = ()  # what unlinking writes; empty: it can't be unlinked
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"
    deferrable: bool = False

    @property
    def own(self) -> bool:
        """Whether it carries ownership."""
        return self.kind in ("owned_by", "owns")

    @property
    def has_right(self) -> bool:
        """Whether any right flows along it."""
        return self.kind in ("owned_by", "owns", "accessed_by", "accesses")

    @property
    def forward(self) -> bool:
        """Whether rights flow from the bearing row to the target (`owns`, `accesses`)."""
        return self.kind in ("owns", "accesses")

    @property
    def source_table(self) -> str:
        """Where rights flow from."""
        return self.table if self.forward else self.target

    @property
    def entered_table(self) -> str:
        """Where rights flow to."""
        return self.target if self.forward else self.table

    @property
    def can_block(self) -> bool:
        """Whether a remaining row's reference holds its target in place (value joins never do)."""
        return not self.value_join

    @property
    def never_unlinked(self) -> bool:
        """Whether nothing can be written in its place, in any row."""
        return not self.unlink


@dataclass(frozen=True, slots=True)
class Copy:
    """A declared copy: a column that holds another one's value, and receives the very same new value (section 6).

    `reference` stands in the copy and leads to its original: a value join that carries no right. `value` is what is
    written to the copy; a random one is that of the original's row.
    """

    reference: Reference
    value: WrittenValue

    @property
    def table(self) -> str:
        """The table that holds the copy."""
        return self.reference.table

    @property
    def column(self) -> str:
        """The copy."""
        return self.reference.columns[0]

    @property
    def original(self) -> tuple[str, str]:
        """Table and column of which it is a copy."""
        return self.reference.target, self.reference.target_columns[0]


@dataclass(frozen=True, slots=True)
class CustomerStep:
    """How to get from a row to the row that knows its Customer: by a reference of `via` (several for a pair)."""

    reference: Reference
    route: CustomerRoute


@dataclass(frozen=True, slots=True)
class CustomerRoute:
    """A row's Customer: a `column` of its own, or through `steps` (the first that leads somewhere); neither: none."""

    column: str | None = None
    steps: tuple[CustomerStep, ...] = ()

    @property
    def known(self) -> bool:
        """Whether rows can have a Customer at all."""
        return self.column is not None or any(step.route.known for step in self.steps)


@dataclass(frozen=True, slots=True)
class IdentityColumn:
    """A column of a people table, or a leaf of a JSON column, in which an identity type is looked up."""

    type: str
    column: str
    rule: str
    family: TypeFamily
    is_key: bool  # unique by itself
    keys: tuple[str, ...] = ()  # of a leaf in a JSON column: the keys of the objects that lead to it


@dataclass(frozen=True, slots=True)
class KeepRule:
    """Rows that stay for a ground: those whose `after` day is later than `ended_on`, or empty."""

    ground: str
    after: str
    after_family: TypeFamily
    ended_on: date  # the latest day that has run out: rows of later days are kept
    period: str
    with_tables: tuple[str, ...] = ()
    masks: tuple[WrittenValue, ...] = ()
    period_count: int = 0
    period_unit: str = "day"


@dataclass(frozen=True, slots=True)
class Node:
    """One table in the program: how its rows are named, whose they are, and what an erasure does with them."""

    table: str
    key: tuple[str, ...]
    links: tuple[str, ...]  # columns that references need, carried beside the key
    customer: CustomerRoute
    kind: str | None = None  # the kind of person whose rows these are
    identities: tuple[IdentityColumn, ...] = ()
    on_erase: str = "delete"
    keep: KeepRule | None = None
    masks: tuple[WrittenValue, ...] = ()  # what whole masking writes
    reference_masks: tuple[str, ...] = ()  # of those, columns that a key reference uses too (section 6)
    personal_key: tuple[str, ...] = ()  # personal columns in the key: such rows can't be masked
    hideable: tuple[str, ...] = ()
    provided: tuple[str, ...] = ()  # columns that hold what the person gave, whole or in some leaves of a JSON
    key_is_declared: bool = True

    @property
    def carried(self) -> tuple[str, ...]:
        """Columns of its key table that come from the table itself."""
        return self.key + self.links


@dataclass(frozen=True)
class Program:
    """A store's program for one intent.

    `components` lists the tables in the order in which rights flow: each is a set of tables that reach one another (most
    hold one table). `erase_order` lists them leaf first over all references among erased tables; a component of several tables is
    a cycle of declared keys.
    """

    store: str
    intent: Intent
    as_of: date
    catalog: Catalog
    nodes: Mapping[str, Node]
    references: tuple[Reference, ...]
    components: tuple[tuple[str, ...], ...]
    erase_order: tuple[tuple[str, ...], ...]
    customer_table: str | None = None
    customer_family: TypeFamily = TypeFamily.TEXT
    derived: tuple[tuple[str, frozenset[str]], ...] = ()  # materialised views to refresh, and the tables below each
    free_text: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    may_stay: frozenset[str] = frozenset()  # tables whose owned rows may be shared
    follows: frozenset[int] = frozenset()  # references whose bearing rows go whenever what they refer to goes
    rules: Mapping[str, str] = field(default_factory=dict)  # identity type -> matching rule
    copies: tuple[Copy, ...] = ()

    def table(self, ref: str) -> Table:
        """The live table of a node."""
        return self.catalog.tables[ref]

    @cached_property
    def entering(self) -> Mapping[str, tuple[Reference, ...]]:
        """For each table, the references along which rights flow into it."""
        return self._by(lambda r: r.entered_table if r.has_right else None)

    @cached_property
    def bearing(self) -> Mapping[str, tuple[Reference, ...]]:
        """For each table, the references that stand in its rows."""
        return self._by(lambda r: r.table)

    @cached_property
    def leading_to(self) -> Mapping[str, tuple[Reference, ...]]:
        """For each table, the references that lead to its rows."""
        return self._by(lambda r: r.target)

    @cached_property
    def copied(self) -> frozenset[int]:
        """References by value that lead from a declared copy to its original."""
        places = {(c.reference.table, c.reference.columns, *c.original) for c in self.copies}
        joins = (r for r in self.references if r.value_join and len(r.columns) == 1)
        return frozenset(r.id for r in joins if (r.table, r.columns, r.target, r.target_columns[0]) in places)

    @cached_property
    def levels(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """The components by their distance from the start: those of one level don't wait for each other."""
        place = {table: number for number, component in enumerate(self.components) for table in component}
        depths: list[int] = []
        for number, component in enumerate(self.components):
            before = [
                depths[place[reference.source_table]]
                for table in component
                for reference in self.entering.get(table, ())
                if place[reference.source_table] < number
            ]
            depths.append(1 + max(before, default=-1))
        found: list[list[tuple[str, ...]]] = [[] for _ in range(max(depths, default=-1) + 1)]
        for component, depth in zip(self.components, depths, strict=True):
            found[depth].append(component)
        return tuple(tuple(level) for level in found)

    @cached_property
    def taken_along(self) -> Mapping[str, tuple[str, ...]]:
        """What a person takes along of each table that holds something they gave: its columns, in the table's order.

        Besides the provided ones, the key and the references to other such tables, without which the rows of several
        tables could not be put together again.
        """
        found: dict[str, tuple[str, ...]] = {}
        for table, node in self.nodes.items():
            if not node.provided:
                continue
            wanted = {*node.provided, *node.key}
            for reference in self.bearing.get(table, ()):
                if not reference.value_join and self.nodes[reference.target].provided:
                    wanted |= {*reference.columns, *filter(None, (reference.type_column,))}
            found[table] = tuple(name for name in self.table(table).column_names if name in wanted)
        return found

    @cached_property
    def people(self) -> tuple[Node, ...]:
        """Nodes whose rows are people."""
        return tuple(node for node in self.nodes.values() if node.kind is not None)

    def _by(self, place: object) -> Mapping[str, tuple[Reference, ...]]:
        found: dict[str, list[Reference]] = {}
        for reference in self.references:
            table = place(reference)  # type: ignore[operator]
            if table is not None:
                found.setdefault(table, []).append(reference)
        return {table: tuple(list_) for table, list_ in found.items()}
