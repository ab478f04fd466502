"""What a table's name says it holds: people, things of people, places, organisations, bookkeeping of software."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from habeas.datamap.model import PersonalByPolicy
from habeas.discovery.naming import raw_words, singular, words
from habeas.discovery.vocabulary import word_set

PERSON_WORDS = word_set("""
    user contact customer employee member lead subscriber patient person client staff student teacher agent
    admin administrator author guest visitor applicant candidate donor volunteer participant attendee passenger
    driver owner buyer seller prospect doctor nurse respondent operator player pupil parent guardian tenant_user
    beneficiary cardholder policyholder signatory recipient sender assignee reporter requester profile follower
    actor freelancer contractor worker instructor coach trainee learner reader borrower renter resident rider
    shopper consumer individual identity supporter voter citizen speaker shareholder manager representative
    commenter reviewer sponsor friend colleague spouse child dependent heir creator crew collaborator physician
    login customers_user moderator consultant partner_contact recruit freelancer courier host interviewer invitee
""")
# People who work with the data of other people: their rows are the company's or the Customer's own staff.
OPERATOR_WORDS = word_set("""
    user employee staff agent admin administrator operator member moderator worker manager login representative
    teacher instructor doctor nurse coach courier
""")
# Whoever they are, they come first when a row has an operator beside them.
SUBJECT_WORDS = word_set("""
    contact customer lead subscriber patient client person student guest visitor applicant candidate donor
    volunteer participant attendee passenger buyer prospect respondent pupil beneficiary recipient shopper
    consumer individual resident borrower renter
""")
# These describe a person of another table as often as they are one.
WEAK_PERSON_WORDS = word_set("""
    profile identity login member participant attendee recipient follower player author host reviewer commenter
    owner sender assignee speaker friend spouse child dependent collaborator identity representative manager
    creator voter parent guardian beneficiary
""")
TENANT_WORDS = word_set("""
    account tenant organization workspace company site shop merchant team group project instance
    subscription_account client_account firm agency practice school clinic business
""")
ORGANISATION_WORDS = word_set("""
    account tenant organization workspace company firm agency department branch office store shop warehouse
    supplier vendor manufacturer merchant business institution school clinic practice hospital team partner brand
""")
PLACE_WORDS = word_set("""
    country city state region province county continent currency language locale timezone postal territory
""")
# Where a row of such a table is about somebody although the table's rows aren't people.
RELATED_WORDS = word_set("""
    address order invoice payment ticket conversation message chat call booking reservation appointment survey
    response comment review note cart checkout delivery shipment session device login subscription registration
    application resume claim case complaint prescription visit attachment submission reply post inquiry enquiry
    phone email credential card meeting thread discussion household family attempt
""")


DEFAULTS = PersonalByPolicy()


@dataclass(frozen=True, slots=True)
class TableContext:
    """What the rules need to know of the table around a column.

    `people`: its rows are people; `related`: its rows are about people (by name, or because an edge leads there);
    `address`: a column beside it is a street, postal code or city; `place`: a list of places or languages;
    `organisation`: its rows are companies or parts of one.
    """

    people: bool = False
    related: bool = False
    address: bool = False
    place: bool = False
    organisation: bool = False
    reached: bool = False  # an edge is known to lead here from a person
    things: frozenset[str] = frozenset()  # the words of the table's name
    parts: bool = False  # a column beside is a city or postal code, and none is a street: an `address` is the street
    settings: PersonalByPolicy = DEFAULTS


def context_of(
    table: str, columns: Iterable[str] = (), related: bool | None = None, settings: PersonalByPolicy = DEFAULTS
) -> TableContext:
    """The context by the table's name and its columns' names; `related` says what the edges found, if known."""
    name = words(table.rpartition(".")[2])
    last = _head(name)
    beside = {word for column in columns if "." not in column for word in words(column)}
    people = last in PERSON_WORDS
    return TableContext(
        people=people,
        related=people or bool(related) or last in RELATED_WORDS,
        address=bool(beside & {"street", "postal"}) or {"address", "city"} <= beside or last == "address",
        reached=bool(related),
        place=len(name) <= 2 and last in PLACE_WORDS,
        organisation=not people and last in ORGANISATION_WORDS,
        things=frozenset(name),
        parts=bool(beside & {"city", "postal", "district"}) and "street" not in beside,
        settings=settings,
    )


def as_people(context: TableContext) -> TableContext:
    """The context of a table whose rows are known to be people."""
    return replace(context, people=True, related=True, organisation=False)


def is_organisation(table: str) -> bool:
    """Whether the table's rows are companies or parts of one (`companies`, `departments`, `stores`)."""
    return context_of(table).organisation


def is_about_login(table: str) -> bool:
    """Whether rows tell of signing in (`login_attempts`, `sessions`, `password_resets`): they mean accounts."""
    return bool(set(words(table.rpartition(".")[2])) & {"login", "session", "password", "signin", "auth", "otp", "mfa"})


def is_audit_trail(table: str) -> bool:
    """Whether rows are a record that is only ever added to (`audit_events`, `audits`, `audit_log`)."""
    name = words(table.rpartition(".")[2])
    return "audit" in name and name[-1] in {"audit", "event", "log", "trail", "entry", "record"}


def last_word(table: str) -> str:
    """The word that says what one row is: `crm_contacts` -> contact."""
    return _head(words(table.rpartition(".")[2]))


def last_raw_word(table: str) -> str:
    """The same in the table's own language, in the singular."""
    raw = raw_words(table.rpartition(".")[2])
    return singular(raw[-1]) if raw else ""


def _head(name: tuple[str, ...]) -> str:
    """The last word that isn't a number or a technical ending (`users_v2`, `contact_data`)."""
    for word in reversed(name):
        if not word.isdigit() and word not in {"v", "table", "tbl", "data", "info", "detail", "record", "list"}:
            return word
    return name[-1] if name else ""
