"""Puts the engine and the oracle before the same world and says where they differ."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.aftermath import erase, erase_loosely
from tests.oracle.company import Refused, Rows
from tests.oracle.comparison import differences
from tests.oracle.settling import settled, without_random
from tests.strategies.engine import Engine
from tests.strategies.rendering import in_text
from tests.strategies.worlds import World

#: the oracle's word for a refusal -> the status that the contract of `--json` gives it (else `refused`)
STATUS = {"ambiguous": "ambiguous", "several-customers": "ambiguous"}


def disagreements(world: World, engine: Engine, read: Callable[[], Rows]) -> list[str]:
    """Erase with the engine, read the whole database, and compare it with what the oracle expects."""
    try:
        (expected, loose), refusal = erase_loosely(world.company, world.rows, world.asked), None
    except Refused as refused:
        expected, loose, refusal = world.rows, set(), refused.code
    outcome = engine.erase(world.asked)
    found: list[str] = []
    if refusal is not None:
        allowed = {STATUS.get(refusal, "refused")}
    else:
        allowed = {"complete", "nothing_found"}
        if len(world.asked.people) > 1 and not is_settled(world, expected):
            allowed.add("incomplete")
    if outcome.status not in allowed:
        expectation = refusal or "complete"
        found.append(f"the engine says {outcome.status} {sorted(outcome.codes)}, the oracle {expectation}")
        found += outcome.details
    found += differences(world.company, expected, read(), in_text, loose)
    if refusal is None and outcome.plan is not None:
        for table, rows in world.rows.items():
            gone = len(rows) - len(expected[table])
            if outcome.rows("erase", table) != gone:
                found.append(f"the plan erases {outcome.rows('erase', table)} rows of {table}, the oracle {gone}")
    return found


def is_settled(world: World, after: Rows) -> bool:
    """Whether erasing once more would change nothing.

    After a batch it may: what stayed for the sake of a later person is nobody's any more once that one has left too,
    and may be reached anew from rows of an earlier one that were kept. A verification then rightly finds it.
    """
    once = settled(after)
    try:
        return without_random(erase(world.company, once, world.asked)) == without_random(once)
    except Refused:
        return False
