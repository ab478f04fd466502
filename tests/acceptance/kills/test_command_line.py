"""The real command in a real process, killed from outside, and given again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from tests.acceptance.kills.places import Place
from tests.acceptance.kills.unbroken import Measure, erasing, people, runs_of
from tests.strategies.profiles import PROFILE

JANE = erasing(people("email=jane@example.com", customer="7"), approved=True)
COMMAND = ("erase", "--subject", "email=jane@example.com", "--customer", "7", "--yes", "--json")
SHARES = {"fast": (), "full": (0.4, 0.6, 0.75, 0.9), "proof": tuple(i / 20 for i in range(1, 20))}[PROFILE]


def started(place: Place) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "habeas", *COMMAND],
        cwd=place.folder,
        env={**os.environ, **place.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> dict[str, object]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "jane@example.com" not in err
    document: dict[str, object] = json.loads(out)
    return document


def test_killed_at_shares_of_its_time(unbroken: Measure) -> None:
    measure = unbroken("sample", JANE)
    with measure.template.copied() as place:
        start = time.monotonic()
        whole = ended(started(place))
        seconds = time.monotonic() - start
    assert whole["status"] == "complete"
    for share in SHARES:
        with measure.template.copied() as place:
            process = started(place)
            time.sleep(seconds * share)
            process.kill()
            process.communicate()
            before = runs_of(place)
            told = ended(started(place))
            ((run, state),) = runs_of(place)
            assert state == "verified"
            if not before or before[0][1] != "verified":
                assert told["run"] == run
                assert {k: v for k, v in told.items() if k not in ("run", "resumed", "certificate", "as_of")} == {
                    k: v for k, v in whole.items() if k not in ("run", "resumed", "certificate", "as_of")
                }
