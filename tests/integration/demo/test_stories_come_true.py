"""What the walk tells of the characters is what a plan says of them, on both dialects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.integration.demo.contents import engine_of

from habeas.datamap.model import CompanyMap
from habeas.datamap.reader import read_company
from habeas.demo.company import Figures, build
from habeas.planning.compiling import compile_program
from habeas.program.plan import LineAction, PlanLine
from habeas.program.selection import Identity, Intent, Selection, Subject
from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.reading_catalogue import read_catalogue
from habeas.stores.sql.run import StoreRun

AS_OF = date(2026, 7, 1)
Count = dict[tuple[str, str], int]
Lines = Callable[..., tuple[PlanLine, ...]]


@pytest.fixture(scope="module")
def reviewed() -> CompanyMap:
    with as_file(files("habeas.demo").joinpath("map")) as folder:
        company = read_company(Path(folder)).company
    assert company is not None
    return company


def who(text: str) -> Subject:
    return Subject((Identity.parse(text),))


@contextmanager
def planned(url: str, reviewed: CompanyMap, selection: Selection) -> Iterator[tuple[StoreRun, sa.Connection]]:
    """A run over the company, decided; whatever follows is rolled back."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            program = compile_program(
                reviewed.stores["app"], read_catalogue(connection), reviewed.policy, Intent.ERASE, AS_OF
            )
            run = StoreRun(connection, program, selection)
            run.find()
            run.reach()
            run.decide()
            yield run, connection
            connection.rollback()
    finally:
        engine.dispose()


def count(lines: tuple[PlanLine, ...]) -> Count:
    found: Count = {}
    for line in lines:
        key = (line.table, line.action.value)
        found[key] = found.get(key, 0) + line.rows
    return found


@pytest.fixture
def lines(company_file: tuple[Path, Figures], reviewed: CompanyMap) -> Lines:
    def of(subject: str, customer: str | None = None, held: str | None = None) -> tuple[PlanLine, ...]:
        exclusions = () if held is None else (who(held),)
        selection = Selection((who(subject),), customer=customer, exclusions=exclusions)
        with planned(f"sqlite:///{company_file[0]}", reviewed, selection) as (run, _):
            assert [f for f in run.findings if f.severity == "error"] == []
            return run.lines()

    return of


def test_jane_goes_but_for_the_books_and_what_she_shares(lines: Lines) -> None:
    found = lines("email=jane@example.com", "7")
    counted = count(found)
    assert counted["contacts", "erase"] == 1
    assert counted["invoices", "keep"] == 5
    assert counted["invoices", "erase"] == 1, "older than seven years"
    assert counted["invoice_lines", "keep"] == 5
    assert counted["subscriptions", "mask"] == 1, "kept invoices refer to it"
    assert counted["messages", "mask"] == 2, "hers in Tom's conversation"
    assert counted["meetings", "keep"] == 1, "shared with Tom"
    assert counted["accounts", "unlink"] == 1
    assert ("deals", "erase") not in counted
    assert len({line.table for line in found}) >= 25


def test_one_of_a_household_leaves_what_is_common(lines: Lines) -> None:
    counted = count(lines("app.contact_id=4"))
    assert counted["contacts", "erase"] == 1
    assert ("households", "erase") not in counted
    assert ("campaign_recipients", "erase") not in counted


def test_a_row_that_can_not_lose_its_reference_keeps_its_target_masked(lines: Lines) -> None:
    found = lines("email=tomasz@example.com")
    contact = [line for line in found if line.table == "contacts"]
    assert [line.action for line in contact] == [LineAction.MASK]
    assert "referrals" in contact[0].reason
    assert {"email", "full_name", "unsubscribe_token"} <= set(contact[0].columns)


def test_a_hold_leaves_what_is_shared_and_so_masks_whom_it_refers_to(lines: Lines) -> None:
    counted = count(lines("email=jane@example.com", "7", held="email=tom@example.com"))
    assert counted["contacts", "mask"] == 1
    assert ("messages", "mask") not in counted
    assert counted["messages", "keep"] == 3


def test_nothing_keeps_the_invoices_of_omar(lines: Lines) -> None:
    counted = count(lines("email=omar@example.net"))
    assert counted["invoices", "erase"] == 6
    assert ("invoices", "keep") not in counted
    assert counted["subscriptions", "erase"] == 1


def test_the_capitals_of_ayse_do_not_hide_her_nor_the_soft_delete_linh(lines: Lines) -> None:
    for subject in ("email=ayse.yilmaz@example.com", "email=LINH@example.org"):
        counted = count(lines(subject))
        assert counted["contacts", "erase"] == 1
        assert counted["conversations", "erase"] >= 1


def test_a_colleague_goes_without_the_work(lines: Lines) -> None:
    counted = count(lines("app.user_id=10"))
    assert counted["users", "erase"] == 1
    assert counted["login_attempts", "erase"] == 4
    assert {table for table, action in counted if action == "erase"} == {
        "users", "sessions", "login_attempts", "api_tokens", "notifications",
    }  # fmt: skip


def test_both_dialects_plan_and_change_alike(postgresql_url: str, tmp_path: Path, reviewed: CompanyMap) -> None:
    selection = Selection((who("email=jane@example.com"),), customer="7")
    results = []
    for url in (postgresql_url, f"sqlite:///{tmp_path / 'app.db'}"):
        build(url, people=200)
        with planned(url, reviewed, selection) as (run, connection):
            lines = run.lines()
            run.change()
            assert run.not_gone() == {}
            left = connection.execute(sa.text("SELECT count(*) FROM contacts WHERE email = 'jane@example.com'"))
            assert left.scalar_one() == 0
            wrong = """SELECT count(*) FROM conversations v WHERE messages_count
                       <> (SELECT count(*) FROM messages m WHERE m.conversation_id = v.id)"""
            assert connection.execute(sa.text(wrong)).scalar_one() == 0, "the trigger counts along"
            results.append(count(lines))
    assert results[0] == results[1]


def test_what_an_erasure_leaves_of_jane_is_written_by_others(tmp_path: Path, reviewed: CompanyMap) -> None:
    """Looks through the whole database afterwards: her name stands in the books and in texts of others alone."""
    build(tmp_path / "app.db", people=200)
    where = set()
    with planned(
        f"sqlite:///{tmp_path / 'app.db'}", reviewed, Selection((who("email=jane@example.com"),), customer="7")
    ) as (run, connection):
        run.change()
        for name in sa.inspect(engine_of(tmp_path / "app.db")).get_table_names():
            result = connection.execute(sa.text(f"SELECT * FROM {name}"))
            columns = list(result.keys())
            for row in result:
                for column, value in zip(columns, row, strict=True):
                    text = value.decode() if isinstance(value, bytes) else str(value)
                    if "Jane Moore" in text or "jane@example.com" in text.lower():
                        where.add(f"{name}.{column}")
    assert where == {"invoices.billing_name", "invoice_lines.description", "messages.body", "notes.body"}
