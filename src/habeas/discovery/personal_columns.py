"""Which columns hold data of people, and of what category, by the names of table and column and by the type.

Rules alone, since they were measured to beat trained models on schemas that the models had not seen: a rule that fires
has the right category nearly always; whether a column is personal *at all* is the hard part, and partly a policy. Bare
ids, addresses of companies and audit columns are not personal by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from habeas.catalog.tables import Catalog, Column, TypeFamily
from habeas.datamap.model import PersonalByPolicy
from habeas.discovery.naming import words
from habeas.discovery.phrases import (
    CONTEXT_PHRASES,
    FREE_TEXT,
    HEADLINES,
    JSON_WORDS,
    MACHINE_WORDS,
    PARTY_WORDS,
    PHRASES,
    QUALIFIERS_AFTER,
    SECRET_WORDS,
    SWITCH_WORDS,
    THING_WORDS,
    TIME_ENDINGS,
    VENDORS,
)
from habeas.discovery.table_words import DEFAULTS, ORGANISATION_WORDS, PERSON_WORDS, TableContext, context_of

T = TypeVar("T")
_TEXTS = (TypeFamily.TEXT, TypeFamily.OTHER, TypeFamily.ARRAY, TypeFamily.BYTES)
_NUMBERS = (TypeFamily.INTEGER, TypeFamily.NUMBER)
_TIMES = (TypeFamily.DATE, TypeFamily.DATETIME, TypeFamily.TIME)


@dataclass(frozen=True, slots=True)
class Guess:
    """A column's category and the rule that says so; `sure` where name and table leave no other reading."""

    category: str
    rule: str
    sure: bool = True


def category_of(table: str, column: Column, context: TableContext | None = None) -> Guess | None:
    """The fideslang category of a column, or None where nothing says that it holds data of people.

    `table` is the table's reference or name; `context` says what is known of the table beyond its name (edges,
    the columns beside). A dotted name (`customer.email`, a leaf of JSON) is read with its path as context.
    """
    around = context if context is not None else context_of(table)
    path, _, leaf = column.name.rpartition(".")
    if path:
        around = _inside(path, around)
    name = words(leaf)
    if not name:
        return None
    for rule in _RULES:
        guess = rule(name, column, around)
        if guess is not None:
            return guess if guess.category else None
    return None


# `emails.value`, `postal_address.line1`: the leaf's own name says nothing, its path does.
_LEAVES = {
    ("value", "email"): "user.contact.email",
    ("value", "phone"): "user.contact.phone_number",
    ("digit", "phone"): "user.contact.phone_number",
    ("line", "address"): "user.contact.address.street",
}
_NUMBERINGS = frozenset({"id", "uid", "guid", "uuid", "identifier"})
_SEEN = frozenset({"login", "seen", "used", "active", "activity", "visit", "visited", "signed", "access", "accessed"})
_NOT_PERSONAL = Guess("", "", True)
_Rule = Callable[[tuple[str, ...], Column, TableContext], Guess | None]


def _inside(path: str, around: TableContext) -> TableContext:
    """The context of a leaf: the path's last telling step (`default_address`, `sender`) over the table's."""
    for step in reversed(path.split(".")):
        name = words(step)
        inner = context_of(step, settings=around.settings)
        if inner.people or set(name) & {"author", "customer", "contact"}:
            return replace(inner, people=True, related=True)
        if ("address" in name and not {"email", "ip"} & set(name)) or "location" in name:
            return replace(inner, address=True, related=True, people="address" in name and around.related)
        if name[-1:] and name[-1] in THING_WORDS | ORGANISATION_WORDS:
            return replace(inner, people=False)
        if set(name) & {"phone", "email", "payment"}:
            return replace(inner, things=frozenset(name), related=True)
    return around


def _switch(name: tuple[str, ...], column: Column, around: TableContext) -> Guess | None:
    """Flags, counters and settings speak of a person's data without holding it."""
    if "consent" in name and around.related and column.family is not TypeFamily.OTHER:
        return Guess("user.privacy_preferences", "name", sure=False)
    if column.family is TypeFamily.BOOLEAN or name[0] in SWITCH_WORDS or name[-1] in {"count", "flag", "enabled"}:
        return _NOT_PERSONAL
    return None


