"""One person, warm, from lease to commit, over the same database: every side erases other people of it, in turn."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from tests.servers.postgresql import PostgresqlServer

from bench import by_hand, engine
from bench.batches import copy_of
from bench.company import AS_OF, connection_text, email_of, people_of
from bench.measuring import Measurement, interleaved, median, shown, spread
from habeas.flows.erase import erase

MOST_MS = 40.0


def measure(server: PostgresqlServer, people: int, rounds: int) -> Measurement:
    """The second line of the table: `rounds` people a side."""
    url = copy_of(server, "one_person")
    shapes = (by_hand.key_arrays, by_hand.one_statement, by_hand.key_tables)
    with (
        tempfile.TemporaryDirectory() as folder,
        engine.opened(url, Path(folder)) as workspace,
        psycopg.connect(connection_text(url)) as connection,
    ):
        sides = {"habeas": _each(people, 0, lambda email: engine.erase(workspace, [email]))}
        for part, shape in enumerate(shapes, 1):
            name = shape.__name__.replace("_", " ")
            sides[name] = _each(people, part, lambda email, shape=shape: shape(connection, [email]))
        interleaved(3, sides)  # a person before it done
        seconds = interleaved(rounds, sides)
        whole = _each(people, 4, lambda email: _flow(workspace, email))
        flow = interleaved(3, {"flow": whole})["flow"]
    server.drop_database("one_person")
    habeas = median(seconds["habeas"])
    apart = {name: spread(values) for name, values in seconds.items()}
    apart["the whole flow, with verification, free-text scan and certificate"] = shown(median(flow))
    return Measurement(
        "erase one person, warm, from lease to commit",
        habeas,
        median(seconds["key arrays"]),
        3.0,
        {f"under {MOST_MS:.0f} ms": habeas * 1000 < MOST_MS},
        apart,
    )


def _each(people: int, part: int, run: Callable[[str], float | None]) -> Callable[[], float]:
    """A side: each call takes the next person of a part of the table that no other side has.

    What `run` answers counts, if it measures itself.
    """
    waiting: Iterator[int] = iter(people_of(people, part, people))

    def once() -> float:
        email = email_of(next(waiting))
        started = time.perf_counter()
        measured = run(email)
        return time.perf_counter() - started if measured is None else measured

    return once


def _flow(workspace: engine.Workspace, email: str) -> None:
    outcome = erase(workspace, engine.selection_of([email]), as_of=AS_OF)
    if outcome.status != "complete":
        raise RuntimeError(f"the flow ended as {outcome.status}")
