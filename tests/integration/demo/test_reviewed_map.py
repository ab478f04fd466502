"""The map that ships with the sample company is complete and true."""

from __future__ import annotations

from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import sqlalchemy as sa

from habeas.datamap.model import CompanyMap, StoreMap
from habeas.datamap.openness import open_entries
from habeas.datamap.reader import Reading, read_company
from habeas.demo import schema
from habeas.demo.characters import CHARACTERS
from habeas.planning.compiling import compile_program
from habeas.program.selection import Intent
from habeas.stores.sql.reading_catalogue import read_catalogue


@pytest.fixture(scope="module")
def reading() -> Reading:
    with as_file(files("habeas.demo").joinpath("map")) as folder:
        return read_company(Path(folder))


@pytest.fixture
def reviewed(reading: Reading) -> CompanyMap:
    assert reading.company is not None, reading.findings
    return reading.company


@pytest.fixture
def app(reviewed: CompanyMap) -> StoreMap:
    return reviewed.stores["app"]


def test_it_reads_without_a_finding_and_nothing_in_it_is_open(reading: Reading, reviewed: CompanyMap) -> None:
    assert reading.findings == ()
    assert open_entries(reviewed) == ()


def test_every_table_and_view_is_mapped_and_says_whose_customer_it_is(app: StoreMap) -> None:
    assert set(app.tables) == {*schema.tables(), "open_conversations"}
    without = {ref for ref, table in app.tables.items() if table.customer is None}
    assert without == {"accounts", "open_conversations"}, "the Customers themselves, and a view"


def test_every_column_and_trigger_that_it_names_exists(app: StoreMap, company: sa.Connection) -> None:
    catalog = read_catalogue(company)
    for ref, entry in app.tables.items():
        table = catalog.tables[ref]
        named = {*entry.columns, *(c for e in entry.edges.values() for c in (e.pair or e.columns))}
        assert named <= set(table.column_names), ref
        assert set(entry.triggers) == {t.name for t in table.triggers}, ref


def test_every_column_with_something_of_a_character_is_personal(app: StoreMap, company: sa.Connection) -> None:
    """Looks at values, not at names: full names, addresses, numbers and streets of all characters."""
    found = company.execute(sa.text("SELECT full_name, lower(email), phone, street FROM contacts WHERE id < 101")).all()
    assert len(found) == len(CHARACTERS)
    needles = {value for row in found for value in row}
    unmapped = set()
    for table in schema.tables().values():
        personal = {name for name, entry in app.tables[table.name].columns.items() if entry.is_personal}
        for row in company.execute(sa.text(f"SELECT * FROM {table.name}")):
            for column, value in zip(table.columns, row, strict=True):
                text = value.decode() if isinstance(value, bytes) else str(value)
                if column not in personal and any(needle in text or needle in text.lower() for needle in needles):
                    unmapped.add(f"{table.name}.{column}")
    assert unmapped == set()


@pytest.mark.parametrize("intent", list(Intent))
def test_it_compiles_against_the_live_schema_without_a_finding(
    reviewed: CompanyMap, company: sa.Connection, intent: Intent
) -> None:
    program = compile_program(
        reviewed.stores["app"], read_catalogue(company), reviewed.policy, intent, date(2026, 6, 30)
    )
    assert tuple(program.findings) == ()


def test_the_policy_names_what_is_not_covered_and_the_ground_for_invoices(reviewed: CompanyMap) -> None:
    assert {name: str(place.longest) for name, place in reviewed.policy.elsewhere.items()} == {
        "backups": "30 days",
        "mail logs": "14 days",
    }
    keep = reviewed.stores["app"].tables["invoices"].on_erase.keep
    assert keep is not None
    assert (keep.ground, str(keep.period), keep.after, keep.with_) == (
        "accounting", "7 years", "issued_at", ("invoice_lines",),
    )  # fmt: skip
    assert reviewed.policy.grounds["accounting"].citation


def test_it_shows_every_way_in_which_a_row_may_belong_to_somebody(app: StoreMap) -> None:
    edges = [e for table in app.tables.values() for e in table.edges.values()]
    targets = [t for e in edges for t in (e.targets.values() if e.pair else [e])]
    assert {t.as_.value for t in targets if t.as_} == {"owned_by", "owns", "accessed_by", "accesses", "lookup"}
    assert {t.on_erase.action for t in targets if t.on_erase} == {"delete", "mask", "unlink"}
    assert any(t.placeholder is not None for t in targets)
    assert any(t.across for t in targets)
    assert {table.on_erase.action for table in app.tables.values()} == {"delete", "mask", "keep"}
