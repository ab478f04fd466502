"""A rectification writes a new value into the person's rows and every declared copy, or refuses and changes nothing."""

from __future__ import annotations

import json
import zipfile
from typing import Any

import pytest
from tests.integration.engine.small_stores import SmallStore, lines, refusal_of, who

from habeas.diagnostics import Refused
from habeas.flows import plan as plan_flow
from habeas.flows.erase import EraseOutcome
from habeas.flows.rectify import rectify
from habeas.program.selection import Intent, NewValue, Selection

SCHEMA = """
create table accounts (id integer primary key, name text);
create table contacts (id integer primary key, account_id integer references accounts, email varchar(40) not null,
  phone text, name text, age integer check (age is null or age between 0 and 150), code text unique, born date,
  label text, computed text generated always as (upper(name)) stored, name_statement text);
create table mailings (id integer primary key, contact_id integer references contacts, email varchar(40), subject text);
create table logins (id integer primary key, account_id integer references accounts, email text, at text);
create table addresses (id integer primary key, contact_id integer references contacts, city text, note text);
create table shares (id integer primary key, contact_id integer references contacts, title text);
insert into accounts values (7, 'Seven'), (8, 'Eight');
insert into contacts (id, account_id, email, phone, name, age, code, label) values
  (1, 7, 'Jane@Example.com', '+1 555 0100', 'Jane', 40, 'J1', 'vip'), (2, 7, 'bob@example.com', null, 'Bob', 50, 'B1', null),
  (3, 8, 'jane@example.com', null, 'Jane of Eight', 60, 'J8', null), (4, 7, 'home@example.com', null, 'Ann', 1, 'A1', null),
  (5, 7, 'home@example.com', null, 'Al', 2, 'A2', null);
insert into mailings values (1, 1, 'jane@example.com', 'hello'), (2, 1, null, 'by post'), (3, 2, 'bob@example.com', 'x'),
  (4, 3, 'jane@example.com', 'other Customer'), (5, 1, 'another@example.com', 'x'), (6, 4, 'home@example.com', 'Ann'),
  (7, 5, 'home@example.com', 'Al'), (8, null, 'home@example.com', 'whose?');
insert into logins values (1, 7, 'JANE@example.com', 'mon'), (2, 8, 'jane@example.com', 'tue'), (3, 7, 'ghost@example.com', 'wed');
insert into addresses values (1, 1, 'Oslo', 'n'), (2, 1, 'Rome', 'n'), (3, 2, 'Bonn', 'n'), (4, 4, 'Graz', 'n');
insert into shares values (1, 1, 'seen')
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
      email: {category: user.contact.email, identity: email, copies: [mailings.email, logins.email]}
      phone: {category: user.contact.phone_number, identity: phone}
      name: {category: user.name, statement: name_statement}
      name_statement: user.content
      age: user.demographic
      code: user.unique_id
      born: user.demographic.date_of_birth
      label: system.operations
      computed: user.name
  mailings:
    customer: {via: contact_id}
    edges: {contact_id: owned_by}
    columns: {email: user.contact.email, subject: user.content}
  logins:
    customer: account_id
    edges: {email: {to: contacts.email, as: owned_by}}
    columns: {at: user.behavior}
  addresses:
    customer: {via: contact_id}
    edges: {contact_id: owned_by}
    columns: {city: user.contact.address.city, note: user.content}
  shares: {customer: {via: contact_id}, edges: {contact_id: accessed_by}, columns: {title: user.content}}
"""
JANE = ("email=jane@example.com",)


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    return store.make(SCHEMA, MAP)


def new(text: str, *, amends: bool = False) -> NewValue:
    """`TABLE[KEY].COLUMN=VALUE` as the command line reads it."""
    from habeas.cli.new_values import parse_new_values

    return parse_new_values([text], "--set", amends=amends)[0]


def asked(*texts: str, person: tuple[str, ...] = JANE, customer: str | None = "7", **options: Any) -> Selection:
    return who(*person, customer=customer, new_values=tuple(map(new, texts)), **options)


