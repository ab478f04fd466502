"""Plans in the control database: what was approved, with its selection sealed. A plan's file holds no
identity.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, insert, select, update

from habeas.diagnostics import Refused, error
from habeas.execution.sealed_selections import RunSecrets, secrets_from_bytes, secrets_to_bytes
from habeas.execution.tables import plans
from habeas.program.plan import Plan
from habeas.program.selection import Intent, Selection
from habeas.sealing.envelopes import Vault


class PlanState(StrEnum):
    """Whether a plan can still be applied."""

    OPEN = "open"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What approval allows: at most `rows` rows of a line. A line without a ceiling needs a new approval."""

    store: str
    table: str
    action: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A stored plan. `selection` is None once its key was destroyed; `digest` is `Plan.digest`."""

    id: str
    digest: str
    intent: Intent
    map_digest: str
    schema_digests: tuple[tuple[str, str], ...]
    created_at: datetime
    as_of: str
    ceilings: tuple[Ceiling, ...]
    selection_fingerprint: str
    state: PlanState
    selection: Selection | None


def new_id(now: datetime) -> str:
    """An id for a plan, run or certificate: the day and 40 random bits (`20260608-7f3a9c21d0`)."""
    return f"{now:%Y%m%d}-{secrets.token_hex(5)}"


def ceilings_of(plan: Plan) -> tuple[Ceiling, ...]:
    """The ceilings of a plan's lines; lines of one table, action and columns are one, whatever their
    reasons.
    """
    rows: dict[tuple[str, str, str, tuple[str, ...]], int] = {}
    for store in plan.stores:
        for line in store.lines:
            key = (store.store, *line.key)
            rows[key] = rows.get(key, 0) + line.rows
    return tuple(Ceiling(*key, count) for key, count in rows.items())


def create_plan(connection: Connection, vault: Vault, plan: Plan, selection: Selection, now: datetime) -> PlanRecord:
    """Store a plan with its selection sealed under a key of its own."""
    identifier = new_id(now)
    key = vault.new_key(_purpose(identifier))
    record = PlanRecord(
        id=identifier,
        digest=plan.digest,
        intent=plan.intent,
        map_digest=plan.map_digest,
        schema_digests=plan.schema_digests,
        created_at=now,
        as_of=plan.as_of,
        ceilings=ceilings_of(plan),
        selection_fingerprint=plan.selection_fingerprint,
        state=PlanState.OPEN,
        selection=selection,
    )
    connection.execute(
        insert(plans).values(
            id=identifier,
            digest=record.digest,
            intent=record.intent.value,
            map_digest=record.map_digest,
            schema_digests=[list(pair) for pair in record.schema_digests],
            created_at=now,
            as_of=record.as_of,
            ceilings=[[c.store, c.table, c.action, list(c.columns), c.rows] for c in record.ceilings],
            selection_fingerprint=record.selection_fingerprint,
            sealed_selection=key.seal(secrets_to_bytes(RunSecrets(selection)), "selection"),
            wrapped_key=key.wrapped,
            state=record.state.value,
        )
    )
    key.destroy()
    return record


def load_plan(connection: Connection, vault: Vault, plan_id: str) -> PlanRecord:
    """The plan with that id, its selection opened. Raises Refused (`unknown-plan`)."""
    row = connection.execute(select(plans).where(plans.c.id == plan_id)).one_or_none()
    if row is None:
        raise Refused(
            error(
                "unknown-plan",
                f"The control database knows no plan {plan_id}.",
                "A plan's file holds no identity: who is meant is sealed in the control database that made"
                " it. This is another one, or the plan was made elsewhere.",
                "Run the plan command again here, or set HABEAS_DATABASE_URL (or --dir) as it was.",
            )
        )
    return _record(row, vault)


def set_plan_state(connection: Connection, plan_id: str, state: PlanState) -> None:
    """Mark a plan applied or withdrawn. Raises Refused (`plan-used`) where it isn't open: a plan is applied
    once.
    """
    done = connection.execute(
        update(plans).where(plans.c.id == plan_id, plans.c.state == PlanState.OPEN.value).values(state=state.value)
    )
    if done.rowcount != 1:
        raise Refused(
            error(
                "plan-used",
                f"The plan {plan_id} was applied or withdrawn before.",
                "An approval holds for one run. What remains of an unfinished run is resumed by asking again.",
                "Run the plan command again.",
            )
        )


def destroy_plan_selection(connection: Connection, plan_id: str) -> None:
    """Forget who a plan was about: the key and what it sealed are emptied, the counts stay."""
    connection.execute(update(plans).where(plans.c.id == plan_id).values(sealed_selection=None, wrapped_key=None))


def _record(row: Row[tuple[object, ...]], vault: Vault) -> PlanRecord:
    found = row._mapping
    selection = None
    if found["wrapped_key"] is not None:
        key = vault.unwrap(found["wrapped_key"], _purpose(found["id"]))
        selection = secrets_from_bytes(key.open(found["sealed_selection"], "selection")).selection
        key.destroy()
    return PlanRecord(
        id=found["id"],
        digest=found["digest"],
        intent=Intent(found["intent"]),
        map_digest=found["map_digest"],
        schema_digests=tuple((store, digest) for store, digest in found["schema_digests"]),
        created_at=found["created_at"],
        as_of=found["as_of"],
        ceilings=tuple(Ceiling(s, t, a, tuple(columns), rows) for s, t, a, columns, rows in found["ceilings"]),
        selection_fingerprint=found["selection_fingerprint"],
        state=PlanState(found["state"]),
        selection=selection,
    )


def _purpose(plan_id: str) -> str:
    return f"plan:{plan_id}"
