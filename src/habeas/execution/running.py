"""What every run needs in its hands, and how a selection is cut into chunks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from habeas.database.control import Control
from habeas.datamap.matching import normalise
from habeas.datamap.model import Policy
from habeas.diagnostics import Finding, Refused, Severity, error
from habeas.execution.new_values import assignments_of, check_new_values, new_identities, unplaced
from habeas.execution.opened_stores import OpenStore
from habeas.execution.restrictions import in_force, restricted_rows
from habeas.execution.sealed_selections import StoreIdentities, selection_as_plain
from habeas.planning.batches import must_go_one_by_one
from habeas.planning.corrections import resolve
from habeas.planning.who_is_meant import findings_of, is_ambiguous
from habeas.program.matches import Match
from habeas.program.plan import NotCovered
from habeas.program.selection import Identity, Intent, Selection, Subject
from habeas.sealing.envelopes import Vault
from habeas.sealing.fingerprints import Fingerprints
from habeas.stores.sql.correcting import CorrectingRun
from habeas.stores.sql.run import StoreRun

CHUNK = 10_000  # people in one transaction

Observe = Callable[[str], None]

#: Rows that a run has erased or masked, by table.
Seeds = dict[str, list[Sequence[Any]]]
#: For each store, such rows of former runs, the identities of those runs by type, and those that named nobody else.
Remembered = Mapping[str, tuple[Seeds, Mapping[str, Collection[str]], Collection[Identity]]]


def nobody_watches(_point: str) -> None:
    """The observer outside of tests: the kill test names points and ends the process there."""


@dataclass
class Context:
    """The surroundings of a run. `now` is injected; `observe` is told each named point."""

    stores: Sequence[OpenStore]
    policy: Policy
    map_digest: str
    control: Control
    vault: Vault
    fingerprints: Fingerprints
    folder: Path  # the state folder
    now: Callable[[], datetime]
    mask_key: bytes | None = field(default=None, repr=False)  # of masks that are keyed hashes
    map_findings: tuple[Finding, ...] = ()
    observe: Observe = nobody_watches
    scan_texts: bool = True  # look for mentions after an erasure
    progress: Callable[[str, int, int | None], None] = field(default=lambda _what, _done, _total: None)

    def day(self, as_of: date | None) -> date:
        """The day that periods are measured against (UTC)."""
        return as_of or self.now().date()

    def fingerprints_of(self, selection: Selection) -> tuple[str, ...]:
        """The fingerprints of every identity given, under the newest key."""
        return tuple(
            self.fingerprints.of(i.type, self.normal(i.type, i.value)) for s in selection.subjects for i in s.identities
        )

    def fingerprints_of_run(
        self, selection: Selection, found: Sequence[StoreIdentities], intent: Intent
    ) -> tuple[str, ...]:
        """Those by which a later request finds a run: of the identities given, and of those that lead to the rows then.

        After a rectification the person has another identity; a restriction is lifted by whichever of them is given.
        """
        more = new_identities(self.stores, selection)
        if intent is Intent.RESTRICT:
            more += tuple(i for each in found for subject in each.subjects for i in subject.identities)
        return (
            *self.fingerprints_of(selection),
            *(self.fingerprints.of(i.type, self.normal(i.type, i.value)) for i in more),
        )

    def candidates_of(self, selection: Selection) -> tuple[str, ...]:
        """The fingerprints of every identity given, under every key."""
        return tuple(
            candidate
            for s in selection.subjects
            for i in s.identities
            for candidate in self.fingerprints.candidates(i.type, self.normal(i.type, i.value))
        )

    def candidates_of_whole(self, selection: Selection) -> tuple[str, ...]:
        """The fingerprints of the whole selection, under every key."""
        return self.fingerprints.selection_candidates(selection_as_plain(selection))

    def selection_fingerprint(self, selection: Selection) -> str:
        """One fingerprint for the whole selection."""
        return self.fingerprints.of_selection(selection_as_plain(selection))

    def normal(self, kind: str, value: str) -> str:
        """A value in the form in which its type compares."""
        rule = self.policy.rule(kind)
        return (normalise(value, rule) if rule else None) or value

    def not_covered(self) -> tuple[NotCovered, ...]:
        """The places that no run reaches, and when they forget."""
        today = self.now().date()
        return tuple(
            NotCovered(name, place.longest.after(today).isoformat() if place.longest else None, place.owner)
            for name, place in self.policy.elsewhere.items()
        )


def watching(context: Context) -> Observe | None:
    """The observer, if there is one: statements without one are run without a call around each."""
    return None if context.observe is nobody_watches else context.observe


def check_identity_types(context: Context, selection: Selection) -> None:
    """Refuse (wrong use) a type that no file of the map knows, and a value that can't be one of its type."""
    known = {
        i for s in context.stores for t in s.map.tables.values() for c in t.columns.values() for i in c.identity_types
    }
    kinds = {kind for s in context.stores for kind in s.map.people}
    for subject in (*selection.subjects, *selection.exclusions):
        for identity in subject.identities:
            if identity.type not in known:
                names = ", ".join(sorted(known)) or "none yet"
                raise Refused(
                    error(
                        "unknown-identity-type",
                        f"no column of the map has the identity type {identity.type}",
                        f"The map knows: {names}.",
                        f"--subject {next(iter(sorted(known)), 'email')}=VALUE",
                    ),
                    usage=True,
                )
    check_new_values(context.stores, selection)
    if selection.kind is not None and selection.kind not in kinds:
        raise Refused(
            error(
                "unknown-kind",
                f"the map knows no kind of person called {selection.kind}",
                f"It knows: {', '.join(sorted(kinds)) or 'none yet'}.",
                f"--as {next(iter(sorted(kinds)), 'KIND')}",
            ),
            usage=True,
        )
    if selection.customer is not None and not any(s.map.customers for s in context.stores):
        raise Refused(
            error(
                "no-customers",
                "no store of the map says which of its tables holds the Customers",
                "--customer narrows to the rows of one of them.",
                "customers: {table: TABLE}   # in the store's file",
            ),
            usage=True,
        )


