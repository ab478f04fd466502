"""The contract of `--json`, word for word, through the real command: one document, exit codes, nothing else."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from habeas.cli.door import run

SCHEMA = """
create table accounts (id integer primary key, name text);
create table contacts (id integer primary key, account_id integer not null references accounts, email text, name text);
create table Notes (id integer primary key, contact_id integer references contacts, body text, flag integer);
create table invoices (id integer primary key, contact_id integer not null references contacts, issued date,
  total numeric);
insert into accounts values (7, 'Seven'), (8, 'Eight');
insert into contacts values (1, 7, 'j.doe@mail.example', 'Jane'), (2, 8, 'j.doe@mail.example', 'Jane'), (3, 7,
  'bob@example.com', 'Bob'),
  (4, 7, 'ann@example.com', 'Ann');
insert into Notes values (1, 1, '=cmd()', 1), (2, 1, null, null), (3, 3, 'ask j.doe@mail.example', 0), (4, 4, 'x', 1);
insert into invoices values (1, 1, '2026-01-01', 9.5);
"""
MAP = """
version: 1
store: app
url: sqlite:///${HABEAS_MAP}/../app.db
customers: {table: accounts}
people: {contact: {table: contacts}}
tables:
  accounts: {not_personal: companies}
  contacts:
    customer: account_id
    columns: {id: {identity: app.contact_id}, email: {category: user.contact.email, identity: email}, name: user.name}
  Notes: {customer: {via: contact_id}, edges: {contact_id: owned_by}, columns: {body: user.content}}
  invoices:
    customer: {via: contact_id}
    edges: {contact_id: owned_by}
    on_erase: {keep: {ground: accounting, for: 7 years, after: issued}}
