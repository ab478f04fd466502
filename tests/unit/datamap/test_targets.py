"""Where edges lead: written, declared, named."""

import pytest

from habeas.catalog.tables import Catalog, Column, ForeignKey, Table, TableKind, TypeFamily, Unique
from habeas.datamap.model import Edge, EdgeTarget
from habeas.datamap.targets import (
    Resolved,
    is_key_target,
    parse_target,
    resolve,
    resolve_all,
    spellings,
    stem_of,
    table_of_name,
)


def table(ref, *columns, keys=(), schema=None, pk=("id",), uniques=(), kind=TableKind.TABLE):
    own, _, name = ref.rpartition(".")
    return Table(
        ref=ref,
        schema=schema or own or "public",
        name=name,
        kind=kind,
        columns=tuple(Column(c, "integer", TypeFamily.INTEGER) for c in columns),
        primary_key=pk,
        foreign_keys=tuple(keys),
        uniques=tuple(uniques),
    )


def catalog(*tables):
    return Catalog("postgresql", "public", {t.ref: t for t in tables})


CONTACTS = table("contacts", "id", "email", "account_id", uniques=[Unique("u", ("account_id", "email"))])


def test_declared_key_decides_before_the_name():
    key = ForeignKey("fk", ("contact_id",), "people", ("person_no",))
    messages = table("messages", "id", "contact_id", keys=[key])
    world = catalog(messages, CONTACTS, table("people", "id", "person_no"))
    assert resolve(messages, Edge(columns=("contact_id",)), world) == Resolved("people", ("person_no",))


def test_name_leads_to_the_same_schema_first():
    messages = table("crm.messages", "id", "contact_id")
    world = catalog(messages, CONTACTS, table("crm.contacts", "id"))
    assert resolve(messages, Edge(columns=("contact_id",)), world) == Resolved("crm.contacts", ("id",))


def test_two_tables_of_one_name_are_no_answer():
    messages = table("messages", "id", "contact_id")
    world = catalog(messages, CONTACTS, table("contact", "id"))
    assert resolve(messages, Edge(columns=("contact_id",)), world) is None
    other = catalog(messages, table("a.contacts", "id"), table("b.contacts", "id"))
    assert resolve(messages, Edge(columns=("contact_id",)), other) is None


def test_a_view_yields_to_a_table():
    world = catalog(CONTACTS, table("contact", "id", kind=TableKind.VIEW))
    assert table_of_name("contact", world, "public") == "contacts"


def test_primary_key_with_the_tables_name_is_no_self_reference():
    customer = table("Customer", "CustomerId", pk=("CustomerId",))
    invoice = table("Invoice", "InvoiceId", "CustomerId", pk=("InvoiceId",))
    world = catalog(customer, invoice)
    assert resolve(customer, Edge(columns=("CustomerId",)), world) is None
    assert resolve(invoice, Edge(columns=("CustomerId",)), world) == Resolved("Customer", ("CustomerId",))


def test_written_target_forms():
    invoices = table("billing.invoices", "id", "a", "b")
    world = catalog(CONTACTS, invoices, table("billing", "id", "invoices"))
    assert parse_target("contacts", world) == ("contacts", ())
    assert parse_target("contacts.email", world) == ("contacts", ("email",))
    assert parse_target("billing.invoices", world) == ("billing.invoices", ())
    assert parse_target("billing.invoices.a", world) == ("billing.invoices", ("a",))
    assert parse_target(" billing.invoices ( a , b )", world) == ("billing.invoices", ("a", "b"))
    assert parse_target("contact", world) is None
    assert parse_target("contact.email", world) is None
    assert parse_target("contacts()", world) is None


def test_composite_key_keeps_the_order_of_the_edge():
    key = ForeignKey("fk", ("account_id", "email"), "contacts", ("account_id", "email"))
    notes = table("notes", "id", "email", "account_id", keys=[key])
    world = catalog(notes, CONTACTS)
    edge = Edge(columns=("email", "account_id"))
    assert resolve(notes, edge, world) == Resolved("contacts", ("email", "account_id"))
    assert resolve(notes, Edge(columns=("email", "account_id"), to="contacts"), world) == Resolved(
        "contacts", ("email", "account_id")
    )


def test_number_of_columns_must_agree_and_columns_must_exist():
    notes = table("notes", "id", "x", "y")
    world = catalog(notes, CONTACTS)
    assert resolve(notes, Edge(columns=("x", "y"), to="contacts"), world) is None
    assert resolve(notes, Edge(columns=("x",), to="contacts.nothing"), world) is None
    assert resolve(notes, Edge(columns=("x",), to="nowhere"), world) is None


def test_key_of_the_map_serves_where_no_primary_key_is_declared():
    log = table("log", "no", pk=())
    notes = table("notes", "id", "log_id")
    world = catalog(notes, log)
    edge = Edge(columns=("log_id",))
    assert resolve(notes, edge, world) is None
    assert resolve(notes, edge, world, {"log": ("no",)}) == Resolved("log", ("no",))


def test_pair_has_a_place_for_each_type():
    messages = table("messages", "id", "sender_type", "sender_id")
    users = table("users", "id")
    world = catalog(messages, CONTACTS, users)
    edge = Edge(
        pair=("sender_type", "sender_id"),
        targets={
            "Contact": EdgeTarget(to="contacts"),
            "App\\Models\\User": EdgeTarget(),
            "Robot": EdgeTarget(),
        },
    )
    places = {value: place for value, _, place in resolve_all(messages, edge, world)}
    assert places == {
        "Contact": Resolved("contacts", ("id",)),
        "App\\Models\\User": Resolved("users", ("id",)),
        "Robot": None,
    }
    assert resolve(messages, edge, world) is None


def test_key_targets_are_exact():
    world = catalog(CONTACTS, table("log", "no", pk=()))
    assert is_key_target(Resolved("contacts", ("id",)), world)
    assert is_key_target(Resolved("contacts", ("email", "account_id")), world)
    assert not is_key_target(Resolved("contacts", ("email",)), world)
    assert not is_key_target(Resolved("log", ("no",)), world)
    assert is_key_target(Resolved("log", ("no",)), world, {"log": ("no",)})
    assert not is_key_target(Resolved("gone", ("no",)), world)


@pytest.mark.parametrize(
    ("column", "stem"),
    [
        ("contact_id", "contact"),
        ("contactId", "contact"),
        ("CustomerID", "customer"),
        ("id", None),
        ("mail", None),
    ],
)
def test_stems(column, stem):
    assert stem_of(column) == stem


def test_plurals():
    assert {"company", "companys", "companies"} <= set(spellings("company"))
    assert "sales_people" in spellings("sales_person")
    assert "addresses" in spellings("address")