def rectified(store: SmallStore, selection: Selection) -> EraseOutcome:
    with store.workspace() as workspace:
        outcome = rectify(workspace, selection, approve=lambda _plan: True)
    said = [f"{f.code}: {f.summary}" for f in (*(outcome.plan.findings if outcome.plan else ()), *outcome.findings)]
    assert outcome.status == "complete", (outcome.status, said, outcome.remaining)
    return outcome


def refused(store: SmallStore, selection: Selection, code: str, status: str = "refused") -> None:
    """Insist that plan and run say so, that nothing changes, and that no value is quoted."""
    before = store.contents()
    for attempt in (
        lambda w: rectify(w, selection, approve=lambda _plan: True),
        lambda w: rectify(w, selection),
        lambda w: plan_flow.plan(w, Intent.RECTIFY, selection),
    ):
        try:
            with store.workspace() as workspace:
                outcome = attempt(workspace)
        except Refused as stopped:
            said, findings = stopped.status, stopped.findings
        else:
            said = outcome.status
            findings = (*(outcome.plan.findings if outcome.plan else ()), *getattr(outcome, "findings", ()))
        errors = {f.code: f for f in findings if f.severity.value == "error"}
        assert code in errors, (said, [(f.code, f.summary) for f in findings])
        assert said == status
        words = " ".join(f"{f.summary} {f.detail} {f.fix}" for f in findings)
        assert not any(v.value and len(v.value) > 4 and v.value in words for v in selection.new_values)
    assert store.contents() == before, "a refusal changed something"


def test_the_row_and_every_copy(company: SmallStore) -> None:
    outcome = rectified(company, asked("contacts.email=j.doe@example.org", "contacts.age=41"))
    assert lines(outcome) == [
        ("contacts", "update", 1), ("mailings", "update", 1), ("logins", "update", 1), ("contacts", "update", 1),
    ]  # fmt: skip
    assert company.rows("select id, email, age from contacts order by id")[:3] == [
        (1, "j.doe@example.org", 41), (2, "bob@example.com", 50), (3, "jane@example.com", 60),
    ]  # fmt: skip
    emails = [email for (email,) in company.rows("select email from mailings order by id")]
    assert emails[:5] == ["j.doe@example.org", None, "bob@example.com", "jane@example.com", "another@example.com"]
    assert company.rows("select email from logins order by id") == [
        ("j.doe@example.org",), ("jane@example.com",), ("ghost@example.com",),
    ]  # fmt: skip
    assert company.files_with("j.doe@example.org", "jane@example.com") == []
    certificate = json.loads(outcome.certificate.read_text())["certificate"]  # type: ignore[union-attr]
    assert certificate["intent"] == "rectify" and certificate["status"] == "complete"
    assert company.verify(outcome.certificate).status == "complete"
    found = company.plan(who("email=j.doe@example.org"), Intent.ACCESS)
    assert [(g.kind, g.customer, g.keys) for g in found.plan.groups] == [("contact", "7", ("1",))]


def test_a_value_of_every_kind(company: SmallStore) -> None:
    rectified(
        company,
        asked(
            "contacts.born=1990-02-28",
            "contacts.phone=+44 20 7946 0958",
            'contacts.name=Zoë "Z" O\'Neil; 東京',
            "contacts.code=",
        ),
    )
    ((born, phone, name, code),) = company.rows("select born, phone, name, code from contacts where id = 1")
    assert (str(born), phone, name, code) == ("1990-02-28", "+44 20 7946 0958", 'Zoë "Z" O\'Neil; 東京', None)
    assert company.value("select computed from contacts where id = 1")
    rectified(company, asked("contacts.phone=", "app.contacts.name=Jane"))
    assert company.rows("select phone, name from contacts where id = 1") == [(None, "Jane")]


def test_one_row_of_several_is_named_by_its_key(company: SmallStore) -> None:
    refused(company, asked("addresses.city=Bergen"), "ambiguous", "ambiguous")
    rectified(company, asked("addresses[2].city=Bergen"))
    assert company.rows("select city from addresses order by id") == [("Oslo",), ("Bergen",), ("Bonn",), ("Graz",)]
    refused(company, asked("addresses[3].city=Bergen"), "no-row")
    refused(company, asked("addresses[2,1].city=Bergen"), "no-row")
    rectified(company, asked("addresses.city=Wien", person=("app.user_id=4",)))
    assert company.value("select city from addresses where id = 4") == "Wien"


