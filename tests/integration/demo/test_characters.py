"""The characters are there, with the stories that documents tell of them, whatever the size and the seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from tests.integration.demo.contents import engine_of

from habeas.demo.characters import CHARACTERS, JANE, NORA_USER_ID, OMAR, TOM, TOMASZ, Character
from habeas.demo.company import build

# Where rows of a contact are found by a column of their own; written by hand, apart from the map.
OF_A_CONTACT = {
    "contacts": "id = :id",
    "conversations": "contact_id = :id",
    "conversation_participants": "contact_id = :id",
    "messages": "(sender_type = 'Contact' AND sender_id = :id)",
    "attachments": "(uploader_type = 'Contact' AND uploader_id = :id)",
    "notes": "(notable_type = 'Contact' AND notable_id = :id)",
    "taggings": "(taggable_type = 'Contact' AND taggable_id = :id)",
    "contact_relations": "(contact_id = :id OR related_contact_id = :id)",
    "referrals": "(referrer_id = :id OR referred_id = :id)",
    "subscriptions": "contact_id = :id",
    "payment_methods": "contact_id = :id",
    "invoices": "contact_id = :id",
    "survey_responses": "contact_id = :id",
    "tasks": "contact_id = :id",
    "meeting_participants": "contact_id = :id",
    "audit_events": "(actor_type = 'Contact' AND actor_id = :id)",
    "phone_calls": "contact_id = :id",
    "deal_contacts": "contact_id = :id",
    "documents": "contact_id = :id",
    "custom_field_values": "contact_id = :id",
    "health_scores": "contact_id = :id",
    "notifications": "(notifiable_type = 'Contact' AND notifiable_id = :id)",
    "campaign_recipients": "lower(email) = lower(:email)",
}


def counts(connection: sa.Connection, character: Character) -> dict[str, int]:
    found = {}
    for table, where in OF_A_CONTACT.items():
        query = sa.text(f"SELECT count(*) FROM {table} WHERE {where}")
        found[table] = connection.execute(query, {"id": character.id, "email": character.email}).scalar_one()
    return found


def one(connection: sa.Connection, query: str, **values: Any) -> Any:
    return connection.execute(sa.text(query), values).scalar_one()


@pytest.fixture(scope="module", params=[(200, 1), (450, 77)], ids=["small", "larger"])
def any_company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Connection]:
    path = tmp_path_factory.mktemp("any") / "app.db"
    people, seed = request.param
    build(path, people=people, seed=seed)
    with engine_of(path).connect() as connection:
        yield connection


@pytest.mark.parametrize("character", CHARACTERS, ids=lambda c: f"{c.id}")
def test_each_is_where_documents_say_with_the_same_rows(
    any_company: sa.Connection, company: sa.Connection, character: Character
) -> None:
    row = any_company.execute(
        sa.text("SELECT account_id, full_name, email FROM contacts WHERE id = :id"), {"id": character.id}
    ).one()
    assert tuple(row) == (character.account_id, character.full_name, character.email)
    assert counts(any_company, character) == counts(company, character)


def test_jane_has_rows_in_more_than_a_dozen_tables(any_company: sa.Connection) -> None:
    found = counts(any_company, JANE)
    assert sum(1 for rows in found.values() if rows) >= 20, found
    assert one(any_company, "SELECT count(*) FROM contacts WHERE lower(email) = 'jane@example.com'") == 1
    assert JANE.account_id == 7


def test_sam_is_in_two_customers(any_company: sa.Connection) -> None:
    rows = any_company.execute(sa.text("SELECT account_id FROM contacts WHERE email = 'sam@example.org' ORDER BY 1"))
    assert rows.scalars().all() == [3, 7]


def test_the_household_shares_an_address_in_one_customer(any_company: sa.Connection) -> None:
    rows = any_company.execute(
        sa.text("SELECT id, account_id, household_id FROM contacts WHERE email = 'family@example.net' ORDER BY 1")
    ).all()
    assert [tuple(r) for r in rows] == [(4, 5, 1), (5, 5, 1)]


def test_jane_and_tom_share_a_meeting_a_deal_and_two_conversations(any_company: sa.Connection) -> None:
    both = {"a": JANE.id, "b": TOM.id}
    for table, column in (("meeting_participants", "meeting_id"), ("deal_contacts", "deal_id")):
        shared = f"""SELECT count(*) FROM {table} x JOIN {table} y ON x.{column} = y.{column}
                     WHERE x.contact_id = :a AND y.contact_id = :b"""
        assert one(any_company, shared, **both) == 1, table
    written = """SELECT count(*) FROM messages m JOIN conversations v ON v.id = m.conversation_id
                 WHERE v.contact_id = :owner AND m.sender_type = 'Contact' AND m.sender_id = :writer"""
    assert one(any_company, written, owner=TOM.id, writer=JANE.id) == 2
    assert one(any_company, written, owner=JANE.id, writer=TOM.id) == 1


def test_tom_wrote_janes_name_and_address(any_company: sa.Connection) -> None:
    mentions = """SELECT count(*) FROM messages WHERE sender_type = 'Contact' AND sender_id = :tom
                  AND body LIKE '%' || :word || '%'"""
    assert one(any_company, mentions, tom=TOM.id, word="jane@example.com") == 1
    assert one(any_company, mentions, tom=TOM.id, word="Jane Moore") == 2
    assert one(any_company, "SELECT count(*) FROM notes WHERE body LIKE '%jane@example.com%'") == 1


def test_tomasz_stands_in_a_row_that_can_not_lose_its_reference(any_company: sa.Connection) -> None:
    assert counts(any_company, TOMASZ)["referrals"] == 1
    columns = {r[1]: r[3] for r in any_company.execute(sa.text("PRAGMA table_info(referrals)"))}
    assert columns["referrer_id"] == columns["referred_id"] == 1, "NOT NULL"


def test_linh_was_deleted_softly_and_all_is_there(any_company: sa.Connection) -> None:
    assert one(any_company, "SELECT deleted_at IS NOT NULL FROM contacts WHERE email = 'linh@example.org'") == 1
    assert one(any_company, "SELECT count(*) FROM conversations WHERE contact_id = 9") > 0
    assert one(any_company, "SELECT count(*) FROM contacts WHERE deleted_at IS NOT NULL AND id < 101") == 1


def test_invoices_of_jane_are_kept_and_one_is_too_old_and_those_of_omar_all_are(any_company: sa.Connection) -> None:
    query = "SELECT issued_at < '2019-06-30' FROM invoices WHERE contact_id = :id ORDER BY 1"
    of_jane = any_company.execute(sa.text(query), {"id": JANE.id}).scalars().all()
    of_omar = any_company.execute(sa.text(query), {"id": OMAR.id}).scalars().all()
    assert of_jane == [0, 0, 0, 0, 0, 1]
    assert of_omar == [1, 1, 1, 1, 1, 1]


def test_nora_is_a_contact_of_one_customer_and_staff_of_another(any_company: sa.Connection) -> None:
    assert one(any_company, "SELECT account_id FROM users WHERE email = 'nora@example.com'") == 7
    assert one(any_company, "SELECT account_id FROM contacts WHERE email = 'nora@example.com'") == 2
    for table in ("sessions", "api_tokens", "notifications"):
        assert one(any_company, f"SELECT count(*) FROM {table} WHERE user_id = :id", id=NORA_USER_ID) > 0


def test_the_address_of_ayse_is_stored_with_capitals(any_company: sa.Connection) -> None:
    assert one(any_company, "SELECT email FROM contacts WHERE id = 11") == "Ayse.Yilmaz@Example.com"
