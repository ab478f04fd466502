"""The maps of random worlds and of K9db's cases, written as files, are read without a finding of error weight."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.acceptance.k9db.cases import CASES, Case
from tests.oracle.company import Company
from tests.strategies.profiles import ORACLE_EXAMPLES, looking_at
from tests.strategies.rendering import write_map
from tests.strategies.worlds import World, worlds

from habeas.datamap.reader import read_company
from habeas.diagnostics import Severity


def errors(company: Company, short: bool) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        reading = read_company(write_map(company, Path(folder) / "habeas", short))
    return [f"{f.code}: {f.summary} {f.detail}" for f in reading.findings if f.severity is Severity.ERROR]


@looking_at(ORACLE_EXAMPLES, share=0.25)
@given(worlds(), st.booleans())
def test_random_maps(world: World, short: bool) -> None:
    assert errors(world.company, short) == []


@pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_maps_of_published_cases(case: Case, short: bool) -> None:
    assert errors(case.company, short) == []
