"""Fills the key tables: every row that the roots lead to, with its right (section 4).

Tables are filled in the order in which rights flow; tables that reach one another are filled round by round, each round
starting from the rows that the last one added or raised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from habeas.diagnostics import Refused, error
from habeas.program.program import Node, Reference, Verdict
from habeas.stores.sql.customers import customer_of
from habeas.stores.sql.temporary_tables import Wanted, named
from habeas.stores.sql.working import KeyTable, Working

#: The root tables to start from, by table: of matched people, of a Customer, or of rows remembered from a run.
Roots = Mapping[str, Sequence[KeyTable]]


class Reach:
    """One reach: of the selection (`keys`), or of the exclusions (`holds`)."""

    def __init__(self, work: Working, into: dict[str, KeyTable], prefix: str, *, customer: str | None) -> None:
        self._work = work
        self._into = into
        self._prefix = prefix
        self._customer = customer
        self._shows = not work.program.intent.changes

    def fill(self, roots: Roots, *, flows: bool = True) -> None:
        """Start from the root tables and go on until nothing is added. Without `flows`, the roots are all."""
        work = self._work
        for level in work.program.levels:
            wanted: dict[str, Wanted | None] = {}
            for component in level:
                if not flows:
                    wanted |= {t: self._wanted(work.node(t), roots.get(t, ()), ()) for t in component}
                elif len(component) == 1 and not self._refers_to_itself(component[0]):
                    (t,) = component
                    wanted[t] = self._wanted(work.node(t), roots.get(t, ()), self._entering(t, None))
                else:
                    self._fill_round_by_round(component, set(component), roots)
            self._fill_each({table: each for table, each in wanted.items() if each is not None})

    # -- tables in order -------------------------------------------------------------------------------

    def _wanted(self, node: Node, root: Sequence[KeyTable], entering: tuple[Reference, ...]) -> Wanted | None:
        parts = self._parts(node, root, entering)
        if not parts or not node.key:
            return None
        refuse_doubtful_key(self._work, node)
        once = len(parts) == 1 and (bool(root) or _enters_each_row_once(entering[0]))
        query = parts[0] if once and not root else self._merged(node, parts)
        name = self._work.key_name(node.table, self._prefix)
        key = [f"c{i}" for i in range(len(node.key))]
        return Wanted(name, node.table, named(self._columns(node), query), key)

    def _fill_each(self, wanted: Mapping[str, Wanted]) -> None:
        counts = self._work.make_tables(list(wanted.values()))
        self._into |= {
            t: KeyTable(w.name, count) for (t, w), count in zip(wanted.items(), counts, strict=True) if count
        }

    def _fill_round_by_round(self, component: tuple[str, ...], inside: set[str], roots: Roots) -> None:
        work = self._work
        started: dict[str, KeyTable] = {}
        for table in component:
            node = work.node(table)
            if not node.key:
                continue
            refuse_doubtful_key(work, node)
            entering = self._entering(table, inside)
            parts = self._parts(node, roots.get(table, ()), entering) or [self._nothing(node)]
            name = work.key_name(table, self._prefix)
            columns = [*self._columns(node), "gen"]
            query = f"SELECT q.*, 0 AS gen FROM ({self._merged(node, parts)}) q"
            key = [f"c{i}" for i in range(len(node.key))]
            count = work.make_table(name, table, named(columns, query), key)
            work.temporary.make_unique(name, key)
            started[table] = KeyTable(name, count)
        self._into.update(started)
        generation = 0
        while any(count for count in self._round(component, inside, generation).values()):
            generation += 1
        for table, key_table in started.items():
            key_table.count = int(work.scalar(f"SELECT count(*) FROM {key_table.name}"))
            if not key_table.count:
                del self._into[table]
            else:
                work.temporary.analyse(key_table.name)

    def _round(self, component: tuple[str, ...], inside: set[str], generation: int) -> dict[str, int]:
        """Add what the rows of `generation` lead to; how many rows each table gained or raised."""
        work = self._work
        gained: dict[str, int] = {}
        for table in component:
            node = work.node(table)
            parts = [
                self._part(r, generation)
                for r in work.program.entering.get(table, ())
                if r.source_table in inside and r.source_table in self._into
            ]
            if not parts or table not in self._into:
                continue
            name = self._into[table].name
            columns = self._columns(node)
            raised = [c for c in columns if c == "r" or c[0] in "oa"]
            better = " OR ".join(f"excluded.{c} > {name}.{c}" for c in raised)
            sets = ", ".join(f"{c} = {self._greater(f'excluded.{c}', f'{name}.{c}')}" for c in raised)
            gained[table] = work.execute(
                f"INSERT INTO {name} ({', '.join(columns)}, gen) "
                f"SELECT q.*, {generation + 1} FROM ({self._merged(node, parts)}) q WHERE true "
                f"ON CONFLICT ({work.key_columns(table)}) DO UPDATE SET {sets}, v = "
                f"CASE WHEN excluded.r = 2 THEN {_verdict(node)} ELSE {name}.v END, gen = {generation + 1} WHERE {better}"
            )
        return gained

    def _greater(self, left: str, right: str) -> str:
        return f"{'greatest' if self._work.postgresql else 'max'}({left}, {right})"

    # -- parts of a fill -------------------------------------------------------------------------------

    def _columns(self, node: Node) -> list[str]:
        carried = [f"c{i}" for i in range(len(node.carried))]
        shown = [f"{side}{i}" for i in range(len(node.hideable)) for side in "oa"] if self._shows else []
        return [*carried, "cu", "r", "root", "via", "v", "b", *shown]

    def _parts(self, node: Node, roots: Sequence[KeyTable], entering: Sequence[Reference]) -> list[str]:
        """What fills a table. A row that is remembered comes once: its live row's carried values may differ by now."""
        live = [r for r in roots if not r.remembered]
        remembered = [r for r in roots if r.remembered]
        parts = [self._root_part(node, r) for r in live]
        parts += [self._without(node, self._root_part(node, r), live) for r in remembered]
        return parts + [self._without(node, self._part(r, None), remembered) for r in entering]

    def _without(self, node: Node, part: str, others: Sequence[KeyTable]) -> str:
        """A part without the rows that other root tables have; what is a root already gains nothing by another path."""
        for other in others:
            same = " AND ".join(f"w.c{i} = z.c{i}" for i in range(len(node.key)))
            part = f"SELECT z.* FROM ({part}) z WHERE NOT EXISTS (SELECT 1 FROM {other.name} w WHERE {same})"
        return part

    def _merged(self, node: Node, parts: list[str]) -> str:
        """Paths that enter the same row, made one: the greatest right, and what any path of it shows."""
        carried = ", ".join(f"c{i}" for i in range(len(node.carried)))
        shown = "".join(
            f", MAX({side}{i}) AS {side}{i}" for i in range(len(node.hideable)) for side in "oa" if self._shows
        )
        return (
            f"SELECT {carried}, cu, MAX(r) AS r, MAX(root) AS root, MIN(via) AS via, "
            f"CASE WHEN MAX(r) = 2 THEN {_verdict(node)} ELSE {int(Verdict.ACCESSED)} END AS v, 0 AS b{shown} "
            f"FROM ({' UNION ALL '.join(parts)}) u GROUP BY {carried}, cu"
        )

    def _root_part(self, node: Node, root: KeyTable) -> str:
        """The roots: matched rows are owned; a remembered row has the right by which it was reached, and departs."""
        carried = ", ".join(f"c{i}" for i in range(len(node.carried)))
        shown = "".join(f", 1 AS o{i}, 0 AS a{i}" for i in range(len(node.hideable)) if self._shows)
        right = "r" if root.remembered else "2 AS r"
        verdict = (
            f"CASE WHEN r = 2 THEN {_verdict(node)} ELSE {int(Verdict.ERASE)} END"
            if root.remembered
            else _verdict(node)
        )
        return f"SELECT DISTINCT {carried}, cu, {right}, 1 AS root, 0 AS via, {verdict} AS v, 0 AS b{shown} FROM {root.name}"

    def _nothing(self, node: Node) -> str:
        columns = ", ".join(f"{self._work.column('x', c)} AS c{i}" for i, c in enumerate(node.carried))
        shown = "".join(f", 0 AS o{i}, 0 AS a{i}" for i in range(len(node.hideable)) if self._shows)
        customer = customer_of(self._work, node.table, "x")
        return (
            f"SELECT {columns}, {customer.sql} AS cu, 2 AS r, 0 AS root, 0 AS via, 0 AS v, 0 AS b{shown} "
            f"FROM {self._work.name(node.table)} x{customer.joined} WHERE 1 = 0"
        )

    def _part(self, reference: Reference, generation: int | None) -> str:
        """The rows that one reference leads into, from its source's key table."""
        work = self._work
        node = work.node(reference.entered_table)
        customer, crossing = self._customer_of_entered(reference)
        carried = ", ".join(f"{work.column('x', c)} AS c{i}" for i, c in enumerate(node.carried))
        right = "k.r" if reference.own else "1"
        shown = ""
        if self._shows:
            for i, column in enumerate(node.hideable):
                hidden = column in reference.hide
                for side, value in (("o", 2), ("a", 1)):
                    shows = "0" if hidden else f"CASE WHEN {right} = {value} THEN 1 ELSE 0 END"
                    shown += f", {shows} AS {side}{i}"
        verdict = f"CASE WHEN {right} = 2 THEN {_verdict(node)} ELSE {int(Verdict.ACCESSED)} END"
        conditions = [crossing] if crossing else []
        if generation is not None:
            conditions.append(f"k.gen = {generation}")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return (
            f"SELECT {carried}, {customer.sql} AS cu, {right} AS r, 0 AS root, {reference.id} AS via, {verdict} AS v, "
            f"0 AS b{shown} {self._joined_tables(reference)}{customer.joined}{where}"
        )

    def _joined_tables(self, reference: Reference) -> str:
        """FROM: the source's key table, joined with the live rows that the reference enters."""
        work = self._work
        source = self._into[reference.source_table].name
        bearing = work.bearing_columns(reference)
        if reference.forward:
            left = work.carried_side(reference.table, "k", bearing)
            right = work.live_side("x", reference.target_columns)
        else:
            left = work.live_side("x", bearing)
            right = work.carried_side(reference.target, "k", reference.target_columns)
        return f"FROM {source} k JOIN {work.name(reference.entered_table)} x ON {work.joined(reference, left, right)}"

    def _entering(self, table: str, outside_of: set[str] | None) -> tuple[Reference, ...]:
        return tuple(
            r
            for r in self._work.program.entering.get(table, ())
            if r.source_table in self._into and (outside_of is None or r.source_table not in outside_of)
        )

    def _refers_to_itself(self, table: str) -> bool:
        return any(r.source_table == table for r in self._work.program.entering.get(table, ()))

    # -- Customers (section 2) -------------------------------------------------------------------------

    def _customer_of_entered(self, reference: Reference) -> tuple[_Expression, str]:
        """The entered row's Customer, and the condition under which the right flows into it."""
        work = self._work
        entered = work.node(reference.entered_table)
        through = not reference.forward and any(s.reference.id == reference.id for s in entered.customer.steps)
        if through and len(entered.customer.steps) == 1:
            return _Expression("k.cu", ""), ""
        expression = customer_of(work, reference.entered_table, "x")
        both = _Expression(expression.sql, expression.joined)
        if not work.with_customers:
            return both, ""
        conditions = []
        if reference.value_join:
            if not reference.across:
                conditions.append(work.same(expression.sql, "k.cu"))
        elif entered.customer.known:
            conditions.append(f"({expression.sql} = k.cu OR {expression.sql} IS NULL OR k.cu IS NULL)")
        if self._customer is not None:
            conditions.append(
                f"CAST({expression.sql} AS text) = '{self._customer.replace(chr(39), chr(39) * 2)}'"
                if entered.customer.known
                else "1 = 0"
            )
        return both, " AND ".join(conditions)

    def left_out(self) -> list[tuple[Reference, int, bool]]:
        """Where reach stopped at a Customer's border: the reference, how many rows, and whether those have no Customer."""
        found: list[tuple[Reference, int, bool]] = []
        work = self._work
        for reference in work.program.references:
            if not reference.has_right or reference.source_table not in self._into:
                continue
            if reference.value_join and not (reference.across and self._customer is not None):
                continue  # it equates the Customers: what belongs to another, or to none, is no row of its
            expression, crossing = self._customer_of_entered(reference)
            if not crossing:
                continue
            tables = self._joined_tables(reference) + expression.joined
            if not reference.value_join:
                apart = f"{expression.sql} <> k.cu"
                if count := int(work.scalar(f"SELECT count(*) {tables} WHERE {apart}")):
                    found.append((reference, count, False))
            if self._customer is not None:
                none = f"{expression.sql} IS NULL"
                if count := int(work.scalar(f"SELECT count(*) {tables} WHERE {none}")):
                    found.append((reference, count, True))
        return found


