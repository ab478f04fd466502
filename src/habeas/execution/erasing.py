"""Carries an erasure out: lease, reach, decide, seal, change, ledger, commit; chunk by chunk, resumable.

What is written when (facts: a run can be killed between any two of these):
1. the store's lease; 2. the transactions of all stores, reached and decided; 3. the run and every identity, sealed, in
the control database; 4. the keys of what departs, spooled, sealed; 5. the changes of one store; 6. its ledger row, the
last statement; 7. the commit; 8. the word about it in the control database. A resume believes the ledger (6), so that
(8) may be lost; it reads the ledger inside its own transactions (2), which wait for a commit (7) that outlived its
process.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from habeas.diagnostics import Finding, Refused, error
from habeas.execution.abandoned_runs import abandon_run, forget_files, may_have_changed, refuse_abandoned
from habeas.execution.chunk_reports import ChunkReport, merged_groups, report_of
from habeas.execution.chunk_reports import line_of as line_of
from habeas.execution.explaining_runs import added_up
from habeas.execution.looking_first import matches_of_all
from habeas.execution.opened_stores import OpenStore
from habeas.execution.plan_records import Ceiling
from habeas.execution.restrictions import against_restricted
from habeas.execution.run_records import (
    RunRecord,
    RunState,
    begin_run,
    load_run,
    move_run,
    record_spool,
    reseal_run,
    run_day,
    run_key,
    run_secrets,
)
from habeas.execution.running import (
    Context,
    Remembered,
    chunks_of,
    errors_against,
    opened_runs,
    refuse_unclear,
    remember,
)
from habeas.execution.sealed_selections import RunSecrets, StoreIdentities
from habeas.execution.spool import CHUNK_COLUMN, SpoolWriter
from habeas.execution.store_records import record_store_commit, record_store_failure
from habeas.execution.watch_records import keep_watch
from habeas.planning.who_is_meant import groups_of, is_ambiguous
from habeas.program.plan import Group, Plan, PlanLine, StorePlan
from habeas.program.selection import Identity, Intent, Selection, Subject
from habeas.sealing.envelopes import DataKey
from habeas.stores.sql.ledger import LedgerRow, fence, read_ledger, write_ledger
from habeas.stores.sql.run import StoreRun
from habeas.stores.sql.verifying import spooled_columns

EXCEEDED = "approval-exceeded"
Opened = Sequence[tuple[OpenStore, Connection, StoreRun]]


@dataclass
class Erasure:
    """An erasure while it runs, and what it did: lines by store, as the ledgers say."""

    context: Context
    selection: Selection
    day: date
    digest: str
    plan_id: str | None = None
    ceilings: tuple[Ceiling, ...] | None = None
    run: RunRecord | None = None
    key: DataKey | None = None
    secrets: RunSecrets | None = None
    lines: dict[str, list[PlanLine]] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failure: Refused | None = None
    remembered: Remembered = field(default_factory=dict)  # of unfinished runs: what was written behind them goes too
    # of the chunk at work: groups, the numbers of the people who were found, and the people
    _groups: list[Group] = field(default_factory=list)
    _found: set[int] = field(default_factory=set)
    _people: Sequence[Subject] = ()
    intent: Intent = Intent.ERASE  # or one that corrects: the same steps, in the same order

    def carry_out(self) -> None:
        """Run every chunk in every store. What a store has committed stays; `failure` says what stopped the rest.

        Raises Refused where nothing was changed.
        """
        context = self.context
        chunks = chunks_of(context, self.selection, self.intent, self.day)
        if len(chunks) > 1 and self.run is None:
            everybody = matches_of_all(context, chunks, self.intent, self.day)
            self.findings += refuse_unclear(context, everybody, self.selection, changes=True)
        for store in context.stores:
            store.prepare_ledger()
        with ExitStack() as leases:
            holder = self.run.id if self.run else secrets.token_hex(8)
            for store in sorted(context.stores, key=lambda each: each.name):
                leases.enter_context(store.leased(holder, context.now()))
            if self.run is not None:
                refuse_abandoned(context, self.run.id)
            for number, chunk in enumerate(chunks):
                try:
                    self._chunk(number, chunk)
                except Refused as refused:
                    if self.run is None:
                        raise
                    self._stop(refused, number)
                    return
                context.progress("erasing", number + 1, len(chunks))
        if self.run is not None:
            with context.control.begin() as control:
                self.run = move_run(control, self.run.id, RunState.APPLIED, context.now())
            context.observe("applied")

    def done(self) -> tuple[StorePlan, ...]:
        """What was done, by store."""
        return tuple(
            StorePlan(s.name, added_up(self.lines.get(s.name, ())), s.catalog.dialect, s.location)
            for s in self.context.stores
        )

    def plan(self) -> Plan:
        """The plan as it was carried out."""
        context = self.context
        return Plan(
            intent=self.intent,
            as_of=self.day.isoformat(),
            map_digest=context.map_digest,
            schema_digests=tuple((s.name, s.catalog.fingerprint) for s in context.stores),
            selection_fingerprint=context.selection_fingerprint(self.selection),
            groups=merged_groups(self.groups),
            stores=self.done(),
            findings=tuple(dict.fromkeys(self.findings)),
            not_covered=context.not_covered(),
        )

    # -- one chunk -------------------------------------------------------------------------------------

    def _chunk(self, number: int, chunk: Selection) -> None:
        context = self.context
        with opened_runs(context, context.stores, chunk, self.intent, self.day, writing=True) as every:
            for _, connection, _ in every:
                fence(connection)
            opened = [each for each in every if not self._committed(each[0], each[1], number)]
            if not opened:
                return
            self._decide(opened, chunk, self.remembered if number == 0 else {})
            lines = {store.name: run.lines() for store, _, run in opened}
            if len(opened) == len(every) and not any(lines.values()):
                return
            self._refuse_more_than_approved(lines)
            self._seal(opened, number)
            for store, connection, run in opened:
                self._change(store, connection, run, number, lines[store.name])

    def _decide(self, opened: Opened, chunk: Selection, remembered: Remembered) -> None:
        context = self.context
        context.observe("reach")
        found = [match for _, _, run in opened for match in run.find(lock=True)]
        self.findings += refuse_unclear(context, found, chunk, changes=True)
        if self.intent is Intent.ERASE and (restricted := against_restricted(context, chunk, found)):
            raise Refused(*restricted)
        self._groups = [replace(group, keys=()) for group in groups_of(found)]
        self._found, self._people = {match.person for match in found}, chunk.subjects
        remember(opened, remembered)
        for _, _, run in opened:
            run.reach()
            run.decide()
        if errors := errors_against(context, opened):
            raise Refused(*errors, status="ambiguous" if is_ambiguous(errors) else "refused")

    def _committed(self, store: OpenStore, connection: Connection, number: int) -> bool:
        """Whether the store's own ledger says that the chunk is done; then its report is the ledger's."""
        row = read_ledger(connection, self.run.id, number) if self.run is not None else None
        if self.run is None or row is None:
            return False
        report = report_of(row.counts, store.name)
        with self.context.control.begin() as control:
            record_store_commit(control, self.run.id, store.name, number, report.lines, self.context.now())
        self._report(store, report)
        return True

    def _report(self, store: OpenStore, report: ChunkReport) -> None:
        self.lines.setdefault(store.name, []).extend(report.lines)
        self.groups += report.groups
        self.findings += report.findings

    def _refuse_more_than_approved(self, lines: dict[str, tuple[PlanLine, ...]]) -> None:
        """Approval binds: fewer rows pass, a new line or a ceiling exceeded needs a new approval."""
        if self.ceilings is None:
            return
        allowed = {(c.store, c.table, c.action, c.columns): c.rows for c in self.ceilings}
        wanted: dict[tuple[str, str, str, tuple[str, ...]], int] = {}
        for name, fresh in lines.items():
            for line in (*self.lines.get(name, ()), *fresh):
                key = (name, *line.key)
                wanted[key] = wanted.get(key, 0) + line.rows
        over = [(key, rows) for key, rows in wanted.items() if rows > allowed.get(key, 0)]
        if over:
            (store, table, action, _), rows = over[0]
            before = allowed.get(over[0][0])
            said = f"{before} were approved" if before is not None else "no such line was approved"
            raise Refused(
                error(
                    EXCEEDED,
                    f"{store}.{table}: {action} would now touch {rows} rows, and {said}",
                    "The data has grown since the plan was made. What was approved is what may happen.",
                    f"habeas plan {self.intent.value} …   # look again, and approve the new plan",
                )
            )

    def _seal(self, opened: Opened, number: int) -> None:
        """The run and all identities, sealed in the control database; then the keys of what departs, spooled."""
        context = self.context
        identities = (*self._remembered_identities(), *self._identities(opened, number))
        before = self._sealed_before({store.name for store, _, _ in opened}, number)
        self.secrets = RunSecrets(
            self.selection,
            (*before, *(i for i in identities if i not in before)),
            self.day.isoformat(),
            None if self.ceilings is None else tuple(astuple(ceiling) for ceiling in self.ceilings),
        )
        watched = {store.name: self._watched(store.name, number) for store, _, _ in opened}
        with context.control.begin() as control:
            begun = self.run is None
            if self.run is None:
                self.run, self.key = begin_run(
                    control,
                    context.vault,
                    self.secrets,
                    intent=self.intent,
                    digest=self.digest,
                    selection_fingerprint=context.selection_fingerprint(self.selection),
                    fingerprints=context.fingerprints_of_run(self.selection, identities, self.intent),
                    stores=[s.name for s in context.stores],
                    now=context.now(),
                    persons=max(1, len(self.selection.subjects)),
                    plan_id=self.plan_id,
                )
            else:
                self.key = self.key or run_key(control, context.vault, self.run.id)
                reseal_run(control, self.key, self.run.id, self.secrets)
            if self.run.state in (RunState.PREPARED, RunState.INCOMPLETE):
                self.run = move_run(control, self.run.id, RunState.APPLYING, context.now())
            for name, fingerprints in watched.items():
                scope = {"kind": self.selection.kind, "customer": self.selection.customer}
                keep_watch(control, self.run.id, name, number, fingerprints, **scope)
            part = 1 if begun else load_run(control, self.run.id).spool_parts + 1
        context.observe("sealed")
        with SpoolWriter(context.folder, self.run.id, self.key, part) as spool:
            for store, _, run in opened:
                # What this run began from is looked at again with it; and first, since the last word on a row counts.
                for table, spooled in self.remembered.get(store.name, ({}, {}, ()))[0].items():
                    columns = (*spooled_columns(run.work, table), CHUNK_COLUMN)
                    spool.write(store.name, table, columns, ((*row, number) for row in spooled))
                for table, columns, rows in run.departing():
                    spool.write(store.name, table, (*columns, CHUNK_COLUMN), ((*row, number) for row in rows))
        with context.control.begin() as control:
            record_spool(control, self.run.id, part)
        context.observe("spooled")

    def _identities(self, opened: Opened, number: int) -> Iterator[StoreIdentities]:
        """What each store holds of the people who were found, and which of it names nobody else."""
        given = [i for person in sorted(self._found) for i in self._people[person - 1].identities]
        for store, _, run in opened:
            held = run.identities()
            every = {kind: set(values) for kind, values in held.items()}
            for identity in given:
                every.setdefault(identity.type, set()).add(identity.value)
            alone = run.naming_alone(every)
            if held or alone:
                yield StoreIdentities(store.name, (Subject(_in_order(held)),), _in_order(alone), number)

    def _sealed_before(self, stores: Collection[str], number: int) -> tuple[StoreIdentities, ...]:
        """What the run has sealed so far. A chunk that is decided anew says anew what names nobody else."""
        return tuple(
            replace(each, alone=()) if each.store in stores and each.chunk == number else each
            for each in (self.secrets.identities if self.secrets else ())
        )

    def _watched(self, store: str, number: int) -> set[str]:
        """The fingerprints by which the people of a chunk would be recognised in a store, if they came back."""
        found = self.secrets.identities if self.secrets else ()
        alone = {i for each in found if each.store == store and each.chunk == number for i in each.alone}
        return {self.context.fingerprints.of(identity.type, identity.value) for identity in alone}

    def _remembered_identities(self) -> tuple[StoreIdentities, ...]:
        """Whom the runs that this one began from were about: by them, strangers are told from them later."""
        return tuple(
            StoreIdentities(name, (Subject(_in_order(known)),))
            for name, (_, known, _) in self.remembered.items()
            if known
        )

    def _change(
        self, store: OpenStore, connection: Connection, run: StoreRun, number: int, lines: tuple[PlanLine, ...]
    ) -> None:
        assert self.run is not None, "a run is sealed before anything changes"
        context = self.context
        run.change()
        if left := run.not_gone():
            raise Refused(
                error(
                    "not-gone",
                    f"rows of {', '.join(sorted(left))} were deleted and are still there",
                    "A trigger or a rule of the database brings them back. Nothing was kept of this run.",
                    tables=left,
                ),
                status="incomplete",
            )
        groups = tuple(group for group in self._groups if group.store == store.name)
        report = ChunkReport(lines, groups, tuple(run.findings))
        write_ledger(connection, LedgerRow(self.run.id, number, self.digest, report.as_counts()), context.now())
        context.observe(f"{store.name}: before commit")
        connection.commit()
        context.observe(f"{store.name}: after commit")
        run.clean_up()
        self._report(store, report)
        with context.control.begin() as control:
            record_store_commit(control, self.run.id, store.name, number, lines, context.now())
        context.observe(f"{store.name}: recorded")

    def _stop(self, refused: Refused, number: int) -> None:
        """Where something was changed, or may have been, the run stays open and says so; else it is forgotten."""
        assert self.run is not None, "a run that never began has nothing to stop"
        context, run_id = self.context, self.run.id
        # A commit may have been carried out although its answer was lost: the ledgers know.
        changed = any(self.lines.values()) or may_have_changed(context.stores, run_id)
        with context.control.begin() as control:
            for store in context.stores:
                record_store_failure(control, run_id, store.name, number)
            if changed:
                self.run = move_run(control, run_id, RunState.INCOMPLETE, context.now())
            else:
                abandon_run(control, run_id, context.now())
        if not changed:
            context.observe("abandoned")
            forget_files(context, [run_id])
            raise refused
        self.failure = refused


def resumed(context: Context, run: RunRecord) -> Erasure:
    """An erasure that goes on where a run broke off: with its people, by its day, within what was approved."""
    with context.control.read() as control:
        sealed = run_secrets(control, context.vault, run.id)
        key = run_key(control, context.vault, run.id)
    ceilings = None if sealed.ceilings is None else tuple(Ceiling(*each) for each in sealed.ceilings)
    day = run_day(run, sealed)
    erasure = Erasure(context, sealed.selection, day, run.digest, run.plan_id, ceilings, run, key, sealed)
    erasure.intent = run.intent
    return erasure


def _in_order(identities: Mapping[str, Collection[str]]) -> tuple[Identity, ...]:
    return tuple(Identity(kind, value) for kind, values in sorted(identities.items()) for value in sorted(values))
