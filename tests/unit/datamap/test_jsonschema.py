"""The JSON Schema says what the reader reads."""

import json

import jsonschema
import pytest
from ruamel.yaml import YAML

from habeas.datamap.forms import SECTIONS
from habeas.datamap.jsonschema import json_schema

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
HEAD = "version: 1\nstore: app\nurl: ${X}\n"


def valid(text):
    return VALIDATOR.is_valid(YAML(typ="safe", pure=True).load(text))


def test_the_schema_is_a_schema_and_plain_data():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_every_key_that_is_read_is_described():
    for section, keys in SECTIONS.items():
        properties = SCHEMA["$defs"][section]["properties"]
        assert set(properties) == set(keys)
        assert all(properties[key]["description"] == sentence for key, sentence in keys.items())


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        "version: 1\nstores: [app.yaml]\ngrounds: {accounting: 7 years}\nidentity_types: {x.id: exact}\n",
        HEAD + "customers: accounts\npeople: {contact: contacts}\ntables:\n",
        HEAD + "tables: {t: , u: {customer: id}, v: {customer: {via: x}, edges: {x: owned_by}}}",
        HEAD + "tables: {t: {columns: {a: user.name, b: {category: user.name, mask: null}, c: {mask: {constant: 1}}}}}",
        HEAD + "tables: {t: {edges: {s: {pair: [a, b], to: {C: contacts, U: {table: users, as: lookup}}}}}}",
        HEAD + "tables: {t: {on_erase: {keep: {ground: g, for: 7 years, after: at, with: lines}}}}",
        HEAD + "tables: {t: {edges: {a: {to: x, as: owned_by, on_erase: {mask: [note]}, placeholder: [0, 1]}}}}",
    ],
)
def test_written_forms_are_valid(text):
    assert valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "store: app\nurl: x\n",
        HEAD + "tabels: {}",
        HEAD + "tables: {t: {columns: {a: user.nam}}}",
        HEAD + "tables: {t: {edges: {a: owend_by}}}",
        HEAD + "tables: {t: {edges: {a: {pair: [a]}}}}",
        HEAD + "tables: {t: {on_erase: keep}}",
        HEAD + "tables: {t: {on_erase: {keep: {ground: g}}}}",
        HEAD + "tables: {t: {on_erase: {keep: {ground: g, after: a, for: long}}}}",
        "version: 2\nstores: []\n",
        "version: 1\nstores: []\nlimits: {max_matches: 0}\n",
    ],
)
def test_mistakes_are_marked(text):
    assert not valid(text)
