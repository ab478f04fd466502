"""docs/cli.md and the command line say the same: every command, every option, in both directions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cyclopts import ArgumentCollection

from habeas.cli.door import COMMANDS, EPILOGUE, build_app

PAGE = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")
NAMES = [name for name, _, _ in COMMANDS]


def section(title: str) -> str:
    """The page below a heading, up to the next."""
    match = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match is not None, f"docs/cli.md has no section {title}"
    return match[1]


def documented(title: str) -> set[str]:
    """Options that a section's table describes."""
    return set(re.findall(r"^\| `(--[a-z-]+)", section(title), re.MULTILINE))


def arguments(name: str) -> ArgumentCollection:
    """What a command takes, with the defaults of the whole application."""
    app = command = build_app(name.split())
    for word in name.split():
        command = command[word]
    return command.assemble_argument_collection(default_parameter=app.default_parameter)


def offered(name: str) -> set[str]:
    """Options that a command takes, as its parser has them."""
    return {option for argument in arguments(name) for option in argument.names if option.startswith("--")}


EVERYWHERE = documented("Everywhere") - {"--help", "--version"}
WHO = documented("Who is meant")


@pytest.mark.parametrize("name", NAMES)
def test_every_option_of_a_command_is_documented(name: str) -> None:
    own = documented(f"habeas {name}")
    shared = EVERYWHERE | (WHO if "Who is meant" in section(f"habeas {name}") else set())
    assert offered(name) - own - shared == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_documented_option_exists(name: str) -> None:
    own = documented(f"habeas {name}")
    shared = WHO if "Who is meant" in section(f"habeas {name}") else set()
    assert (own | shared) - offered(name) == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_command_speaks_json_and_shows_its_document(name: str) -> None:
    assert "--json" in offered(name)
    assert "```json" in section(f"habeas {name}") or "document" in section(f"habeas {name}")


def test_no_command_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^## habeas (.+)$", PAGE, re.MULTILINE)) == set(NAMES)


def test_the_exit_codes_are_documented_and_in_the_help() -> None:
    codes = re.findall(r"^\| (\d+) \|", section("Exit codes"), re.MULTILINE)
    assert codes == ["0", "1", "2", "130"]
    assert all(code in EPILOGUE for code in ("0", "1", "2"))


def test_the_help_of_an_option_is_never_empty() -> None:
    for name in NAMES:
        for argument in arguments(name):
            if argument.show:
                assert argument.parameter.help, f"{name} {argument.name} says nothing"
