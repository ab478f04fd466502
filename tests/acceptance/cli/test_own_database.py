"""Five minutes on one's own database, as README tells them, over both databases: from `init` to `verify`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from habeas.cli.door import run
from habeas.stores.sql.connecting import open_engine

TABLES = (
    "CREATE TABLE accounts (id integer PRIMARY KEY, name varchar(80) NOT NULL)",
    "CREATE TABLE contacts (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts (id), "
    "email varchar(200) NOT NULL, full_name varchar(200))",
    "CREATE TABLE conversations (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts (id), "
    "contact_id integer NOT NULL REFERENCES contacts (id) ON DELETE CASCADE, subject varchar(200))",
    "CREATE TABLE messages (id integer PRIMARY KEY, "
    "conversation_id integer NOT NULL REFERENCES conversations (id) ON DELETE CASCADE, body text)",
    "CREATE INDEX conversations_contact ON conversations (contact_id)",
    "CREATE INDEX contacts_account ON contacts (account_id)",
    "CREATE INDEX conversations_account ON conversations (account_id)",
    "CREATE INDEX messages_conversation ON messages (conversation_id)",
    "INSERT INTO accounts VALUES (1, 'A'), (2, 'B')",
    "INSERT INTO contacts VALUES (1, 1, 'jane@example.com', 'Jane Doe'), (2, 2, 'tom@example.com', 'Tom Roe')",
    "INSERT INTO conversations VALUES (1, 1, 1, 'hello'), (2, 2, 2, 'other')",
    "INSERT INTO messages VALUES (1, 1, 'I am Jane'), (2, 1, 'Bye'), (3, 2, 'I am Tom')",
)


@pytest.fixture
def live(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database of somebody who has never heard of habeas, and an empty folder to work in."""
    with open_engine(database_url).begin() as connection:
        for statement in TABLES:
            connection.exec_driver_sql(statement)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_DATABASE_URL", database_url)
    return database_url


def rows(url: str) -> dict[str, int]:
    with open_engine(url).connect() as connection:
        return {
            table: int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0)
            for table in ("accounts", "contacts", "conversations", "messages")
        }


def test_from_init_to_verify(live: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def habeas(*arguments: str, expect: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        code = run([*arguments, "--json"])
        shown = capsys.readouterr()
        assert code == expect, shown.out + shown.err
        document: dict[str, Any] = json.loads(shown.out)
        return document

    made = habeas("init", "${APP_DATABASE_URL}", "--store", "app")
    assert made["tables"] == 4 and made["proposed"] > 0
    assert set(made) >= {"tables", "proposed", "asked", "files"}

    # Nothing is changed on guesses: a plan shows what would happen, and an erasure is refused.
    jane = ("--subject", "email=jane@example.com")
    guessed = habeas("check", expect=1)
    assert {finding["code"] for finding in guessed["findings"]} >= {"guess-not-accepted"}
    assert habeas("erase", *jane, "--yes", expect=1)["status"] == "refused"
    assert rows(live) == {"accounts": 2, "contacts": 2, "conversations": 2, "messages": 3}

    assert habeas("accept", "--all")["left"] == 0
    policy = tmp_path / "habeas" / "habeas.yaml"
    text = policy.read_text()
    policy.write_text(
        text.replace("organization: ''", "organization: Ours").replace("contact: ''", "contact: us@x.org")
    )
    checked = habeas("check")
    assert not [finding for finding in checked["findings"] if finding["severity"] == "error"]

    plan = habeas("plan", "erase", *jane)
    assert {(line["table"], line["action"], line["rows"]) for line in plan["stores"][0]["tables"]} == {
        ("contacts", "erase", 1), ("conversations", "erase", 1), ("messages", "erase", 2),
    }  # fmt: skip
    assert habeas("access", *jane, "--out", "jane.zip")["status"] == "complete"
    erased = habeas("erase", *jane, "--yes")
    assert (erased["status"], erased["remaining"]) == ("complete", [])
    assert rows(live) == {"accounts": 2, "contacts": 1, "conversations": 1, "messages": 1}
    assert habeas("verify", erased["certificate"])["status"] == "complete"

    # A late writer: the application brings the person back, and verification says so.
    with open_engine(live).begin() as connection:
        connection.exec_driver_sql("INSERT INTO contacts VALUES (9, 1, 'JANE@example.com', NULL)")
    late = habeas("verify", erased["certificate"], expect=1)
    assert late["status"] == "incomplete"
    assert late["remaining"] == [{"store": "app", "table": "contacts", "rows": 1}]


def test_a_schema_that_has_changed_needs_a_new_plan(live: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["init", "${APP_DATABASE_URL}", "--store", "app"])
    run(["accept", "--all"])
    assert run(["plan", "erase", "--subject", "email=jane@example.com", "--out", "plans/jane.json"]) == 0
    with open_engine(live).begin() as connection:
        connection.exec_driver_sql("ALTER TABLE contacts ADD COLUMN birth_date date")
    capsys.readouterr()
    assert run(["apply", "plans/jane.json", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["status"] == "refused"
    assert "schema-changed" in {finding["code"] for finding in document["findings"]}
    assert rows(live)["contacts"] == 2


def test_a_database_that_is_down_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], live: str
) -> None:
    run(["init", "${APP_DATABASE_URL}", "--store", "app"])
    run(["accept", "--all"])
    down = "postgresql://reader:hunter22@127.0.0.1:1/app" if "postgresql" in live else f"sqlite:///{tmp_path}/gone.db"
    monkeypatch.setenv("APP_DATABASE_URL", down)
    for arguments in (["check"], ["plan", "erase", "--customer", "1"], ["erase", "--customer", "1", "--yes"]):
        capsys.readouterr()
        assert run([*arguments, "--json"]) == 1
        shown = capsys.readouterr()
        assert "hunter22" not in shown.out + shown.err
        codes = {finding["code"] for finding in json.loads(shown.out)["findings"]}
        assert codes & {"store-unreachable", "store-missing"} and "fault" not in codes
