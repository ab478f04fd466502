"""Customers, their staff, and the people they serve."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random

from habeas.demo.characters import CHARACTERS, GHOST_USER_ID, LINDQVIST_HOUSEHOLD_ID, NORA_USER_ID, Character
from habeas.demo.dates import OLDEST, moment, some_day
from habeas.demo.loading import Writer
from habeas.demo.names import CULTURES, Culture, plain

DOMAINS = ("example.com", "example.org", "example.net")
_INDUSTRIES = ("education", "health", "logistics", "manufacturing", "retail", "software", "travel", "utilities")
_COMPANY_WORDS = (
    "Alder", "Birch", "Bright", "Cedar", "Clear", "Cobalt", "Copper", "Delta", "Ember", "Fern", "Harbor",
    "Heron", "Iron", "Juniper", "Linden", "Maple", "Meadow", "North", "Oak", "Orchid", "Quarry", "River",
    "Rowan", "Silver", "Stone", "Summit", "Tern", "Timber", "Vale", "Willow",
)  # fmt: skip
_COMPANY_KINDS = ("Academy", "Analytics", "Bakery", "Clinic", "Freight", "Labs", "Mills", "Studio", "Works")
_JOBS = ("accountant", "buyer", "director", "engineer", "head of support", "nurse", "office manager", "teacher")
_TAGS = ("beta", "champion", "churn risk", "do not call", "key account", "newsletter", "press", "VIP")
_FIELDS = (("Shoe size", "number"), ("Allergies", "text"), ("Favourite product", "choice"))
_SETTINGS = (("locale", "en"), ("sla_hours", "24"), ("theme", "light"), ("two_factor", "required"))
_FIRST_OF_STAFF = 39_500  # telephone numbers of users begin far from those of contacts
_TOPICS = ("product", "training", "events", "community")


@dataclass(slots=True)
class Colleague:
    """A user: staff of a Customer, or of the vendor."""

    id: int
    name: str
    email: str


@dataclass(slots=True)
class Person:
    """A contact, as far as other rows need to know. `rng` is the character's own, or the company's."""

    id: int
    account_id: int
    given: str
    full_name: str
    email: str
    phone: str
    language: str
    address: str
    age: int  # days since the contact came
    rng: Random
    character: Character | None = None

    def how_many(self, most: int) -> int:
        """How many rows of a kind: up to `most`; a busy character has all, a quiet one some, whatever the seed."""
        if self.character is None:
            return int(self.rng.random() * (most + 1))
        return most if self.character.busy else min(most, 1)


@dataclass(slots=True)
class Team:
    """A Customer with what its contacts' rows refer to."""

    id: int
    name: str
    age: int
    staff: list[Colleague] = field(default_factory=list)
    companies: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    fields: list[int] = field(default_factory=list)
    questions: list[int] = field(default_factory=list)
    campaigns: list[tuple[int, int]] = field(default_factory=list)  # number, days ago
    people: list[Person] = field(default_factory=list)  # without the characters
    characters: dict[int, Person] = field(default_factory=dict)


def ip(rng: Random) -> str:
    """An address of the ranges that are reserved for documentation (RFC 5737)."""
    return f"{('192.0.2', '198.51.100', '203.0.113')[int(rng.random() * 3)]}.{1 + int(rng.random() * 254)}"


def phone(number: int) -> str:
    """A number of the range that is reserved for fiction (555-01xx of every area), in one of three ways to write it.

    There are 79,000 of them; a larger company has the same number more than once.
    """
    area, last = 200 + number // 100 % 790, number % 100
    return (f"+1 {area} 555 01{last:02d}", f"+1-{area}-555-01{last:02d}", f"+1 ({area}) 555.01{last:02d}")[number % 3]


def vendor_staff(rng: Random, writer: Writer) -> list[Colleague]:
    """The vendor's own people (they have no Customer), and the ghost that stands in for those who left."""
    created = moment(rng, OLDEST)
    writer.put(
        "users", GHOST_USER_ID, None, "ghost@lantern.example", "Former colleague", None, None, "en", "ghost", "!",
        None, None, True, created,
    )  # fmt: skip
    staff = []
    for number in range(2, 7):
        staff.append(_colleague(rng, writer, number, None, "lantern.example", CULTURES[0], OLDEST - 100))
    return staff


def team(rng: Random, writer: Writer, number: int, vendor: list[Colleague]) -> Team:
    """A Customer with its staff, labels, settings and companies."""
    age = OLDEST - 50 if number <= 10 else 400 + some_day(rng, OLDEST - 450)
    name = f"{rng.choice(_COMPANY_WORDS)} {rng.choice(_COMPANY_KINDS)}"
    domain = f"{name.lower().replace(' ', '-')}-{number}.example"
    made = Team(number, name, age)
    closed = moment(rng, some_day(rng, 90)) if number > 10 and rng.random() < 0.03 else None
    billing = next((c.id for c in CHARACTERS if c.account_id == number), None)
    writer.put(
        "accounts", number, name, domain, rng.choice(_INDUSTRIES), rng.choice(CULTURES).country,
        rng.choice(vendor).id, billing, moment(rng, age), closed,
    )  # fmt: skip
    if number == 7:
        made.staff.append(_nora(writer))
    for _ in range(3):
        user = writer.new_id("users")
        made.staff.append(_colleague(rng, writer, user, number, domain, rng.choice(CULTURES), age))
    for label in _TAGS:
        made.tags.append(writer.add("tags", number, label, f"#{rng.getrandbits(24):06x}"))
    for label, kind in _FIELDS:
        made.fields.append(writer.add("custom_fields", number, label, kind))
    writer.put_all("settings", ((number, key, value) for key, value in _SETTINGS))
    for _ in range(4):
        company = f"{rng.choice(_COMPANY_WORDS)} {rng.choice(_COMPANY_KINDS)}"
        slug = company.lower().replace(" ", "-")
        made.companies.append(
            writer.add("companies", number, company, f"{slug}.example", rng.choice(_INDUSTRIES), rng.randint(3, 900))
        )
    return made


