from __future__ import annotations

from collections.abc import Callable

from habeas.catalog.tables import Catalog
from habeas.discovery.reading import GivenValues
from habeas.discovery.surveying import Survey, survey

CatalogOf = Callable[[str], Catalog]


def look(catalog: Catalog, values: dict[tuple[str, str], list[str]] | None = None) -> Survey:
    return survey(catalog, GivenValues(values or {}))


def test_people_by_name_and_evidence(catalog_of: CatalogOf) -> None:
    seen = look(
        catalog_of("""
        CREATE TABLE kunden (id integer PRIMARY KEY, vorname text, nachname text, email text);
        CREATE TABLE newsletter_list (id integer PRIMARY KEY, email text, first_name text);
        CREATE TABLE user_roles (id integer PRIMARY KEY, title text);
        CREATE TABLE profiles (id integer PRIMARY KEY, kunde_id integer NOT NULL, email text, name text);
        CREATE TABLE projects (id integer PRIMARY KEY, name text, contact_email text);
        CREATE TABLE orders (id integer PRIMARY KEY, email text, name text);
    """)
    )
    assert [(p.kind, p.table, p.rule) for p in seen.people] == [
        ("kunden", "kunden", "person-name"),
        ("newsletter_list", "newsletter_list", "email-and-name"),
    ]


def test_a_shops_customer_is_a_person_and_an_account_a_tenant(catalog_of: CatalogOf) -> None:
    seen = look(
        catalog_of("""
        CREATE TABLE accounts (id integer PRIMARY KEY, name text, support_email text, closed_at datetime);
        CREATE TABLE customers (id integer PRIMARY KEY, account_id integer NOT NULL, name text, email text);
        CREATE TABLE users (id integer PRIMARY KEY, account_id integer NOT NULL, name text, email text);
        CREATE TABLE orders (id integer PRIMARY KEY, account_id integer NOT NULL, customer_id integer NOT NULL);
    """)
    )
    assert seen.customers is not None
    assert (seen.customers.table, seen.customers.ends_at, seen.customers.rule) == (
        "accounts",
        "closed_at",
        "tenant-name",
    )
    assert [(p.kind, p.operator) for p in seen.people] == [("customer", False), ("user", True)]


def test_accounts_with_passwords_are_people(catalog_of: CatalogOf) -> None:
    seen = look(
        catalog_of("""
        CREATE TABLE accounts (id integer PRIMARY KEY, email text NOT NULL, password_hash text);
        CREATE TABLE posts (id integer PRIMARY KEY, account_id integer NOT NULL);
        CREATE TABLE likes (id integer PRIMARY KEY, account_id integer NOT NULL);
        CREATE TABLE blocks (id integer PRIMARY KEY, account_id integer NOT NULL);
    """)
    )
    assert [p.table for p in seen.people] == ["accounts"] and seen.customers is None and seen.paths == {}


def test_identities_are_the_rows_own(catalog_of: CatalogOf) -> None:
    seen = look(
        catalog_of("""
        CREATE TABLE contacts (id integer PRIMARY KEY, name text, email text, work_email text, assistant_email text,
          mobile_phone text, email_changed_at datetime);
    """)
    )
    (person,) = seen.people
    assert person.identities == {"email": "email", "work_email": "email", "mobile_phone": "phone"}
    assert (person.key, person.changed_at) == ("id", "email_changed_at")


def test_customer_paths_in_their_order(catalog_of: CatalogOf) -> None:
    catalog = catalog_of("""
        CREATE TABLE workspaces (id integer PRIMARY KEY, name text);
        CREATE TABLE contacts (id integer PRIMARY KEY, workspace_id integer NOT NULL, name text, email text);
        CREATE TABLE teams (id integer PRIMARY KEY, workspace_id integer NOT NULL, name text);
        CREATE TABLE deals (id integer PRIMARY KEY, workspace_id integer NOT NULL, contact_id integer NOT NULL);
        CREATE TABLE offers (id integer PRIMARY KEY, deal_id integer NOT NULL, workspace_id integer);
        CREATE TABLE offer_lines (id integer PRIMARY KEY, offer_id integer NOT NULL);
        CREATE TABLE labels (id integer PRIMARY KEY, workspace_id integer, title text);
        CREATE TABLE team_rules (id integer PRIMARY KEY, team_id integer NOT NULL);
        CREATE TABLE marks (id integer PRIMARY KEY, markable_type text, markable_id integer);
        CREATE TABLE currencies (code text PRIMARY KEY, name text);
    """)
    seen = look(catalog, {("marks", "markable_type"): ["Deal", "Contact"]})
    assert {ref: (p.column or p.via or "none", p.rule) for ref, p in seen.paths.items()} == {
        "contacts": ("workspace_id", "not-null-column"),
        "teams": ("workspace_id", "not-null-column"),
        "deals": ("workspace_id", "not-null-column"),
        "offers": ("deal_id", "owning-edge"),
        "offer_lines": ("offer_id", "owning-edge"),
        "labels": ("workspace_id", "nullable-column"),
        "team_rules": ("team_id", "shortest-edge"),
        "marks": ("markable", "pair"),
        "currencies": ("none", "no-path"),
    }
    assert seen.paths["currencies"].none == "shared catalogue, the same for every Customer"


def test_a_store_of_one_company_has_no_customers(catalog_of: CatalogOf) -> None:
    seen = look(
        catalog_of("""
        CREATE TABLE store (store_id integer PRIMARY KEY, title text);
        CREATE TABLE customer (customer_id integer PRIMARY KEY, store_id integer NOT NULL, first_name text, email text);
        CREATE TABLE rental (rental_id integer PRIMARY KEY, customer_id integer NOT NULL);
        CREATE TABLE payment (payment_id integer PRIMARY KEY, customer_id integer NOT NULL);
    """)
    )
    assert seen.customers is None


def test_nothing_personal_and_bookkeeping(catalog_of: CatalogOf) -> None:
    seen = look(
        catalog_of("""
        CREATE TABLE contacts (id integer PRIMARY KEY, name text, email text);
        CREATE TABLE schema_migrations (version text PRIMARY KEY);
        CREATE TABLE delayed_jobs (id integer PRIMARY KEY, handler text);
        CREATE TABLE countries (code text PRIMARY KEY, country text);
        CREATE TABLE plans (id integer PRIMARY KEY, title text);
        CREATE TABLE imports (id integer PRIMARY KEY, uploader_ip text);
        CREATE TABLE habeas_ledger (id integer PRIMARY KEY, run text);
    """)
    )
    assert {ref: n.rule for ref, n in seen.not_personal.items()} == {
        "schema_migrations": "bookkeeping",
        "delayed_jobs": "bookkeeping",
        "countries": "no-personal-columns",
        "plans": "no-personal-columns",
    }
    assert seen.unreached == ("imports",)
    assert "habeas_ledger" not in {table.ref for table in seen.tables}


def test_a_framework_like_name_hides_no_person(catalog_of: CatalogOf) -> None:
    seen = look(
        catalog_of("""
        CREATE TABLE users (id integer PRIMARY KEY, name text, email text);
        CREATE TABLE jobs (id integer PRIMARY KEY, user_id integer NOT NULL, title text);
        CREATE TABLE cache (id integer PRIMARY KEY, visitor_email text);
    """)
    )
    assert seen.not_personal == {}
