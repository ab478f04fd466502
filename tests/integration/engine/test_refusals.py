"""What can't be meant, or can't be done safely, is refused with a finding that teaches, and nothing changes."""

from __future__ import annotations

import pytest
from tests.integration.engine.small_stores import SmallStore, lines, refusal_of, who

from habeas.program.selection import Intent

SCHEMA = """
create table accounts (id integer primary key, name text);
create table contacts (id integer primary key, account_id integer not null references accounts, email text,
  name text, customer_no text unique);
create table notes (id integer primary key, contact_id integer references contacts, body text);
insert into accounts values (7, 'Seven'), (8, 'Eight');
insert into contacts values (1, 7, 'jane@example.com', 'Jane', 'C-1'), (2, 7, 'home@example.com', 'Ann', 'C-2'),
  (3, 7, 'HOME@example.com ', 'Bob', 'C-3'), (4, 8, 'jane@example.com', 'Jane of 8', 'C-4'),
  (5, 7, 'o''neil@example.com', 'O''Neil', null), (6, 7, '  ', 'Blank', ''), (7, 7, null, 'Nobody', null);
insert into notes values (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c'), (4, 4, 'd'), (5, 5, 'e');
"""
MAP = """
customers: {table: accounts}
people: {contact: {table: contacts}}
tables:
  accounts: {not_personal: companies}
  contacts:
    customer: account_id
    columns:
      id: {identity: app.user_id}
      email: {category: user.contact.email, identity: email}
      name: user.name
      customer_no: {category: user.account, identity: app.customer_no}
  notes: {customer: {via: contact_id}, edges: {contact_id: owned_by}, columns: {body: user.content}}
"""
JANE = "email=jane@example.com"


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    return store.make(SCHEMA, MAP)


def test_an_unknown_identity_type_names_the_known_ones(company: SmallStore) -> None:
    said = company.refuses(who("shoe.size=43"), "unknown-identity-type")
    assert "shoe.size" in said and "43" not in said.replace("shoe.size", "")
    assert "app.user_id" in said and "email" in said
    company.refuses(who(JANE, customer="7", exclusions=("shoe.size=43",)), "unknown-identity-type")


def test_an_unknown_kind_and_an_unknown_customer(company: SmallStore) -> None:
    assert "contact" in company.refuses(who(JANE, kind="user"), "unknown-kind")
    assert company.erase(who(JANE, customer="999")).status == "nothing_found"
    assert company.erase(who(JANE, customer="no number")).status == "nothing_found"
    assert company.erase(who(customer="999")).status == "nothing_found"


def test_two_rows_of_one_customer_are_listed_and_refused(company: SmallStore) -> None:
    said = company.refuses(who("email=home@example.com"), "ambiguous", "ambiguous")
    assert "2, 3" in said and "home@" not in said.lower()
    plan = company.plan(who("email=home@example.com"))
    assert plan.status == "ambiguous"
    assert [(g.kind, g.customer, g.rows, g.keys) for g in plan.plan.groups] == [("contact", "7", 2, ("2", "3"))]
    # Each of the ways that the finding names settles it.
    assert company.plan(who("email=home@example.com", "app.user_id=3")).plan.groups[0].keys == ("3",)
    assert lines(company.plan(who("email=home@example.com", all_matches=True)), "contacts") == [
        ("contacts", "erase", 2)
    ]


def test_the_people_of_two_customers_need_a_word(company: SmallStore) -> None:
    said = company.refuses(who(JANE), "several-customers", "ambiguous")
    assert "7, 8" in said and "--customer 7" in said
    assert company.plan(who(JANE, all_customers="asked twice")).status == "planned"
    company.erased(who(JANE, customer="8"))
    assert company.rows("select id from contacts where id in (1, 4)") == [(1,)]
    assert company.rows("select id from notes order by id") == [(1,), (2,), (3,), (5,)]


def test_access_and_plan_show_every_group(company: SmallStore) -> None:
    plan = company.plan(who(JANE), Intent.ACCESS)
    assert plan.status == "planned"
    assert [(g.customer, g.rows) for g in plan.plan.groups] == [("7", 1), ("8", 1)]
    assert company.access(who("email=home@example.com")).groups[0].rows == 2


def test_empty_values_match_nobody(company: SmallStore) -> None:
    before = company.contents()
    for value in ("", "   ", "\t"):
        assert company.erase(who(f"email={value}")).status == "nothing_found"
        assert company.erase(who(f"app.customer_no={value}")).status == "nothing_found"
    assert company.contents() == before


STRANGE = (
    "a\0b", "jane@example.com\0", "\ud800", "'; drop table contacts; --", '"', "%", "_", "\\", "%(i0_0)s", ":i0_0",
    "$1",
    "\N{ARABIC-INDIC DIGIT ONE}", "9" * 40, "-1", "1.0", "1e0", "0x1",
)  # fmt: skip


