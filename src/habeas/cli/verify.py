"""`habeas verify CERTIFICATE | --due`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from habeas.cli.answer import Answer, code_of, wrong_use
from habeas.cli.options import HERE, PLAINLY, WHO, Output, Place
from habeas.cli.screen import Screen
from habeas.diagnostics import has_errors

if TYPE_CHECKING:
    from habeas.flows.watch import WatchOutcome
    from habeas.program.selection import Subject


def verify(
    certificate: Annotated[Path | None, Parameter(help="The certificate of an erasure.")] = None,
    /,
    *,
    due: Annotated[bool, Parameter(help="Instead: every verification whose time has come; for a timer.")] = False,
    subject: Annotated[
        tuple[str, ...],
        Parameter(
            group=WHO,
            metavar="TYPE=VALUE",
            help="The person again (TYPE=VALUE, @FILE or @-): needed once a run's window has closed, since by then "
            "habeas keeps a fingerprint alone.",
        ),
    ] = (),
    place: Place = HERE,
    output: Output = PLAINLY,
) -> Answer:
    """Read afresh whether anything remains after an erasure.

    The certificate's signature is checked first. Rows that somebody else wrote late, after the erasure, are found
    here; that is why verification is repeated after an hour, a day and a week. Afterwards `--due` goes over all people
    once a day, and reports who of those that were erased is there again.

    Example: `habeas verify certificates/2026-11-23-5f0c.json`
    """
    if due == (certificate is not None):
        raise wrong_use(
            "what-to-verify",
            "a certificate or --due is wanted" if not due else "a certificate and --due are given together",
            fix="habeas verify certificates/NAME.json, or habeas verify --due",
        )
    if due and subject:
        raise wrong_use("what-to-verify", "--due needs no subject", "It reads what the runs themselves sealed.")
    given = _subject(subject)
    from habeas.cli.session import workspace
    from habeas.cli.show_findings import show_findings
    from habeas.cli.show_outcome import show_next, show_remaining, show_status
    from habeas.flows.verify import verify as flow
    from habeas.flows.verify import verify_due
    from habeas.flows.watch import WatchOutcome, watch

    watched = WatchOutcome(())
    with workspace(place, output) as opened:
        if certificate is None:
            outcomes = list(verify_due(opened))
            watched = watch(opened)
        else:
            outcomes = [flow(opened, certificate, given)]
    documents: list[dict[str, Any]] = [outcome.as_json() for outcome in outcomes]
    incomplete = any(document["status"] != "complete" for document in documents) or has_errors(watched.findings)
    status = "incomplete" if incomplete else "complete"
    document = documents[0] if not due else {"status": status, "due": documents, **_as_json(watched)}

    def view(screen: Screen) -> None:
        if not documents:
            show_status(screen.out, "complete", "no verification is due.")
        for each in documents:
            text = "nothing remains" if each["status"] == "complete" else "something remains"
            if each["findings"]:
                text = "it could not be looked at"
            show_status(screen.out, each["status"], f"{text} ({each['method']}).")
            show_remaining(screen.out, each.get("remaining", ()))
        for back in watched.reappeared:
            since = f"since {back.since:%Y-%m-%d}" if not back.new else f"{back.new} of them new"
            show_next(screen.out, f"  There again: {back.rows} of {back.kind} in {back.store}.{back.table} ({since}).")
        findings = [*(f for outcome in outcomes for f in outcome.findings), *watched.findings]
        show_findings(screen.out, tuple(dict.fromkeys(findings)))

    return Answer(document, view, code_of(status))


def _as_json(watched: WatchOutcome) -> dict[str, Any]:
    """What `--due` says beside the verifications: who is there again."""
    return {"reappeared": watched.as_json(), "findings": [finding.as_json() for finding in watched.findings]}


def _subject(arguments: tuple[str, ...]) -> Subject | None:
    if not arguments:
        return None
    from habeas.cli.subjects import parse_identities
    from habeas.program.selection import Subject

    return Subject(parse_identities(arguments, "--subject"))
