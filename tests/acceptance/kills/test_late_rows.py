"""Rows that somebody writes between a kill and the resume: the run is incomplete until they are gone too."""

from __future__ import annotations

import pytest
from tests.acceptance.kills.killing import KillAt
from tests.acceptance.kills.unbroken import Measure, broken_off, carried_out, erasing, people, runs_of

JANE = erasing(people("email=jane@example.com", customer="1", all_matches=True))
AGAIN = "INSERT INTO contacts VALUES (9, 1, 'jane@example.com', 'Jane Moore', NULL)"


@pytest.mark.parametrize("name", ["app: after commit", "app: recorded", "applied", "verified"])
def test_who_comes_back_before_the_resume_goes_as_well(name: str, unbroken: Measure) -> None:
    measure = unbroken("small", JANE)
    with measure.template.copied() as place:
        assert broken_off(place, JANE, KillAt(name)).killed
        place.change("app", AGAIN)
        told = carried_out(place, JANE)
        assert told.outcome["status"] == "complete"
        assert told.verified == "complete"
        assert [row[0] for row in place.tables("app")["contacts"]] == [1, 3, 4, 5]
        assert [state for _, state in runs_of(place)] == ["verified", "verified"]


@pytest.mark.parametrize("name", ["reach", "sealed", "app: before commit"])
def test_who_comes_back_before_the_change_goes_with_it(name: str, unbroken: Measure) -> None:
    measure = unbroken("small", JANE)
    with measure.template.copied() as place:
        assert broken_off(place, JANE, KillAt(name)).killed
        place.change("app", AGAIN)
        told = carried_out(place, JANE)
        assert told.verified == "complete"
        assert [(group["kind"], group["rows"]) for group in told.outcome["groups"]] == [("contact", 3)]
        assert [row[0] for row in place.tables("app")["contacts"]] == [1, 3, 4, 5]
        assert [state for _, state in runs_of(place)] == ["verified"]


def test_a_late_row_that_only_the_keys_lead_to_goes_as_well(unbroken: Measure) -> None:
    """It names a masked contact by its number alone; the keys of the unfinished run still know whose that was."""
    measure = unbroken("small", JANE)
    with measure.template.copied() as place:
        assert broken_off(place, JANE, KillAt("app: after commit")).killed
        place.change("app", "INSERT INTO conversations VALUES (9, 1, 'Jane is back', NULL)")
        told = carried_out(place, JANE)
        assert told.outcome["status"] == "complete"
        assert told.verified == "complete"
        assert [row[0] for row in place.tables("app")["conversations"]] == [3, 4, 5]
        assert {state for _, state in runs_of(place)} == {"verified"}
