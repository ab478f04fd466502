"""Records of plans and runs, on SQLite and PostgreSQL: found again, sealed, and destroyed for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from habeas.database.control import Control, open_control
from habeas.diagnostics import Refused
from habeas.execution import records
from habeas.execution.records import Mention, PlanState, Remaining, RunSecrets, RunState, StoreIdentities
from habeas.program.plan import LineAction, Plan, PlanLine, StorePlan
from habeas.program.selection import Identity, Intent, Selection, Subject
from habeas.sealing.envelopes import DataKey, Vault
from habeas.sealing.fingerprints import Fingerprints
from habeas.sealing.keys import Keys, open_keys, rotate_keys

NOON = datetime(2026, 6, 8, 12, tzinfo=UTC)
JANE = Subject((Identity("email", "jane@example.com"), Identity("app.user_id", "4711")))
SELECTION = Selection((JANE,), customer="7", exclusions=(Subject((Identity("email", "bob@example.com"),)),))
SECRETS = RunSecrets(SELECTION, (StoreIdentities("app", (JANE,)), StoreIdentities("files", ())))
LINES = (
    PlanLine("contacts", LineAction.ERASE, 1, "the person", "contacts"),
    PlanLine("invoices", LineAction.KEEP, 2, "accounting", "", ("billing_email",), "2031-03-01", "habeas.yaml:18"),
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def control(request: pytest.FixtureRequest, tmp_path: Path, keys: Keys) -> Iterator[Control]:
    environment = {}
    if request.param == "postgresql":
        environment["HABEAS_DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    with open_control(tmp_path / ".habeas", environment) as opened:
        yield opened


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return open_keys(tmp_path / ".habeas", {}, create=True)


@pytest.fixture
def vault(keys: Keys) -> Vault:
    return Vault(keys)


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.findings[0].code


def a_plan() -> Plan:
    more = PlanLine("contacts", LineAction.ERASE, 4, "owned by accounts")
    return Plan(
        Intent.ERASE,
        "2026-06-08T12:00:00Z",
        "aa" * 32,
        (("app", "bb" * 32), ("files", "cc" * 32)),
        "0123456789ab:" + "dd" * 32,
        (),
        (StorePlan("app", (*LINES, more)),),
    )


def begin(control: Control, vault: Vault, *, now: datetime = NOON, **more: Any) -> tuple[str, DataKey]:
    with control.begin() as connection:
        options: dict[str, Any] = {
            "intent": Intent.ERASE,
            "digest": "ee" * 32,
            "selection_fingerprint": "0123456789ab:" + "dd" * 32,
            "fingerprints": ["k:jane", "k:4711"],
            "stores": ["app", "files"],
            "now": now,
        }
        run, key = records.begin_run(connection, vault, SECRETS, **{**options, **more})
    return run.id, key


def move(control: Control, run: str, *states: RunState, now: datetime = NOON) -> None:
    for state in states:
        with control.begin() as connection:
            records.move_run(connection, run, state, now)


def everything(control: Control) -> str:
    """All values of all tables, as text: what somebody who steals the database can read."""
    with control.read() as connection:
        tables = ["plans", "runs", "run_fingerprints", "run_stores", "verifications", "certificates"]
        return repr([connection.execute(text(f"SELECT * FROM {name}")).all() for name in tables])


def test_a_plan_is_loaded_as_it_was_created(control: Control, vault: Vault) -> None:
    with control.begin() as connection:
        created = records.create_plan(connection, vault, a_plan(), SELECTION, NOON)
    with control.read() as connection:
        loaded = records.load_plan(connection, vault, created.id)
    assert loaded == created
    assert loaded.selection == SELECTION
    assert loaded.digest == a_plan().digest
    assert [(c.table, c.action, c.rows) for c in loaded.ceilings] == [
        ("contacts", "erase", 5),
        ("invoices", "keep", 2),
    ]


def test_a_plan_is_applied_once(control: Control, vault: Vault) -> None:
    with control.begin() as connection:
        plan = records.create_plan(connection, vault, a_plan(), SELECTION, NOON)
        records.set_plan_state(connection, plan.id, PlanState.APPLIED)
    with pytest.raises(Refused) as refused, control.begin() as connection:
        records.set_plan_state(connection, plan.id, PlanState.APPLIED)
    assert code(refused) == "plan-used"


def test_what_is_unknown_is_refused(control: Control, vault: Vault) -> None:
    with control.read() as connection:
        for call, expected in (
            (lambda: records.load_plan(connection, vault, "none"), "unknown-plan"),
            (lambda: records.load_run(connection, "none"), "unknown-run"),
            (lambda: records.run_key(connection, vault, "none"), "unknown-run"),
        ):
            with pytest.raises(Refused) as refused:
                call()
            assert code(refused) == expected


def test_nobody_is_named_in_the_database(control: Control, vault: Vault) -> None:
    with control.begin() as connection:
        plan = records.create_plan(connection, vault, a_plan(), SELECTION, NOON)
    begin(control, vault, plan_id=plan.id)
    found = everything(control)
    assert plan.id in found
    for value in ("jane@example.com", "4711", "bob@example.com"):
        assert value not in found.replace("k:4711", "")


def test_a_run_is_loaded_with_its_secrets(control: Control, vault: Vault) -> None:
    run, key = begin(control, vault, persons=3)
    with control.read() as connection:
        record = records.load_run(connection, run)
        assert (record.state, record.persons, record.started_at) == (RunState.PREPARED, 3, NOON)
        assert records.run_secrets(connection, vault, run) == SECRETS
        assert records.run_key(connection, vault, run).id == key.id
        assert records.fingerprints_of_run(connection, run) == ("k:4711", "k:jane")
        pending = [(s.store, s.chunk, s.state) for s in records.store_records(connection, run)]
    assert pending == [("app", 0, "pending"), ("files", 0, "pending")]


def test_more_identities_are_sealed_under_the_same_key(control: Control, vault: Vault) -> None:
    run, key = begin(control, vault)
    more = RunSecrets(SELECTION, (StoreIdentities("app", (JANE, JANE)),))
    with control.begin() as connection:
        records.reseal_run(connection, key, run, more, ["k:jane", "k:phone"])
        records.record_spool(connection, run, 2)
    with control.read() as connection:
        assert records.run_secrets(connection, vault, run) == more
        assert records.fingerprints_of_run(connection, run) == ("k:4711", "k:jane", "k:phone")
        assert records.load_run(connection, run).spool_parts == 2


def test_sealed_identities_belong_to_their_run_alone(control: Control, vault: Vault) -> None:
    one, _ = begin(control, vault)
    other, _ = begin(control, vault)
    with control.begin() as connection:
        connection.execute(
            text("UPDATE runs SET wrapped_key = (SELECT wrapped_key FROM runs WHERE id = :a) WHERE id = :b"),
            {"a": one, "b": other},
        )
    with pytest.raises(Exception, match="another purpose"), control.read() as connection:
        records.run_secrets(connection, vault, other)


def test_a_run_moves_only_as_it_may(control: Control, vault: Vault) -> None:
    run, _ = begin(control, vault)
    with pytest.raises(ValueError, match="prepared"):
        move(control, run, RunState.VERIFIED)
    move(control, run, RunState.APPLYING, RunState.APPLYING, RunState.APPLIED)
    with pytest.raises(ValueError, match="no end"), control.begin() as connection:
        records.finish_run(connection, run, RunState.APPLIED, NOON)
    later = NOON + timedelta(seconds=5)
    with control.begin() as connection:
        finished = records.finish_run(connection, run, RunState.VERIFIED, later)
    assert (finished.state, finished.finished_at) == (RunState.VERIFIED, later)
    with pytest.raises(ValueError, match="verified"):
        move(control, run, RunState.APPLYING)
    move(control, run, RunState.INCOMPLETE, RunState.APPLYING)
    with control.read() as connection:
        assert records.load_run(connection, run).finished_at is None
    with pytest.raises(Refused):
        move(control, "none", RunState.APPLYING)


def test_a_commit_is_recorded_once_and_a_failure_gives_way_to_it(control: Control, vault: Vault) -> None:
    run, _ = begin(control, vault)
    later = NOON + timedelta(minutes=1)
    with control.begin() as connection:
        records.record_store_failure(connection, run, "app", 0)
    with control.begin() as connection:
        records.record_store_commit(connection, run, "app", 0, LINES, NOON)
        records.record_store_commit(connection, run, "app", 0, (), later)
        records.record_store_failure(connection, run, "app", 0)
        records.record_store_commit(connection, run, "app", 1, LINES[:1], later)
    with control.read() as connection:
        app = [s for s in records.store_records(connection, run) if s.store == "app"]
    assert [(s.chunk, s.state, s.counts, s.committed_at) for s in app] == [
        (0, "committed", LINES, NOON),
        (1, "committed", LINES[:1], later),
    ]


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ((), False),
        ((RunState.REFUSED,), False),
        ((RunState.APPLYING,), True),
        ((RunState.APPLYING, RunState.REFUSED), False),
        ((RunState.APPLYING, RunState.APPLIED), True),
        ((RunState.APPLYING, RunState.INCOMPLETE), True),
        ((RunState.APPLYING, RunState.APPLIED, RunState.VERIFIED), False),
        ((RunState.APPLYING, RunState.APPLIED, RunState.VERIFIED, RunState.INCOMPLETE), True),
    ],
)
def test_an_unfinished_run_is_found_by_any_of_its_fingerprints(
    control: Control, vault: Vault, states: tuple[RunState, ...], found: bool
) -> None:
    run, _ = begin(control, vault)
    move(control, run, *states)
    with control.read() as connection:
        for fingerprint in ("k:jane", "k:4711"):
            runs = records.unfinished_runs_for(connection, ["k:unknown", fingerprint])
            assert [r.id for r in runs] == ([run] if found else [])
        assert records.unfinished_runs_for(connection, ["k:unknown"]) == ()
        assert records.unfinished_runs_for(connection, []) == ()


def test_unfinished_runs_of_large_batches_come_oldest_first(control: Control, vault: Vault) -> None:
    people = [f"k:{number}" for number in range(12_000)]
    newer, _ = begin(control, vault, fingerprints=people, now=NOON)
    older, _ = begin(control, vault, fingerprints=people[-1:], now=NOON - timedelta(days=1))
    for run in (newer, older):
        move(control, run, RunState.APPLYING)
    with control.read() as connection:
        found = records.unfinished_runs_for(connection, reversed(people))
    assert [run.id for run in found] == [older, newer]


def test_a_run_is_found_after_the_keys_were_rotated(control: Control, keys: Keys, tmp_path: Path) -> None:
    old = Fingerprints(keys).of("email", "jane@example.com")
    run, _ = begin(control, Vault(keys), fingerprints=[old])
    move(control, run, RunState.APPLYING)
    ring = rotate_keys(tmp_path / ".habeas", {})
    candidates = Fingerprints(ring).candidates("email", "jane@example.com")
    with control.read() as connection:
        assert [r.id for r in records.unfinished_runs_for(connection, candidates)] == [run]
        assert records.run_secrets(connection, Vault(ring), run) == SECRETS


def verified(control: Control, vault: Vault, **more: Any) -> str:
    run, _ = begin(control, vault, **more)
    move(control, run, RunState.APPLYING, RunState.APPLIED)
    with control.begin() as connection:
        records.record_verification(connection, run, method="reached again", now=NOON)
        records.finish_run(connection, run, RunState.VERIFIED, NOON)
        records.schedule_verifications(connection, run, NOON)
    return run


def test_repeats_are_due_after_an_hour_a_day_and_a_week(control: Control, vault: Vault) -> None:
    run = verified(control, vault)
    with control.read() as connection:
        assert records.due_verifications(connection, NOON + timedelta(minutes=59)) == ()
        for count, after in enumerate((timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)), start=1):
            assert len(records.due_verifications(connection, NOON + after)) == count
            assert len(records.due_verifications(connection, NOON + after - timedelta(microseconds=1))) == count - 1
        assert [v.run_id for v in records.due_verifications(connection, NOON + timedelta(days=9))] == [run] * 3


@pytest.mark.parametrize(
    ("window", "due"),
    [(timedelta(days=30), 3), (timedelta(days=1), 2), (timedelta(hours=1), 1), (timedelta(0), 1)],
)
def test_repeats_lie_inside_the_window_and_at_its_end(
    control: Control, vault: Vault, window: timedelta, due: int
) -> None:
    run, _ = begin(control, vault)
    with control.begin() as connection:
        times = [v.due_at for v in records.schedule_verifications(connection, run, NOON, window=window)]
    assert len(times) == due
    assert times[-1] == NOON + window


def test_scheduling_again_moves_what_is_due(control: Control, vault: Vault) -> None:
    run = verified(control, vault)
    later = NOON + timedelta(hours=3)
    with control.begin() as connection:
        records.schedule_verifications(connection, run, later)
        due = [v.due_at for v in records.verifications_of(connection, run) if v.state == "due"]
    assert due == [later + after for after in records.REPEATS]


def test_a_due_verification_is_recorded_once(control: Control, vault: Vault) -> None:
    run = verified(control, vault)
    at = NOON + timedelta(hours=1)
    left, named = (Remaining("app", "contacts", 1),), (Mention("app", "messages", "body", 2),)
    with control.begin() as connection:
        (due,) = records.due_verifications(connection, at)
        done = records.record_verification(
            connection, run, method="keys", now=at, remaining=left, mentions=named, verification_id=due.id
        )
        assert (done.state, done.remaining, done.mentions, done.done_at) == ("remaining", left, named, at)
        assert records.due_verifications(connection, at) == ()
    with pytest.raises(ValueError, match="not due"), control.begin() as connection:
        records.record_verification(connection, run, method="keys", now=at, verification_id=due.id)


def test_the_window_closes_when_the_last_repeat_is_done(control: Control, vault: Vault) -> None:
    run = verified(control, vault)
    with control.begin() as connection:
        for due in records.due_verifications(connection, NOON + timedelta(days=8)):
            assert records.closable_runs(connection) == ()
            records.record_verification(connection, run, method="keys", now=due.due_at, verification_id=due.id)
        assert records.closable_runs(connection) == (run,)
        records.destroy_sealed(connection, run, NOON + timedelta(days=8))
        assert records.closable_runs(connection) == ()


def test_a_destroyed_run_opens_for_nobody_and_its_counts_stay(control: Control, vault: Vault) -> None:
    with control.begin() as connection:
        plan = records.create_plan(connection, vault, a_plan(), SELECTION, NOON)
    run = verified(control, vault, plan_id=plan.id)
    with control.begin() as connection:
        records.record_store_commit(connection, run, "app", 0, LINES, NOON)
        records.destroy_sealed(connection, run, NOON)
        records.destroy_sealed(connection, run, NOON + timedelta(days=1))
    with control.read() as connection:
        with pytest.raises(Refused) as refused:
            records.run_key(connection, vault, run)
        assert code(refused) == "sealed-destroyed"
        assert records.load_plan(connection, vault, plan.id).selection is None
        assert records.load_run(connection, run).destroyed_at == NOON
        assert records.store_records(connection, run)[0].counts == LINES
        assert records.fingerprints_of_run(connection, run) == ("k:4711", "k:jane")


@pytest.mark.parametrize("state", [RunState.APPLYING, RunState.APPLIED, RunState.INCOMPLETE])
def test_an_unfinished_run_keeps_its_identities(control: Control, vault: Vault, state: RunState) -> None:
    run, _ = begin(control, vault)
    move(control, run, RunState.APPLYING, state)
    with pytest.raises(ValueError, match="could finish"), control.begin() as connection:
        records.destroy_sealed(connection, run, NOON)
    with control.read() as connection:
        assert records.run_secrets(connection, vault, run) == SECRETS


def test_a_run_whose_person_reappeared_is_not_closed(control: Control, vault: Vault) -> None:
    run = verified(control, vault)
    with control.begin() as connection:
        for due in records.due_verifications(connection, NOON + timedelta(days=8)):
            records.record_verification(connection, run, method="keys", now=due.due_at, verification_id=due.id)
        records.finish_run(connection, run, RunState.INCOMPLETE, NOON)
        assert records.closable_runs(connection) == ()


def test_certificates_of_a_run_are_listed_oldest_first(control: Control, vault: Vault) -> None:
    run = verified(control, vault)
    with control.begin() as connection:
        made = [
            records.record_certificate(
                connection,
                run,
                path=f"certificates/{number}.json",
                digest=str(number) * 64,
                key="0123456789ab",
                status="complete",
                now=NOON + timedelta(hours=number),
            )
            for number in (1, 2)
        ]
    with control.read() as connection:
        assert records.certificates_of(connection, run) == tuple(made)


def test_records_of_an_unknown_run_are_refused_by_the_database(control: Control) -> None:
    with pytest.raises(IntegrityError), control.begin() as connection:
        records.record_verification(connection, "none", method="keys", now=NOON)
        connection.commit()


def test_a_destroyed_key_leaves_no_bytes_in_the_file(tmp_path: Path, keys: Keys, vault: Vault) -> None:
    folder = tmp_path / ".habeas"
    with open_control(folder, {}) as control, open_control(folder, {}) as beside:
        with beside.read() as connection:
            assert connection.scalar(text("SELECT count(*) FROM runs")) == 0
        run, key = begin(control, vault)
        wrapped = key.wrapped
        assert any(wrapped in path.read_bytes() for path in folder.glob("control.db*"))
        move(control, run, RunState.REFUSED)
        with control.begin() as connection:
            records.destroy_sealed(connection, run, NOON)
        control.scrub()  # while another process has the file open, so that closing does not tidy up
        files = b"".join(path.read_bytes() for path in folder.glob("control.db*"))
    assert wrapped not in files
    assert run.encode() in files


def test_ids_bear_the_day_and_do_not_repeat() -> None:
    ids = {records.new_id(NOON) for _ in range(1_000)}
    assert len(ids) == 1_000
    assert all(identifier.startswith("20260608-") for identifier in ids)
