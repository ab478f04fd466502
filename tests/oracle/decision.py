"""Sections 3 to 5 and 7 of docs/semantics.md: who is meant, what is reached, and what becomes of each row."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.oracle.company import Asked, Company, Identities, Refused, RowId, Rows
from tests.oracle.references import ACCESS, OWN, Links, Reference, matching_form

ERASE, MASK, SHARED, KEEP, HOLD, ACCESSED = "erase", "mask", "shared", "keep", "hold", "accessed"


@dataclass
class Verdicts:
    """What was decided. Rows that appear nowhere are not reached and remain."""

    roots: set[RowId] = field(default_factory=set)
    right: dict[RowId, str] = field(default_factory=dict)
    hidden: dict[RowId, set[str]] = field(default_factory=dict)
    outside: set[RowId] = field(default_factory=set)  # rows that aren't the Customer's, under its own selection
    verdict: dict[RowId, str] = field(default_factory=dict)
    kept_itself: set[RowId] = field(default_factory=set)  # kept by its own table's `keep`, not along with another
    blocked: set[RowId] = field(default_factory=set)

    def departs(self, row: RowId) -> bool:
        """Erased or masked; a row that is kept or held does not depart."""
        return self.verdict.get(row) in (ERASE, MASK)

    def remains(self, row: RowId) -> bool:
        return self.verdict.get(row) != ERASE

    def frozen(self, row: RowId) -> bool:
        """Held, or outside of the Customer's selection: nothing of it changes."""
        return self.verdict.get(row) == HOLD or row in self.outside


# --- section 3 -------------------------------------------------------------------------------------------------


def matches(links: Links, person: Identities, asked: Asked) -> dict[tuple[str, Any], set[RowId]]:
    """Rows that the identities mean, in groups by kind of person and Customer."""
    groups: dict[tuple[str, Any], set[RowId]] = {}
    for kind, entry in links.company.map.get("people", {}).items():
        table = entry["table"]
        if asked.kind is not None and kind != asked.kind:
            continue
        found: set[RowId] = set()
        by_key: list[set[RowId]] = []  # rows that key identities match: of a column unique under its own rule
        for type_, value in person:
            for column, said in (links.company.entry(table).get("columns") or {}).items():
                if not isinstance(said, Mapping) or said.get("identity") != type_:
                    continue
                rule = links.rule(table, column)
                wanted = matching_form(value, rule)
                rows = {
                    (table, i)
                    for i, row in enumerate(links.rows.get(table, ()))
                    if wanted is not None
                    and row[column] is not None
                    and matching_form(str(row[column]), rule) == wanted
                }
                found |= rows
                shape = links.company.tables[table]
                if rule == "exact" and ((column,) == shape.key or (column,) in shape.uniques):
                    by_key.append(rows)
        for row in set().union(*by_key) if by_key else found:
            groups.setdefault((kind, links.customer[row]), set()).add(row)
    return groups


def roots_of(links: Links, person: Identities, asked: Asked, changes: bool) -> set[RowId]:
    """The matched rows that are meant. Raises Refused, where a change would need to know better."""
    groups = matches(links, person, asked)
    if asked.customer is not None:
        groups = {k: rows for k, rows in groups.items() if k[1] is not None and str(k[1]) == asked.customer}
    found = set().union(*groups.values())
    if changes:
        if len(found) > links.company.policy.get("limits", {}).get("max_matches", 100):
            raise Refused("too-many-matches")
        if any(len(rows) > 1 for rows in groups.values()) and not asked.all_matches:
            raise Refused("ambiguous")
        if len({customer for _, customer in groups}) > 1 and not asked.all_customers:
            raise Refused("several-customers")
    return found


# --- section 4 -------------------------------------------------------------------------------------------------


def reach(links: Links, roots: set[RowId], may_enter: Callable[[RowId], bool] = lambda row: True) -> dict[RowId, str]:
    """Every row that is reached, with the greatest right over its paths."""
    right = dict.fromkeys(roots, OWN)
    grew = True
    while grew:
        grew = False
        for source, entered, reference in links.flows:
            if source not in right or not may_enter(entered):
                continue
            given = OWN if right[source] == OWN and reference.right == OWN else ACCESS
            if right.get(entered) != OWN and right.get(entered) != given:
                right[entered] = given
                grew = True
    return right


