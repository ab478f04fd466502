"""Names of resources and files in a package, and titles that people read."""

from __future__ import annotations

import re

_NOT_ALLOWED = re.compile(r"[^a-z0-9._-]+")
_WORD_BREAKS = re.compile(r"[._\-\s]+|(?<=[a-z0-9])(?=[A-Z])")


class ResourceNames:
    """Gives each table a name of its own: `STORE.TABLE` in lower case, of the letters that a Data Package allows.

    Two tables that differ by capitals only, or in letters that are not allowed, get a number behind the name.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, store: str, table: str) -> tuple[str, str]:
        """The name, and why it isn't simply `STORE.TABLE` in lower case (empty: it is)."""
        wanted = f"{store}.{table}".lower()
        allowed = _NOT_ALLOWED.sub("-", wanted).strip(".") or "table"
        why = "" if allowed == wanted else "its name has characters that a file name may not have"
        chosen, number = allowed, 1
        while chosen in self._taken:
            number += 1
            chosen = f"{allowed}-{number}"
            why = "another table has the same name when written in lower case"
        self._taken.add(chosen)
        return chosen, why


def friendly_title(name: str) -> str:
    """`billing.invoice_lines` -> `Billing invoice lines`: words for a heading, with the name's own letters."""
    words = [w if w.isupper() and len(w) > 1 else w.lower() for w in _WORD_BREAKS.split(name) if w]
    title = " ".join(words) or name
    return title[:1].upper() + title[1:]


_CATEGORY_WORDS = {
    "user.contact.email": "E-mail addresses",
    "user.contact.phone_number": "Phone numbers",
    "user.contact.address": "Postal addresses",
    "user.contact.organization": "Organisation",
    "user.content": "What was written: messages, notes and other text",
    "user.name": "Names",
    "user.unique_id": "Identifiers",
    "user.account": "Account",
    "user.authorization": "Sign-in data",
    "user.device.ip_address": "Internet (IP) addresses",
    "user.demographic.date_of_birth": "Date of birth",
    "user.government_id": "Official identity numbers",
    "user.job_title": "Job title",
    "user.health_and_medical": "Health",
}


def category_words(category: str) -> str:
    """A data category (fideslang) in words: `user.behavior.purchase_history` -> `Behaviour: purchase history`."""
    known = category
    while known:
        if known in _CATEGORY_WORDS:
            rest = category[len(known) + 1 :].replace(".", ", ").replace("_", " ")
            return f"{_CATEGORY_WORDS[known]} ({rest})" if rest else _CATEGORY_WORDS[known]
        known = known.rpartition(".")[0]
    first, *rest_of = category.removeprefix("user.").replace("_", " ").replace("behavior", "behaviour").split(".")
    return f"{first.capitalize()}: {', '.join(rest_of)}" if rest_of else first.capitalize()
