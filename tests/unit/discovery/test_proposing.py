from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from habeas.catalog.tables import Catalog, Table, TableKind
from habeas.datamap.openness import OpenKind, store_open_entries
from habeas.datamap.reader import read_company
from habeas.datamap.writing import merge
from habeas.diagnostics import Severity
from habeas.discovery.proposing import Proposal, propose
from habeas.discovery.reading import GivenValues
from habeas.discovery.rendering import render_policy, render_store

CatalogOf = Callable[[str], Catalog]
SHOP = """
    CREATE TABLE accounts (id integer PRIMARY KEY, title text, closed_at datetime);
    CREATE TABLE contacts (id integer PRIMARY KEY, account_id integer NOT NULL, name text, email text);
    CREATE TABLE invoices (id integer PRIMARY KEY, account_id integer NOT NULL, contact_id integer NOT NULL,
      issued_at date);
    CREATE TABLE invoice_lines (id integer PRIMARY KEY, invoice_id integer NOT NULL, plan_id integer);
    CREATE TABLE parcels (id integer PRIMARY KEY, account_id integer NOT NULL, invoice_id integer, street text);
    CREATE TABLE claims (id integer PRIMARY KEY, account_id integer NOT NULL, invoice_id integer);
    CREATE TABLE notes (id integer PRIMARY KEY, notable_type text, notable_id integer, body text);
    CREATE TABLE letters (recipient text, body text);
    CREATE TABLE plans (id integer PRIMARY KEY, title text);
"""
NOTABLE = {("notes", "notable_type"): ["Contact", "Robot"]}


def proposal(catalog: Catalog, values: dict[tuple[str, str], list[str]] | None = None) -> Proposal:
    return propose(catalog, "app", "${APP_DATABASE_URL}", GivenValues(NOTABLE if values is None else values))


def read_back(text: str) -> Any:
    return YAML(typ="safe").load(text)


def test_the_document_is_in_the_written_form_and_every_guess_bears_its_rule(catalog_of: CatalogOf) -> None:
    document = proposal(catalog_of(SHOP)).document
    assert document["customers"] == {"table": "accounts", "ends_at": "closed_at", "proposed": "tenant-name"}
    assert document["people"] == {"contact": {"table": "contacts", "controller": "customer", "proposed": "person-name"}}
    tables = document["tables"]
    assert tables["plans"]["proposed"] == "no-personal-columns" and "columns" not in tables["plans"]
    assert tables["contacts"] == {
        "customer": {"column": "account_id", "proposed": "not-null-column"},
        "columns": {
            "id": {"identity": "app.contact_id", "proposed": "primary-key"},
            "name": {"category": "user.name", "proposed": "name-in-people"},
            "email": {"category": "user.contact.email", "identity": "email", "proposed": "name"},
        },
    }
    assert tables["invoice_lines"]["customer"] == {"via": "invoice_id", "proposed": "owning-edge"}
    assert tables["invoice_lines"]["edges"]["invoice_id"] == {"as": "owned_by", "proposed": "owned-parent"}


def test_questions_are_asked_once_and_followers_point_at_them(catalog_of: CatalogOf) -> None:
    made = proposal(catalog_of(SHOP))
    edges = {ref: made.document["tables"][ref]["edges"]["invoice_id"] for ref in ("parcels", "claims")}
    asked = [ref for ref, edge in edges.items() if "ask" in edge]
    (follower,) = (ref for ref in edges if ref not in asked)
    assert len(asked) == 1 and "as" not in edges[asked[0]]
    assert edges[follower] == {"as": "accessed_by", "proposed": "unsure"}
    assert made.comments[("tables", follower, "edges", "invoice_id")] == f"answer as for {asked[0]}.invoice_id"


def test_accounting_is_one_question_and_its_answer_names_the_lines(catalog_of: CatalogOf) -> None:
    ask = proposal(catalog_of(SHOP)).document["tables"]["invoices"]["ask"]
    assert ask["choices"][0] == ("on_erase: {keep: {ground: accounting, after: issued_at, with: [invoice_lines]}}")


def test_a_type_without_a_table_is_asked(catalog_of: CatalogOf) -> None:
    targets = proposal(catalog_of(SHOP)).document["tables"]["notes"]["edges"]["notable"]["to"]
    assert targets["Contact"] == {"table": "contacts", "as": "owned_by", "proposed": "pair-of-person"}
    assert list(targets["Robot"]) == ["ask"] and "Robot" in targets["Robot"]["ask"]["question"]


def test_what_the_allowance_leaves_out_is_named_in_a_finding(catalog_of: CatalogOf) -> None:
    made = proposal(catalog_of(SHOP))
    assert made.questions == 3
    (left,) = (finding for finding in made.findings if finding.code == "questions-left-out")
    assert left.severity is Severity.NOTE and "letters" in left.detail
    assert "not_personal" not in made.document["tables"]["letters"]


def test_a_table_with_personal_columns_is_never_proposed_not_personal(catalog_of: CatalogOf) -> None:
    made = proposal(catalog_of(SHOP + "CREATE TABLE blobs_of_text (id integer PRIMARY KEY, cc_email text, ip text);"))
    for ref, table in made.document["tables"].items():
        assert not ("not_personal" in table and "columns" in table), ref
    assert set(made.document["tables"]["blobs_of_text"]["columns"]) == {"cc_email", "ip"}