class _Expression:
    """SQL of a Customer and the joins that it needs."""

    def __init__(self, sql: str, joined: str) -> None:
        self.sql = sql
        self.joined = joined


def refuse_doubtful_key(work: Working, node: Node) -> None:
    """Refuse where the map's `key` of a table without a primary key doesn't name each row: a stranger's could go along."""
    if node.key_is_declared:
        return
    columns = work.live_key(node.table, "x")
    empty = " OR ".join(f"{work.column('x', c)} IS NULL" for c in node.key)
    name = work.name(node.table)
    if work.rows(f"SELECT 1 FROM {name} x WHERE {empty} LIMIT 1"):
        why = "is empty in some rows"
    elif work.rows(f"SELECT 1 FROM {name} x GROUP BY {columns} HAVING count(*) > 1 LIMIT 1"):
        why = "names several rows at once"
    else:
        return
    raise Refused(
        error(
            "key-not-unique",
            f"the key of {node.table} ({', '.join(node.key)}) {why}",
            "The database declares no primary key there, so the map's key must name every row by itself: otherwise "
            "another person's row could be erased along.",
            "key: [COLUMN, COLUMN]   # columns that together name one row, none of them empty",
            (node.table,),
        )
    )


def _verdict(node: Node) -> int:
    """What becomes of an owned row of the table if nothing else is said (section 5.4)."""
    return int(Verdict.MASK if node.on_erase == "mask" else Verdict.ERASE)


def _enters_each_row_once(reference: Reference) -> bool:
    """Whether no entered row can come by this reference from two source rows: its target is a key."""
    return not reference.forward and not reference.value_join