def chunks_of(context: Context, selection: Selection, intent: Intent, day: date) -> list[Selection]:
    """The selection in pieces of one transaction each; one piece where it is no batch (semantics, section 8)."""
    if len(selection.subjects) <= 1:
        return [selection]
    people = first_mentions(context, selection.subjects)
    if not intent.changes:
        return [replace(selection, subjects=tuple(people))]  # one copy, whoever is in it
    one_by_one = any(must_go_one_by_one(s.program(intent, day)) for s in context.stores)
    size = 1 if one_by_one else CHUNK
    return [replace(selection, subjects=tuple(people[i : i + size])) for i in range(0, len(people), size)]


def first_mentions(context: Context, subjects: Sequence[Subject]) -> list[Subject]:
    """The people of a list, each where it is first named."""
    seen: dict[tuple[tuple[str, str], ...], Subject] = {}
    for subject in subjects:
        key = tuple(sorted((i.type, context.normal(i.type, i.value)) for i in subject.identities))
        seen.setdefault(key, subject)
    return list(seen.values())


@contextmanager
def opened_runs(
    context: Context, stores: Sequence[OpenStore], selection: Selection, intent: Intent, day: date, *, writing: bool
) -> Iterator[list[tuple[OpenStore, Connection, StoreRun]]]:
    """A transaction in each store with its run; taken back at the end unless the caller committed."""
    with ExitStack() as stack:
        opened: list[tuple[OpenStore, Connection, StoreRun]] = []
        for store in stores:
            connection = stack.enter_context(store.writing() if writing else store.reading())
            run = run_of(context, store, connection, intent, day, selection)
            opened.append((store, connection, run))
        yield opened


def run_of(
    context: Context, store: OpenStore, connection: Connection, intent: Intent, day: date, selection: Selection
) -> StoreRun:
    """A run of an intent over a store's connection. Raises Refused for values that can't be written."""
    program = store.program(intent, day)
    if not intent.corrects:
        return StoreRun(connection, program, selection, watching(context), context.mask_key)
    if intent is Intent.RECTIFY:
        assignments = assignments_of(store, program, selection)
        return CorrectingRun(connection, program, selection, watching(context), assignments)
    restricted = restricted_rows(context, store, in_force(context, selection))
    resolved = resolve(program, store.map, store.policy, selection)
    run = CorrectingRun(connection, program, selection, watching(context), resolved.assignments, restricted)
    run.refusals = resolved.findings  # each stands against rows of its own kind alone
    return run


def remember(runs: Sequence[tuple[OpenStore, Connection, StoreRun]], remembered: Remembered) -> None:
    """Let runs start from what former runs have changed, too."""
    for store, _, run in runs:
        if store.name in remembered:
            run.remember(*remembered[store.name])


def refuse_unclear(
    context: Context, matches: Sequence[Match], selection: Selection, *, changes: bool
) -> tuple[Finding, ...]:
    """What stands against the matches; raises Refused where the selection is unclear or matches too much."""
    findings = findings_of(matches, selection, context.policy.limits.max_matches, changes=changes)
    errors = [f for f in findings if f.severity is Severity.ERROR]
    if errors:
        raise Refused(*errors, status="ambiguous" if is_ambiguous(findings) else "refused")
    return findings


def errors_against(context: Context, runs: Sequence[tuple[OpenStore, Connection, StoreRun]]) -> tuple[Finding, ...]:
    """Errors of the map, the check and the run itself that concern the tables touched: they refuse a change.

    A table of the map that the program can't walk (it is gone, or its rows have no key) concerns every run: whether
    rows of it are this person's, nobody can tell.
    """
    found = [f for f in context.map_findings if f.severity is Severity.ERROR]
    for store, _, run in runs:
        closed = store.map.tables.keys() - run.program.nodes.keys()
        for finding in (*store.findings, *run.program.findings, *run.findings):
            concerned = not finding.tables or bool((run.touched | closed) & set(finding.tables))
            if finding.severity is Severity.ERROR and concerned:
                found.append(finding)
    return tuple(dict.fromkeys((*found, *unplaced(runs))))
