"""One transaction of a correction over a SQL store, in the steps of every run: find, reach, decide, lines, change.

A rectification writes new values into the person's rows and all their declared copies, a restriction what the map says into
the rows of the person, and a lift what stood there before (sections 11 and 12).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from habeas.diagnostics import Finding, Refused, error, warning
from habeas.program.correction import Assignment, Ground
from habeas.program.plan import LineAction, PlanLine
from habeas.program.program import Program, Verdict
from habeas.program.selection import Intent, Selection
from habeas.stores.sql import finding_people
from habeas.stores.sql.checking_again import WrittenRow, load_rows, standing
from habeas.stores.sql.correction_checks import refusals_of
from habeas.stores.sql.explaining import Explainer
from habeas.stores.sql.keeping import lay_holds
from habeas.stores.sql.run import StoreRun
from habeas.stores.sql.write_sets import WriteSet, copies_of, left_to_others, rows_named, rows_put_back, write

#: What the spool holds of a written row, beside its key.
WRITTEN = ("habeas column", "habeas was", "habeas value", "habeas copy of")
SHOWN_KEYS = 10


class CorrectingRun(StoreRun):
    """The steps of a correction.

    `assignments` are what the planner resolved for this store, `restricted` the rows of restrictions in force.
    """

    def __init__(
        self,
        connection: Connection,
        program: Program,
        selection: Selection,
        observe: Callable[[str], None] | None = None,
        assignments: Sequence[Assignment] = (),
        restricted: Mapping[tuple[str, str], Sequence[WrittenRow]] = MappingProxyType({}),
    ) -> None:
        super().__init__(connection, program, selection, observe)
        self.assignments = assignments
        self.restricted = restricted
        self.sets: list[WriteSet] = []
        self.placed: set[int] = set()  # numbers of assignments whose row was found
        self.refusals: Sequence[Finding] = ()  # why rows of some tables can't be written, should there be any
        self._left_restricted = 0

    def decide(self) -> None:
        """Find the rows of every assignment and of its copies, and all that stands against writing them."""
        if self.selection.exclusions:
            held = finding_people.find_people(self.work, self.selection.exclusions, prefix="h")
            lay_holds(self.work, {table: [root] for table, root in held.items()})
        if self.program.intent is Intent.LIFT:
            self._put_back()
        for made in self.assignments:
            written = self._rows_of(made)
            if written is None or not written.count:
                continue
            self.placed.add(made.number)
            copies = copies_of(self.work, written)
            self.sets += [written, *copies]
            self._tell_of_others(written)
        self.findings += [finding for finding in self.refusals if self.touched & set(finding.tables)]
        if self._left_restricted and not self.sets:
            self.findings.append(_already_restricted(self._left_restricted))
        self.findings += self._held()
        if not any(finding.severity.value == "error" for finding in self.findings):
            self.findings += refusals_of(self.work, self.sets)

    def lines(self) -> tuple[PlanLine, ...]:
        """A line for each table and column that is written, and why."""
        explainer = Explainer(self.work, by_customer=False)
        action = LineAction.RESTRICT if self.program.intent is Intent.RESTRICT else LineAction.UPDATE
        found: dict[tuple[str, str, str], PlanLine] = {}
        for written in self.sets:
            path = explainer.path_to(written.assignment.table)
            if written.copy is not None:
                path = f"{path} > {written.table}"
            key = (written.table, written.column, self._reason(written))
            before = found[key].rows if key in found else 0
            found[key] = PlanLine(written.table, action, before + written.count, key[2], path, (written.column,))
        return tuple(found.values())

    @property
    def touched(self) -> frozenset[str]:
        """Tables in which something is written, or should be."""
        wanted = self.assignments if any(self.roots.values()) else ()
        rectifies = self.program.intent is Intent.RECTIFY
        asked = {made.table for made in wanted if rectifies or self.roots.get(made.table)}
        if self.program.intent is Intent.RESTRICT:
            asked |= {table for table, roots in self.roots.items() if roots}
        return frozenset(asked | {written.table for written in self.sets})

    def departing(self) -> Iterator[tuple[str, tuple[str, ...], Iterable[Sequence[Any]]]]:
        """The rows to remember: their keys, what stands there and what will."""
        for written in self.sets:
            key = self.work.node(written.table).key
            names = ", ".join(f"c{i}" for i in range(len(key)))
            of = f"{written.assignment.table}.{written.assignment.column}" if written.copy is not None else None
            rows = self.work.rows(f"SELECT {names}, was, value FROM {written.name}")
            yield written.table, (*key, *WRITTEN), [(*row[:-2], written.column, *row[-2:], of) for row in rows]

    def change(self) -> None:
        """Write. Raises Refused where other rows are there than were decided on."""
        if not self.work.postgresql:
            self.work.execute("PRAGMA defer_foreign_keys = ON")
        for written in self.sets:
            if write(self.work, written) != written.count:
                raise Refused(_changed_meanwhile(written.table), status="incomplete")
        for view, tables in self.program.derived:
            if tables & self.touched:
                self.work.execute(f"REFRESH MATERIALIZED VIEW {self.work.name(view)}")

    def naming_alone(self, _values: Mapping[str, Collection[str]]) -> Mapping[str, set[str]]:
        """Nobody goes, so nobody can come back."""
        return {}

    def not_gone(self) -> dict[str, int]:
        """Nothing goes."""
        return {}

    # -- which rows ------------------------------------------------------------------------------------

    def _rows_of(self, made: Assignment) -> WriteSet | None:
        """The rows that are meant; None, with a finding, where that isn't clear or they aren't the person's."""
        table, work = made.table, self.work
        if not any(self.roots.values()):
            return None  # nobody of this store is meant
        reached = table in work.keys
        if made.key:
            return self._named_row(made)
        if reached and self.roots.get(table):
            return rows_named(work, made, self._roots_of(made), {})
        if self.program.intent is not Intent.RECTIFY:
            return None
        key = ", ".join(f"CAST(c{i} AS text)" for i in range(len(work.node(table).key)))
        rows = work.rows(f"SELECT {key} FROM {work.keys[table].name} WHERE r = 2 ORDER BY 1") if reached else []
        if len(rows) > 1:
            shown = ["/".join(map(str, row)) for row in rows[:SHOWN_KEYS]]
            self.findings.append(_which_row(made, len(rows), shown))
            return None
        if not rows:
            others = reached and bool(work.rows(f"SELECT 1 FROM {work.keys[table].name} WHERE r = 1 LIMIT 1"))
            self.findings.append(_accessed(made) if others else _no_row(made))
            return None
        return rows_named(work, made, "k.r = 2", {})

    def _roots_of(self, made: Assignment) -> str:
        """The person's own rows; of a restriction, those that aren't restricted already."""
        rows = self.restricted.get((made.table, made.column), ())
        if self.program.intent is not Intent.RESTRICT or not rows:
            return "k.root = 1"
        name = load_rows(self.work, f"r{made.number}", made.table, rows)
        still = standing(self.work, made.table, made.column, name)
        self._left_restricted += int(
            self.work.scalar(
                f"SELECT count(*) FROM {self.work.keys[made.table].name} k JOIN {self.work.name(made.table)} x "
                f"ON {self.work.same_row(made.table, 'k', 'x')} WHERE k.root = 1 AND {still}"
            )
        )
        return f"k.root = 1 AND NOT {still}"

    def _put_back(self) -> None:
        """What stood before a restriction, in the person's own rows where nobody has written anything else since."""
        for number, ((table, column), rows) in enumerate(self.restricted.items(), 1):
            if table not in self.work.keys or not self.roots.get(table):
                continue
            made = Assignment(number, table, column, None)
            name = load_rows(self.work, f"l{number}", table, rows)
            written, changed = rows_put_back(self.work, made, name)
            if written.count:
                self.sets.append(written)
            if changed:
                self.findings.append(
                    warning(
                        "changed-since",
                        f"{changed} rows of {table} hold something else in {column} than the restriction wrote",
                        "Somebody has written to them since, and what they wrote stays.",
                        tables=(table,),
                    )
                )

    def _named_row(self, made: Assignment) -> WriteSet | None:
        table, work = made.table, self.work
        width = len(work.node(table).key)
        if width != len(made.key):
            self.findings.append(_no_row(made, f"The key of {table} has {width} columns."))
            return None
        parameters = {f"key{i}": value for i, value in enumerate(made.key)}
        same = " AND ".join(f"CAST(k.c{i} AS text) = {work.parameter(f'key{i}')}" for i in range(width))
        rows = (
            work.rows(f"SELECT r FROM {work.keys[table].name} k WHERE {same}", parameters) if table in work.keys else []
        )
        if not rows:
            self.findings.append(_no_row(made, "The person owns no row under that key."))
            return None
        if int(rows[0][0]) != 2:
            self.findings.append(_accessed(made))
            return None
        return rows_named(work, made, same, parameters)

    # -- what stands against it ------------------------------------------------------------------------

    def _held(self) -> list[Finding]:
        found = []
        for written in self.sets if self.selection.exclusions else ():
            keys = self.work.keys.get(written.table)
            if keys is None:
                continue
            same = " AND ".join(f"k.c{i} = o.c{i}" for i in range(len(self.work.node(written.table).key)))
            hold = int(Verdict.HOLD)
            if self.work.rows(
                f"SELECT 1 FROM {keys.name} k JOIN {written.name} o ON {same} WHERE k.v = {hold} LIMIT 1"
            ):
                found.append(
                    error(
                        "held",
                        f"{written.table}.{written.column} would be written in a row that an exclusion holds",
                        "Nothing of a held row changes, and with a copy left behind there would be two truths.",
                        tables=(written.table,),
                    )
                )
        return found

    def _tell_of_others(self, written: WriteSet) -> None:
        for copy in written.assignment.copies:
            if rows := left_to_others(self.work, written, copy):
                self.findings.append(
                    warning(
                        "copy-of-others",
                        f"{rows} rows of {copy.table} have the old value in {copy.columns[0]}, and keep it: it is "
                        f"somebody else's in {copy.target} too",
                        "By the value alone nobody can tell whose it is.",
                        f"--set '{copy.table}[KEY].{copy.columns[0]}=…'   # after a person has looked",
                        (copy.table,),
                    )
                )

    def _reason(self, written: WriteSet) -> str:
        made = written.assignment
        if self.program.intent is Intent.RESTRICT:
            ground = self.selection.ground
            return f"restricted: {Ground(ground).words}" if ground else "restricted"
        if self.program.intent is Intent.LIFT:
            return "lifted: as it stood before"
        if written.copy is not None:
            return f"copy of {made.table}.{made.column}"
        return f"a statement about {made.of}" if made.of is not None else "corrected"