"""
POLICY = """
version: 1
organization: Example Ltd
contact: privacy@example.com
stores: [app.yaml]
identity_types: {app.contact_id: exact}
grounds: {accounting: {for: 7 years}}
elsewhere: {backups: {longest: 30 days}}
"""
JANE = ("--subject", "email=j.doe@mail.example")
FINDING = {"severity", "code", "summary", "detail", "file", "line"}


@dataclass
class Place:
    """A folder with a database and its map; `call` runs the command there."""

    folder: Path

    def call(self, *arguments: str, given: str | None = None, **environment: str) -> tuple[int, Any, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HABEAS")}
        done = subprocess.run(
            [sys.executable, "-m", "habeas", *arguments, "--json"],
            cwd=self.folder, input=given, capture_output=True, text=True, check=False, env=kept | environment,
            timeout=60,
        )  # fmt: skip
        assert "j.doe@mail.example" not in done.stderr.lower(), "standard error holds nobody's address"
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout), done.stdout

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "app.db")) as database:
            return database.execute(query).fetchall()

    def run(self, statements: str) -> None:
        with closing(sqlite3.connect(self.folder / "app.db")) as database:
            database.executescript(statements)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    made.run(SCHEMA)
    (tmp_path / "habeas").mkdir()
    (tmp_path / "habeas" / "app.yaml").write_text(MAP)
    (tmp_path / "habeas" / "habeas.yaml").write_text(POLICY)
    yield made


def is_plan(document: dict[str, Any], intent: str) -> None:
    assert {"digest", "intent", "groups", "stores", "findings"} <= set(document)
    assert document["intent"] == intent and isinstance(document["digest"], str) and len(document["digest"]) == 64
    for group in document["groups"]:
        assert {"kind", "customer", "rows"} <= set(group) and isinstance(group["rows"], int)
    for store in document["stores"]:
        assert {"store", "tables"} <= set(store)
        for line in store["tables"]:
            assert {"table", "action", "rows", "reason", "path"} <= set(line)
            assert line["action"] in {"read", "erase", "mask", "unlink", "keep", "restrict", "update"}
            assert isinstance(line["rows"], int) and line["reason"] and line["path"]
    for finding in document["findings"]:
        assert set(finding) >= FINDING and finding["severity"] in {"error", "warning", "note"}


def test_a_plan(place: Place) -> None:
    code, document, _ = place.call("plan", "erase", *JANE, "--customer", "7")
    assert code == 0
    is_plan(document, "erase")
    assert [(g["kind"], g["customer"], g["rows"]) for g in document["groups"]] == [("contact", "7", 1)]
    (store,) = document["stores"]
    assert {(t["table"], t["action"], t["rows"]) for t in store["tables"]} == {
        ("contacts", "mask", 1), ("Notes", "erase", 2), ("invoices", "keep", 1),
    }  # fmt: skip
    reasons = {t["table"]: t["reason"] for t in store["tables"]}
    assert reasons["Notes"] == "owned by contacts" and reasons["invoices"] == "accounting, until 2033-01-01"
    assert "invoices.contact_id" in reasons["contacts"]
    again = place.call("plan", "erase", *JANE, "--customer", "7")[1]
    assert again["digest"] == document["digest"], "the same plan has the same digest"
    code, document, _ = place.call("plan", "access", *JANE)
    assert code == 0
    is_plan(document, "access")
    assert {t["action"] for s in document["stores"] for t in s["tables"]} == {"read"}
    assert [g["customer"] for g in document["groups"]] == ["7", "8"]


def test_an_ambiguous_person(place: Place) -> None:
    before = place.rows("select * from contacts")
    for command in (("plan", "erase"), ("erase", "--yes")):
        code, document, _ = place.call(*command, *JANE)
        assert code == 1 and document["status"] == "ambiguous"
        is_plan(document, "erase")
        assert any(f["severity"] == "error" and "--customer" in f["detail"] for f in document["findings"])
    assert place.rows("select * from contacts") == before


def test_a_list_of_people(place: Place) -> None:
    (place.folder / "people.csv").write_text("email\nnobody@example.com\nj.doe@mail.example\n")
    code, document, _ = place.call("erase", "--subjects", "people.csv", "--yes")
    assert code == 1 and document["status"] == "ambiguous", "she is known to two Customers"
    assert [f["code"] for f in document["findings"]] == ["ambiguous-lines"] and "3" in document["findings"][0][
        "summary"
    ]
    code, document, _ = place.call("erase", "--subjects", "people.csv", "--customer", "7", "--yes")
    assert code == 0 and document["status"] == "complete"
    wanted = {"total": 2, "erased": 1, "nothing_found": 1, "ambiguous": 0, "incomplete": 0, "left": 0}
    assert {key: document[key] for key in wanted} == wanted and not document["resumed"]
    (certificate,) = document["certificates"]
    assert (place.folder / certificate).is_file()
    rows = (place.folder / document["results"]).read_text().splitlines()
    assert rows == ["line,status,matched", "2,nothing_found,0", "3,erased,1"]
    assert place.rows("select id from contacts where email = 'j.doe@mail.example'") == [(2,)]


def test_an_erasure_and_its_verification(place: Place) -> None:
    code, document, _ = place.call("erase", *JANE, "--customer", "7", "--yes")
    assert code == 0
    is_plan(document, "erase")
    assert document["status"] == "complete" and document["remaining"] == []
    assert [{k: m[k] for k in ("store", "table", "column", "rows")} for m in document["mentions"]] == [
        {"store": "app", "table": "Notes", "column": "body", "rows": 1}
    ]
    certificate = document["certificate"]
    assert (place.folder / certificate).is_file()
    assert place.rows("select id from Notes") == [(3,), (4,)]

    code, verified, _ = place.call("verify", certificate)
    assert code == 0 and verified["status"] == "complete" and verified["remaining"] == [] and verified["method"]
    place.run("insert into Notes values (9, 1, 'late', 0)")
    code, verified, _ = place.call("verify", certificate)
    assert code == 1 and verified["status"] == "incomplete"
    assert verified["remaining"] == [{"store": "app", "table": "Notes", "rows": 1}]
    code, document, _ = place.call("erase", *JANE, "--customer", "7", "--yes")
    assert (code, document["status"]) == (0, "complete")
    assert place.call("verify", certificate)[0] == 0
    code, due, _ = place.call("verify", "--due")
    assert code == 0 and due["status"] == "complete"
    assert due["due"] == [] and due["reappeared"] == [] and due["findings"] == []
    # The other Customer's Jane is still there.
    assert place.rows("select id from contacts where email = 'j.doe@mail.example'") == [(2,)]

    code, document, _ = place.call("erase", "--subject", "email=nobody@example.com", "--yes")
    assert (code, document["status"], document["certificate"], document["remaining"]) == (0, "nothing_found", None, [])


def test_a_certificate_holds_what_is_promised_and_nobody(place: Place) -> None:
    document = place.call("erase", "--subject", "app.contact_id=1", "--yes")[1]
    text = (place.folder / document["certificate"]).read_text()
    assert "j.doe" not in text.lower()
    whole = json.dumps(json.loads(text))
    for word in ("accounting, until 2033-01-01", "backups", "contacts", "Example Ltd"):
        assert word in whole
    for file in [*place.folder.rglob("*.json"), *(place.folder / ".habeas").rglob("*")]:
        if file.is_file():
            assert b"j.doe@mail.example" not in file.read_bytes().lower(), file.name


def test_a_copy(place: Place) -> None:
    code, document, _ = place.call("access", *JANE, "--customer", "7", "--out", "jane.zip")
    assert (code, document["status"], document["package"]) == (0, "complete", "jane.zip")
    assert {"store", "tables"} <= set(document["stores"][0])
    with zipfile.ZipFile(place.folder / "jane.zip") as package:
        described = json.loads(package.read("datapackage.json"))
        resources = {r["name"]: r for r in described["resources"]}
        assert set(resources) == {"app.contacts", "app.notes", "app.invoices"}, "STORE.TABLE in lower case"
        notes = package.read(resources["app.notes"]["path"]).decode("utf-8-sig").splitlines()
        assert notes[0].split(",") == ["id", "contact_id", "body", "flag"], "the table's own columns"
        assert notes[2] == "2,1,,", "NULL is empty"
        assert "=cmd()" in notes[1] and ",=cmd" not in notes[1], "a formula is escaped"
        assert b"j.doe@mail.example" in package.read("index.html")
    code, document, _ = place.call("access", "--subject", "email=nobody@example.com", "--out", "no.zip")
    assert (code, document["status"], document["package"]) == (0, "nothing_found", None)
    assert not (place.folder / "no.zip").exists()


def test_a_check(place: Place) -> None:
    code, document, _ = place.call("check")
    assert code == 0 and not [f for f in document["findings"] if f["severity"] == "error"]
    place.run("alter table contacts add column birth_date date")
    code, document, _ = place.call("check")
    assert code == 1
    (found,) = [f for f in document["findings"] if f["severity"] == "error"]
    assert set(found) >= FINDING
    assert found["code"] == "unmapped-column" and "birth_date" in found["summary"]
    assert found["file"].endswith("habeas/app.yaml") and found["line"] == 11


def test_a_plan_is_saved_and_applied(place: Place) -> None:
    code, _document, _ = place.call(
        "plan", "erase", "--subject", "@-", "--out", "plans/ann.json", given="email=ann@example.com\n"
    )
    assert code == 0
    assert b"ann@" not in (place.folder / "plans" / "ann.json").read_bytes()
    code, applied, _ = place.call("apply", "plans/ann.json")
    is_plan(applied, "erase")
    assert (code, applied["status"]) == (0, "complete")
    code, refused, _ = place.call("apply", "plans/ann.json")
    assert (code, refused["status"]) == (1, "refused") and refused["findings"][0]["code"] == "plan-used"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("erase", *JANE), 2),
        (("erase", "--yes"), 2),
        (("plan", "update", *JANE), 2),
        (("plan", "erase", "--subject", "j.doe@mail.example"), 2),
        (("plan", "erase", "--subject", "shoe.size=j.doe@mail.example"), 2),
        (("plan", "erase", *JANE, "--as", "ghost"), 2),
        (("plan", "erase", *JANE, "--customer", "7", "--as-of", "tomorrow"), 2),
        (("plan", "erase", *JANE, "--all-customers"), 2),
        (("plan", "erase", "--subject", "email=" + "x" * 100_000), 2),
        (("verify",), 2),
        (("verify", "certificates/none.json"), 1),
        (("frobnicate", "j.doe@mail.example"), 2),
        (("check", "--dir", "elsewhere"), 1),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else str(value),
)
def test_whatever_is_wrong_is_one_document(
    place: Place,
    arguments: tuple[str, ...],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In this process, since there are many: the door is the same."""
    monkeypatch.chdir(place.folder)
    assert run([*arguments, "--json"]) == code
    shown = capsys.readouterr()
    document = json.loads(shown.out)
    assert document["status"] in {"refused", "incomplete"}
    assert document["findings"] and all(set(f) >= FINDING and f["summary"] for f in document["findings"])
    assert "j.doe@mail.example" not in shown.out + shown.err


