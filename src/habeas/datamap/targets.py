"""Where an edge leads: its written `to`, else the declared key over its columns, else what the name says.

Pure functions over the map and the catalogue; planning, the checker and discovery all ask here, so that an
edge means the same to each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from habeas.catalog.tables import Catalog, ForeignKey, Table
from habeas.datamap.model import Edge, EdgeTarget

_WITH_COLUMNS = re.compile(r"^\s*(?P<table>[^()]+?)\s*\(\s*(?P<columns>[^()]*?)\s*\)\s*$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_KEY_ENDINGS = ("_id", "_uuid", "_guid")
_IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women"}
NO_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Resolved:
    """A target: the table's reference, and its columns in the order of the edge's own columns."""

    table: str
    columns: tuple[str, ...]


def source_columns(edge: Edge) -> tuple[str, ...]:
    """The columns that bear the reference: of a pair its id columns, else the edge's columns."""
    return edge.pair[1:] if edge.pair is not None else edge.columns


def resolve(
    table: Table,
    edge: Edge,
    catalog: Catalog,
    keys: Mapping[str, tuple[str, ...]] = NO_KEYS,
    target: EdgeTarget | None = None,
    type_value: str | None = None,
) -> Resolved | None:
    """Where `edge` of `table` leads, or None where the schema has no such place.

    `keys` gives the map's `key` of tables without a primary key, by reference. Of a pair edge, pass one of
    its `targets` (and its type value, whose name tells the table where `to` is left out): a pair has no one
    place.
    """
    columns = source_columns(edge)
    aim = edge if target is None else target
    if not columns or (edge.pair is not None and target is None):
        return None
    if aim.to is not None:
        named = parse_target(aim.to, catalog)
        if named is None:
            return None
        ref, wanted = named
    else:
        declared = _declared(table, columns, None) if edge.pair is None else None
        found = declared.target if declared is not None else _by_name(table, edge, catalog, type_value)
        if found is None:
            return None
        ref, wanted = found, ()
    goal = catalog.get(ref)
    if goal is None:
        return None
    if not wanted:
        wanted = _default_columns(table, edge, goal, keys)
    if len(wanted) != len(columns) or any(goal.column(name) is None for name in wanted):
        return None
    return Resolved(ref, wanted)


def resolve_all(
    table: Table, edge: Edge, catalog: Catalog, keys: Mapping[str, tuple[str, ...]] = NO_KEYS
) -> Iterator[tuple[str | None, EdgeTarget, Resolved | None]]:
    """Each (type value, target, place) of an edge; a plain edge has one, whose type value is None."""
    if edge.pair is None:
        yield None, edge, resolve(table, edge, catalog, keys)
        return
    for type_value, target in edge.targets.items():
        yield type_value, target, resolve(table, edge, catalog, keys, target, type_value)


def is_key_target(resolved: Resolved, catalog: Catalog, keys: Mapping[str, tuple[str, ...]] = NO_KEYS) -> bool:
    """Whether the target columns are the primary key, the map's `key` or carry a unique constraint.

    Such an edge is a key edge, and compares exactly; every other one is a value join.
    """
    goal = catalog.get(resolved.table)
    if goal is None:
        return False
    wanted = set(resolved.columns)
    candidates = [goal.primary_key, keys.get(resolved.table, ()), *(u.columns for u in goal.uniques)]
    return any(columns and set(columns) == wanted for columns in candidates)


