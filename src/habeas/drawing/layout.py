"""Where everything stands: trees from the people outwards, in columns, whose lines cross no card.

A table stands right of the table from which it is reached. The children of a table fill columns from top to bottom; each
column has a trunk in the gap on its left, and one rail above the columns joins the trunks. A line therefore never has
to pass a card, whatever the map. (Sugiyama layouts, as of grandalf, minimise crossings and can't exclude them; at 300
tables with their look-ups none of them stays readable. References beside the tree are named in the cards instead.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from habeas.datamap.model import EdgeKind
from habeas.drawing.cards import Card

GAP = 12  # between cards of a column
GUTTER = 58  # between columns: trunk, then the piece of line that shows the ownership
TRUNK = 44  # of the gutter, from the trunk to the card
PORT = 14  # where a line meets a card, from its top
RAIL = 32  # room for the rail above several columns
_HEIGHTS = 48  # how many heights of columns are tried


@dataclass(frozen=True, slots=True)
class Placed:
    """A card with its upper left corner."""

    card: Card
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Trunk:
    """From a parent's port (`x0`, `y0`) to the trunk at `x`, and down to `y1`."""

    x0: float
    y0: float
    x: float
    y1: float


@dataclass(frozen=True, slots=True)
class Stub:
    """The piece that ends at a card: from the trunk at `x0` to the card's edge at `x1`, of one kind of ownership.

    `turns`: it leaves a trunk that comes from above; otherwise the line goes straight on.
    """

    x0: float
    x1: float
    y: float
    kind: EdgeKind
    turns: bool


@dataclass
class Block:
    """A laid out part of the picture: what stands in it by itself, and smaller parts with their places.

    Parts are taken in by reference, so that a layout that isn't chosen costs nothing; `flat` writes one out.
    """

    width: float = 0
    height: float = 0
    cards: list[Placed] = field(default_factory=list)
    trunks: list[Trunk] = field(default_factory=list)
    stubs: list[Stub] = field(default_factory=list)
    parts: list[tuple[Block, float, float]] = field(default_factory=list)

    def put(self, other: Block, x: float, y: float) -> None:
        """Take another part in at a place."""
        self.parts.append((other, x, y))
        self.width = max(self.width, x + other.width)
        self.height = max(self.height, y + other.height)

    def flat(self) -> Block:
        """The same with everything in one list, at its place in the whole."""
        out = Block(self.width, self.height)
        waiting: list[tuple[Block, float, float]] = [(self, 0, 0)]
        for block, x, y in waiting:
            out.cards += [Placed(p.card, p.x + x, p.y + y) for p in block.cards]
            out.trunks += [Trunk(t.x0 + x, t.y0 + y, t.x + x, t.y1 + y) for t in block.trunks]
            out.stubs += [Stub(s.x0 + x, s.x1 + x, s.y + y, s.kind, s.turns) for s in block.stubs]
            waiting += [(inner, x + dx, y + dy) for inner, dx, dy in block.parts]
        return out


@dataclass(frozen=True)
class Tree:
    """A card with what is reached from it; `size` counts all of that."""

    card: Card
    kind: EdgeKind | None
    children: tuple[Tree, ...] = ()
    size: int = 0


class TreeLayouts:
    """The layouts of one tree by the height of their columns, from which each width takes its best one."""

    def __init__(self, tree: Tree) -> None:
        tall = _stack(tree, float("inf"))
        self.blocks = [tall, *(_stack(tree, tall.height * part / _HEIGHTS) for part in range(1, _HEIGHTS))]

    def within(self, width: float) -> Block:
        """The lowest layout that keeps within `width`; the narrowest one where none does."""
        fitting = [block for block in self.blocks if block.width <= width]
        if fitting:
            return min(fitting, key=lambda block: (block.height, block.width))
        return min(self.blocks, key=lambda block: (block.width, block.height))


