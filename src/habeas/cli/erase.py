"""`habeas erase`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from habeas.cli.answer import Answer, code_of, wrong_use
from habeas.cli.options import HERE, NOBODY, PLAINLY, AsOf, Output, Place, Redact, Who
from habeas.cli.screen import Screen

if TYPE_CHECKING:
    from habeas.flows.erase import EraseOutcome
    from habeas.program.plan import Plan


def erase(
    *,
    who: Who = NOBODY,
    yes: Annotated[bool, Parameter(help="Carry the plan out without asking.")] = False,
    as_of: AsOf = None,
    redact: Redact = False,
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Erase a person: plan, apply, verify, certificate.

    Without `--yes` the plan is shown and a terminal is asked. What must be kept stays, with its ground and date in
    the certificate. A run that broke off is resumed by the same command. A list of people (`--subjects`) with `--yes` is
    erased part by part, with a result for each line.

    Example: `habeas erase --subject email=jane@example.com --yes`
    """
    if who.subjects and yes:
        from habeas.cli.erase_batch import erase_list

        return erase_list(who, as_of, redact, place, output)
    selection = who.selection()
    asking = Asking(Screen(json=output.json), yes=yes)
    from habeas.cli.session import log_run, workspace
    from habeas.flows.erase import erase as flow

    with workspace(place, output) as opened:
        outcome = flow(opened, selection, approve=asking.approve, as_of=as_of, redact=redact)
        log_run(outcome)
    return answer_of(outcome, plan_shown=asking.shown, declined=asking.declined)


class Asking:
    """The approval of a plan by whoever sits at the terminal."""

    def __init__(
        self, screen: Screen, *, yes: bool, command: str = "erase", warning: str = "Erasing can't be taken back."
    ) -> None:
        if not yes and not screen.can_ask:
            # Before anything is looked up: without a terminal there is nobody to ask.
            from habeas.cli.subjects import describe

            words = " ".join(describe(sys.argv[1:])) if sys.argv[1:2] == [command] else f"{command} …"
            raise wrong_use(
                "not-approved",
                f"nobody can be asked whether to {command}: this is no terminal",
                f"{warning} See the plan first with `habeas plan {command}`.",
                f"habeas {words} --yes",
            )
        self.warning = warning
        self.screen = screen
        self.yes = yes
        self.shown = False
        self.declined = False

    def approve(self, plan: Plan) -> bool:
        """Whether the plan may be carried out."""
        if self.yes:
            return True
        from habeas.cli.show_findings import show_findings
        from habeas.cli.show_plan import closing, show_plan

        show_plan(self.screen.out, plan)
        if plan.findings:
            self.screen.out.print()
            show_findings(self.screen.out, plan.findings)
        self.screen.out.print()
        self.screen.out.file.flush()
        self.shown = True
        self.declined = not self.screen.ask(f"{closing(plan)} {self.warning} Go on? [y/N]")
        return not self.declined


def answer_of(outcome: EraseOutcome, *, plan_shown: bool = False, declined: bool = False) -> Answer:
    """The answer of an erasure or a correction, by its own command or by `apply`."""
    from habeas.cli.show_findings import show_findings
    from habeas.cli.show_outcome import show_mentions, show_next, show_remaining, show_status
    from habeas.cli.show_plan import show_people, show_plan

    document = outcome.as_json()
    findings = tuple(
        dict.fromkeys((*(() if plan_shown or not outcome.plan else outcome.plan.findings), *outcome.findings))
    )

    def view(screen: Screen) -> None:
        if outcome.plan is not None and not plan_shown:
            # A plan of people who aren't all meant would only mislead: who they are is the question.
            show = show_people if outcome.status == "ambiguous" else show_plan
            show(screen.out, outcome.plan)
            screen.out.print()
        show_findings(screen.out, findings)
        if declined:
            show_status(screen.out, "refused", "you said no. Nothing has changed.")
            return
        show_status(screen.out, outcome.status, _meaning(outcome.status, outcome.plan))
        show_remaining(screen.out, document.get("remaining", ()))
        show_mentions(screen.out, document.get("mentions", ()))
        if document.get("mentions"):
            show_next(screen.out, "  They don't make the run incomplete; --redact masks them.")
        if outcome.certificate is not None:
            show_next(
                screen.out,
                f"  Certificate: {outcome.certificate}. Look again any time: habeas verify {outcome.certificate}",
            )

    return Answer(document, view, code_of(outcome.status, findings))


def _meaning(status: str, plan: Plan | None) -> str:
    if status == "complete" and plan is not None:
        from habeas.cli.show_plan import changed_rows

        proof = "what was written stands" if plan.intent.corrects else "nothing remains"
        return f"{changed_rows(plan)} changed. Read again afterwards: {proof}."
    if status == "incomplete" and plan is not None and plan.intent.corrects:
        return (
            "what was written doesn't stand everywhere, or was not proved to. Run the same command again: it resumes."
        )
    return {
        "complete": "read again afterwards: nothing remains.",
        "nothing_found": "nobody matches; nothing has changed.",
        "incomplete": "something remains, or was not proved gone. Run the same command again: it resumes.",
        "ambiguous": "more is matched than one person may mean; nothing has changed.",
        "refused": "nothing has changed.",
    }.get(status, "")
