"""The door: exit codes, one JSON document, and what is imported to say so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from habeas.cli import door
from habeas.cli.answer import Answer
from habeas.cli.door import COMMANDS, run
from habeas.diagnostics import Refused, error

SECRET = "zoe.quiet@example.org"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["forget"], "unknown-command"),
        ([SECRET], "unknown-command"),
        (["erase", SECRET], "too-many-words"),
        (["erase", "--subjct", f"email={SECRET}"], "unknown-option"),
        (["erase", f"--subjct=email={SECRET}"], "unknown-option"),
        (["erase", "--subject"], "missing-value"),
        (["erase"], "nothing-selected"),
        (["erase", "--subject", SECRET, "--yes"], "subject-form"),
        (["erase", "--subject", f"email={SECRET}"], "not-approved"),
        (["erase", "--customer", "7", "--customer", "8"], "repeated-option"),
        (["plan"], "missing-argument"),
        (["plan", "forget", "--customer", "7"], "bad-value"),
        (["plan", "erase", "--customer", "7", "--as-of", SECRET], "bad-value"),
        (["access", "--subject", f"email={SECRET}"], "missing-argument"),
        (["verify"], "what-to-verify"),
        (["verify", "certificate.json", "--due"], "what-to-verify"),
        (["verify", "--due", "--subject", f"email={SECRET}"], "what-to-verify"),
        (["keys", "--create", "--rotate"], "create-or-rotate"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_wrong_use_is_exit_code_2_and_says_nothing_of_the_value(
    arguments: list[str], code: str, as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--json"] if as_json else arguments) == 2
    shown = capsys.readouterr()
    assert SECRET not in shown.out + shown.err
    assert code in shown.err
    if as_json:
        document = json.loads(shown.out)
        assert document["status"] == "refused"
        assert [finding["code"] for finding in document["findings"]] == [code]
        assert set(document["findings"][0]) >= {"severity", "code", "summary", "detail", "file", "line"}
    else:
        assert shown.out == ""


def test_a_near_miss_is_answered_with_the_right_word(capsys: pytest.CaptureFixture[str]) -> None:
    run(["ersae"])
    run(["plan", "erase", "--subjcet", "x"])
    shown = capsys.readouterr().err
    assert "habeas erase --help" in shown
    assert "Did you mean --subject?" in shown


def answered(monkeypatch: pytest.MonkeyPatch, command) -> None:
    """Stand a function in for the application: what the door makes of an answer is asked here, and no command."""
    monkeypatch.setattr(door, "build_app", lambda _arguments: lambda *_args, **_kwargs: command())


def fail(fault: BaseException):
    def command() -> Answer:
        raise fault

    return command


def test_a_refusal_is_exit_code_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answered(monkeypatch, fail(Refused(error("ambiguous-subject", "two rows match"), status="ambiguous")))
    assert run(["plan", "erase", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["status"] == "ambiguous"
    assert document["findings"][0]["summary"] == "two rows match"


@pytest.mark.parametrize(("command", "status"), [("erase", "incomplete"), ("apply", "incomplete"), ("plan", "refused")])
def test_a_fault_shows_no_message_of_the_driver(
    command: str, status: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(monkeypatch, fail(RuntimeError(f"duplicate key value: ({SECRET})")))
    assert run([command, "--json", "--verbose"]) == 1
    shown = capsys.readouterr()
    assert SECRET not in shown.out + shown.err
    assert json.loads(shown.out)["status"] == status
    assert "RuntimeError" in shown.out
    assert "test_door.py" in shown.err  # --verbose names the places it came through


def test_the_keyboard_stops_a_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answered(monkeypatch, fail(KeyboardInterrupt()))
    assert run(["erase", "--json"]) == 130
    assert json.loads(capsys.readouterr().out)["status"] == "incomplete"


def test_a_stray_print_stays_out_of_the_document(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> Answer:
        print("a library says hello")
        return Answer({"findings": []}, lambda screen: screen.out.print("for people"))

    answered(monkeypatch, command)
    assert run(["check", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"findings": []}
    assert "a library says hello" in shown.err
    assert "for people" not in shown.out + shown.err


def test_help_and_version_are_documents_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["erase", "--help", "--json"]) == 0
    assert "--subject" in json.loads(capsys.readouterr().out)["help"]
    assert run(["--version", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"][0].isdigit()


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_every_help_has_an_example_that_names_its_command(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*name.split(), "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert f"Example: habeas {name}" in text


def modules_after(arguments: Sequence[str], cwd: Path) -> set[str]:
    """The modules that a command line has imported when it ends."""
    program = (
        "import sys; from habeas.cli.door import run; code = run(sys.argv[1:]); "
        "print(code, *sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, cwd=cwd, check=True
    )
    return set(done.stderr.splitlines())


HEAVY = {
    "sqlalchemy",
    "alembic",
    "pydantic",
    "ruamel.yaml",
    "psycopg",
    "pymysql",
    "cryptography",
    "structlog",
    "dateutil",
}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], [], ["erase", "--help"], ["demo", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    modules = modules_after(arguments, tmp_path)
    assert "cyclopts" in modules
    assert not modules & HEAVY


def test_help_imports_no_command(tmp_path: Path) -> None:
    modules = modules_after(["--help"], tmp_path)
    assert not modules & {path.partition(":")[0] for _, path, _ in COMMANDS}


def test_the_module_is_the_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "habeas", "plan", "--json"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["status"] == "refused"


def test_a_closed_pipe_is_no_fault(tmp_path: Path) -> None:
    reader = subprocess.run(
        f"{sys.executable} -m habeas --help | true; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert "Traceback" not in reader.stderr
