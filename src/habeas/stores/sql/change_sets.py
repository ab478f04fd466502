"""Which remaining rows are written to, and what is written (section 6): decided before anything changes.

Each change set is a temporary table of keys, so that the plan counts the very rows that apply will write.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from habeas.diagnostics import Finding, error
from habeas.program.program import DEPARTING, MASKED, Reference, Verdict, WrittenValue
from habeas.stores.sql.blocking import always_follows
from habeas.stores.sql.customers import customer_of, inside_selection
from habeas.stores.sql.reached_bearers import bearers_are_reached, guard_columns, reached_bearers
from habeas.stores.sql.temporary_tables import Wanted, named
from habeas.stores.sql.working import Working

_DEPARTING = ", ".join(str(int(v)) for v in DEPARTING)
_MASKED = ", ".join(str(int(v)) for v in MASKED)
_ERASE, _KEEP, _HOLD = int(Verdict.ERASE), int(Verdict.KEEP), int(Verdict.HOLD)


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Rows of one table that remain and are written to because of one reference. `name` is the table of their keys.

    `reached`: they were read from the key table, with the reference's columns.
    """

    reference: Reference
    name: str
    count: int
    writes: tuple[WrittenValue, ...]
    reached: bool = False

    @property
    def table(self) -> str:
        return self.reference.table

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(w.column for w in self.writes)


def change_sets(work: Working) -> list[ChangeSet]:
    """All change sets of the run; empty ones are left out."""
    wanted: list[tuple[ChangeSet, Wanted]] = []
    for reference in work.program.references:
        writes = _writes(reference)
        node = work.node(reference.table)
        if not writes or not node.key:
            continue
        key = [f"c{i}" for i in range(len(node.key))]
        reached = not reference.forward and bearers_are_reached(work, reference)
        query = _reached_keys(work, reference) if reached else _looked_up_keys(work, reference)
        if query:
            changed = ChangeSet(reference, f"{work.temporary.stem}u{reference.id}", 0, writes, reached)
            columns = _with_guard(work, reference, key) if reached else key
            wanted.append((changed, Wanted(changed.name, reference.table, named(columns, query), key)))
    counts = work.make_tables([table for _, table in wanted])
    return [replace(changed, count=count) for (changed, _), count in zip(wanted, counts, strict=True) if count]


def _writes(reference: Reference) -> tuple[WrittenValue, ...]:
    masks = reference.masks if reference.has_right else ()
    written = {w.column for w in reference.unlink}
    return (*(w for w in masks if w.column not in written), *reference.unlink)


def _reached_keys(work: Working, reference: Reference) -> str | None:
    rows = reached_bearers(work, reference) if _loses_its_target(work, reference) else None
    if rows is None:
        return None
    columns = _with_guard(work, reference, [f"c{i}" for i in range(len(work.node(reference.table).key))])
    return f"SELECT {', '.join(f'o.{c}' for c in columns)} {rows}"


def _with_guard(work: Working, reference: Reference, key: list[str]) -> list[str]:
    """The columns of a change set that was read from the key table; the reference may stand in the row's key."""
    return list(dict.fromkeys([*key, *guard_columns(work, reference)]))


def _looked_up_keys(work: Working, reference: Reference) -> str | None:
    parts = [f"SELECT {_live_keys(work, reference.table)} {rows}" for rows in _bearers(work, reference)]
    if not parts:
        return None
    once = len(parts) == 1 and not reference.value_join  # a key edge leads to one row at most
    return parts[0] if once else f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)}) q"


def _loses_its_target(work: Working, reference: Reference) -> bool:
    """Whether a remaining row may refer to one that departs."""
    target = work.tallies.get(reference.target)
    return target is not None and bool(target.rows(*DEPARTING)) and not always_follows(work, reference)


def _bearers(work: Working, reference: Reference) -> list[str]:
    """FROM … WHERE of the rows `s` to write to: those that lose their target, and owners that are nobody's any more."""
    found: list[str] = []
    if _loses_its_target(work, reference):
        found.append(_remaining_bearers(work, reference))
    own = work.keys.get(reference.table)
    if reference.forward and own is not None and work.tallies[reference.table].rows(*MASKED):
        # A masked row is nobody's, so it owns nothing: otherwise it would hold what it owns in place for ever.
        same = work.same_row(reference.table, "o", "s")
        found.append(
            f"FROM {own.name} o JOIN {work.name(reference.table)} s ON {same} "
            f"WHERE o.v IN ({_MASKED}) AND {_leads_somewhere(work, reference)}"
        )
    return found


def _remaining_bearers(work: Working, reference: Reference) -> str:
    """FROM … WHERE: remaining rows `s` whose reference leads to a departing row `t`."""
    target = work.keys[reference.target]
    joined = work.joined(
        reference,
        work.live_side("s", work.bearing_columns(reference)),
        work.carried_side(reference.target, "t", reference.target_columns),
    )
    own = work.keys.get(reference.table)
    conditions: list[str] = []
    customer = customer_of(work, reference.table, "s")
    joins = ""
    if inside := inside_selection(work, reference.table, "s"):
        joins = inside.joined
        conditions.append(inside.sql)
    if reference.value_join:
        # A lookup that is a declared copy goes on joining the masked row, by the value that both receive.
        stays_joined = not reference.has_right and reference.id in work.program.copied
        conditions.append(f"t.v = {_ERASE}" if stays_joined else f"t.v IN ({_DEPARTING})")
        if work.with_customers and not reference.across:
            joins = customer.joined
            conditions.append(work.same(customer.sql, "t.cu"))
        conditions.append(f"NOT {_also_joins_a_remaining_row(work, reference, customer.sql)}")
        if work.with_customers:
            joins = customer.joined
        if own is not None:
            conditions.append(_not_in(work, reference, own.name, (_ERASE, _KEEP, _HOLD)))
    elif reference.has_right:
        conditions.append(f"t.v IN ({_DEPARTING})")
        if own is not None:
            kept = f"NOT ({_in(work, reference, own.name, (_KEEP,))} AND t.v <> {_ERASE})"
            if reference.on_erase == "unlink":
                conditions += [kept, _not_in(work, reference, own.name, (_ERASE, _HOLD))]
            else:
                conditions.append(_not_in(work, reference, own.name, (_ERASE, _KEEP, _HOLD)))
    else:
        erased = f"t.v = {_ERASE}"
        if own is not None:
            erased += f" AND {_not_in(work, reference, own.name, (_ERASE, _HOLD))}"
            masked = _in(work, reference, own.name, tuple(int(v) for v in MASKED))
            conditions.append(f"(({erased}) OR (t.v IN ({_MASKED}) AND {masked}))")
        else:
            conditions.append(erased)
    return (
        f"FROM {target.name} t JOIN {work.name(reference.table)} s ON {joined}{joins} WHERE {' AND '.join(conditions)}"
    )


