"""Whole schemas, read from a live database and proposed: a shop, a rental, and a Rails application without keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from habeas.datamap.reader import read_company
from habeas.diagnostics import Severity
from habeas.discovery.proposing import Proposal, propose
from habeas.discovery.reading import GivenValues
from habeas.discovery.rendering import render_policy, render_store
from habeas.stores.sql.reading_catalogue import read_catalogue

HERE = Path(__file__).parent
TYPES = {
    ("inboxes", "channel_type"): ["Channel::Email", "Channel::WebWidget"],
    ("messages", "sender_type"): ["Contact", "User", "AgentBot"],
    ("taggings", "taggable_type"): ["Contact", "Conversation"],
    ("notifications", "primary_actor_type"): ["Conversation", "Message"],
    ("notifications", "secondary_actor_type"): ["User", "Contact"],
    ("access_tokens", "owner_type"): ["User", "AgentBot"],
    ("audits", "auditable_type"): ["User", "Inbox", "Conversation", "AccountUser"],
    ("audits", "associated_type"): ["Account"],
    ("audits", "user_type"): ["User"],
    ("addresses", "addressable_type"): ["Contact", "Company"],
    ("active_storage_attachments", "record_type"): ["Attachment", "User", "Contact", "ActiveStorage::VariantRecord"],
}


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(database_url, hide_parameters=True)
    yield engine
    engine.dispose()


def run(engine: sa.Engine, ddl: str) -> None:
    with engine.begin() as connection:
        for statement in ddl.split(";\n"):
            if statement.strip():
                connection.execute(sa.text(statement))


def made(engine: sa.Engine, schemas: Sequence[str] = (), store: str = "app") -> Proposal:
    with engine.connect() as connection:
        catalog = read_catalogue(connection, schemas)
    return propose(catalog, store, "${APP_DATABASE_URL}", GivenValues(TYPES))


def edges(proposal: Proposal) -> dict[str, str]:
    return {
        f"{ref}.{name}": edge.get("as", "asked" if "ask" in edge else "pair")
        for ref, table in proposal.document["tables"].items()
        for name, edge in table.get("edges", {}).items()
    }


def personal(proposal: Proposal) -> dict[str, set[str]]:
    return {
        ref: {name for name, entry in table["columns"].items() if "category" in entry}
        for ref, table in proposal.document["tables"].items()
        if "columns" in table
    }


def dialect_of(ddl: str, engine: sa.Engine) -> str:
    if engine.dialect.name != "postgresql":
        return ddl
    return (
        ddl.replace("datetime", "timestamp")
        .replace(" float", " double precision")
        .replace("DEFAULT false", "DEFAULT FALSE")
    )


def test_chinook(engine: sa.Engine) -> None:
    run(engine, (HERE / "chinook.sql").read_text())
    proposal = made(engine, store="shop")
    assert {kind: person["table"] for kind, person in proposal.document["people"].items()} == {
        "customer": "customer",
        "employee": "employee",
    }
    assert "customers" not in proposal.document
    assert edges(proposal) == {
        "customer.support_rep_id": "lookup",
        "employee.reports_to": "lookup",
        "invoice.customer_id": "owned_by",
        "invoice_line.invoice_id": "owned_by",
        "invoice_line.track_id": "lookup",
    }
    tables = proposal.document["tables"]
    assert {ref for ref, table in tables.items() if "not_personal" in table} == {
        "artist", "album", "genre", "track", "playlist", "playlist_track",
    }  # fmt: skip
    assert personal(proposal)["invoice"] == {"billing_address", "billing_city"}
    assert {"birth_date", "title", "email", "fax", "postal_code"} < personal(proposal)["employee"]
    assert tables["customer"]["columns"]["customer_id"]["identity"] == "shop.customer_id"
    assert proposal.policy["identity_types"] == {"shop.customer_id": "exact", "shop.employee_id": "exact"}
    assert proposal.questions == 1


def test_pagila(engine: sa.Engine) -> None:
    ddl = (HERE / "pagila.sql").read_text()
    if engine.dialect.name == "postgresql":
        ddl = ddl.replace(
            "payment_date timestamp NOT NULL);", "payment_date timestamp NOT NULL) PARTITION BY RANGE (payment_date);"
        )
        ddl += "CREATE TABLE payment_early PARTITION OF payment FOR VALUES FROM ('2022-01-01') TO ('2022-02-01');\n"
    run(engine, ddl)
    proposal = made(engine)
    found = edges(proposal)
    assert found["customer.address_id"] == found["staff.address_id"] == "owns"
    assert found["address.city_id"] == found["customer.store_id"] == "lookup"
    assert found["store.address_id"] == "owns", "a branch's own address stays when a customer leaves it"
    assert found["payment.customer_id"] == found["rental.customer_id"] == "owned_by"
    assert found["payment.staff_id"] == found["rental.staff_id"] == found["store.manager_staff_id"] == "lookup"
    assert found["payment.rental_id"] == "accessed_by"
    assert set(proposal.document["people"]) == {"customer", "staff", "actor"}
    assert "ask" in proposal.document["people"]["actor"]
    assert "payment_early" not in proposal.document["tables"]
    assert {"city", "country", "language", "film", "inventory", "store"} == {
        ref for ref, table in proposal.document["tables"].items() if "not_personal" in table
    }


def test_a_rails_application(engine: sa.Engine, tmp_path: Path) -> None:
    run(engine, dialect_of((HERE / "helpdesk.sql").read_text(), engine))
    proposal = made(engine)
    tables = proposal.document["tables"]
    assert proposal.document["customers"]["table"] == "accounts"
    assert {k: (p["table"], p["controller"]) for k, p in proposal.document["people"].items()} == {
        "contact": ("contacts", "customer"),
        "user": ("users", "us"),
    }
    found = edges(proposal)
    owned = {place for place, kind in found.items() if kind == "owned_by"}
    assert owned == {
        "account_users.user_id", "applied_slas.conversation_id", "attachments.message_id",
        "campaign_recipients.contact_id", "contact_inboxes.contact_id", "conversation_participants.conversation_id",
        "conversations.contact_id", "csat_survey_responses.contact_id", "custom_filters.user_id",
        "inbox_members.user_id", "invoice_lines.invoice_id", "invoices.contact_id", "mentions.conversation_id",
        "messages.conversation_id", "notes.contact_id", "notification_subscriptions.user_id",
        "notifications.user_id", "payments.contact_id", "team_members.user_id",
    }  # fmt: skip
    # No row that a contact's request should erase has a second owner outside: nothing of the company's owns it.
    assert all(found[place] in ("lookup", "accessed_by") for place in found if place.endswith(("inbox_id", "team_id")))
    assert found["conversations.assignee_id"] == found["articles.author_id"] == "accessed_by"
    sender = tables["messages"]["edges"]["sender"]
    assert sender["pair"] == ["sender_type", "sender_id"]
    assert sender["to"]["Contact"]["as"] == "owned_by" and sender["to"]["User"]["as"] == "accessed_by"
    assert "ask" in tables["access_tokens"]["edges"]["owner"]["to"]["AgentBot"] and "AgentBot" not in sender["to"]
    assert (
        proposal.comments[("tables", "messages", "edges", "sender")] == "add AgentBot, answered at access_tokens.owner"
    )
    assert [f.tables for f in proposal.findings if f.code == "pair-type-left-out"] == [("messages",)]
    assert tables["messages"]["customer"] == {"column": "account_id", "proposed": "not-null-column"}
    assert tables["invoice_lines"]["customer"]["via"] == "invoice_id"
    assert tables["addresses"]["customer"]["via"] == "addressable"
    assert all("customer" in table for ref, table in tables.items() if ref != "accounts")
    assert personal(proposal)["messages"] == {"content", "content_attributes"}
    assert personal(proposal)["addresses"] == {"street", "city", "postal_code", "country"}
    assert "articles" not in personal(proposal) and "canned_responses" not in personal(proposal)
    assert tables["schema_migrations"]["proposed"] == tables["delayed_jobs"]["proposed"] == "bookkeeping"
    assert proposal.questions <= 25 * len(tables) // 100

    (tmp_path / "app.yaml").write_text(render_store(proposal), encoding="utf-8")
    (tmp_path / "habeas.yaml").write_text(render_policy(proposal.policy), encoding="utf-8")
    reading = read_company(tmp_path)
    assert reading.company is not None
    assert [finding.code for finding in reading.findings if finding.severity is Severity.ERROR] == []


@pytest.mark.postgresql
def test_other_schemas_quoted_names_composite_keys_and_uuids(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url, hide_parameters=True)
    try:
        run(engine, """
            CREATE SCHEMA billing;
            CREATE TABLE "Tenants" (id uuid PRIMARY KEY, title text, "terminatedAt" timestamptz);
            CREATE TABLE "Contacts" ("tenantId" uuid NOT NULL REFERENCES "Tenants" (id), id uuid NOT NULL,
              "fullName" text, "emailAddress" text, PRIMARY KEY ("tenantId", id));
            CREATE TABLE "Orders" ("tenantId" uuid NOT NULL REFERENCES "Tenants" (id), id uuid NOT NULL,
              "contactId" uuid NOT NULL, PRIMARY KEY ("tenantId", id),
              FOREIGN KEY ("tenantId", "contactId") REFERENCES "Contacts" ("tenantId", id));
            CREATE TABLE billing.invoices (id bigint PRIMARY KEY, "tenantId" uuid NOT NULL, "contactId" uuid NOT NULL,
              "dueOn" date);
            CREATE MATERIALIZED VIEW order_counts AS SELECT "contactId", count(*) FROM "Orders" GROUP BY 1;
        """)  # fmt: skip
        document: Any = made(engine, ("public", "billing")).document
    finally:
        engine.dispose()
    tables = document["tables"]
    assert document["schemas"] == ["public", "billing"]
    assert document["customers"] == {"table": "Tenants", "ends_at": "terminatedAt", "proposed": "tenant-name"}
    assert document["people"]["contact"]["table"] == "Contacts"
    assert tables["Contacts"]["columns"]["emailAddress"]["identity"] == "email"
    assert tables["Orders"]["edges"]["contactId"] == {
        "columns": ["tenantId", "contactId"],
        "as": "owned_by",
        "proposed": "not-null-key",
    }
    assert tables["billing.invoices"]["edges"]["contactId"]["to"] == "Contacts(tenantId, id)"
    assert tables["billing.invoices"]["customer"]["column"] == "tenantId"
    assert tables["order_counts"]["derived"] == "materialised view over Orders"
