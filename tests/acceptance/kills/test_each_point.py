"""Killed before and after every statement, commit and record, an erasure is finished by the same command."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.acceptance.kills.killing import KillAt, Watching
from tests.acceptance.kills.places import NOON
from tests.acceptance.kills.unbroken import (
    Measure,
    broken_off,
    carried_out,
    erasing,
    names_of,
    people,
    runs_of,
    spread,
)
from tests.strategies.profiles import PROFILE

JANE = erasing(people("email=jane@example.com", customer="1", all_matches=True))
SLICES = 8  # so that processes share the work
STATEMENTS = 12 if PROFILE == "fast" else None
NAMED = (
    "reach", "sealed", "spooled", "app: before commit", "app: after commit", "app: recorded",
    "applied", "verified", "certified", "finished",
)  # fmt: skip


def test_an_unbroken_run_does_what_the_map_says(unbroken: Measure) -> None:
    """The measure itself, by hand: everything else is compared with it."""
    measure = unbroken("small", JANE)
    tables = measure.left.stores["app"]
    assert [row[0] for row in tables["contacts"]] == [1, 3, 4, 5]
    assert tables["contacts"][0] == (1, 1, tables["contacts"][0][2], None, None)
    assert [row[0] for row in tables["conversations"]] == [3, 4, 5]
    assert [row[0] for row in tables["messages"]] == [4, 5, 6, 7, 8]
    assert tables["messages"][1][2:] == ("Contact", None, None, "erased")
    assert [row[0] for row in tables["logins"]] == [3, 4, 5]
    assert [(row[0], row[3], row[4]) for row in tables["invoices"]] == [
        (1, "Jane Moore", None),
        (3, "Ken Sato", "ken@example.com"),
    ]
    assert tables["referrals"] == [(1, 1, 3, None), (2, 3, 4, "a friend")]
    assert [row[3] for row in tables["audit_events"]] == [None, None, "Ken signed in", "started"]
    assert [row[0] for row in measure.left.ledgers["app"]] == [0]
    assert names_of(measure.points) == list(NAMED)
    assert len(measure.points) > 150


@pytest.mark.parametrize("part", range(SLICES))
def test_killed_at_each_point(part: int, unbroken: Measure) -> None:
    measure = unbroken("small", JANE)
    for number in spread(measure.points, STATEMENTS)[part::SLICES]:
        with measure.template.copied() as place:
            assert broken_off(place, JANE, Watching(number)).killed, measure.points[number]
            assert len(runs_of(place)) == (number >= measure.points.index("sealed"))
            measure.hold_resumed(place)


@pytest.mark.parametrize("number", range(len(NAMED)))
def test_the_resume_is_killed_too_and_again(number: int, unbroken: Measure) -> None:
    measure = unbroken("small", JANE)
    with measure.template.copied() as place:
        assert broken_off(place, JANE, KillAt(NAMED[number])).killed
        broken_off(place, JANE, KillAt(NAMED[(number + 4) % len(NAMED)]))
        broken_off(place, JANE, KillAt(NAMED[(number * 3 + 1) % len(NAMED)]))
        measure.hold_resumed(place)


@pytest.mark.parametrize("name", ["sealed", "app: before commit", "app: after commit", "certified"])
def test_a_resume_decides_by_the_day_of_its_run(name: str, unbroken: Measure) -> None:
    """Five years later the invoice might go; what was begun is finished as it was decided and approved."""
    measure = unbroken("small", JANE)
    with measure.template.copied() as place:
        assert broken_off(place, JANE, KillAt(name)).killed
        measure.hold_resumed(place, now=NOON + timedelta(days=5 * 366))


@pytest.mark.parametrize("name", NAMED[1:6])
def test_with_a_plan_shown_first_it_is_the_same(name: str, unbroken: Measure) -> None:
    measure = unbroken("small", JANE)
    approved = erasing(people("email=jane@example.com", customer="1", all_matches=True), approved=True)
    with measure.template.copied() as place:
        assert broken_off(place, approved, KillAt(name)).killed
        told = carried_out(place, approved)
        assert told.report == measure.told.report
        measure.hold_left(place, told.outcome["run"])
