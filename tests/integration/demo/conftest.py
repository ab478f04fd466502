"""One sample company for the tests that only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.integration.demo.contents import engine_of

from habeas.demo.company import Figures, build


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Figures]:
    """The company of the defaults, and what was counted while it was made."""
    path = tmp_path_factory.mktemp("company") / "app.db"
    return path, build(path)


@pytest.fixture
def company(company_file: tuple[Path, Figures]) -> Iterator[sa.Connection]:
    """A connection to it; what a test changes is rolled back."""
    with engine_of(company_file[0]).connect() as connection:
        yield connection
