"""What is proposed for each edge, and which tables a person's request may enter by it: frozen data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from habeas.datamap.model import EdgeKind
from habeas.discovery.edges import Found

CHOICES = ("owned_by", "accessed_by", "lookup")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A proposal (`kind` with its `rule`), or an open question, with the safe `kind` for when it isn't asked.

    `group` joins questions that have one answer: the same column name to the same table.
    """

    kind: EdgeKind
    rule: str
    ask: str = ""
    likely: bool = False
    group: tuple[str, str] = ("", "")

    @property
    def gives_own(self) -> bool:
        """Whether ownership spreads on to what refers to this table: a likely answer `owned_by` counts.

        A wrong owner is worse than a missing one, since a row with an owner outside the reach stays at an erasure; so
        a pair doesn't spread before a person has answered.
        """
        return self.kind is EdgeKind.OWNED_BY or self.likely


@dataclass(frozen=True)
class Ownership:
    """Verdicts of all edges, by (table, edge), and of pairs, by (table, pair, type value); and what people reach."""

    edges: Mapping[tuple[str, str], Verdict]
    pairs: Mapping[tuple[str, str, str], Verdict]
    owned: frozenset[str]
    reached: frozenset[str]

    def about_people(self, found: Found) -> frozenset[str]:
        """The tables whose rows are somebody's: owned, or named by an `owns` edge."""
        named = {e.target for e in found.edges if self.edges[(e.table, e.name)].kind is EdgeKind.OWNS}
        return self.owned | named


def reached_tables(
    found: Found,
    people: Collection[str],
    edges: Mapping[tuple[str, str], Verdict],
    pairs: Mapping[tuple[str, str, str], Verdict],
) -> frozenset[str]:
    """Every table that some person's request may enter, by any right."""
    onward: dict[str, set[str]] = {}
    targets = {(p.table, p.name, v): t for p in found.pairs for v, t in p.targets.items() if t}
    steps = [(e.table, e.target, edges[(e.table, e.name)]) for e in found.edges]
    steps += [(key[0], targets[key], verdict) for key, verdict in pairs.items()]
    for source, target, verdict in steps:
        if verdict.ask or verdict.kind in (EdgeKind.OWNED_BY, EdgeKind.ACCESSED_BY):
            onward.setdefault(target, set()).add(source)
        elif verdict.kind in (EdgeKind.OWNS, EdgeKind.ACCESSES):
            onward.setdefault(source, set()).add(target)
    seen, waiting = set(people), list(people)
    while waiting:
        for ref in onward.get(waiting.pop(), ()):
            if ref not in seen:
                seen.add(ref)
                waiting.append(ref)
    return frozenset(seen)
