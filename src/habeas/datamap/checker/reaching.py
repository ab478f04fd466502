"""Tables that no path of edges reaches from any person: their rows would be overlooked by every request."""

from __future__ import annotations

from habeas.datamap.checker.ground import Ground


def check_reaching(ground: Ground) -> None:
    """Every personal table is reached from a kind of person over edges that carry a right."""
    reached = {person.table for person in ground.store.people.values()}
    flows = [(lead.leaves, lead.enters) for lead in ground.leads if lead.leaves is not None and lead.enters is not None]
    grown = True
    while grown:
        more = {enters for leaves, enters in flows if leaves in reached} - reached
        reached |= more
        grown = bool(more)
    customers = ground.store.customers
    for ref, entry, table in ground.mapped():
        if ref in reached or not ground.is_personal(ref) or not table.is_base:
            continue
        if customers is not None and ref == customers.table:
            continue
        targets = [target for edge in entry.edges.values() for target in (edge, *edge.targets.values())]
        if any(target.ask is not None for target in targets) or entry.ask is not None:
            continue  # the open question is an error already
        hopes = [lead for lead in ground.leads if lead.ref == ref and lead.resolved is not None]
        near = next((lead for lead in hopes if lead.resolved is not None and lead.resolved.table in reached), None)
        detail = "No request would find its rows, and no erasure remove them."
        if near is not None and near.target.as_ is not None:
            detail += f" Its edge {near.name} is {near.target.as_.value}, which gives no right to it."
            fix = f"{near.name}: owned_by"
        else:
            key = next((k for k in table.foreign_keys if k.target in reached), None)
            fix = f"not_personal: why {ref} holds nothing of anybody"
            if key is not None:
                fix = f"edges: {{{'_'.join(key.columns)}: {{to: {key.target}, as: owned_by}}}}   or   {fix}"
            elif any(column.is_personal for column in entry.columns.values()):
                fix = f"edges: {{COLUMN: {{to: {sorted(reached)[0] if reached else 'TABLE'}, as: owned_by}}}}"
        summary = f"no path leads from a person to {ground.name(ref)}"
        ground.refuse("unreached-table", ("tables", ref), summary, detail, fix, [ref])
