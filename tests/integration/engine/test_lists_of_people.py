"""`erase --subjects FILE --yes`: part by part, a result for each line, the unclear left out, resumed by the same list."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.integration.engine.small_stores import SmallStore, person, refusal_of, who

from habeas.cli.people_file import PeopleFile
from habeas.diagnostics import Refused, error
from habeas.flows import erase_batch as batch_flow
from habeas.flows.erase import erase
from habeas.flows.erase_batch import BatchOutcome, erase_batch
from habeas.program.selection import Selection

PEOPLE = 20
SCHEMA = """
create table accounts (id integer primary key, name text);
create table contacts (id integer primary key, account_id integer, email text, phone text);
create table chats (id integer primary key, sender_id integer references contacts,
                    reader_id integer references contacts, words text);
insert into accounts values (1, 'Acme'), (2, 'Bolt')
"""
MAP = """
customers: {table: accounts}
people: {contact: {table: contacts, controller: customer}}
tables:
  accounts: {not_personal: companies}
  contacts:
    customer: account_id
    columns:
      id: {identity: app.user_id}
      email: {category: user.contact.email, identity: email}
      phone: {category: user.contact.phone_number, identity: phone}
  chats:
    customer: {via: sender_id}
    edges:
      sender_id: {as: owned_by, on_erase: {mask: [words]}}
      reader_id: {as: owned_by}
    columns: {words: user.content}
"""


@pytest.fixture
def company(store: SmallStore) -> SmallStore:
    store.make(SCHEMA, MAP)
    fill(store)
    return store


def fill(store: SmallStore) -> None:
    """Contacts 1 to 20; 5 and 6 share a telephone; everybody writes to the next but one. p3's address is known to Bolt too."""
    rows = ["delete from chats", "delete from contacts"]
    for i in range(1, PEOPLE + 1):
        rows.append(f"insert into contacts values ({i}, 1, 'p{i}@example.com', '030 {i if i != 6 else 5}')")
    for i in range(1, PEOPLE + 1):
        rows.append(f"insert into chats values ({i}, {i}, {(i + 1) % PEOPLE + 1}, 'w{i}')")
    rows.append("insert into contacts values (30, 2, 'p3@example.com', null)")
    store.run(";\n".join(rows))


@pytest.fixture
def people(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, header: str = "email,phone") -> Path:
        path = tmp_path / "people.csv"
        path.write_text("\n".join([header, *lines, ""]))
        return path

    return write


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_flow, "PART", 3)


def run(company: SmallStore, path: Path, narrowed: Selection | None = None, **options: object) -> BatchOutcome:
    with company.workspace() as workspace:
        for name, value in options.items():
            setattr(workspace.context, name, value)
        return erase_batch(workspace, PeopleFile(str(path)), narrowed or Selection())


def results(outcome: BatchOutcome) -> list[tuple[int, str, int]]:
    with outcome.results.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["line", "status", "matched"]
    return [(int(line), status, int(matched)) for line, status, matched in rows]


def left(company: SmallStore) -> list[int]:
    return [i for (i,) in company.rows("select id from contacts order by id")]


LIST = (
    "p1@example.com,",
    "nobody@example.com,",
    ",030-5",
    "P2@Example.com,",
    "p3@example.com,",
    "p4@example.com,030 4",
)
EXPECTED = [
    (2, "erased", 1), (3, "nothing_found", 0), (4, "ambiguous", 2),
    (5, "erased", 1), (6, "ambiguous", 2), (7, "erased", 1),
]  # fmt: skip


def test_each_line_has_its_result_and_the_others_go_on(company: SmallStore, people: Callable[..., Path]) -> None:
    outcome = run(company, people(*LIST))
    assert results(outcome) == EXPECTED
    document = outcome.as_json()
    counts = {k: document[k] for k in ("total", "erased", "nothing_found", "ambiguous", "incomplete", "left")}
    assert counts == {"total": 6, "erased": 3, "nothing_found": 1, "ambiguous": 2, "incomplete": 0, "left": 0}
    assert document["status"] == "ambiguous" and not document["resumed"]
    assert [finding.code for finding in outcome.all_findings()] == ["ambiguous-lines"]
    assert "4, 6" in outcome.all_findings()[0].summary
    assert len(outcome.certificates) == 2 and all(path.is_file() for path in outcome.certificates)
    assert left(company) == [3, *range(5, PEOPLE + 1), 30]
    assert company.files_with("p1@example.com", "p2@example.com") == ["people.csv"]
    for certificate in outcome.certificates:
        assert company.verify(certificate).status == "complete"