def test_strange_values_find_nobody_and_break_nothing(company: SmallStore) -> None:
    before = company.contents()
    for value in STRANGE:
        for kind in ("email", "app.customer_no", "app.user_id"):
            assert company.erase(who(f"{kind}={value}", customer="7")).status == "nothing_found", (kind, value)
    long = "x" * 10_000_000
    assert (
        company.erase(who(f"email={long}", f"app.customer_no={long}", f"app.user_id={long}")).status == "nothing_found"
    )
    assert company.contents() == before


def test_a_value_with_quotes_finds_its_person(company: SmallStore) -> None:
    company.erased(who("email=O'Neil@example.com"))
    assert company.value("select count(*) from contacts where id = 5") == 0
    assert company.value("select count(*) from notes where contact_id = 5") == 0


def test_too_many_matches_fail_closed(company: SmallStore) -> None:
    company.policy = company.policy.replace("limits: {{", "limits: {{max_matches: 1, ")
    company.write_policy()
    company.refuses(who("email=home@example.com", all_matches=True), "too-many-matches")
    assert refusal_of(company.access, who("email=home@example.com")).findings[0].code == "too-many-matches"


def test_a_map_of_another_schema(company: SmallStore) -> None:
    company.write_map(MAP.replace("notes:", "remarks:"))
    said = company.refuses(who(JANE, customer="7"), "unknown-table")
    assert "remarks" in said
    company.write_map(MAP.replace("body:", "text:"))
    said = company.refuses(who(JANE, customer="7"), "unknown-column")
    assert "text" in said
    for wrong in ("author: {to: contacts, as: owned_by}", "contact_id: {to: contacts.nr, as: owned_by}"):
        company.write_map(
            MAP.replace(
                "contact_id: owned_by",
                f"contact_id: owned_by, {wrong}".replace("contact_id: owned_by, contact_id", "contact_id"),
            )
        )
        company.refuses(who(JANE, customer="7"), "unknown-column")
        assert company.plan(who(JANE, customer="7"), Intent.ACCESS).status == "planned"
    company.write_map(MAP.replace("customer: account_id", "customer: tenant_id"))
    for selection in (who("app.customer_no=C-1"), who(JANE, customer="7"), who(customer="7")):
        company.refuses(selection, "customer-path")
    company.write_map(MAP.replace("{table: accounts}", "{table: tenants}"))
    company.refuses(who(JANE, customer="7"), "unknown-table")
    company.write_map(MAP.replace("{table: contacts}", "{table: persons}"))
    company.refuses(who(JANE, customer="7"), "table-not-mapped")
    company.write_map(MAP.replace("contact_id: owned_by", "contact_id: {to: persons, as: owned_by}"))
    company.refuses(who(JANE, customer="7"), "edge-target-unknown")


def test_a_column_that_nobody_has_looked_at_is_no_hindrance_to_others(company: SmallStore) -> None:
    company.run("alter table notes add column birth_date date")
    outcome = company.plan(who(JANE, customer="7"))
    assert "unmapped-column" in {f.code for f in outcome.plan.findings}, "a personal-looking column has no category"
    assert outcome.status == "refused"
    assert company.plan(who(JANE, customer="7"), Intent.ACCESS).status == "planned"


def test_a_guess_refuses_changes_and_no_copy(company: SmallStore) -> None:
    company.write_map(MAP.replace("name: user.name", "name: {category: user.name, proposed: name}"))
    company.refuses(who(JANE, customer="7"), "guess-not-accepted")
    copy = company.access(who(JANE, customer="7"))
    assert copy.status == "complete"
    assert {f.severity.value for f in copy.findings} == {"warning"}
    company.write_map(MAP.replace("contact_id: owned_by", "contact_id: {as: owned_by, ask: Whose is it?}"))
    company.refuses(who(JANE, customer="7"), "open-question")


def test_a_broken_file_says_where(company: SmallStore) -> None:
    (company.maps / "app.yaml").write_text("version: 1\nstore: app\ntables:\n  - [\n")
    refused = refusal_of(company.erase, who(JANE))
    position = refused.findings[0].position
    assert position is not None and position.file.endswith("app.yaml") and position.line >= 4
    (company.maps / "app.yaml").unlink()
    assert refusal_of(company.erase, who(JANE)).findings


def test_a_missing_variable_is_named_and_a_password_never_shown(company: SmallStore) -> None:
    with company.workspace({"OTHER": "postgresql://u:s3cret@nowhere/x"}) as workspace:
        refused = refusal_of(lambda: workspace.context)
    assert refused.findings[0].code == "variable-missing"
    assert "APP_URL" in refused.findings[0].summary
    assert "s3cret" not in str(refused)
