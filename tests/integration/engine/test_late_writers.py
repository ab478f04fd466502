"""Verification: rows written after an erasure are found, strangers are left alone, and the window closes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.integration.engine.small_stores import SmallStore, person, refusal_of, who

from habeas.flows.verify import VerifyOutcome

SCHEMA = """
create table contacts (id integer primary key, email text, phone text, name text);
create table notes (id integer primary key, contact_id integer, body text);
create table replies (id integer primary key, note_id integer, body text);
create table addresses (id integer primary key, street text);
create table orders (id integer primary key, contact_id integer, address_id integer, item text);
create table tags (contact_id integer, word text, primary key (contact_id, word));
create table mails (id integer primary key, address text, body text);
insert into contacts values (1, 'bob@example.com', '0301', 'Bob'), (2, 'jane@example.com', '+49 30 2', 'Jane');
insert into addresses values (1, 'Bob Street'), (2, 'Jane Street');
insert into orders values (1, 1, 1, 'lamp'), (2, 2, 2, 'desk');
insert into notes values (1, 1, 'b'), (2, 2, 'j'), (3, 2, 'jj');
insert into replies values (1, 1, 'b'), (2, 3, 'j');
insert into tags values (1, 'x'), (2, 'y');
insert into mails values (1, 'bob@example.com', 'b'), (2, 'jane@example.com', 'j')
"""
MAP = """
people: {contact: {table: contacts}}
tables:
  contacts:
    columns:
      id: {identity: app.user_id}
      email: {category: user.contact.email, identity: email}
      phone: {category: user.contact.phone_number, identity: phone}
      name: user.name
  notes: {edges: {contact_id: {to: contacts.id, as: owned_by}}, columns: {body: user.content}}
  replies: {edges: {note_id: {to: notes.id, as: owned_by}}, columns: {body: user.content}}
  addresses: {columns: {street: user.contact.address.street}}
  orders:
    edges: {contact_id: {to: contacts.id, as: owned_by}, address_id: {to: addresses.id, as: owns}}
    columns: {item: user.behavior}
  tags: {edges: {contact_id: {to: contacts.id, as: owned_by}}, columns: {word: user.behavior}}
  mails: {edges: {address: {to: contacts.email, as: owned_by}}, columns: {body: user.content}}
