"""Two stores in one map, batches, and runs side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.engine.small_stores import SmallStore, lines, person, refusal_of, who

from habeas.flows import erase as erase_flow
from habeas.flows.workspace import open_workspace
from habeas.program.selection import Selection
from habeas.stores.sql.ledger import lease

SCHEMA = """
create table contacts (id integer primary key, email text, name text);
create table notes (id integer primary key, contact_id integer references contacts,
  author_id integer references contacts, body text);
insert into contacts values (1, 'jane@example.com', 'Jane'), (2, 'bob@example.com', 'Bob'), (3, 'ann@example.com',
  'Ann'),
  (4, 'sam@example.com', 'Sam');
insert into notes values (1, 1, 2, 'a'), (2, 2, 1, 'b'), (3, 3, 3, 'c'), (4, 4, 1, 'd'), (5, null, 4, 'e')
"""
MAP = """
people: {contact: {table: contacts}}
tables:
  contacts: {columns: {email: {category: user.contact.email, identity: email}, name: user.name}}
  notes:
    edges: {contact_id: owned_by, author_id: {to: contacts, as: owned_by}}
    columns: {body: user.content}
"""
SUBSCRIBERS = """
create table subscribers (address text primary key, source text);
create table opens (id integer primary key, address text not null references subscribers, at text);
insert into subscribers values ('Jane@Example.com', 'fair'), ('bob@example.com', 'web');
insert into opens values (1, 'Jane@Example.com', 't'), (2, 'bob@example.com', 't')
"""
MAIL_MAP = """
people: {subscriber: {table: subscribers}}
tables:
  subscribers: {columns: {address: {category: user.contact.email, identity: email}, source: user.behavior}}
  opens: {edges: {address: owned_by}, columns: {at: user.behavior}}
