"""Killed before and after every statement, commit and record, a correction is finished by the same command."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.acceptance.kills.killing import KillAt, Watching
from tests.acceptance.kills.unbroken import Command, Measure, broken_off, names_of, people, runs_of, spread
from tests.strategies.profiles import PROFILE

from habeas.flows.erase import EraseOutcome
from habeas.flows.rectify import rectify
from habeas.flows.workspace import Workspace
from habeas.program.selection import NewValue

SLICES = 8  # so that processes share the work
STATEMENTS = 12 if PROFILE == "fast" else None
NEW = "j.doe@example.org"
NAMED = (
    "reach", "sealed", "spooled", "app: before commit", "app: after commit", "app: recorded",
    "billing: before commit", "billing: after commit", "billing: recorded", "applied", "verified", "certified", "finished",
)  # fmt: skip


def _rectifying() -> Command:
    selection = replace(
        people("email=jane@example.com", all_matches=True, all_customers="she asked everywhere"),
        new_values=(
            NewValue("contacts", "email", NEW),
            NewValue("payers", "email", NEW),
            NewValue("contacts", "name", "Jane Doe", ("1",)),
        ),
    )

    def command(workspace: Workspace) -> EraseOutcome:
        return rectify(workspace, selection)

    return command


JANE = _rectifying()


def test_an_unbroken_rectification_does_what_was_asked(unbroken: Measure) -> None:
    """The measure itself, by hand: everything else is compared with it."""
    measure = unbroken("corrected", JANE)
    app, billing = measure.left.stores["app"], measure.left.stores["billing"]
    assert [(row[0], row[2], row[3]) for row in app["contacts"]] == [
        (1, NEW, "Jane Doe"), (2, NEW, "J. Moore"), (3, "ken@example.com", "Ken Sato"),
        (4, "lee@example.com", "Lee Roth"), (5, NEW, "Jane Moore"),
    ]  # fmt: skip
    assert [row[2] for row in app["logins"]] == [NEW, NEW, "ken@example.com", NEW, ""]
    assert [row[4] for row in app["invoices"]] == [NEW, NEW, "ken@example.com"]
    assert [row[1] for row in billing["payers"]] == [NEW, "ken@example.com"]
    assert app["messages"][3][5] == "look, jane@example.com", "other people's words stay"
    assert names_of(measure.points) == list(NAMED)
    assert len(measure.points) > 60


@pytest.mark.parametrize("part", range(SLICES))
def test_killed_at_each_point(part: int, unbroken: Measure) -> None:
    measure = unbroken("corrected", JANE)
    for number in spread(measure.points, STATEMENTS)[part::SLICES]:
        with measure.template.copied() as place:
            assert broken_off(place, JANE, Watching(number)).killed, measure.points[number]
            assert len(runs_of(place)) == (number >= measure.points.index("sealed"))
            measure.hold_resumed(place)


@pytest.mark.parametrize("number", range(len(NAMED)))
def test_the_resume_is_killed_too_and_again(number: int, unbroken: Measure) -> None:
    measure = unbroken("corrected", JANE)
    with measure.template.copied() as place:
        assert broken_off(place, JANE, KillAt(NAMED[number])).killed
        broken_off(place, JANE, KillAt(NAMED[(number + 4) % len(NAMED)]))
        broken_off(place, JANE, KillAt(NAMED[(number * 3 + 1) % len(NAMED)]))
        measure.hold_resumed(place)
