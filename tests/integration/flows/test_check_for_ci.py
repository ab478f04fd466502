"""`check --base`: what a change brings, whatever moved; and the check without a database."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

from habeas.cli.door import run

POLICY = """\
version: 1
organization: Acme
contact: privacy@acme.example
stores: [app.yaml]
"""
STORE = """\
version: 1
store: app
url: sqlite:///${HABEAS_MAP}/../app.db
people: {contact: contacts}
tables:
  contacts:
    columns:
      email: {category: user.contact.email, identity: email}
      nick: user.name
  notes:
    edges: {contact_id: owned_by}
    columns: {body: user.content}
"""
SCHEMA = """
CREATE TABLE contacts (id integer PRIMARY KEY, email text UNIQUE);
CREATE TABLE notes (id integer PRIMARY KEY, contact_id integer REFERENCES contacts, body text);
CREATE INDEX notes_contact ON notes (contact_id);
"""


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose map has one error (contacts.nick is no column), with its database."""
    (tmp_path / "habeas").mkdir()
    (tmp_path / "habeas" / "habeas.yaml").write_text(POLICY)
    (tmp_path / "habeas" / "app.yaml").write_text(STORE)
    database(tmp_path / "app.db", SCHEMA)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "habeas")
    git(tmp_path, "commit", "-q", "-m", "the map")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def database(file: Path, script: str) -> None:
    connection = sqlite3.connect(file)
    connection.executescript(script)
    connection.close()


