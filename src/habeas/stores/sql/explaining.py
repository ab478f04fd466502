"""The lines of a plan, counted over the very key tables and change sets that apply walks, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from habeas.datamap.periods import Period
from habeas.program.plan import LineAction, PlanLine
from habeas.program.program import KeepRule, Node, Reference, Verdict
from habeas.stores.sql.change_sets import ChangeSet
from habeas.stores.sql.copying import CopySet
from habeas.stores.sql.counting import count_each, counting_queries
from habeas.stores.sql.keeping import day_of
from habeas.stores.sql.working import Working


class Explainer:
    """Makes the lines of one store's run."""

    def __init__(self, work: Working, *, by_customer: bool) -> None:
        self._work = work
        self._root_reason = "row of the Customer" if by_customer else "the person"
        self._references = {r.id: r for r in work.program.references}
        self._via: dict[str, list[int]] = {}

    def lines_of_access(self) -> tuple[PlanLine, ...]:
        """What a copy would hold: rows by table, owned and accessed."""
        lines: list[PlanLine] = []
        for table in self._tables():
            groups = self._work.rows(
                f"SELECT r, via, count(*) FROM {self._work.keys[table].name} GROUP BY r, via ORDER BY r DESC, via"
            )
            self._via[table] = [int(via) for _, via, _ in groups]
            reasons = [self._reason_of_path(int(via), int(right)) for right, via, _ in groups]
            rows = sum(int(count) for *_, count in groups)
            hidden = self._work.node(table).hideable if self._hides(table) else ()
            lines.append(PlanLine(table, LineAction.READ, rows, _joined(reasons), self._path(table), hidden))
        return tuple(lines)

    def lines_of_port(self) -> tuple[PlanLine, ...]:
        """What a person would take along: the rows with something they gave, and in which columns."""
        lines: list[PlanLine] = []
        for table in self._tables():
            provided = self._work.node(table).provided
            groups = self._work.rows(
                f"SELECT via, count(*) FROM {self._work.keys[table].name} GROUP BY via ORDER BY via"
            )
            self._via[table] = [int(via) for via, _ in groups]
            rows = sum(int(count) for _, count in groups)
            reason = _joined([self._reason_of_path(int(via), 2) for via, _ in groups])
            lines.append(PlanLine(table, LineAction.READ, rows, reason, self._path(table), provided))
        return tuple(lines)

    def lines_of_erasure(self, sets: Sequence[ChangeSet], copies: Sequence[CopySet] = ()) -> tuple[PlanLine, ...]:
        """What an erasure would do, table by table: erase, mask, unlink, keep."""
        lines: list[PlanLine] = []
        for table in self._tables():
            lines += self._verdict_lines(table)
        shared = self._count_shared(sets, copies)
        lines += self._changes(sets, shared)
        lines += self._copied(copies)
        lines += self._untouched(shared)
        order = {table: number for number, table in enumerate(t for c in self._work.program.components for t in c)}
        return tuple(sorted(_merged(lines), key=lambda line: (order[line.table], _ORDER[line.action], line.columns)))

    def path_to(self, table: str) -> str:
        """How a table's rows are reached, without any other line."""
        for each in self._tables() if not self._via else ():
            name = self._work.keys[each].name
            self._via[each] = [int(via) for (via,) in self._work.rows(f"SELECT DISTINCT via FROM {name} ORDER BY via")]
        return self._path(table)

    def _tables(self) -> list[str]:
        return [t for c in self._work.program.components for t in c if t in self._work.keys]

    def _verdict_lines(self, table: str) -> list[PlanLine]:
        node = self._work.node(table)
        groups = self._work.tallies[table].groups
        self._via[table] = sorted({group.via for group in groups})
        path = self._path(table)
        lines: list[PlanLine] = []
        for group in groups:
            verdict, rows = group.verdict, group.rows
            masked = tuple(m.column for m in node.masks)
            if verdict is Verdict.ERASE:
                lines.append(PlanLine(table, LineAction.ERASE, rows, self._reason_of_path(group.via, 2), path))
            elif verdict is Verdict.MASK:
                lines.append(PlanLine(table, LineAction.MASK, rows, f"{table} is masked, not erased", path, masked))
            elif verdict is Verdict.BLOCKED:
                blocker = self._references[group.b]
                why = f"{blocker.table}.{blocker.name} of a row that stays refers to it"
                lines.append(PlanLine(table, LineAction.MASK, rows, why, path, masked))
            elif verdict is Verdict.KEEP:
                lines.append(self._kept(node, group.b, rows, path))
            elif verdict is Verdict.HOLD:
                lines.append(PlanLine(table, LineAction.KEEP, rows, "hold: excluded from this run", path))
        return lines

    def _kept(self, node: Node, along: int, rows: int, path: str) -> PlanLine:
        if along < 0:
            parent = self._references[-along].target
            return PlanLine(node.table, LineAction.KEEP, rows, f"kept with {parent}", path)
        rule = node.keep
        assert rule is not None, "only a table with a keep rule keeps rows of its own"
        latest = self._work.scalar(self._latest_query(node, rule))
        until = None
        if latest is not None:
            # The day after the period's last: what `ended_on` leaves is free from then on.
            until = Period(rule.period_count, rule.period_unit).after(date.fromisoformat(str(latest)[:10])).isoformat()
        why = f"{rule.ground}, until {until}" if until else f"{rule.ground}, with no date in {rule.after}"
        columns = tuple(m.column for m in rule.masks)
        return PlanLine(node.table, LineAction.KEEP, rows, why, path, columns, until)

    def _latest_query(self, node: Node, rule: KeepRule) -> str:
        work = self._work
        day = day_of(work, work.column("x", rule.after), rule.after_family)
        return (
            f"SELECT CAST(max({day}) AS text) FROM {work.name(node.table)} x JOIN {work.keys[node.table].name} k "
            f"ON {work.same_row(node.table, 'k', 'x')} WHERE k.v = {int(Verdict.KEEP)} AND k.b >= 0"
        )

    def queries_of_erasure(self, sets: Sequence[ChangeSet], copies: Sequence[CopySet]) -> list[str]:
        """What `lines_of_erasure` asks."""
        nodes = [self._work.node(table) for table in self._tables() if self._work.tallies[table].kept_alone]
        latest = [self._latest_query(node, node.keep) for node in nodes if node.keep is not None]
        return [*latest, *counting_queries(self._shared(sets, copies))]

    def _count_shared(self, sets: Sequence[ChangeSet], copies: Sequence[CopySet]) -> dict[str, int]:
        """Shared rows: those that each change set writes to, by its name, and by table those that none does."""
        return count_each(self._work, self._shared(sets, copies))

    def _shared(self, sets: Sequence[ChangeSet], copies: Sequence[CopySet]) -> list[tuple[str, str]]:
        work = self._work
        asked: list[tuple[str, str]] = []
        for table in self._tables():
            if not work.tallies[table].rows(Verdict.SHARED):
                continue
            keys = work.keys[table].name
            same = " AND ".join(f"u.c{i} = k.c{i}" for i in range(len(work.node(table).key)))
            here = [changed.name for changed in sets if changed.table == table]
            shared = f"k.v = {int(Verdict.SHARED)}"
            asked += [(name, f"FROM {name} u JOIN {keys} k ON {same} WHERE {shared}") for name in here]
            written = [*here, *(copied.name for copied in copies if copied.table == table)]
            touched = "".join(f" AND NOT EXISTS (SELECT 1 FROM {name} u WHERE {same})" for name in written)
            asked.append((table, f"FROM {keys} k WHERE {shared}{touched}"))
        return asked

    def _changes(self, sets: Sequence[ChangeSet], counts: Mapping[str, int]) -> list[PlanLine]:
        lines: list[PlanLine] = []
        for changed in sets:
            reference = changed.reference
            action = LineAction.MASK if reference.masks and reference.has_right else LineAction.UNLINK
            shared = counts.get(changed.name, 0)
            path = f"{self._path(reference.target)} > {changed.table}"
            others = f"its {reference.name} refers to rows of {reference.target} that go"
            for rows, why in ((shared, "shared with others"), (changed.count - shared, others)):
                if rows:
                    lines.append(PlanLine(changed.table, action, rows, why, path, changed.columns))
        return lines

    def _copied(self, copies: Sequence[CopySet]) -> list[PlanLine]:
        """Rows that are masked for nothing but the copy that they hold; the others stand in lines of their own."""
        lines: list[PlanLine] = []
        for copied in copies:
            table, column = copied.copy.original
            why, path = f"copy of {table}.{column}, which is masked", f"{self._path(table)} > {copied.table}"
            if copied.alone:
                lines.append(PlanLine(copied.table, LineAction.MASK, copied.alone, why, path, copied.columns))
        return lines

    def _untouched(self, counts: Mapping[str, int]) -> list[PlanLine]:
        """Shared rows of which nothing changes: what belongs to the person there stands in other rows."""
        why = "shared with others; nothing in it refers to the person"
        return [
            PlanLine(table, LineAction.KEEP, counts[table], why, self._path(table))
            for table in self._tables()
            if table in counts
        ]

    def _hides(self, table: str) -> bool:
        node = self._work.node(table)
        hidden = " OR ".join(f"(r = 2 AND o{i} = 0) OR (r = 1 AND a{i} = 0)" for i in range(len(node.hideable)))
        if not hidden:
            return False
        return bool(self._work.rows(f"SELECT 1 FROM {self._work.keys[table].name} WHERE {hidden} LIMIT 1"))

    def _reason_of_path(self, via: int, right: int) -> str:
        if via == 0:
            return self._root_reason
        reference = self._references[via]
        word = "owned by" if right == 2 and reference.own else "accessed through"
        return f"{word} {reference.source_table}"

    def _path(self, table: str) -> str:
        """How the table's rows are reached, from the person on; each table once."""
        steps = [table]
        while True:
            via = next((v for v in self._via.get(steps[0], []) if v == 0), None)
            if via == 0:
                break
            source = next(
                (s for v in self._via.get(steps[0], []) if (s := self._references[v].source_table) not in steps),
                None,
            )
            if source is None:
                break
            steps.insert(0, source)
        return " > ".join(steps)