def test_a_customer_narrows_every_part(company: SmallStore, people: Callable[..., Path]) -> None:
    path = people(*LIST)
    outcome = run(company, path, Selection(customer="1"))
    assert results(outcome)[4] == (6, "erased", 1)
    assert company.rows("select id from contacts where email = 'p3@example.com'") == [(30,)]


def test_nobody_of_the_list_is_there(company: SmallStore, people: Callable[..., Path]) -> None:
    before = company.contents()
    outcome = run(company, people("a@example.com,", "b@example.com,"), Selection(customer="1"))
    assert outcome.status == "nothing_found" and outcome.certificates == []
    assert company.contents() == before, "a Customer with nobody of the list keeps everything"


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_the_end_is_that_of_one_after_another(
    company: SmallStore, people: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    order = [7, 9, 8, 1, 20, 11, 13, 7, 15]
    for number in order:
        with company.workspace() as workspace:
            assert erase(workspace, who(f"email=p{number}@example.com")).status in ("complete", "nothing_found")
    expected = company.contents()
    fill(company)
    monkeypatch.setattr(batch_flow, "PART", size)
    outcome = run(company, people(*(f"p{number}@example.com,x" for number in order)))
    assert outcome.status == "complete"
    assert company.contents() == expected


POINTS = ("part intended", "sealed", "app: before commit", "app: after commit", "verified", "finished", "part done")


class Ended(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("name", POINTS)
def test_the_same_list_goes_on_where_it_broke_off(
    company: SmallStore, people: Callable[..., Path], name: str, after: int
) -> None:
    """Ctrl-C and a kill leave the same behind: what was committed."""
    seen: list[str] = []

    def end(point: str) -> None:
        seen.append(point)
        if seen.count(name) > after:
            raise Ended

    path = people(*LIST)
    with pytest.raises(Ended):
        run(company, path, observe=end)
    outcome = run(company, path)
    assert results(outcome) == EXPECTED
    assert outcome.status == "ambiguous" and outcome.as_json()["erased"] == 3
    assert outcome.resumed == ((name, after) in [("part done", 0), ("part done", 1)] or after == 1)
    assert left(company) == [3, *range(5, PEOPLE + 1), 30]
    again = run(company, path)
    assert not again.resumed and [status for _, status, _ in results(again)].count("nothing_found") == 4


def test_without_its_results_a_list_begins_anew(company: SmallStore, people: Callable[..., Path]) -> None:
    def end(point: str) -> None:
        if point == "part done":
            raise Ended

    path = people(*LIST)
    with pytest.raises(Ended):
        run(company, path, observe=end)
    for file in (company.folder / "results").glob("*.csv"):
        file.unlink()
    outcome = run(company, path)
    assert not outcome.resumed and "results-lost" in [finding.code for finding in outcome.all_findings()]
    assert [status for _, status, _ in results(outcome)] == [
        "nothing_found", "nothing_found", "ambiguous", "erased", "ambiguous", "erased"
    ]  # fmt: skip


def test_another_list_is_another_batch(company: SmallStore, people: Callable[..., Path]) -> None:
    def end(point: str) -> None:
        if point == "part done":
            raise Ended

    with pytest.raises(Ended):
        run(company, people(*LIST), observe=end)
    outcome = run(company, people(*LIST, "p9@example.com,"))
    assert not outcome.resumed
    assert [status for _, status, _ in results(outcome)] == [
        "nothing_found", "nothing_found", "ambiguous", "erased", "ambiguous", "erased", "erased"
    ]  # fmt: skip


def test_what_stands_against_the_whole_list_stops_it(company: SmallStore, people: Callable[..., Path]) -> None:
    seen: list[str] = []

    def refuse(point: str) -> None:
        seen.append(point)
        if point == "reach" and seen.count("reach") == 2:
            raise Refused(error("store-unreachable", "the store is down"))

    path = people(*LIST)
    outcome = run(company, path, observe=refuse)
    assert (outcome.status, outcome.left, outcome.as_json()["erased"]) == ("incomplete", 3, 1)
    assert "store-unreachable" in [finding.code for finding in outcome.all_findings()]
    again = run(company, path)
    assert again.resumed and results(again) == EXPECTED


def test_one_who_can_not_be_erased_does_not_stop_the_others(
    company: SmallStore, people: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_flow, "PART", 100)
    _refuse_contact_8(company)
    outcome = run(company, people(*(f"p{number}@example.com," for number in (7, 8, 9, 10))))
    assert [status for _, status, _ in results(outcome)] == ["erased", "incomplete", "erased", "erased"]
    assert outcome.status == "incomplete" and outcome.left == 0
    assert outcome.findings and not {7, 9, 10} & set(left(company)) and 8 in left(company)


def _refuse_contact_8(company: SmallStore) -> None:
    """A check of the database that lets everybody go but number 8."""
    if company.dialect == "sqlite":
        company.run(
            "create trigger guard before delete on contacts when old.id = 8 "
            "begin select raise(abort, 'CHECK constraint failed: guard'); end"
        )
    else:
        company.run(
            "create function guard() returns trigger language plpgsql as $$ begin if old.id = 8 then "
            "raise check_violation; end if; return old; end $$"
        )
        company.run("create trigger guard before delete on contacts for each row execute function guard()")
    text = MAP.replace("  contacts:\n    customer", "  contacts:\n    triggers: {guard: it only refuses}\n    customer")
    company.write_map(text)


def test_late_rows_make_the_part_incomplete(company: SmallStore, people: Callable[..., Path]) -> None:
    def write_late(point: str) -> None:
        if point == "applied" and not company.rows("select id from contacts where id = 40"):
            company.run("insert into contacts values (40, 1, 'p1@example.com', null)")

    path = people(*LIST[:2])
    outcome = run(company, path, observe=write_late)
    assert [status for _, status, _ in results(outcome)] == ["incomplete", "nothing_found"]
    again = run(company, path)
    assert [status for _, status, _ in results(again)] == ["erased", "nothing_found"]
    assert 40 not in left(company)


@pytest.mark.parametrize(
    ("lines", "header", "code"),
    [
        (["p1@example.com,", "p2@example.com"], "email,phone", "csv-fields"),
        (["p1@example.com,x"], "email,unheard", "unknown-identity-type"),
        ([], "email", "no-subject"),
    ],
)
def test_a_bad_list_is_refused_before_anybody_is_erased(
    company: SmallStore, people: Callable[..., Path], lines: Sequence[str], header: str, code: str
) -> None:
    before = company.contents()
    refused = refusal_of(run, company, people(*(["p9@example.com,"] * 4 if lines else []), *lines, header=header))
    assert refused.usage and refused.findings[0].code == code
    assert company.contents() == before


def test_a_list_of_one_by_one(store: SmallStore, people: Callable[..., Path]) -> None:
    """A row of a later person holds an earlier one in place: the parts are walked person by person."""
    store.make(
        """
        create table contacts (id integer primary key, email text);
        create table votes (id integer primary key, voter_id integer not null references contacts,
                            about_id integer not null references contacts);
        insert into contacts values (1, 'p1@example.com'), (2, 'p2@example.com'), (3, 'p3@example.com');
        insert into votes values (1, 2, 1), (2, 3, 2)
        """,
        """
        people: {contact: {table: contacts}}
        tables:
          contacts: {columns: {email: {category: user.contact.email, identity: email}}}
          votes: {edges: {voter_id: owned_by, about_id: lookup}}
        """,
    )
    fill_again = ["delete from votes", "delete from contacts"]
    fill_again += [f"insert into contacts values ({i}, 'p{i}@example.com')" for i in (1, 2, 3)]
    fill_again += ["insert into votes values (1, 2, 1)", "insert into votes values (2, 3, 2)"]
    for number in (1, 2, 3):
        store.erased(Selection(subjects=(person(f"email=p{number}@example.com"),)))
    expected = store.contents()
    store.run(";\n".join(fill_again))
    outcome = run(store, people(*(f"p{number}@example.com" for number in (1, 2, 3)), header="email"))
    assert [status for _, status, _ in results(outcome)] == ["erased"] * 3
    assert store.contents() == expected


def test_memory_holds_one_part(
    company: SmallStore, people: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the list: it is asked for part by part, and no part before the one before it is done."""
    asked: list[int] = []
    done: list[int] = []
    path = people(*(f"n{number}@example.com," for number in range(1_000)))
    original = PeopleFile.after

    def after(self: PeopleFile, line: int):  # type: ignore[no-untyped-def]
        for each in original(self, line):
            asked.append(each[0])
            assert len(asked) <= len(done) * 50 + 50
            yield each

    monkeypatch.setattr(PeopleFile, "after", after)
    monkeypatch.setattr(batch_flow, "PART", 50)
    outcome = run(company, path, observe=lambda point: done.append(1) if point == "part done" else None)
    assert len(done) == 20 and outcome.as_json()["nothing_found"] == 1_000
