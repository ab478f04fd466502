"""The parts of the picture of a store, from the people down to what is nobody's, laid out in one column of panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from habeas.catalog.tables import Catalog
from habeas.datamap.model import EdgeKind, Policy, StoreMap
from habeas.drawing.cards import COMPACT, FULL, Card, Cards
from habeas.drawing.layout import Block, TreeLayouts, grow, lay_grid
from habeas.drawing.links import branches, links_of, reached_by

MANY = 60  # tables from which on cards say numbers instead of names
# Tried in turn until the picture is at most so much higher than wide.
WIDTHS = (1120, 1400, 1800, 2300, 2900, 3600, 4600)
HIGHEST = 1.8
INSIDE = 20  # from a panel's border to what is in it
HEADING = 48
BETWEEN = 22


@dataclass(frozen=True, slots=True)
class Panel:
    """A part with a border: whose tables these are. `tone` numbers kinds of people, -1 is nobody's."""

    title: str
    remark: str
    tone: int
    block: Block
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A store laid out. `unknown` names edges whose target isn't known, which are not drawn."""

    store: str
    width: float
    height: float
    panels: tuple[Panel, ...]
    tables: int
    personal: int
    kept: int
    unknown: tuple[str, ...]


def lay_out(store: StoreMap, policy: Policy, catalog: Catalog) -> Picture:
    """Lay out one store. `catalog` is its live schema, or what the map itself says of it (`catalog_of_map`)."""
    links, unknown = links_of(store, catalog)
    tree = branches(store, links)
    detail = COMPACT if len(store.tables) > MANY else FULL
    cards = Cards(store, policy, links, tree, reached_by(store, links), detail)
    made: dict[str, Card] = {ref: cards.card(ref) for ref in store.tables}
    children: dict[str, list[tuple[str, EdgeKind]]] = {}
    for ref, branch in tree.items():
        if branch.parent is not None and branch.link is not None and branch.link.kind is not None:
            children.setdefault(branch.parent, []).append((ref, branch.link.kind))
    parts = _parts(store, set(tree), made)
    trees: dict[str, TreeLayouts] = {}
    for person in store.people.values():
        if person.table in made and person.table not in trees:
            trees[person.table] = TreeLayouts(grow(person.table, children, made.__getitem__))
    for width in WIDTHS:
        panels: list[Panel] = []
        y = 0.0
        room = width - 2 * INSIDE
        for tone, (kind, person) in enumerate(store.people.items()):
            if person.table not in trees or store.kind_of(person.table) != kind:
                continue  # not in the map, or drawn for the first of two kinds (which check refuses)
            block = trees[person.table].within(room)
            who = "ours to decide over" if person.controller == "us" else "the Customer decides over their data"
            panels.append(_panel(kind, who, tone, block, y))
            y += panels[-1].height + BETWEEN
        for title, remark, found in parts:
            panels.append(_panel(title, remark, -1, lay_grid(found, room), y))
            y += panels[-1].height + BETWEEN
        widest = max((panel.block.width for panel in panels), default=0) + 2 * INSIDE
        if y <= HIGHEST * max(width, widest) or width == WIDTHS[-1]:
            break
    personal = sum(e.not_personal is None and e.derived is None for e in store.tables.values())
    kept = sum(card.fate == "kept" for card in made.values())
    return Picture(
        store.store, max(width, widest), y - BETWEEN if panels else 0, tuple(panels), len(made), personal, kept, unknown
    )


def _parts(store: StoreMap, reached: set[str], made: dict[str, Card]) -> list[tuple[str, str, Sequence[Card]]]:
    """What no person reaches, in three parts; empty ones are left out."""
    left = [ref for ref in made if ref not in reached]
    customers = store.customers.table if store.customers is not None else None
    of_customer: list[Card] = []
    nobodys: list[Card] = []
    overlooked: list[Card] = []
    for ref in left:
        entry = store.tables[ref]
        path = entry.customer
        if ref == customers or (customers is not None and path is not None and path.none is None):
            of_customer.append(made[ref])
        elif entry.not_personal is not None or entry.derived is not None:
            nobodys.append(made[ref])
        else:
            overlooked.append(made[ref])
    of_customer.sort(key=lambda card: card.ref != customers)
    found: list[tuple[str, str, Sequence[Card]]] = [
        ("the Customer’s own", f"a row of {customers} is one Customer; no person reaches these tables", of_customer),
        ("reached by nobody", "personal tables to which no edge leads: habeas check refuses them", overlooked),
        ("nobody’s", "nothing of anybody, and of no Customer", nobodys),
    ]
    return [part for part in found if part[2]]


def _panel(title: str, remark: str, tone: int, block: Block, y: float) -> Panel:
    return Panel(title, remark, tone, block.flat(), y, HEADING + block.height + INSIDE)