def hidden_columns(links: Links, roots: set[RowId], right: dict[RowId, str]) -> dict[RowId, set[str]]:
    """Columns that every path of a row's own right hides."""
    hidden: dict[RowId, set[str]] = {}
    for row in right:
        if row in roots:
            continue
        last = [
            set(reference.hide)
            for source, entered, reference in links.flows
            if entered == row
            and source in right
            and (OWN if right[source] == OWN and reference.right == OWN else ACCESS) == right[row]
        ]
        hidden[row] = set.intersection(*last) if last else set()
    return hidden


def start(links: Links, asked: Asked, person: Identities | None, changes: bool) -> Verdicts:
    """Roots, reach and hidden columns of one person (or, without one, of the Customer alone)."""
    verdicts = Verdicts()
    if person is None:
        own_table = (links.company.map.get("customers") or {}).get("table")
        for row, customer in links.customer.items():
            path = links.company.entry(row[0]).get("customer")
            has_path = isinstance(path, str) or (isinstance(path, Mapping) and "none" not in path)
            if has_path and row[0] != own_table and customer is not None and str(customer) == asked.customer:
                verdicts.roots.add(row)
        verdicts.right = dict.fromkeys(verdicts.roots, OWN)
    else:
        verdicts.roots = roots_of(links, person, asked, changes)
        only = asked.customer

        def inside(row: RowId) -> bool:
            return only is None or (links.customer[row] is not None and str(links.customer[row]) == only)

        verdicts.right = reach(links, verdicts.roots, inside)
    if asked.customer is not None:
        verdicts.outside = {
            row for row, customer in links.customer.items() if customer is None or str(customer) != asked.customer
        }
    verdicts.hidden = hidden_columns(links, verdicts.roots, verdicts.right)
    return verdicts


def decide_access(company: Company, rows: Rows, asked: Asked) -> Verdicts:
    """Section 7: everything that is reached, over all groups and all people that were asked for."""
    links = Links(company, rows)
    people: list[Identities | None] = list(asked.people) or [None]
    several = [start(links, asked, person, changes=False) for person in people]
    if len(several) == 1:
        return several[0]
    both = Verdicts(roots=set().union(*(v.roots for v in several)))
    both.right = reach(links, both.roots)
    both.hidden = hidden_columns(links, both.roots, both.right)
    return both


# --- section 5 -------------------------------------------------------------------------------------------------


def decide_erasure(links: Links, asked: Asked, person: Identities | None) -> Verdicts:
    """The verdict of every reached row, for one person or for the Customer alone."""
    verdicts = start(links, asked, person, changes=True)
    right, roots = verdicts.right, verdicts.roots
    owned = {row for row in right if right[row] == OWN}

    held: set[RowId] = set()
    anybody = Asked(all_matches=True, all_customers=True)
    for exclusion in asked.exclusions:
        held |= set(reach(links, set().union(*matches(links, exclusion, anybody).values())))

    kept_itself = {row for row in owned if period_runs(links, row)}
    kept = kept_along(links, owned, kept_itself)
    stays = staying(links, owned, roots)
    departing = owned - stays
    led = {row for row in departing - roots if any(t in departing and t != row for t in takers(links, row))}
    accessed = set(right) - owned
    grew = True
    while grew:
        new = {row for row in accessed - departing if any(t in departing for t in takers(links, row))}
        grew = bool(new)
        departing |= new
        led |= new

    for row in right:
        if row in departing:
            masked = links.company.entry(row[0]).get("on_erase") == "mask" and row not in led
            verdicts.verdict[row] = MASK if masked else ERASE
        else:
            verdicts.verdict[row] = SHARED if row in owned else ACCESSED
    verdicts.verdict.update(dict.fromkeys(kept, KEEP))
    verdicts.verdict.update(dict.fromkeys(held, HOLD))
    verdicts.kept_itself = kept_itself - held
    block(links, verdicts)
    return verdicts


