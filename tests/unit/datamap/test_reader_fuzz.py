"""Whatever stands in a map's files: findings, never a traceback, and never a value of the url."""

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from habeas.catalog.tables import Catalog, Column, Table, TypeFamily
from habeas.datamap.checker import check_store
from habeas.datamap.emitting import block
from habeas.datamap.forms import SECTIONS
from habeas.datamap.openness import open_findings
from habeas.datamap.reader import read_company
from habeas.diagnostics import Severity, has_errors

SECRET = "hunter2secret"
KEYS = [*sorted({key for keys in SECTIONS.values() for key in keys}), "contacts", "email", "x", "Ä: b"]
WORDS = [
    "owned_by",
    "owns",
    "lookup",
    "delete",
    "mask",
    "keep",
    "token",
    "7 years",
    "contacts",
    "contacts.email",
    "email",
]
WORDS += ["user.name", "customers", "us", "customer", "contacts(id, x)", "", "..", "(", "null", "x" * 300]
LEAVES = st.sampled_from([None, True, 0, -1, 10**30, 1.5, *WORDS])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)
TABLES = st.dictionaries(
    st.sampled_from(["contacts", "notes", "a.b"]),
    st.fixed_dictionaries(
        {},
        optional={
            "key": TREES,
            "customer": TREES,
            "edges": st.dictionaries(st.sampled_from(["contact_id", "x"]), TREES, max_size=2) | TREES,
            "columns": st.dictionaries(st.sampled_from(["email", "name"]), TREES, max_size=2) | TREES,
            "on_erase": TREES,
            "retain": TREES,
            "triggers": TREES,
        },
    )
    | TREES,
    max_size=3,
)
CATALOG = Catalog(
    "sqlite",
    "main",
    {
        name: Table(
            name,
            "main",
            name,
            columns=tuple(Column(c, "text", TypeFamily.TEXT) for c in ("id", "email", "x")),
            primary_key=("id",),
        )
        for name in ("contacts", "notes")
    },
)


def read(folder: Path, store, policy):
    (folder / "habeas.yaml").write_text("\n".join(block(policy)) + "\n", encoding="utf-8")
    (folder / "app.yaml").write_bytes(store)
    reading = read_company(folder)
    told = json.dumps([finding.as_json() for finding in reading.findings])
    assert SECRET not in told
    assert reading.company is not None or has_errors(reading.findings)
    assert all(f.summary and f.position is not None for f in reading.findings)
    if reading.company is not None:
        open_findings(reading.company, reading.positions, Severity.ERROR)
        for made in reading.company.stores.values():
            check_store(made, CATALOG, reading.company.policy, reading.positions, lambda *_: None, lambda *a: str(a))
    return reading


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(TABLES, TREES, TREES, st.dictionaries(st.sampled_from(sorted(SECTIONS["policy"])), TREES, max_size=3))
def test_any_tree(tmp_path, tables, people, customers, policy):
    store = {"version": 1, "store": "app", "url": f"x://u:{SECRET}@h/d", "people": people, "tables": tables}
    store |= {"customers": customers} if customers else {}
    read(tmp_path, ("\n".join(block(store)) + "\n").encode(), {"version": 1, **policy, "stores": ["app.yaml"]})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=40), st.integers(0, 200), st.integers(0, 20))
def test_any_bytes_in_a_good_file(tmp_path, noise, at, cut):
    good = f"version: 1\nstore: app\nurl: x://u:{SECRET}@h/d\npeople: {{c: contacts}}\n"
    good += "tables: {contacts: {columns: {email: {identity: email}}, edges: {x: lookup}}}\n"
    raw = good.encode()
    read(tmp_path, raw[:at] + noise + raw[at + cut :], {"version": 1, "stores": ["app.yaml"]})
