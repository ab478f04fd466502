"""Worlds in which somebody asks for a correction: declared copies in the map, and new values good and bad."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from tests.oracle.company import Company
from tests.oracle.correction import NewValue
from tests.strategies.choosing import Chooser
from tests.strategies.worlds import EMAILS, World, worlds

VALUES: dict[str, tuple[str | None, ...]] = {
    "text": ("new", "É'\"é", "x", "longer than four", "abc", None, *EMAILS[:3]),
    "integer": ("1", "77", "-5", "many", None),
    "number": ("1.5", "-0.25", "much", None),
    "boolean": ("true", "false", "perhaps", None),
    "date": ("2000-02-29", "2001-02-29", "1999-12-31", None),
    "datetime": ("2020-01-01 01:01:01", "soon", None),
}
WRITTEN: dict[str, tuple[Any, ...]] = {  # as a map says it
    "text": ("new", "x", "longer than four", None),
    "integer": (1, 77, "many", None),
    "number": (1.5, -0.25, None),
    "boolean": (True, False, None),
    "date": ("2000-02-29", "2001-02-29", None),
    "datetime": ("2020-01-01 01:01:01", "soon", None),
}
ADDRESSES = ("new@example.com", "a@example.com", "B@example.com", "no address", "É@example.com", None)


@dataclass(frozen=True, repr=False)
class Correcting:
    """A world, and what is to be written in it."""

    world: World
    wanted: tuple[NewValue, ...]

    def __repr__(self) -> str:
        return f"{self.world!r}\n{self.wanted!r}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


@st.composite
def corrections(draw: Callable[[Any], Any]) -> Correcting:
    """Random worlds, one person, one or two new values in different columns."""
    choose = Chooser(draw)
    world: World = draw(worlds(only="person") | worlds(only="both"))
    company = with_copies(choose, world.company)
    world = replace(world, company=company)
    places = [
        (table, column)
        for table in company.tables
        for column, said in (company.entry(table).get("columns") or {}).items()
        if str(said.get("category", "")).startswith("user") or choose.chance(10)
    ]
    people = {kind["table"] for kind in company.map["people"].values()}
    likely = [place for place in places if place[0] in people] or places
    wanted = {}
    for _ in range(1 if choose.chance(70) else 2):
        table, column = choose.one_of(likely if choose.chance(70) else places)
        wanted[table, column] = NewValue(
            table, column, value(choose, company, table, column), key(choose, world, table)
        )
    return Correcting(world, tuple(wanted.values()))


def with_copies(choose: Chooser, company: Company) -> Company:
    """The company with some copies declared: columns that join by value, and now and then another text."""
    map_ = deepcopy(dict(company.map))
    taken: set[str] = set()
    for table, entry in map_["tables"].items():
        for name, edge in (entry.get("edges") or {}).items():
            target, _, column = str(edge.get("to")).partition(".")
            said = (map_["tables"].get(target, {}).get("columns") or {}).get(column)
            if not name.startswith("value_") or said is None or f"{table}.{name}" in taken:
                continue
            may = _may_be_copied(company, target, column, said) and _may_be_copy(company, table, name, edge, said)
            if str(said.get("category", "")).startswith("user") and may and choose.chance(80):
                said["copies"] = [*said.get("copies", ()), f"{table}.{name}"]
                taken.add(f"{table}.{name}")
    return replace(company, map=map_)


def _may_be_copied(company: Company, table: str, column: str, said: Any) -> bool:
    """Whether the checker lets the column have copies: it bears no reference, and no key leads to it."""
    shape = company.tables[table]
    bears = {c for key in shape.keys for c in key.columns}
    for name, edge in (company.entry(table).get("edges") or {}).items():
        bears |= set(edge.get("pair") or edge.get("columns", [name]))
    return column not in bears and (column,) not in shape.uniques and column not in shape.key


def _may_be_copy(company: Company, table: str, name: str, edge: Any, said: Any) -> bool:
    """Whether the checker lets the column be one: it only joins, and can hold what a mask writes to the original."""
    shape = company.tables[table]
    declared = {c for key in shape.keys for c in key.columns}
    empties = said.get("mask") == "null" or ("mask" not in said and _nullable(company, edge))
    return (
        name not in declared and edge["as"] not in ("owns", "accesses") and (shape.column(name).nullable or not empties)
    )


def _nullable(company: Company, edge: Any) -> bool:
    table, _, column = str(edge["to"]).partition(".")
    return company.tables[table].column(column).nullable


def value(choose: Chooser, company: Company, table: str, column: str) -> str | None:
    """Something to write there."""
    if column == "email":
        return choose.one_of(ADDRESSES)
    return choose.one_of(VALUES[company.tables[table].column(column).type])


def key(choose: Chooser, world: World, table: str) -> tuple[Any, ...]:
    """No key, or that of some row."""
    rows = world.rows.get(table, [])
    if not rows or not choose.chance(50):
        return ()
    return tuple(str(choose.one_of(rows)[c]) for c in world.company.key_of(table))


@st.composite
def restrictions(draw: Callable[[Any], Any]) -> World:
    """Random worlds whose map says how people are restricted; now and then a kind of which it doesn't."""
    choose = Chooser(draw)
    world: World = draw(worlds(only="person") | worlds(only="both"))
    map_ = deepcopy(dict(world.company.map))
    for kind in map_["people"].values():
        shape = world.company.tables[kind["table"]]
        columns = [c.name for c in shape.columns if c.name not in shape.key and c.name != "email"]
        if columns and choose.chance(90):
            chosen = choose.some(columns, most=2)
            kind["restrict"] = {"set": {c: choose.one_of(WRITTEN[shape.column(c).type]) for c in chosen}}
    return replace(world, company=replace(world.company, map=map_))
