"""Wrong use of the command line, said so that the next try is right.

The parser's own messages quote the words they stumble over; those may be somebody's e-mail, so ours name options alone.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from cyclopts import CycloptsError
from cyclopts.exceptions import (
    CoercionError,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
    ValidationError,
)

from habeas.cli.answer import wrong_use
from habeas.diagnostics import Refused


def explain_misuse(fault: CycloptsError, commands: Sequence[str]) -> Refused:
    """The refusal that teaches what the parser's fault means. `commands` are the names there are."""
    command = " ".join(fault.command_chain or ())
    see = f"habeas {command} --help".replace("  ", " ")
    if isinstance(fault, UnknownCommandError):
        given = (fault.unused_tokens or [""])[0]
        near = difflib.get_close_matches(given, commands, 1)
        fix = f"habeas {near[0]} --help" if near else "habeas --help"
        return wrong_use("unknown-command", "there is no such command", f"The commands are {', '.join(commands)}.", fix)
    if isinstance(fault, UnknownOptionError):
        given = fault.token.keyword or "an option"
        option = given.partition("=")[0]
        known = [name for argument in fault.argument_collection for name in argument.names if name.startswith("--")]
        near = difflib.get_close_matches(option, known, 1)
        detail = f"Did you mean {near[0]}?" if near else ""
        return wrong_use("unknown-option", f"habeas {command} has no option {option}", detail, see)
    if isinstance(fault, UnusedCliTokensError):
        return wrong_use(
            "too-many-words",
            f"habeas {command} takes fewer words than were given",
            "A person is named by an option, and never by a word alone.",
            f"{see}, or --subject TYPE=VALUE",
        )
    if isinstance(fault, MissingArgumentError):
        name = _name(fault)
        if fault.keyword:
            return wrong_use("missing-value", f"{fault.keyword} needs a value", fix=see)
        return wrong_use("missing-argument", f"habeas {command} needs {name}", fix=see)
    if isinstance(fault, RepeatArgumentError):
        return wrong_use(
            "repeated-option", f"{fault.token.keyword or _name(fault)} is given twice", "It takes one value.", see
        )
    if isinstance(fault, CoercionError):
        choices = tuple(fault.argument.get_choices() or ()) if fault.argument else ()
        detail = f"It is one of {', '.join(choices)}." if choices else _expected(fault)
        return wrong_use("bad-value", f"the value of {_name(fault)} can't be read", detail, see)
    if isinstance(fault, ValidationError):
        return wrong_use("bad-value", f"the value of {_name(fault)} is not allowed", fault.exception_message, see)
    return wrong_use("wrong-use", "the command line can't be read", fix=see)


def _name(fault: CycloptsError) -> str:
    return fault.argument.name if fault.argument is not None else "an option"


def _expected(fault: CoercionError) -> str:
    from datetime import date

    if fault.argument is not None and "date" in str(fault.argument.hint):
        return f"A date is written YYYY-MM-DD, as {date(2031, 3, 1).isoformat()}."
    return f"It is a {getattr(fault.target_type, '__name__', 'value')}." if fault.target_type else ""
