"""`habeas lift`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer
from habeas.cli.options import HERE, NOBODY, PLAINLY, Output, Place, Who
from habeas.cli.screen import Screen


def lift(
    *,
    who: Who = NOBODY,
    yes: Annotated[bool, Parameter(help="Carry the plan out without asking.")] = False,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Lift a restriction: what stood before it comes back, where nobody has written anything else meanwhile.

    The person must be told before (GDPR 18(3)).

    Example: `habeas lift --subject email=jane@example.com --yes`
    """
    from habeas.cli.new_values import one_person

    selection = one_person(who.selection(), "lift")
    from habeas.cli.erase import Asking, answer_of
    from habeas.cli.session import log_run, workspace
    from habeas.flows.restrict import lift as flow

    asking = Asking(Screen(json=output.json), yes=yes, command="lift", warning="The person must be told before.")
    with workspace(place, output) as opened:
        outcome = flow(opened, selection, approve=asking.approve)
        log_run(outcome)
    return answer_of(outcome, plan_shown=asking.shown, declined=asking.declined)