"""
JANE = "email=jane@example.com"


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    return store.make(SCHEMA, MAP)


def remaining(outcome: VerifyOutcome) -> dict[str, int]:
    assert outcome.status == ("incomplete" if outcome.remaining else "complete")
    return {each.table: each.rows for each in outcome.remaining}


def test_a_late_child_is_found_and_a_second_erasure_takes_it(company: SmallStore) -> None:
    erased = company.erased(who(JANE))
    assert remaining(company.verify(erased.certificate)) == {}
    company.run(
        """
        insert into notes values (9, 2, 'late');
        insert into replies values (9, 9, 'later'), (10, 3, 'to one that is gone')
        """
    )
    assert remaining(company.verify(erased.certificate)) == {"notes": 1, "replies": 2}
    again = company.erase(who(JANE))
    assert again.status == "complete" and again.resumed == (erased.run,)
    assert company.rows("select id from notes") == [(1,)] and company.rows("select id from replies") == [(1,)]
    assert remaining(company.verify(erased.certificate)) == {}


def test_a_person_who_comes_back_is_found(company: SmallStore) -> None:
    erased = company.erased(who(JANE))
    company.run(
        "insert into contacts values (7, ' JANE@example.com', null, 'J');\ninsert into notes values (9, 7, 'new')"
    )
    assert remaining(company.verify(erased.certificate)) == {"contacts": 1, "notes": 1}


def test_a_value_join_is_looked_at_again(company: SmallStore) -> None:
    erased = company.erased(who("app.user_id=2"))
    company.run("insert into mails values (9, 'jane@example.com', 'late')")
    assert remaining(company.verify(erased.certificate)) == {"mails": 1}


@pytest.mark.parametrize("given", ["app.user_id=2", "phone=+49 30 2"])
def test_a_person_who_comes_back_by_what_the_store_held(company: SmallStore, given: str) -> None:
    """Nobody gave her address, but the store held it, and of her alone."""
    erased = company.erased(who(given))
    company.run(
        "insert into contacts values (7, ' JANE@example.com', null, 'J');\ninsert into notes values (9, 7, 'new')"
    )
    assert remaining(company.verify(erased.certificate)) == {"contacts": 1, "notes": 1}
    again = company.erase(who(given))
    assert again.status == "complete"
    assert company.rows("select id from contacts") == [(1,)] and company.rows("select id from notes") == [(1,)]
    assert remaining(company.verify(erased.certificate)) == {}


def test_a_request_by_what_the_store_held_finds_the_unfinished_run(company: SmallStore) -> None:
    erased = company.erased(who(JANE))
    company.run("insert into notes values (9, 2, 'late')")
    assert company.verify(erased.certificate).status == "incomplete"
    again = company.erase(who("phone=49302"))
    assert again.status == "complete" and again.resumed == (erased.run,)
    assert company.rows("select id from notes") == [(1,)]


@pytest.mark.parametrize(
    "row",
    ["(7, 'sam@example.com', '+49 30 2', 'Sam')", "(7, 'sam@example.com', null, 'Sam')", "(7, null, null, 'Sam')"],
    ids=["her telephone and an address of his own", "nothing of hers", "nothing"],
)
def test_who_bears_another_address_is_somebody_else(company: SmallStore, row: str) -> None:
    erased = company.erased(who(JANE))
    company.run(f"insert into contacts values {row}")
    assert remaining(company.verify(erased.certificate)) == {}


def test_a_telephone_that_others_have_too_leads_to_nobody(company: SmallStore) -> None:
    company.run("insert into contacts values (5, 'tom@example.com', '49-30-2', 'Tom')")
    erased = company.erased(who(JANE))
    assert remaining(company.verify(erased.certificate)) == {}
    company.run("update contacts set email = null where id = 5")
    assert remaining(company.verify(erased.certificate)) == {}
    company.run("insert into contacts values (7, null, '+49 30 2', null)")
    assert remaining(company.verify(erased.certificate)) == {}


def test_she_is_known_under_a_number_that_was_given_again(sqlite_store: SmallStore) -> None:
    """Her own address counts, although the row has all the signs of a stranger's."""
    company = sqlite_store.make(
        """
        create table firms (id integer primary key, name text);
        create table contacts (id integer primary key, firm_id integer references firms, email text);
        insert into firms values (1, 'a'), (2, 'b');
        insert into contacts values (1, 1, 'bob@example.com'), (2, 1, 'jane@example.com')
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          firms: {not_personal: companies}
          contacts:
            edges: {firm_id: lookup}
            columns:
              id: {identity: app.user_id}
              email: {category: user.contact.email, identity: email}
        """,
    )
    erased = company.erased(who(JANE))
    company.run("insert into contacts (firm_id, email) values (2, 'sam@example.com')")
    assert company.value("select max(id) from contacts") == 2
    assert remaining(company.verify(erased.certificate)) == {}
    company.run("update contacts set email = 'JANE@example.com' where id = 2")
    assert remaining(company.verify(erased.certificate)) == {"contacts": 1}


def test_a_row_that_is_written_back(company: SmallStore) -> None:
    """An application's cache, or a restore, brings the very rows back."""
    erased = company.erased(who(JANE))
    company.run(
        "insert into contacts values (2, 'jane@example.com', null, 'Jane');\ninsert into notes values (2, 2, 'j')"
    )
    company.run("insert into addresses values (2, 'Jane Street');\ninsert into tags values (2, 'y')")
    assert remaining(company.verify(erased.certificate)) == {"addresses": 1, "contacts": 1, "notes": 1, "tags": 1}


def test_a_row_that_names_nobody_counts_as_written_back(company: SmallStore) -> None:
    erased = company.erased(who(JANE))
    company.run("insert into contacts values (2, null, ' ', 'Jane')")
    assert remaining(company.verify(erased.certificate)) == {"contacts": 1}


@pytest.mark.parametrize("given", [JANE, "app.user_id=2", "phone=+49 30 2"])
def test_a_stranger_with_a_number_that_was_hers(sqlite_store: SmallStore, given: str) -> None:
    """SQLite gives the largest number again as soon as its row is gone; all that belongs to it is the stranger's."""
    company = sqlite_store.make(SCHEMA, MAP)
    erased = company.erased(who(given))
    company.run(
        """
        insert into contacts (email, phone, name) values ('sam@example.com', null, 'Sam');
        insert into notes (contact_id, body) values (2, 'of Sam'), (1, 'of Bob');
        insert into replies (note_id, body) values (2, 's'), (3, 'b');
        insert into addresses (street) values ('Sam Street');
        insert into orders (contact_id, address_id, item) values (2, 2, 'chair');
        insert into tags values (2, 'y');
        insert into mails (address, body) values ('sam@example.com', 'hello')
        """
    )
    assert company.rows("select id from contacts") == [(1,), (2,)]
    before = company.contents()
    assert remaining(company.verify(erased.certificate)) == {}
    assert [remaining(each) for each in company.verify_due(timedelta(hours=2))] == [{}]
    # Somebody writes to her all the same: that is found, and nothing of the stranger's is taken for hers.
    company.run("insert into mails values (9, 'jane@example.com', 'late')")
    assert remaining(company.verify(erased.certificate)) == {"mails": 1}
    # Asked for once more by the number that is the stranger's now, the run that is still open means her.
    again = company.erase(who(given))
    assert again.status == "complete"
    assert company.contents() == before | {'"main"."mails"': before['"main"."mails"']}