def _secret(name: tuple[str, ...], column: Column, around: TableContext) -> Guess | None:
    """Passwords are a person's; tokens are, in tables of people and their sessions, else the system's."""
    if column.family in _TIMES or column.family in _NUMBERS or name[-1] in TIME_ENDINGS:
        return None
    if "password" in name and name[-1] not in {"url", "policy", "hint", "strength", "format", "token"}:
        return _NOT_PERSONAL if set(name) & MACHINE_WORDS else Guess("user.authorization.password", "secret")
    if {"device", "push", "fcm", "apns"} & set(name):
        return None  # these name a device, and open nothing
    joined = " ".join(name)
    if any(phrase in joined for phrase in SECRET_WORDS) and name[-1] not in {"type", "id", "url", "name", "status"}:
        if (
            around.people
            or around.reached
            or around.things & {"user", "session", "login", "member", "identity", "credential"}
        ):
            return Guess("user.authorization.credentials", "secret", sure=around.people)
        return _NOT_PERSONAL
    return None


def _phrase(name: tuple[str, ...], column: Column, around: TableContext) -> Guess | None:
    """What a name says wherever it stands (`email`, `first_name`, `date_of_birth`, `iban`)."""
    found = _longest(name, PHRASES)
    if found is None:
        category = next((c for (leaf, over), c in _LEAVES.items() if leaf == name[0] and over in around.things), "")
        found = (category, frozenset()) if category else None
    if found is None:
        return None
    category, after = found
    if category == "user.demographic.date_of_birth":
        return Guess(category, "name") if column.family is not TypeFamily.BOOLEAN else None
    if column.family in _TIMES or not after <= QUALIFIERS_AFTER:
        return None
    if column.family is TypeFamily.ENUM and not category.startswith("user.demographic"):
        return None
    if category.startswith("user.contact.address") and around.place:
        return _NOT_PERSONAL
    if category == "user.contact.address" and around.parts and column.family is TypeFamily.TEXT:
        category = "user.contact.address.street"  # beside a city or postal code, `address` is what is left of it
    business = (
        around.organisation
        and not around.settings.business_addresses
        and category.startswith(("user.contact.address", "user.contact.phone", "user.contact.fax"))
    )
    if category == "user.location.precise" and not (around.people or around.reached):
        business = business or around.organisation or bool(around.things & THING_WORDS)  # where a shop is
    if business or (
        category == "user.contact.address"
        and not around.settings.business_addresses
        and not (around.related or around.address)
    ):
        return _NOT_PERSONAL
    if category.startswith("user.contact.address") and not around.related and around.things & THING_WORDS:
        return _NOT_PERSONAL
    return Guess(category, "name", sure=around.people or not around.things & THING_WORDS)


def _in_context(name: tuple[str, ...], column: Column, around: TableContext) -> Guess | None:
    """What a name says only beside people (`title`, `age`, `avatar`, `locale`, `state` beside a street)."""
    found = _longest(name, CONTEXT_PHRASES)
    if found is None or column.family in _TIMES or around.place or {"login", "last"} <= set(name):
        return None
    (category, needs), after = found
    if not after <= QUALIFIERS_AFTER | {"url", "uri", "path", "key", "file", "handle", "name", "id"}:
        return None
    if "id" in after and not category.startswith(("user.social", "user.device")):
        return None
    prefixed = len(name) > 1 and any(word in PERSON_WORDS | PARTY_WORDS for word in name[:-1])
    if needs in ("address", "street"):
        prefixed = prefixed or "address" in name or "location" in name
        held = prefixed or (around.address and not around.organisation) or (needs == "address" and around.people)
    elif needs == "people":
        held = around.people or prefixed
    else:
        held = around.related or prefixed
    if not held or (column.family in _NUMBERS and category.startswith(("user.contact", "user.content", "user.job"))):
        return None
    return Guess(category, f"name-in-{needs}", sure=around.people or needs in ("address", "street"))


def _bare_name(name: tuple[str, ...], column: Column, around: TableContext) -> Guess | None:
    """`name` in a table of people, and `customer_name`, `billing_name`, `author` anywhere."""
    if column.family not in _TEXTS:
        return None
    plain = tuple(w for w in name if not w.isdigit() and w not in {"normalized", "search", "lower"})
    if plain == ("name",):
        if around.people or around.things & {"household", "family"}:
            return Guess("user.name", "name-in-people")
        if around.address and not around.organisation and around.related:
            return Guess("user.name", "name-in-address", sure=False)
        return None
    if len(plain) > 1 and plain[-1] == "name" and plain[-2] in PERSON_WORDS | PARTY_WORDS:
        return Guess("user.name", "party-name")
    if plain and plain[-1] in {"author", "sender", "recipient", "salesperson", "attn", "attention", "cardholder"}:
        return Guess("user.name", "party", sure=False)
    if len(plain) > 1 and plain[-1] == "contact" and not around.place:  # `ship_to_contact`
        return Guess("user.name", "party", sure=False)
    if (
        len(plain) > 1 and plain[-1] == "by" and around.related and around.settings.staff_fields
    ):  # `approved_by` in text names somebody
        return Guess("user.name", "actor-text", sure=False)
    return None


