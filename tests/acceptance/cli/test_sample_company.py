"""The whole way through the command line, over the sample company: what is promised in docs/cli.md, from outside."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from habeas.cli.door import run
from habeas.flows.demo import demo

JANE = ("--subject", "email=jane@example.com", "--customer", "7")
ACTIONS = {"read", "erase", "mask", "unlink", "keep", "restrict", "update"}

Habeas = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company, laid out once."""
    return demo(tmp_path_factory.mktemp("demo") / "lantern", 200, 1).folder


@pytest.fixture
def company(laid_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the company for one test, as the current folder."""
    folder = tmp_path / "lantern"
    shutil.copytree(laid_out, folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("HABEAS_KEY", raising=False)
    return folder


@pytest.fixture
def habeas(company: Path, capsys: pytest.CaptureFixture[str]) -> Habeas:
    """Runs a command line with --json: its exit code, and its one document."""

    def call(*arguments: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = run([*arguments, "--json"])
        shown = capsys.readouterr()
        for value in ("jane@example.com", "sam@example.org", "family@example.net"):
            assert value not in shown.err
        return code, json.loads(shown.out)

    return call


def contents(company: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the database but habeas' own ledger."""
    with sqlite3.connect(company / "app.db") as database:
        names = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT NULL")
            if not name.startswith(("habeas_", "sqlite_"))
        ]
        return {name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}


def test_the_shipped_map_is_true(habeas: Habeas) -> None:
    code, document = habeas("check")
    assert [finding for finding in document["findings"] if finding["severity"] == "error"] == []
    assert code == 0


def test_a_plan_keeps_to_its_contract_and_changes_nothing(habeas: Habeas, company: Path) -> None:
    before = contents(company)
    code, plan = habeas("plan", "erase", *JANE)
    assert code == 0
    assert set(plan) >= {"digest", "intent", "groups", "stores", "findings"}
    assert plan["intent"] == "erase"
    assert [(group["kind"], group["customer"], group["rows"]) for group in plan["groups"]] == [("contact", "7", 1)]
    (store,) = plan["stores"]
    assert store["store"] == "app"
    assert all(set(line) >= {"table", "action", "rows", "reason", "path"} for line in store["tables"])
    assert {line["action"] for line in store["tables"]} <= ACTIONS
    assert contents(company) == before


