"""Whether a set of people can be erased at once with the same end as one after another (semantics, section 8)."""

from __future__ import annotations

from habeas.program.program import Program, Reference


def must_go_one_by_one(program: Program) -> bool:
    """Whether a row that goes, or is kept, with a later person could hold in place what an earlier person leaves.

    That needs a reference between two tables that may both lose rows, whose bearing row is another person's, and which
    can't be unlinked: never, or not in a kept row. Most programs have none, and a batch is one set.
    """
    losing = {r.entered_table for r in program.references if r.own or r.on_erase == "delete"}
    losing |= {node.table for node in program.people}
    kept = {node.table for node in program.nodes.values() if node.keep is not None}
    kept |= {t for node in program.nodes.values() if node.keep is not None for t in node.keep.with_tables}

    def holds(reference: Reference) -> bool:
        if not reference.can_block or reference.table not in losing or reference.target not in losing:
            return False
        if reference.never_unlinked:
            return reference.id not in program.follows
        # A kept row with one owner is kept for the very person whose row it refers to.
        with_owner = reference.kind == "owned_by" and reference.table not in program.may_stay
        return reference.table in kept and reference.on_erase != "unlink" and not with_owner

    return any(holds(reference) for reference in program.references)
