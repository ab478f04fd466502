"""Killed at random moments, in the sample company: `make test` 20 times on each database, `make proof` 200 times."""

from __future__ import annotations

import random

import pytest
from tests.acceptance.kills.unbroken import Measure, broken_off, erasing, people, runs_of
from tests.strategies.profiles import PROFILE

KILLS = {"fast": 1, "full": 20, "proof": 200}[PROFILE]
JANE = people("email=jane@example.com", customer="7")
COMMANDS = (erasing(JANE, approved=True), erasing(JANE), erasing(JANE, approved=True, redact=True))


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_a_random_moment(seed: int, unbroken: Measure) -> None:
    """Every other time the resume is killed as well."""
    chance = random.Random(seed)
    command = COMMANDS[seed % len(COMMANDS)]
    measure = unbroken("sample", command)
    with measure.template.copied() as place:
        kills = 1 + seed % 2
        for _ in range(kills):
            broken_off(place, command, after=measure.seconds * chance.uniform(0.05, 0.95))
            if any(state == "verified" for _, state in runs_of(place)):
                break
        measure.hold_resumed(place)


def test_moments_fall_into_the_run(unbroken: Measure) -> None:
    """Half-way, or earlier on a machine that has become quicker, a run is really broken off."""
    measure = unbroken("sample", COMMANDS[0])
    broken = 0
    for share in (0.5, 0.3, 0.15):
        with measure.template.copied() as place:
            ended = broken_off(place, COMMANDS[0], after=measure.seconds * share)
            broken += ended.killed and not any(state == "verified" for _, state in runs_of(place))
            measure.hold_resumed(place)
    assert broken
