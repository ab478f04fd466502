"""The parts of the page that show tables: the overview, and a section for each table with its first rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from habeas.delivery.contents import PackageColumn, PackageFormat, PackageHeader, WrittenTable
from habeas.delivery.markup import Child, Markup, element, joined
from habeas.delivery.redacting import MARKS
from habeas.delivery.resource_names import category_words, friendly_title
from habeas.delivery.row_forms import PREVIEW_CHARACTERS

_MARK = re.compile("(" + "|".join(re.escape(mark) for mark in MARKS.values()) + ")")
_WITHOUT = joined(element("span", "empty", class_="unseen"), element("span", "—", aria_hidden="true", class_="nothing"))
_REASON = re.compile(r"(owned by|accessed through) ([\w.]+(?:, [\w.]+)*)")
_SHORT = 32  # characters that fit on one line
HIDDEN_WHY = "It would disclose something about somebody else."
MASK_WORDS = {
    "name": ("name of another person", "names of other people"),
    "email": ("e-mail address of another person", "e-mail addresses of other people"),
    "phone": ("phone number of another person", "phone numbers of other people"),
    "bank_account": ("bank account number", "bank account numbers"),
    "card": ("card number", "card numbers"),
    "national_id": ("identity number", "identity numbers"),
}


def count_of(number: int, one: str, many: str | None = None) -> str:
    """`1 row`, `20,000 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    parts = list(words)
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def grid(caption: Child, heads: Sequence[Markup], rows: Iterable[Markup], name: str) -> Markup:
    """A table in a box that scrolls sideways by itself and can be reached by the keyboard."""
    return element(
        "div",
        element(
            "table",
            element("caption", caption, id=name),
            element("thead", element("tr", *heads)),
            element("tbody", *rows),
        ),
        class_="scroll",
        role="region",
        aria_labelledby=name,
        tabindex=0,
    )


def titles_of(tables: Sequence[WrittenTable]) -> list[str]:
    """A heading for each table; the store is named where two tables would have the same."""
    plain = [friendly_title(t.table.table) for t in tables]
    return [
        title if plain.count(title) == 1 else f"{title} ({t.table.store})"
        for title, t in zip(plain, tables, strict=True)
    ]


def sentence(words: str) -> str:
    """With a capital letter in front."""
    return words[:1].upper() + words[1:]


def plain_reason(why: str, is_one: bool) -> str:
    """A plan's reason in words for a stranger to its tables: `owned by contacts; accessed through teams`."""
    own = "It is your own record." if is_one else "They are the people's own records."
    whom = "you" if is_one else "the people"
    sentences: list[str] = []
    for part in why.split("; "):
        if part == "the person":
            sentences.append(own)
            continue
        match = _REASON.fullmatch(part)
        if match is None:
            return sentence(why)
        through = listed(friendly_title(name).lower() for name in match[2].split(", "))
        beginning = "It belongs to" if match[1] == "owned by" else "It can be seen by"
        sentences.append(f"{beginning} {whom}, through {through}.")
    return " ".join(sentences)


def overview(header: PackageHeader, tables: Sequence[WrittenTable], titles: Sequence[str]) -> Markup:
    """One row for each table: what, how much, why, for how long, where."""
    heads = [
        element("th", words, scope="col", class_="number" if words == "Rows" else None)
        for words in ("Data", "Rows", "Why", "Kept for", "Where")
    ]
    rows = (
        element(
            "tr",
            element("th", element("a", title, href=f"#table-{number}"), scope="row", dir="auto"),
            element("td", f"{t.rows:,}", class_="number"),
            element("td", plain_reason(t.table.why, header.person_count == 1) or "—", dir="auto", class_="words"),
            element("td", sentence(t.table.kept) or "—", dir="auto", class_="words"),
            element("td", header.location_of(t.table.store) or t.table.store, dir="auto", class_="words"),
        )
        for number, (t, title) in enumerate(zip(tables, titles, strict=True), 1)
    )
    return grid("Every table in this package", heads, rows, "overview-caption")


def kinds_of_data(tables: Sequence[WrittenTable], titles: Sequence[str]) -> Markup | None:
    """The categories of personal data that are held, each with the tables it stands in; None without any."""
    places: dict[str, dict[int, str]] = {}
    for number, (written, title) in enumerate(zip(tables, titles, strict=True), 1):
        for column in written.table.columns:
            if written.rows and column.category and column.category.partition(".")[0] == "user":
                places.setdefault(category_words(column.category), {})[number] = title
    if not places:
        return None
    items: list[Markup] = []
    for words in sorted(places):
        links = [element("a", title, href=f"#table-{number}", dir="auto") for number, title in places[words].items()]
        items += (element("dt", words), element("dd", Markup(", ".join(links))))
    return element("dl", *items, class_="kinds")


def table_section(header: PackageHeader, written: WrittenTable, title: str, number: int) -> Iterator[Markup]:
    """The section of one table, piece by piece."""
    table = written.table
    location = header.location_of(table.store)
    facts: list[tuple[str, Child]] = [
        ("Rows", f"{written.rows:,}"),
        ("Why it is here", plain_reason(table.why, header.person_count == 1) or "No reason was recorded."),
        ("What it is used for", sentence(listed(table.purposes)) or None),
        ("Where it comes from", sentence(listed(table.sources)) or None),
        ("Kept for", sentence(table.kept) or "No fixed time is recorded."),
        ("Who receives it", listed(table.recipients) or f"Nobody outside {header.organization} is recorded."),
        ("Where it is", f"{location} (store {table.store})" if location else f"Store {table.store}"),
        ("Files", _files(written)),
    ]
    name = f"table-{number}"
    yield Markup(f'<section class="table" aria-labelledby="{name}">')
    yield element("h3", title, id=name, dir="auto")
    if table.description:
        yield element("p", table.description, dir="auto")
    yield element("dl", *(_fact(term, value) for term, value in facts if value is not None), class_="facts")
    yield from _notices(written)
    yield _preview(written, title, number)
    yield Markup("</section>\n")


def _fact(term: str, value: Child) -> Markup:
    return element("div", element("dt", term), element("dd", value, dir="auto"))


def _files(written: WrittenTable) -> Markup:
    paths = [written.files[form].path for form in PackageFormat if form in written.files]
    return Markup(" · ".join(element("a", path, href=path) for path in paths))


def _notices(written: WrittenTable) -> Iterator[Markup]:
    table = written.table
    why = sentence((table.hidden_why or HIDDEN_WHY).removesuffix(".")) + "."
    for words, columns in (
        ("in every row", [c for c in table.columns if c.hidden]),
        ("in some rows", [c for c in table.columns if c.partly_hidden and not c.hidden]),
    ):
        if columns:
            names = listed(friendly_title(c.name) for c in columns)
            yield element("p", element("strong", "Left out " + words + ": "), f"{names}. {why}", class_="notice")
    if written.masked:
        yield element("p", element("strong", "Masked here: "), masked_words(written.masked) + ".", class_="notice")
    if written.renamed_why:
        yield element("p", f"The files have a name of their own, because {written.renamed_why}.", class_="notice")
    if written.replaced_characters:
        count = count_of(written.replaced_characters, "character")
        yield element(
            "p",
            f"{count} that CSV files can't hold (such as NUL) stand as \ufffd there; the JSON file has them exactly.",
            class_="notice",
        )


def masked_words(masked: dict[str, int]) -> str:
    """`2 names of other people and 1 card number`."""
    return listed(count_of(number, *MASK_WORDS[kind]) for kind, number in sorted(masked.items()))


def _preview(written: WrittenTable, title: str, number: int) -> Markup:
    if not written.rows:
        return element("p", "No rows.", class_="nothing")
    shown = [place for place, column in enumerate(written.table.columns) if not column.hidden]
    if not shown:
        return element("p", "All its columns are left out.", class_="nothing")
    columns = [written.table.columns[place] for place in shown]
    if written.rows > len(written.preview):
        first = next(iter(written.files.values())).path
        caption: Child = joined(
            f"{title}: the first {len(written.preview)} of {written.rows:,} rows; all of them are in ",
            element("a", first, href=first),
        )
    else:
        caption = f"{title}: " + ("the only row" if written.rows == 1 else f"all {written.rows} rows")
    kinds = [_shape(written, place) for place in shown]
    rows = (
        element("tr", *(_cell(row[place], kind) for place, kind in zip(shown, kinds, strict=True)))
        for row in written.preview
    )
    heads = [_head(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    return grid(caption, heads, rows, f"table-{number}-rows")


def _shape(written: WrittenTable, place: int) -> str:
    """How a column is set: figures to the right, short values on one line, long ones in a column of bearable width."""
    if written.types[place] in ("integer", "number"):
        return "number"
    values = [row[place] or "" for row in written.preview]
    return "long" if any(len(v) > _SHORT or "\n" in v for v in values) else "short"


def _head(column: PackageColumn, kind: str) -> Markup:
    words = category_words(column.category) if column.category and column.category.startswith("user") else None
    return element(
        "th",
        element("bdi", friendly_title(column.name)),
        element("span", words, class_="category") if words else None,
        scope="col",
        class_="number" if kind == "number" else None,
    )


def _cell(value: str | None, kind: str) -> Markup:
    if value is None or value == "":
        return element("td", _WITHOUT)
    if kind == "number":
        return element("td", value[:PREVIEW_CHARACTERS], class_=kind)
    text = value if len(value) <= PREVIEW_CHARACTERS else value[:PREVIEW_CHARACTERS] + "…"
    pieces = _MARK.split(text)
    content = joined(*(element("mark", p) if place % 2 else p for place, p in enumerate(pieces)))
    if len(value) > PREVIEW_CHARACTERS:
        content = joined(content, element("span", " continues in the file", class_="category"))
    return element("td", content, dir="auto", class_=kind)