def test_a_password_is_never_shown(place: Place) -> None:
    app = place.folder / "habeas" / "app.yaml"
    app.write_text(MAP.replace("sqlite:///${HABEAS_MAP}/../app.db", "${APP_URL}"))
    secret = "Tr0ub4dor"
    for url in (
        f"postgresql+psycopg://keeper:{secret}@127.0.0.1:1/app",
        f"mysql://keeper:{secret}@127.0.0.1:1/app",
        f"postgresql://keeper:{secret}@/{secret}:x:y",
    ):
        for command in (("check",), ("erase", *JANE, "--customer", "7", "--yes")):
            code, document, text = place.call(*command, APP_URL=url)
            assert code == 1 and document["findings"] and secret not in text
    code, document, text = place.call("check")
    assert code == 1 and "APP_URL" in text


def test_a_port(place: Place) -> None:
    code, document, _ = place.call("port", *JANE, "--customer", "7", "--out", "jane.zip")
    assert (code, document["status"], document["package"]) == (0, "nothing_found", None), "nothing is provided yet"
    said = MAP.replace("name: user.name", "name: {category: user.name, provided: true}")
    (place.folder / "habeas" / "app.yaml").write_text(said)
    code, document, _ = place.call("port", *JANE, "--customer", "7", "--out", "jane.zip")
    assert (code, document["status"], document["package"]) == (0, "complete", "jane.zip")
    (table,) = document["stores"][0]["tables"]
    assert (table["table"], table["action"], table["rows"], table["columns"]) == ("contacts", "read", 1, ["name"])
    with zipfile.ZipFile(place.folder / "jane.zip") as package:
        (resource,) = json.loads(package.read("datapackage.json"))["resources"]
        assert resource["name"] == "app.contacts"
        assert package.read(resource["path"]).decode().splitlines() == ["id,name", "1,Jane"]


