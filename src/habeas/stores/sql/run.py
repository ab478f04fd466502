"""One transaction of a run over a SQL store: find, reach, decide, count, change, look again.

The explainer and the executor use this same object in the same order, so that a plan can't drift from its run:
`find` -> `reach` -> `decide` -> `lines` (a plan ends here) -> `change` -> `gone`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from habeas.diagnostics import Finding, note, warning
from habeas.program.matches import Match
from habeas.program.plan import PlanLine
from habeas.program.program import Program, Verdict
from habeas.program.selection import Identity, Intent, Selection
from habeas.stores.sql import finding_people, naming_alone, reused_keys, verifying
from habeas.stores.sql.blocking import settle_blocking
from habeas.stores.sql.broken_references import placeholders_that_go, written_targets
from habeas.stores.sql.change_sets import ChangeSet, change_sets, refusals
from habeas.stores.sql.changing import change
from habeas.stores.sql.copying import CopySet, copy_sets
from habeas.stores.sql.counting import count_each, count_verdicts
from habeas.stores.sql.explaining import Explainer
from habeas.stores.sql.keeping import lay_holds, lay_keeps
from habeas.stores.sql.mask_checks import refused_by_checks
from habeas.stores.sql.reaching import Reach
from habeas.stores.sql.sharing import settle_sharing
from habeas.stores.sql.taking_along import keep_given
from habeas.stores.sql.working import KeyTable, Working


class StoreRun:
    """The steps of a run, in one transaction of one store. The caller begins and ends the transaction."""

    def __init__(
        self,
        connection: Connection,
        program: Program,
        selection: Selection,
        observe: Callable[[str], None] | None = None,
        mask_key: bytes | None = None,
    ) -> None:
        self.program = program
        self.selection = selection
        self.work = Working(connection, program, customer=selection.customer, observe=observe, few=selection.is_few)
        self.work.mask_key = mask_key
        self.findings: list[Finding] = []
        self.roots: dict[str, list[KeyTable]] = {}
        self._sets: list[ChangeSet] = []
        self._copies: list[CopySet] = []
        self._seeds: dict[str, KeyTable] = {}

    def find(self, *, lock: bool = False) -> list[Match]:
        """Look the selection's people up (or take the Customer's rows), and lock their rows if they are to change."""
        selection = self.selection
        if selection.is_customer_alone:
            found = finding_people.customers_rows(self.work, selection.customer or "")
            self.roots = {table: [root] for table, root in found.items()}
            return []
        found = finding_people.find_people(
            self.work, selection.subjects, kind=selection.kind, customer=selection.customer
        )
        self.roots = {table: [root] for table, root in found.items()}
        return finding_people.matches(self.work, found, lock=lock)

    def remember(
        self,
        rows: Mapping[str, Sequence[Sequence[Any]]],
        known: Mapping[str, Collection[str]],
        alone: Collection[Identity] = (),
    ) -> None:
        """Start also from rows that former runs have erased or masked: what was written behind them since is found.

        `rows` holds what was spooled, by table; `known` the identities of those runs, by type. Whoever was given the
        number of an erased row since is nobody of these runs, also where the selection names that number. Rows of people
        that bear one of `alone`, which named nobody but the people of those runs, are started from too.
        """
        for table, spooled in rows.items():
            if table not in self.program.nodes:
                continue
            seeds = verifying.load_seeds(self.work, table, [spooled])
            if seeds is not None:
                self.roots.setdefault(table, []).append(seeds)
                self._seeds[table] = seeds
        reused_keys.forget_strangers(self.work, self._seeds, self.roots, known)
        if self.selection.is_customer_alone:
            return  # the Customer's rows are all looked at again as they are
        # After the strangers are out: who bears the person's own address is none, whatever number the row was given.
        for table, root in naming_alone.who_came_back(
            self.work, alone, known, kind=self.selection.kind, customer=self.selection.customer
        ).items():
            self.roots.setdefault(table, []).append(root)

    def reach(self) -> None:
        """Fill the key tables from the roots."""
        alone = self.selection.is_customer_alone
        reach = Reach(self.work, self.work.keys, "k", customer=self.selection.customer)
        reach.fill(self.roots, flows=not alone)
        if self.program.intent is Intent.PORT:
            keep_given(self.work)
        for reference, rows, without in reach.left_out():
            if without:
                self.findings.append(
                    note(
                        "outside-customer",
                        f"{rows} rows of {reference.entered_table} behind {reference.table}.{reference.name} "
                        "belong to no Customer and are not touched",
                        "A Customer's own request reaches its own rows alone.",
                        tables=(reference.entered_table,),
                    )
                )
            else:
                self.findings.append(
                    warning(
                        "crosses-customer",
                        f"{rows} rows of {reference.entered_table} behind {reference.table}.{reference.name} "
                        "belong to another Customer and are not followed",
                        "An edge between rows of two Customers is mostly a fault in the data.",
                        tables=(reference.entered_table,),
                    )
                )

    def decide(self) -> None:
        """Give every reached row its verdict, and find what changes in rows that remain (erase)."""
        settle_sharing(self.work)
        for table, rows in lay_keeps(self.work).items():
            keep = self.program.nodes[table].keep
            self.findings.append(
                warning(
                    "keep-without-date",
                    f"{rows} rows of {table} are kept although {keep.after if keep else 'their date'} is empty",
                    "Without a date nobody can say when they may go, so they stay.",
                    tables=(table,),
                )
            )
        if self.selection.exclusions:
            held = finding_people.find_people(self.work, self.selection.exclusions, prefix="h")
            lay_holds(self.work, {table: [root] for table, root in held.items()})
        settle_blocking(self.work)
        self.work.tallies = count_verdicts(self.work)
        self._sets = change_sets(self.work)
        self.findings += refusals(self.work, self._sets)
        self.findings += refused_by_checks(self.work)
        self.findings += [*placeholders_that_go(self.work, self._sets), *written_targets(self.work, self._sets)]
        if self._seeds:
            # Only now: references to what is long gone are unlinked like those to what goes.
            verifying.forget_done(self.work, self._seeds, self.roots)
            self.work.tallies = count_verdicts(self.work)
        self._copies = copy_sets(self.work, self._sets)  # of rows that are masked now, not of those masked before
        self.work.foresee(self._asked_before_a_change())

    def _asked_before_a_change(self) -> Iterator[str]:
        """What `lines`, `identities` and `departing` ask."""
        yield from Explainer(self.work, by_customer=False).queries_of_erasure(self._sets, self._copies)
        for table, roots in self.roots.items():
            for root in roots:
                yield from (query for _, query in finding_people.identity_queries(self.work, {table: root}))
        yield from verifying.departing_queries(self.work).values()

    def lines(self) -> tuple[PlanLine, ...]:
        """The plan's lines."""
        explainer = Explainer(self.work, by_customer=self.selection.is_customer_alone)
        if self.program.intent is Intent.ACCESS:
            return explainer.lines_of_access()
        if self.program.intent is Intent.PORT:
            return explainer.lines_of_port()
        return explainer.lines_of_erasure(self._sets, self._copies)

    @property
    def touched(self) -> frozenset[str]:
        """Tables with a reached row or a row that changes."""
        return frozenset(self.work.keys) | {c.table for c in self._sets} | {c.table for c in self._copies}

    def departing(self) -> Iterator[tuple[str, tuple[str, ...], Iterable[Sequence[Any]]]]:
        """The rows to remember until the verification window closes: (table, columns, rows)."""
        yield from verifying.departing_rows(self.work)

    def identities(self) -> Mapping[str, set[str]]:
        """Values of the roots' identity columns, by type, before they are changed."""
        found: dict[str, set[str]] = {}
        for table, roots in self.roots.items():
            for root in roots:
                for kind, values in finding_people.identity_values(self.work, {table: root}).items():
                    found.setdefault(kind, set()).update(values)
        return found

    def naming_alone(self, values: Mapping[str, Collection[str]]) -> Mapping[str, set[str]]:
        """Of identity values by type, those that will name no row of people any more; after `decide`."""
        return naming_alone.naming_alone(self.work, values, kind=self.selection.kind, customer=self.selection.customer)

    def change(self) -> None:
        """Carry the verdicts out, and refresh what is derived. Raises Refused where rows changed meanwhile."""
        change(self.work, self._sets, self._copies)
        for view, tables in self.program.derived:
            if tables & self.touched:
                self.work.execute(f"REFRESH MATERIALIZED VIEW {self.work.name(view)}")

    def not_gone(self) -> dict[str, int]:
        """Rows that were erased and are still there, by table: looked at before the commit."""
        work = self.work
        if not any(table.triggers for table in self.program.catalog.tables.values()):
            return {}  # without triggers and rules nothing can bring back a row that a statement counted as deleted
        erased = [table for table in work.keys if work.tallies[table].rows(Verdict.ERASE)]
        live = {t: f"JOIN {work.name(t)} x ON {work.same_row(t, 'k', 'x')}" for t in erased}
        return count_each(work, ((t, f"FROM {work.keys[t].name} k {live[t]} WHERE k.v = 1") for t in erased))

    def forget_what_others_did(self, rows: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        """Take out of the reach what other chunks of the same run have erased or masked, as it should be: `rows`, by table.

        A row that two people of a batch lead to is masked with the later one, and the earlier one's keys lead there still.
        """
        done: dict[str, KeyTable] = {}
        for table in [table for table in rows if table in self.work.keys]:
            loaded = verifying.load_seeds(self.work, table, [rows[table]], verifying.ELSEWHERE)
            if loaded is not None:
                done[table] = loaded
        verifying.forget_done(self.work, done, self.roots)

    def remaining(self) -> dict[str, int]:
        """What a fresh reach and decision would still erase or mask, by table (verification)."""
        return verifying.remaining(self.work)

    def people_left(self) -> int:
        """How many matched rows there are at all."""
        return sum(root.count for roots in self.roots.values() for root in roots)

    def clean_up(self) -> None:
        """Leave nothing of ours behind on the connection."""
        self.work.clean_up()
