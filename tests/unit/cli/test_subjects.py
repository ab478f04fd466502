"""Who is meant, as a command line says it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from habeas.cli.options import Who
from habeas.cli.subjects import LONGEST_VALUE, describe, parse_identities, parse_people
from habeas.diagnostics import Refused
from habeas.program.selection import Identity, Subject

SECRET = "jane.o'neil@example.com"


def refused(code: str, call) -> Refused:
    """The refusal of a call: wrong use, of that code, and silent about what was given."""
    with pytest.raises(Refused) as caught:
        call()
    refusal = caught.value
    assert [finding.code for finding in refusal.findings] == [code]
    assert refusal.usage
    for finding in refusal.findings:
        assert SECRET not in repr(finding)
    return refusal


def test_an_identity_keeps_its_value_to_the_letter() -> None:
    found = parse_identities(["email= Jane=1@example.com ", "app.user_id=17", 'name="Ö\'Brien"'], "--subject")
    assert found == (
        Identity("email", " Jane=1@example.com "),
        Identity("app.user_id", "17"),
        Identity("name", '"Ö\'Brien"'),
    )


def test_an_identity_given_twice_counts_once() -> None:
    assert parse_identities(["email=a@b.c", "email=a@b.c"], "--subject") == (Identity("email", "a@b.c"),)


def test_a_file_has_one_identity_a_line(tmp_path: Path) -> None:
    file = tmp_path / "jane"
    file.write_bytes(b"\xef\xbb\xbf# the ticket of Tuesday\r\nemail=jane@example.com\r\n\r\nphone=+1 555 0100\r\n")
    assert parse_identities([f"@{file}"], "--subject") == (
        Identity("email", "jane@example.com"),
        Identity("phone", "+1 555 0100"),
    )


def test_standard_input_is_read_with_at_minus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("email=jane@example.com\n"))
    assert parse_identities(["@-"], "--subject") == (Identity("email", "jane@example.com"),)


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        (SECRET, "subject-form"),
        ("", "subject-form"),
        (f"={SECRET}", "subject-form"),
        (f"two words={SECRET}", "subject-form"),
        ("email=", "empty-value"),
        ("email=  \t", "empty-value"),
        (f"email={SECRET}\0", "nul-byte"),
        ("email=" + "x" * (LONGEST_VALUE + 1), "long-value"),
        ("email=\udcff", "not-utf-8"),
        ("@nowhere/at/all", "unreadable-file"),
    ],
)
def test_what_can_not_be_meant_is_wrong_use(argument: str, code: str) -> None:
    refused(code, lambda: parse_identities([argument], "--subject"))


def test_a_bad_line_of_a_file_is_named_by_its_number(tmp_path: Path) -> None:
    file = tmp_path / "people"
    file.write_text(f"email=a@b.c\n\n{SECRET}\n")
    refusal = refused("subject-form", lambda: parse_identities([f"@{file}"], "--subject"))
    position = refusal.findings[0].position
    assert position is not None and (position.file, position.line) == (str(file), 3)


def test_an_empty_file_names_nobody(tmp_path: Path) -> None:
    file = tmp_path / "nobody"
    file.write_text("# all gone\n")
    refused("no-subject", lambda: parse_identities([f"@{file}"], "--subject"))


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "latin1"
    file.write_bytes("email=jané@example.com\n".encode("latin-1"))
    refused("not-utf-8", lambda: parse_identities([f"@{file}"], "--subject"))


def people(tmp_path: Path, text: str) -> list[Subject]:
    file = tmp_path / "people.csv"
    file.write_text(text, encoding="utf-8", newline="")
    return list(parse_people(str(file)))


def test_a_batch_has_a_column_for_each_identity_type(tmp_path: Path) -> None:
    text = 'email,app.user_id\r\njane@example.com,17\r\n\r\n"o,brien@example.com",\r\n,18\r\n'
    assert people(tmp_path, text) == [
        Subject((Identity("email", "jane@example.com"), Identity("app.user_id", "17"))),
        Subject((Identity("email", "o,brien@example.com"),)),
        Subject((Identity("app.user_id", "18"),)),
    ]


def test_a_batch_is_read_as_a_stream(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\nfirst@example.com\nsecond@example.com,too,many\n")
    stream = parse_people(str(file))
    assert next(stream) == Subject((Identity("email", "first@example.com"),))
    with pytest.raises(Refused):
        next(stream)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "csv-header", 1),
        (f"{SECRET}\n", "csv-header", 1),
        ("email,email\na,b\n", "csv-header", 1),
        ("email,\na,b\n", "csv-header", 1),
        ("email;phone\na;b\n", "csv-separator", 1),
        ("email\n", "no-subject", 1),
        (f"email,phone\n{SECRET}\n", "csv-fields", 2),
        ('email\na@b.c\n"jane" doe\n', "csv-quotes", 3),
        (f"email\n{SECRET}\0\n", "nul-byte", 2),
    ],
)
def test_a_batch_that_can_not_be_read_is_refused_with_its_line(tmp_path: Path, text: str, code: str, line: int) -> None:
    refusal = refused(code, lambda: people(tmp_path, text))
    position = refusal.findings[0].position
    assert position is not None and position.line == line


def test_options_become_a_selection() -> None:
    who = Who(
        subject=("email=jane@example.com", "app.user_id=17"),
        as_="contact",
        all_customers=True,
        why="the controller asked",
        all_matches=True,
        except_=("email=legal@example.com", "app.user_id=1"),
    )
    selection = who.selection()
    assert selection.subjects == (Subject((Identity("email", "jane@example.com"), Identity("app.user_id", "17"))),)
    assert selection.exclusions == (
        Subject((Identity("email", "legal@example.com"),)),
        Subject((Identity("app.user_id", "1"),)),
    )
    assert (selection.kind, selection.all_customers, selection.all_matches) == ("contact", "the controller asked", True)


def test_a_customer_alone_is_a_selection() -> None:
    assert Who(customer="7").selection().is_customer_alone


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (Who(), "nothing-selected"),
        (Who(except_=("email=a@b.c",)), "nothing-selected"),
        (Who(subject=("email=a@b.c",), subjects="people.csv"), "two-selections"),
        (Who(subject=("email=a@b.c",), all_customers=True), "missing-why"),
        (Who(subject=("email=a@b.c",), all_customers=True, why="  "), "missing-why"),
        (Who(subject=("email=a@b.c",), why="because"), "why-alone"),
        (Who(subject=("email=a@b.c",), all_customers=True, why="because", customer="7"), "which-customers"),
        (Who(customer=" "), "empty-value"),
    ],
)
def test_options_that_contradict_each_other_are_wrong_use(who: Who, code: str) -> None:
    refused(code, who.selection)


def test_a_line_to_run_never_shows_a_value() -> None:
    words = [
        "erase",
        "--subject",
        f"email={SECRET}",
        f"--except=email={SECRET}",
        "--subject",
        "@jane",
        "--subject",
        SECRET,
    ]
    assert describe(words) == [
        "erase", "--subject", "email=…", "--except=email=…", "--subject", "@jane", "--subject", "…",
    ]  # fmt: skip
