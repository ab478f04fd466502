"""Which table's rows are Customers (tenants), and how every other row knows its Customer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from habeas.catalog.tables import Catalog, Table, TypeFamily
from habeas.discovery.edges import Found, FoundEdge
from habeas.discovery.naming import words
from habeas.discovery.people import PersonTable
from habeas.discovery.table_words import PLACE_WORDS, TENANT_WORDS, last_word
from habeas.discovery.vocabulary import word_set

# Of all base tables, the share whose rows must name the tenant before a table is taken for the Customer table.
_SHARE_BY_NAME = 0.3
_SHARE_BY_EVIDENCE = 0.6
_LEAST_REFERRERS = 3
_MEMBERS = word_set("participant attendee member contact recipient invitee guest user person subscriber follower")
_END_WORDS = ("closed", "ended", "terminated", "cancelled", "canceled", "churned", "deactivated", "ends", "expires")


@dataclass(frozen=True, slots=True)
class CustomersTable:
    """The table of Customers, the rule that told it, and the column that says when a contract ended."""

    table: str
    rule: str
    ends_at: str | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """How a table's rows know their Customer: exactly one of `column`, `via` (an edge), `none` (why not)."""

    rule: str
    column: str | None = None
    via: str | None = None
    none: str | None = None


def find_customers(catalog: Catalog, found: Found, people: tuple[PersonTable, ...]) -> CustomersTable | None:
    """The table that most other tables name in a NOT NULL column, unless its rows are people.

    A tenant's word in the name (`accounts`, `workspaces`) needs 30% of the tables, any other name 60%; at least three
    tables either way. A nullable column counts half.
    """
    persons = {person.table for person in people}
    bases = [table for table in catalog.tables.values() if table.is_base]
    weight: dict[str, dict[str, float]] = {}
    for edge in found.edges:
        if edge.target != edge.table and edge.by in ("declared-key", "name"):
            referrers = weight.setdefault(edge.target, {})
            referrers[edge.table] = max(referrers.get(edge.table, 0.0), 0.5 if edge.nullable else 1.0)
    best: tuple[float, str] | None = None
    for ref, referrers in weight.items():
        last = last_word(ref)
        if ref in persons or last in PLACE_WORDS:
            continue
        total = sum(referrers.values())
        share = _SHARE_BY_NAME if last in TENANT_WORDS else _SHARE_BY_EVIDENCE
        if total >= max(_LEAST_REFERRERS, share * (len(bases) - 1)) and (best is None or total > best[0]):
            best = (total, ref)
    if best is None:
        return None
    table = catalog.tables[best[1]]
    rule = "tenant-name" if last_word(best[1]) in TENANT_WORDS else "named-by-most"
    return CustomersTable(best[1], rule, _ends_at(table))


def customer_paths(
    catalog: Catalog,
    found: Found,
    customers: CustomersTable,
    owning: Callable[[FoundEdge], bool],
    reasons: Mapping[str, str],
) -> dict[str, Path]:
    """The Customer path of every base table but the Customer table itself.

    In this order: a NOT NULL column that names the Customer; the shortest way over NOT NULL owning edges; a
    nullable column; the shortest way over any edge to a row that knows its Customer; else none. `owning` says
    whether an edge makes the row belong to the row it refers to; `reasons` gives the words for `none` by table.
    """
    paths: dict[str, Path] = {}
    columns: dict[str, FoundEdge] = {}
    for edge in found.edges:
        if edge.target == customers.table and edge.table != customers.table and len(edge.columns) == 1:
            known = columns.get(edge.table)
            if known is None or (known.nullable and not edge.nullable) or _named_after(edge, customers.table):
                columns[edge.table] = edge
    for ref, edge in columns.items():
        if not edge.nullable:
            paths[ref] = Path("not-null-column", column=edge.columns[0])
    _spread(found, paths, customers, lambda edge: owning(edge) and not edge.nullable, "owning-edge")
    for ref, edge in columns.items():
        paths.setdefault(ref, Path("nullable-column", column=edge.columns[0]))
    _spread(found, paths, customers, owning, "owning-edge")
    _spread(found, paths, customers, lambda edge: not edge.nullable, "shortest-edge")
    _spread(found, paths, customers, lambda edge: True, "shortest-edge")
    for pair in found.pairs:
        goals = [goal for goal in pair.targets.values() if goal is not None]
        if pair.table not in paths and goals and all(goal in paths or goal == customers.table for goal in goals):
            paths[pair.table] = Path("pair", via=pair.name)
    _spread(found, paths, customers, lambda edge: True, "shortest-edge")
    _by_container(found, paths, columns)
    for table in catalog.tables.values():
        if table.is_base and table.ref != customers.table and table.ref not in paths:
            reason = reasons.get(table.ref, "no column or edge leads to a Customer")
            paths[table.ref] = Path("no-path", none=reason)
    return paths


def _named_after(edge: FoundEdge, table: str) -> bool:
    return words(edge.name)[:-1] == (last_word(table),)


def _spread(
    found: Found,
    paths: dict[str, Path],
    customers: CustomersTable,
    follow: Callable[[FoundEdge], bool],
    rule: str,
) -> None:
    """Give tables without a path one over their edges, breadth first from the tables that have one."""
    into: dict[str, list[FoundEdge]] = {}
    for edge in found.edges:
        if edge.table != edge.target and edge.by != "value" and follow(edge):
            into.setdefault(edge.target, []).append(edge)
    queue = deque(paths)
    while queue:
        ref = queue.popleft()
        for edge in into.get(ref, ()):
            if edge.table not in paths and edge.table != customers.table:
                paths[edge.table] = Path(rule, via=edge.name)
                queue.append(edge.table)


def _by_container(found: Found, paths: dict[str, Path], columns: Mapping[str, FoundEdge]) -> None:
    """`meeting_participants` know their Customer by the meeting: a person may be in groups of several Customers, and a
    group is in one. The container is what the table's name begins with; its own path may not lead back here."""
    for ref, own in found.by_table.items():
        name = words(ref.rpartition(".")[2])
        if ref in columns or ref not in paths or len(name) < 2 or name[-1] not in _MEMBERS:
            continue
        for edge in own:
            container = words(edge.target.rpartition(".")[2])
            if edge.nullable or edge.by == "value" or name[: len(container)] != container or edge.target == ref:
                continue
            if edge.target in paths and not _leads_through(edge.target, ref, found, paths):
                paths[ref] = Path("container", via=edge.name)
                break


def _leads_through(start: str, ref: str, found: Found, paths: Mapping[str, Path]) -> bool:
    here, seen = start, set[str]()
    while here not in seen:
        seen.add(here)
        via = paths[here].via if here in paths else None
        step = next((e for e in found.by_table.get(here, ()) if e.name == via), None)
        if step is None:
            return via is not None and here != start  # a pair: its rows may lead anywhere
        here = step.target
        if here == ref:
            return True
    return True


def _ends_at(table: Table) -> str | None:
    """The column that dates the end of a Customer's contract (`closed_at`, `terminated_on`)."""
    for ending in _END_WORDS:
        for column in table.columns:
            if column.family in (TypeFamily.DATE, TypeFamily.DATETIME) and ending in words(column.name):
                return column.name
    return None
