"""The picture as one SVG file: no script, no font and no image from elsewhere, light and dark by the reader's setting."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from xml.sax.saxutils import escape, quoteattr

from habeas.datamap.model import EdgeKind
from habeas.drawing.cards import HEAD, LETTER, PADDING, ROW, SAMPLE, Card, Fate, RowKind, cut
from habeas.drawing.layout import Placed, Stub, Trunk
from habeas.drawing.picture import HEADING, INSIDE, Panel, Picture

MARGIN = 24
TOP = 84  # the title's room
_TURN = 7  # radius of a line's corner
_TONES = 6
_SANS = 6.6  # a letter of the sans-serif font at 11.5 px, on the safe side
# What the legend says of each ownership, read from the row that bears the reference.
LEGEND: tuple[tuple[EdgeKind | None, str, str], ...] = (
    (EdgeKind.OWNED_BY, "owned_by", "goes with the row before it"),
    (EdgeKind.OWNS, "owns", "the row before it takes it along"),
    (EdgeKind.ACCESSED_BY, "accessed_by", "shown, and stays"),
    (EdgeKind.ACCESSES, "accesses", "shown by the row before it"),
    (EdgeKind.LOOKUP, "lookup", "a reference without a right"),
)


def draw(pictures: Sequence[Picture], organization: str = "") -> str:
    """The SVG of one or several stores, one below the other. The same pictures give the same text."""
    width = max((picture.width for picture in pictures), default=600) + 2 * MARGIN
    body: list[str] = []
    legend, legend_height = _legend(width - 2 * MARGIN)
    y = float(MARGIN)
    for number, picture in enumerate(pictures):
        body.append(_heading(picture, organization, y))
        y += TOP - MARGIN
        if number == 0:
            body.append(f'<g transform="translate({MARGIN},{_n(y)})">{legend}</g>')
            y += legend_height
        for panel in picture.panels:
            body.append(_panel(panel, picture.width, y + panel.y))
        y += picture.height + 2 * MARGIN
    height = y - MARGIN
    stores = ", ".join(picture.store for picture in pictures)
    css = (files("habeas.drawing") / "map.css").read_text(encoding="utf-8").strip()
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
            f'viewBox="0 0 {_n(width)} {_n(height)}" role="img" aria-labelledby="map-title map-desc">',
            f'<title id="map-title">{escape(f"The map of {stores}: whose every table is")}</title>',
            f'<desc id="map-desc">{escape(_description(pictures))}</desc>',
            f"<style>{css}</style>",
            '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><path class="hatch-line" d="M0 0V5"/></pattern></defs>',
            '<rect class="paper" width="100%" height="100%"/>',
            *body,
            "</svg>",
            "",
        ]
    )


def _heading(picture: Picture, organization: str, y: float) -> str:
    title = f"{organization}: {picture.store}" if organization else picture.store
    words = f"{picture.tables} tables, {picture.personal} with rows of somebody, {picture.kept} kept for a time"
    return (
        f'<text class="sans h1" x="{MARGIN}" y="{_n(y + 16)}">{escape(title)}</text>'
        f'<text class="sans small soft" x="{MARGIN}" y="{_n(y + 37)}">{escape(words)}</text>'
    )


def _description(pictures: Sequence[Picture]) -> str:
    lines = []
    for picture in pictures:
        for panel in picture.panels:
            names = ", ".join(placed.card.ref for placed in panel.block.cards)
            lines.append(f"{picture.store}, {panel.title} ({panel.remark}): {names}.")
    return " ".join(lines)


def _legend(width: float) -> tuple[str, float]:
    """The legend and its height: entries in a row, folded where the width ends."""
    entries: list[tuple[str, float]] = []
    for kind, name, words in LEGEND:
        text = f"{name}: {words}"
        drawn = _sample(kind, 0, 0) + _words(text, SAMPLE + 8, 4)
        entries.append((drawn, SAMPLE + 8 + len(text) * _SANS))
    entries += [
        _swatch('<rect class="hatch" x="0" y="-6" width="7" height="13"/>', "kept for a time", 14),
        _swatch('<rect class="stripe" x="0" y="-6" width="3" height="13"/>', "masked, not erased", 11),
        _swatch(_square(0, -4.5, True), "has a Customer", 14),
        _swatch(_square(0, -4.5, False), "has none", 14),
        _swatch(_pill("kind", True, 0, -8, "tn")[0], "owns rows too", 44),
        _swatch(_pill("kind", False, 0, -8, "tn")[0], "may see rows", 44),
    ]
    out, x, y = [], 0.0, 0.0
    for drawn, wide in entries:
        if x and x + wide > width:
            x, y = 0.0, y + 22
        out.append(f'<g transform="translate({_n(x)},{_n(y)})">{drawn}</g>')
        x += wide + 20
    return "".join(out), y + 34


def _swatch(drawn: str, text: str, wide: float) -> tuple[str, float]:
    return drawn + _words(text, wide, 4), wide + len(text) * _SANS


def _words(text: str, x: float, y: float) -> str:
    return f'<text class="sans small soft" x="{_n(x)}" y="{_n(y)}">{escape(text)}</text>'


def _panel(panel: Panel, width: float, y: float) -> str:
    tone = f"t{panel.tone % _TONES}" if panel.tone >= 0 else "tn"
    parts = [
        f'<g class="{tone}" transform="translate({MARGIN},{_n(y)})">',
        f'<rect class="panel" width="{_n(width)}" height="{_n(panel.height)}" rx="10"/>',
        f'<rect class="bar" x="{INSIDE}" y="17" width="4" height="16" rx="2"/>',
        f'<text class="sans h2" x="{INSIDE + 12}" y="30">{escape(panel.title)}</text>',
    ]
    wide = len(panel.title) * 9.6
    parts.append(_words(panel.remark, INSIDE + 12 + wide + 10, 30))
    parts.append(f'<g transform="translate({INSIDE},{HEADING})">')
    parts += [_trunk(trunk) for trunk in panel.block.trunks]
    parts += [_stub(stub) for stub in panel.block.stubs]
    parts += [_card(placed) for placed in panel.block.cards]
    parts.append("</g></g>")
    return "\n".join(parts)


def _trunk(trunk: Trunk) -> str:
    straight = f"M{_n(trunk.x0)} {_n(trunk.y0)}H{_n(trunk.x + _TURN)}"
    if trunk.y1 <= trunk.y0:
        return f'<path class="trunk" d="{straight}"/>'
    turn = min(_TURN, trunk.y1 - trunk.y0)
    return (
        f'<path class="trunk" d="M{_n(trunk.x0)} {_n(trunk.y0)}H{_n(trunk.x - turn)}'
        f'q{_n(turn)} 0 {_n(turn)} {_n(turn)}V{_n(trunk.y1 - turn)}q0 {_n(turn)} {_n(turn)} {_n(turn)}"/>'
    )


def _stub(stub: Stub) -> str:
    turn = f"M{_n(stub.x0)} {_n(stub.y - _TURN)}q0 {_TURN} {_TURN} {_TURN}"
    straight = f"M{_n(stub.x0 - _TURN)} {_n(stub.y)}h{2 * _TURN}"
    return f'<path class="trunk" d="{turn if stub.turns else straight}"/>' + _edge(
        stub.kind, stub.x0 + _TURN, stub.x1, stub.y
    )


def _sample(kind: EdgeKind | None, x: float, y: float) -> str:
    """A piece of line as it stands in cards and in the legend."""
    return _edge(kind, x, x + SAMPLE - 2, y)


def _edge(kind: EdgeKind | None, x0: float, x1: float, y: float) -> str:
    """A line of one ownership with its mark at the right end: told apart by the mark and the dashes, not by colour."""
    here = f"{_n(y)}"
    if kind in (EdgeKind.OWNED_BY, EdgeKind.ACCESSED_BY):
        mark, length = f"M{_n(x1)} {here}l-9 -4.5v9z", 9
    elif kind in (EdgeKind.OWNS, EdgeKind.ACCESSES):
        mark, length = f"M{_n(x1)} {here}l-6 -4.5l-6 4.5l6 4.5z", 12
    else:
        mark, length = f"M{_n(x1)} {here}m-6 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z", 6
    dashes = {EdgeKind.ACCESSED_BY: " see", EdgeKind.ACCESSES: " see", EdgeKind.LOOKUP: " look", None: " ask"}.get(
        kind, ""
    )
    hollow = "" if kind in (EdgeKind.OWNED_BY, EdgeKind.OWNS) else " hollow"
    line = f'<path class="e{dashes}" d="M{_n(x0)} {here}H{_n(x1 - length)}"/>'
    return f'{line}<path class="m{hollow}" d="{mark}"/>'


def _card(placed: Placed) -> str:
    card = placed.card
    classes = "card" + (" root" if card.is_root else "") + (" nobody" if card.fate is Fate.NOTHING else "")
    parts = [
        f'<g transform="translate({_n(placed.x)},{_n(placed.y)})"><title>{escape(card.said)}</title>',
        f'<rect class="{classes}" width="{card.width}" height="{card.height}" rx="6"/>',
    ]
    if card.fate in (Fate.KEPT, Fate.MASKED):
        look = "hatch" if card.fate is Fate.KEPT else "stripe"
        wide = 6 if card.fate is Fate.KEPT else 3
        parts.append(f'<rect class="{look}" x="1" y="6" width="{wide}" height="{card.height - 12}"/>')
    parts.append(f'<text class="b" x="{PADDING}" y="18">{escape(card.title)}</text>')
    if card.customer is not None:
        parts.append(_square(card.width - PADDING - 9, 9, card.customer))
    y = float(HEAD + 10)
    for row in card.rows:
        parts.append(_row(card, row.kind, row.text, row.rest, row.edge, y))
        y += ROW
    return "".join(parts) + "</g>"


def _row(card: Card, kind: RowKind, text: str, rest: str, edge: EdgeKind | None, y: float) -> str:
    x = float(PADDING)
    if kind is RowKind.REFERENCE:
        text_x = x + SAMPLE + 4
        drawn = _sample(edge, x, y - 4) + f'<text x="{_n(text_x)}" y="{_n(y)}">{escape(text)}</text>'
        if rest:
            drawn += f'<text class="soft" x="{_n(text_x + (len(text) + 1) * LETTER)}" y="{_n(y)}">{escape(rest)}</text>'
        return drawn
    if kind is RowKind.PEOPLE:
        out = []
        for name, owns in card.people:
            drawn, wide = _pill(cut(name, 14), owns, x, y - 11, "tn")
            if x + wide > card.width - PADDING:
                break
            out.append(drawn)
            x += wide + 5
        return "".join(out)
    if kind is RowKind.FOUND:
        return (
            f'<text class="soft" x="{_n(x)}" y="{_n(y)}">found by</text>'
            f'<text class="tone" x="{_n(x + 9 * LETTER)}" y="{_n(y)}">{escape(text)}</text>'
        )
    look = {RowKind.FATE: "fate", RowKind.REMARK: "soft"}.get(kind, "")
    return f'<text{f" class={quoteattr(look)}" if look else ""} x="{_n(x)}" y="{_n(y)}">{escape(text)}</text>'


def _pill(text: str, owns: bool, x: float, y: float, tone: str) -> tuple[str, float]:
    wide = len(text) * 10 * 0.602 + 14
    look = "pill" if owns else "see-pill"
    return (
        f'<g class="{tone}"><rect class="{look}" x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="14" rx="7"/>'
        f'<text x="{_n(x + 7)}" y="{_n(y + 10.5)}">{escape(text)}</text></g>',
        wide,
    )


def _square(x: float, y: float, filled: bool) -> str:
    look = "cust" if filled else "cust-none"
    return f'<rect class="{look}" x="{_n(x)}" y="{_n(y)}" width="8" height="8" rx="1.5"/>'


def _n(value: float) -> str:
    """A coordinate in as few letters as it needs."""
    return f"{value:.1f}".rstrip("0").rstrip(".")
