"""Verification on demand and when it is due: does anything remain?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from habeas.delivery.certificate import Certificate
from habeas.delivery.verifying_certificates import verify_certificate
from habeas.diagnostics import Finding, Refused, error
from habeas.execution.abandoned_runs import sweep_abandoned, sweep_spools
from habeas.execution.remains import Remaining
from habeas.execution.run_records import RunRecord, RunState, load_run, move_run
from habeas.execution.spool import remove_spool
from habeas.execution.verification_records import (
    closable_runs,
    destroy_sealed,
    due_verifications,
    record_verification,
)
from habeas.execution.verifying_runs import BY_IDENTITY, BY_KEYS, verify_run, verify_selection
from habeas.flows.workspace import Workspace
from habeas.program.selection import Selection, Subject
from habeas.sealing.signatures import public_keys


@dataclass(frozen=True)
class VerifyOutcome:
    """What a verification found; `as_json` is the contract of `habeas verify --json`."""

    status: str
    remaining: tuple[Remaining, ...]
    method: str
    run: str
    findings: tuple[Finding, ...] = ()  # why it could not be carried out

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "remaining": [{"store": r.store, "table": r.table, "rows": r.rows} for r in self.remaining],
            "method": self.method,
            "run": self.run,
            "findings": [finding.as_json() for finding in self.findings],
        }


def verify(workspace: Workspace, certificate: Path, subject: Subject | None = None) -> VerifyOutcome:
    """Check the certificate's signature, then look at every store afresh.

    While the window is open the sealed identities and the spooled keys serve; afterwards `subject` must be given
    again, and its fingerprint must be one of the certificate's. Raises Refused for a bad certificate, a missing or a
    wrong subject, and (`incomplete`) where the map has another schema than the store.
    """
    checked = verify_certificate(certificate, public_keys(workspace.keys))
    context = workspace.context
    try:
        with context.control.read() as control:
            run = load_run(control, checked.run)
    except Refused:
        run = None
    if run is not None and run.destroyed_at is None:
        try:
            remaining = verify_run(context, run.id)
        except Refused as refused:
            if subject is None or all(finding.code != "keys-lost" for finding in refused.findings):
                raise
        else:
            with context.control.begin() as control:
                record_verification(control, run.id, method=BY_KEYS, now=workspace.now(), remaining=remaining)
                _settle(workspace, control, run, remaining)
            return _outcome(remaining, BY_KEYS, checked.run)
    selection = _named_again(workspace, checked, subject)
    remaining = verify_selection(context, selection, date.fromisoformat(checked.as_of[:10]))
    return _outcome(remaining, BY_IDENTITY, checked.run)


def verify_due(workspace: Workspace) -> list[VerifyOutcome]:
    """Carry out every verification whose time has come, and destroy what runs sealed whose window has closed, or that
    came to nothing.

    One that can't be carried out (a store is down) is answered with `incomplete` and stays due; the others go on.
    """
    context = workspace.context
    now = workspace.now()
    outcomes: list[VerifyOutcome] = []
    sweep_abandoned(context)
    sweep_spools(context)
    with context.control.read() as control:
        due = due_verifications(control, now)
    for number, each in enumerate(due):
        context.progress("verifying", number, len(due))
        try:
            remaining = verify_run(context, each.run_id)
        except Refused as refused:
            outcomes.append(VerifyOutcome("incomplete", (), BY_KEYS, each.run_id, refused.findings))
            continue
        with context.control.begin() as control:
            record_verification(
                control, each.run_id, method=BY_KEYS, now=now, remaining=remaining, verification_id=each.id
            )
            _settle(workspace, control, load_run(control, each.run_id), remaining)
        outcomes.append(_outcome(remaining, BY_KEYS, each.run_id))
    with context.control.read() as control:
        closed = closable_runs(control)
    for run_id in closed:
        with context.control.begin() as control:
            destroy_sealed(control, run_id, now)
        remove_spool(context.folder, run_id)
    if closed:
        context.control.scrub()
    return outcomes


def _settle(workspace: Workspace, control: Any, run: RunRecord, remaining: tuple[Remaining, ...]) -> None:
    """Move the run where the verification says it is."""
    if remaining and run.state in (RunState.VERIFIED, RunState.APPLIED):
        move_run(control, run.id, RunState.INCOMPLETE, workspace.now())
    elif not remaining and run.state in (RunState.INCOMPLETE, RunState.APPLIED):
        move_run(control, run.id, RunState.VERIFIED, workspace.now())


def _named_again(workspace: Workspace, certificate: Certificate, subject: Subject | None) -> Selection:
    if subject is None:
        raise Refused(
            error(
                "subject-needed",
                "the identities of this run are no longer kept, so the person must be named again",
                "After the verification window habeas keeps a fingerprint alone.",
                f"habeas verify {certificate.run}.json --subject email=…",
            ),
            status="incomplete",
        )
    context = workspace.context
    for identity in subject.identities:
        value = context.normal(identity.type, identity.value)
        if not any(context.fingerprints.matches(f, identity.type, value) for f in certificate.fingerprints):
            raise Refused(
                error(
                    "other-subject",
                    "this certificate is about somebody else",
                    "The fingerprint of what you gave is none of the certificate's.",
                    "--subject TYPE=VALUE   # as it was given for the erasure",
                ),
                status="incomplete",
            )
    customers = {group.customer for group in certificate.groups}
    customer = next(iter(customers)) if len(customers) == 1 else None
    return Selection(subjects=(subject,), customer=customer, all_customers="verification", all_matches=True)


def _outcome(remaining: tuple[Remaining, ...], method: str, run: str) -> VerifyOutcome:
    return VerifyOutcome("incomplete" if remaining else "complete", remaining, method, run)
