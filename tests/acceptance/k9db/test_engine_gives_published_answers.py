"""habeas, held against answers that K9db published, on SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.k9db.cases import CASES, Access, Case, asked
from tests.oracle.company import Column, Rows
from tests.strategies.databases import load_postgresql, load_sqlite, read_postgresql, read_sqlite
from tests.strategies.engine import engine_over
from tests.strategies.rendering import in_text

from habeas.program.selection import Intent


@pytest.mark.parametrize("short", [False, True], ids=["long map", "short map"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_request_is_answered_as_published(case: Case, short: bool, database_url: str, tmp_path: Path) -> None:
    def read() -> Rows:
        if database_url.startswith("sqlite"):
            return read_sqlite(case.company, Path(database_url.removeprefix("sqlite:///")))
        return read_postgresql(case.company, database_url)

    if database_url.startswith("sqlite"):
        load_sqlite(case.company, case.rows, database_url.removeprefix("sqlite:///"))
    else:
        load_postgresql(case.company, case.rows, database_url)
    with engine_over(case.company, database_url, tmp_path / "company", short=short) as engine:
        for step in case.steps:
            if isinstance(step, Access):
                planned = engine.plan(asked(step), Intent.ACCESS)
                counts = {table: planned.rows("read", table) for table in case.company.tables}
                assert {t: n for t, n in counts.items() if n} == {t: len(r) for t, r in step.rows.items()}
                continue
            before = read()
            outcome = engine.erase(asked(step))
            assert (outcome.status, outcome.details) == ("complete", ())
            after = read()
            for table, expected in step.tables.items():
                columns = case.company.tables[table].columns
                assert texts(columns, after[table]) == texts(columns, named(columns, expected)), table
            if step.gone is not None:
                assert sum(map(len, before.values())) - sum(map(len, after.values())) == step.gone


def named(columns: tuple[Column, ...], rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip((c.name for c in columns), row, strict=True)) for row in rows]


def texts(columns: tuple[Column, ...], rows: list[dict[str, Any]]) -> list[tuple[str | None, ...]]:
    return sorted((tuple(in_text(row[c.name], c) for c in columns) for row in rows), key=repr)
