"""`check` over a whole map folder: what is wrong is said once, in the checker's words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.integration.engine.small_stores import SmallStore

from habeas.flows.check import check

SCHEMA = """
create table contacts (id integer primary key, email text not null);
create table tickets (tenant integer not null, number integer not null, contact_id integer references contacts,
  primary key (tenant, number));
create table notes (subject_type text, subject_id integer, text text)
"""
MAP = """
people: {contact: {table: contacts}}
tables:
  contacts: {columns: {email: {category: user.contact.email, identity: email}}}
  tickets: {edges: {contact_id: owned_by}}
  notes:
    edges: {subject: {pair: [subject_type, subject_id], to: {Ticket: {table: tickets, as: owned_by}}}}
    columns: {text: user.content}
"""


def test_what_cannot_be_compiled_is_said_once(database_url: str, tmp_path: Path) -> None:
    store = SmallStore(tmp_path, database_url).make(SCHEMA, MAP)
    with store.workspace() as workspace:
        errors = [f for f in check(workspace) if f.severity.value == "error"]
    assert Counter(f.code for f in errors) == {"key-missing": 1, "edge-target-mismatch": 1, "unreached-table": 1}
    assert all(f.position is not None and f.position.file.endswith("app.yaml") for f in errors)
