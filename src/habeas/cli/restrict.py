"""`habeas restrict`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer
from habeas.cli.options import HERE, NOBODY, PLAINLY, Ground, Output, Place, Who
from habeas.cli.screen import Screen


def restrict(
    *,
    who: Who = NOBODY,
    ground: Ground = None,
    yes: Annotated[bool, Parameter(help="Carry the plan out without asking.")] = False,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Restrict the processing of a person's data: set what the map says, until it is lifted.

    What stood there before is kept sealed, and `habeas lift` puts it back. A restricted person is not erased.

    Example: `habeas restrict --subject email=jane@example.com --ground contested --yes`
    """
    return restricted(who, ground, yes=yes, place=place, output=output, command="restrict")


def restricted(who: Who, ground: str | None, *, yes: bool, place: Place, output: Output, command: str) -> Answer:
    """The answer of a restriction, by its own command or by `rectify --contested`."""
    from habeas.cli.new_values import one_person

    selection = replace(one_person(who.selection(), command), ground=ground)
    from habeas.cli.erase import Asking, answer_of
    from habeas.cli.session import log_run, workspace
    from habeas.flows.restrict import restrict as flow

    asking = Asking(Screen(json=output.json), yes=yes, command=command, warning="`habeas lift` takes it back.")
    with workspace(place, output) as opened:
        outcome = flow(opened, selection, approve=asking.approve)
        log_run(outcome)
    return answer_of(outcome, plan_shown=asking.shown, declined=asking.declined)