def test_a_plan_for_people_ends_with_what_to_run(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "erase", *JANE, "--out", "plans/jane.json", "--explain", "messages"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("1 person: contact 1 of Customer 7 ")
    assert "no open question" in text
    assert "Nothing has changed yet: habeas apply plans/jane.json" in text


def test_a_saved_plan_names_nobody_and_is_carried_out(habeas: Habeas, company: Path) -> None:
    code, document = habeas("plan", "erase", *JANE, "--out", "plans/jane.json")
    assert code == 0 and document["plan"] == "plans/jane.json"
    assert "jane" not in (company / "plans" / "jane.json").read_text().lower()
    code, document = habeas("apply", "plans/jane.json")
    assert (code, document["status"]) == (0, "complete")
    assert habeas("plan", "access", *JANE)[1]["groups"] == []


def test_a_person_is_erased_proved_and_gone(habeas: Habeas, company: Path) -> None:
    code, erased = habeas("erase", *JANE, "--yes")
    assert (code, erased["status"], erased["remaining"]) == (0, "complete", [])
    assert set(erased) >= {"digest", "intent", "groups", "stores", "findings", "mentions", "certificate"}
    certificate = Path(erased["certificate"])
    assert "jane@example.com" not in certificate.read_text()
    code, verified = habeas("verify", str(certificate))
    assert (code, verified["status"], verified["remaining"]) == (0, "complete", [])
    assert verified["method"]
    code, again = habeas("erase", *JANE, "--yes")
    assert (code, again["status"]) == (0, "nothing_found")
    with sqlite3.connect(company / "app.db") as database:
        assert database.execute("SELECT count(*) FROM contacts WHERE id = 1").fetchone() == (0,)


def test_the_first_run_says_that_it_made_keys(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "erase", *JANE, "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["intent"] == "erase"
    assert "keys-made" in shown.err
    assert (company / ".habeas" / "master.key").stat().st_mode & 0o077 == 0
    assert run(["plan", "erase", *JANE, "--json"]) == 0
    assert capsys.readouterr().err == ""


def test_the_log_names_the_run_and_nobody(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["erase", *JANE, "--yes", "--json", "--verbose"]) == 0
    shown = capsys.readouterr()
    document = json.loads(shown.out)
    assert document["run"] in shown.err and "after commit" in shown.err
    for value in ("jane", "Jane", "Moore", "email="):
        assert value not in shown.err
    assert run(["plan", "erase", "--subject", "email=tom@example.com", "--json"]) == 0
    assert capsys.readouterr().err == ""


def test_a_certificate_that_was_changed_is_refused(habeas: Habeas, company: Path) -> None:
    certificate = Path(habeas("erase", *JANE, "--yes")[1]["certificate"])
    certificate.write_text(certificate.read_text().replace('"complete"', '"incomplete"', 1))
    code, document = habeas("verify", str(certificate))
    assert code == 1
    assert document["status"] == "refused" and document["findings"]


def test_verifications_that_are_due_are_carried_out(habeas: Habeas) -> None:
    habeas("erase", *JANE, "--yes")
    code, document = habeas("verify", "--due")
    assert (code, document["status"]) == (0, "complete")
    assert isinstance(document["due"], list)


@pytest.mark.parametrize(
    "who",
    [
        ("--subject", "email=sam@example.org"),
        ("--subject", "email=family@example.net", "--customer", "5"),
    ],
)
def test_who_is_ambiguous_is_not_erased(who: tuple[str, ...], habeas: Habeas, company: Path) -> None:
    before = contents(company)
    code, document = habeas("erase", *who, "--yes")
    assert (code, document["status"]) == (1, "ambiguous")
    assert any(finding["severity"] == "error" for finding in document["findings"])
    assert contents(company) == before


def test_who_is_ambiguous_is_settled_by_options(habeas: Habeas) -> None:
    sam = ("--subject", "email=sam@example.org")
    assert habeas("plan", "erase", *sam, "--customer", "3")[0] == 0
    code, plan = habeas("plan", "erase", *sam, "--all-customers", "--why", "both controllers asked")
    assert code == 0 and {group["customer"] for group in plan["groups"]} == {"3", "7"}
    assert habeas("plan", "erase", "--subject", "email=family@example.net", "--customer", "5", "--all-matches")[0] == 0
    assert habeas("plan", "erase", "--subject", "app.contact_id=4")[0] == 0


def test_nobody_is_found_is_no_error(habeas: Habeas, company: Path) -> None:
    nobody = ("--subject", "email=nobody@example.com")
    assert habeas("plan", "erase", *nobody)[0] == 0
    code, document = habeas("erase", *nobody, "--yes")
    assert (code, document["status"]) == (0, "nothing_found")
    code, document = habeas("access", *nobody, "--out", "nobody.zip")
    assert (code, document["status"]) == (0, "nothing_found")
    assert not (company / "nobody.zip").exists()


def test_a_person_gets_their_copy(habeas: Habeas, company: Path) -> None:
    before = contents(company)
    code, document = habeas("access", *JANE, "--out", "jane.zip")
    assert (code, document["status"], document["package"]) == (0, "complete", "jane.zip")
    assert [store["store"] for store in document["stores"]] == ["app"]
    with zipfile.ZipFile(company / "jane.zip") as package:
        described = json.loads(package.read("datapackage.json"))
        names = {resource["name"] for resource in described["resources"]}
        assert {"app.contacts", "app.messages"} <= names
        assert "index.html" in package.namelist()
    assert contents(company) == before
    code, document = habeas("access", *JANE, "--out", "jane.zip")
    assert code in (1, 2) and document["findings"]
    assert habeas("access", *JANE, "--out", "jane.zip", "--overwrite")[0] == 0


def test_people_are_read_from_files_and_standard_input(habeas: Habeas, company: Path) -> None:
    (company / "jane").write_text("email=jane@example.com\n")
    assert habeas("plan", "erase", "--subject", "@jane", "--customer", "7")[1]["groups"][0]["keys"] == ["1"]
    (company / "people.csv").write_text("email,app.contact_id\njane@example.com,\n,4\n")
    plan = habeas("plan", "erase", "--subjects", "people.csv")[1]
    assert sum(group["rows"] for group in plan["groups"]) == 2
    done = subprocess.run(
        [sys.executable, "-m", "habeas", "plan", "erase", "--subject", "@-", "--customer", "7", "--json"],
        input="email=jane@example.com\n", capture_output=True, text=True, cwd=company, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["groups"][0]["keys"] == ["1"]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("plan", "erase", "--subject", "shoe.size=43"), "refused"),
        (("erase", "--subject", "shoe.size=43", "--yes"), "refused"),
        (("access", "--subject", "shoe.size=43", "--out", "x.zip"), "refused"),
        (("plan", "erase", *JANE, "--as", "nobody"), "refused"),
        (("plan", "erase", *JANE, "--explain", "nowhere"), "refused"),
        (("check", "--dir", "nowhere"), "refused"),
        (("apply", "plans/none.json"), "refused"),
        (("verify", "certificates/none.json"), "refused"),
    ],
)
def test_bad_input_is_a_document_with_findings(
    arguments: tuple[str, ...], status: str, habeas: Habeas, company: Path
) -> None:
    before = contents(company)
    code, document = habeas(*arguments)
    assert code in (1, 2)
    assert any(finding["severity"] == "error" and finding["summary"] for finding in document["findings"])
    assert document.get("status", status) == status
    assert not any(finding["code"] == "fault" for finding in document["findings"])
    assert contents(company) == before