"""
JANE = "email=jane@example.com"


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    return store.make(SCHEMA, MAP)


@pytest.fixture
def mail(company: SmallStore, tmp_path: Path) -> SmallStore:
    """A second store of the same map, always SQLite."""
    file = tmp_path / "mail.sqlite"
    file.touch()
    return company.beside(f"sqlite:///{file}", "mail", SUBSCRIBERS, MAIL_MAP)


def test_two_stores_are_planned_and_erased_together(company: SmallStore, mail: SmallStore) -> None:
    plan = company.plan(who(JANE)).plan
    assert {s.store: sum(line.rows for line in s.lines) for s in plan.stores} == {"app": 4, "mail": 2}
    assert [(g.store, g.kind) for g in plan.groups] == [("app", "contact"), ("mail", "subscriber")]
    outcome = company.erased(who(JANE))
    assert company.rows("select id from contacts order by id") == [(2,), (3,), (4,)]
    assert mail.rows("select address from subscribers") == [("bob@example.com",)]
    assert company.verify(outcome.certificate).status == "complete"
    assert company.erase(who(JANE)).status == "nothing_found"


def test_a_person_of_one_store_alone(company: SmallStore, mail: SmallStore) -> None:
    before = mail.contents()
    company.erased(who("email=ann@example.com"))
    assert company.value("select count(*) from contacts") == 3 and mail.contents() == before
    mail.run("insert into subscribers values ('late@example.com', 'x')")
    company.erased(who("email=late@example.com"))
    assert mail.contents() == before


def test_a_store_that_is_down_stops_all_before_the_first_change(company: SmallStore, mail: SmallStore) -> None:
    before, also = company.contents(), mail.contents()
    company.environment["MAIL_URL"] += ".moved"
    assert refusal_of(company.erase, who(JANE)).findings[0].code == "store-missing"
    company.environment["MAIL_URL"] = company.environment["MAIL_URL"].removesuffix(".moved")
    assert (company.contents(), mail.contents()) == (before, also)


def test_a_store_that_fails_after_another_has_committed(company: SmallStore, mail: SmallStore) -> None:
    """Incomplete until it is done; the next request finishes it, whoever else was told `nothing found`."""
    mail.run("create trigger stubborn before delete on opens begin select raise(abort, 'no'); end")
    mail.write_map(MAIL_MAP.replace("opens: {", "opens: {triggers: {stubborn: reviewed}, "))
    first = company.erase(who(JANE))
    assert first.status == "incomplete" and first.certificate is None
    assert [f.code for f in first.findings] == ["constraint-violation"]
    assert company.value("select count(*) from contacts where id = 1") == 0
    assert mail.value("select count(*) from subscribers") == 2
    again = company.erase(who(JANE))
    assert again.status == "incomplete" and again.run == first.run
    mail.run("drop trigger stubborn")
    done = company.erase(who(JANE))
    assert done.status == "complete" and done.run == first.run and done.certificate is not None
    assert mail.rows("select address from subscribers") == [("bob@example.com",)]
    assert done.plan is not None
    assert {s.store: sum(line.rows for line in s.lines) for s in done.plan.stores} == {"app": 4, "mail": 2}


def test_an_unwilling_first_store_changes_nothing_anywhere(company: SmallStore, mail: SmallStore) -> None:
    body = "begin select raise(abort, 'no'); end"
    if company.dialect == "postgresql":
        company.run("create function no() returns trigger language plpgsql as 'begin raise exception ''no''; end'")
        body = "for each row execute function no()"
    company.run(f"create trigger stubborn before delete on contacts {body}")
    company.write_map(MAP.replace("contacts: {c", "contacts: {triggers: {stubborn: reviewed}, c"))
    company.write_policy()
    before, also = company.contents(), mail.contents()
    refused = refusal_of(company.erase, who(JANE))
    assert refused.status == "refused" and refused.findings[0].code == "constraint-violation"
    assert (company.contents(), mail.contents()) == (before, also)


def batch(*emails: str) -> Selection:
    return Selection(tuple(person(f"email={each}@example.com") for each in emails))


def test_a_batch_is_one_after_another(company: SmallStore) -> None:
    """Shared rows between people of the list, one named twice, one that nobody knows."""
    names = ("jane", "sam", "JANE", "nobody", "bob")
    start = company.contents()
    plan = company.plan(batch(*names))
    assert sum(g.rows for g in plan.plan.groups) == 3
    outcome = company.erased(batch(*names))
    together = company.contents()
    assert sorted(lines(outcome)) == sorted(lines(plan)), "the plan can't drift from the run"
    company.run("delete from notes;\ndelete from contacts;\n" + SCHEMA[SCHEMA.index("insert") :])
    assert company.contents() == start
    for name in names:
        company.erase(batch(name))
    assert company.contents() == together
    assert company.rows("select id from contacts") == [(3,)] and company.rows("select id from notes") == [(3,)]
    assert company.verify(outcome.certificate).status == "complete"


def test_a_batch_with_somebody_unclear_changes_nobody(company: SmallStore) -> None:
    company.run("insert into contacts values (9, 'sam@example.com', 'Sam too')")
    company.refuses(batch("jane", "sam"), "ambiguous", "ambiguous")


def test_many_people_at_once(company: SmallStore) -> None:
    rows = ", ".join(f"({n}, 'p{n}@example.com', 'P')" for n in range(100, 400))
    company.run(f"insert into contacts values {rows}")
    company.run("insert into notes select id + 1000, id, id + 1, 'x' from contacts where id between 100 and 398")
    company.erased(batch(*(f"p{n}" for n in range(100, 300))))
    assert company.value("select count(*) from contacts where id >= 100") == 100
    assert company.value("select count(*) from notes where contact_id is null and author_id = 300") == 1
    assert company.value("select count(*) from notes where id >= 1100") == 100


def test_the_second_of_two_runs_is_refused(company: SmallStore) -> None:
    company.erased(who("email=ann@example.com"))
    before = company.contents()
    with lease(company.engine, "somebody-else", company.now):
        refused = refusal_of(company.erase, who(JANE))
        assert refused.findings[0].code == "store-leased"
        assert company.contents() == before
        assert company.plan(who(JANE)).status == "planned", "a plan waits for nobody"
    company.erased(who(JANE))


def test_two_runs_at_once(company: SmallStore) -> None:
    refusals = []

    def observe(point: str) -> None:
        if point == "sealed" and not refusals:
            refusals.append(refusal_of(company.erase, who("email=bob@example.com")))

    with open_workspace(company.maps, company.environment, now=lambda: company.now, observe=observe) as workspace:
        assert erase_flow.erase(workspace, who(JANE)).status == "complete"
    assert refusals[0].findings[0].code in ("store-leased", "lock-timeout")
    company.erased(who("email=bob@example.com"))
    assert company.rows("select id from contacts order by id") == [(3,), (4,)]