def test_a_rectification(place: Place) -> None:
    said = MAP.replace(
        "email: {category: user.contact.email, identity", "email: {category: user.contact.email, copies: [], identity"
    )
    (place.folder / "habeas" / "app.yaml").write_text(said)
    wanted = ("--set", "contacts.email=new@mail.example", "--customer", "7")
    code, document, _ = place.call("plan", "rectify", *JANE, *wanted)
    assert code == 0
    is_plan(document, "rectify")
    code, document, text = place.call("rectify", *JANE, *wanted, "--yes")
    assert (code, document["status"]) == (0, "complete")
    is_plan(document, "rectify")
    (table,) = document["stores"][0]["tables"]
    assert (table["table"], table["action"], table["rows"], table["columns"]) == ("contacts", "update", 1, ["email"])
    assert "new@mail.example" not in text
    assert place.rows("select email from contacts where id in (1, 2)") == [
        ("new@mail.example",),
        ("j.doe@mail.example",),
    ]
    certificate = json.loads((place.folder / document["certificate"]).read_text())["certificate"]
    assert certificate["intent"] == "rectify"
    code, document, _ = place.call("verify", document["certificate"])
    assert (code, document["status"]) == (0, "complete")


def test_new_values_from_a_file(place: Place) -> None:
    (place.folder / "new.txt").write_text("# who asked: ticket 12\n\ncontacts.name=Jane = Doe\n")
    code, document, _ = place.call("rectify", *JANE, "--customer", "7", "--set", "@new.txt", "--yes")
    assert (code, document["status"]) == (0, "complete")
    assert place.rows("select name from contacts where id = 1") == [("Jane = Doe",)]
    code, document, _ = place.call(
        "rectify", *JANE, "--customer", "7", "--set", "@-", "--yes", given="contacts.name=J. Doe\n"
    )
    assert (code, place.rows("select name from contacts where id = 1")) == (0, [("J. Doe",)])


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--set", "contacts.name"),
        ("--set", "name=x"),
        ("--set", "contacts.name=x", "--contested"),
        ("--amend", "contacts.name="),
        ("--set", "contacts.nme=x"),
        ("--set", "@missing.txt"),
    ],
)
def test_wrong_use_of_rectify(place: Place, arguments: tuple[str, ...]) -> None:
    code, document, _ = place.call("rectify", *JANE, "--customer", "7", *arguments, "--yes")
    assert (code, document["status"]) == (2, "refused")
    assert document["findings"][0]["detail"]
    assert place.rows("select name from contacts where id = 1") == [("Jane",)]


def test_a_restriction_and_its_end(place: Place) -> None:
    (place.folder / "habeas" / "app.yaml").write_text(
        MAP.replace("{contact: {table: contacts}}", "{contact: {table: contacts, restrict: {set: {name: restricted}}}}")
    )
    who = (*JANE, "--customer", "7")
    code, document, _ = place.call("restrict", *who, "--ground", "claims", "--yes")
    assert (code, document["status"]) == (0, "complete")
    is_plan(document, "restrict")
    assert [t["action"] for t in document["stores"][0]["tables"]] == ["restrict"]
    assert (place.folder / document["certificate"]).exists()
    assert place.rows("select name from contacts where id = 1") == [("restricted",)]
    code, document, _ = place.call("erase", *who, "--yes")
    assert (code, document["status"]) == (1, "refused")
    assert "restricted" in {f["code"] for f in document["findings"]}
    code, document, _ = place.call("rectify", *who, "--contested", "--yes")
    assert (code, document["status"]) == (1, "refused"), "it is restricted already"
    code, document, _ = place.call("plan", "lift", *who)
    assert code == 0
    code, document, _ = place.call("lift", *who, "--yes")
    assert (code, document["status"]) == (0, "complete")
    assert place.rows("select name from contacts where id = 1") == [("Jane",)]
    code, document, _ = place.call("rectify", *who, "--contested", "--yes")
    assert (code, document["status"], document["intent"]) == (0, "complete", "restrict")
    assert place.call("lift", *who, "--yes")[0] == 0