@pytest.mark.parametrize("value", ["o'brien\"; DROP TABLE contacts; --", "%_\\", "\u202e\U0001f600", "a" * 9_999])
def test_odd_values_find_nobody_and_break_nothing(value: str, habeas: Habeas, company: Path) -> None:
    before = contents(company)
    code, document = habeas("erase", "--subject", f"email={value}", "--yes")
    assert (code, document["status"]) == (0, "nothing_found")
    assert contents(company) == before


def test_a_broken_map_says_where(habeas: Habeas, company: Path) -> None:
    (company / "habeas" / "app.yaml").write_text("version: 1\nstore: app\n  url: [\n")
    code, document = habeas("check")
    assert code == 1
    finding = next(finding for finding in document["findings"] if finding["severity"] == "error")
    assert finding["file"].endswith("habeas/app.yaml") and finding["line"] >= 2


def test_the_schema_of_the_map_is_one_document(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["schema"], ["schema", "--json"]):
        assert run(arguments) == 0
        assert {"store", "policy"} <= set(json.loads(capsys.readouterr().out)["$defs"])
    assert run(["schema", "--out", "map.schema.json"]) == 0
    assert "$defs" in json.loads((company / "map.schema.json").read_text())


def test_the_demo_walks_the_whole_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", str(tmp_path / "lantern"), "--people", "200", "--json"]) == 0
    shown = capsys.readouterr()
    document = json.loads(shown.out)
    assert all(step["code"] == step["expected"] for step in document["steps"])
    assert len(document["steps"]) >= 10
    assert "Your turn" not in shown.out
    assert "$ habeas erase" in shown.err  # for people, what happened goes beside the document
    assert run(["demo", str(tmp_path / "lantern"), "--people", "200", "--no-walk"]) == 0
    assert "Your turn" in capsys.readouterr().out