def lay_grid(cards: Sequence[Card], width: float) -> Block:
    """Cards without lines: as many columns as fit, each card in the shortest one."""
    block = Block()
    if not cards:
        return block
    step = cards[0].width + GAP
    count = max(1, min(len(cards), int((width + GAP) // step)))
    bottoms = [0.0] * count
    for card in cards:
        column = bottoms.index(min(bottoms))
        single = Block(card.width, card.height, [Placed(card, 0, 0)])
        block.put(single, column * step, bottoms[column])
        bottoms[column] += card.height + GAP
    return block


def grow(root: str, children: Mapping[str, Sequence[tuple[str, EdgeKind]]], card: Callable[[str], Card]) -> Tree:
    """The tree below a table; what has most below it comes first, leaves last."""
    order: list[tuple[str, EdgeKind | None]] = [(root, None)]
    for ref, _ in order:  # grows while it is walked: a parent always stands before its children
        order += children.get(ref, ())
    made: dict[str, Tree] = {}
    for ref, kind in reversed(order):
        below = [made[name] for name, _ in children.get(ref, ())]
        below.sort(key=lambda tree: (-tree.size, list(EdgeKind).index(tree.kind) if tree.kind else 9))
        made[ref] = Tree(card(ref), kind, tuple(below), sum(1 + tree.size for tree in below))
    return made[root]


def _stack(root: Tree, height: float) -> Block:
    """A tree whose columns are at most `height` high where their parts allow it."""
    order = [root]
    for tree in order:
        order += tree.children
    made: dict[int, Block] = {}
    for tree in reversed(order):
        made[id(tree)] = _beside(tree, [(child, made.pop(id(child))) for child in tree.children], height)
    return made[id(root)]


def _beside(tree: Tree, parts: Sequence[tuple[Tree, Block]], height: float) -> Block:
    """A card and its children's parts.

    What has something below it is wide, and leaves are narrow: leaves may stand in a band of their own beneath, with a
    rail of its own. Whichever arrangement takes less room is taken.
    """
    own = Block(tree.card.width, tree.card.height, [Placed(tree.card, 0, 0)])
    if not parts:
        return own
    wide = [part for part in parts if part[0].children]
    leaves = [part for part in parts if not part[0].children]
    together = _bands(own, [_columns(parts, height)])
    if not wide or not leaves:
        return together
    upper = _columns(wide, height)
    taken = max(sum(block.height + GAP for _, block in column) for column in upper)
    apart = _bands(own, [upper, _columns(leaves, max(height - taken, leaves[0][1].height))])
    return min(together, apart, key=lambda block: block.width * block.height)


def _bands(card: Block, bands: Sequence[list[list[tuple[Tree, Block]]]]) -> Block:
    """A card with its children right of it: bands of columns, one below the other, on one first trunk."""
    out = Block()
    out.put(card, 0, 0)
    first = card.width + GUTTER - TRUNK
    top, down = 0.0, float(PORT)
    for number, columns in enumerate(bands):
        rail = top + PORT
        y0 = top + (RAIL if len(columns) > 1 else 0)
        x = card.width
        for place, column in enumerate(columns):
            trunk, left, y = x + GUTTER - TRUNK, x + GUTTER, y0
            port = y
            for child, block in column:
                out.put(block, left, y)
                port = y + PORT
                out.stubs.append(Stub(trunk, left, port, child.kind or EdgeKind.OWNED_BY, port > rail or number > 0))
                y += block.height + GAP
            if place:
                out.trunks.append(Trunk(card.width if number == 0 else first, rail, trunk, port))
            else:
                down = port  # the first trunk runs down through all bands
            x = left + max(block.width for _, block in column)
            top = max(top, y)
    out.trunks.append(Trunk(card.width, PORT, first, down))
    return out


def _columns(parts: Sequence[tuple[Tree, Block]], height: float) -> list[list[tuple[Tree, Block]]]:
    """Parts in their order, in as few columns as the height allows, and those as even as possible."""

    def filled(limit: float) -> list[list[tuple[Tree, Block]]]:
        columns: list[list[tuple[Tree, Block]]] = [[]]
        y = 0.0
        for part in parts:
            if columns[-1] and y + part[1].height > limit:
                columns.append([])
                y = 0.0
            columns[-1].append(part)
            y += part[1].height + GAP
        return columns

    first = filled(height)
    if len(first) == 1:
        return first
    low, high = 0.0, height
    for _ in range(12):  # the least height that needs no further column
        middle = (low + high) / 2
        low, high = (low, middle) if len(filled(middle)) == len(first) else (middle, high)
    return filled(high)
