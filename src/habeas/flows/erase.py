"""The erasure of a selection: plan, approve, apply, verify, certificate; unfinished runs are finished first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from habeas.delivery.certificate import (
    CertifiedVerification,
    certificate_of_plan,
    file_digest,
    moment,
    write_certificate,
)
from habeas.diagnostics import Finding, Refused, Severity, error
from habeas.execution.abandoned_runs import sweep_abandoned
from habeas.execution.erasing import EXCEEDED, Erasure, resumed
from habeas.execution.explaining_runs import explain
from habeas.execution.plan_records import Ceiling, ceilings_of
from habeas.execution.remains import Mention, Remaining
from habeas.execution.run_records import RunRecord, RunState, fingerprints_of_run, finish_run, unfinished_runs_for
from habeas.execution.running import check_identity_types, chunks_of
from habeas.execution.verification_records import record_certificate, record_verification, schedule_verifications
from habeas.execution.verifying_corrections import BY_WRITTEN
from habeas.execution.verifying_runs import BY_KEYS, BY_KEYS_ALONE, mentions_of, remembered_of, verify_run
from habeas.flows.workspace import Workspace
from habeas.planning.who_is_meant import is_ambiguous
from habeas.program.plan import Plan
from habeas.program.selection import Intent, Selection
from habeas.sealing.signatures import Signer

Approve = Callable[[Plan], bool]


@dataclass(frozen=True)
class EraseOutcome:
    """What an erasure came to; `as_json` is the contract of `habeas erase --json`."""

    status: str
    plan: Plan | None
    remaining: tuple[Remaining, ...] = ()
    mentions: tuple[Mention, ...] = ()
    certificate: Path | None = None
    findings: tuple[Finding, ...] = ()
    run: str | None = None
    resumed: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """`plan`'s fields, and status, remaining, mentions, certificate."""
        body = self.plan.as_json() if self.plan else {"digest": None, "intent": "erase", "groups": [], "stores": []}
        planned = self.plan.findings if self.plan else ()
        body["findings"] = [f.as_json() for f in dict.fromkeys((*planned, *self.findings))]
        return body | {
            "status": self.status,
            "remaining": [{"store": r.store, "table": r.table, "rows": r.rows} for r in self.remaining],
            "mentions": [
                {"store": m.store, "table": m.table, "column": m.column, "rows": m.rows} for m in self.mentions
            ],
            "certificate": str(self.certificate) if self.certificate else None,
            "run": self.run,
            "resumed": list(self.resumed),
        }


def erase(
    workspace: Workspace,
    selection: Selection,
    *,
    approve: Approve | None = None,
    as_of: date | None = None,
    redact: bool = False,
    intent: Intent = Intent.ERASE,
) -> EraseOutcome:
    """Erase, or carry out another intent that changes.

    `approve` is shown the plan before anything changes; None approves (whoever calls has decided).

    An unfinished run about one of these identities is finished first, and the answer is `incomplete` until nothing of
    it remains: rows that were written after its commit go with a run of their own, and then it is looked at again.
    Raises Refused where nothing was changed, with the status in it.
    """
    context = workspace.context
    check_identity_types(context, selection)
    finished = finish_unfinished(workspace, selection, redact=redact, approve=approve)
    late = [outcome.run for outcome in finished if outcome.remaining and outcome.run]
    broken = [outcome for outcome in finished if outcome.status != "complete" and not outcome.remaining]
    if broken:
        return broken[0]
    remembered = remembered_of(context, late)
    ceilings: tuple[Ceiling, ...] | None = None
    several = len(chunks_of(context, selection, intent, context.day(as_of))) > 1
    if approve is not None or several:  # what refuses one person of a list is known before anybody of it is erased
        explained = explain(context, selection, intent, as_of, remembered)
        plan = explained.plan
        if any(f.severity is Severity.ERROR for f in plan.findings):
            status = "ambiguous" if is_ambiguous(plan.findings) else "refused"
            return EraseOutcome(status, plan, resumed=ids_of(finished))
        if not explained.found:
            return _nothing(finished, plan)
        if approve is not None and not approve(plan):
            said = error("not-approved", "the plan was not approved", "Nothing has changed.")
            return EraseOutcome("refused", plan, findings=(said,), resumed=ids_of(finished))
        ceilings = ceilings_of(plan)
    digest = workspace.company.digest
    run = Erasure(
        context, selection, context.day(as_of), digest, ceilings=ceilings, remembered=remembered, intent=intent
    )
    outcome = carry_out(workspace, run, redact=redact, finished=finished)
    if late and run.run is not None and run.failure is None:
        again = finish_unfinished(workspace, selection, redact=redact)
        return next((each for each in again if each.status != "complete"), outcome)
    return outcome


def carry_out(
    workspace: Workspace, erasure: Erasure, *, redact: bool, finished: Sequence[EraseOutcome] = ()
) -> EraseOutcome:
    """Run an erasure to its certificate."""
    erasure.carry_out()
    plan = erasure.plan()
    if erasure.run is None:
        return _nothing(finished, plan)
    if erasure.failure is not None:
        return EraseOutcome(
            "incomplete", plan, findings=erasure.failure.findings, run=erasure.run.id, resumed=ids_of(finished)
        )
    return _verified(workspace, erasure, plan, redact=redact, finished=finished)


