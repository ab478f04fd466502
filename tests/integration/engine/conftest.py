"""The small store of a test, over both dialects or over one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.engine.small_stores import SmallStore


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> SmallStore:
    """An empty store; the test runs once over each dialect."""
    return SmallStore(tmp_path, database_url)


@pytest.fixture
def sqlite_store(sqlite_url: str, tmp_path: Path) -> SmallStore:
    return SmallStore(tmp_path, sqlite_url)


@pytest.fixture
def postgresql_store(postgresql_url: str, tmp_path: Path) -> SmallStore:
    return SmallStore(tmp_path, postgresql_url)