def _already_restricted(rows: int) -> Finding:
    return error(
        "already-restricted",
        f"processing is restricted already in {rows} rows of the person",
        "What stood before it is remembered once: it comes back when the restriction is lifted.",
        "habeas lift --subject …",
    )


def _changed_meanwhile(table: str) -> Finding:
    return error(
        "rows-changed-meanwhile",
        f"other rows of {table} were there than were decided on",
        "Somebody else wrote to them meanwhile, or a trigger did. Nothing was kept of this run; run it again.",
        tables=(table,),
    )


def _which_row(made: Assignment, rows: int, keys: Sequence[str]) -> Finding:
    return error(
        "ambiguous",
        f"the person has {rows} rows in {made.table}: {', '.join(keys)}{' …' if rows > len(keys) else ''}",
        "Which of them is to be corrected, only whoever asks can say.",
        f"--set '{made.table}[{keys[0]}].{made.column}=…'",
        (made.table,),
    )


def _no_row(made: Assignment, why: str = "") -> Finding:
    detail = why or "A correction changes what is there, and adds no row."
    return error("no-row", f"the person has no such row in {made.table}", detail, tables=(made.table,))


def _accessed(made: Assignment) -> Finding:
    return error(
        "not-owned",
        f"the row of {made.table} is not the person's own: they may see it, and it is somebody else's",
        "Its owner may have it corrected. To correct it all the same, name a person who owns it.",
        tables=(made.table,),
    )
