"""Proposals merged into what people have written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.datamap.documents import parse_document
from habeas.datamap.emitting import block, entry
from habeas.datamap.reader import read_company
from habeas.datamap.writing import merge
from habeas.diagnostics import Refused

EXISTING = """\
# The reviewed map.
version: 1
store: app
url: ${APP_DATABASE_URL}   # from the vault
people:
  contact: {table: contacts}

tables:
  contacts:            # people
    columns:
      email: {category: user.contact.email, identity: email}
      name: user.name  # reviewed by J.
      # more to come

  notes:
    edges: {contact: {columns: [contact_id], as: owned_by}}
  plans: {not_personal: catalogue}
  tags: {}   # nothing yet
  logs:
# the end
"""
PROPOSAL = {
    "version": 1,
    "store": "other",
    "url": "${OTHER}",
    "schemas": ["public"],
    "people": {"person": {"table": "contacts"}, "user": {"table": "users", "proposed": "name"}},
    "tables": {
        "contacts": {
            "proposed": "people",
            "customer": {"column": "account_id", "proposed": "key"},
            "columns": {
                "email": {"category": "user", "proposed": "x"},
                "phone": {"category": "user.contact.phone_number", "proposed": "names"},
            },
        },
        "notes": {
            "edges": {"contact_id": {"as": "owned_by", "proposed": "x"}, "author_id": {"ask": {"question": "Whose?"}}}
        },
        "plans": {"columns": {"name": {"category": "user.name", "proposed": "names"}}},
        "tags": {"columns": {"label": {"category": "user.content", "proposed": "names"}}},
        "logs": {"proposed": "x", "customer": {"none": "not known: yet"}},
        "users": {"columns": {"email": {"category": "user.contact.email", "identity": "email"}}},
    },
}


def test_what_is_new_is_added_and_nothing_else_changes():
    assert (
        merge(EXISTING, PROPOSAL)
        == """\
# The reviewed map.
version: 1
store: app
url: ${APP_DATABASE_URL}   # from the vault
people:
  contact: {table: contacts}
  user: {table: users, proposed: name}

tables:
  contacts:            # people
    columns:
      email: {category: user.contact.email, identity: email}
      name: user.name  # reviewed by J.
      phone: {category: user.contact.phone_number, proposed: names}
    customer: {column: account_id, proposed: key}
      # more to come

  notes:
    edges: {contact: {columns: [contact_id], as: owned_by}, author_id: {ask: {question: "Whose?"}}}
  plans: {not_personal: catalogue}
  tags:   # nothing yet
    columns:
      label: {category: user.content, proposed: names}
  logs:
    customer: {none: "not known: yet"}
  users:
    columns:
      email: {category: user.contact.email, identity: email}
schemas: [public]
# the end
"""
    )


def test_merging_twice_adds_nothing():
    once = merge(EXISTING, PROPOSAL)
    assert merge(once, PROPOSAL) == once


def test_a_new_file_is_written_and_can_be_read(tmp_path):
    text = merge(
        None, {**PROPOSAL, "url": "${A}", "tables": {**PROPOSAL["tables"], "plans": {"not_personal": "prices"}}}
    )
    (tmp_path / "app.yaml").write_text(text)
    (tmp_path / "habeas.yaml").write_text(merge(None, {"version": 1, "stores": ["app.yaml"]}))
    reading = read_company(tmp_path)
    assert "url: ${A}\n" in text
    assert not [f for f in reading.findings if f.code in ("broken-yaml", "wrong-type", "unknown-key", "bad-value")]


@pytest.mark.parametrize(
    ("stores", "expected"),
    [
        ("stores: [a.yaml]\n", "stores: [a.yaml, b.yaml]\n"),
        ("stores: []\n", "stores: [b.yaml]\n"),
        ("stores:\n  - a.yaml  # first\n", "stores:\n  - a.yaml  # first\n  - b.yaml\n"),
        ("stores:\n- a.yaml\nlimits: {}\n", "stores:\n- a.yaml\n- b.yaml\nlimits: {}\n"),
        ("stores: [b.yaml]", "stores: [b.yaml]\n"),
        ("version: 1", "version: 1\nstores: [b.yaml]\n"),
        ("# only a comment", "# only a comment\nstores: [b.yaml]\n"),
        ("{version: 1}", "{version: 1, stores: [b.yaml]}\n"),
        ("contact: |\n  two\n  lines\n", "contact: |\n  two\n  lines\nstores: [b.yaml]\n"),
        ("version: 1\r\ncontact: x\r\n", "version: 1\r\ncontact: x\r\nstores: [b.yaml]\r\n"),
    ],
)
def test_layouts(stores, expected):
    assert merge(stores, {"stores": ["b.yaml"]}) == expected


def test_broken_files_stay_as_they_are():
    with pytest.raises(Refused, match="broken-yaml"):
        merge("a: [", PROPOSAL)


def test_long_entries_stand_on_lines_of_their_own():
    choices = ["owned_by: goes with the contact", "accessed_by: is only shown", "lookup"]
    value = {"to": "contacts.id", "ask": {"question": "Whose are they?" * 3, "choices": choices}}
    lines = entry("sender", value, 4)
    assert lines[0] == "    sender:" and lines[1] == "      to: contacts.id" and len(lines) == 5
    assert parse_document("\n".join(lines).encode(), "x").data == {"sender": value}


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read_again(data):
    document = parse_document(("\n".join(block(data)) + "\n").encode(), "x")
    assert not document.findings and document.data == data


NAMES = st.sampled_from(["a", "b", "c d", "e: f", "g.h", "Ä"])
ENTRIES = st.sampled_from(["user.name", {}, {"category": "user.name", "proposed": "x: y"}])
TABLES = st.dictionaries(
    NAMES,
    st.fixed_dictionaries(
        {}, optional={"columns": st.dictionaries(NAMES, ENTRIES), "edges": st.dictionaries(NAMES, ENTRIES)}
    ),
)


@settings(max_examples=100, deadline=None)
@given(TABLES, TABLES)
def test_a_merge_holds_both(old, new):
    text = merge(None, {"version": 1, "tables": old})
    merged = parse_document(merge(text, {"tables": new}).encode(), "x").data["tables"]
    for table, parts in new.items():
        for part, entries in parts.items():
            for name, value in entries.items():
                expected = old.get(table, {}).get(part, {}).get(name, value)
                assert merged[table][part][name] == expected
    assert all(merged[t][p][n] == v for t, parts in old.items() for p, es in parts.items() for n, v in es.items())
