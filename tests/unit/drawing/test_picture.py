"""The picture of a map: everything is on it once, nothing covers anything else, and it says what the map says."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest

from habeas.datamap.model import EdgeKind, Policy, StoreMap
from habeas.drawing.cards import LETTER, PADDING, SAMPLE, TITLE_LETTER, Card, Fate, RowKind, cut, width_of, wrap
from habeas.drawing.links import branches, catalog_of_map, links_of, reached_by
from habeas.drawing.picture import MANY, Panel, Picture, lay_out
from habeas.drawing.svg import LEGEND, draw

POLICY = Policy.model_validate({"grounds": {"accounting": {"for": "7 years"}}})
SVG = "{http://www.w3.org/2000/svg}"


def store(tables: dict[str, Any], **more: Any) -> StoreMap:
    people = {"contact": {"table": "contacts", "controller": "customer"}, "user": {"table": "users"}}
    written = {"store": "app", "url": "x", "customers": {"table": "accounts"}, "people": people, "tables": tables}
    return StoreMap.model_validate({**written, **more})


def edge(to: str, kind: str, column: str | None = None) -> dict[str, Any]:
    return {"to": to, "as": kind, "columns": [column or f"{to.partition('.')[0]}_id"]}


SMALL = store(
    {
        "accounts": {"not_personal": "companies"},
        "contacts": {
            "customer": {"column": "account_id"},
            "columns": {
                "email": {"category": "user.contact.email", "identity": "email"},
                "score": {"category": "system"},
            },
            "edges": {"household_id": edge("households", "owns", "household_id")},
        },
        "users": {"columns": {"email": {"category": "user.contact.email", "identity": "email"}}},
        "households": {"columns": {"street": {"category": "user.contact.address.street"}}},
        "invoices": {
            "edges": {"contact_id": edge("contacts", "owned_by")},
            "on_erase": {"action": "keep", "keep": {"ground": "accounting", "after": "issued_at", "with": ["lines"]}},
        },
        "lines": {"edges": {"invoice_id": edge("invoices", "owned_by")}},
        "notes": {
            "customer": {"none": "notes are ours"},
            "edges": {"contact_id": edge("contacts", "owned_by"), "user_id": edge("users", "accessed_by")},
            "on_erase": {"action": "mask"},
        },
        "plans": {"not_personal": "prices", "customer": {"none": "shared"}},
        "settings": {"not_personal": "switches", "customer": {"column": "account_id"}},
        "lost": {"columns": {"name": {"category": "user.name"}}, "customer": {"none": "nobody knows"}},
    }
)


def random_store(count: int, seed: int) -> StoreMap:
    """A map of many tables with every kind of edge, long names and names of other scripts."""
    draw_from = random.Random(seed)
    tables: dict[str, Any] = {"accounts": {"not_personal": "companies"}, "contacts": {}, "users": {}}
    reached = ["contacts", "users"]
    for number in range(count):
        name = draw_from.choice(["t", "a_rather_long_name_of_a_table_number", "表", "Ünïcode.of"]) + f"_{number}"
        entry: dict[str, Any] = {"customer": {"column": "account_id"} if draw_from.random() < 0.8 else {"none": "why"}}
        if draw_from.random() < 0.15:
            entry["not_personal"] = "something that needs a lot of words to be explained " * draw_from.randint(1, 3)
        else:
            kinds = [kind.value for kind in EdgeKind]
            entry["edges"] = {
                f"e{i}": edge(draw_from.choice(reached), draw_from.choice(kinds), f"column_{i}_with_a_name")
                for i in range(draw_from.randint(0, 6))
            }
            entry["columns"] = {
                f"column_{i}" * draw_from.randint(1, 3): {"category": "user.name"}
                for i in range(draw_from.randint(0, 30))
            }
            if draw_from.random() < 0.3:
                keep = {"ground": "accounting", "after": "d"}
                entry["on_erase"] = draw_from.choice([{"action": "mask"}, {"action": "keep", "keep": keep}])
            reached.append(name)
        tables[name] = entry
    return store(tables)


def picture_of(found: StoreMap) -> Picture:
    return lay_out(found, POLICY, catalog_of_map(found))


def cards_of(picture: Picture) -> dict[str, Card]:
    return {placed.card.ref: placed.card for panel in picture.panels for placed in panel.block.cards}


def titles(picture: Picture) -> dict[str, set[str]]:
    return {panel.title: {placed.card.ref for placed in panel.block.cards} for panel in picture.panels}


def lines_of(panel: Panel) -> Iterator[tuple[float, float, float, float]]:
    """Straight pieces as (x0, y0, x1, y1)."""
    for trunk in panel.block.trunks:
        yield trunk.x0, trunk.y0, trunk.x, trunk.y0
        yield trunk.x, trunk.y0, trunk.x, trunk.y1
    for stub in panel.block.stubs:
        yield stub.x0, stub.y, stub.x1, stub.y


@pytest.mark.parametrize(("count", "seed"), [(0, 1), (1, 1), (12, 2), (25, 3), (57, 4), (58, 5), (150, 6), (300, 7)])
def test_nothing_covers_anything_else(count: int, seed: int) -> None:
    found = random_store(count, seed)
    picture = picture_of(found)
    drawn = [placed.card.ref for panel in picture.panels for placed in panel.block.cards]
    assert sorted(drawn) == sorted(found.tables), "every table stands on it once"
    for panel in picture.panels:
        boxes = [(p.x, p.y, p.x + p.card.width, p.y + p.card.height) for p in panel.block.cards]
        for one, other in combinations(boxes, 2):
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert all(box[2] <= panel.block.width and box[3] <= panel.block.height for box in boxes)
        assert panel.block.width <= picture.width
        for x0, y0, x1, y1 in lines_of(panel):
            for left, top, right, bottom in boxes:
                assert x1 <= left or x0 >= right or y1 <= top or y0 >= bottom, "a line passes a card"
    for above, below in zip(picture.panels, picture.panels[1:], strict=False):
        assert above.y + above.height < below.y
    for card in cards_of(picture).values():
        room = card.width - 2 * PADDING
        assert width_of(card.title) * TITLE_LETTER <= room - 12, "the title stays clear of the Customer's square"
        for row in card.rows:
            before = SAMPLE + 4 if row.kind is RowKind.REFERENCE else 9 * LETTER if row.kind is RowKind.FOUND else 0
            letters = width_of(row.text) + (1 + width_of(row.rest) if row.rest else 0)
            assert before + letters * LETTER <= room + 0.01, row


def test_each_table_of_people_has_a_stub_of_its_own_kind() -> None:
    picture = picture_of(random_store(80, 9))
    found = random_store(80, 9)
    links, _ = links_of(found, catalog_of_map(found))
    tree = branches(found, links)
    wanted = sorted(branch.link.kind.value for branch in tree.values() if branch.link and branch.link.kind)
    assert sorted(stub.kind.value for panel in picture.panels for stub in panel.block.stubs) == wanted


def test_tables_stand_with_the_people_and_the_customer_they_belong_to() -> None:
    assert titles(picture_of(SMALL)) == {
        "contact": {"contacts", "households", "invoices", "lines", "notes"},
        "user": {"users"},
        "the Customer’s own": {"accounts", "settings"},
        "reached by nobody": {"lost"},
        "nobody’s": {"plans"},
    }


def test_own_ways_count_before_those_that_only_show() -> None:
    found = store(
        {
            "contacts": {},
            "users": {},
            "shown": {"edges": {"a": edge("contacts", "accessed_by", "a")}},
            "deep": {"edges": {"b": edge("shown", "owned_by", "b"), "c": edge("middle", "owned_by", "c")}},
            "middle": {"edges": {"d": edge("users", "owned_by", "d")}},
        }
    )
    links, unknown = links_of(found, catalog_of_map(found))
    assert not unknown
    tree = branches(found, links)
    assert (tree["deep"].root, tree["deep"].parent, tree["deep"].depth) == ("users", "middle", 2)
    assert (tree["shown"].root, tree["shown"].depth) == ("contacts", 1)
    assert reached_by(found, links)["deep"] == {"contact": False, "user": True}, "access, once met, stays"


def test_a_card_says_what_happens_and_what_the_tree_does_not_show() -> None:
    cards = cards_of(picture_of(SMALL))
    assert (cards["invoices"].fate, cards["lines"].fate) == (Fate.KEPT, Fate.KEPT)
    assert [row.text for row in cards["invoices"].rows if row.kind is RowKind.FATE] == ["kept 7 years: accounting"]
    assert [row.text for row in cards["lines"].rows if row.kind is RowKind.FATE] == ["kept with invoices"]
    assert cards["notes"].fate is Fate.MASKED and cards["notes"].people == (("user", False),)
    references = [(row.edge, row.text, row.rest) for row in cards["notes"].rows if row.kind is RowKind.REFERENCE]
    assert references == [(EdgeKind.ACCESSED_BY, "users", "user_id")]
    assert [row.text for row in cards["contacts"].rows if row.kind is RowKind.COLUMNS] == ["email"]
    assert [row.text for row in cards["contacts"].rows if row.kind is RowKind.FOUND] == ["email"]
    assert [cards[ref].customer for ref in ("accounts", "contacts", "notes", "households")] == [True, True, False, None]
    assert "reached from contacts by notes.contact_id, owned_by" in cards["notes"].said


def test_many_tables_say_numbers_instead_of_names() -> None:
    few, many = (cards_of(picture_of(random_store(count, 3))) for count in (MANY - 3, MANY - 2))
    for cards, pattern in ((few, r"column_0"), (many, r"^\d+ personal columns?$")):
        rows = [row.text for card in cards.values() for row in card.rows if row.kind is RowKind.COLUMNS]
        assert rows and re.search(pattern, rows[0])


def test_an_edge_that_leads_nowhere_is_named() -> None:
    found = store({"contacts": {}, "users": {}, "notes": {"edges": {"boss": {"as": "owned_by", "columns": ["boss"]}}}})
    assert picture_of(found).unknown == ("notes.boss",)


def test_the_svg_stands_alone_and_is_told_to_screen_readers() -> None:
    text = draw([picture_of(SMALL)], "Acme & <Sons>")
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    labels = [root.find(f"{SVG}{name}") for name in ("title", "desc")]
    assert root.get("aria-labelledby", "").split() == [label.get("id") for label in labels if label is not None]
    described = labels[1].text if labels[1] is not None else ""
    assert all(ref in str(described) for ref in SMALL.tables)
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {"svg", "title", "desc", "style", "defs", "pattern", "path", "rect", "text", "g"}
    assert "prefers-color-scheme:dark" in text
    outside = re.sub(r'xmlns="[^"]*"', "", text)
    assert "http" not in outside and "@import" not in outside and "href" not in outside
    assert not any(name.startswith("on") for element in root.iter() for name in element.attrib)
    assert "Acme & <Sons>: app" in {element.text for element in root.iter(f"{SVG}text")}
    assert draw([picture_of(SMALL)], "Acme & <Sons>") == text, "the same map gives the same picture"


def test_a_long_chain_and_a_circle_are_drawn() -> None:
    tables: dict[str, Any] = {"contacts": {"edges": {"last": edge("t899", "owned_by", "last")}}, "users": {}}
    for number in range(900):
        before = "contacts" if number == 0 else f"t{number - 1}"
        tables[f"t{number}"] = {"edges": {"e": edge(before, "owned_by", "e")}}
    assert len(cards_of(picture_of(store(tables)))) == 902


def test_a_table_of_two_kinds_of_people_stands_there_once() -> None:
    people = {"contact": {"table": "contacts"}, "lead": {"table": "contacts"}, "gone": {"table": "nowhere"}}
    picture = picture_of(store({"contacts": {}}, people=people))
    assert [panel.title for panel in picture.panels] == ["contact"]


def test_names_can_not_break_the_picture() -> None:
    wild = '<b> & "quoted" ]]>'
    found = store(
        {"contacts": {"columns": {wild: {"category": "user.name"}}}, "users": {}, wild: {"not_personal": wild}}
    )
    root = ElementTree.fromstring(draw([picture_of(found)]))
    titles_there = [element.text or "" for element in root.iter(f"{SVG}title")]
    assert any(title.startswith(wild) for title in titles_there)


def test_kinds_of_ownership_are_told_apart_without_colour() -> None:
    looks = {}
    for kind in EdgeKind:
        found = store({"contacts": {}, "users": {}, "t": {"edges": {"x": edge("contacts", kind.value, "x")}}})
        text = draw([picture_of(found)])
        body = text.partition('"sans h2"')[2]  # behind the legend
        # The line that stands on the panel, or in the card where it is a look-up: dashes, mark, filled or not.
        looks[kind] = tuple(re.findall(r'class="(e[^"]*|m[^"]*)"(?: d="M[-\d. ]+([a-z][^"]*)")?', body))[:2]
    shapes = [(look[0][0], look[1][0], look[1][1]) for look in looks.values()]
    assert len(set(shapes)) == len(EdgeKind)
    assert [kind for kind, _, _ in LEGEND] == list(EdgeKind), "and the legend explains each"


def test_several_stores_stand_one_below_the_other() -> None:
    one, two = picture_of(SMALL), picture_of(store({"contacts": {}, "users": {}}, store="crm"))
    root = ElementTree.fromstring(draw([one, two]))
    heads = [e.text for e in root.iter(f"{SVG}text") if "h1" in (e.get("class") or "")]
    assert heads == ["app", "crm"]
    assert float(root.get("height", "0")) > one.height + two.height


@pytest.mark.parametrize("text", ["contacts", "conversation_participants", "表表表表表表表表", "a" * 200])
@pytest.mark.parametrize("letters", [3, 8, 20])
def test_a_name_that_is_too_long_loses_its_middle(text: str, letters: int) -> None:
    short = cut(text, letters)
    assert width_of(short) <= max(letters, 3)
    assert short == text or "…" in short
    if short != text and letters > 4:
        assert text.startswith(short.partition("…")[0]) and text.endswith(short.partition("…")[2])


def test_names_that_do_not_fit_are_counted() -> None:
    names = [f"column_{number}" for number in range(40)]
    lines = wrap(names, 200, 3)
    assert len(lines) == 3
    shown = sum(line.count("column_") for line in lines)
    assert lines[-1].endswith(f" +{40 - shown}")
    assert all(width_of(line) * LETTER <= 200 for line in lines)
    assert wrap([], 200, 3) == []
