"""What fides and dbt files say, and what becomes of what the map already knows otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from habeas.cli.door import run
from habeas.datamap.documents import parse_document
from habeas.datamap.model import EdgeKind, Policy, StoreMap
from habeas.importing.dbt import read_dbt_files, read_dbt_manifest
from habeas.importing.fides import read_fides
from habeas.importing.proposing_said import propose_said
from habeas.importing.said import Said, SaidColumn, SaidEdge, SaidTable
from habeas.importing.tags import read_tags

STORE = StoreMap.model_validate(
    {
        "store": "app",
        "url": "${URL}",
        "customers": {"table": "accounts"},
        "people": {"contact": {"table": "contacts"}},
        "tables": {
            "contacts": {
                "customer": {"column": "account_id"},
                "columns": {"email": {"category": "user.contact.email"}},
            },
            "billing.Invoices": {},
            "plans": {"not_personal": "prices"},
        },
    }
)


def proposed(*tables: SaidTable, store: StoreMap = STORE) -> tuple[dict[str, Any], list[str]]:
    document, findings = propose_said(Said("tool", tables), store, Policy())
    return document, [finding.code for finding in findings]


def test_tables_are_called_as_the_map_calls_them() -> None:
    said = (SaidColumn("mail", ("user.contact.email",)),)
    document, _ = proposed(
        SaidTable("invoices", "billing", said), SaidTable("CONTACTS", "public", said), SaidTable("new", "other", said)
    )
    assert set(document["tables"]) == {"billing.Invoices", "contacts", "other.new"}


@pytest.mark.parametrize(
    ("categories", "entry"),
    [
        (("user.contact", "user.contact.email"), {"category": "user.contact.email", "proposed": "tool"}),
        (("system.operations", "user.name"), {"category": "user.name", "proposed": "tool"}),
        (("system.operations",), {"category": "system.operations", "proposed": "tool"}),
    ],
)
def test_of_several_categories_the_closest_personal_one_is_taken(categories: tuple[str, ...], entry: dict) -> None:
    document, codes = proposed(SaidTable("contacts", None, (SaidColumn("x", categories),)))
    assert document["tables"]["contacts"]["columns"]["x"] == entry and not codes


def test_two_categories_that_exclude_each_other_are_asked() -> None:
    document, _ = proposed(SaidTable("contacts", None, (SaidColumn("x", ("user.name", "user.contact.email")),)))
    assert document["tables"]["contacts"]["columns"]["x"]["ask"]["choices"] == ["user.name", "user.contact.email"]


def test_what_is_only_called_personal_is_asked_with_likely_answers() -> None:
    document, _ = proposed(SaidTable("contacts", None, (SaidColumn("home_phone", personal=True),)))
    asked = document["tables"]["contacts"]["columns"]["home_phone"]["ask"]
    assert "user.contact.phone_number" in asked["choices"]


def test_a_category_that_nobody_knows_is_named_and_left_out() -> None:
    document, codes = proposed(SaidTable("contacts", None, (SaidColumn("x", ("user.shoe_size",)),)))
    assert document == {} and codes == ["unknown-category"]


def test_where_the_map_says_otherwise_a_finding_tells() -> None:
    _, codes = proposed(
        SaidTable("contacts", None, (SaidColumn("email", ("user.name",)),)),
        SaidTable("plans", None, (SaidColumn("owner", ("user.name",)),)),
    )
    assert codes == ["import-differs", "import-differs"]


def test_an_identity_counts_in_tables_of_people_alone() -> None:
    column = SaidColumn("mail", ("user.contact.email",), identity="email")
    document, codes = proposed(
        SaidTable("contacts", None, (column,)),
        SaidTable("logs", None, (column,)),
        SaidTable("staff", None, (column,), root=True),
    )
    tables = document["tables"]
    assert (
        tables["contacts"]["columns"]["mail"]["identity"] == tables["staff"]["columns"]["mail"]["identity"] == "email"
    )
    assert "identity" not in tables["logs"]["columns"]["mail"]
    assert document["people"] == {"staff": {"table": "staff", "proposed": "tool"}}
    assert codes == ["identity-outside-people"]
    strange = SaidColumn("n", identity="badge")
    assert proposed(SaidTable("contacts", None, (strange,)))[1] == ["unknown-identity-type"]


def test_the_path_to_the_customer_is_no_edge_and_nobody_owns_through_a_table_of_nobody() -> None:
    owned = EdgeKind.OWNED_BY
    document, _ = proposed(
        SaidTable(
            "contacts",
            edges=(
                SaidEdge(("account_id",), "accounts", ("id",), as_=owned),
                SaidEdge(("plan_id",), "plans", ("id",), as_=owned, goes_along=True),
                SaidEdge(("a", "b"), "pairs", ("x", "y"), as_=owned),
            ),
        )
    )
    assert document["tables"]["contacts"]["edges"] == {
        "plan_id": {"to": "plans.id", "as": "lookup", "proposed": "tool"},
        "a_b": {"to": "pairs(x, y)", "columns": ["a", "b"], "as": "owned_by", "proposed": "tool"},
    }


def fides(text: str) -> Said:
    return read_fides([parse_document(text.encode(), "fides.yml")])


def test_fides_says_what_it_can_not_take_over() -> None:
    said = fides(
        """\
