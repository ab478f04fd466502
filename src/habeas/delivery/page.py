"""The page of a package, `index.html`: what is held, why, for how long, who receives it, where, and one's rights.

It needs no server, no script and nothing from elsewhere; it prints, follows light and dark, and can be read aloud
(WCAG 2.2 AA).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from habeas.delivery.contents import PackageFormat, PackageHeader, WrittenTable
from habeas.delivery.markup import Child, Markup, element, joined
from habeas.delivery.page_tables import (
    count_of,
    kinds_of_data,
    masked_words,
    overview,
    table_section,
    titles_of,
)

_MANY = 50  # groups of people that are listed one by one
_EMAIL = re.compile(r"[^\s@<>\"'?&]+@[^\s@<>\"'?&]+")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@cache
def _style() -> tuple[Markup, str]:
    """The style sheet and its hash: the page allows this one and nothing else."""
    text = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(f"<style>{text}</style>"), f"sha256-{digest}"


def render_page(header: PackageHeader, tables: Sequence[WrittenTable]) -> Iterator[str]:
    """The page, piece by piece."""
    style, digest = _style()
    titles = titles_of(tables)
    is_one = header.person_count == 1
    heading = f"Your data at {header.organization}" if is_one else f"Personal data held by {header.organization}"
    policy = f"default-src 'none'; style-src '{digest}'; base-uri 'none'; form-action 'none'"
    yield "<!DOCTYPE html>\n"
    yield '<html lang="en" dir="ltr">\n'
    yield element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", heading),
        style,
    )
    yield "\n<body>\n"
    yield element("a", "Skip to the contents", href="#main", class_="skip")
    yield _masthead(header, heading)
    yield '<div class="frame">\n'
    yield _navigation()
    yield '<main id="main">\n'
    yield _glance(header, tables, titles)
    yield _people(header)
    yield '<section aria-labelledby="tables"><h2 id="tables">Table by table</h2>\n'
    if not tables:
        yield element("p", "Nothing was found in the places that were searched.")
    for number, (table, title) in enumerate(zip(tables, titles, strict=True), 1):
        yield from table_section(header, table, title, number)
    yield "</section>\n"
    yield _left_out(header, tables)
    yield _places(header)
    yield _rights(header)
    yield _reading(tables)
    yield "</main>\n</div>\n"
    yield element(
        "footer",
        element(
            "p",
            "Prepared by habeas for ",
            element("bdi", header.organization),
            ". Reference: ",
            element("code", header.run_id),
        ),
        element("p", "This package holds personal data. Keep it where only you can open it."),
    )
    yield "\n</body>\n</html>\n"


def _section(name: str, title: str, *children: Child) -> Markup:
    return joined(element("section", element("h2", title, id=name), *children, aria_labelledby=name), Markup("\n"))


def _when(moment: datetime) -> Markup:
    at = moment.astimezone(UTC)
    words = f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC"
    return element("time", words, datetime=at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _day(text: str) -> Child:
    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        return text
    return element("time", f"{day.day} {_MONTHS[day.month - 1]} {day.year}", datetime=text)


def _masthead(header: PackageHeader, heading: str) -> Markup:
    about = "you" if header.person_count == 1 else count_of(header.person_count, "person", "people")
    return element(
        "header",
        element("p", element("bdi", header.organization), class_="eyebrow"),
        element("h1", heading, dir="auto"),
        element(
            "p",
            *(
                ("What ", "you" if header.person_count == 1 else about, " gave, to take along")
                if header.purpose == "port"
                else ("A copy of the personal data that is held about ", about)
            ),
            ", as it was on ",
            _when(header.prepared_at),
            ".",
            class_="lead",
        ),
    )


def _navigation() -> Markup:
    entries = (
        ("glance", "At a glance"),
        ("people", "Who this is about"),
        ("tables", "Table by table"),
        ("left-out", "What was left out"),
        ("places", "Where it is"),
        ("rights", "Rights and contact"),
        ("reading", "The files"),
    )
    items = (element("li", element("a", words, href=f"#{name}")) for name, words in entries)
    return element("nav", element("ul", *items), aria_label="Sections")


def _glance(header: PackageHeader, tables: Sequence[WrittenTable], titles: Sequence[str]) -> Markup:
    filled = sum(1 for t in tables if t.rows)
    stores = {t.table.store for t in tables} | {s.name for s in header.stores}
    rows = sum(t.rows for t in tables)
    figures = (
        (f"{rows:,}", "row" if rows == 1 else "rows"),
        (f"{filled:,}", "table with data" if filled == 1 else "tables with data"),
        (f"{len(stores):,}", "store searched" if len(stores) == 1 else "stores searched"),
    )
    cards = (
        element("li", element("span", number, class_="figure"), " ", element("span", words))
        for number, words in figures
    )
    kinds = kinds_of_data(tables, titles)
    return _section(
        "glance",
        "At a glance",
        element("ul", *cards, class_="figures"),
        joined(element("h3", "Kinds of data"), kinds) if kinds else None,
        joined(element("h3", "Why, for how long, and where"), overview(header, tables, titles)) if tables else None,
    )


def _people(header: PackageHeader) -> Markup:
    def words(kind: str, customer: str | None, rows: int) -> Markup:
        where = ("of Customer ", element("bdi", customer)) if customer is not None else ("of no Customer",)
        return element("li", element("bdi", kind), " ", *where, f": {count_of(rows, 'matching record')}")

    rest = header.groups[_MANY:]
    return _section(
        "people",
        "Who this is about",
        element(
            "p",
            "These records match what the request named."
            if header.groups
            else "No record matches what the request named.",
        ),
        element("ul", *(words(g.kind, g.customer, g.rows) for g in header.groups[:_MANY])) if header.groups else None,
        element("p", f"And {count_of(len(rest), 'more group')} of records, listed in datapackage.json.")
        if rest
        else None,
        element(
            "p",
            "A Customer is a company that uses the service and decides over the data of its own contacts.",
            class_="aside",
        )
        if any(g.customer is not None for g in header.groups)
        else None,
    )


def _left_out(header: PackageHeader, tables: Sequence[WrittenTable]) -> Markup:
    masked = sum((t.masked for t in tables), type(tables[0].masked)()) if tables else {}
    hidden = sum(1 for t in tables for c in t.table.columns if c.hidden or c.partly_hidden)
    missing = [
        element(
            "li",
            element("strong", n.name.replace("_", " ").capitalize(), dir="auto"),
            joined(", kept by ", element("bdi", n.owner)) if n.owner else None,
            joined(": what is there is gone by ", _day(n.gone_by)) if n.gone_by else ": no last day is recorded",
            ".",
        )
        for n in header.not_covered
    ]
    return _section(
        "left-out",
        "What was left out, and why",
        element("h3", "Hidden columns"),
        element(
            "p",
            f"{count_of(hidden, 'column is', 'columns are')} hidden in whole or in part, because showing them would "
            "disclose something about somebody else. Each is named with its table; its place is empty in the files."
            if hidden
            else "No column is hidden.",
        ),
        element("h3", "Other people in what was written"),
        element(
            "p",
            f"In messages, notes and other free text, {masked_words(dict(masked))} were replaced by marks such as ",
            element("mark", "[name of another person]"),
            ". They have a right to their privacy too. The person's own names, addresses and numbers stay.",
        )
        if masked
        else element("p", "Nothing was masked in messages, notes and other free text."),
        element("h3", "Places that this copy doesn't cover"),
        joined(element("p", "The following hold copies for a time and were not searched:"), element("ul", *missing))
        if missing
        else element("p", "No other place is recorded."),
    )


def _places(header: PackageHeader) -> Markup:
    items = [
        element(
            "div", element("dt", store.name, dir="auto"), element("dd", store.location or "Not recorded", dir="auto")
        )
        for store in header.stores
    ]
    content = element("dl", *items, class_="facts") if items else element("p", "No place is recorded.")
    return _section("places", "Where the data is", content)


def _contact(contact: str) -> Child:
    if _EMAIL.fullmatch(contact):
        return element("a", contact, href=f"mailto:{contact}")
    if contact.startswith("https://") and not re.search(r"[\s<>\"']", contact):
        return element("a", contact, href=contact, rel="noreferrer noopener")
    return element("bdi", contact)


def _rights(header: PackageHeader) -> Markup:
    your, you = ("your", "you") if header.person_count == 1 else ("their", "they")
    subject = "You" if header.person_count == 1 else "The people concerned"
    authority = header.complaint or "the data protection authority of the country of residence or work"
    rights = (
        ("Correct it", "Have data put right that is wrong, and completed where something is missing."),
        (
            "Erase it",
            "Have it deleted. Some of it may have to stay for a time, as for accounting; the answer says which.",
        ),
        ("Limit or object", "Have its use paused or stopped, and withdraw a consent that was given."),
        ("Take it along", "The files of this package are in common formats that other services can read."),
        ("Complain", f"Complain to {authority}, and go to court."),
    )
    items = (element("div", element("dt", name), element("dd", words)) for name, words in rights)
    return _section(
        "rights",
        "Rights and contact",
        element("p", f"{subject} may, within the law that applies to {you if you == 'you' else 'them'}:"),
        element("dl", *items, class_="rights"),
        element(
            "p",
            f"To use {your} rights, or to ask about this copy, write to ",
            element("strong", _contact(header.contact)),
            ". Give the reference ",
            element("code", header.run_id),
            ".",
        )
        if header.contact
        else None,
    )


def _reading(tables: Sequence[WrittenTable]) -> Markup:
    forms = {form for t in tables for form in t.files}
    items = [element("li", element("code", "index.html"), " is this page.")]
    if PackageFormat.CSV in forms:
        items.append(
            element(
                "li",
                element("code", "data/"),
                " holds each table as CSV, which spreadsheets open. "
                "A cell that a spreadsheet could take for a formula has an apostrophe in front.",
            )
        )
    if PackageFormat.JSON in forms:
        items.append(element("li", element("code", "json/"), " holds the same rows as JSON, for programs."))
    described = " describes every file and column (Data Package, version 2)."
    items.append(element("li", element("code", "datapackage.json"), described))
    return _section(
        "reading",
        "The files of this package",
        element("p", "Unpack the zip first; the links of this page then open the files beside it."),
        element("ul", *items),
    )
