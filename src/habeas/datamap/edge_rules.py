"""What an edge must say to make sense by itself."""

from __future__ import annotations

from collections.abc import Iterator

from habeas.datamap.model import EdgeKind, EdgeTarget, TableEntry
from habeas.datamap.positions import KeyPath
from habeas.diagnostics import Finding, error, warning

Placed = tuple[KeyPath, Finding]
# Rows that stay although the row they refer to leaves are those that an edge leads *into* with a right.
_ERASES = (EdgeKind.OWNED_BY, EdgeKind.ACCESSED_BY)


def edge_findings(ref: str, table: TableEntry) -> Iterator[Placed]:
    """Errors of a table's edges, with their paths in the file."""
    for name, edge in table.edges.items():
        path: KeyPath = ("tables", ref, "edges", name)
        if edge.pair is None:
            yield from _target(ref, name, edge, path, len(edge.columns))
            continue
        for type_value, target in edge.targets.items():
            if edge.ask is None:
                yield from _target(ref, f"{name} ({type_value})", target, (*path, "to", type_value), len(edge.pair) - 1)
        if not edge.targets and edge.ask is None:
            detail = "Without type values the edge leads nowhere."
            fix = f"{name}: {{pair: [{', '.join(edge.pair)}], to: {{Contact: {{table: contacts, as: owned_by}}}}}}"
            yield path, error("pair-without-types", f"the pair {ref}.{name} names no types", detail, fix)
        if len(set(edge.pair)) < len(edge.pair):
            detail = "The first column holds the type, the others the key, each a part of it."
            fix = f"pair: [{name}_type, {name}_id]"
            yield path, error("pair-of-one-column", f"the pair {ref}.{name} names one column twice", detail, fix)


def _target(ref: str, label: str, edge: EdgeTarget, path: KeyPath, width: int) -> Iterator[Placed]:
    name = str(path[-1])
    if edge.as_ is None and edge.ask is None:
        to = f"to: {edge.to}, " if edge.to else ""
        detail = (
            "An edge must say whose the row is: owned_by (it goes with the row referred to), owns (the row referred "
            "to goes with it), accessed_by or accesses (it is only shown), lookup (no right)."
        )
        fix = f"{name}: {{{to}as: owned_by}}" if to else f"{name}: owned_by"
        yield path, error("edge-without-ownership", f"the edge {ref}.{label} has no ownership", detail, fix)
    kind = edge.as_
    if kind is not None and kind not in _ERASES and edge.on_erase is not None and edge.on_erase.action != "unlink":
        detail = (
            f"The row of {ref} is not reached over this edge, and so it has nothing to {edge.on_erase.action} when the "
            "row it refers to leaves; the reference is unlinked by itself."
        )
        fix = f"Delete on_erase: of {name}, or write a placeholder: where the column can't be NULL."
        summary = f"on_erase of {ref}.{label} says {edge.on_erase.action}, and the edge is {kind.value}"
        yield (*path, "on_erase"), error("on-erase-without-right", summary, detail, fix, [ref])
    if kind is EdgeKind.LOOKUP and edge.on_access.hide:
        detail = "No right flows along a lookup, and so no copy shows anything by it that could be hidden."
        fix = f"Delete on_access: of {name}, or write as: accessed_by"
        yield (
            (*path, "on_access"),
            error("hide-without-right", f"{ref}.{label} hides and is a lookup", detail, fix, [ref]),
        )
    yield from _across(ref, label, edge, path)
    placeholder = edge.placeholder
    if isinstance(placeholder, tuple) and len(placeholder) != width:
        detail = f"The edge has {width} column{'s' if width > 1 else ''}; a list gives one value for each, in order."
        fix = "placeholder: 0" if width == 1 else f"placeholder: [{', '.join('0' * width)}]"
        yield (*path, "placeholder"), error("bad-placeholder", f"{ref}.{label}: wrong number of values", detail, fix)


def _across(ref: str, label: str, edge: EdgeTarget, path: KeyPath) -> Iterator[Placed]:
    why = (edge.why or "").strip()
    if edge.across is not None and edge.across != "customers":
        detail = "The one thing that an edge can go across is Customers."
        summary = f"across of {ref}.{label} has an unknown value"
        yield (*path, "across"), error("unknown-value", summary, detail, "across: customers")
    elif edge.across is not None and not why:
        detail = "One Customer's request would then reach rows of another: a reviewer must see the reason."
        fix = "across: customers\nwhy: one login serves several accounts"
        yield (*path, "across"), error("across-without-why", f"{ref}.{label} goes across without why", detail, fix)
    elif edge.across is None and why:
        detail = "why gives the reason for across: customers; without that it says nothing."
        yield (*path, "why"), warning("why-without-across", f"{ref}.{label} says why of nothing", detail, "Delete why:")