def test_numbers_of_postgresql_are_given_once(postgresql_store: SmallStore) -> None:
    """There a row under an erased key is written back by somebody, whatever it says."""
    company = postgresql_store.make(SCHEMA, MAP)
    erased = company.erased(who(JANE))
    company.run("insert into contacts values (2, 'new@example.com', null, 'Jane')")
    assert remaining(company.verify(erased.certificate)) == {"contacts": 1}


def test_the_repeats_and_the_end_of_the_window(company: SmallStore) -> None:
    erased = company.erased(who(JANE))
    spool = list((company.folder / ".habeas").rglob("*spool*"))
    assert spool, "the reached keys are spooled"
    assert company.verify_due(timedelta(minutes=59)) == []
    assert [o.status for o in company.verify_due(timedelta(minutes=2))] == ["complete"]
    assert company.verify_due() == []
    company.run("insert into notes values (9, 2, 'late')")
    (found,) = company.verify_due(timedelta(days=1))
    assert remaining(found) == {"notes": 1}
    company.run("delete from notes where id = 9")
    (last,) = company.verify_due(timedelta(days=7))
    assert last.status == "complete"
    # The window is closed: identities and keys are gone, and the person must be named again.
    assert not [f for f in (company.folder / ".habeas").rglob("*spool*") if f.is_file()]
    assert company.files_with("jane@example.com") == []
    assert refusal_of(company.verify, erased.certificate).findings[0].code == "subject-needed"
    assert (
        refusal_of(company.verify, erased.certificate, person("email=bob@example.com")).findings[0].code
        == "other-subject"
    )
    assert remaining(company.verify(erased.certificate, person("email= JANE@example.com"))) == {}
    company.run(
        "insert into contacts values (7, 'jane@example.com', null, 'J');\ninsert into notes values (9, 7, 'new')"
    )
    assert remaining(company.verify(erased.certificate, person(JANE))) == {"contacts": 1, "notes": 1}


def test_a_window_with_rows_left_stays_open(company: SmallStore) -> None:
    company.erased(who(JANE))
    company.run("insert into notes values (9, 2, 'late')")
    assert {o.status for o in company.verify_due(timedelta(days=8))} == {"incomplete"}
    company.erased(who(JANE))
    assert company.rows("select id from notes") == [(1,)]
    assert {o.status for o in company.verify_due(timedelta(days=8))} == {"complete"}


def test_a_certificate_that_was_changed(company: SmallStore) -> None:
    erased = company.erased(who(JANE))
    assert erased.certificate is not None
    text = erased.certificate.read_text()
    forged = Path(erased.certificate).with_name("forged.json")
    forged.write_text(text.replace('"contacts"', '"kontakts"', 1))
    refused = refusal_of(company.verify, forged)
    assert refused.status in ("refused", "incomplete") and refused.findings[0].fix + refused.findings[0].detail
    for broken in ("", "{}", "[]", "null", text[:-20]):
        forged.write_text(broken)
        assert refusal_of(company.verify, forged).findings
    forged.unlink()
    assert refusal_of(company.verify, forged).findings


def test_what_is_masked_is_done(company: SmallStore) -> None:
    company.run(
        """
        create table votes (id integer primary key, contact_id integer not null references contacts);
        insert into votes values (1, 2)
        """
    )
    company.write_map(MAP + "  votes: {not_personal: counted}\n")
    erased = company.erased(who(JANE))
    assert remaining(company.verify(erased.certificate)) == {}
    company.run("insert into notes values (9, 2, 'late')")
    assert remaining(company.verify(erased.certificate)) == {"notes": 1}
    company.run("update contacts set email = 'jane@example.com' where id = 2")
    assert remaining(company.verify(erased.certificate)) == {"contacts": 1, "notes": 1}
