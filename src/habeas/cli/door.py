"""The one door of the command line: which commands there are, and what becomes of an answer, a refusal or a fault."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from habeas.cli.answer import DONE, INTERRUPTED, NOT_DONE, WRONG_USE, Answer, refusal
from habeas.cli.screen import Screen
from habeas.diagnostics import Refused

if TYPE_CHECKING:
    from cyclopts import App

# name, import path, one line of help: `habeas --help` shows these without importing the commands.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("init", "habeas.cli.init:init", "Look at a live database and write its map, with guesses and questions."),
    ("accept", "habeas.cli.accept:accept", "Accept what init proposed: a table, a column, or everything."),
    ("check", "habeas.cli.check:check", "Hold the map against the live databases; for CI."),
    ("plan", "habeas.cli.plan:plan", "Show what would happen, table by table, with the reasons; nothing changes."),
    ("access", "habeas.cli.access:access", "Give a person a copy of their data, as a zip."),
    ("port", "habeas.cli.port:port", "Give a person what they provided, to take along, as a zip."),
    ("erase", "habeas.cli.erase:erase", "Erase a person: plan, apply, verify, certificate."),
    ("rectify", "habeas.cli.rectify:rectify", "Correct a person's data, and every copy of it."),
    ("restrict", "habeas.cli.restrict:restrict", "Restrict the processing of a person's data until it is lifted."),
    ("lift", "habeas.cli.lift:lift", "Lift a restriction: what stood before it comes back."),
    ("apply", "habeas.cli.apply:apply", "Carry out a plan that was saved and approved."),
    ("verify", "habeas.cli.verify:verify", "Read afresh whether anything remains after an erasure."),
    ("map draw", "habeas.cli.map_draw:draw", "Draw the map: whose every table is, and what happens to it."),
    (
        "map import",
        "habeas.cli.map_import:import_",
        "Take over what fides, dbt, SQLAlchemy or Django know, as proposals.",
    ),
    ("map upgrade", "habeas.cli.map_upgrade:upgrade", "Bring the map's files up to the newest version of the format."),
    ("keys", "habeas.cli.keys:keys", "Show the keys that seal and sign, without their secrets."),
    ("schema", "habeas.cli.schema:schema", "Print the JSON Schema of the map's files, for editors."),
    ("demo", "habeas.cli.demo:demo", "Lay out a company to try habeas on, and walk the whole way."),
)

# Commands of two words stand in a group, which has a line of its own.
GROUPS = {"map": "Work on the map's files: draw, import, upgrade."}

EPILOGUE = """Exit codes: 0 done (nothing found too); 1 error-level findings, ambiguous, refused or incomplete;
2 wrong use.

First steps: `habeas demo`, or on your own database `habeas init postgresql+psycopg://USER@HOST/DATABASE`."""


def build_app(arguments: Sequence[str] = ()) -> App:
    """The application for a command line. A fresh one for each run, so that a command may run others (`demo` does).

    A command that is named in it speaks by its own docstring, with its example, instead of by its one line here.
    """
    from cyclopts import App, Parameter

    app = App(
        name="habeas",
        help="Carries out a company's privacy policy on its live data stores: find, give, erase and prove.",
        help_epilogue=EPILOGUE,
        help_format="markdown",
        version=_version,
        # No --no-json, no --empty-subject, and a value that begins with [ or { is text like any other.
        default_parameter=Parameter(negative=(), json_list=False, json_dict=False, show_default=False),
        suppress_keyboard_interrupt=False,
    )
    groups: dict[str, App] = {}
    for order, (name, path, text) in enumerate(COMMANDS):
        group, _, last = name.rpartition(" ")
        if group and group not in groups:
            groups[group] = App(name=group, help=GROUPS[group], help_epilogue="", sort_key=order)
            app.command(groups[group])
        home = groups[group] if group else app
        named = all(word in arguments for word in name.split())
        home.command(path, name=last, help=None if named else text, sort_key=order, help_epilogue="")
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command line (without the program's name) and give its exit code.

    With `--json` standard output gets exactly one JSON document, whatever happens; all else goes to standard error.
    Nothing that a fault carries with it (a driver's message may quote a row) is printed.
    """
    options = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    screen = Screen(json="--json" in options or _format(options) == "json", plain=_format(options) != "")
    try:
        answer = answer_to(arguments, screen)
        _give(answer, screen)
    except BrokenPipeError:
        # Who reads us has gone (`habeas check | head`). Python would complain once more when it closes the stream.
        sys.stdout = io.StringIO()
        return NOT_DONE
    return answer.code


def answer_to(arguments: Sequence[str], screen: Screen) -> Answer:
    """The answer to a command line, whatever happens: refusals and faults are answers too. Prints no answer itself."""
    from cyclopts import CycloptsError

    printed = io.StringIO()
    try:
        # A stray print of a library must not get into the document.
        with redirect_stdout(screen.stderr if screen.json or screen.plain else screen.stdout):
            answer = build_app(arguments)(
                list(arguments),
                result_action="return_value",
                exit_on_error=False,
                print_error=False,
                console=_help_console(printed) if screen.json else screen.out,
            )
    except CycloptsError as fault:
        from habeas.cli.misuse import explain_misuse

        return refusal(explain_misuse(fault, [name for name, _, _ in COMMANDS]))
    except Refused as refused:
        return refusal(refused)
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        raise
    except Exception as fault:
        from habeas.cli.faults import explain_fault

        return refusal(explain_fault(fault, arguments, screen))
    if isinstance(answer, Answer):
        return answer
    # Help or the version was printed instead of a command's answer.
    name = "version" if "--version" in arguments else "help"
    return Answer({name: printed.getvalue().strip()}, lambda _: None, DONE)


def _give(answer: Answer, screen: Screen) -> None:
    if screen.json:
        import json

        json.dump(answer.document, screen.stdout)
        screen.stdout.write("\n")
        if answer.code == WRONG_USE or "plan" not in answer.document:
            _show_errors(answer, screen)
    else:
        answer.view(screen)
    screen.stdout.flush()


def _show_errors(answer: Answer, screen: Screen) -> None:
    """One line on standard error beside the document, for whoever looks at the log of a job."""
    if answer.code != DONE:
        for finding in answer.document.get("findings", ()):
            if finding["severity"] == "error":
                screen.stderr.write(f"{finding['code']}: {finding['summary']}\n")


def _interrupted() -> Answer:
    from habeas.diagnostics import error

    answer = refusal(
        Refused(
            error(
                "interrupted",
                "stopped by the keyboard",
                "What was committed stays; a run that had begun to change something is unfinished.",
                "Run the same command again: it resumes where it stopped.",
            ),
            status="incomplete",
        )
    )
    return Answer(answer.document, answer.view, INTERRUPTED)


def _format(options: Sequence[str]) -> str:
    """What `--format` says, for it decides whose standard output is before the command line is parsed."""
    for number, option in enumerate(options):
        if option.startswith("--format="):
            return option.partition("=")[2]
        if option == "--format":
            return options[number + 1] if number + 1 < len(options) else ""
    return ""


def _help_console(stream: io.StringIO):  # type: ignore[no-untyped-def]
    from rich.console import Console

    return Console(file=stream, width=100)


def _version() -> str:
    from importlib.metadata import version

    return version("habeas")
