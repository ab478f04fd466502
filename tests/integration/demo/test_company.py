"""The sample company holds together: references, counters, Customers, sizes, and the same seed gives the same rows."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.integration.demo.contents import digest_of, engine_of

from habeas.demo import company as company_module
from habeas.demo import loading, schema
from habeas.demo.company import Figures, build

PAIRS = {
    ("messages", "sender"): {"Contact": "contacts", "User": "users"},
    ("attachments", "attachable"): {"Message": "messages", "Note": "notes"},
    ("attachments", "uploader"): {"Contact": "contacts", "User": "users"},
    ("notes", "notable"): {"Contact": "contacts", "Conversation": "conversations", "Deal": "deals"},
    ("taggings", "taggable"): {"Contact": "contacts", "Conversation": "conversations"},
    ("audit_events", "actor"): {"Contact": "contacts", "User": "users"},
    ("notifications", "notifiable"): {"Contact": "contacts", "Conversation": "conversations"},
}


def number(connection: sa.Connection, query: str) -> int:
    return int(connection.execute(sa.text(query)).scalar_one())


def test_it_is_like_a_real_crm_in_size(company: sa.Connection, company_file: tuple[Path, Figures]) -> None:
    figures = company_file[1]
    assert len(schema.tables()) >= 40
    assert figures.people == 300
    assert 18_000 < figures.total_rows < 40_000
    for table, counted in figures.rows.items():
        assert counted > 0, table
        assert number(company, f"SELECT count(*) FROM {table}") == counted


def test_every_reference_leads_somewhere(company: sa.Connection) -> None:
    assert company.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    assert company.execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"
    for (table, pair), targets in PAIRS.items():
        types = set(company.execute(sa.text(f"SELECT DISTINCT {pair}_type FROM {table}")).scalars())
        assert types <= set(targets), (table, pair)
        for type_value, target in targets.items():
            lost = f"""SELECT count(*) FROM {table} WHERE {pair}_type = '{type_value}'
                       AND {pair}_id NOT IN (SELECT id FROM {target})"""
            assert number(company, lost) == 0, (table, pair, type_value)
    for table, column, target in (
        ("tasks", "contact_id", "contacts"), ("tasks", "assignee_id", "users"),
        ("custom_field_values", "contact_id", "contacts"),
    ):  # fmt: skip
        assert number(company, f"SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT id FROM {target})") == 0


def test_no_row_of_one_customer_refers_to_a_contact_of_another(company: sa.Connection) -> None:
    for table in ("conversations", "tasks", "phone_calls", "documents", "invoices", "subscriptions"):
        crossing = f"""SELECT count(*) FROM {table} t JOIN contacts c ON c.id = t.contact_id
                       WHERE c.account_id <> t.account_id"""
        assert number(company, crossing) == 0, table
    writers = """SELECT count(*) FROM messages m JOIN conversations v ON v.id = m.conversation_id
                 JOIN contacts c ON c.id = m.sender_id
                 WHERE m.sender_type = 'Contact' AND c.account_id <> v.account_id"""
    assert number(company, writers) == 0
    colleagues = """SELECT count(*) FROM conversations v JOIN users u ON u.id = v.assignee_id
                    WHERE u.account_id <> v.account_id"""
    assert number(company, colleagues) == 0


def test_the_trigger_keeps_the_counter_that_the_generator_wrote(company: sa.Connection) -> None:
    wrong = """SELECT count(*) FROM conversations v WHERE messages_count
               <> (SELECT count(*) FROM messages m WHERE m.conversation_id = v.id)"""
    assert number(company, wrong) == 0
    company.execute(sa.text("DELETE FROM messages WHERE id % 3 = 0"))
    company.execute(
        sa.text(
            "INSERT INTO messages (conversation_id, body, sent_at) SELECT max(id), 'x', '2026-01-01' FROM conversations"
        )
    )
    assert number(company, wrong) == 0


def test_addresses_are_of_domains_that_belong_to_nobody(company: sa.Connection) -> None:
    ours = re.compile(r"@(?:[a-z0-9-]+\.)*example(?:\.(?:com|org|net))?$", re.IGNORECASE)
    anything = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
    for table in schema.tables().values():
        for row in company.execute(sa.text(f"SELECT * FROM {table.name}")):
            for value in row:
                for address in anything.findall(value) if isinstance(value, str) else ():
                    assert ours.search(address.rstrip(".")), (table.name, address)


def test_phone_numbers_are_of_the_range_for_fiction(company: sa.Connection) -> None:
    numbers = company.execute(sa.text("SELECT phone FROM contacts UNION SELECT phone FROM users WHERE phone NOTNULL"))
    for call in numbers.scalars():
        assert re.fullmatch(r"1\d{3}55501\d\d", re.sub(r"\D", "", call)), call


def test_an_address_or_number_names_one_contact_but_for_the_characters(company: sa.Connection) -> None:
    shared = company.execute(sa.text("SELECT lower(email) FROM contacts GROUP BY 1 HAVING count(*) > 1 ORDER BY 1"))
    assert shared.scalars().all() == ["family@example.net", "sam@example.org"]
    assert number(company, "SELECT count(*) - count(DISTINCT phone) FROM contacts") == 0
    assert number(company, "SELECT count(*) FROM users WHERE phone IN (SELECT phone FROM contacts)") == 0


def test_free_text_names_others_in_many_languages(company: sa.Connection) -> None:
    named = """SELECT count(DISTINCT m.id) FROM messages m JOIN conversations v ON v.id = m.conversation_id
               JOIN contacts o ON o.account_id = v.account_id AND o.id <> m.sender_id
               WHERE m.sender_type = 'Contact' AND instr(m.body, o.full_name)"""
    addressed = named.replace("o.full_name", "o.email")
    assert number(company, named) > 100
    assert number(company, addressed) > 10
    assert number(company, "SELECT count(DISTINCT language) FROM contacts") >= 10


def test_the_same_seed_gives_the_same_rows_and_another_gives_others(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        build(tmp_path / name, people=200, seed=seed)
    first, second, other = (digest_of(tmp_path / name) for name in "abc")
    assert first == second
    assert first != other


def test_rows_grow_with_the_people(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    small = build(tmp_path / "small.db", people=200)
    large = build(tmp_path / "large.db", people=1_000, progress=lambda done, of: seen.append((done, of)))
    assert 4 < large.total_rows / small.total_rows < 6
    assert small.customers == 10
    assert large.customers == 16
    assert seen[-1] == (1_000, 1_000)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert large.rows_per_second > 0


class CountingSink:
    """Takes rows and keeps none."""

    def __init__(self) -> None:
        self.rows = 0
        self.is_finished = False

    def write(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        self.rows += len(rows)

    def finish(self) -> None:
        self.is_finished = True

    def abandon(self) -> None:
        raise AssertionError("the build failed")


def test_memory_stays_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "BUFFER", 100)  # so that full buffers weigh the same in a small company
    peaks = []
    for people in (600, 1_200):
        sink = CountingSink()
        monkeypatch.setattr(company_module, "open_sink", lambda _, sink=sink: sink)
        tracemalloc.start()
        figures = build("anywhere", people=people)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert sink.is_finished
        assert sink.rows == figures.total_rows
    assert peaks[1] < 1.5 * peaks[0], peaks  # twice the rows


def test_what_stands_already_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mine.db"
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="choose another file"):
        build(path)
    assert path.read_bytes() == b"mine"


def test_an_empty_file_may_be_filled(sqlite_url: str) -> None:
    assert build(sqlite_url, people=200).people == 200
    with engine_of(sqlite_url).connect() as connection:
        assert number(connection, "SELECT count(*) FROM contacts") == 200


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(done: int, _: int) -> None:
        if done > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "app.db", progress=interrupt)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty.db").touch()
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "empty.db", progress=interrupt)
    assert (tmp_path / "empty.db").read_bytes() == b""


@pytest.mark.parametrize("people", [-1, 0, 199])
def test_a_company_too_small_for_its_stories_is_refused(tmp_path: Path, people: int) -> None:
    with pytest.raises(ValueError, match="take 200 or more"):
        build(tmp_path / "app.db", people=people)
    assert list(tmp_path.iterdir()) == []


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="SQLite or PostgreSQL"):
        build("mysql://somewhere/app")
