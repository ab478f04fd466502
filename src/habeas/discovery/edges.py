"""Where rows refer to other rows: by declared key, by the names of columns, and by polymorphic pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from habeas.catalog.tables import Action, Catalog, Column, ForeignKey, Table, TypeFamily
from habeas.datamap.model import Edge, EdgeTarget
from habeas.datamap.targets import resolve, stem_of
from habeas.discovery.naming import raw_words, words
from habeas.discovery.people import PersonTable, actors_table
from habeas.discovery.phrases import VENDORS
from habeas.discovery.reading import Reads
from habeas.discovery.table_index import TableIndex
from habeas.discovery.vocabulary import word_set

TYPE_VALUES_READ = 50
ACTOR_WORDS = word_set("""
    assignee moderator approver reviewer manager agent editor updater creator handler supervisor inviter closer
    resolver responsible operator caseworker salesperson rep representative verifier auditor admin staff assigner
""")
PARTY_WORDS = word_set("""
    author sender recipient owner receiver from to buyer seller customer requester participant payer payee host
    guest sponsor follower followed blocker blocked friend inviter invitee reporter submitter poster winner user
    initiator applicant signer
""")
_SELF_WORDS = frozenset({"parent", "ancestor", "root", "original", "predecessor", "successor"})
_SELF_ENDINGS = ("reply_to", "replied_to", "reports_to", "merged_into", "duplicate_of", "copied_from", "cloned_from")
_NUMERIC = frozenset({TypeFamily.INTEGER, TypeFamily.NUMBER})
_TEXTUAL = frozenset({TypeFamily.TEXT, TypeFamily.UUID, TypeFamily.BYTES})


@dataclass(frozen=True, slots=True)
class FoundEdge:
    """A reference of `table` over `columns` to `target`'s `target_columns`. `name` is its key in the map.

    `by` says what told it: `declared-key`, `name`, `actor-name`, `self-name`, `value`. `implied`: the map may leave
    out `to`, since the declared key or the name rule of the map leads to the same place.
    """

    table: str
    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    by: str
    nullable: bool
    cascade: bool = False
    implied: bool = False

    @property
    def role(self) -> tuple[str, ...]:
        """The words of the column without its key ending: `created_by_user_id` -> created, by, user."""
        return role_words(self.name)


@dataclass(frozen=True, slots=True)
class FoundPair:
    """A polymorphic reference: `targets` leads from each type value to a table, or None where no table fits."""

    table: str
    name: str
    type_column: str
    id_column: str
    targets: Mapping[str, str | None]
    nullable: bool


@dataclass(frozen=True, slots=True)
class Found:
    """All references of a store, and the columns that look like one and lead nowhere (`table.column`)."""

    edges: tuple[FoundEdge, ...] = ()
    pairs: tuple[FoundPair, ...] = ()
    unresolved: tuple[str, ...] = ()
    by_table: Mapping[str, tuple[FoundEdge, ...]] = field(default_factory=dict)


def find_edges(catalog: Catalog, people: tuple[PersonTable, ...], read: Reads) -> Found:
    """Every reference that keys, names and type columns show, in the order of the catalogue."""
    index = TableIndex(catalog)
    actors = actors_table(people)
    edges: list[FoundEdge] = []
    pairs: list[FoundPair] = []
    unresolved: list[str] = []
    for table in catalog.tables.values():
        if not table.is_base:
            continue
        own_pairs = _pairs(table, catalog, index, read)
        pairs.extend(own_pairs)
        taken = {name for pair in own_pairs for name in (pair.type_column, pair.id_column)}
        declared = _declared(table, catalog)
        edges.extend(declared)
        taken |= {name for edge in declared for name in edge.columns}
        for column in table.columns:
            if column.name in taken:
                continue
            edge = _named(table, column, catalog, index, actors)
            if edge is not None:
                edges.append(edge)
            elif stem_of(column.name) and table.primary_key != (column.name,) and column.family in _NUMERIC:
                unresolved.append(f"{table.ref}.{column.name}")
    grouped: dict[str, list[FoundEdge]] = {}
    for edge in edges:
        grouped.setdefault(edge.table, []).append(edge)
    by_table = {ref: tuple(own) for ref, own in grouped.items()}
    return Found(tuple(edges), tuple(pairs), tuple(unresolved), by_table)


def role_words(name: str) -> tuple[str, ...]:
    """The words of an edge's name without the key's ending."""
    stem = stem_of(name)
    return raw_words(stem if stem else name)


def is_actor(role: tuple[str, ...]) -> bool:
    """Whether the name says who worked on a row: `*_by`, `assigned_to`, `assignee`, `support_rep`."""
    return "by" in role[1:] or role[-2:] == ("assigned", "to") or (bool(role) and role[-1] in ACTOR_WORDS)


def _declared(table: Table, catalog: Catalog) -> list[FoundEdge]:
    used = Counter(name for key in table.foreign_keys for name in key.columns)
    out: dict[str, FoundEdge] = {}
    for key in table.foreign_keys:
        target = catalog.get(key.target)
        if target is None or any(table.column(name) is None for name in key.columns):
            continue
        name = _name_of(key, used)
        if name in out:
            name = "_".join(key.columns)
        if name in out:  # the same columns once more
            continue
        nullable = any(c.nullable for c in table.columns if c.name in key.columns)
        cascade = key.on_delete is Action.CASCADE
        out[name] = FoundEdge(
            table.ref, name, key.columns, key.target, key.target_columns, "declared-key", nullable, cascade, True
        )
    return list(out.values())


def _name_of(key: ForeignKey, used: Counter[str]) -> str:
    """An edge of several columns is named after the one that no other key shares (the Customer's column is shared)."""
    if len(key.columns) == 1:
        return key.columns[0]
    own = [name for name in key.columns if used[name] == 1] or list(key.columns)
    return own[-1]


def _named(table: Table, column: Column, catalog: Catalog, index: TableIndex, actors: str | None) -> FoundEdge | None:
    stem = stem_of(column.name)
    bare = raw_words(column.name)
    keyed = column.family in _NUMERIC or column.family is TypeFamily.UUID
    if stem is None and not (keyed and is_actor(bare)):
        return None
    role = raw_words(stem) if stem else bare
    target, by = _target(table, column, stem, role, catalog, index, actors)
    if target is None or (target is table and column.name in table.primary_key):
        return None  # `payment_id` beside a date in the key of `payment` names the row itself
    columns, target_columns = _columns(table, column, target, catalog.dialect)
    if not columns:
        return None
    # The map's name rule says the same: `to` may be left out.
    implied = len(columns) == 1 and stem is not None and index.by_name(stem, table) is target
    return FoundEdge(table.ref, column.name, columns, target.ref, target_columns, by, column.nullable, False, implied)


def _target(
    table: Table,
    column: Column,
    stem: str | None,
    role: tuple[str, ...],
    catalog: Catalog,
    index: TableIndex,
    actors: str | None,
) -> tuple[Table | None, str]:
    primary = table.primary_key == (column.name,)
    if stem is not None:
        found = index.by_name(stem, table) or index.find(words(stem), table)
        if found is not None and found.is_base and not (primary and found.ref == table.ref):
            return found, "name"
        if primary:
            return None, ""
    if role[-1] in _SELF_WORDS or "_".join(role).endswith(_SELF_ENDINGS):
        return table, "self-name"
    if is_actor(role) or (role[-1] in PARTY_WORDS and len(role) == 1):
        for size in range(len(role) - 1, 0, -1):  # `created_by_admin`: the last words may name the table
            found = index.find(words("_".join(role[-size:])), table)
            if found is not None and found.ref != table.ref:
                return found, "actor-name"
        return (catalog.get(actors) if actors else None), "actor-name"
    if set(role[:-1]) & VENDORS:  # `stripe_customer`, `external_order` are numbers of another company's
        return None, ""
    for start in range(1, len(role)):  # `primary_contact`, `last_message`
        stem = "_".join(role[start:])
        found = index.by_name(stem, table) or index.exact(words(stem), table)
        if found is not None and found.is_base:
            return found, "name"
    return None, ""


def _columns(table: Table, column: Column, target: Table, dialect: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of an edge by name: the key's one column, or with the Customer's column in both tables."""
    key = target.primary_key
    if len(key) == 1:
        facing = target.column(key[0])
        return ((column.name,), key) if facing is not None and _joins(column, facing, dialect) else ((), ())
    if len(key) == 2:
        own = {column.name, "id", *(table.primary_key if len(table.primary_key) == 1 else ())}
        shared = [name for name in key if table.column(name) is not None and name not in own]
        other = [name for name in key if name not in shared]
        if len(shared) == 1 and len(other) == 1:
            facing = target.column(other[0])
            if facing is not None and _joins(column, facing, dialect):
                pair = {shared[0]: shared[0], other[0]: column.name}
                return tuple(pair[name] for name in key), key
    return (), ()


def _joins(column: Column, facing: Column, dialect: str) -> bool:
    """Whether values of the two types can be equal, and compared as they stand (PostgreSQL has no text = uuid)."""
    if column.family is facing.family:
        return True
    families = {column.family, facing.family}
    textual = families <= _TEXTUAL and dialect != "postgresql"
    return families <= _NUMERIC or textual or TypeFamily.OTHER in families


def _pairs(table: Table, catalog: Catalog, index: TableIndex, read: Reads) -> list[FoundPair]:
    found: list[FoundPair] = []
    names = {c.name.lower(): c for c in table.columns}
    for column in table.columns:
        kind = _type_stem(column)
        if kind is None:
            continue
        base, ending = kind
        number = next((names[n] for n in (f"{base}{e}".lower() for e in ending) if n in names), None)
        if number is None or any(number.name in key.columns for key in table.foreign_keys):
            continue
        values = column.enum_values or tuple(read.distinct_values(table.ref, column.name, TYPE_VALUES_READ))
        targets = {
            value: _class_table(table, column.name, number.name, value, catalog, index) for value in sorted(values)
        }
        nullable = column.nullable or number.nullable
        found.append(FoundPair(table.ref, base.rstrip("_"), column.name, number.name, targets, nullable))
    return found


def _type_stem(column: Column) -> tuple[str, tuple[str, ...]] | None:
    """`sender_type` -> (`sender`, endings of its id column); text and enums alone name classes."""
    if column.family not in (TypeFamily.TEXT, TypeFamily.ENUM, TypeFamily.OTHER):
        return None
    for ending, keys in (("_type", ("_id", "_uuid", "_key")), ("Type", ("Id", "ID", "Uuid")), ("_class", ("_id",))):
        if column.name.endswith(ending) and len(column.name) > len(ending):
            return column.name[: -len(ending)], keys
    return None


def _class_table(
    table: Table, type_column: str, id_column: str, value: str, catalog: Catalog, index: TableIndex
) -> str | None:
    """The table of a class name: `Contact`, `Crm::Contact`, `App\\Models\\Contact`, or a table's own name."""
    place = resolve(
        table,
        Edge(pair=(type_column, id_column), targets={value: EdgeTarget()}),
        catalog,
        target=EdgeTarget(),
        type_value=value,
    )
    if place is not None:
        return place.table
    for part in (value.replace("\\", "_"), value.replace("\\", ":").replace(".", ":").rpartition(":")[2]):
        guess = index.find(words(part), table)
        if guess is not None and len(guess.primary_key) == 1:
            return guess.ref
    return None
