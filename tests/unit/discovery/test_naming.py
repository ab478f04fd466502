import pytest

from habeas.discovery.naming import kind_name, raw_words, singular, words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ship_to_contact", ("ship", "to", "contact")),
        ("ShipToContact2", ("ship", "to", "contact", "2")),
        ("HTTPServerName", ("http", "server", "name")),
        ("Sell-to Contact", ("sell", "to", "contact")),
        ("street1", ("street", "1")),
        ("ipv4", ("ipv4",)),
        ("card_last4", ("card", "last4")),
    ],
)
def test_names_are_cut_into_words_whatever_their_case(name: str, expected: tuple[str, ...]) -> None:
    assert raw_words(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Vorname", ("first", "name")),
        ("prénom", ("first", "name")),
        ("nachname", ("last", "name")),
        ("apellidos", ("last", "name")),
        ("correo", ("email",)),
        ("telefono", ("phone",)),
        ("Straße", ("street",)),
        ("geburtsdatum", ("birth", "date")),
        ("code_postal", ("postal", "code")),
        ("kunden", ("customer",)),
        ("emailaddress", ("email", "address")),
        ("billingpostalcode", ("billing", "postal", "code")),
        ("date_of_birth", ("birth", "date")),
        ("companies", ("company",)),
    ],
)
def test_words_are_english_whatever_the_language_of_the_schema(name: str, expected: tuple[str, ...]) -> None:
    assert words(name) == expected


@pytest.mark.parametrize(
    ("plural", "one"),
    [("people", "person"), ("addresses", "address"), ("address", "address"), ("status", "status"), ("boxes", "box"),
     ("companies", "company"), ("staff", "staff"), ("analysis", "analysis"), ("bus", "bus")],
)  # fmt: skip
def test_plurals_become_singular_and_other_words_stay(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_a_kind_of_person_is_named_after_one_row() -> None:
    assert [kind_name(n) for n in ("contacts", "CrmContacts", "people", "billing.payers", "Kunden")] == [
        "contact", "crm_contact", "person", "payer", "kunden",
    ]  # fmt: skip
