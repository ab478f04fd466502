"""Kills between the commits of two stores, and between the chunks of a batch."""

from __future__ import annotations

import pytest
from tests.acceptance.kills.killing import KillAt, Watching, in_process
from tests.acceptance.kills.places import Place
from tests.acceptance.kills.unbroken import Measure, broken_off, erasing, people, spread
from tests.strategies.profiles import PROFILE

from habeas.planning.batches import must_go_one_by_one
from habeas.program.selection import Intent

JANE = erasing(people("email=jane@example.com", all_customers="asked of all", all_matches=True))
BATCH = erasing(
    people("email=lee@example.com", "email=jane@example.com", "email=ken@example.com", "email=lee@example.com",
           customer="1", all_matches=True)
)  # fmt: skip
PAYERS = erasing(people("email=jane@example.com", "billing.payer_id=2"))
STATEMENTS = 2 if PROFILE == "fast" else 12
SLICES = 3


def one_by_one(place: Place) -> bool:
    """Whether the company's map lets a batch go as one set."""

    def call() -> bool:
        with place.workspace() as workspace:
            return any(must_go_one_by_one(s.program(Intent.ERASE, place.now.date())) for s in workspace.stores)

    answer: bool = in_process(call).returned()
    return answer


@pytest.mark.parametrize("part", range(SLICES))
def test_two_stores(part: int, unbroken: Measure) -> None:
    measure = unbroken("two", JANE)
    assert [len(measure.left.ledgers[store]) for store in ("app", "billing")] == [1, 1]
    assert [row[0] for row in measure.left.stores["billing"]["payers"]] == [2]
    for number in spread(measure.points, STATEMENTS)[part::SLICES]:
        with measure.template.copied() as place:
            assert broken_off(place, JANE, Watching(number)).killed
            measure.hold_resumed(place)


@pytest.mark.parametrize("first", ["app: after commit", "app: recorded", "billing: before commit"])
@pytest.mark.parametrize("second", ["sealed", "spooled", "billing: before commit", "billing: after commit"])
def test_two_stores_one_committed_and_the_resume_killed(first: str, second: str, unbroken: Measure) -> None:
    measure = unbroken("two", JANE)
    with measure.template.copied() as place:
        assert broken_off(place, JANE, KillAt(first)).killed
        assert len(place.tables("billing")["payers"]) == 2
        assert len(place.tables("app")["conversations"]) < 5
        assert broken_off(place, JANE, KillAt(second)).killed
        measure.hold_resumed(place)


@pytest.mark.parametrize("part", range(SLICES))
def test_a_batch_of_several_chunks(part: int, unbroken: Measure) -> None:
    measure = unbroken("small", BATCH)
    with measure.template.copied() as place:
        assert one_by_one(place)
    assert [row[0] for row in measure.left.ledgers["app"]] == [0, 1, 2]
    for number in spread(measure.points, STATEMENTS)[part::SLICES]:
        with measure.template.copied() as place:
            assert broken_off(place, BATCH, Watching(number)).killed
            measure.hold_resumed(place)


def test_a_batch_whose_every_second_point_kills(unbroken: Measure) -> None:
    """Killed at the same named point again and again, it still gets a chunk further each time."""
    measure = unbroken("small", BATCH)
    with measure.template.copied() as place:
        kills = 0
        while broken_off(place, BATCH, KillAt("app: after commit")).killed:
            kills += 1
        assert kills == 3
        measure.hold_left(place, *{run for run, *_ in place.control("SELECT id FROM runs")})


@pytest.mark.parametrize("name", ["sealed", "billing: before commit", "billing: after commit", "applied"])
def test_a_batch_in_one_set(name: str, unbroken: Measure) -> None:
    measure = unbroken("billing", PAYERS)
    with measure.template.copied() as place:
        assert not one_by_one(place)
        assert len(measure.left.ledgers["billing"]) == 1
        assert broken_off(place, PAYERS, KillAt(name)).killed
        measure.hold_resumed(place)


def test_one_of_a_broken_batch_finishes_it_for_all(unbroken: Measure) -> None:
    """Who asks next is told of the run that was about them, and nobody of it stays behind."""
    measure = unbroken("small", BATCH)
    alone = erasing(people("email=lee@example.com", customer="1"))
    with measure.template.copied() as place:
        assert broken_off(place, BATCH, KillAt("app: recorded")).killed
        broken_off(place, alone)
        ((run, state),) = place.control("SELECT id, state FROM runs")
        assert state == "verified"
        measure.hold_left(place, run)
