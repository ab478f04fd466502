"""The oracle of the tests, held against answers that K9db published."""

from __future__ import annotations

from typing import Any

import pytest
from tests.acceptance.k9db.cases import CASES, Access, Case, asked
from tests.oracle.aftermath import erase
from tests.oracle.company import Rows
from tests.oracle.decision import decide_access


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_request_of_the_case_is_answered_as_published(case: Case) -> None:
    rows = case.rows
    for step in case.steps:
        if isinstance(step, Access):
            assert reached(case, rows, step) == {t: sorted(r, key=repr) for t, r in step.rows.items()}
            continue
        after = erase(case.company, rows, asked(step))
        for table, expected in step.tables.items():
            assert tuples(after[table]) == sorted(expected, key=repr), table
        if step.gone is not None:
            assert sum(map(len, rows.values())) - sum(map(len, after.values())) == step.gone
        rows = after


def reached(case: Case, rows: Rows, step: Access) -> dict[str, list[tuple[Any, ...]]]:
    verdicts = decide_access(case.company, rows, asked(step))
    found: dict[str, list[tuple[Any, ...]]] = {}
    for table, position in verdicts.right:
        hidden = verdicts.hidden.get((table, position), set())
        values = rows[table][position]
        found.setdefault(table, []).append(tuple(None if c in hidden else v for c, v in values.items()))
    return {table: sorted(values, key=repr) for table, values in found.items()}


def tuples(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((tuple(row.values()) for row in rows), key=repr)
