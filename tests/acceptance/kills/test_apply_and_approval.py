"""A saved plan whose `apply` is killed, and what an approval still allows after a kill."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.acceptance.kills.killing import Ended, KillAt, in_process
from tests.acceptance.kills.places import Place
from tests.acceptance.kills.unbroken import (
    Command,
    Measure,
    broken_off,
    carried_out,
    erasing,
    left_by,
    people,
    runs_of,
)

from habeas.flows.apply import apply_saved
from habeas.flows.erase import EraseOutcome, erase
from habeas.flows.plan import plan, save
from habeas.flows.workspace import Workspace
from habeas.program.selection import Intent

JANE = people("email=jane@example.com", customer="1", all_matches=True)
PLAN = Path("plans") / "jane.json"
ONE_MORE = "INSERT INTO logins VALUES (9, 1, 'jane@example.com', '10.0.0.9')"
LATER = date(2032, 1, 1)


def save_plan(place: Place, as_of: date | None = None) -> None:
    """`plan erase … --out`, in a process of its own."""

    def call() -> None:
        with place.workspace() as workspace:
            save(workspace, plan(workspace, Intent.ERASE, JANE, as_of=as_of), place.folder / PLAN)

    in_process(call).returned()


def applying(workspace: Workspace) -> EraseOutcome:
    return apply_saved(workspace, workspace.folder.parent / PLAN)


def ended(place: Place, command: Command) -> Ended:
    """A command that may be refused."""

    def call() -> str:
        with place.workspace() as workspace:
            return command(workspace).status

    return in_process(call)


@pytest.mark.parametrize(
    "name", ["reach", "sealed", "spooled", "app: before commit", "app: after commit", "applied", "certified"]
)
def test_apply_is_killed_and_given_again(name: str, unbroken: Measure) -> None:
    measure = unbroken("small", erasing(JANE))
    with measure.template.copied() as place:
        save_plan(place)
        assert broken_off(place, applying, KillAt(name)).killed
        told = carried_out(place, applying)
        assert told.report == measure.told.report
        assert told.verified == "complete"
        ((run, state),) = runs_of(place)
        assert state == "verified"
        assert place.control("SELECT state FROM plans") == [("applied",)]
        assert ended(place, applying).refused == ("plan-used",)
        assert [row[0] for row in place.tables("app")["contacts"]] == [1, 3, 4, 5]
        assert told.outcome["run"] == run


def test_a_plan_whose_run_was_finished_before_the_kill_is_used(unbroken: Measure) -> None:
    measure = unbroken("small", erasing(JANE))
    with measure.template.copied() as place:
        save_plan(place)
        assert broken_off(place, applying, KillAt("finished")).killed
        assert ended(place, applying).refused == ("plan-used",)
        ((run, _),) = runs_of(place)
        assert left_by(place, run).stores == measure.left.stores


def test_a_plan_is_not_used_up_by_another_run(unbroken: Measure) -> None:
    """An unfinished erasure of the same person is finished first; the plan's own approval is still open."""
    measure = unbroken("small", erasing(JANE))
    with measure.template.copied() as place:
        save_plan(place)
        assert broken_off(place, erasing(JANE), KillAt("app: after commit")).killed
        carried_out(place, applying)
        assert len(runs_of(place)) == 1
        assert place.control("SELECT state FROM plans") == [("open",)]


def test_a_resumed_apply_decides_by_the_day_of_its_plan(unbroken: Measure) -> None:
    """By the plan's day, years ahead, the invoice is no longer kept."""
    measure = unbroken("small", erasing(JANE))
    with measure.template.copied() as place:
        save_plan(place, LATER)
        assert broken_off(place, applying, KillAt("sealed")).killed
        told = carried_out(place, applying)
        assert told.outcome["as_of"] == LATER.isoformat()
        assert told.verified == "complete"
        assert [row[0] for row in place.tables("app")["invoices"]] == [3]


@pytest.mark.parametrize("name", ["sealed", "app: before commit"])
def test_an_approval_binds_the_resume_too(name: str, unbroken: Measure) -> None:
    """Killed before anything was changed, and then there is a row more than was approved: nothing is changed."""
    measure = unbroken("small", erasing(JANE))
    approved = erasing(JANE, approved=True)
    with measure.template.copied() as place:
        assert broken_off(place, approved, KillAt(name)).killed
        before = place.tables("app")
        place.change("app", ONE_MORE)
        assert ended(place, approved).refused == ("approval-exceeded",)
        before["logins"].append((9, 1, "jane@example.com", "10.0.0.9"))
        after = place.tables("app")
        after["habeas_ledger"] = [row for row in after["habeas_ledger"] if row[0] != "lease"]
        before["habeas_ledger"] = []
        assert {t: sorted(rows, key=repr) for t, rows in after.items()} == {
            t: sorted(rows, key=repr) for t, rows in before.items()
        }
        assert [state for _, state in runs_of(place)] == ["refused"]
        # A new approval covers the new row.
        told = carried_out(place, approved)
        assert told.verified == "complete"
        assert [row[0] for row in place.tables("app")["logins"]] == [3, 4, 5]


def test_the_rest_of_a_broken_run_can_be_approved_anew(unbroken: Measure) -> None:
    """One store is done and the other has grown: the same command shows what is left, and asks."""
    shown: list[int] = []

    def asking(workspace: Workspace) -> EraseOutcome:
        def approve(plan: object) -> bool:
            shown.append(1)
            return True

        return erase(
            workspace, people("email=jane@example.com", all_customers="all", all_matches=True), approve=approve
        )

    measure = unbroken("two", erasing(people("email=jane@example.com", all_customers="all", all_matches=True)))
    with measure.template.copied() as place:
        assert broken_off(place, asking, KillAt("app: after commit")).killed
        place.change("billing", "INSERT INTO charges VALUES (9, 1, 'late')")
        told = carried_out(place, asking)
        assert told.outcome["status"] == "complete"
        assert told.verified == "complete"
        assert [row[0] for row in place.tables("billing")["charges"]] == [3]
        assert [state for _, state in runs_of(place)] == ["verified"]
