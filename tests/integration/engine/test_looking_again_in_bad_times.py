"""Verification after things have gone wrong: it never says `complete` of what it couldn't look at."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from tests.integration.engine.small_stores import SmallStore, person, refusal_of, who

SCHEMA = """
create table contacts (id integer primary key, email text);
create table notes (id integer primary key, contact_id integer, body text);
create table tags (id integer primary key, contact_id integer, word text);
insert into contacts values (1, 'bob@example.com'), (2, 'jane@example.com');
insert into notes values (1, 1, 'b'), (2, 2, 'j');
insert into tags values (1, 1, 'b'), (2, 2, 'j')
"""
TAGS = "  tags: {edges: {contact_id: {to: contacts.id, as: owned_by}}, columns: {word: user.behavior}}\n"
MAP = f"""
people: {{contact: {{table: contacts}}}}
tables:
  contacts: {{columns: {{email: {{category: user.contact.email, identity: email}}}}}}
  notes: {{edges: {{contact_id: {{to: contacts.id, as: owned_by}}}}, columns: {{body: user.content}}}}
{TAGS}"""
JANE = who("email=jane@example.com")


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    return store.make(SCHEMA, MAP)


def test_a_map_that_has_moved_with_its_schema(company: SmallStore) -> None:
    erased = company.erased(JANE)
    company.run("drop table tags;\nalter table notes rename column contact_id to person_id")
    moved = MAP.replace(TAGS, "").replace("notes: {edges: {contact_id:", "notes: {edges: {person_id:")
    company.write_map(moved)
    assert company.verify(erased.certificate).status == "complete"
    company.run("insert into notes values (9, 2, 'late')")
    assert [(r.table, r.rows) for r in company.verify(erased.certificate).remaining] == [("notes", 1)]


@pytest.mark.parametrize("change", ["drop table tags", "alter table notes rename column contact_id to person_id"])
def test_a_map_of_another_schema_sees_nothing(company: SmallStore, change: str) -> None:
    erased = company.erased(JANE)
    company.run(change)
    refused = refusal_of(company.verify, erased.certificate)
    assert refused.status == "incomplete"
    assert {f.code for f in refused.findings} <= {"unknown-table", "unknown-target"}
    (due,) = company.verify_due(timedelta(hours=2))
    assert due.status == "incomplete" and due.findings
    assert refusal_of(company.verify, erased.certificate, person("email=jane@example.com")).findings


def test_one_that_fails_holds_no_other_up(company: SmallStore) -> None:
    jane = company.erased(JANE)
    spools = {f.name for f in (company.folder / ".habeas" / "spool").rglob("*")}
    bob = company.erased(who("email=bob@example.com"))
    for file in (company.folder / ".habeas" / "spool").rglob("*"):
        if file.is_file() and file.name in spools:
            file.write_bytes(file.read_bytes()[:-1] + b"?")
    outcomes = {each.run: each for each in company.verify_due(timedelta(hours=2))}
    assert jane.run is not None and bob.run is not None
    assert outcomes[bob.run].status == "complete"
    assert outcomes[jane.run].status == "incomplete"
    assert [f.code for f in outcomes[jane.run].findings] == ["keys-lost"]
    assert [each.run for each in company.verify_due()] == [jane.run], "it stays due"
    # By the identity alone it can still be looked for.
    assert refusal_of(company.verify, jane.certificate).findings[0].code == "keys-lost"
    assert company.verify(jane.certificate, person("email=jane@example.com")).status == "complete"


def test_a_certificate_that_cant_be_written_is_written_later(company: SmallStore) -> None:
    (company.folder / "certificates").write_text("in the way")
    refused = refusal_of(company.erase, JANE)
    assert (refused.status, refused.findings[0].code) == ("incomplete", "certificate-unwritten")
    assert company.rows("select id from contacts") == [(1,)]
    (company.folder / "certificates").unlink()
    outcome = company.erased(JANE)
    assert outcome.certificate is not None and company.verify(outcome.certificate).status == "complete"


def test_a_control_database_that_was_lost(company: SmallStore) -> None:
    """The certificate is still good; the person must be named, and with other keys nothing can be proved."""
    erased = company.erased(JANE)
    shutil.rmtree(company.folder / ".habeas")
    refused = refusal_of(company.verify, erased.certificate, person("email=jane@example.com"))
    assert refused.findings and "jane@example.com" not in str(refused)
