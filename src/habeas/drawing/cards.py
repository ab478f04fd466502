"""What the picture says of each table: the rows of its card, as words, before anybody knows where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from habeas.datamap.model import EdgeKind, Policy, StoreMap, TableEntry
from habeas.drawing.links import Branch, Link

# Widths in pixels. A monospaced letter is 0.602 em wide in the common fonts (DejaVu, Liberation, Menlo, SF Mono),
# and narrower in Consolas: what fits by this measure fits.
LETTER = 11 * 0.602
TITLE_LETTER = 12.5 * 0.602
PADDING = 11
ROW = 15
HEAD = 27
SAMPLE = 30  # the drawn piece of line before a reference


class Fate(StrEnum):
    """What an erasure does with the rows."""

    ERASED = "erased"
    MASKED = "masked"
    KEPT = "kept"
    NOTHING = "nothing"  # nobody's rows


class RowKind(StrEnum):
    """What a row of a card is about, which decides how it is set."""

    FOUND = "found"
    COLUMNS = "columns"
    FATE = "fate"
    REFERENCE = "reference"
    PEOPLE = "people"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a card. `edge` is the kind of a reference; `rest` is set lighter behind `text`."""

    kind: RowKind
    text: str
    rest: str = ""
    edge: EdgeKind | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A table as it is drawn. `customer`: True, its rows have one; False, they have none; None, the store has none."""

    ref: str
    title: str
    width: int
    fate: Fate
    rows: tuple[Row, ...]
    people: tuple[tuple[str, bool], ...]  # kinds that reach it besides its own group's: (kind, owns)
    customer: bool | None
    is_root: bool
    said: str  # the whole, for screen readers and as a tooltip

    @property
    def height(self) -> int:
        return HEAD + ROW * len(self.rows) + (7 if self.rows else 0)


@dataclass(frozen=True, slots=True)
class Detail:
    """How much a card says: rows of columns and of references at most; `counts` says numbers instead of names."""

    width: int
    columns: int
    references: int
    counts: bool = False


FULL = Detail(width=222, columns=3, references=4)
COMPACT = Detail(width=196, columns=1, references=2, counts=True)


class Cards:
    """Makes the cards of one store."""

    def __init__(
        self,
        store: StoreMap,
        policy: Policy,
        links: Iterable[Link],
        tree: Mapping[str, Branch],
        reached: Mapping[str, Mapping[str, bool]],
        detail: Detail,
    ) -> None:
        self.store = store
        self.policy = policy
        self.tree = tree
        self.reached = reached
        self.detail = detail
        self.by_table: dict[str, list[Link]] = {}
        drawn = {id(branch.link) for branch in tree.values() if branch.link is not None}
        for link in links:
            if id(link) not in drawn:
                self.by_table.setdefault(link.table, []).append(link)
        self.kept_with = {
            name: (ref, entry.on_erase.keep)
            for ref, entry in store.tables.items()
            if entry.on_erase.keep is not None
            for name in entry.on_erase.keep.with_
        }

    def card(self, ref: str) -> Card:
        entry = self.store.tables[ref]
        fate, words = self._fate(ref, entry)
        branch = self.tree.get(ref)
        own = {kind for kind, person in self.store.people.items() if branch and person.table == branch.root}
        people = tuple((k, owns) for k, owns in self.reached.get(ref, {}).items() if k not in own)
        room = self.detail.width - 2 * PADDING
        rows = [*self._found_by(ref, entry, room), *self._columns(entry, room)]
        if words:
            rows.append(Row(RowKind.FATE, cut(words, room / LETTER)))
        if people:
            rows.append(Row(RowKind.PEOPLE, ""))
        rows += self._references(ref, room)
        if entry.not_personal is not None:
            rows += [Row(RowKind.REMARK, line) for line in wrap([entry.not_personal], room, 2, " ")]
        elif entry.derived is not None:
            rows.append(Row(RowKind.REMARK, cut(f"derived: {entry.derived}", room / LETTER)))
        title = cut(ref, (room - 14) / TITLE_LETTER)
        customer = self._customer(ref, entry)
        said = self._said(ref, entry, words, people, customer)
        return Card(
            ref, title, self.detail.width, fate, tuple(rows), people, customer, bool(branch and branch.depth == 0), said
        )

    def _fate(self, ref: str, entry: TableEntry) -> tuple[Fate, str]:
        if entry.not_personal is not None or entry.derived is not None:
            return Fate.NOTHING, ""
        keep = entry.on_erase.keep
        if keep is not None:
            ground = self.policy.grounds.get(keep.ground)
            period = keep.period or (ground.period if ground is not None else None)
            return Fate.KEPT, f"kept {period}: {keep.ground}" if period is not None else f"kept: {keep.ground}"
        if ref in self.kept_with:
            return Fate.KEPT, f"kept with {self.kept_with[ref][0]}"
        return (Fate.MASKED, "masked, not erased") if entry.on_erase.action == "mask" else (Fate.ERASED, "")

    def _found_by(self, ref: str, entry: TableEntry, room: float) -> list[Row]:
        if self.store.kind_of(ref) is None:
            return []
        found = [name for name, column in entry.columns.items() if column.identity is not None]
        return [Row(RowKind.FOUND, line) for line in wrap(found, room - 9 * LETTER, 1)] if found else []

    def _columns(self, entry: TableEntry, room: float) -> list[Row]:
        names = [
            name
            for name, column in entry.columns.items()
            if column.is_personal or any((leaf.category or "").startswith("user") for leaf in column.paths.values())
        ]
        if not names:
            return []
        if self.detail.counts:
            return [Row(RowKind.COLUMNS, f"{len(names)} personal column{'' if len(names) == 1 else 's'}")]
        return [Row(RowKind.COLUMNS, line) for line in wrap(names, room - 14, self.detail.columns)]

    def _references(self, ref: str, room: float) -> list[Row]:
        """References that no line of the tree shows, by ownership and target; rights before look-ups."""
        groups: dict[tuple[EdgeKind | None, str], list[str]] = {}
        for link in self.by_table.get(ref, ()):
            groups.setdefault((link.kind, link.target), []).append(link.name)
        order = [*EdgeKind, None]
        found = sorted(groups.items(), key=lambda item: order.index(item[0][0]))
        rows = []
        letters = (room - SAMPLE - 4) / LETTER
        for (kind, target), names in found:
            said = "itself" if target == ref else target
            by = "" if self.detail.counts else ", ".join(dict.fromkeys(names))
            text = cut(said, letters)
            rest = cut(by, letters - len(text) - 1) if letters - len(text) > 6 else ""
            rows.append(Row(RowKind.REFERENCE, text, rest, kind))
        if len(rows) > self.detail.references:
            left = len(rows) - self.detail.references + 1
            rows = rows[: self.detail.references - 1]
            rows.append(Row(RowKind.REMARK, f"+{left} more references"))
        return rows

    def _customer(self, ref: str, entry: TableEntry) -> bool | None:
        if self.store.customers is None:
            return None
        if ref == self.store.customers.table:
            return True
        path = entry.customer
        return None if path is None else path.none is None

    def _said(
        self, ref: str, entry: TableEntry, words: str, people: Sequence[tuple[str, bool]], customer: bool | None
    ) -> str:
        parts = [ref]
        branch = self.tree.get(ref)
        if branch is not None and branch.link is not None and branch.link.kind is not None:
            parts.append(
                f"reached from {branch.parent} by {branch.link.table}.{branch.link.name}, {branch.link.kind.value}"
            )
        personal = [name for name, column in entry.columns.items() if column.is_personal]
        if personal:
            parts.append(f"personal columns: {', '.join(personal)}")
        if words:
            parts.append(words)
        parts += [f"{kind} {'owns rows' if owns else 'may see rows'}" for kind, owns in people]
        for link in self.by_table.get(ref, ()):
            kind = link.kind.value if link.kind is not None else "not answered"
            parts.append(f"{link.name} leads to {link.target}, {kind}")
        if entry.not_personal is not None:
            parts.append(f"not personal: {entry.not_personal}")
        if customer is False and entry.customer is not None:
            parts.append(f"no Customer: {entry.customer.none}")
        return "; ".join(parts)


def cut(text: str, letters: float) -> str:
    """The text in at most so many letters, with … in its middle where it is longer: ends of names tell them apart."""
    most = max(int(letters), 3)
    if width_of(text) <= most:
        return text
    keep = most - 1
    while keep > 1:
        head, tail = text[: (keep + 1) // 2], text[len(text) - keep // 2 :] if keep // 2 else ""
        if width_of(head) + width_of(tail) + 1 <= most:
            return f"{head}…{tail}"
        keep -= 1
    return "…"


def wrap(names: Sequence[str], room: float, lines: int, separator: str = ", ") -> list[str]:
    """Names in at most `lines` lines of `room` pixels; what doesn't fit is counted at the end."""
    letters = int(room / LETTER)
    words = names if separator == ", " else [word for name in names for word in name.split()]
    out: list[str] = []
    for number, word in enumerate(words):
        left = len(words) - number - 1
        more = f" +{left}" if separator == ", " else " …"
        word = cut(word, letters - (len(f" +{len(words)}") if len(words) > 1 else 0))
        joined = f"{out[-1]}{separator}{word}" if out else word
        last = len(out) >= lines
        reserve = len(more) if left and last else 0
        if out and width_of(joined) + reserve <= letters:
            out[-1] = joined
        elif len(out) < lines:
            out.append(word)
        else:
            out[-1] += f" +{left + 1}" if separator == ", " else " …"
            return out
    return out


def width_of(text: str) -> int:
    """Columns of a monospaced font: letters of East Asia take two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
