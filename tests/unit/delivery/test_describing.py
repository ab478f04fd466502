from __future__ import annotations

import json
import warnings
from typing import Any

import pytest

from habeas.catalog.tables import TypeFamily

ROWS = [
    ("1", "Ann", "-12.50", "t", "2026-02-28", "2026-11-23 16:09:00.5+00", "10:00:00", "=x", None, "{1,2}", '{"a": 1}'),
    ("2", None, "NaN", "f", None, "2026-11-23 16:09:00", None, "", "0b9d1f0e-0c1d-4f6e-9a51-0a4f2f6f8a11", None, None),
]


def _columns(packages: Any) -> list[Any]:
    families = [
        ("id", TypeFamily.INTEGER),
        ("name", TypeFamily.TEXT),
        ("amount", TypeFamily.NUMBER),
        ("paid", TypeFamily.BOOLEAN),
        ("day", TypeFamily.DATE),
        ("at", TypeFamily.DATETIME),
        ("hour", TypeFamily.TIME),
        ("note", TypeFamily.ENUM),
        ("ref", TypeFamily.UUID),
        ("list", TypeFamily.ARRAY),
        ("extra", TypeFamily.JSON),
    ]
    return [packages.column(name, family) for name, family in families]


@pytest.mark.parametrize("formats", [{"csv", "json"}, {"csv"}])
def test_frictionless_finds_it_valid(packages: Any, formats: set[str]) -> None:
    opened = packages.make(
        packages.table(ROWS, _columns(packages), primary_key=("id",)),
        packages.table([], table="Empty ones"),
        formats=formats,
    )
    for name, content in opened.members.items():
        path = packages.folder / "unpacked" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of frictionless' own dependencies
        from frictionless import Package

        package = Package(str(packages.folder / "unpacked" / "datapackage.json"))
        report = package.validate()
        assert report.valid, report.to_summary()
        rows = package.get_resource("app.notes").read_rows()
    assert [row["id"] for row in rows] == [1, 2]
    assert rows[0]["paid"] is True and rows[1]["name"] is None


def test_types_are_what_the_values_are(packages: Any) -> None:
    fields = packages.make(packages.table(ROWS, _columns(packages))).description["resources"][0]["schema"]["fields"]
    types = [f["type"] + (f" {f['format']}" if "format" in f else "") for f in fields]
    assert types == [
        *("integer", "string", "number", "boolean", "date", "datetime any", "time any"),
        *("string", "string uuid", "string", "string"),
    ]


@pytest.mark.parametrize(
    ("family", "value"),
    [
        (TypeFamily.INTEGER, "abc"),
        (TypeFamily.NUMBER, "$1,000.00"),
        (TypeFamily.BOOLEAN, "maybe"),
        (TypeFamily.DATE, "0044-03-15 BC"),
        (TypeFamily.DATE, "20260228"),
        (TypeFamily.DATETIME, "infinity"),
        (TypeFamily.TIME, "25:00"),
        (TypeFamily.UUID, "no"),
    ],
)
def test_a_value_that_its_type_does_not_promise_makes_a_string(packages: Any, family: TypeFamily, value: str) -> None:
    opened = packages.make(packages.table([("x", value)], [packages.column("a"), packages.column("b", family)]))
    assert opened.description["resources"][0]["schema"]["fields"][1]["type"] == "string"
    assert opened.csv("app.notes") == [["x", value]]


def test_what_the_standard_asks_for(packages: Any) -> None:
    description = packages.make(packages.table([("x", "y")], kept="2 years", recipients=("Mailer",))).description
    assert description["$schema"].endswith("/2.0/datapackage.json")
    assert description["name"] == "access-r-7f3a9c" and description["created"] == "2026-11-23T16:09:00Z"
    assert description["sources"] == [{"title": "app (United States, us-east-1, aws)"}]
    resource = description["resources"][0]
    assert (resource["name"], resource["path"], resource["type"]) == ("app.notes", "data/app.notes.csv", "table")
    assert resource["schema"]["missingValues"] == [""]
    notes = resource["habeas"]
    assert (notes["rows"], notes["kept"], notes["recipients"]) == (1, "2 years", ["Mailer"])
    assert notes["location"] == "United States, us-east-1, aws"


def test_a_hidden_key_is_no_key(packages: Any) -> None:
    columns = [packages.column("a", hidden=True), packages.column("b", partly_hidden=True)]
    for key in ("a", "b"):
        opened = packages.make(packages.table([("1", "x")], columns, primary_key=(key,)))
        assert "primaryKey" not in opened.description["resources"][0]["schema"]


def test_places_not_covered_and_groups(packages: Any) -> None:
    notes = packages.make(header=packages.header(person_count=20_000)).description["habeas"]
    assert notes["notCovered"] == [{"name": "backups", "goneBy": "2026-12-23", "owner": "platform team"}]
    assert notes["groups"] == [{"kind": "contact", "customer": "7", "rows": 1}]
    assert notes["people"] == 20_000 and json.dumps(notes)
