"""`habeas erase --subjects FILE --yes`: a list of people, with a result for each line."""

from __future__ import annotations

from datetime import date

from habeas.cli.answer import Answer, code_of
from habeas.cli.options import Output, Place, Who
from habeas.cli.screen import Screen

_WORDS = {
    "erased": "erased",
    "nothing_found": "not found",
    "ambiguous": "ambiguous: left as they are",
    "incomplete": "incomplete: something remains, or was not proved gone",
    "left": "not looked at yet: run the same command again, it goes on from there",
}


def erase_list(who: Who, as_of: date | None, redact: bool, place: Place, output: Output) -> Answer:
    """Erase everybody on the list of `--subjects`. The whole file is read once before anybody is erased."""
    from habeas.cli.people_file import PeopleFile
    from habeas.cli.selecting import narrow
    from habeas.cli.session import workspace
    from habeas.cli.show_findings import show_findings
    from habeas.cli.show_outcome import show_next, show_status
    from habeas.flows.erase_batch import erase_batch

    narrowed = narrow(who)
    people = PeopleFile(who.subjects or "-")
    with workspace(place, output) as opened:
        outcome = erase_batch(opened, people, narrowed, as_of=as_of, redact=redact)
    document = outcome.as_json()
    findings = outcome.all_findings()

    def view(screen: Screen) -> None:
        show_findings(screen.out, findings)
        show_status(screen.out, outcome.status, f"{outcome.total:,} people on the list.")
        for status, words in _WORDS.items():
            if document[status]:
                show_next(screen.out, f"  {document[status]:>9,} {words}")
        show_next(screen.out, f"  Line by line: {outcome.results}")

    return Answer(document, view, code_of(outcome.status, findings))