def period_runs(links: Links, row: RowId) -> bool:
    """Whether the row's table keeps it today: no date, or a period that has not ended."""
    on_erase = links.company.entry(row[0]).get("on_erase")
    if not isinstance(on_erase, Mapping):
        return False
    keep = on_erase["keep"]
    after = links.row[row][keep["after"]]
    if after is None:
        return True
    period = keep.get("for") or links.company.policy["grounds"][keep["ground"]]["for"]
    return period_end(day_of(after), period) > links.company.as_of


def day_of(value: date | datetime | str) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


def period_end(start_day: date, period: str) -> date:
    """Calendar arithmetic by hand: 31 January + 1 month is the last of February."""
    found = re.fullmatch(r"(\d+) (day|week|month|year)s?", period)
    assert found is not None, period
    count, unit = int(found[1]), found[2]
    if unit in ("day", "week"):
        return start_day + timedelta(days=count * (7 if unit == "week" else 1))
    months = start_day.year * 12 + start_day.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(start_day.day, calendar.monthrange(year, month + 1)[1]))


def kept_along(links: Links, owned: set[RowId], kept_itself: set[RowId]) -> set[RowId]:
    """Kept rows and the owned rows of the tables in `with` that lead to them, or to a row so kept along."""
    all_kept = set(kept_itself)
    for table in {row[0] for row in kept_itself}:
        named = links.company.entry(table)["on_erase"]["keep"].get("with", ())
        along = {row for row in kept_itself if row[0] == table}
        grew = True
        while grew:
            new = {
                row
                for row in owned - along
                if row[0] in named
                and any(r.edge is not None and not r.value_join and t in along for r, t in links.bearing[row])
            }
            grew = bool(new)
            along |= new
        all_kept |= along
    return all_kept


def owners(links: Links, row: RowId) -> set[RowId]:
    """Who owns a row: where its `owned_by` leads, and whose `owns` leads to it."""
    return {source for source, entered, reference in links.flows if entered == row and reference.right == OWN}


def takers(links: Links, row: RowId) -> set[RowId]:
    """Rows that take this one along when they depart (`on_erase: delete`); never those of another Customer."""
    return {t for r, t in links.bearing[row] if r.on_erase == "delete" and not links.crosses(r, row, t)}


def staying(links: Links, owned: set[RowId], roots: set[RowId]) -> set[RowId]:
    """Owned rows that stay: for an owner outside or one that stays, unless an edge says `delete`.

    Least fixpoint over owners; rows that `delete` takes along are taken out and the rest is thought over again.
    """
    taken: set[RowId] = set()
    while True:
        stays: set[RowId] = set()
        grew = True
        while grew:
            new = {
                row
                for row in owned - roots - taken - stays
                if any(owner not in owned or owner in stays for owner in owners(links, row))
            }
            grew = bool(new)
            stays |= new
        led = {row for row in stays if any(t in owned - stays for t in takers(links, row))}
        if not led:
            return stays
        taken |= led


def can_let_go(links: Links, verdicts: Verdicts, row: RowId, reference: Reference) -> bool:
    """Whether the reference in a remaining row can be unlinked."""
    if verdicts.frozen(row):
        return False
    if verdicts.verdict.get(row) == KEEP and reference.on_erase != "unlink":
        return False
    return links.unlinking(reference) is not None


def block(links: Links, verdicts: Verdicts) -> None:
    """Erased rows that a remaining row refers to, and can't let go, are masked instead; to a fixpoint."""
    grew = True
    while grew:
        grew = False
        for reference, pairs in links.leads.items():
            for s, t in pairs:
                if (
                    not reference.value_join
                    and verdicts.verdict.get(t) == ERASE
                    and verdicts.remains(s)
                    and not can_let_go(links, verdicts, s, reference)
                ):
                    verdicts.verdict[t] = MASK
                    verdicts.blocked.add(t)
                    grew = True
