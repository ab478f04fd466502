"""Writes that would leave a reference without its target (section 6): looked for before anything changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from habeas.diagnostics import Finding, error
from habeas.program.program import DEPARTING, Reference, Verdict
from habeas.stores.sql.change_sets import ChangeSet
from habeas.stores.sql.changing import literal
from habeas.stores.sql.working import Working

_DEPARTING = ", ".join(str(int(v)) for v in DEPARTING)
_ERASE, _KEEP = int(Verdict.ERASE), int(Verdict.KEEP)


def placeholders_that_go(work: Working, sets: Sequence[ChangeSet]) -> list[Finding]:
    """Where what is unlinked would refer to nothing, or to the person as before."""
    return [
        error(
            "placeholder-goes",
            f"the placeholder of {changed.table}.{changed.reference.name} names a row of {changed.reference.target} "
            "that goes itself",
            "What is unlinked would refer to nothing, or to the person as before.",
            f"{changed.reference.name}: {{…, placeholder: VALUE}}   # the key of a row that is nobody's and stays",
            (changed.table, changed.reference.target),
        )
        for changed in sets
        if _names_a_departing_row(work, changed)
    ]


def _names_a_departing_row(work: Working, changed: ChangeSet) -> bool:
    reference, table = changed.reference, changed.table
    written = {w.column: literal(work, w) for w in reference.unlink if w.kind == "constant"}
    if not written or reference.target not in work.keys:
        return False
    joined = work.joined(
        reference,
        work.live_side("s", work.bearing_columns(reference)) | written,
        work.carried_side(reference.target, "t", reference.target_columns),
    )
    return bool(
        work.rows(
            f"SELECT 1 FROM {changed.name} o JOIN {work.name(table)} s ON {work.same_row(table, 'o', 's')} "
            f"JOIN {work.keys[reference.target].name} t ON {joined} WHERE t.v IN ({_DEPARTING}) LIMIT 1"
        )
    )


def written_targets(work: Working, sets: Sequence[ChangeSet]) -> list[Finding]:
    """Masks of an edge or of `keep` over a column by which remaining rows still refer to the row."""
    found: list[Finding] = []
    for table, columns, rows in _written(work, sets):
        for reference in work.program.leading_to.get(table, ()):
            touched = columns & set(reference.target_columns)
            if reference.value_join or not touched or reference.on_update == "CASCADE":
                continue
            if _still_refers(work, reference, rows, sets):
                found.append(
                    error(
                        "mask-breaks-reference",
                        f"rows of {reference.table} refer to {table}.{', '.join(sorted(touched))} by "
                        f"{reference.name}, and that value would be masked",
                        "They remain, and would refer to nothing.",
                        "mask: [COLUMN]   # under the edge's on_erase or under keep: columns that nothing refers to",
                        (table, reference.table),
                    )
                )
    return found


def _written(work: Working, sets: Sequence[ChangeSet]) -> Iterator[tuple[str, set[str], str]]:
    """What is written to rows that are not masked whole: table, columns, and the rows `w` (FROM …)."""
    for changed in sets:
        same = work.same_row(changed.table, "o", "w")
        yield changed.table, set(changed.columns), f"{changed.name} o JOIN {work.name(changed.table)} w ON {same}"
    for table, keys in work.keys.items():
        keep = work.node(table).keep
        if keep is not None and keep.masks and work.tallies[table].kept_alone:
            same = f"{work.same_row(table, 'o', 'w')} AND o.v = {_KEEP} AND o.b >= 0"
            yield table, {w.column for w in keep.masks}, f"{keys.name} o JOIN {work.name(table)} w ON {same}"


def _still_refers(work: Working, reference: Reference, rows: str, sets: Sequence[ChangeSet]) -> bool:
    table, own = reference.table, work.keys.get(reference.table)
    conditions: list[str] = []
    if work.node(table).key:
        if own is not None:
            conditions.append(_is_none_of(work, table, own.name, f" AND k.v = {_ERASE}"))
        conditions += [
            _is_none_of(work, table, changed.name)
            for changed in sets
            if changed.table == table and set(changed.columns) & set(reference.columns)
        ]
    joined = work.joined(
        reference,
        work.live_side("s", work.bearing_columns(reference)),
        work.live_side("w", reference.target_columns),
    )
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return bool(work.rows(f"SELECT 1 FROM {rows} JOIN {work.name(table)} s ON {joined}{where} LIMIT 1"))


def _is_none_of(work: Working, table: str, keys: str, more: str = "") -> str:
    return f"NOT EXISTS (SELECT 1 FROM {keys} k WHERE {work.same_row(table, 'k', 's')}{more})"
