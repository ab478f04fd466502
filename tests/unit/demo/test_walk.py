"""The walk is data that a runner and a page can both trust."""

from __future__ import annotations

import pytest

from habeas.demo.characters import CHARACTERS
from habeas.demo.guide import readme
from habeas.demo.walk import CERTIFICATE, NEXT, STEPS, Step

COMMANDS = {"check", "plan", "access", "erase", "verify"}


@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.title)
def test_each_step_says_what_why_and_what_to_look_at(step: Step) -> None:
    assert step.argv[0] in COMMANDS
    assert step.why.endswith(".")
    assert step.look.endswith(".")
    assert step.exit_code in (0, 1)


def test_the_walk_goes_the_whole_way() -> None:
    order = [step.argv[0] for step in STEPS]
    assert order[0] == "check"
    assert order.index("access") < len(order) - 1 - order[::-1].index("erase") < order.index("verify")
    assert any("--except" in step.argv for step in STEPS)
    assert any("--explain" in step.argv for step in STEPS)
    assert sum(step.exit_code for step in STEPS) == 2, "two ambiguous ones are refused"
    assert NEXT[0].command.startswith("habeas init ")


def test_only_the_last_erasure_changes_anything_and_verify_follows_it() -> None:
    carried_out = [s for s in STEPS if s.argv[0] == "erase" and s.exit_code == 0]
    assert [s.title for s in carried_out] == ["Erase Jane"]
    assert STEPS[STEPS.index(carried_out[0]) + 1].argv == ("verify", CERTIFICATE)


def test_subjects_of_the_walk_are_characters() -> None:
    known = {f"email={c.email}" for c in CHARACTERS} | {f"app.contact_id={c.id}" for c in CHARACTERS}
    for step in STEPS:
        named = {b for a, b in zip(step.argv, step.argv[1:], strict=False) if a in ("--subject", "--except")}
        assert named <= known


def test_placeholders_are_filled_and_missing_ones_are_not_guessed() -> None:
    verify = next(s for s in STEPS if s.argv[0] == "verify")
    assert verify.filled({"certificate": "certificates/1.json"}) == ("verify", "certificates/1.json")
    with pytest.raises(KeyError):
        verify.filled({})


def test_a_command_is_quoted_as_a_shell_needs_it() -> None:
    step = Step("t", "w", ("plan", "erase", "--why", "all of them"), "l")
    assert step.command == "habeas plan erase --why 'all of them'"


def test_the_page_of_the_folder_names_every_command_and_character() -> None:
    page = readme(300, 1)
    for step in STEPS:
        assert step.command.replace(CERTIFICATE, "certificates/*.json") in page
    for character in CHARACTERS:
        assert character.email in page
        assert character.story in page
    for following in NEXT:
        assert following.command in page