_ORDER = {action: number for number, action in enumerate(LineAction)}


def _joined(reasons: Sequence[str]) -> str:
    """Reasons of one line: `owned by a, b; accessed through c`."""
    grouped: dict[str, list[str]] = {}
    for reason in dict.fromkeys(reasons):
        for word in ("owned by ", "accessed through "):
            if reason.startswith(word):
                grouped.setdefault(word, []).append(reason.removeprefix(word))
                break
        else:
            grouped.setdefault(reason, [])
    return "; ".join(f"{word}{', '.join(names)}" if names else word for word, names in grouped.items())


def _merged(lines: Sequence[PlanLine]) -> list[PlanLine]:
    """One line for each table, action, columns and kind of reason: rows added up, reasons joined."""
    found: dict[tuple[object, ...], PlanLine] = {}
    reasons: dict[tuple[object, ...], list[str]] = {}
    for line in lines:
        apart = line.reason.split(",")[0] if line.action is LineAction.KEEP else ""
        key = (line.table, line.action, line.columns, apart)
        reasons.setdefault(key, []).append(line.reason)
        before = found.get(key)
        rows = line.rows + (before.rows if before else 0)
        until = max(filter(None, (line.until, before.until if before else None)), default=None)
        found[key] = replace(line, rows=rows, until=until)
    return [replace(line, reason=_joined(reasons[key])) for key, line in found.items()]


def reference_words(reference: Reference) -> str:
    """An edge for people: `messages.sender_id -> contacts (owned_by)`."""
    return f"{reference.table}.{reference.name} -> {reference.target} ({reference.kind or 'declared key'})"