def test_a_table_without_a_primary_key_gets_a_key_from_a_unique_constraint(catalog_of: CatalogOf) -> None:
    made = proposal(catalog_of("CREATE TABLE contacts (number integer NOT NULL UNIQUE, name text, email text);"))
    assert made.document["tables"]["contacts"]["key"] == ["number"]
    assert made.document["tables"]["contacts"]["proposed"] == "unique-as-key"


def test_materialised_views_are_derived_and_foreign_tables_are_left_out(catalog_of: CatalogOf) -> None:
    catalog = catalog_of(SHOP)
    view = Table("totals", "main", "totals", TableKind.MATERIALIZED_VIEW, depends_on=("invoices",))
    remote = Table("remote", "main", "remote", TableKind.FOREIGN)
    made = proposal(replace(catalog, tables={**catalog.tables, "totals": view, "remote": remote}))
    assert made.document["tables"]["totals"] == {
        "derived": "materialised view over invoices",
        "proposed": "materialised-view",
    }
    assert "remote" not in made.document["tables"]
    assert any(f.code == "foreign-table" and f.tables == ("remote",) for f in made.findings)


def test_a_store_without_people_says_so() -> None:
    made = propose(Catalog("sqlite", "main", {}), "app", "sqlite:///x.db", GivenValues())
    assert made.document == {"version": 1, "store": "app", "url": "sqlite:///x.db", "tables": {}}
    assert [finding.code for finding in made.findings] == ["no-people"]
    assert read_back(render_store(made)) == made.document


def test_proposing_twice_says_the_same(catalog_of: CatalogOf) -> None:
    assert proposal(catalog_of(SHOP)) == proposal(catalog_of(SHOP))


@pytest.mark.parametrize("values", [NOTABLE, {}])
def test_the_text_reads_back_as_the_document(catalog_of: CatalogOf, values: dict[tuple[str, str], list[str]]) -> None:
    made = proposal(catalog_of(SHOP), values)
    assert read_back(render_store(made)) == made.document
    assert read_back(render_policy(made.policy)) == made.policy


def test_the_text_is_for_people(catalog_of: CatalogOf) -> None:
    catalog = catalog_of(SHOP)
    tables = dict(catalog.tables)
    tables["contacts"] = replace(tables["contacts"], estimated_rows=1200)
    lines = render_store(proposal(replace(catalog, tables=tables))).splitlines()
    assert lines[0].startswith("# ") and any("accept" in line for line in lines[:5])
    top = [line.partition(":")[0] for line in lines if line and line[0].isalpha()]
    assert top == ["version", "store", "url", "customers", "people", "tables"]
    (contacts,) = (n for n, line in enumerate(lines) if line.startswith("  contacts:"))
    assert "about 1,200 rows" in lines[contacts] and lines[contacts - 1] == ""
    assert "      name: {category: user.name, proposed: name-in-people}" in lines


def test_odd_names_survive_the_text(catalog_of: CatalogOf) -> None:
    made = proposal(
        catalog_of("""
        CREATE TABLE "Contacts: all #1" (id integer PRIMARY KEY, "Full Name" text, "e-mail, work" text, "yes" text);
        CREATE TABLE "no" (id integer PRIMARY KEY, email text, first_name text);
    """)
    )
    assert read_back(render_store(made)) == made.document


def test_the_reader_of_maps_understands_what_was_written(catalog_of: CatalogOf, tmp_path: Path) -> None:
    made = proposal(catalog_of(SHOP))
    (tmp_path / "app.yaml").write_text(render_store(made), encoding="utf-8")
    (tmp_path / "habeas.yaml").write_text(render_policy(made.policy), encoding="utf-8")
    reading = read_company(tmp_path)
    assert [f for f in reading.findings if f.severity is Severity.ERROR] == []
    assert reading.company is not None
    entries = store_open_entries(reading.company.stores["app"])
    assert sum(entry.kind is OpenKind.QUESTION for entry in entries) == made.questions
    assert sum(entry.kind is OpenKind.GUESS for entry in entries) == made.proposed


def test_proposing_again_changes_nothing_that_stands(catalog_of: CatalogOf) -> None:
    made = proposal(catalog_of(SHOP))
    text = render_store(made)
    assert merge(text, made.document) == text


def test_proposing_again_adds_only_what_is_new(catalog_of: CatalogOf) -> None:
    text = render_store(proposal(catalog_of(SHOP)))
    accepted = text.replace(
        "      name: {category: user.name, proposed: name-in-people}",
        "      name: user.name   # reviewed by Ada",
    )
    assert accepted != text
    later = SHOP.replace("name text, email text)", "name text, email text, birth_date date)") + """
        CREATE TABLE surveys (id integer PRIMARY KEY, contact_id integer NOT NULL, feedback text);
    """  # fmt: skip
    merged = merge(accepted, proposal(catalog_of(later)).document)
    assert "      name: user.name   # reviewed by Ada" in merged
    before, after = read_back(accepted)["tables"], read_back(merged)["tables"]
    new_column = {"category": "user.demographic.date_of_birth", "proposed": "name"}
    assert after["contacts"]["columns"].pop("birth_date") == new_column
    assert after.pop("surveys")["edges"] == {"contact_id": {"as": "owned_by", "proposed": "not-null-key"}}
    assert after == before
    assert set(accepted.splitlines()) <= set(merged.splitlines())
