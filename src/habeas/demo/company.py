"""Fills a database with the sample company: the one entry to the generator."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from habeas.demo import activity, conversations, money, outreach, people, stories
from habeas.demo.characters import CHARACTERS, CUSTOMERS, FIRST_ORDINARY_ID
from habeas.demo.loading import Sink, Writer, open_sink
from habeas.demo.names import CULTURES

FEWEST_PEOPLE = 200
PEOPLE_PER_CUSTOMER = 60  # in large companies; a small one has ten Customers all the same
_VERSIONS = ("20160114", "20180302", "20201130", "20230719", "20260511")

Progress = Callable[[int, int], None]  # people done, people in all


@dataclass(frozen=True, slots=True)
class Figures:
    """What was made: contacts, Customers, rows by table, and how long it took in seconds (keys and indexes too)."""

    people: int
    customers: int
    rows: dict[str, int]
    seconds: float

    @property
    def total_rows(self) -> int:
        """Rows of all tables."""
        return sum(self.rows.values())

    @property
    def rows_per_second(self) -> int:
        """Speed of the whole, keys and indexes included."""
        return round(self.total_rows / self.seconds) if self.seconds else 0


def build(target: str | Path, people: int = 300, seed: int = 1, progress: Progress | None = None) -> Figures:
    """Fill a database with the sample company: some 65 rows for each of `people` contacts.

    `target` is the path of a new SQLite file, `sqlite:///PATH`, or the URL of an empty PostgreSQL database. The same
    `people` and `seed` give the same rows on both; the characters are the same for all. Memory stays flat.
    Raises ValueError for fewer than 200 people and FileExistsError where something stands already.
    """
    if people < FEWEST_PEOPLE:
        raise ValueError(f"a company of {people} people is too small for its stories: take {FEWEST_PEOPLE} or more")
    started = time.monotonic()
    sink = open_sink(target)
    try:
        figures = _fill(sink, people, seed, progress, started)
    except BaseException:
        sink.abandon()
        raise
    return figures


def _fill(sink: Sink, count: int, seed: int, progress: Progress | None, started: float) -> Figures:
    rng = Random(seed)
    writer = Writer(sink, {"contacts": FIRST_ORDINARY_ID, "users": FIRST_ORDINARY_ID})
    money.plans(writer)
    writer.put_all("schema_migrations", ((version,) for version in _VERSIONS))
    vendor = people.vendor_staff(rng, writer)
    customers = max(CUSTOMERS, count // PEOPLE_PER_CUSTOMER)
    ordinary = count - len(CHARACTERS)
    done = 0
    for number in range(1, customers + 1):
        # Shares that differ by one at most, and add up.
        share = ordinary * number // customers - ordinary * (number - 1) // customers
        done += _customer(rng, writer, number, share, vendor)
        if progress is not None:
            progress(done, count)
    writer.close()
    sink.finish()
    return Figures(count, customers, dict(writer.rows), time.monotonic() - started)


def _customer(rng: Random, writer: Writer, number: int, share: int, vendor: list[people.Colleague]) -> int:
    """One Customer with everything in it; returns the number of its contacts."""
    team = people.team(rng, writer, number, vendor)
    outreach.prepare(rng, writer, team)
    # Most contacts of a Customer speak its language; the others come from everywhere.
    home = CULTURES[number % len(CULTURES)]
    for _ in range(share):
        people.person(rng, writer, team, home if rng.random() < 0.6 else rng.choice(CULTURES))
    for told in CHARACTERS:
        if told.account_id == number:
            people.character(writer, team, told)
    for person in [*team.people, *team.characters.values()]:
        conversations.converse(writer, team, person)
        activity.act(writer, team, person)
        activity.meetings(writer, team, person)
        money.pay(writer, team, person)
        money.deals(writer, team, person)
        outreach.reach_out(writer, team, person)
    stories.neighbours(rng, writer, team)
    stories.tell(writer, team)
    return share + len(team.characters)
