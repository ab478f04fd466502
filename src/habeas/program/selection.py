"""Who or what a run is about: frozen data, the same for every door (a command, a request, a sweep)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

FEW = 20  # people


class Intent(StrEnum):
    """What a plan is for. The words are those of the commands."""

    ACCESS = "access"
    PORT = "port"
    ERASE = "erase"
    RECTIFY = "rectify"
    RESTRICT = "restrict"
    LIFT = "lift"

    @property
    def changes(self) -> bool:
        """Whether carrying it out writes to a store."""
        return self not in (Intent.ACCESS, Intent.PORT)

    @property
    def corrects(self) -> bool:
        """Whether it writes new values into rows that stay."""
        return self in (Intent.RECTIFY, Intent.RESTRICT, Intent.LIFT)


@dataclass(frozen=True, slots=True)
class Identity:
    """A typed value that names a person in a store. Never log it: `repr` hides the value."""

    type: str
    value: str

    def __repr__(self) -> str:
        return f"Identity({self.type}=…)"

    @classmethod
    def parse(cls, text: str) -> Identity:
        """Read `TYPE=VALUE`. Raises ValueError where there is no `=`; the value may hold more of them."""
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ValueError("a subject is TYPE=VALUE, as email=jane@example.com")
        return cls(name.strip(), value)


@dataclass(frozen=True, slots=True)
class Subject:
    """One person, by one or more identities."""

    identities: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class NewValue:
    """A value to be written: `table` is TABLE or STORE.TABLE, `key` names a row of it (empty: the person's own).

    None empties the column. `amends`: a supplementary statement about what stands there. `repr` hides the value.
    """

    table: str
    column: str
    value: str | None = field(repr=False)
    key: tuple[str, ...] = ()
    amends: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Where to start: people (a batch is more than one), a Customer, or both; and what is left out.

    `customer` and `kind` narrow; `all_customers` holds the reason why groups of several Customers are meant, and
    `all_matches` says that two matches in one group are both meant. Each exclusion is a subject whose whole reach is held.
    `new_values` are what a rectification writes, `ground` why a restriction is asked for.
    """

    subjects: tuple[Subject, ...] = ()
    customer: str | None = None
    kind: str | None = None
    all_customers: str | None = None
    all_matches: bool = False
    exclusions: tuple[Subject, ...] = ()
    new_values: tuple[NewValue, ...] = ()
    ground: str | None = None

    @property
    def is_few(self) -> bool:
        """Whether it is about a few people, as most requests are: a run will touch few rows."""
        return bool(self.subjects) and len(self.subjects) + len(self.exclusions) <= FEW

    @property
    def is_customer_alone(self) -> bool:
        """Whether the Customer's rows are meant, and no person's."""
        return not self.subjects and self.customer is not None
