"""Which tables' rows are people: by the table's name with some evidence, or by evidence alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from habeas.catalog.tables import Catalog, Table, TypeFamily
from habeas.datamap.targets import stem_of
from habeas.discovery.naming import kind_name, words
from habeas.discovery.personal_columns import Guess
from habeas.discovery.phrases import THING_WORDS
from habeas.discovery.table_words import (
    OPERATOR_WORDS,
    PERSON_WORDS,
    RELATED_WORDS,
    SUBJECT_WORDS,
    TENANT_WORDS,
    WEAK_PERSON_WORDS,
    last_word,
)

Personal = Mapping[str, Mapping[str, Guess]]  # table -> column -> guess

_IDENTITY_WORDS = frozenset(
    {"email", "address", "phone", "mobile", "number", "primary", "main", "work", "personal", "private", "home", "login"}
    | {"secondary", "alternate", "other", "business", "office", "e", "normalized", "canonical", "1", "2", "3", "full"}
)


@dataclass(frozen=True, slots=True)
class PersonTable:
    """A table whose rows are people. `kind` is the map's name of the kind; `rule` says what told it.

    `operator`: the people work with the data of other people in this store (agents beside contacts).
    `identities` maps columns to identity types; `key` is the single column of the primary key, if there is one.
    """

    kind: str
    table: str
    rule: str
    operator: bool = False
    identities: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    changed_at: str | None = None


def find_people(catalog: Catalog, personal: Personal) -> tuple[PersonTable, ...]:
    """The tables of people, subjects before operators, each with its identities.

    A person's word in the name (`contacts`, `Kunden`) needs one column of a person's own (name, e-mail, phone,
    login); a table without such a word needs an e-mail and a name. Rows that describe a person of another table
    (`profiles`) are that person's, and tables of tenants are people only with a password or a first name.
    """
    named: dict[str, str] = {}
    for table in catalog.tables.values():
        if table.is_base:
            rule = _rule(table, personal.get(table.ref, {}))
            if rule is not None:
                named[table.ref] = rule
    for ref in [ref for ref in named if last_word(ref) in WEAK_PERSON_WORDS]:
        categories = {guess.category for guess in personal.get(ref, {}).values()}
        if not categories & {"user.name.first", "user.name.last", "user.authorization.password"} and len(named) > 1:
            del named[ref]  # `campaign_recipients` with an e-mail are contacts, by the e-mail
    strong = {ref for ref in named if last_word(ref) not in WEAK_PERSON_WORDS}
    kept = {
        ref: rule
        for ref, rule in named.items()
        if (ref in strong and rule == "person-name") or not _describes(catalog.tables[ref], catalog, strong - {ref})
    }
    found = [_person(catalog.tables[ref], rule, personal.get(ref, {})) for ref, rule in kept.items()]
    subjects = [p for p in found if last_word(p.table) in SUBJECT_WORDS]
    if subjects:
        found = [replace(p, operator=last_word(p.table) in OPERATOR_WORDS) for p in found]
    return tuple(_with_own_kinds(sorted(found, key=lambda p: (p.operator, p not in subjects, p.table))))


def actors_table(people: tuple[PersonTable, ...]) -> str | None:
    """The table that `created_by` and `assignee` mean: users, else another table of operators, else the only one."""
    users = [p for p in people if last_word(p.table) == "user"]
    operators = [p for p in people if p.operator or last_word(p.table) in OPERATOR_WORDS]
    for candidates in (users, operators, list(people)):
        if len(candidates) == 1:
            return candidates[0].table
        if candidates:
            return min(candidates, key=lambda p: (len(words(p.table)), p.table)).table
    return None


def _rule(table: Table, guesses: Mapping[str, Guess]) -> str | None:
    last = last_word(table.ref)
    categories = {guess.category for guess in guesses.values()}
    email = any(_is_own(c.name, "email") or _held(guesses.get(c.name), "email") for c in table.columns)
    bare_name = any(words(c.name) in (("name",), ("full", "name")) for c in table.columns)
    parted = bool(categories & {"user.name.first", "user.name.last"})
    secret = "user.authorization.password" in categories
    if last in TENANT_WORDS or last in {"account", "organization"}:
        return "email-and-name" if email and (parted or secret) else None
    if last in PERSON_WORDS:
        own = parted or email or bare_name or secret
        return "person-name" if own or categories & {"user.account.username", "user.contact.phone_number"} else None
    if last in RELATED_WORDS | THING_WORDS:
        return None
    return "email-and-name" if email and (parted or bare_name) else None


def _is_own(column: str, kind: str) -> bool:
    """Whether the column is the row's own e-mail or phone (`email`, `work_email`), not another's."""
    name = words(column)
    return kind in name and set(name) <= _IDENTITY_WORDS | PERSON_WORDS - {"assistant", "manager", "guardian", "parent"}


def _held(guess: Guess | None, kind: str) -> bool:
    """Whether the column's values say what its name doesn't (`konto` that holds e-mails)."""
    return guess is not None and guess.rule == f"values-{kind}"


def _describes(table: Table, catalog: Catalog, others: set[str]) -> bool:
    """Whether a row belongs to a person of another table: a key to it, or a column named after it."""
    targets = {key.target for key in table.foreign_keys} & others
    stems = {words(stem) for c in table.columns if c.name not in table.primary_key and (stem := stem_of(c.name))}
    return bool(targets) or any((last_word(ref),) in stems for ref in others)


def _person(table: Table, rule: str, guesses: Mapping[str, Guess]) -> PersonTable:
    kind = kind_name(table.name)
    identities: dict[str, str] = {}
    for column in table.columns:
        guess = guesses.get(column.name)
        if guess is None or column.family not in (TypeFamily.TEXT, TypeFamily.OTHER):
            continue
        if guess.category == "user.contact.email" and (_is_own(column.name, "email") or _held(guess, "email")):
            identities[column.name] = "email"
        own_phone = _is_own(column.name, "phone") or _is_own(column.name, "mobile") or _held(guess, "phone")
        if guess.category == "user.contact.phone_number" and own_phone:
            identities[column.name] = "phone"
    key = table.primary_key[0] if len(table.primary_key) == 1 else None
    changed = next((c.name for c in table.columns if words(c.name) == ("email", "changed", "at")), None)
    return PersonTable(kind, table.ref, rule, False, identities, key, changed)


def _with_own_kinds(people: list[PersonTable]) -> list[PersonTable]:
    """Two schemas may both have `users`: the second is named with its schema."""
    seen: set[str] = set()
    out: list[PersonTable] = []
    for person in people:
        kind = person.kind
        if kind in seen:
            kind = f"{person.table.rpartition('.')[0] or 'main'}_{kind}".replace(".", "_")
        while kind in seen:
            kind += "_2"
        seen.add(kind)
        out.append(replace(person, kind=kind))
    return out
