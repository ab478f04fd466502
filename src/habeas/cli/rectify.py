"""`habeas rectify`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer, wrong_use
from habeas.cli.options import HERE, NOBODY, NOTHING, PLAINLY, Output, Place, What, Who
from habeas.cli.restrict import restricted
from habeas.cli.screen import Screen


def rectify(
    *,
    who: Who = NOBODY,
    what: What = NOTHING,
    contested: Annotated[
        bool, Parameter(help="Instead: restrict the processing while it is looked into whether the data is accurate.")
    ] = False,
    yes: Annotated[bool, Parameter(help="Carry the plan out without asking.")] = False,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Correct a person's data, in their rows and in every copy that the map declares.

    A value is held against type, constraints and the rules of its identity before anything changes. `--amend` adds what
    the person says about a value that stays. Without `--yes` the plan is shown and a terminal is asked.

    Example: `habeas rectify --subject email=old@example.com --set contacts.email=new@example.com --yes`
    """
    from habeas.cli.new_values import one_person

    if contested:
        if what.set or what.amend:
            raise wrong_use(
                "contested-or-set",
                "--contested is given together with what is to be written",
                "While it isn't known what is true, nothing is corrected; processing is restricted meanwhile.",
                "habeas rectify --subject … --contested   # and later, once it is known, --set",
            )
        return restricted(who, "contested", yes=yes, place=place, output=output, command="rectify")
    selection = replace(one_person(who.selection(), "rectify"), new_values=what.new_values())
    if not selection.new_values:
        raise wrong_use(
            "nothing-to-write", "nothing is said that would be written", fix="--set contacts.email=new@example.com"
        )
    from habeas.cli.erase import Asking, answer_of
    from habeas.cli.session import log_run, workspace
    from habeas.flows.rectify import rectify as flow

    asking = Asking(
        Screen(json=output.json), yes=yes, command="rectify", warning="What stood there before is not kept."
    )
    with workspace(place, output) as opened:
        outcome = flow(opened, selection, approve=asking.approve)
        log_run(outcome)
    return answer_of(outcome, plan_shown=asking.shown, declined=asking.declined)
