"""What stays although somebody asked for its erasure: held rows, kept rows, and what refers to them."""

from __future__ import annotations

from datetime import date

import pytest
from tests.integration.engine.small_stores import SmallStore, lines, only, who

SCHEMA = """
create table contacts (id integer primary key, email text not null, name text);
create table invoices (id integer primary key, contact_id integer not null references contacts, issued_at date,
  billing_email text, memo text);
create table invoice_lines (id integer primary key, invoice_id integer not null references invoices, text text);
create table line_notes (id integer primary key, line_id integer references invoice_lines, text text);
create table reminders (id integer primary key, invoice_id integer references invoices, text text);
insert into contacts values (1, 'jane@example.com', 'Jane'), (2, 'bob@example.com', 'Bob');
insert into invoices values (10, 1, '2025-03-01', 'jane@example.com', 'gift for Jane'), (20, 2, '2025-03-01', 'b', 'c');
insert into invoice_lines values (100, 10, 'a lamp'), (200, 20, 'a chair');
insert into line_notes values (1000, 100, 'red, please'), (2000, 200, 'blue');
insert into reminders values (1, 10, 'Dear Jane'), (2, 20, 'Dear Bob')
"""
MAP = """
people: {{contact: {{table: contacts}}}}
tables:
  contacts: {{columns: {{email: {{category: user.contact.email, identity: email}}, name: user.name}}}}
  invoices:
    edges: {{contact_id: owned_by}}
    columns: {{billing_email: user.contact.email, memo: user.content}}
    on_erase: {{keep: {{ground: accounting, after: issued_at, with: [{kept_along}], mask: [billing_email]}}}}
  invoice_lines: {{edges: {{invoice_id: owned_by}}, columns: {{text: user.content}}}}
  line_notes: {{edges: {{line_id: {{to: invoice_lines, as: owned_by}}}}, columns: {{text: user.content}}}}
  reminders: {{edges: {{invoice_id: owned_by}}, columns: {{text: user.content}}}}
"""
JANE = who("email=jane@example.com")


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    return store.make(SCHEMA, MAP.format(kept_along="invoice_lines, line_notes"))


def others_are_untouched(company: SmallStore) -> None:
    assert company.rows("select name from contacts where id = 2") == [("Bob",)]
    assert company.rows("select billing_email, memo from invoices where id = 20") == [("b", "c")]
    assert company.rows("select text from reminders where id = 2") == [("Dear Bob",)]


def test_a_kept_row_keeps_what_is_named_with_it_at_two_levels(company: SmallStore) -> None:
    outcome = company.erased(JANE)
    kept = only(outcome, "invoices")
    assert (kept.action, kept.rows, kept.until) == ("keep", 1, "2032-03-01")
    assert kept.reason == "accounting, until 2032-03-01" and kept.columns == ("billing_email",)
    assert company.rows("select billing_email, memo from invoices where id = 10") == [(None, "gift for Jane")]
    assert company.rows("select text from invoice_lines where id = 100") == [("a lamp",)]
    assert company.rows("select text from line_notes where id = 1000") == [("red, please",)]
    # A child that nobody named goes, and what the kept row refers to is masked in its place.
    assert company.rows("select id from reminders") == [(2,)]
    masked = only(outcome, "contacts")
    assert masked.action == "mask" and "invoices.contact_id" in masked.reason
    ((email, name),) = company.rows("select email, name from contacts where id = 1")
    assert name is None and email.startswith("erased-")
    others_are_untouched(company)


def test_what_is_named_at_one_level_only_is_let_go_at_the_next(company: SmallStore) -> None:
    company.write_map(MAP.format(kept_along="invoice_lines"))
    company.erased(JANE)
    assert company.rows("select id from invoice_lines") == [(100,), (200,)]
    assert company.rows("select id from line_notes") == [(2000,)]


def test_children_of_a_kept_row_go_where_nobody_names_them(company: SmallStore) -> None:
    company.write_map(MAP.format(kept_along=""))
    company.erased(JANE)
    assert company.rows("select id from invoices order by id") == [(10,), (20,)]
    assert company.rows("select id from invoice_lines") == [(200,)]
    assert company.rows("select id from line_notes") == [(2000,)]


