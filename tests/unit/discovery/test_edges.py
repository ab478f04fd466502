from __future__ import annotations

from collections.abc import Callable

from habeas.catalog.tables import Catalog
from habeas.discovery.edges import Found, find_edges
from habeas.discovery.people import PersonTable
from habeas.discovery.reading import GivenValues

CatalogOf = Callable[[str], Catalog]
USERS = (PersonTable("user", "users", "person-name"),)
PEOPLE = "CREATE TABLE users (id integer PRIMARY KEY, email text); CREATE TABLE contacts (id integer PRIMARY KEY);"


def edges(catalog: Catalog, values: dict[tuple[str, str], list[str]] | None = None) -> Found:
    return find_edges(catalog, USERS, GivenValues(values or {}))


def targets(found: Found) -> dict[str, str]:
    return {f"{e.table}.{e.name}": f"{e.target}({', '.join(e.target_columns)}) by {e.by}" for e in found.edges}


def test_declared_and_named_references(catalog_of: CatalogOf) -> None:
    found = edges(catalog_of(PEOPLE + """
        CREATE TABLE orders (id integer PRIMARY KEY, buyer integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
          contact_id integer, primary_contact_id integer);
    """))  # fmt: skip
    assert targets(found) == {
        "orders.buyer": "users(id) by declared-key",
        "orders.contact_id": "contacts(id) by name",
        "orders.primary_contact_id": "contacts(id) by name",
    }
    by_name = {edge.name: edge for edge in found.edges}
    assert by_name["buyer"].cascade and not by_name["buyer"].nullable
    assert by_name["contact_id"].implied and not by_name["primary_contact_id"].implied


def test_actors_are_users(catalog_of: CatalogOf) -> None:
    found = edges(catalog_of(PEOPLE + """
        CREATE TABLE tickets (id integer PRIMARY KEY, assignee_id integer, created_by_id integer, updated_by integer,
          approved_by text, author_id integer, created_by_contact_id integer);
    """))  # fmt: skip
    assert targets(found) == {
        "tickets.assignee_id": "users(id) by actor-name",
        "tickets.created_by_id": "users(id) by actor-name",
        "tickets.updated_by": "users(id) by actor-name",
        "tickets.author_id": "users(id) by actor-name",
        "tickets.created_by_contact_id": "contacts(id) by actor-name",
    }


def test_parents_lead_to_their_own_table_and_primary_keys_to_none(catalog_of: CatalogOf) -> None:
    found = edges(
        catalog_of("""
        CREATE TABLE comments (comment_id integer PRIMARY KEY, parent_id integer, in_reply_to_id integer);
        CREATE TABLE category (category_id integer PRIMARY KEY, parent_category_id integer);
    """)
    )
    assert targets(found) == {
        "comments.parent_id": "comments(comment_id) by self-name",
        "comments.in_reply_to_id": "comments(comment_id) by self-name",
        "category.parent_category_id": "category(category_id) by name",
    }


def test_prefixes_and_other_languages(catalog_of: CatalogOf) -> None:
    found = edges(
        catalog_of("""
        CREATE TABLE crm_contacts (id integer PRIMARY KEY); CREATE TABLE kunden (id integer PRIMARY KEY);
        CREATE TABLE crm_deals (id integer PRIMARY KEY, contact_id integer, kunde_id integer);
    """)
    )
    assert targets(found) == {
        "crm_deals.contact_id": "crm_contacts(id) by name",
        "crm_deals.kunde_id": "kunden(id) by name",
    }


def test_types_that_never_equal_are_no_reference(catalog_of: CatalogOf) -> None:
    found = edges(
        catalog_of(PEOPLE + "CREATE TABLE hits (id integer PRIMARY KEY, contact_id text, widget_id integer);")
    )
    assert targets(found) == {}
    assert found.unresolved == ("hits.widget_id",)


def test_composite_keys_declared_and_by_name(catalog_of: CatalogOf) -> None:
    found = edges(
        catalog_of("""
        CREATE TABLE accounts (id integer PRIMARY KEY);
        CREATE TABLE contacts (account_id integer NOT NULL REFERENCES accounts (id), id integer NOT NULL,
          PRIMARY KEY (account_id, id));
        CREATE TABLE orders (account_id integer NOT NULL REFERENCES accounts (id), id integer, contact_id integer,
          PRIMARY KEY (account_id, id), FOREIGN KEY (account_id, contact_id) REFERENCES contacts (account_id, id));
        CREATE TABLE notes (id integer PRIMARY KEY, account_id integer NOT NULL, contact_id integer NOT NULL);
    """)
    )
    by_place = {(e.table, e.name): e for e in found.edges}
    declared = by_place[("orders", "contact_id")]
    assert declared.columns == ("account_id", "contact_id") and declared.target_columns == ("account_id", "id")
    named = by_place[("notes", "contact_id")]
    assert named.columns == ("account_id", "contact_id") and named.target_columns == ("account_id", "id")
    assert by_place[("notes", "account_id")].target == "accounts"


def test_polymorphic_pairs_by_the_values_they_hold(catalog_of: CatalogOf) -> None:
    catalog = catalog_of(PEOPLE + """
        CREATE TABLE crm_deals (id integer PRIMARY KEY);
        CREATE TABLE notes (id integer PRIMARY KEY, notable_type text, notable_id integer, content_type text);
    """)  # fmt: skip
    values = ["Contact", "Crm::Deal", "App\\Models\\User", "AgentBot", "crm_deals"]
    found = edges(catalog, {("notes", "notable_type"): values})
    (pair,) = found.pairs
    assert (pair.name, pair.type_column, pair.id_column) == ("notable", "notable_type", "notable_id")
    assert pair.targets == {
        "Contact": "contacts", "Crm::Deal": "crm_deals", "App\\Models\\User": "users", "AgentBot": None,
        "crm_deals": "crm_deals",
    }  # fmt: skip
    assert found.edges == ()


def test_a_pair_in_an_empty_table_is_known_and_leads_nowhere(catalog_of: CatalogOf) -> None:
    found = edges(catalog_of(PEOPLE + "CREATE TABLE logs (id integer PRIMARY KEY, actor_type text, actor_id integer);"))
    assert [(pair.name, dict(pair.targets)) for pair in found.pairs] == [("actor", {})]


def test_numbers_of_other_companies_are_no_reference(catalog_of: CatalogOf) -> None:
    found = edges(
        catalog_of("""
        CREATE TABLE customers (id text PRIMARY KEY);
        CREATE TABLE orders (id text PRIMARY KEY, stripe_customer_id text, billed_customer_id text);
    """)
    )
    assert targets(found) == {"orders.billed_customer_id": "customers(id) by name"}
