"""The records of runs, by one door. All functions take a connection of the control database and commit
nothing.

The order in which an erasure calls them::

    plan = create_plan(connection, vault, plan, selection, now)             # where it is kept for approval
    run, key = begin_run(connection, vault, RunSecrets(selection, found), intent=..., now=now, ...)
    move_run(connection, run.id, RunState.APPLYING, now)                    # commit before the first change
    record_store_commit(connection, run.id, "app", 0, lines, now)           # after each commit of a store
    move_run(connection, run.id, RunState.APPLIED, now)
    record_verification(connection, run.id, method=..., remaining=..., now=now)
    finish_run(connection, run.id, RunState.VERIFIED, now)                  # or INCOMPLETE
    schedule_verifications(connection, run.id, now)
    record_certificate(connection, run.id, path=..., digest=..., ...)

Later: `due_verifications(connection, now)`; then for each of `closable_runs(connection)`: `destroy_sealed`,
and `remove_spool`. Before a new erasure: `unfinished_runs_for(connection, candidates)`.
"""

from __future__ import annotations

from habeas.execution.plan_records import (
    Ceiling,
    PlanRecord,
    PlanState,
    ceilings_of,
    create_plan,
    destroy_plan_selection,
    load_plan,
    new_id,
    set_plan_state,
)
from habeas.execution.remains import Mention, Remaining
from habeas.execution.run_records import (
    UNFINISHED,
    RunRecord,
    RunState,
    begin_run,
    fingerprints_of_run,
    finish_run,
    load_run,
    move_run,
    record_spool,
    reseal_run,
    run_key,
    run_secrets,
    unfinished_runs_for,
)
from habeas.execution.sealed_selections import RunSecrets, StoreIdentities, selection_as_plain
from habeas.execution.store_records import (
    StoreRecord,
    record_store_commit,
    record_store_failure,
    store_records,
)
from habeas.execution.verification_records import (
    REPEATS,
    CertificateRecord,
    Verification,
    VerificationState,
    certificates_of,
    closable_runs,
    destroy_sealed,
    due_verifications,
    record_certificate,
    record_verification,
    schedule_verifications,
    verifications_of,
)

__all__ = [
    "REPEATS",
    "UNFINISHED",
    "Ceiling",
    "CertificateRecord",
    "Mention",
    "PlanRecord",
    "PlanState",
    "Remaining",
    "RunRecord",
    "RunSecrets",
    "RunState",
    "StoreIdentities",
    "StoreRecord",
    "Verification",
    "VerificationState",
    "begin_run",
    "ceilings_of",
    "certificates_of",
    "closable_runs",
    "create_plan",
    "destroy_plan_selection",
    "destroy_sealed",
    "due_verifications",
    "fingerprints_of_run",
    "finish_run",
    "load_plan",
    "load_run",
    "move_run",
    "new_id",
    "record_certificate",
    "record_spool",
    "record_store_commit",
    "record_store_failure",
    "record_verification",
    "reseal_run",
    "run_key",
    "run_secrets",
    "schedule_verifications",
    "selection_as_plain",
    "set_plan_state",
    "store_records",
    "unfinished_runs_for",
    "verifications_of",
]
