from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.catalog.tables import TypeFamily
from habeas.delivery.markup import element, escaped
from habeas.delivery.page_tables import plain_reason
from habeas.delivery.redacting import OtherKind, OtherPerson, TextRedactor
from habeas.program.plan import Group

VOID = {"meta", "br", "hr", "link", "img", "input"}


class Outline(HTMLParser):
    """Reads a page strictly: every element closed in order; keeps what the tests ask for."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.text))


def _full(packages: Any, **more: Any) -> Any:
    columns = [
        packages.column("id", TypeFamily.INTEGER),
        packages.column("email", category="user.contact.email", partly_hidden=True),
        packages.column("body", category="user.content", is_free_text=True),
        packages.column("score", hidden=True),
    ]
    rows = [(str(n), None, "Ask John Smith <js@example.org>", "9") for n in range(45)]
    redactor = TextRedactor([OtherPerson(OtherKind.NAME, "John Smith")])
    tables = (
        packages.table(
            rows, columns, table="contact_messages", kept="2 years", recipients=("Mailer Inc.", "Tax office")
        ),
        packages.table([("مرحبا", "x\ny")], table="InvoiceLines", store="billing", why="owned by contacts"),
        packages.table([], table="surveys"),
    )
    return packages.make(*tables, header=packages.header(**more), redact=redactor)


def test_it_says_what_why_how_long_who_and_where(packages: Any) -> None:
    words = Outline(_full(packages).page).words
    for expected in (
        "Your data at Acme & Söhne",
        "23 November 2026, 16:09 UTC",
        "Contact messages",
        "It is your own record.",
        "It belongs to you, through contacts.",
        "2 years",
        "Mailer Inc. and Tax office",
        "United States, us-east-1, aws",
        "the first 20 of 45 rows",
        "Left out in every row: Score.",
        "Left out in some rows: Email.",
        "45 e-mail addresses of other people and 45 names of other people",
        "Backups, kept by platform team: what is there is gone by 23 December 2026.",
        "E-mail addresses",
        "Complain to the data protection authority",
        "privacy@acme.example",
        "r-7f3a9c",
    ):
        assert expected in words, expected


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("the person", "It is your own record."),
        ("owned by contacts, billing.orders", "It belongs to you, through contacts and billing orders."),
        ("owned by a; accessed through b_c", "It belongs to you, through a. It can be seen by you, through b c."),
        ("the person; owned by a", "It is your own record. It belongs to you, through a."),
        ("row of the Customer", "Row of the Customer"),
        ("owned by <b>", "Owned by <b>"),
    ],
)
def test_reasons_are_put_into_plain_words(why: str, words: str) -> None:
    assert plain_reason(why, True) == words


def test_it_needs_nothing_from_elsewhere(packages: Any) -> None:
    page = _full(packages).page
    outline = Outline(page)
    assert not {"script", "link", "img", "iframe", "object", "form", "base"}.intersection(
        t for t, _ in outline.elements
    )
    assert not [
        a for _, attributes in outline.elements for a in attributes if a.startswith("on") or a in ("style", "src")
    ]
    assert "url(" not in page and "@import" not in page
    style = re.search("<style>(.*)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(a for a in outline.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy["content"] == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_every_link_leads_somewhere(packages: Any) -> None:
    opened = _full(packages)
    outline = Outline(opened.page)
    ids = [a["id"] for _, a in outline.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for link in outline.all("a"):
        target = link["href"] or ""
        assert (
            (target[1:] in ids)
            if target.startswith("#")
            else (target in opened.members or target.startswith("mailto:"))
        )
    for _, attributes in outline.elements:
        if "aria-labelledby" in attributes:
            assert attributes["aria-labelledby"] in ids


def test_it_can_be_read_aloud(packages: Any) -> None:
    outline = Outline(_full(packages).page)
    assert outline.all("html")[0]["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(outline.all("caption")) == len(outline.all("table"))
    assert all(a.get("scope") in ("col", "row") for a in outline.all("th"))
    boxes = [a for a in outline.all("div") if a.get("role") == "region"]
    assert boxes and all(a["tabindex"] == "0" and a["aria-labelledby"] for a in boxes)
    assert len(outline.all("main")) == 1 and outline.all("nav")[0]["aria-label"]


def test_values_keep_their_own_direction(packages: Any) -> None:
    page = _full(packages).page
    assert '<td dir="auto" class="short">مرحبا</td>' in page
    assert "\u202e" not in packages.make(packages.table([("\u202egnp.exe", "x")])).page


@given(st.text())
def test_text_cannot_become_markup(text: str) -> None:
    once = Outline(element("p", text, title=text))
    [attributes] = once.all("p")
    expected = re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]",
        "\ufffd",
        text,
    )
    assert "".join(once.text).replace("\r", "\n") == expected.replace("\r", "\n")
    assert (attributes["title"] or "") == expected


def test_hostile_names_everywhere(packages: Any) -> None:
    evil = "\"><script>alert(1)</script>'&\0"
    opened = packages.make(
        packages.table(
            [(evil, evil)],
            [packages.column(evil, category=evil), packages.column("b")],
            table=evil,
            why=evil,
            kept=evil,
            recipients=(evil,),
            purposes=(evil,),
            sources=(evil,),
            description=evil,
            hidden_why=evil,
        ),
        header=packages.header(organization=evil, contact=evil, complaint=evil),
    )
    outline = Outline(opened.page)
    assert outline.all("script") == []
    assert "alert(1)" in outline.words


@pytest.mark.parametrize(
    ("contact", "href"),
    [
        ("privacy@acme.example", "mailto:privacy@acme.example"),
        ("https://acme.example/privacy", "https://acme.example/privacy"),
        ("javascript:alert(1)", None),
        ("a@b.c?cc=x@y.z", None),
        ("12 High Street", None),
    ],
)
def test_only_addresses_become_links(packages: Any, contact: str, href: str | None) -> None:
    outline = Outline(packages.make(header=packages.header(contact=contact)).page)
    assert contact in outline.words
    outside = [a["href"] for a in outline.all("a") if not (a["href"] or "").startswith("#")]
    assert outside == ([href] if href else [])


def test_many_people(packages: Any) -> None:
    groups = tuple(Group("contact", str(n), 2) for n in range(1_000))
    opened = packages.make(packages.table([("x", "y")]), header=packages.header(person_count=2_000, groups=groups))
    outline = Outline(opened.page)
    assert "Personal data held by Acme & Söhne" in outline.words
    assert "held about 2,000 people" in outline.words
    assert "And 950 more groups of records" in outline.words
    assert "your" not in outline.words.lower().replace("yours", "")


def test_long_values_are_cut_in_the_page_alone(packages: Any) -> None:
    opened = packages.make(packages.table([("y" * 5_000, "x")]))
    assert "continues in the file" in Outline(opened.page).words
    assert len(opened.csv("app.notes")[0][0]) == 5_000


def _luminance(colour: str) -> float:
    full = colour if len(colour) == 7 else "#" + "".join(2 * c for c in colour[1:])
    parts = [int(full[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_is_enough_in_light_dark_and_print() -> None:
    sheet = files("habeas.delivery").joinpath("page.css").read_text(encoding="utf-8")
    schemes = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", block)) for block in re.findall(r":root \{([^}]*)\}", sheet)
    ]
    assert len(schemes) == 3
    pairs = [(ink, ground) for ink in ("ink", "soft", "accent") for ground in ("paper", "sheet", "tint")]
    pairs += [("band-ink", "band"), ("band-soft", "band"), ("mark-ink", "mark")]
    for scheme in schemes:
        for ink, ground in pairs:
            light, dark = sorted((_luminance(scheme[ink]), _luminance(scheme[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


def test_escaping_keeps_quotes_out_of_attributes() -> None:
    assert escaped("a\"b'c<d>&") == "a&quot;b&#x27;c&lt;d&gt;&amp;"
