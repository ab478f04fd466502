"""A saved plan is what was approved: `apply` does that and not a row more, once, over the same map and schema."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.integration.engine.small_stores import SmallStore, refusal_of, who

from habeas.flows.plan import save
from habeas.program.selection import Intent

SCHEMA = """
create table contacts (id integer primary key, email text not null, name text);
create table notes (id integer primary key, contact_id integer references contacts, body text);
create table calls (id integer primary key, contact_id integer, body text);
insert into contacts values (1, 'jane@example.com', 'Jane'), (2, 'bob@example.com', 'Bob');
insert into notes values (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c');
"""
MAP = """
people: {contact: {table: contacts}}
tables:
  contacts: {columns: {email: {category: user.contact.email, identity: email}, name: user.name}}
  notes: {edges: {contact_id: owned_by}, columns: {body: user.content}}
  calls: {edges: {contact_id: {to: contacts.id, as: owned_by}}, columns: {body: user.content}}
"""
JANE = who("email=jane@example.com")


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    return store.make(SCHEMA, MAP)


def refuses_to_apply(company: SmallStore, plan: Path, code: str) -> None:
    before = company.contents()
    refused = refusal_of(company.apply, plan)
    assert [f.code for f in refused.findings] == [code]
    assert refused.status == "refused"
    assert refused.findings[0].fix or refused.findings[0].detail
    assert company.contents() == before


def test_a_plan_is_applied_once(company: SmallStore) -> None:
    plan = company.save(JANE)
    assert company.files_with("jane@example.com") == []
    outcome = company.apply(plan)
    assert outcome.status == "complete" and outcome.certificate is not None
    assert company.rows("select id from notes") == [(3,)]
    refuses_to_apply(company, plan, "plan-used")


def test_fewer_rows_pass(company: SmallStore) -> None:
    plan = company.save(JANE)
    company.run("delete from notes where id = 1")
    assert company.apply(plan).status == "complete"
    assert company.rows("select id from contacts") == [(2,)]


def test_nobody_is_left_to_erase(company: SmallStore) -> None:
    plan = company.save(JANE)
    company.run("delete from notes;\ndelete from contacts where id = 1")
    assert company.apply(plan).status == "nothing_found"


def test_more_rows_need_a_new_approval(company: SmallStore) -> None:
    plan = company.save(JANE)
    company.run("insert into notes values (4, 1, 'late')")
    refuses_to_apply(company, plan, "approval-exceeded")
    assert company.apply(company.save(JANE)).status == "complete"


def test_a_new_line_needs_a_new_approval(company: SmallStore) -> None:
    plan = company.save(JANE)
    company.run("insert into calls values (4, 1, 'late')")
    refuses_to_apply(company, plan, "approval-exceeded")


def test_another_map(company: SmallStore) -> None:
    plan = company.save(JANE)
    company.write_map(MAP.replace("notes: {", "notes: {on_erase: mask, "))
    refuses_to_apply(company, plan, "map-changed")


def test_another_policy(company: SmallStore) -> None:
    plan = company.save(JANE)
    company.policy = company.policy.replace("7 years", "8 years")
    company.write_policy()
    refuses_to_apply(company, plan, "map-changed")


@pytest.mark.parametrize(
    "change",
    [
        "alter table notes add column extra text",
        "create index notes_by_contact on notes (contact_id)",
        "create table more (id integer primary key, contact_id integer references contacts)",
    ],
)
def test_another_schema(company: SmallStore, change: str) -> None:
    plan = company.save(JANE)
    company.run(change)
    refuses_to_apply(company, plan, "schema-changed")


def test_an_edited_file(company: SmallStore) -> None:
    plan = company.save(JANE)
    body = json.loads(plan.read_text())
    plan.write_text(json.dumps(body | {"digest": "0" * 64}))
    refuses_to_apply(company, plan, "plan-changed")
    plan.write_text(json.dumps(body | {"id": "20260608-ffffffffff"}))
    refuses_to_apply(company, plan, "unknown-plan")
    tables = [{**line, "rows": 0} for line in body["stores"][0]["tables"]]
    plan.write_text(json.dumps(body | {"stores": [{**body["stores"][0], "tables": tables}]}))
    refuses_to_apply(company, plan, "plan-changed")
    for text in ("", "{", "[]", "null", '{"format": "habeas plan"}', '{"format": "other", "id": "x"}'):
        plan.write_text(text)
        refuses_to_apply(company, plan, "bad-plan-file")
    plan.write_bytes(b"\xff\xfe\x00")
    refuses_to_apply(company, plan, "bad-plan-file")
    plan.unlink()
    refuses_to_apply(company, plan, "no-plan-file")


def test_another_control_database(company: SmallStore) -> None:
    plan = company.save(JANE)
    shutil.rmtree(company.folder / ".habeas")
    refuses_to_apply(company, plan, "unknown-plan")


def test_a_plan_that_refuses_is_not_saved(company: SmallStore) -> None:
    company.run("insert into contacts values (3, 'jane@example.com', 'Another')")
    refused = refusal_of(company.save, JANE)
    assert refused.status == "ambiguous"
    assert {f.code for f in refused.findings} == {"plan-not-saved", "ambiguous"}
    assert not (company.folder / "plans").exists()
    with company.workspace() as workspace:
        copy = company.plan(who("email=bob@example.com"), Intent.ACCESS)
        path = save(workspace, copy, company.folder / "plans" / "copy.json")
    refuses_to_apply(company, path, "nothing-to-apply")