def rewrite(old: str, new: str) -> None:
    file = Path("habeas/app.yaml")
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict]:
    code = run(["check", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def codes(document: dict) -> list[str]:
    return [finding["code"] for finding in document["findings"]]


def errors(document: dict) -> list[str]:
    return [finding["code"] for finding in document["findings"] if finding["severity"] == "error"]


def test_what_was_there_before_neither_shows_nor_fails(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, whole = check(capsys)
    assert code == 1 and errors(whole) == ["unknown-column"]
    code, compared = check(capsys, "--base", "main")
    assert code == 0 and compared["findings"] == []
    assert compared["base"]["known"]["error"] == 1
    assert compared["base"]["commit"] == git(project, "rev-parse", "main")


def test_lines_that_move_make_no_new_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite("tables:\n", "# a remark\n# another\n\ntables:\n")
    rewrite("      nick: user.name", "      nick:   {category: user.name}")
    code, compared = check(capsys, "--base", "main")
    assert code == 0 and compared["findings"] == []


def test_what_a_change_brings_fails_and_what_it_mends_is_counted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite("      nick: user.name\n", "")
    rewrite("{body: user.content}", "{bodi: user.content}")
    code, compared = check(capsys, "--base", "main")
    assert code == 1 and errors(compared) == ["unknown-column"]
    assert "notes" in compared["findings"][0]["summary"]
    assert compared["base"]["gone"] >= 1


def test_a_second_finding_of_the_same_words_is_new(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite("{body: user.content}", "{body: user.content, nick: user.name}")
    code, compared = check(capsys, "--base", "main")
    assert code == 1 and len(errors(compared)) == 1


def test_the_base_is_where_the_branch_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What others mend on the main branch meanwhile doesn't count as broken here."""
    git(project, "switch", "-q", "-c", "change")
    git(project, "switch", "-q", "main")
    rewrite("      nick: user.name\n", "")
    git(project, "commit", "-q", "-a", "-m", "mended")
    git(project, "switch", "-q", "change")
    code, compared = check(capsys, "--base", "main")
    assert code == 0 and compared["findings"] == []


def test_a_folder_may_be_the_base(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    former = tmp_path / "former"
    former.mkdir()
    for name in ("habeas.yaml", "app.yaml"):
        (former / name).write_text((project / "habeas" / name).read_text())
    rewrite("      nick: user.name\n", "      nickname: user.name\n")
    code, compared = check(capsys, "--base", "former")
    assert code == 1 and errors(compared) == ["unknown-column"]
    assert compared["base"]["commit"] is None


def test_a_migration_shows_beside_the_former_schema(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database(project / "former.db", SCHEMA)
    database(project / "app.db", "ALTER TABLE contacts ADD COLUMN birth_date date")
    code, one = check(capsys, "--base", "main")
    assert code == 0 and one["base"]["known"]["error"] == 2, "both maps meet the same database: known"
    code, two = check(capsys, "--base", "main", "--base-url", "app=sqlite:///former.db")
    assert code == 1 and errors(two) == ["unmapped-column"]


def test_a_map_that_was_not_there_is_all_new(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(project, "rm", "-q", "-r", "--cached", "habeas")
    git(project, "commit", "-q", "-m", "no map")
    code, compared = check(capsys, "--base", "main")
    assert code == 1 and "no-map-before" in codes(compared) and "unknown-column" in codes(compared)


def test_a_former_map_that_was_broken_is_compared_by_its_findings(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = Path("habeas/app.yaml").read_text()
    Path("habeas/app.yaml").write_text("tables: [\n")
    git(project, "commit", "-q", "-a", "-m", "broken")
    Path("habeas/app.yaml").write_text(good)
    code, compared = check(capsys, "--base", "main")
    assert code == 1 and errors(compared) == ["unknown-column"] and compared["base"]["gone"] == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--base", "nowhere"], "unknown-revision"),
        (["--base", "--help-me"], "missing-value"),
        (["--base", "main", "--base-url", "other=sqlite://"], "unknown-store"),
        (["--base", "main", "--base-url", "sqlite://"], "bad-value"),
        (["--base-url", "app=sqlite://"], "url-without-base"),
        (["--format", "xml"], "bad-value"),
        (["--format", "sarif", "--json"], "two-formats"),
    ],
)
def test_wrong_use_is_said(project: Path, arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", *arguments]) == 2
    assert word in capsys.readouterr().err


def test_outside_a_repository_a_revision_means_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "habeas").mkdir()
    (tmp_path / "habeas" / "habeas.yaml").write_text(POLICY)
    (tmp_path / "habeas" / "app.yaml").write_text(STORE)
    monkeypatch.chdir(tmp_path)
    assert run(["check", "--base", "main", "--offline"]) == 2
    assert "no-repository" in capsys.readouterr().err


def test_without_a_database_the_files_are_checked_and_it_says_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "app.db").unlink()
    code, document = check(capsys, "--offline")
    assert code == 0 and codes(document) == ["schema-not-checked"]
    assert "app" in document["findings"][0]["summary"]
    rewrite("{contact_id: owned_by}", "{contact_id: {to: contacts.id}}")
    code, document = check(capsys, "--offline")
    assert code == 1 and errors(document) == ["edge-without-ownership"]
    code, document = check(capsys, "--offline", "--base", "main")
    assert code == 1 and codes(document) == ["edge-without-ownership", "schema-not-checked"]


def test_github_and_sarif_say_the_same_as_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, document = check(capsys)
    assert run(["check", "--format", "sarif"]) == 1
    log = json.loads(capsys.readouterr().out)
    results = log["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == codes(document)
    assert run(["check", "--format=github"]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::")]
    assert len(lines) == len(document["findings"])
    assert lines[0].startswith("::error file=habeas/app.yaml,line=9,col=7,title=unknown-column::")
    before = {result["partialFingerprints"]["habeasFinding/v1"] for result in results}
    rewrite("version: 1\n", "# moved\n\nversion: 1\n")
    run(["check", "--format", "sarif"])
    moved = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert {result["partialFingerprints"]["habeasFinding/v1"] for result in moved} == before
    assert moved[0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 11


@pytest.mark.parametrize("format", ["sarif", "github"])
def test_a_map_that_can_not_be_read_is_a_result_too(
    project: Path, format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("habeas/app.yaml").write_text("tables: [\n")
    assert run(["check", "--format", format]) == 1
    out = capsys.readouterr().out
    if format == "sarif":
        assert json.loads(out)["runs"][0]["results"][0]["ruleId"] == "broken-yaml"
    else:
        assert out.startswith("::error file=habeas/app.yaml,")
