"""From options to a selection: what may be said together, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from habeas.cli.answer import wrong_use
from habeas.cli.subjects import parse_identities, parse_people
from habeas.program.selection import Selection, Subject

if TYPE_CHECKING:
    from habeas.cli.options import Who


def select(who: Who) -> Selection:
    """The selection that the options name. Raises Refused (wrong use) where they contradict each other."""
    narrowed = narrow(who)
    subjects: tuple[Subject, ...] = ()
    if who.subject:
        subjects = (Subject(parse_identities(who.subject, "--subject")),)
    elif who.subjects:
        subjects = tuple(parse_people(who.subjects))
    return replace(narrowed, subjects=subjects)


def narrow(who: Who) -> Selection:
    """The same without the people: a list of them is read apart. Raises Refused (wrong use)."""
    if who.subject and who.subjects:
        raise wrong_use(
            "two-selections",
            "--subject and --subjects are given together",
            "One names a single person, the other a batch; a plan is made for one of them.",
            "Add the person as a line to the CSV file, or run the command twice.",
        )
    if not who.subject and not who.subjects and who.customer is None:
        raise wrong_use(
            "nothing-selected",
            "nobody is named",
            "A run starts from a person's identities, or from a Customer.",
            "--subject email=jane@example.com, --subjects people.csv or --customer 7",
        )
    if who.all_customers and not (who.why and who.why.strip()):
        raise wrong_use(
            "missing-why",
            "--all-customers is given without a reason",
            "One Customer's request must not touch another Customer's data. Whoever crosses that line says why, and it "
            "is recorded.",
            '--all-customers --why "the person asked us as the controller of all accounts"',
        )
    if who.why and not who.all_customers:
        raise wrong_use("why-alone", "--why is given without --all-customers", fix='--all-customers --why "…"')
    if who.all_customers and who.customer is not None:
        raise wrong_use("which-customers", "--customer and --all-customers contradict each other", fix="Leave one out.")
    for option, value in (("--customer", who.customer), ("--as", who.as_)):
        if value is not None and not value.strip():
            raise wrong_use("empty-value", f"{option} is empty", fix=f"{option} NAME, or leave it out")
    exclusions = tuple(Subject((identity,)) for identity in parse_identities(who.except_, "--except"))
    return Selection(
        customer=who.customer,
        kind=who.as_,
        all_customers=who.why if who.all_customers else None,
        all_matches=who.all_matches,
        exclusions=exclusions,
    )