dataset:
- fides_key: app
  data_categories: [user]
  collections:
  - name: events
    data_categories: [user.behavior]
    fields:
    - {name: id, fides_meta: {primary_key: true}}
    - {name: kind}
    - {name: phone, fidesops_meta: {identity: phone_number}}
    - name: items
      fides_meta: {data_type: "object[]"}
      fields: [{name: title, data_categories: [user.content]}]
    - name: far
      fides_meta: {references: [{dataset: elsewhere, field: t.id, direction: to}]}
    - name: deep
      fides_meta: {references: [{dataset: app, field: t.a.b, direction: to}]}
"""
    )
    table = said.tables[0]
    columns = {column.name: column for column in table.columns}
    assert columns["kind"].categories == ("user.behavior",), "the collection's own, before the dataset's"
    assert "id" not in columns, "a key has no category by what its collection holds"
    assert columns["phone"].identity == "phone" and table.root
    assert columns["items"].categories == ("user.content",)
    assert [f.code for f in said.findings] == ["list-of-objects", "other-dataset", "reference-unclear"]
    assert [f.position.line for f in said.findings if f.position] == [11, 14, 16]


@pytest.mark.parametrize(
    "text",
    ["dataset: [\n", "dataset: 7\n", "policies: []\n", "dataset: [{collections: [7, {name: x, fields: 7}]}, 8]\n"],
)
def test_a_file_of_another_form_is_no_fault(text: str) -> None:
    said = fides(text)
    assert said.tables == () or not said.tables[0].columns
    assert said.findings or said.tables


def test_a_manifest_says_the_same_as_a_schema_file() -> None:
    schema = """\
sources:
  - name: raw
    schema: billing
    tables:
      - name: bills
        identifier: Invoices
        columns:
          - name: mail
            meta: {fides: {data_categories: [user.contact.email]}}
          - name: contact_id
            tests: [relationships: {to: ref('contacts'), field: id}]
"""
    manifest = {
        "sources": {
            "source.x.raw.bills": {
                "resource_type": "source", "name": "bills", "identifier": "Invoices", "schema": "billing",
                "columns": {
                    "mail": {"name": "mail", "config": {"meta": {"fides": {"data_categories": ["user.contact.email"]}}}},
                    "contact_id": {"name": "contact_id", "meta": {}},
                },
            }
        },
        "nodes": {
            "test.x.rel": {
                "resource_type": "test", "attached_node": "source.x.raw.bills", "column_name": "contact_id",
                "test_metadata": {"name": "relationships", "kwargs": {"to": "ref('contacts')", "field": "id"}},
            },
            "test.x.broken": {"test_metadata": {"name": "relationships"}},
        },
    }  # fmt: skip
    by_file = read_dbt_files([parse_document(schema.encode(), "schema.yml")])
    by_manifest = read_dbt_manifest(manifest, "manifest.json")
    first, second = (propose_said(said, STORE, Policy())[0] for said in (by_file, by_manifest))
    assert first == second
    table = first["tables"]["billing.Invoices"]
    assert table["columns"]["mail"]["category"] == "user.contact.email"
    assert table["edges"]["contact_id"]["to"] == "contacts.id" and "ask" in table["edges"]["contact_id"]


@pytest.mark.parametrize(
    "meta", [None, "pii", [], {"habeas": 7}, {"habeas": {"edge": {"as": "friend"}}}, {"pii": "no"}]
)
def test_words_that_mean_nothing_say_nothing(meta: Any) -> None:
    tags = read_tags(meta)
    assert not tags.says_column and tags.edge_as is None


@pytest.mark.parametrize(
    ("arguments", "code", "status"),
    [
        (["fides"], "missing-argument", 2),
        (["excel", "x"], "bad-value", 2),
        (["fides", "nowhere.yml"], "file-missing", 1),
        (["dbt", "nowhere.json"], "unreadable-file", 1),
        (["dbt", "broken.json"], "broken-json", 1),
        (["dbt", "other.yml"], "no-dbt-tables", 1),
        (["sqlalchemy", "models"], "bad-value", 2),
        (["sqlalchemy", "no_such_module_here:Base"], "module-not-imported", 1),
        (["sqlalchemy", "json:loads"], "no-metadata", 2),
        (["sqlalchemy", "json:a", "b"], "one-source", 2),
        (["django", "no_such_settings_here"], "module-not-imported", 1),
        (["fides", "other.yml", "--store", "crm"], "unknown-store", 2),
    ],
)
def test_what_can_not_be_read_changes_nothing(
    arguments: list[str],
    code: str,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (
        "version: 1\nstore: app\nurl: sqlite://\npeople: {contact: contacts}\n"
        "tables: {contacts: {columns: {email: {category: user.contact.email, identity: email}}}}\n"
    )
    (tmp_path / "habeas").mkdir()
    (tmp_path / "habeas" / "habeas.yaml").write_text("version: 1\nstores: [app.yaml]\n")
    (tmp_path / "habeas" / "app.yaml").write_text(text)
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "other.yml").write_text("a: 1\n")
    monkeypatch.chdir(tmp_path)
    assert run(["map", "import", *arguments, "--json"]) == status
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] == code
    assert (tmp_path / "habeas" / "app.yaml").read_text() == text
