"""The map: what a company's reviewed files say of its stores, as frozen data.

The reader turns YAML into these models and expands every short form first, so that the rest of habeas sees one form
alone. The models know nothing of a live database: whether a table or column exists is the checker's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from habeas.datamap.periods import Period

Position = tuple[str | int, ...]  # a path in the file: ("tables", "contacts", "columns", "email")


def _period(value: Any) -> Period:
    return value if isinstance(value, Period) else Period.parse(str(value))


PeriodField = Annotated[Period, BeforeValidator(_period)]
Strings = tuple[str, ...]


class Entry(BaseModel):
    """Shared by all entries: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True)


class Question(Entry):
    """What discovery couldn't decide: a person answers by replacing `ask` with one of the choices."""

    question: str
    choices: Strings = ()


class Guess(Entry):
    """An entry that discovery may have written: `proposed` names the rule, `ask` the open question."""

    proposed: str | None = None
    ask: Question | None = None


class EdgeKind(StrEnum):
    """Whose a row is, read from the row that bears the column (K9db, OSDI 2023)."""

    OWNED_BY = "owned_by"  # whoever owns the referred row owns this one
    OWNS = "owns"  # whoever owns this row owns the referred one
    ACCESSED_BY = "accessed_by"  # whoever has the referred row may see this one
    ACCESSES = "accesses"  # whoever has this row may see the referred one
    LOOKUP = "lookup"  # a reference, and no right


class MatchRule(StrEnum):
    """How a given value and a stored one are compared, equally in Python and in every dialect."""

    EXACT = "exact"
    CASEFOLD = "casefold"  # ASCII letters folded, ASCII white space trimmed
    E164 = "e164"  # separators removed, digits as the store holds them


class MaskKind(StrEnum):
    """What is written over a value."""

    NULL = "null"
    TOKEN = "token"  # noqa: S105 - random and unique, no secret
    CONSTANT = "constant"
    HASH = "hash"
    EMAIL = "email"
    PHONE = "phone"
    REDACT = "redact"
    KEEP = "keep"  # less of the value: its year, its network


class Mask(Entry):
    """A column's mask: a word (`null`, `token`, `email`, `phone`, `hash`, `redact`), `{constant: VALUE}`, or `{keep: PART}`.

    `value` is the constant, or the part that is kept (`year`, `network`).
    """

    kind: MaskKind
    value: str | int | float | bool | None = None


def _is_personal(category: str | None) -> bool:
    return category is not None and (category == "user" or category.startswith("user."))


class JsonPath(Entry):
    """A leaf inside a JSON column."""

    category: str | None = None
    identity: str | None = None
    provided: bool = False
    mask: Mask | None = None

    @property
    def is_personal(self) -> bool:
        """As of a column; a leaf that names a person is personal without a category, too."""
        return _is_personal(self.category) or self.identity is not None


class ColumnEntry(Guess):
    """What is known of a column: its category (fideslang) and what may be done with it."""

    category: str | None = None
    identity: str | None = None
    provided: bool = False
    source: str | None = None
    purpose: Strings = ()
    recipients: Strings = ()
    self_service: bool = False
    copies: Strings = ()  # other columns (TABLE.COLUMN) that hold the same value
    statement: str | None = None  # the column of the same table that takes what the person says about this one
    mask: Mask | None = None
    paths: Mapping[str, JsonPath] = Field(default_factory=dict)
    file: str | None = None  # the store whose file this column names

    @property
    def is_personal(self) -> bool:
        """Whether the category is one of a person's data (`user` and below)."""
        return _is_personal(self.category)

    @property
    def has_personal_leaves(self) -> bool:
        """Whether leaves of its JSON are personal: they are masked in place, unless the column is masked whole."""
        return any(leaf.is_personal for leaf in self.paths.values())

    @property
    def identity_types(self) -> tuple[str, ...]:
        """The identity types of the column and of its leaves."""
        return tuple(i for i in (self.identity, *(leaf.identity for leaf in self.paths.values())) if i is not None)

    @property
    def is_free_text(self) -> bool:
        """Whether people write what they like here, others' names too."""
        return any(
            category is not None and (category == "user.content" or category.startswith("user.content."))
            for category in (self.category, *(leaf.category for leaf in self.paths.values()))
        )


class OnAccess(Entry):
    """What an access copy leaves out of a row that was reached by this edge."""

    hide: Strings = ()


class EdgeErase(Entry):
    """What an erasure does to a row that stays although its referred row leaves.

    `delete`: it goes all the same; `mask`: these columns are masked, and the reference is unlinked; `unlink`: the
    reference alone.
    """

    action: Literal["delete", "mask", "unlink"] = "unlink"
    mask: Strings = ()


class EdgeTarget(Guess):
    """Where an edge leads and what it means. `to` is `TABLE`, `TABLE.COLUMN` or `TABLE(COLUMN, COLUMN)`.

    `to` None: the target is known from the declared key or from the name.
    """

    to: str | None = None
    as_: EdgeKind | None = Field(default=None, alias="as")
    on_access: OnAccess = OnAccess()
    on_erase: EdgeErase | None = None
    placeholder: str | int | tuple[str | int, ...] | None = None
    across: str | None = None  # `customers`: why is said in `why`
    why: str | None = None


