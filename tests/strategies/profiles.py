"""How many examples the property tests look at: HABEAS_TEST_PROFILE is `fast`, `full` (the default) or `proof`.

A failing world is shrunk where HABEAS_TEST_SHRINK is set: over a database that takes minutes, and the worlds are small.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

#: The profile that was asked for.
PROFILE = os.environ.get("HABEAS_TEST_PROFILE", "full")

#: examples for the oracle alone, for the engine on SQLite, for the engine on PostgreSQL
EXAMPLES = {"fast": (60, 60, 8), "full": (300, 500, 60), "proof": (5_000, 5_000, 1_000)}
ORACLE_EXAMPLES, SQLITE_EXAMPLES, POSTGRESQL_EXAMPLES = EXAMPLES[PROFILE]
PHASES = (Phase.explicit, Phase.generate) + ((Phase.shrink,) if os.environ.get("HABEAS_TEST_SHRINK") else ())


def looking_at(examples: int, share: float = 1.0) -> settings:
    """Settings of a property; `share` divides a number of examples among several tests."""
    return settings(
        max_examples=max(1, round(examples * share)),
        deadline=None,  # a database answers when it answers
        database=None,
        derandomize=PROFILE != "proof",  # a build says the same each time; `make proof` looks elsewhere each time
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,  # refused selections are no example of an erasure
            HealthCheck.function_scoped_fixture,
        ],
        phases=PHASES,
        print_blob=True,
    )
