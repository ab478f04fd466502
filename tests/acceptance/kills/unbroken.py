"""What must be the same after a kill and its resume as after a run that nobody disturbed."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.acceptance.kills.killing import Ended, KillAt, Watching, in_process
from tests.acceptance.kills.places import LEDGER, Place, Tables, Template
from tests.strategies.profiles import PROFILE

from habeas.flows.erase import EraseOutcome, erase
from habeas.flows.verify import verify
from habeas.flows.workspace import Workspace
from habeas.program.selection import Identity, Selection, Subject

_TOKEN = re.compile(r"erased-[0-9a-f]{16}")

#: What a command does in an open workspace.
Command = Callable[[Workspace], EraseOutcome]

#: What a test asks for: the unbroken run of a company (by its name in `conftest`) and a command.
Measure = Callable[[str, Command], "Unbroken"]


def people(*named: str, **narrowed: Any) -> Selection:
    """A selection of one person for each `TYPE=VALUE`."""
    return Selection(tuple(Subject((Identity.parse(text),)) for text in named), **narrowed)


def erasing(selection: Selection, *, approved: bool = False, redact: bool = False) -> Command:
    """The `erase` command; `approved` as the command line calls it, which makes and shows a plan first."""

    def command(workspace: Workspace) -> EraseOutcome:
        approve = (lambda _plan: True) if approved else None
        return erase(workspace, selection, approve=approve, redact=redact)

    return command


@dataclass(frozen=True)
class Told:
    """What a command that came to its end told, and a verification of its certificate after it."""

    outcome: dict[str, Any]
    certificate: Path | None
    verified: str | None

    @property
    def report(self) -> dict[str, Any]:
        """The outcome without what is of one run: its id and its file."""
        return {k: v for k, v in self.outcome.items() if k not in ("run", "resumed", "certificate")}


def carried_out(place: Place, command: Command, *, now: datetime | None = None) -> Told:
    """Run a command in a process of its own to its end, and verify its certificate."""

    def call() -> Told:
        with place.workspace(now=now) as workspace:
            outcome = command(workspace)
            certificate = outcome.certificate
            checked = verify(workspace, certificate).status if certificate is not None else None
        return Told(outcome.as_json(), outcome.certificate, checked)

    told: Told = in_process(call).returned()
    return told


def broken_off(
    place: Place, command: Command, observe: Watching | KillAt | None = None, *, after: float | None = None
) -> Ended:
    """Run a command in a process that is killed at a point or after some seconds (or wasn't, if it was quicker)."""

    def call() -> dict[str, Any]:
        with place.workspace(observe) as workspace:
            return command(workspace).as_json()

    ended = in_process(call, kill_when=None if after is None else lambda: time.sleep(after))
    assert not ended.fault, ended.fault
    return ended


def points_of(template: Template, command: Command) -> list[str]:
    """The named points of an unbroken run, in their order.

    It runs in this process, so that what is imported and compiled at the first run is there in every fork; its
    connections are closed when the workspace is.
    """
    watching = Watching()
    with template.copied() as place, place.workspace(watching) as workspace:
        command(workspace)
    return watching.points


@dataclass(frozen=True)
class Left:
    """What a run left behind, in a form that is equal for equal runs."""

    stores: dict[str, Tables]
    ledgers: dict[str, list[tuple[Any, ...]]]
    certificate: dict[str, Any] | None

    def gone(self, *values: str) -> bool:
        """Whether none of these values stands anywhere in a store."""
        return not any(
            value.lower() in str(cell).lower()
            for tables in self.stores.values()
            for rows in tables.values()
            for row in rows
            for cell in row
            for value in values
        )


def left_by(place: Place, run: str | None) -> Left:
    """Read everything: the stores without their ledgers, the ledgers without the run's id and time, the certificate."""
    stores, ledgers = {}, {}
    for store in place.urls:
        tables = place.tables(store)
        ledgers[store] = sorted(
            (chunk, digest, json.dumps(json.loads(counts), sort_keys=True))
            for row_run, chunk, digest, counts, _ in tables.pop(LEDGER, [])
            if _of_run(row_run, run)
        )
        stores[store] = without_chance(tables)
    return Left(stores, ledgers, _certificate(place, run))


def _of_run(found: str, run: str | None) -> bool:
    assert found == run, f"the ledger holds a row of {found} beside those of the run"
    return True


def without_chance(tables: Tables) -> Tables:
    """Rows in an order of their own; random tokens as their numbers in it, so that equal ones stay equal."""
    numbers: dict[str, str] = {}

    def numbered(cell: Any) -> Any:
        if not isinstance(cell, str):
            return cell
        return _TOKEN.sub(lambda found: numbers.setdefault(found[0], f"<token {len(numbers)}>"), cell)

    def order(row: tuple[Any, ...]) -> str:
        return repr([_TOKEN.sub("<token>", cell) if isinstance(cell, str) else cell for cell in row])

    return {
        name: [tuple(numbered(cell) for cell in row) for row in sorted(rows, key=order)]
        for name, rows in sorted(tables.items())
    }


def _certificate(place: Place, run: str | None) -> dict[str, Any] | None:
    """The body of the run's newest recorded certificate, without ids and times."""
    found = place.control(f"SELECT path FROM certificates WHERE run_id = '{run}' ORDER BY issued_at, id") if run else []
    if not found:
        return None
    body: dict[str, Any] = json.loads((place.folder / "certificates" / found[-1][0]).read_text())["certificate"]
    for name in ("run", "started_at", "finished_at", "issued_at"):
        del body[name]
    for name in ("checked_at", "repeats"):
        del body["verification"][name]
    return body


def runs_of(place: Place) -> list[tuple[str, str]]:
    """(id, state) of every run in the control database, oldest first."""
    found = place.control("SELECT id, state FROM runs ORDER BY started_at, id")
    return [(str(run), str(state)) for run, state in found]


@dataclass(frozen=True)
class Unbroken:
    """A command over a template, carried out once without a disturbance: the measure for all others."""

    template: Template
    command: Command
    told: Told
    left: Left
    points: tuple[str, ...]
    seconds: float

    @classmethod
    def of(cls, template: Template, command: Command) -> Unbroken:
        points = points_of(template, command)
        with template.copied() as place:
            start = time.monotonic()
            told = carried_out(place, command)
            seconds = time.monotonic() - start
            assert told.outcome["status"] == "complete"
            assert told.verified == "complete"
            left = left_by(place, told.outcome["run"])
            assert left.certificate is not None
        return cls(template, command, told, left, tuple(points), seconds)

    def hold_resumed(self, place: Place, *, now: datetime | None = None) -> None:
        """Give the same command again, in a fresh process, and hold everything against the unbroken run."""
        before = runs_of(place)
        assert len(before) <= 1, "a resume goes on with the run, and begins no other"
        told = carried_out(place, self.command, now=now)
        ((run, state),) = runs_of(place)
        assert state == "verified"
        if before and before[0][1] == "verified":
            # The first process had done everything and was killed before it could say so.
            assert told.outcome["status"] == "nothing_found"
            assert told.outcome["groups"] == []
        else:
            assert _apart_from(told.report, now) == _apart_from(self.told.report, now)
            assert told.verified == "complete"
            assert told.outcome["run"] == run
            assert told.outcome["resumed"] == [name for name, _ in before]
        assert not before or before[0][0] == run
        self.hold_left(place, run, now=now)

    def hold_left(self, place: Place, run: str, *, now: datetime | None = None) -> None:
        """Databases, ledgers, certificate and state folder are those of an unbroken run."""
        left = left_by(place, run)
        for store, tables in self.left.stores.items():
            for table, rows in tables.items():
                assert left.stores[store][table] == rows, f"{store}.{table}"
            assert left.stores[store].keys() == tables.keys(), "no table was left behind"
            assert left.ledgers[store] == self.left.ledgers[store]
        assert left.certificate is not None and self.left.certificate is not None
        assert _apart_from(left.certificate, now) == _apart_from(self.left.certificate, now)
        assert not list((place.folder / ".habeas").rglob("*.part")), "no half of a spool"


def _apart_from(report: dict[str, Any], now: datetime | None) -> dict[str, Any]:
    """On another day, backups forget on another day."""
    return {k: v for k, v in report.items() if now is None or k != "not_covered"}


def spread(points: Iterable[str], most: int | None) -> list[int]:
    """Which points to be killed at: all, or about so many of the statements' and each other one.

    The fast profile takes every third of the others.
    """
    numbered = list(enumerate(points))
    if most is None:
        return [number for number, _ in numbered]
    statements = [number for number, name in numbered if "statement" in name]
    others = [number for number, name in numbered if "statement" not in name]
    return sorted({*statements[:: max(1, len(statements) // most)], *others[:: 3 if PROFILE == "fast" else 1]})


def names_of(points: Iterable[str]) -> list[str]:
    """The points that aren't a statement's, each once, in order."""
    return [name for name in Counter(points) if "statement" not in name]