def _nora(writer: Writer) -> Colleague:
    own = Random("nora@example.com")  # her sessions and log-ins are the same for every seed
    return _colleague(own, writer, NORA_USER_ID, 7, "", CULTURES[2], 2_000, "Nora Schäfer", "nora@example.com")


def _colleague(
    rng: Random,
    writer: Writer,
    number: int,
    account: int | None,
    domain: str,
    culture: Culture,
    age: int,
    name: str = "",
    email: str = "",
) -> Colleague:
    given, family = rng.choice(culture.women + culture.men), rng.choice(culture.families)
    name = name or culture.full_name(given, family)
    email = email or f"{given.plain}.{family.plain}{number}@{domain}".lower()
    writer.put(
        "users", number, account, email, name, rng.choice(_JOBS), phone(_FIRST_OF_STAFF + number), culture.language,
        "csm" if account is None else "agent", f"scrypt${rng.getrandbits(128):032x}", moment(rng, some_day(rng, 30)),
        ip(rng), False, moment(rng, age),
    )  # fmt: skip
    for _ in range(4):
        since = some_day(rng, 60)
        writer.add(
            "sessions", number, f"{rng.getrandbits(160):040x}", ip(rng), browser(rng), moment(rng, since),
            moment(rng, since - 30),
        )  # fmt: skip
        # As people type it: log-ins are joined by the rule of e-mail, not letter by letter.
        typed = email.upper() if rng.random() < 0.1 else email
        writer.add("login_attempts", typed, rng.random() < 0.9, ip(rng), moment(rng, since))
    token = f"{rng.getrandbits(160):040x}"
    writer.add("api_tokens", number, "reporting", token, moment(rng, some_day(rng, 9)), ip(rng))
    return Colleague(number, name, email)


def person(rng: Random, writer: Writer, made: Team, culture: Culture) -> Person:
    """An ordinary contact of a Customer."""
    number = writer.new_id("contacts")
    woman = rng.random() < 0.5
    given = rng.choice(culture.women if woman else culture.men)
    family = rng.choice(culture.families)
    local = f"{given.plain}.{family.plain}.{number}"
    if rng.random() < 0.95:
        local = local.lower()
    email = f"{local}@{DOMAINS[int(rng.random() * 3)]}"
    age = 30 + some_day(rng, made.age - 30)
    full_name = culture.full_name(given, family)
    found = _contact(
        rng, writer, made, culture, number, given.written, family.written, full_name, email, age,
        "female" if woman else "male", None,
    )  # fmt: skip
    made.people.append(found)
    return found


def character(writer: Writer, made: Team, told: Character) -> Person:
    """A contact with a story, drawn from the character's own address and number."""
    own = Random(f"{told.email} {told.id}")
    culture = next(c for c in CULTURES if c.language == told.culture)
    found = _contact(
        own, writer, made, culture, told.id, told.given, told.family, told.full_name, told.email, told.oldest,
        None, told,
    )  # fmt: skip
    made.characters[told.id] = found
    return found


def _contact(
    rng: Random,
    writer: Writer,
    made: Team,
    culture: Culture,
    number: int,
    given: str,
    family: str,
    full_name: str,
    email: str,
    age: int,
    gender: str | None,
    told: Character | None,
) -> Person:
    street, town, postal_code = culture.address(rng)
    household = None
    if told is not None and told.email == "family@example.net":
        household = LINDQVIST_HOUSEHOLD_ID
    custom = {"topics": rng.sample(_TOPICS, 2), "nickname": given, "visits": int(rng.random() * 90)}
    seen = some_day(rng, min(age, 300))
    changed = moment(rng, some_day(rng, age)) if rng.random() < 0.1 else None
    deleted = moment(rng, 20) if told is not None and told.id == 9 else None
    if told is None and rng.random() < 0.02:
        deleted = moment(rng, seen)
    call = phone(number)
    writer.put(
        "contacts", number, made.id, rng.choice(made.companies), household, f"X{number:07d}", given, family, full_name,
        email, changed, call, rng.choice(_JOBS), _birthday(rng), gender,
        culture.language, culture.time_zone, street, town, postal_code, culture.country,
        f"https://people.example/{plain(family).lower() or 'p'}-{number}", rng.random() < 0.6,
        f"{rng.getrandbits(96):024x}", moment(rng, seen), ip(rng), json.dumps(custom, ensure_ascii=False),
        moment(rng, age), moment(rng, seen), deleted,
    )  # fmt: skip
    address = f"{street}, {postal_code} {town}, {culture.country}"
    return Person(number, made.id, given, full_name, email, call, culture.language, address, age, rng, told)


def _birthday(rng: Random) -> str:
    return f"{1945 + int(rng.random() * 60)}-{1 + int(rng.random() * 12):02d}-{1 + int(rng.random() * 28):02d}"


_BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36",
    "Lantern/4.2 (iPhone; iOS 17.5)",
)


def browser(rng: Random) -> str:
    """A user agent."""
    return _BROWSERS[int(rng.random() * len(_BROWSERS))]
