"""docs/map.md is true: its examples are read, and it has every key."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from habeas.datamap import model
from habeas.datamap.forms import SECTIONS
from habeas.datamap.reader import read_company
from habeas.datamap.writing import merge
from habeas.datamap.written import Written
from habeas.diagnostics import Severity

PAGE = (Path(__file__).parents[3] / "docs" / "map.md").read_text(encoding="utf-8")
EXAMPLES = [(m[1].strip(), m[2]) for m in re.finditer(r"^```yaml([^\n]*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)]
POLICY = {
    "version": 1,
    "organization": "Acme",
    "contact": "privacy@acme.example",
    "grounds": {"accounting": {"for": "7 years"}},
    "stores": ["app.yaml"],
}
STORE = {
    "version": 1,
    "store": "app",
    "url": "${APP_DATABASE_URL}",
    "customers": {"table": "accounts"},
    "people": {"contact": {"table": "contacts"}, "user": {"table": "users"}},
    "tables": {
        name: {
            "customer": "account_id",
            "columns": {"email": {"category": "user.contact.email", "identity": "email"}},
        }
        for name in ("contacts", "users")
    },
}
# What the models need inside and nobody writes: short forms are expanded into it.
INTERNAL = {"Edge.targets", "EdgeErase.action", "Mask.kind", "Mask.value", "OnErase.action"}
SECTION_OF = {
    "StoreMap": "store",
    "Location": "location",
    "Customers": "customers",
    "Person": "person",
    "TableEntry": "table",
    "CustomerPath": "customer",
    "Edge": "edge",
    "EdgeTarget": "target",
    "OnAccess": "on_access",
    "EdgeErase": "edge_on_erase",
    "ColumnEntry": "column",
    "JsonPath": "path",
    "Mask": "mask",
    "OnErase": "on_erase",
    "Keep": "keep",
    "Retain": "retain",
    "Question": "ask",
    "Policy": "policy",
    "Ground": "ground",
    "Elsewhere": "elsewhere",
    "Limits": "limits",
    "PersonalByPolicy": "discovery",
}


def read(folder, kind, text):
    is_policy = kind == "habeas.yaml"
    (folder / "habeas.yaml").write_text(merge(text if is_policy else None, POLICY), encoding="utf-8")
    (folder / "app.yaml").write_text(merge(None if is_policy else text, STORE), encoding="utf-8")
    return read_company(folder)


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_examples_are_read_without_a_finding(tmp_path, kind, text):
    reading = read(tmp_path, kind, text)
    findings = [f for f in reading.findings if f.severity is not Severity.NOTE]
    assert [(f.code, f.summary, f.position) for f in findings] == []
    assert reading.company is not None


def test_every_key_has_an_example(tmp_path, monkeypatch):
    seen = {section: set() for section in SECTIONS}
    mapping = Written.mapping

    def recording(self, value, path, section, example):
        if isinstance(value, dict):
            seen[section] |= set(value)
        return mapping(self, value, path, section, example)

    monkeypatch.setattr(Written, "mapping", recording)
    for kind, text in EXAMPLES:
        read(tmp_path, kind, text)
    guesses = {"proposed", "ask"}  # one example shows them in some of the places where they may stand
    missing = {s: set(keys) - seen[s] - guesses for s, keys in SECTIONS.items() if set(keys) - seen[s] - guesses}
    assert missing == {}


def test_every_key_is_explained_in_its_section():
    tables = {m[1]: m[2] for m in re.finditer(r"<!-- keys: (\w+) -->\n((?:\|.*\n)+)", PAGE)}
    assert set(tables) == set(SECTIONS)
    for section, keys in SECTIONS.items():
        rows = tables[section].splitlines()[2:]
        named = [key for row in rows for key in re.findall(r"`([^`]+)`", row.split("|")[1])]
        assert named == list(keys), section


def test_every_key_of_the_models_can_be_written():
    models = {
        name: found
        for name, found in vars(model).items()
        if isinstance(found, type) and issubclass(found, BaseModel) and found.__module__ == model.__name__
    }
    assert set(models) - set(SECTION_OF) == {"Entry", "Guess", "CompanyMap"}
    for name, section in SECTION_OF.items():
        fields = {
            field.alias or key for key, field in models[name].model_fields.items() if f"{name}.{key}" not in INTERNAL
        }
        assert fields <= set(SECTIONS[section]), name
