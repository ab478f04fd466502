"""What `init` proposes, held against maps that a person wrote beforehand: at least nine lines of ten are there.

The measure stands in `tests/known_schemas/map_lines.py`; the maps in `tests/known_schemas/hand_written/`, and the sample
company's beside its schema in `habeas.demo`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.known_schemas.databases import HERE, chinook, chinook_name, pagila, run_all
from tests.known_schemas.map_lines import Comparison, compare, expanded, read_store

import habeas.demo
from habeas.catalog.tables import Catalog
from habeas.datamap.model import StoreMap
from habeas.demo.company import build
from habeas.flows.init import init
from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.reading_catalogue import read_catalogue

LEAST = 0.9  # of the lines a person wrote
LEAST_TRUE = 0.7  # of the lines init proposes


def test_chinook_in_both_editions(database_url: str, tmp_path: Path) -> None:
    engine = sa.create_engine(database_url)
    run_all(engine, chinook(engine.dialect.name))
    engine.dispose()
    by_hand = _hand_written(tmp_path / "hand", "chinook")
    _at_least_nine_of_ten(_compared(database_url, tmp_path, "chinook", by_hand, camel=engine.dialect.name == "sqlite"))


@pytest.mark.postgresql
def test_pagila(postgresql_url: str, tmp_path: Path) -> None:
    engine = sa.create_engine(postgresql_url)
    run_all(engine, pagila())
    engine.dispose()
    by_hand = _hand_written(tmp_path / "hand", "pagila")
    _at_least_nine_of_ten(_compared(postgresql_url, tmp_path, "pagila", by_hand))


def test_the_sample_company(database_url: str, tmp_path: Path) -> None:
    build(database_url, people=200)
    by_hand = read_store(Path(habeas.demo.__file__).parent / "map", "app")
    _at_least_nine_of_ten(_compared(database_url, tmp_path, "app", by_hand))


def _at_least_nine_of_ten(comparison: Comparison) -> None:
    assert comparison.share >= LEAST, comparison.told()
    assert comparison.truth >= LEAST_TRUE, comparison.told()


def _hand_written(folder: Path, name: str) -> StoreMap:
    folder.mkdir()
    shutil.copy(HERE / "hand_written" / f"{name}.yaml", folder / f"{name}.yaml")
    (folder / "habeas.yaml").write_text(f"version: 1\ngrounds: {{accounting: 7 years}}\nstores: [{name}.yaml]\n")
    return read_store(folder, name)


def _compared(url: str, folder: Path, store: str, by_hand: StoreMap, *, camel: bool = False) -> Comparison:
    init(url, folder / "proposed", {}, store=store)
    catalog = _catalogue(url)
    named = (lambda name: chinook_name("sqlite", name)) if camel else str
    proposed = read_store(folder / "proposed", store)
    return compare(expanded(by_hand, catalog, named), expanded(proposed, catalog))


def _catalogue(url: str) -> Catalog:
    engine = open_engine(url)
    with engine.connect() as connection:
        catalog = read_catalogue(connection)
    engine.dispose()
    return catalog
