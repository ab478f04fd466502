"""A placeholder must not name a row that goes (section 6): looked at before anything changes."""

from __future__ import annotations

from collections.abc import Sequence

from habeas.diagnostics import Finding, error
from habeas.program.program import DEPARTING
from habeas.stores.sql.change_sets import ChangeSet
from habeas.stores.sql.changing import literal
from habeas.stores.sql.working import Working

_DEPARTING = ", ".join(str(int(v)) for v in DEPARTING)


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
