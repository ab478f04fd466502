"""Every question that discovery could put to a person about a store; `questions` chooses among them."""

from __future__ import annotations

from habeas.catalog.tables import Catalog
from habeas.datamap.model import EdgeKind
from habeas.discovery.accounting import accounting_question
from habeas.discovery.edges import FoundEdge, FoundPair
from habeas.discovery.questions import Candidate, Place, Weight
from habeas.discovery.surveying import Survey
from habeas.discovery.verdicts import CHOICES


def edge_place(edge: FoundEdge) -> Place:
    return ("tables", edge.table, "edges", edge.name)


def candidates(catalog: Catalog, seen: Survey) -> list[Candidate]:
    """Every question that could be asked of this store."""
    out: list[Candidate] = []
    parts: dict[str, list[str]] = {}
    for edge in seen.found.edges:
        verdict = seen.ownership.edges[(edge.table, edge.name)]
        if verdict.kind is EdgeKind.OWNED_BY and edge.target != edge.table:
            parts.setdefault(edge.target, []).append(edge.table)
    books = accounting_question(catalog, seen.ownership.owned, parts)
    if books is not None:
        out.append(Candidate(("tables", books.table), Weight.ACCOUNTING, books.question, books.choices))
    for person in seen.people:
        if not person.identities and "username" not in " ".join(_categories(seen, person.table)):
            text = (
                f"Are rows of {person.table} people whose data you answer for? Nothing in them says how to reach them."
            )
            kept = (f"table: {person.table}", "delete this entry: they are public figures or invented")
            out.append(Candidate(("people", person.kind), Weight.PERSON, text, kept))
    for edge in seen.found.edges:
        verdict = seen.ownership.edges[(edge.table, edge.name)]
        if verdict.ask and edge.table not in seen.not_personal:
            weight = Weight.VALUE if edge.by == "value" else Weight.EDGE
            choices = tuple(f"as: {choice}" for choice in CHOICES)
            out.append(Candidate(edge_place(edge), weight, verdict.ask, choices, ("edge", *verdict.group)))
    for pair in seen.found.pairs:
        out.extend(_pair_candidates(pair, seen))
    for ref in seen.unreached:
        text = (
            f"{ref} has columns that look personal ({_names(seen, ref)}), and no edge leads to a person: "
            "whose are they?"
        )
        ways = ("edges: {COLUMN: {to: TABLE.COLUMN, as: owned_by}}", f"people: {{KIND: {{table: {ref}}}}}")
        out.append(Candidate(("tables", ref), Weight.UNREACHED, text, (*ways, "not_personal: WHY")))
    return out


def _pair_candidates(pair: FoundPair, seen: Survey) -> list[Candidate]:
    place: Place = ("tables", pair.table, "edges", pair.name)
    if pair.table in seen.not_personal:
        return []
    out: list[Candidate] = []
    if not pair.targets:
        text = f"{pair.type_column} holds no value yet: which types will it hold, and which tables do they mean?"
        return [Candidate(place, Weight.PAIR_TYPE, text, ("to: {TYPE: {table: TABLE, as: owned_by}}",))]
    for value, target in pair.targets.items():
        if target is None:
            text = f"Which table does the type {value} in {pair.table}.{pair.type_column} mean?"
            ways = ("{table: TABLE, as: owned_by}", "{table: TABLE, as: lookup}")
            out.append(Candidate((*place, "to", value), Weight.PAIR_TYPE, text, ways, ("type", value)))
            continue
        verdict = seen.ownership.pairs[(pair.table, pair.name, value)]
        if verdict.ask:
            choices = tuple(f"as: {choice}" for choice in CHOICES)
            group = ("pair", pair.table, pair.name)
            out.append(Candidate((*place, "to", value), Weight.PAIR, verdict.ask, choices, group))
    return out


def _categories(seen: Survey, ref: str) -> set[str]:
    return {guess.category for guess in seen.personal.get(ref, {}).values()}


def _names(seen: Survey, ref: str) -> str:
    names = list(seen.personal.get(ref, {}))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