def _verified(
    workspace: Workspace, erasure: Erasure, plan: Plan, *, redact: bool, finished: Sequence[EraseOutcome]
) -> EraseOutcome:
    """Look again after the commit, make the repeats due, and write the certificate."""
    context = workspace.context
    run = erasure.run
    assert run is not None, "only a run that changed something is verified"
    remaining = verify_run(context, run.id)
    customers = {group.customer for group in plan.groups}
    if erasure.selection.customer is not None:
        customers = {erasure.selection.customer}
    mentions: tuple[Mention, ...] = ()
    method = BY_KEYS_ALONE if erasure.intent is Intent.ERASE else BY_WRITTEN
    if erasure.intent is Intent.ERASE and (redact or context.scan_texts):
        mentions, method = mentions_of(context, run.id, customers, day=erasure.day, redact=redact), BY_KEYS
    context.observe("verified")
    status = "incomplete" if remaining else "complete"
    now = context.now()
    window = timedelta(days=context.policy.limits.verification_days)
    with context.control.begin() as control:
        record_verification(control, run.id, method=method, now=now, remaining=remaining, mentions=mentions)
        repeats = schedule_verifications(control, run.id, now, window=window)
        fingerprints = fingerprints_of_run(control, run.id)
    certificate = certificate_of_plan(
        plan,
        run=run.id,
        status=status,
        organization=context.policy.organization,
        people=max(1, len(erasure.selection.subjects)),
        fingerprints=fingerprints,
        done=erasure.done(),
        verification=CertifiedVerification(
            method, (moment(now),), tuple(moment(r.due_at) for r in repeats), remaining, mentions
        ),
        started_at=run.started_at,
        finished_at=now,
        issued_at=now,
    )
    signer = Signer(workspace.keys)
    folder = certificates_folder(workspace)
    try:
        path = write_certificate(folder, certificate, signer)
    except OSError as fault:
        said = f"the certificate can't be written into {folder.name}/: {fault.strerror}"
        detail = "Everything was changed as planned; the run stays open until its certificate is written."
        fix = "Make the folder writable, and run the same command again."
        raise Refused(error("certificate-unwritten", said, detail, fix), status="incomplete") from None
    context.observe("certified")
    with context.control.begin() as control:
        record_certificate(
            control, run.id, path=path.name, digest=file_digest(path), key=signer.key, status=status, now=now
        )
        finish_run(control, run.id, RunState.INCOMPLETE if remaining else RunState.VERIFIED, now)
    context.observe("finished")
    return EraseOutcome(status, plan, remaining, mentions, path, (), run.id, ids_of(finished))


def certificates_folder(workspace: Workspace) -> Path:
    """`certificates/`, beside the map's folder; as short as it can be written from here."""
    folder = workspace.folder.resolve().parent / "certificates"
    try:
        return folder.relative_to(Path.cwd())
    except ValueError:
        return folder


def finish_unfinished(
    workspace: Workspace, selection: Selection, *, redact: bool, approve: Approve | None = None
) -> list[EraseOutcome]:
    """Go on where runs about the same people broke off, oldest first. What was approved for them still binds; where
    there is more to do by now, `approve` is shown what is left of that run.
    """
    context = workspace.context
    with context.control.read() as control:
        wanted = context.candidates_of(selection), context.candidates_of_whole(selection)
        unfinished = unfinished_runs_for(control, *wanted)
    finished = [_finish(workspace, run, redact=redact, approve=approve) for run in unfinished]
    sweep_abandoned(context)  # of others: those about these people are done
    return finished


def _finish(workspace: Workspace, run: RunRecord, *, redact: bool, approve: Approve | None) -> EraseOutcome:
    erasure = resumed(workspace.context, run)
    try:
        outcome = carry_out(workspace, erasure, redact=redact)
        if approve is None or not any(finding.code == EXCEEDED for finding in outcome.findings):
            return outcome
        left = explain(workspace.context, erasure.selection, erasure.intent, erasure.day).plan
        if erasure.run is None or not approve(left):
            return outcome
        again = resumed(workspace.context, erasure.run)
        again.ceilings = ceilings_of(replace(left, stores=(*left.stores, *erasure.done())))
        return carry_out(workspace, again, redact=redact)
    except Refused as refused:
        raise Refused(*refused.findings, status="incomplete") from None


def _nothing(finished: Sequence[EraseOutcome], plan: Plan) -> EraseOutcome:
    """Nobody matches (any more): the answer is that of the run which was just finished, if there is one."""
    if finished:
        last = next((outcome for outcome in finished if outcome.status != "complete"), finished[-1])
        return EraseOutcome(
            last.status,
            last.plan,
            last.remaining,
            last.mentions,
            last.certificate,
            last.findings,
            last.run,
            ids_of(finished),
        )
    return EraseOutcome("nothing_found", plan)


def ids_of(finished: Sequence[EraseOutcome]) -> tuple[str, ...]:
    return tuple(outcome.run for outcome in finished if outcome.run)
