"""Builds HTML in which every text is escaped unless it was made here: escaping can't be forgotten."""

from __future__ import annotations

import html
import re

# What XML and HTML can't hold, or what changes the direction of the text around it: each becomes U+FFFD.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_VOID = frozenset({"meta", "br", "hr"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | int | None


def escaped(text: str) -> Markup:
    """Any text as HTML text or attribute value."""
    return Markup(html.escape(_UNPRINTABLE.sub("\ufffd", text)))


def element(tag: str, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """`element("td", "a < b", class_="x")`: children and values that aren't Markup are escaped; None is left out.

    A trailing underscore of an attribute's name is dropped, others become hyphens; True gives the name alone.
    """
    opening = [tag]
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = name.rstrip("_").replace("_", "-")
        opening.append(attribute if value is True else f'{attribute}="{escaped(str(value))}"')
    start = f"<{' '.join(opening)}>"
    if tag in _VOID:
        return Markup(start)
    return Markup(f"{start}{joined(*children)}</{tag}>")


def joined(*children: Child) -> Markup:
    """Children one behind the other, escaped where they aren't Markup."""
    return Markup("".join(c if isinstance(c, Markup) else escaped(str(c)) for c in children if c is not None))
