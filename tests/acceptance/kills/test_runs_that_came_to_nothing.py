"""A run that was refused, or killed before its first commit, forgets whom it was about; any other is kept to be resumed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.acceptance.kills.killing import KillAt, Watching, in_process
from tests.acceptance.kills.places import Place
from tests.acceptance.kills.unbroken import (
    Command,
    Measure,
    broken_off,
    carried_out,
    erasing,
    people,
    runs_of,
)

from habeas.diagnostics import Refused, error
from habeas.flows.erase import EraseOutcome
from habeas.flows.verify import verify_due
from habeas.flows.workspace import Workspace
from habeas.program.selection import Selection

JANE = erasing(people("email=jane@example.com", customer="1", all_matches=True))
LEE = erasing(people("email=lee@example.com"))
BEFORE_THE_COMMIT = ("sealed", "spooled", "app: before commit")


def verify_what_is_due(place: Place) -> None:
    def call() -> None:
        with place.workspace() as workspace:
            verify_due(workspace)

    in_process(call).returned()


def sealed(place: Place) -> Sequence[tuple[object, ...]]:
    """The runs whose identities can still be opened, or that any fingerprint leads to."""
    return place.control(
        "SELECT id FROM runs WHERE wrapped_key IS NOT NULL OR sealed_identities IS NOT NULL OR "
        "id IN (SELECT run_id FROM run_fingerprints UNION SELECT run_id FROM watched_fingerprints)"
    )


def spools(place: Place) -> list[str]:
    return sorted(path.name for path in (place.folder / ".habeas" / "spool").glob("*"))


def hold_forgotten(place: Place, run: str) -> None:
    assert (run, "refused") in runs_of(place)
    assert (run,) not in sealed(place)
    assert not [name for name in spools(place) if name.startswith(run)]


@pytest.mark.parametrize("next_one", ["another run", "verify --due"])
@pytest.mark.parametrize("name", BEFORE_THE_COMMIT)
def test_killed_before_the_commit_it_is_swept(name: str, next_one: str, unbroken: Measure) -> None:
    measure = unbroken("small", JANE)
    with measure.template.copied() as place:
        before = place.tables("app")["contacts"][:2]
        assert broken_off(place, JANE, KillAt(name)).killed
        ((run, _),) = runs_of(place)
        assert sealed(place) == [(run,)]
        if next_one == "another run":
            assert carried_out(place, LEE).outcome["status"] == "complete"
        else:
            verify_what_is_due(place)
        hold_forgotten(place, run)
        assert place.tables("app")["contacts"][:2] == before
        # Whoever asks again begins anew.
        told = carried_out(place, JANE)
        assert told.verified == "complete"
        assert told.outcome["resumed"] == [] and told.outcome["run"] != run


@pytest.mark.parametrize("name", ["app: after commit", "app: recorded", "applied", "certified"])
def test_killed_after_the_commit_it_is_kept(name: str, unbroken: Measure) -> None:
    measure = unbroken("small", JANE)
    with measure.template.copied() as place:
        assert broken_off(place, JANE, KillAt(name)).killed
        ((run, state),) = runs_of(place)
        verify_what_is_due(place)
        assert carried_out(place, LEE).outcome["status"] == "complete"
        assert (run, state) in runs_of(place)
        told = carried_out(place, JANE)
        assert told.verified == "complete"
        assert told.outcome["resumed"] == [run]


def test_one_store_of_two_is_enough_to_be_kept(unbroken: Measure) -> None:
    both = erasing(people("email=jane@example.com", all_customers="all", all_matches=True))
    measure = unbroken("two", both)
    with measure.template.copied() as place:
        assert broken_off(place, both, KillAt("app: after commit")).killed
        verify_what_is_due(place)
        measure.hold_resumed(place)


@pytest.mark.parametrize("name", ["swept", "abandoned"])
def test_killed_while_it_forgets(name: str, unbroken: Measure) -> None:
    """The key is gone with the word `refused`; what is left of the spool goes with the next `verify --due`."""
    measure = unbroken("small", JANE)
    with measure.template.copied() as place:
        if name == "swept":
            assert broken_off(place, JANE, KillAt("spooled")).killed
            assert broken_off(place, LEE, KillAt("swept")).killed
        else:
            assert broken_off(place, refused_at("spooled"), KillAt("abandoned")).killed
        run = runs_of(place)[0][0]
        assert spools(place), "nobody had the time to remove it"
        verify_what_is_due(place)
        hold_forgotten(place, run)


def test_a_run_at_work_is_left_alone(unbroken: Measure, tmp_path: Path) -> None:
    measure = unbroken("small", JANE)
    waiting = tmp_path / "waiting"

    class Wait(Watching):
        def __call__(self, point: str) -> None:
            if point == "spooled":
                waiting.touch()
                time.sleep(600)  # until it is killed

    with measure.template.copied() as place:

        def work() -> None:
            with place.workspace(Wait()) as workspace:
                JANE(workspace)

        def sweep() -> None:
            while not waiting.exists():
                time.sleep(0.01)
            verify_what_is_due(place)
            assert [state for _, state in runs_of(place)] == ["applying"]
            assert len(sealed(place)) == 1

        assert in_process(work, kill_when=sweep).killed
        measure.hold_resumed(place)


def refused_at(name: str) -> Command:
    """Jane's erasure, in which something refuses at a point."""

    def command(workspace: Workspace) -> EraseOutcome:
        then = workspace.context.observe

        def observe(point: str) -> None:
            if point == name:
                raise Refused(error("store-down", "the store can't be reached"))
            then(point)

        workspace.context.observe = observe
        return JANE(workspace)

    return command


@pytest.mark.parametrize("name", BEFORE_THE_COMMIT)
def test_refused_before_the_commit_it_forgets_at_once(name: str, unbroken: Measure) -> None:
    measure = unbroken("small", JANE)
    with measure.template.copied() as place:
        before = place.tables("app")["contacts"]
        assert broken_off(place, refused_at(name)).refused == ("store-down",)
        ((run, _),) = runs_of(place)
        hold_forgotten(place, run)
        assert place.tables("app")["contacts"] == before


def test_a_commit_whose_answer_was_lost_is_no_refusal(unbroken: Measure) -> None:
    """The connection breaks with the commit, and nobody was told that it was carried out: the ledger knows."""
    measure = unbroken("small", JANE)
    with measure.template.copied() as place:
        ended = broken_off(place, refused_at("app: after commit"))
        assert ended.returned()["status"] == "incomplete"
        ((run, state),) = runs_of(place)
        assert state == "incomplete" and sealed(place) == [(run,)]
        told = carried_out(place, JANE)
        assert told.verified == "complete" and told.outcome["resumed"] == [run]


@pytest.mark.parametrize("name", ["spooled", "app: after commit", "verified"])
def test_the_run_of_a_whole_customer_is_resumed(name: str, unbroken: Measure) -> None:
    """It has no identity: the selection itself finds it."""
    acme = erasing(Selection(customer="1"))
    measure = unbroken("small", acme)
    with measure.template.copied() as place:
        assert broken_off(place, acme, KillAt(name)).killed
        ((run, _),) = runs_of(place)
        told = carried_out(place, acme)
        assert run in told.outcome["resumed"] and told.verified == "complete"
        assert (run, "verified") in runs_of(place)