class Edge(EdgeTarget):
    """An edge of a table: by `columns`, or polymorphic by `pair` (type column, id columns) with a target for each type."""

    columns: Strings = ()  # the reader fills in the edge's own name where `columns` is left out
    pair: Strings | None = None  # the type column, then the id columns
    targets: Mapping[str, EdgeTarget] = Field(default_factory=dict)  # of a pair: type value -> target


class CustomerPath(Guess):
    """How a row's Customer is known: a column, the row an edge leads to, or none (with the reason)."""

    column: str | None = None
    via: str | None = None
    none: str | None = None


class Keep(Entry):
    """Rows that stay at an erasure, for a ground, for a period after a date."""

    ground: str
    period: PeriodField | None = Field(default=None, alias="for")  # None: the ground's own period
    after: str
    with_: Strings = Field(default=(), alias="with")  # tables of children that stay along
    mask: Strings = ()  # columns of kept rows that are masked all the same


class OnErase(Entry):
    """What an erasure does with the table's rows."""

    action: Literal["delete", "mask", "keep"] = "delete"
    keep: Keep | None = None


class Retain(Entry):
    """How long rows live in ordinary times (carried out by a later release)."""

    period: PeriodField = Field(alias="for")
    after: str
    then: Literal["erase", "mask", "archive"] = "erase"


class TableEntry(Guess):
    """What a table is to habeas. `not_personal` says why it holds nothing of anybody."""

    key: Strings = ()  # names rows where the database declares no primary key
    customer: CustomerPath | None = None
    edges: Mapping[str, Edge] = Field(default_factory=dict)
    columns: Mapping[str, ColumnEntry] = Field(default_factory=dict)
    on_erase: OnErase = OnErase()
    retain: Retain | None = None
    triggers: Mapping[str, str] = Field(default_factory=dict)
    derived: str | None = None  # computed from other tables: refreshed, never changed by itself
    not_personal: str | None = None


class Customers(Guess):
    """The table whose rows are Customers (tenants)."""

    table: str
    ends_at: str | None = None


class Person(Guess):
    """A kind of person: the table whose rows are people, and who decides over their data."""

    table: str
    controller: Literal["us", "customer"] | Mapping[str, Literal["us", "customer"]] = "us"
    changed_at: str | None = None
    restrict: Mapping[str, Any] | None = None
    retain: Retain | None = None


class Location(Entry):
    """Where a store is."""

    country: str | None = None
    region: str | None = None
    provider: str | None = None


class StoreMap(Entry):
    """One store's file."""

    version: Literal[1] = 1
    store: str
    url: str  # as written, `${X}` unexpanded; never printed
    schemas: Strings = ()
    location: Location = Location()
    vendor: str | None = None
    customers: Customers | None = None
    people: Mapping[str, Person] = Field(default_factory=dict)
    tables: Mapping[str, TableEntry] = Field(default_factory=dict)

    def kind_of(self, table: str) -> str | None:
        """The kind of person whose rows stand in that table, or None."""
        return next((kind for kind, person in self.people.items() if person.table == table), None)


class Ground(Entry):
    """Why data may stay although somebody asked for its erasure."""

    period: PeriodField | None = Field(default=None, alias="for")
    citation: str | None = None
    description: str | None = None


class Elsewhere(Entry):
    """A place that no run reaches, and by when it forgets."""

    owner: str | None = None
    deletion: str | None = None  # the way of deletion
    longest: PeriodField | None = None  # longest life


class Limits(Entry):
    """Bounds of a run; the defaults suit a live database."""

    max_matches: int = 100
    lock_timeout_ms: int = 5_000
    statement_timeout_ms: int = 600_000
    verification_days: int = 7
    watch_days: int = 731  # 24 months at most: as long as requests and answers are kept (11 CCR 7101)


class PersonalByPolicy(Entry):
    """What discovery takes for personal where the law leaves room, and a company decides."""

    activity: bool = True  # when people were last seen, scores of them, what they opened
    business_addresses: bool = False  # addresses and phones of companies and branches
    staff_fields: bool = True  # who created, changed or approved a row
    ids: bool = False  # numbers of people, in their own table and elsewhere


class Policy(Entry):
    """`habeas.yaml`: what holds for all stores."""

    version: Literal[1] = 1
    organization: str = ""
    contact: str = ""
    purposes: Mapping[str, Any] = Field(default_factory=dict)
    grounds: Mapping[str, Ground] = Field(default_factory=dict)
    identity_types: Mapping[str, MatchRule] = Field(default_factory=dict)
    stores: Strings = ()
    places: Strings = ()  # allowed places
    elsewhere: Mapping[str, Elsewhere] = Field(default_factory=dict)
    limits: Limits = Limits()
    discovery: PersonalByPolicy = PersonalByPolicy()

    def rule(self, identity_type: str) -> MatchRule | None:
        """The matching rule of an identity type, or None where the type is unknown."""
        return {**BUILT_IN_TYPES, **self.identity_types}.get(identity_type)


BUILT_IN_TYPES: Mapping[str, MatchRule] = {"email": MatchRule.CASEFOLD, "phone": MatchRule.E164}


class CompanyMap(Entry):
    """All files of a map folder, read and valid by themselves."""

    folder: str
    policy: Policy
    stores: Mapping[str, StoreMap]
    digest: str  # SHA-256 over the files' bytes
