"""The JSON Schema of the map's files, as people write them (short forms too), so that editors complete and mark them.

It knows what may stand where. What has to fit together (an edge's ownership, a ground that exists, a table of the
live store) is the reader's and the checker's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from habeas.datamap.forms import SECTIONS, categories
from habeas.datamap.model import EdgeKind, MaskKind, MatchRule

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 1}
_TEXTS: Schema = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_PERIOD: Schema = {
    "type": "string",
    "pattern": r"^\s*\d{1,4}\s*(day|week|month|year)s?\s*$",
    "examples": ["7 years", "24 months", "30 days"],
}
_VERSION: Schema = {"const": 1}
_KIND: Schema = {"enum": [kind.value for kind in EdgeKind]}


def json_schema() -> Schema:
    """One schema (draft 2020-12) for a store's file and for habeas.yaml; plain data, ready for `json.dumps`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "habeas map",
        "description": "A store's file, or habeas.yaml.",
        "oneOf": [_ref("store"), _ref("policy")],
        "$defs": {name: _definition(name) for name in _PROPERTIES},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _named(schema: Schema) -> Schema:
    """A mapping of names that people choose."""
    return {"type": ["object", "null"], "additionalProperties": schema}


def _or_text(name: str) -> Schema:
    return {"oneOf": [{"type": "string"}, _ref(name)]}


_GUESS: Mapping[str, Schema] = {"proposed": _TEXT, "ask": {"oneOf": [{"type": "string"}, _ref("ask")]}}
_MASK: Schema = {
    "oneOf": [
        {"enum": [None, *(kind.value for kind in MaskKind if kind.value not in ("constant", "keep"))]},
        _ref("mask"),
    ]
}
_MEANING: Mapping[str, Schema] = {
    "as": _KIND,
    "on_access": _ref("on_access"),
    "on_erase": {"oneOf": [{"enum": ["delete", "unlink"]}, _ref("edge_on_erase")]},
    "placeholder": {"oneOf": [_SCALAR, {"type": "array", "items": _SCALAR}]},
    "across": {"const": "customers"},
    "why": _TEXT,
    **_GUESS,
}
_CATEGORY: Schema = {"enum": list(categories())}
_CONTROLLER: Schema = {"enum": ["us", "customer"]}
_TARGETS: Schema = {"type": "object", "additionalProperties": _or_text("target"), "minProperties": 1}

_PROPERTIES: Mapping[str, Mapping[str, Schema]] = {
    "store": {
        "version": _VERSION,
        "store": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,62}$"},
        "url": {"type": "string", "examples": ["${APP_DATABASE_URL}"]},
        "schemas": _TEXTS,
        "location": _ref("location"),
        "vendor": _TEXT,
        "customers": _or_text("customers"),
        "people": _named(_or_text("person")),
        "tables": _named({"oneOf": [{"type": "null"}, _ref("table")]}),
    },
    "location": {"country": _TEXT, "region": _TEXT, "provider": _TEXT},
    "customers": {"table": _TEXT, "ends_at": _TEXT, **_GUESS},
    "person": {
        "table": _TEXT,
        "controller": {"oneOf": [_CONTROLLER, {"type": "object", "additionalProperties": _CONTROLLER}]},
        "changed_at": _TEXT,
        "restrict": {"type": "object"},
        "retain": _ref("retain"),
        **_GUESS,
    },
    "table": {
        "key": _TEXTS,
        "customer": _or_text("customer"),
        "edges": _named({"oneOf": [_KIND, _ref("edge")]}),
        "columns": _named({"oneOf": [_CATEGORY, _ref("column")]}),
        "on_erase": {"oneOf": [{"enum": ["delete", "mask"]}, _ref("on_erase")]},
        "retain": _ref("retain"),
        "triggers": _named({"type": "string", "minLength": 1}),
        "derived": _TEXT,
        "not_personal": {"type": "string", "minLength": 1},
        **_GUESS,
    },
    "customer": {"column": _TEXT, "via": _TEXT, "none": _TEXT, **_GUESS},
    "edge": {
        "to": {"oneOf": [_TEXT, _TARGETS]},
        "columns": _TEXTS,
        "pair": {"type": "array", "items": _TEXT, "minItems": 2},
        **_MEANING,
    },
    "target": {"table": _TEXT, "to": _TEXT, **_MEANING},
    "on_access": {"hide": _TEXTS},
    "edge_on_erase": {"mask": _TEXTS},
    "column": {
        "category": _CATEGORY,
        "identity": {"type": "string", "examples": ["email", "phone"]},
        "provided": _FLAG,
        "source": _TEXT,
        "purpose": _TEXTS,
        "recipients": _TEXTS,
        "self_service": _FLAG,
        "statement": _TEXT,
        "copies": _TEXTS,
        "mask": _MASK,
        "paths": _named({"oneOf": [_CATEGORY, _ref("path")]}),
        "file": _TEXT,
        **_GUESS,
    },
    "path": {"category": _CATEGORY, "identity": _TEXT, "provided": _FLAG, "mask": _MASK},
    "mask": {"constant": _SCALAR, "keep": {"enum": ["year", "network"]}},
    "on_erase": {"keep": _ref("keep")},
    "keep": {"ground": _TEXT, "for": _PERIOD, "after": _TEXT, "with": _TEXTS, "mask": _TEXTS},
    "retain": {"for": _PERIOD, "after": _TEXT, "then": {"enum": ["erase", "mask", "archive"]}},
    "ask": {"question": _TEXT, "choices": _TEXTS},
    "policy": {
        "version": _VERSION,
        "organization": _TEXT,
        "contact": _TEXT,
        "purposes": {"oneOf": [{"type": "object"}, {"type": "array", "items": _TEXT}]},
        "grounds": _named({"oneOf": [_PERIOD, _ref("ground")]}),
        "identity_types": _named({"enum": [rule.value for rule in MatchRule]}),
        "stores": _TEXTS,
        "places": _TEXTS,
        "elsewhere": _named(_ref("elsewhere")),
        "limits": _ref("limits"),
        "discovery": _ref("discovery"),
    },
    "discovery": dict.fromkeys(SECTIONS["discovery"], _FLAG),
    "ground": {"for": _PERIOD, "citation": _TEXT, "description": _TEXT},
    "elsewhere": {"owner": _TEXT, "deletion": _TEXT, "longest": _PERIOD},
    "limits": dict.fromkeys(SECTIONS["limits"], _COUNT),
}

_REQUIRED: Mapping[str, list[str]] = {
    "store": ["version", "store", "url"],
    "policy": ["version", "stores"],
    "customers": ["table"],
    "person": ["table"],
    "on_access": ["hide"],
    "edge_on_erase": ["mask"],
    "on_erase": ["keep"],
    "keep": ["ground", "after"],
    "retain": ["for", "after"],
    "ask": ["question"],
}


def _definition(section: str) -> Schema:
    """One section as an object schema, each key with the sentence that the reference in the docs gives."""
    described = SECTIONS[section]
    properties = {key: {"description": described[key], **schema} for key, schema in _PROPERTIES[section].items()}
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if section in _REQUIRED:
        found["required"] = _REQUIRED[section]
    return found