def _activity(name: tuple[str, ...], column: Column, around: TableContext) -> Guess | None:
    """What is known of what somebody did, where rows are people or lead to one; `activity: false` leaves it out."""
    if not around.settings.activity or not (around.people or around.reached):
        return None
    said, things = set(name), around.things
    if column.family in _TIMES:
        if "last" in said and said & _SEEN:
            return Guess("user.behavior", "activity", sure=False)
        if said & {"unsubscribed", "unsubscribe", "subscribed", "consent", "consented"} or {"opted", "out"} <= said:
            return Guess("user.privacy_preferences", "activity", sure=False)
    if (
        things & {"card", "payment"}
        and said & {"expire", "expires", "expiry", "expiration"}
        and not things & {"order", "link"}
    ):
        return Guess("user.financial.credit_card", "activity", sure=False)
    if around.people:
        return None
    if name[-1] in {"score", "rating"} and column.family in _NUMBERS:
        return Guess("user.behavior", "activity", sure=False)
    if name == ("url",) and things & {"event", "visit", "click", "view", "hit"}:
        return Guess("user.behavior.browsing_history", "activity", sure=False)
    return None


def _number_of_person(name: tuple[str, ...], column: Column, around: TableContext) -> Guess | None:
    """`id` in a table of people and `customer_id` anywhere, where the company's settings call them personal."""
    if not around.settings.ids or column.family in _TIMES or name[-1] not in _NUMBERINGS:
        return None
    told = set(name[:-1]) <= PERSON_WORDS | {"external", "internal", "unique", "global", "public", "legacy"}
    whose = around.people if len(name) == 1 else bool(set(name[:-1]) & PERSON_WORDS) or around.people
    return Guess("user.unique_id", "id", sure=False) if told and whose else None


def _free_text(name: tuple[str, ...], column: Column, around: TableContext) -> Guess | None:
    """Where people write what they like, in tables that are about people."""
    about_things = bool(around.things & THING_WORDS) and not around.reached
    written = (TypeFamily.TEXT, TypeFamily.JSON, TypeFamily.OTHER, TypeFamily.BYTES)
    if not around.related or about_things or column.family not in written:
        return None
    if column.family is TypeFamily.JSON:
        telling = set(name) & JSON_WORDS or (name == ("value",) and around.reached)
        return Guess("user.content", "json-beside-people", sure=False) if telling else None
    if around.reached and not around.people:
        answered = name == ("value",) and around.things & {"field", "attribute", "answer", "property", "value"}
        if answered or name[-1] in HEADLINES or name == ("file", "name"):
            return Guess("user.content", "free-text", sure=False)
    if name[-1] in FREE_TEXT and (column.length is None or column.length >= 200):
        return Guess("user.content", "free-text", sure=False)
    return None


def _foreign_key_to_a_service(name: tuple[str, ...], column: Column, around: TableContext) -> Guess | None:
    """A person's number in another company's service (`stripe_customer_id`)."""
    if not around.people or column.family is not TypeFamily.TEXT:
        return None
    if name in {("identifier",), ("uid",), ("guid",)} or (
        name[-1] in {"id", "uid", "identifier"} and set(name) & VENDORS
    ):
        return Guess("user.unique_id", "service-id", sure=False)
    return None


_RULES: tuple[_Rule, ...] = (
    _switch,
    _secret,
    _phrase,
    _in_context,
    _bare_name,
    _free_text,
    _foreign_key_to_a_service,
    _activity,
    _number_of_person,
)


def _longest(name: tuple[str, ...], phrases: Mapping[tuple[str, ...], T]) -> tuple[T, frozenset[str]] | None:
    """The phrase that ends furthest to the right (the longest of those), and the words that follow it."""
    size = len(name)
    for end in range(size, 0, -1):
        for width in (3, 2, 1):
            if width <= end:
                found = phrases.get(tuple(sorted(name[end - width : end])))
                if found is not None:
                    return found, frozenset(name[end:])
    return None


def looks_personal_in(catalog: Catalog, settings: PersonalByPolicy = DEFAULTS) -> Callable[[str, Column], str | None]:
    """A function of (table, column) that gives the category a column looks like, where the names leave no doubt.

    For the checker's warning of drift, so that it follows the same settings as `init`. The key of a row is no news.
    """

    def look(table: str, column: Column) -> str | None:
        held = catalog.get(table)
        if held is not None and column.name in held.primary_key:
            return None
        beside = held.column_names if held is not None else (column.name,)
        guess = category_of(table, column, context_of(table, beside, settings=settings))
        return guess.category if guess is not None and guess.sure else None

    return look
