"""A restriction sets what the map says, holds until it is lifted, and gives back exactly what stood before."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.engine.small_stores import SmallStore, lines, who

from habeas.diagnostics import Refused
from habeas.flows import plan as plan_flow
from habeas.flows.erase import EraseOutcome
from habeas.flows.rectify import rectify
from habeas.flows.restrict import lift, restrict
from habeas.program.selection import Intent, NewValue, Selection

SCHEMA = """
create table accounts (id integer primary key, name text);
create table contacts (id integer primary key, account_id integer references accounts, email text not null, phone text,
  suspended boolean, reason text, score integer);
create table users (id integer primary key, email text not null, active boolean not null);
create table notes (id integer primary key, contact_id integer references contacts, body text);
insert into accounts values (7, 'Seven'), (8, 'Eight');
insert into contacts values (1, 7, 'jane@example.com', '+1 555 0100', null, 'kept', 3),
  (2, 8, 'jane@example.com', null, FALSE, null, null), (3, 7, 'bob@example.com', null, TRUE, 'own', 5);
insert into users values (1, 'agent@example.com', TRUE), (2, 'jane@example.com', TRUE);
insert into notes values (1, 1, 'n'), (2, 3, 'm')
"""
MAP = """
customers: {table: accounts}
people:
  contact: {table: contacts, restrict: {set: {suspended: true, reason: restricted, score: 0}}}
  user: {table: users}
tables:
  accounts: {not_personal: companies}
  contacts:
    customer: account_id
    columns:
      id: {identity: app.user_id}
      email: {category: user.contact.email, identity: email}
      phone: {category: user.contact.phone_number, identity: phone}
  users: {customer: {none: ours}, columns: {email: {category: user.contact.email, identity: email}}}
  notes: {customer: {via: contact_id}, edges: {contact_id: owned_by}, columns: {body: user.content}}