@pytest.mark.parametrize(
    ("day", "stays"), [(date(2032, 2, 29), True), (date(2032, 3, 1), False), (date(2032, 3, 2), False)]
)
def test_a_row_goes_on_the_day_its_period_has_ended(company: SmallStore, day: date, stays: bool) -> None:
    """`day of after + period > as_of` keeps: on 2032-03-01 seven years have passed."""
    company.erased(JANE, as_of=day)
    assert company.value("select count(*) from invoices where id = 10") == int(stays)
    assert company.value("select count(*) from line_notes where id = 1000") == int(stays)
    assert company.value("select count(*) from contacts where id = 1") == int(stays)
    others_are_untouched(company)


def test_a_row_without_a_date_is_kept_and_named(company: SmallStore) -> None:
    company.run("update invoices set issued_at = null where id = 10")
    outcome = company.erased(JANE)
    assert outcome.plan is not None
    assert "keep-without-date" in {f.code for f in outcome.plan.findings}
    assert only(outcome, "invoices").reason == "accounting, with no date in issued_at"
    assert company.value("select count(*) from invoices") == 2


def test_what_was_kept_goes_when_its_time_has_come(company: SmallStore) -> None:
    first = company.erased(JANE)
    assert first.plan is not None
    # The person's identity is masked by then: their row is found by its key, as the certificate's retention sweep will.
    company.write_map(
        MAP.format(kept_along="invoice_lines, line_notes").replace(
            "contacts: {columns: {", "contacts: {columns: {id: {identity: app.user_id}, "
        )
    )
    company.erased(who("app.user_id=1"), as_of=date(2033, 1, 1))
    assert company.rows("select id from contacts") == [(2,)]
    assert company.rows("select id from invoices") == [(20,)]
    others_are_untouched(company)


def test_a_hold_keeps_all_of_a_person(company: SmallStore) -> None:
    before = company.contents()
    outcome = company.plan(who("email=jane@example.com", exclusions=("email=JANE@example.com ",)))
    assert {action for _, action, _ in lines(outcome)} == {"keep"}
    assert {line.reason for store in outcome.plan.stores for line in store.lines} == {"hold: excluded from this run"}
    held = company.erase(who("email=jane@example.com", exclusions=("email=jane@example.com",)))
    assert held.status in ("complete", "nothing_found")
    assert company.contents() == before


def test_a_hold_on_another_person_holds_what_both_have(company: SmallStore) -> None:
    company.run(
        """
        create table projects (id integer primary key, title text);
        create table members (id integer primary key, project_id integer not null references projects,
          contact_id integer not null references contacts, role text);
        insert into projects values (1, 'of both'), (2, 'of Jane');
        insert into members values (1, 1, 1, 'boss'), (2, 1, 2, 'helper'), (3, 2, 1, 'boss')
        """
    )
    company.write_map(
        MAP.format(kept_along="invoice_lines, line_notes")
        + """
  projects: {columns: {title: user.content}}
  members:
    edges: {contact_id: owned_by, project_id: {to: projects, as: owns}}
    columns: {role: user.job_title}
"""
    )
    company.erased(who("email=jane@example.com", exclusions=("email=bob@example.com",)))
    assert company.rows("select id from projects") == [(1,)]
    assert company.rows("select id, role from members") == [(2, "helper")]
    others_are_untouched(company)


def test_a_held_child_holds_its_parent_in_place(store: SmallStore) -> None:
    """The held row's reference is not to be touched, so the row it refers to is masked instead of erased."""
    store.make(
        """
        create table contacts (id integer primary key, email text not null, name text,
          referrer_id integer references contacts);
        insert into contacts values (1, 'jane@example.com', 'Jane', null), (2, 'bob@example.com', 'Bob', 1)
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts:
            edges: {referrer_id: {to: contacts, as: lookup}}
            columns: {email: {category: user.contact.email, identity: email}, name: user.name}
        """,
    )
    outcome = store.erased(who("email=jane@example.com", exclusions=("email=bob@example.com",)))
    assert {(action, rows) for _, action, rows in lines(outcome)} == {("mask", 1)}
    assert store.rows("select name, referrer_id from contacts where id = 2") == [("Bob", 1)]
    assert store.rows("select name from contacts where id = 1") == [(None,)]
    store.erased(who("email=bob@example.com"))
    assert store.rows("select id from contacts") == [(1,)]


def test_a_hold_is_an_exclusion_of_the_plan_too(company: SmallStore) -> None:
    plan = company.save(who("email=jane@example.com", exclusions=("email=bob@example.com",)))
    assert company.apply(plan).status == "complete"
    others_are_untouched(company)
