"""`python -m bench values`: what values alone tell, with every column's name hidden.

The sample company is built in SQLite; each text column of it is looked at as `column_1`, `column_2` …, through the same
bounded samples that `init` takes, and held against the company's reviewed map. Only categories that a value can bear
are counted: names, streets, cities and birth dates can't be told without the name of their column.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import habeas.demo
from habeas.datamap.reader import read_company
from habeas.demo.company import build
from habeas.discovery.value_evidence import CATEGORIES, kind_of
from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.reading_catalogue import read_catalogue
from habeas.stores.sql.sampling import samples_of

PEOPLE = 2_000


def report() -> list[str]:
    """The lines of the measurement, as a table of Markdown."""
    reviewed = read_company(Path(habeas.demo.__file__).parent / "map").company
    assert reviewed is not None
    tables = reviewed.stores["app"].tables
    told: dict[str, list[int]] = {}
    columns = looked = 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "app.db"
        build(file, people=PEOPLE)
        url = f"sqlite:///{file}"
        engine = open_engine(url)
        with engine.connect() as connection:
            catalog = read_catalogue(connection)
        engine.dispose()
        begun = time.perf_counter()
        with samples_of(url, catalog) as samples:
            for table in catalog.tables.values():
                texts = [c for c in table.columns if table.is_base and c.family.value == "text"]
                sampled = samples.texts(table.ref, [column.name for column in texts])
                for number, column in enumerate(texts, 1):
                    columns += 1
                    kind = kind_of(replace(column, name=f"column_{number}"), sampled[column.name], of_people=False)
                    entry = tables[table.ref].columns.get(column.name) if table.ref in tables else None
                    label = (entry.category if entry is not None else None) or ""
                    _count(told, label, CATEGORIES[kind] if kind is not None else "")
        looked = round(columns / (time.perf_counter() - begun))
    lines = ["| category | columns of it | told by values | told wrongly |", "|---|---|---|---|"]
    lines += [f"| {category} | {has} | {hits} | {wrong} |" for category, (has, hits, wrong) in sorted(told.items())]
    return [
        *lines,
        "",
        f"{columns} text columns of {len(catalog.tables)} tables, {looked:,} columns a second with sampling",
    ]


def _count(told: dict[str, list[int]], label: str, said: str) -> None:
    """Columns of a category by the map, those told rightly, and those told to be of it that are of another."""
    if label in CATEGORIES.values():
        counts = told.setdefault(label, [0, 0, 0])
        counts[0] += 1
        counts[1] += said == label
    if said and said != label:
        told.setdefault(said, [0, 0, 0])[2] += 1