"""
JANE = who("email=jane@example.com", customer="7")


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    sqlite = store.dialect == "sqlite"
    return store.make(
        SCHEMA.replace("FALSE", "0" if sqlite else "false").replace("TRUE", "1" if sqlite else "true"), MAP
    )


def done(store: SmallStore, flow: Any, selection: Selection, status: str = "complete", **options: Any) -> EraseOutcome:
    with store.workspace() as workspace:
        outcome: EraseOutcome = flow(workspace, selection, approve=lambda _plan: True, **options)
    said = [f"{f.code}: {f.summary}" for f in (*(outcome.plan.findings if outcome.plan else ()), *outcome.findings)]
    assert outcome.status == status, (outcome.status, said, outcome.remaining)
    return outcome


def codes(store: SmallStore, flow: Any, selection: Selection) -> tuple[str, list[str]]:
    """Status and error codes of something that is refused and changes nothing."""
    before = store.contents()
    try:
        outcome = done(store, flow, selection, "refused")
    except Refused as refused:
        status, findings = refused.status, refused.findings
    else:
        status, findings = outcome.status, (*outcome.plan.findings, *outcome.findings)  # type: ignore[union-attr]
    assert store.contents() == before
    return status, [f.code for f in findings if f.severity.value == "error"]


def test_it_is_set_and_lifted(company: SmallStore) -> None:
    before = company.contents()
    outcome = done(company, restrict, who("email=jane@example.com", customer="7", ground="contested"))
    assert lines(outcome) == [("contacts", "restrict", 1)] * 3
    assert "accuracy is contested" in outcome.plan.stores[0].lines[0].reason  # type: ignore[union-attr]
    ((flag, reason, score),) = company.rows("select suspended, reason, score from contacts where id = 1")
    assert (bool(flag), reason, score) == (True, "restricted", 0)
    assert company.files_with("jane@example.com", "kept") == []
    certificate = json.loads(outcome.certificate.read_text())["certificate"]  # type: ignore[union-attr]
    assert (certificate["intent"], certificate["status"]) == ("restrict", "complete")
    assert company.verify(outcome.certificate).status == "complete"
    outcome = done(company, lift, who("app.user_id=1"))
    assert lines(outcome) == [("contacts", "update", 1)] * 3
    assert company.contents() == before
    assert company.verify(outcome.certificate).status == "complete"
    done(company, lift, JANE, "nothing_found")


def test_what_stood_before_is_remembered_for_as_long_as_it_lasts(company: SmallStore) -> None:
    before = company.contents()
    done(company, restrict, JANE)
    company.verify_due(timedelta(days=400))
    company.verify_due(timedelta(days=400))
    done(company, lift, JANE)
    assert company.contents() == before
    company.verify_due(timedelta(days=400))
    assert not list((company.folder / ".habeas" / "spool").glob("*")), "nothing is kept once it is over"


def test_twice_is_once(company: SmallStore) -> None:
    before = company.contents()
    done(company, restrict, JANE)
    assert codes(company, restrict, JANE) == ("refused", ["already-restricted"])
    company.run("update contacts set suspended = null where id = 1")  # somebody has taken the flag away
    done(company, restrict, JANE)
    done(company, lift, JANE)
    assert company.contents() == before


def test_what_was_written_meanwhile_stays(company: SmallStore) -> None:
    done(company, restrict, JANE)
    company.run("update contacts set reason = 'new', phone = '+1 555 0199' where id = 1")
    outcome = done(company, lift, JANE)
    assert "changed-since" in {f.code for f in outcome.plan.findings}  # type: ignore[union-attr]
    assert company.rows("select suspended, reason, score, phone from contacts where id = 1") == [
        (None, "new", 3, "+1 555 0199")
    ]


def test_a_kind_without_a_word_for_it(company: SmallStore) -> None:
    both = who("email=jane@example.com", all_customers="she asked")
    assert codes(company, restrict, both) == ("refused", ["no-restriction"])
    done(company, restrict, who("email=jane@example.com", kind="contact", all_customers="she asked"))
    assert company.rows("select reason from contacts order by id") == [("restricted",), ("restricted",), ("own",)]


def test_one_customer_is_lifted_after_the_other(company: SmallStore) -> None:
    before = company.contents()
    done(company, restrict, who("email=jane@example.com", kind="contact", all_customers="she asked"))
    done(company, lift, who("email=jane@example.com", customer="8"))
    assert company.rows("select reason from contacts order by id") == [("restricted",), (None,), ("own",)]
    assert codes(company, restrict, JANE) == ("refused", ["already-restricted"])
    done(company, lift, JANE)
    assert company.contents() == before


def test_who_is_meant_as_for_an_erasure(company: SmallStore) -> None:
    with company.workspace() as workspace:
        outcome = restrict(workspace, who("email=jane@example.com", kind="contact"), approve=lambda _plan: True)
    assert outcome.status == "ambiguous"


def test_a_restricted_person_is_not_erased(company: SmallStore) -> None:
    done(company, restrict, JANE)
    company.refuses(JANE, "restricted")
    company.refuses(who("app.user_id=1"), "restricted")
    assert company.plan(JANE).status == "refused"
    company.erased(who("app.user_id=3"))
    company.erased(who("email=jane@example.com", customer="8"))
    done(company, lift, JANE)
    company.erased(JANE)
    assert company.value("select count(*) from contacts") == 0


def test_it_is_lifted_by_the_identity_of_then(company: SmallStore) -> None:
    before = company.rows("select suspended, reason, score from contacts where id = 1")
    done(company, restrict, JANE)
    corrected = who(
        "email=jane@example.com", customer="7", new_values=(NewValue("contacts", "email", "j@example.org"),)
    )
    done(company, rectify, corrected)
    done(company, lift, who("email=j@example.org"))
    assert company.rows("select suspended, reason, score from contacts where id = 1") == before


def test_a_restriction_that_is_taken_away_is_noticed(company: SmallStore) -> None:
    outcome = done(company, restrict, JANE)
    company.run("update contacts set reason = 'x' where id = 1")
    assert company.verify(outcome.certificate).status == "incomplete"


def test_a_saved_plan(company: SmallStore) -> None:
    with company.workspace() as workspace:
        outcome = plan_flow.plan(workspace, Intent.RESTRICT, JANE)
        path = plan_flow.save(workspace, outcome, company.folder / "plans" / "plan.json")
    assert company.apply(path).status == "complete"
    assert company.value("select reason from contacts where id = 1") == "restricted"


def test_a_value_that_the_column_refuses(company: SmallStore) -> None:
    company.write_map(MAP.replace("score: 0", "score: many"))
    status, found = codes(company, restrict, JANE)
    assert status == "refused" and "value-refused" in found
