from __future__ import annotations

from importlib import resources

import pytest

from habeas.catalog.tables import Catalog, Column, Table, TypeFamily
from habeas.datamap.model import PersonalByPolicy
from habeas.discovery.personal_columns import category_of, looks_personal_in
from habeas.discovery.phrases import CONTEXT_PHRASES, PHRASES
from habeas.discovery.table_words import context_of

T = TypeFamily


def category(
    table: str, name: str, family: TypeFamily = T.TEXT, *beside: str, related: bool | None = None
) -> str | None:
    guess = category_of(table, Column(name, family.value, family), context_of(table, (name, *beside), related))
    return guess.category if guess is not None else None


@pytest.mark.parametrize(
    ("table", "column", "family", "expected"),
    [
        ("users", "email", T.TEXT, "user.contact.email"),
        ("anything", "work_email_address", T.TEXT, "user.contact.email"),
        ("kunden", "Vorname", T.TEXT, "user.name.first"),
        ("clientes", "apellido", T.TEXT, "user.name.last"),
        ("utilisateurs", "date_naissance", T.DATE, "user.demographic.date_of_birth"),
        ("patients", "dob", T.DATE, "user.demographic.date_of_birth"),
        ("contacts", "name", T.TEXT, "user.name"),
        ("orders", "ship_to_contact", T.TEXT, "user.name"),
        ("orders", "customer_name", T.TEXT, "user.name"),
        ("customers", "street1", T.TEXT, "user.contact.address.street"),
        ("customers", "zip", T.TEXT, "user.contact.address.postal_code"),
        ("users", "encrypted_password", T.TEXT, "user.authorization.password"),
        ("users", "password_digest", T.TEXT, "user.authorization.password"),
        ("users", "reset_password_token", T.TEXT, "user.authorization.credentials"),
        ("users", "otp_secret", T.TEXT, "user.authorization.credentials"),
        ("logins", "last_sign_in_ip", T.OTHER, "user.device.ip_address"),
        ("sessions", "user_agent", T.TEXT, "user.device"),
        ("installs", "device_token", T.TEXT, "user.device.device_id"),
        ("members", "gender", T.ENUM, "user.demographic.gender"),
        ("members", "locale", T.TEXT, "user.demographic.language"),
        ("leads", "company_name", T.TEXT, "user.workplace"),
        ("leads", "job_title", T.TEXT, "user.job_title"),
        ("users", "avatar_url", T.TEXT, "user.content.self_image"),
        ("contacts", "linkedin_url", T.TEXT, "user.social"),
        ("employees", "iban", T.TEXT, "user.financial.bank_account"),
        ("employees", "salary", T.NUMBER, "user.financial"),
        ("payments", "card_last4", T.TEXT, "user.financial.credit_card"),
        ("employees", "ssn", T.TEXT, "user.government_id.national_identification_number"),
        ("guests", "passport_no", T.TEXT, "user.government_id.passport_number"),
        ("check_ins", "latitude", T.NUMBER, "user.location.precise"),
        ("messages", "body", T.TEXT, "user.content"),
        ("users", "stripe_customer_id", T.TEXT, "user.unique_id"),
    ],
)
def test_what_a_personal_column_is_called(table: str, column: str, family: TypeFamily, expected: str) -> None:
    assert category(table, column, family) == expected


@pytest.mark.parametrize(
    ("table", "column", "family"),
    [
        ("users", "id", T.INTEGER),
        ("orders", "customer_id", T.INTEGER),
        ("users", "email_verified", T.BOOLEAN),
        ("users", "email_verified_at", T.DATETIME),
        ("users", "emails_count", T.INTEGER),
        ("users", "email_template_id", T.INTEGER),
        ("users", "phone_type", T.TEXT),
        ("users", "password_changed_at", T.DATETIME),
        ("users", "has_avatar", T.TEXT),
        ("campaigns", "name", T.TEXT),
        ("plans", "title", T.TEXT),
        ("tasks", "state", T.TEXT),
        ("customers", "state", T.TEXT),
        ("cities", "city", T.TEXT),
        ("countries", "country", T.TEXT),
        ("companies", "phone", T.TEXT),
        ("integrations", "access_token", T.TEXT),
        ("channel_email", "smtp_password", T.TEXT),
        ("templates", "body", T.TEXT),
        ("canned_responses", "content", T.TEXT),
        ("stops", "latitude", T.NUMBER),
        ("stores", "longitude", T.NUMBER),
        ("wallets", "address_count", T.INTEGER),
    ],
)
def test_what_only_sounds_personal(table: str, column: str, family: TypeFamily) -> None:
    assert category(table, column, family) is None


