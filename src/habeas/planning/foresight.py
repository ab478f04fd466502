"""What can be known of verdicts before any row is read, so that a run asks the database only what is open.

Two facts carry most of the speed: tables whose rows can't be shared need no look at other owners, and references whose
bearing rows always go along with what they refer to need no look for blockers and no unlinking.
"""

from __future__ import annotations

from collections.abc import Mapping

from habeas.program.program import Node, Reference


def tables_that_may_stay(nodes: Mapping[str, Node], references: tuple[Reference, ...]) -> frozenset[str]:
    """Tables of which an owned row may be shared with an owner who stays (section 5.3).

    A row that is entered by one `owned_by` key edge alone has one owner, which is in the reach already: it stays only if that
    owner's own row stays.
    """
    entering: dict[str, list[Reference]] = {}
    for reference in references:
        if reference.own:
            entering.setdefault(reference.entered_table, []).append(reference)
    may = {
        table
        for table, edges in entering.items()
        if len(edges) > 1 or any(e.kind == "owns" or e.value_join for e in edges)
    }
    grew = True
    while grew:
        grew = False
        for table, edges in entering.items():
            if table not in may and edges[0].source_table in may:
                may.add(table)
                grew = True
    return frozenset(may & nodes.keys())


def references_that_follow(
    nodes: Mapping[str, Node], references: tuple[Reference, ...], may_stay: frozenset[str]
) -> frozenset[int]:
    """References whose bearing rows are erased whenever the referred row is, by the program alone.

    Holds and a selection narrowed to a Customer change that; whoever uses this asks for them besides.
    """
    leading: dict[str, list[Reference]] = {}
    deleting: set[str] = set()
    for reference in references:
        leading.setdefault(reference.target, []).append(reference)
        if reference.on_erase == "delete":
            deleting.add(reference.table)

    def eligible(reference: Reference) -> bool:
        node = nodes.get(reference.table)
        target = nodes.get(reference.target)
        if node is None or target is None or reference.kind != "owned_by" or reference.value_join:
            return False
        if node.on_erase != "delete" or node.keep is not None or reference.table in may_stay:
            return False
        if reference.target in deleting:  # an accessed row may be erased there, and what it owns is accessed only
            return False
        return same_customer_by_construction(node, target, reference)

    following = {r.id for r in references if eligible(r)}
    shrank = True
    while shrank:
        shrank = False
        for reference in references:
            if reference.id in following and any(
                _may_block(other, nodes) and other.id not in following for other in leading.get(reference.table, ())
            ):
                following.discard(reference.id)
                shrank = True
    return frozenset(following)


def same_customer_by_construction(entered: Node, source: Node, reference: Reference) -> bool:
    """Whether both ends of the reference can't belong to two different Customers."""
    if not entered.customer.known or not source.customer.known:
        return True
    return customer_comes_through(entered, reference)


def customer_comes_through(node: Node, reference: Reference) -> bool:
    """Whether the row's Customer is that of the row this very reference leads to."""
    steps = node.customer.steps
    return reference.table == node.table and any(step.reference.id == reference.id for step in steps)


def _may_block(reference: Reference, nodes: Mapping[str, Node]) -> bool:
    """Whether some row's reference could hold its target in place (section 5.5)."""
    if not reference.can_block:
        return False
    node = nodes.get(reference.table)
    return reference.never_unlinked or node is None or node.keep is not None