def _leads_somewhere(work: Working, reference: Reference) -> str:
    """Whether the reference of the row `s`, which the key table's row `o` names, joins a live row at all."""
    conditions = [
        work.joined(
            reference,
            work.live_side("s", work.bearing_columns(reference)),
            work.live_side("w", reference.target_columns),
        )
    ]
    joins = ""
    if reference.value_join and work.with_customers and not reference.across:
        other = customer_of(work, reference.target, "w")
        joins = other.joined
        conditions.append(work.same(other.sql, "o.cu"))
    return f"EXISTS (SELECT 1 FROM {work.name(reference.target)} w{joins} WHERE {' AND '.join(conditions)})"


def _in(work: Working, reference: Reference, keys: str, verdicts: tuple[int, ...]) -> str:
    chosen = ", ".join(map(str, verdicts))
    return f"EXISTS (SELECT 1 FROM {keys} o WHERE {work.same_row(reference.table, 'o', 's')} AND o.v IN ({chosen}))"


def _not_in(work: Working, reference: Reference, keys: str, verdicts: tuple[int, ...]) -> str:
    return f"NOT {_in(work, reference, keys, verdicts)}"


def _also_joins_a_remaining_row(work: Working, reference: Reference, customer: str) -> str:
    """The value is a remaining person's too: unlinking would take away what is theirs."""
    joined = work.joined(
        reference,
        work.live_side("s", work.bearing_columns(reference)),
        work.live_side("w", reference.target_columns),
    )
    other = customer_of(work, reference.target, "w")
    conditions = [joined]
    joins = ""
    if work.with_customers and not reference.across:
        joins = other.joined
        conditions.append(work.same(other.sql, customer))
    conditions.append(
        f"NOT EXISTS (SELECT 1 FROM {work.keys[reference.target].name} o "
        f"WHERE {work.same_row(reference.target, 'o', 'w')} AND o.v IN ({_DEPARTING}))"
    )
    return f"EXISTS (SELECT 1 FROM {work.name(reference.target)} w{joins} WHERE {' AND '.join(conditions)})"


def _live_keys(work: Working, table: str) -> str:
    return ", ".join(f"{work.column('s', c)} AS c{i}" for i, c in enumerate(work.node(table).key))


def refusals(work: Working, sets: list[ChangeSet]) -> list[Finding]:
    """Masks that can't be written without leaving a person's data, or breaking what others hold (section 6)."""
    found: list[Finding] = []
    for table in work.keys:
        node = work.node(table)
        if not work.tallies[table].rows(*MASKED):
            continue
        if node.personal_key:
            found.append(
                error(
                    "personal-key",
                    f"rows of {table} would have to be masked, but their key holds personal data "
                    f"({', '.join(node.personal_key)})",
                    "A key can't be masked without breaking what refers to it, so the person would stay recognisable.",
                    "placeholder: VALUE   # on the NOT NULL edges that keep these rows in place",
                    (table,),
                )
            )
        masked = {m.column for m in node.masks}
        for reference in work.program.leading_to.get(table, ()):
            touched = masked & set(reference.target_columns)
            if reference.value_join or not touched or reference.on_update == "CASCADE":
                continue
            if _still_refers(work, reference, sets):
                found.append(
                    error(
                        "mask-breaks-reference",
                        f"rows of {reference.table} refer to {table}.{', '.join(sorted(touched))} by "
                        f"{reference.name}, and that value would be masked",
                        "They remain, and would refer to nothing.",
                        f"{reference.name}: {{…, on_erase: delete}}   # or give the edge a placeholder",
                        (table, reference.table),
                    )
                )
    return found


def _still_refers(work: Working, reference: Reference, sets: list[ChangeSet]) -> bool:
    own = work.keys.get(reference.table)
    joined = work.joined(
        reference,
        work.live_side("s", work.bearing_columns(reference)),
        work.carried_side(reference.target, "t", reference.target_columns),
    )
    conditions = [joined, f"t.v IN ({_MASKED})"]
    if own is not None and work.node(reference.table).key:
        conditions.append(_not_in(work, reference, own.name, (_ERASE,)))
    for changed in sets:
        if changed.reference.id == reference.id and reference.unlink:
            conditions.append(
                f"NOT EXISTS (SELECT 1 FROM {changed.name} o WHERE {work.same_row(reference.table, 'o', 's')})"
            )
    return bool(
        work.rows(
            f"SELECT 1 FROM {work.keys[reference.target].name} t, {work.name(reference.table)} s "
            f"WHERE {' AND '.join(conditions)} LIMIT 1"
        )
    )