def test_a_state_is_an_address_only_beside_one() -> None:
    assert category("customers", "state", T.TEXT, "street", "city") == "user.contact.address.state"
    assert category("customers", "state", T.TEXT, "status") is None


def test_free_text_counts_where_an_edge_leads_to_a_person() -> None:
    assert category("tasks", "description", T.TEXT, related=True) == "user.content"
    assert category("tasks", "description", T.TEXT, related=False) is None


def test_short_text_is_no_free_text() -> None:
    short = Column("note", "varchar(20)", T.TEXT, length=20)
    assert category_of("orders", short) is None


def test_a_leaf_of_json_is_read_with_its_path() -> None:
    assert category("orders", "customer.name") == "user.name"
    assert category("orders", "line_items.name") is None
    assert category("people", "emails.value") == "user.contact.email"


def test_the_checker_hears_only_of_what_is_sure() -> None:
    looks_personal = looks_personal_in(Catalog("sqlite", "main"))
    assert looks_personal("contacts", Column("birth_date", "date", T.DATE)) == "user.demographic.date_of_birth"
    assert looks_personal("messages", Column("body", "text", T.TEXT)) is None


def test_every_category_of_the_rules_is_one_of_fideslang() -> None:
    known = set(resources.files("habeas.datamap").joinpath("categories.txt").read_text().split())
    used = {*PHRASES.values(), *(category for category, _ in CONTEXT_PHRASES.values())}
    assert used <= known


@pytest.mark.parametrize(
    ("table", "column", "family", "setting", "off", "on"),
    [
        ("users", "last_login_at", T.DATETIME, "activity", None, "user.behavior"),
        ("subscribers", "unsubscribed_at", T.DATETIME, "activity", None, "user.privacy_preferences"),
        ("suppliers", "phone", T.TEXT, "business_addresses", None, "user.contact.phone_number"),
        ("orders", "approved_by", T.TEXT, "staff_fields", None, "user.name"),
        ("members", "member_id", T.TEXT, "ids", None, "user.unique_id"),
        ("members", "team_id", T.INTEGER, "ids", None, None),
        ("exports", "customer_id", T.TEXT, "ids", None, "user.unique_id"),
        ("exports", "id", T.TEXT, "ids", None, None),
    ],
)
def test_what_is_personal_by_policy(table, column, family, setting, off, on) -> None:
    for said, expected in ((False, off), (True, on)):
        around = context_of(table, (column,), settings=PersonalByPolicy(**{setting: said}))
        guess = category_of(table, Column(column, family.value, family), around)
        assert (guess.category if guess is not None else None) == expected, said


@pytest.mark.parametrize(
    ("table", "column", "beside", "expected"),
    [
        ("customers", "address", ("city", "postal_code"), "user.contact.address.street"),
        ("orders", "shipping_address", ("shipping_city",), "user.contact.address.street"),
        ("customers", "address", ("street", "city"), "user.contact.address"),
        ("customers", "address", (), "user.contact.address"),
    ],
)
def test_an_address_beside_a_city_is_its_street(table, column, beside, expected) -> None:
    guess = category_of(table, Column(column, "text", T.TEXT), context_of(table, (column, *beside)))
    assert guess is not None and guess.category == expected


def test_the_checker_follows_the_settings_and_asks_for_no_key() -> None:
    catalog = Catalog("sqlite", "main", {"members": Table("members", "main", "members", primary_key=("phone",))})
    assert looks_personal_in(catalog)("members", Column("phone", "text", T.TEXT)) is None
    shop = Column("phone", "text", T.TEXT)
    assert looks_personal_in(catalog)("suppliers", shop) is None
    assert looks_personal_in(catalog, PersonalByPolicy(business_addresses=True))("suppliers", shop) is not None