@pytest.mark.parametrize(
    "what, code",
    [
        ("contacts.email=no address", "value-refused"),
        ("contacts.email=", "value-refused"),
        ("contacts.email=a-very-long-name-of-somebody@a-very-long-example.com", "value-refused"),
        ("contacts.phone=call me", "value-refused"),
        ("contacts.age=forty", "value-refused"),
        ("contacts.age=151", "check-refused"),
        ("contacts.born=28.2.1990", "value-refused"),
        ("contacts.code=B1", "value-taken"),
        ("contacts.email=BOB@example.com", "identity-taken"),
        ("contacts.label=gold", "not-personal"),
        ("contacts.computed=X", "set-refused"),
        ("contacts.id=9", "not-personal"),
        ("contacts.account_id=8", "not-personal"),
        ("logins.email=x@example.com", "not-personal"),
        ("mailings[1].email=x@example.com", "set-refused"),
        ("shares.title=mine", "not-owned"),
        ("shares[1].title=mine", "not-owned"),
    ],
)
def test_what_is_refused(company: SmallStore, what: str, code: str) -> None:
    refused(company, asked(what), code)


def test_unknown_places_are_wrong_use(company: SmallStore) -> None:
    for what in ("contacts.emial=x@example.com", "contact.email=x@example.com"):
        with company.workspace() as workspace:
            stopped = refusal_of(rectify, workspace, asked(what))
        assert stopped.usage and [f.code for f in stopped.findings] == ["unknown-column"]


def test_two_values_for_one_place(company: SmallStore) -> None:
    refused(company, asked("contacts.name=A", "contacts.name=B"), "set-twice")


def test_who_is_meant_as_for_an_erasure(company: SmallStore) -> None:
    refused(company, asked("contacts.name=X", customer=None), "several-customers", "ambiguous")
    refused(company, asked("contacts.name=X", person=("email=home@example.com",)), "ambiguous", "ambiguous")
    everywhere = who(*JANE, all_customers="she asked", new_values=(new("contacts.name=Janet"),))
    rectified(company, everywhere)
    assert company.rows("select name from contacts where name = 'Janet'") == [("Janet",), ("Janet",)]
    with company.workspace() as workspace:
        nobody = who("email=nobody@example.com", new_values=(new("contacts.name=X"),))
        assert rectify(workspace, nobody).status == "nothing_found"


def test_a_household_keeps_what_is_the_others_too(company: SmallStore) -> None:
    """Al's own mailings follow him; Ann's, and one that is anybody's, keep the common address."""
    outcome = rectified(company, asked("contacts.email=al@example.com", person=("app.user_id=5",)))
    assert "copy-of-others" in {f.code for f in outcome.plan.findings}  # type: ignore[union-attr]
    assert company.rows("select email from mailings where id in (6, 7, 8) order by id") == [
        ("home@example.com",), ("al@example.com",), ("home@example.com",),
    ]  # fmt: skip


def test_rows_that_would_lose_the_person(company: SmallStore) -> None:
    company.write_map(MAP.replace(", logins.email]", "]"))
    refused(company, asked("contacts.email=j.doe@example.org"), "set-breaks-join")
    rectified(company, asked("contacts.email=JANE@EXAMPLE.COM"))  # the join folds letters, so nothing breaks


def test_rows_that_would_refer_to_nothing(company: SmallStore) -> None:
    company.run("create table badges (id integer primary key, code text references contacts (code));\n"
                "insert into badges values (1, 'J1')")  # fmt: skip
    company.write_map(MAP + "  badges: {customer: {none: x}, edges: {code: {to: contacts.code, as: owned_by}}}\n")
    refused(company, asked("contacts.code=J2"), "set-breaks-reference")


def test_rows_that_follow_by_themselves(company: SmallStore) -> None:
    company.run("create table badges (id integer primary key, code text references contacts (code) on update cascade);\n"
                "insert into badges values (1, 'J1')")  # fmt: skip
    company.write_map(MAP + "  badges: {customer: {none: x}, edges: {code: {to: contacts.code, as: owned_by}}}\n")
    rectified(company, asked("contacts.code=J2"))
    assert company.value("select code from badges") == "J2"


