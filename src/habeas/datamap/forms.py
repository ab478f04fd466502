"""Every key that may be written in the map's files, with its meaning in one sentence.

One list for the reader (unknown keys and the nearest right one), for the JSON Schema (what an editor shows while one
types) and for the reference in the docs, which a test holds against it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

_OPEN: Mapping[str, str] = {
    "proposed": "The rule by which discovery guessed this entry; delete the key (or run habeas accept) once reviewed.",
    "ask": "An open question of discovery; answer it by writing the entry and deleting this key.",
}

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "store": {
        "version": "The format's version: 1.",
        "store": "The store's name, as it appears in plans, packages and certificates.",
        "url": "Where the store is; ${VARIABLE} is filled in from the environment.",
        "schemas": "Database schemas to look at; left out, all but the system's.",
        "location": "Where the data is kept.",
        "vendor": "Who runs the store for the company (a sub-processor).",
        "customers": "The table whose rows are Customers (tenants, controllers); leave out for a single-tenant store.",
        "people": "The kinds of person, each with the table whose rows are such people.",
        "tables": "What each table is to people.",
    },
    "location": {
        "country": "Country as a two-letter code.",
        "region": "The provider's region.",
        "provider": "Who hosts it.",
    },
    "customers": {
        "table": "The table whose rows are Customers.",
        "ends_at": "The column that says when the contract ended.",
        **_OPEN,
    },
    "person": {
        "table": "The table whose rows are people of this kind.",
        "controller": "Who decides over their data: us, customer, or one of them for each purpose.",
        "changed_at": "The column that says when the identity last changed.",
        "restrict": "How processing is restricted: columns to set.",
        "retain": "How long people of this kind are kept in ordinary times.",
        **_OPEN,
    },
    "table": {
        "key": "Columns that name a row, where the database declares no primary key.",
        "customer": "The path to the Customer: a column, {via: edge}, or {none: reason}.",
        "edges": "References to other tables, each with its ownership.",
        "columns": "What columns hold.",
        "on_erase": "What an erasure does with owned rows: delete (the default), mask, or {keep: …}.",
        "retain": "How long rows are kept in ordinary times.",
        "triggers": "Triggers that were looked at, each with the reason why it is harmless.",
        "derived": "What the table is computed from: it is refreshed, never changed by itself.",
        "not_personal": "Why the table holds nothing of anybody.",
        **_OPEN,
    },
    "customer": {
        "column": "The column that holds the Customer's key (short form: the column's name alone).",
        "via": "The edge whose row knows the Customer.",
        "none": "Why rows belong to no Customer.",
        **_OPEN,
    },
    "edge": {
        "to": "The target: TABLE, TABLE.COLUMN or TABLE(COLUMN, COLUMN); of a pair, one for each type value.",
        "columns": "The columns that bear the reference; left out, the column with the edge's name.",
        "pair": "A polymorphic reference: [type column, id column, …].",
        "as": "Ownership, read from the row with the column: owned_by, owns, accessed_by, accesses, lookup.",
        "on_access": "What an access copy leaves out of rows that this edge leads to.",
        "on_erase": "What happens to a row that stays when the row it refers to leaves: unlink, {mask: […]}, delete.",
        "placeholder": "What is written to a reference that can't be NULL, when the row it refers to leaves.",
        "across": "`customers`: the edge may lead into another Customer's rows.",
        "why": "The reason for `across`.",
        **_OPEN,
    },
    "target": {
        "table": "The target of this type value: TABLE, TABLE.COLUMN.",
        "to": "The same as table.",
        "as": "Ownership, read from the row with the columns.",
        "on_access": "What an access copy leaves out of rows that this edge leads to.",
        "on_erase": "What happens to a row that stays when the row it refers to leaves.",
        "placeholder": "What is written to the id columns when the row it refers to leaves.",
        "across": "`customers`: the edge may lead into another Customer's rows.",
        "why": "The reason for `across`.",
        **_OPEN,
    },
    "on_access": {"hide": "Columns left out."},
    "edge_on_erase": {"mask": "Columns that are masked in the row that stays; the reference is unlinked too."},
    "column": {
        "category": "The category of data (fideslang), as user.contact.email.",
        "identity": "The identity type of the column's values: people are found by it.",
        "provided": "Whether the person gave the value (portability).",
        "source": "Where the value comes from, if not from the person.",
        "purpose": "What the value is used for.",
        "recipients": "Who receives the value.",
        "self_service": "Whether people may correct the value themselves.",
        "statement": "The column of the same table that takes what a person says about this one's value.",
        "copies": "Other columns that hold the same value, as TABLE.COLUMN.",
        "mask": "What is written over the value: null, token, email, phone, hash, redact, {constant: VALUE} or {keep: PART}.",
        "paths": "Leaves of a JSON column, each with its category.",
        "file": "The store that holds the file which this column names.",
        **_OPEN,
    },
    "path": {
        "category": "The category of the leaf.",
        "identity": "The identity type of the leaf.",
        "provided": "Whether the person gave the value.",
        "mask": "What is written over the leaf.",
    },
    "mask": {
        "constant": "The value to write.",
        "keep": "What is left of the value: year (of a date), network (of an IP address, /24 or /48).",
    },
    "on_erase": {"keep": "Owned rows stay, for a ground and a time."},
    "keep": {
        "ground": "The ground, one of those in habeas.yaml.",
        "for": "The period, as 7 years; left out, the ground's own.",
        "after": "The column whose date starts the period.",
        "with": "Tables whose rows stay along with the kept row they refer to.",
        "mask": "Columns of kept rows that are masked all the same.",
    },
    "retain": {
        "for": "The period, as 24 months.",
        "after": "The column whose date starts the period.",
        "then": "What happens at its end: erase, mask or archive.",
    },
    "ask": {"question": "The question.", "choices": "The answers to choose from."},
    "policy": {
        "version": "The format's version: 1.",
        "organization": "The company's name.",
        "contact": "Where people write to about their data.",
        "purposes": "What data is used for, by name.",
        "grounds": "Why data may stay although somebody asked for its erasure, by name.",
        "identity_types": "Types of identity beside email and phone: exact, casefold or e164.",
        "stores": "The stores' files, relative to this one.",
        "places": "Countries or regions in which data may be kept.",
        "elsewhere": "Places that no run reaches: backups, logs, mailboxes.",
        "limits": "Bounds of a run.",
        "discovery": "What `init` and `check` take for personal where the law leaves room.",
    },
    "discovery": {
        "activity": "When people were last seen, scores of them, what they opened (true).",
        "business_addresses": "Addresses and phones of companies and branches (false).",
        "staff_fields": "Which of the staff created, changed or approved a row (true).",
        "ids": "Numbers of people, in their own table and where no edge says whose they are (false).",
    },
    "ground": {
        "for": "The period that the ground asks for.",
        "citation": "The law or contract.",
        "description": "What the ground means, for people.",
    },
    "elsewhere": {
        "owner": "Who answers for the place.",
        "deletion": "How data leaves it.",
        "longest": "The longest time that anything stays there.",
    },
    "limits": {
        "max_matches": "How many rows one identity may match before a run is refused.",
        "lock_timeout_ms": "How long a statement waits for a lock, in milliseconds.",
        "statement_timeout_ms": "How long a statement may run, in milliseconds.",
        "verification_days": "For how many days an erasure is verified again.",
        "watch_days": "For how many days from an erasure somebody who reappears is reported.",
    },
}

# Keys that people write in one place and mean in another: word -> the right word.
USUAL_SLIPS: Mapping[str, str] = {
    "type": "category",
    "table": "to",
    "target": "to",
    "references": "to",
    "ownership": "as",
    "name": "store",
    "tenant": "customers",
    "tenants": "customers",
    "persons": "people",
    "subjects": "people",
    "delete": "on_erase",
    "retention": "retain",
    "period": "for",
    "ignore": "not_personal",
}


@cache
def categories() -> tuple[str, ...]:
    """The categories of data that may be written (fideslang)."""
    return _lines("categories.txt")


@cache
def known_purposes() -> tuple[str, ...]:
    """The purposes that need no entry in habeas.yaml (fideslang)."""
    return _lines("purposes.txt")


def nearest_names(word: str, names: Iterable[str], count: int = 3) -> list[str]:
    """The names most like a word, best first; letters' case doesn't count. Empty where nothing is near."""
    by_folded: dict[str, str] = {}
    for name in names:
        by_folded.setdefault(name.lower(), name)
    found = difflib.get_close_matches(word.lower()[:200], list(by_folded), n=count, cutoff=0.6)
    return [by_folded[name] for name in found]


def nearest_categories(word: str) -> list[str]:
    """Categories like a word, or whose last part is like its last part (`email` -> user.contact.email)."""
    whole = nearest_names(word, categories())
    last = word.lower().rsplit(".", 1)[-1]
    by_end: dict[str, str] = {}
    for category in categories():
        by_end.setdefault(category.rsplit(".", 1)[-1], category)
    ends = [by_end[end] for end in nearest_names(last, by_end)]
    if last in by_end:
        ends = [by_end[last]] + [e for e in ends if e != by_end[last]]
    merged = ends + whole if "." not in word else whole + ends
    return list(dict.fromkeys(merged))[:3]


def _lines(name: str) -> tuple[str, ...]:
    text = (resources.files("habeas.datamap") / name).read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
