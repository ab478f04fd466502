"""Which lines of a map a person wrote by hand stand in what `habeas init` proposes: the measure, and its words.

Both maps are *expanded*: short forms are written out, and every edge bears its target and columns, so that two ways to
write one thing are one line. A line counts if a database can tell what it says:

    people        the table, and who decides over its people's data
    changed_at    the column that says when an identity last changed
    customers     the table of Customers; the column that ends their contract
    nothing       a table is `not_personal`, or `derived` (the reason isn't compared)
    path          how a table's rows know their Customer: the column, the edge, or none
    edge          columns, target, target's columns and ownership; of a pair for each type value. All must be right.
    category      a column's category, letter by letter
    identity      a column's identity type
    on_erase      what an erasure does with a table's rows, where it isn't `delete`: `mask`, or `keep` after a column

A line that init *asks* about is no proposal, and counts as missed. Not counted is what no database knows, since it is the
company's to say: `provided`, `source`, `purpose`, `recipients`, `self_service`, masks, `hide`, an edge's `on_erase`,
placeholders, `across`, `retain`, `restrict`, triggers, grounds, and the words that say why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from habeas.catalog.tables import Catalog
from habeas.datamap.model import Edge, EdgeTarget, StoreMap, TableEntry
from habeas.datamap.reader import read_company
from habeas.datamap.targets import resolve_all

Line = tuple[str, ...]  # (what kind of line, table, more of its place)
Lines = dict[Line, str]  # what the line says
IN_QUESTION = "asked"


@dataclass(frozen=True)
class Comparison:
    """Hand-written lines that init proposes, asks about, and says otherwise or not at all; and what it says besides."""

    proposed: Lines
    asked: Lines
    missed: Lines
    otherwise: dict[Line, tuple[str, str]] = field(default_factory=dict)  # by hand, by init
    besides: Lines = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Of the lines written by hand, how many stand in the proposal: 0 to 1."""
        written = len(self.proposed) + len(self.asked) + len(self.missed) + len(self.otherwise)
        return len(self.proposed) / written

    @property
    def truth(self) -> float:
        """Of the lines proposed, how many a person wrote as well: 0 to 1. Lines over what one need not write count."""
        said = len(self.proposed) + len(self.otherwise) + len(self.besides)
        return len(self.proposed) / said

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """For each kind of line: proposed, and written by hand."""
        hits = Counter(line[0] for line in self.proposed)
        all_of = Counter(
            line[0] for lines in (self.proposed, self.asked, self.missed, self.otherwise) for line in lines
        )
        return {kind: (hits[kind], count) for kind, count in sorted(all_of.items())}

    def told(self) -> str:
        """What differs, for the one who reads a failure."""
        parts = [f"{self.share:.1%} proposed, {self.truth:.1%} of the proposals true, {self.by_kind()}"]
        parts += [f"asked      {' '.join(line)} = {said}" for line, said in self.asked.items()]
        parts += [f"missed     {' '.join(line)} = {said}" for line, said in self.missed.items()]
        parts += [f"otherwise  {' '.join(line)} = {hand}, not {init}" for line, (hand, init) in self.otherwise.items()]
        parts += [f"besides    {' '.join(line)} = {said}" for line, said in self.besides.items()]
        return "\n".join(parts)


def compare(by_hand: Lines, by_init: Lines) -> Comparison:
    """Hold the lines of a hand-written map against those of a proposal."""
    found = Comparison({}, {}, {})
    for line, said in by_hand.items():
        answer = by_init.get(line)
        if answer == said:
            found.proposed[line] = said
        elif answer is None:
            found.missed[line] = said
        elif answer == IN_QUESTION:
            found.asked[line] = said
        else:
            found.otherwise[line] = (said, answer)
    found.besides.update((line, said) for line, said in by_init.items() if line not in by_hand and said != IN_QUESTION)
    return found


def read_store(folder: Path, store: str) -> StoreMap:
    """A store of the map in `folder`; what can't be read fails with its findings."""
    reading = read_company(folder)
    assert reading.company is not None, [finding.summary for finding in reading.findings]
    return reading.company.stores[store]


def expanded(store: StoreMap, catalog: Catalog, named: Callable[[str], str] = str) -> Lines:
    """The lines of a map that count. `named` turns its names of tables and columns into those of the catalogue."""
    lines: Lines = {}
    for person in store.people.values():
        table = named(person.table)
        lines["people", table] = IN_QUESTION if person.ask else f"controller {person.controller}"
        if person.changed_at:
            lines["changed_at", table] = named(person.changed_at)
    if store.customers is not None:
        lines[("customers",)] = named(store.customers.table)
        if store.customers.ends_at:
            lines["customers", "ends_at"] = named(store.customers.ends_at)
    for ref, entry in store.tables.items():
        _of_table(named(ref), entry, catalog, named, lines)
    return lines


def _of_table(ref: str, entry: TableEntry, catalog: Catalog, named: Callable[[str], str], lines: Lines) -> None:
    if entry.not_personal is not None or entry.derived is not None:
        lines["nothing", ref] = "derived" if entry.derived is not None else "not_personal"
    if entry.customer is not None:
        path = entry.customer
        way = f"column {named(path.column)}" if path.column else f"via {named(path.via)}" if path.via else "none"
        lines["path", ref] = IN_QUESTION if path.ask else way
    for name, edge in entry.edges.items():
        _of_edge(ref, name, edge, catalog, named, lines)
    for name, column in entry.columns.items():
        if column.category is not None:
            lines["category", ref, named(name)] = IN_QUESTION if column.ask else column.category
        if column.identity is not None:
            lines["identity", ref, named(name)] = IN_QUESTION if column.ask else column.identity
    keep = entry.on_erase.keep
    if keep is not None:
        lines["on_erase", ref] = f"keep after {named(keep.after)}"
    elif entry.on_erase.action != "delete":
        lines["on_erase", ref] = entry.on_erase.action
    elif entry.ask is not None and "on_erase" in " ".join(entry.ask.choices):
        lines["on_erase", ref] = IN_QUESTION


def _of_edge(ref: str, name: str, edge: Edge, catalog: Catalog, named: Callable[[str], str], lines: Lines) -> None:
    table = catalog.tables[ref]
    here = edge.model_copy(update={"columns": tuple(map(named, edge.columns)), "to": _to(edge, named)})
    for type_value, target, place in resolve_all(table, here, catalog):
        borne = edge.pair if edge.pair is not None else edge.columns
        line = ("edge", ref, *map(named, borne), *([type_value] if type_value else []))
        if target.ask or edge.ask:
            lines[line] = IN_QUESTION
        else:
            assert place is not None and target.as_ is not None, line
            lines[line] = f"{target.as_.value} {place.table}({', '.join(place.columns)})"


def _to(edge: EdgeTarget, named: Callable[[str], str]) -> str | None:
    return None if edge.to is None else ".".join(named(part) for part in edge.to.split("."))