def test_rows_that_wait_under_the_new_value_are_told(company: SmallStore) -> None:
    outcome = rectified(company, asked("contacts.email=ghost@example.com"))
    assert "joins-more" in {f.code for f in outcome.plan.findings}  # type: ignore[union-attr]


def test_a_copy_that_is_too_short(company: SmallStore) -> None:
    company.run("create table tags (id integer primary key, account_id integer, email varchar(10), x text);\n"
                "insert into tags values (1, 7, 'jane@e.co', 'x')")  # fmt: skip
    company.write_map(
        MAP.replace("logins.email]", "logins.email, tags.email]")
        + "  tags: {customer: account_id, columns: {email: user.contact.email, x: user.content}, "
        "edges: {id: {to: contacts.id, as: owned_by}}}\n"
    )
    refused(company, asked("contacts.email=j.doe@example.org"), "copy-unfit")


def test_held_rows_stay_as_they_are(company: SmallStore) -> None:
    held = asked("contacts.name=X", exclusions=["app.user_id=1"])
    refused(company, held, "held")


def test_a_saved_plan(company: SmallStore) -> None:
    selection = asked("contacts.email=j.doe@example.org")
    with company.workspace() as workspace:
        outcome = plan_flow.plan(workspace, Intent.RECTIFY, selection)
        path = plan_flow.save(workspace, outcome, company.folder / "plans" / "plan.json")
    assert company.files_with("j.doe@example.org") == []
    assert company.value("select email from contacts where id = 1") == "Jane@Example.com"
    assert company.apply(path).status == "complete"
    assert company.value("select email from contacts where id = 1") == "j.doe@example.org"
    assert company.value("select email from mailings where id = 1") == "j.doe@example.org"


def test_late_writers_are_found_again(company: SmallStore) -> None:
    outcome = rectified(company, asked("contacts.email=j.doe@example.org"))
    assert company.verify(outcome.certificate).status == "complete"
    company.run("insert into logins values (9, 7, 'jane@example.com', 'late')")
    checked = company.verify(outcome.certificate)
    assert checked.status == "incomplete"
    assert [(r.table, r.rows) for r in checked.remaining] == [("logins", 1)]
    company.run("delete from logins where id = 9;\nupdate contacts set email = 'jane@example.com' where id = 1")
    checked = company.verify(outcome.certificate)
    assert ("contacts", 1) in [(r.table, r.rows) for r in checked.remaining]


def test_an_erasure_after_it_finds_the_person_by_the_new_identity(company: SmallStore) -> None:
    rectified(company, asked("contacts.email=j.doe@example.org"))
    company.erased(who("email=j.doe@example.org"))
    assert company.rows("select id from contacts where account_id = 7 order by id") == [(2,), (4,), (5,)]
    assert company.rows("select id from logins order by id") == [(2,), (3,)]


def test_a_statement_beside_a_value_that_stays(company: SmallStore) -> None:
    def amended(text: str) -> EraseOutcome:
        said = who(*JANE, customer="7", new_values=(new(f"contacts.name={text}", amends=True),))
        return rectified(company, said)

    outcome = amended("I am called Zoë; 'Jane' was never right")
    assert "a statement about name" in outcome.plan.stores[0].lines[0].reason  # type: ignore[union-attr]
    amended("and with two dots")
    assert company.rows("select name, name_statement from contacts where id = 1") == [
        ("Jane", "I am called Zoë; 'Jane' was never right\nand with two dots")
    ]
    assert company.rows("select name_statement from contacts where id <> 1 and name_statement is not null") == []
    assert company.files_with("was never right") == []
    company.access(who(*JANE, customer="7"))
    with zipfile.ZipFile(company.folder / "copy.zip") as package:
        assert "and with two dots" in package.read("json/app.contacts.json").decode()


def test_a_statement_without_a_place(company: SmallStore) -> None:
    refused(
        company, who(*JANE, customer="7", new_values=(new("contacts.age=I am older", amends=True),)), "no-statement"
    )


def test_a_statement_that_nobody_would_take_away(company: SmallStore) -> None:
    company.write_map(MAP.replace("name_statement: user.content", "name_statement: system.operations"))
    with company.workspace() as workspace:
        found = {f.code for store in workspace.checked_stores for f in store.findings}
    assert "statement-left" in found