def parse_target(to: str, catalog: Catalog) -> tuple[str, tuple[str, ...]] | None:
    """Read `TABLE`, `TABLE.COLUMN` or `TABLE(COLUMN, COLUMN)`: the table's reference and the columns written.

    TABLE may hold a dot (`billing.invoices`), so the whole text is tried as a table first. None: no such
    table. Columns aren't looked up, but of two ways to cut a text the one whose column exists wins.
    """
    to = to.strip()
    if to in catalog.tables:
        return to, ()
    match = _WITH_COLUMNS.match(to)
    if match is not None:
        columns = tuple(part.strip() for part in match["columns"].split(","))
        return (match["table"], columns) if match["table"] in catalog.tables and all(columns) else None
    cuts = [(to[:at], to[at + 1 :]) for at, letter in enumerate(to) if letter == "."]
    known = [(ref, column) for ref, column in cuts if ref in catalog.tables and column]
    for ref, column in known:
        if catalog.tables[ref].column(column) is not None:
            return ref, (column,)
    return (known[-1][0], (known[-1][1],)) if known else None


def table_of_name(stem: str, catalog: Catalog, schema: str) -> str | None:
    """The table that a name means (`contact` -> `contacts` or `contact`): in `schema` first, then anywhere.

    Letters' case and camel case don't count. Two candidates in one place are no answer.
    """
    forms = set(spellings(stem))
    matching = [t for t in catalog.tables.values() if _snake(t.name) in forms]
    for places in ({schema}, {catalog.default_schema}, {t.schema for t in matching}):
        here = [t for t in matching if t.schema in places]
        solid = [t for t in here if t.is_base] or here
        if solid:
            return solid[0].ref if len(solid) == 1 else None
    return None


def spellings(name: str) -> tuple[str, ...]:
    """The name itself and the plurals that tables bear: contact, contacts; company, companies; people."""
    whole = _snake(name)
    head, cut, last = whole.rpartition("_")
    plurals = [last, f"{last}s", f"{last}es"]
    if last.endswith("y"):
        plurals.append(f"{last[:-1]}ies")
    if last in _IRREGULAR:
        plurals.append(_IRREGULAR[last])
    return tuple(f"{head}{cut}{plural}" for plural in plurals)


def stem_of(column: str) -> str | None:
    """What a column's name refers to: `contact_id`, `contactId`, `contact_uuid` say `contact`."""
    name = _snake(column)
    ending = next((e for e in _KEY_ENDINGS if name.endswith(e) and len(name) > len(e)), None)
    return name[: -len(ending)] if ending else None


@lru_cache(maxsize=65_536)
def _snake(name: str) -> str:
    return _CAMEL.sub("_", name).replace("::", "_").replace("-", "_").lower()


def _declared(table: Table, columns: tuple[str, ...], target: str | None) -> ForeignKey | None:
    """The declared key over exactly these columns (in any order), to `target` if one is given."""
    wanted = set(columns)
    fitting = (k for k in table.foreign_keys if set(k.columns) == wanted and len(k.columns) == len(columns))
    return next((k for k in fitting if target is None or k.target == target), None)


def _default_columns(table: Table, edge: Edge, goal: Table, keys: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The declared key's target columns, put in the order of the edge's columns, else the target's key."""
    if edge.pair is None:
        declared = _declared(table, edge.columns, goal.ref)
        if declared is not None:
            facing = dict(zip(declared.columns, declared.target_columns, strict=True))
            return tuple(facing[name] for name in edge.columns)
    return goal.primary_key or keys.get(goal.ref, ())


def _by_name(table: Table, edge: Edge, catalog: Catalog, type_value: str | None) -> str | None:
    if edge.pair is not None:
        # `Contact`, `App\Models\Contact` and `Crm::Contact` are how frameworks write a model's class.
        if type_value is None:
            return None
        whole = re.sub(r"\\|::|\.", "_", type_value)
        last = re.split(r"\\|::|\.", type_value)[-1]
        return table_of_name(whole, catalog, table.schema) or table_of_name(last, catalog, table.schema)
    if len(edge.columns) != 1:
        return None
    stem = stem_of(edge.columns[0])
    if stem is None:
        return None
    found = table_of_name(stem, catalog, table.schema)
    # `contact_id` as the primary key of `contacts` is its own number, and no reference to itself.
    return None if found == table.ref and table.primary_key == edge.columns else found
