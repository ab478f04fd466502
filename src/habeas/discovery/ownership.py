"""Whose a row is: a proposal for every edge, or the question that only a person can answer.

The rules, first that fits (numbers as in `_verdict`):

1. The map wins: what a person has written is never asked or proposed again (merging sees to it).
2. An edge to its own table, or from a person's row to another person's, gives no right.
3. Actors (`created_by`, assignee, approver) may see what they worked on, and don't own it.
4. Two edges to one table of people with party names (sender, recipient) share the row.
5. ON DELETE CASCADE, or NOT NULL and named after the row referred to: owned by it.
6. Nullable and deeper than a person: ask.
7. A row that names its person in a NOT NULL column is decided by that, not by a longer way round.
8. Stop at the Customer table, and at tables of the organisation that no person owns.
"""

from __future__ import annotations

from collections.abc import Mapping

from habeas.catalog.tables import Catalog
from habeas.datamap.model import EdgeKind
from habeas.discovery.customers import CustomersTable
from habeas.discovery.edges import PARTY_WORDS, Found, FoundEdge, FoundPair, is_actor, role_words
from habeas.discovery.naming import words
from habeas.discovery.people import Personal, PersonTable
from habeas.discovery.table_words import PLACE_WORDS, is_about_login, is_organisation, last_word
from habeas.discovery.verdicts import Ownership, Verdict, reached_tables

_POINTERS = frozenset({"last", "latest", "first", "current", "default", "primary", "main", "active", "head", "newest"})
_FILE_WORDS = frozenset({"blob", "file", "upload", "document", "asset", "image", "photo", "media", "picture"})
_SATELLITES = frozenset(
    {
        "address",
        "location",
        "profile",
        "card",
        "phone",
        "email",
        "identity",
        "credential",
        "passport",
        "method",
        "device",
    }
)
# What a user gets or keeps for itself: the row is the addressee's, whatever it points at.
_ADDRESSED = frozenset(
    {"notification", "bookmark", "favorite", "favourite", "star", "pin", "draft", "digest", "alert", "reminder", "read"}
)
_OF_ACTORS = frozenset({"actor-name", "organisation"})
_CONTACT_PERSON = frozenset({"main", "primary", "billing", "technical", "default", "backup", "secondary", "key"})
_GROUP_WORDS = frozenset({"participant", "attendee", "recipient", "invitee", "guest", "member", "attendance"})


def propose_ownership(
    catalog: Catalog,
    found: Found,
    people: tuple[PersonTable, ...],
    customers: CustomersTable | None,
    personal: Personal,
    *,
    staff_fields: bool = True,
) -> Ownership:
    """The ownership of every edge and of every type of every pair.

    `staff_fields` False: who of the staff worked on a row is a reference without a right.
    """
    judge = _Judge(catalog, found, people, customers, personal, staff_fields)
    return judge.all()


class _Judge:
    def __init__(
        self,
        catalog: Catalog,
        found: Found,
        people: tuple[PersonTable, ...],
        customers: CustomersTable | None,
        personal: Personal,
        staff_fields: bool,
    ) -> None:
        self.catalog = catalog
        self.found = found
        self.people = {p.table for p in people}
        self.operators = {p.table for p in people if p.operator}
        self.customers = customers.table if customers is not None else ""
        self.personal = personal
        self.staff_fields = staff_fields
        self.of_subjects: frozenset[str] = frozenset()  # tables owned through people who aren't operators
        self.owned: frozenset[str] = frozenset()
        self.parties = self._parties()

    def all(self) -> Ownership:
        self.owned = self.of_subjects = frozenset(self.people - self.operators)
        self._settle(of_subjects=True)
        self.owned = frozenset(self.owned | self.people)
        self._settle(of_subjects=False)
        edges = {(e.table, e.name): self._verdict(e) for e in self.found.edges}
        pairs = self._pair_verdicts()
        edges |= {place: Verdict(EdgeKind.LOOKUP, "staff-field") for place in self._staff_fields(edges)}
        return Ownership(edges, pairs, self.owned, reached_tables(self.found, self.people, edges, pairs))

    def _settle(self, of_subjects: bool) -> None:
        """Let ownership spread over edges until nothing is added: first from subjects alone, then from everybody."""
        while True:
            more = {e.table for e in self.found.edges if e.target in self.owned and self._verdict(e).gives_own}
            more |= {key[0] for key, verdict in self._pair_verdicts().items() if verdict.gives_own}
            more -= self.owned
            if not more:
                return
            self.owned = frozenset(self.owned | more)
            if of_subjects:
                self.of_subjects = self.owned

    def _staff_fields(self, edges: Mapping[tuple[str, str], Verdict]) -> list[tuple[str, str]]:
        """Edges of actors to operators from tables that are nobody's and hold nothing personal: an audit field alone
        (`surveys.created_by`) makes no row somebody's. Where `staff_fields` is off, all edges of actors to operators."""
        in_pairs = {pair.table for pair in self.found.pairs}
        entered = {
            e.target for e in self.found.edges if edges[(e.table, e.name)].kind in (EdgeKind.OWNS, EdgeKind.ACCESSES)
        }
        out: list[tuple[str, str]] = []
        for table, own in self.found.by_table.items():
            said = {e.name: edges[(table, e.name)] for e in own}
            with_right = [
                e for e in own if said[e.name].kind is not EdgeKind.LOOKUP and said[e.name].rule != "beside-people"
            ]
            of_actors = [e for e in with_right if e.target in self.operators and said[e.name].rule in _OF_ACTORS]
            bare = not self.personal.get(table) and table not in self.owned | in_pairs | entered | self.people
            if not self.staff_fields or (bare and of_actors == with_right):
                out += [(table, edge.name) for edge in of_actors]
        return out

    def _parties(self) -> set[tuple[str, str]]:
        """Edges of rule 4: two or more of a table to the same people, both with party names."""
        grouped: dict[tuple[str, str], list[str]] = {}
        for edge in self.found.edges:
            role = edge.role
            if edge.target in self.people and not is_actor(role) and PARTY_WORDS & set(role):
                grouped.setdefault((edge.table, edge.target), []).append(edge.name)
        return {(table, name) for (table, _), names in grouped.items() if len(names) > 1 for name in names}

    def _verdict(self, edge: FoundEdge) -> Verdict:
        source, target = edge.table, edge.target
        if target == self.customers or source == self.customers:
            return Verdict(EdgeKind.LOOKUP, "customer-table")  # 8
        if target == source:
            return Verdict(EdgeKind.LOOKUP, "self-reference")  # 2
        if source in self.people and target in self.people:
            return Verdict(EdgeKind.LOOKUP, "person-to-person")  # 2
        if target in self.people:
            return self._to_person(edge)
        if target not in self.owned:
            return self._to_unowned(edge)
        return self._to_owned(edge)

    def _to_person(self, edge: FoundEdge) -> Verdict:
        role = edge.role
        if edge.by == "value" and self._is_login(edge):
            return Verdict(EdgeKind.OWNED_BY, "login-name")  # 5: an attempt to sign in is its account's
        if edge.by == "value":
            text = (
                f"{edge.name} may name a person whose {edge.target_columns[0]} stands in {edge.target}: "
                f"do rows of {edge.table} go with that person?"
            )
            return Verdict(EdgeKind.ACCESSED_BY, "unsure", text, likely=True, group=(edge.target, edge.name))
        own_name = words("_".join(role)) == (last_word(edge.target),)  # `staff_id` of `staff` is no role
        if is_actor(role) and not own_name and not edge.cascade:
            return Verdict(EdgeKind.ACCESSED_BY, "actor-name")  # 3
        if edge.target in self.operators and edge.table in self.of_subjects:
            # Who serves (`staff_id`) gets no copy of what the subject did; who wrote (`author_id`) may see it.
            wrote = bool(PARTY_WORDS & set(role)) and not own_name
            return Verdict(EdgeKind.ACCESSED_BY if wrote else EdgeKind.LOOKUP, "operator-beside-subject")  # 7
        if is_organisation(edge.table):
            return Verdict(EdgeKind.ACCESSED_BY, "organisation")  # 8
        if edge.nullable and not edge.cascade and role[:1] and role[0] in _CONTACT_PERSON:
            return Verdict(EdgeKind.ACCESSED_BY, "contact-person")  # 3: of a deal, of a contract
        if edge.target in self.operators and not self._named_after_target(edge) and not edge.cascade:
            return Verdict(EdgeKind.ACCESSED_BY, "operator-work")  # 3: an article outlives its author at the company
        if (edge.table, edge.name) in self.parties:
            return Verdict(EdgeKind.OWNED_BY, "two-parties")  # 4
        if edge.cascade:
            return Verdict(EdgeKind.OWNED_BY, "cascade")  # 5
        named = self._named_after_target(edge) or bool(PARTY_WORDS & set(role))
        if named:
            return Verdict(EdgeKind.OWNED_BY, "named-after-person" if edge.nullable else "not-null-key")  # 5
        if not edge.nullable and edge.by == "declared-key":
            return Verdict(EdgeKind.OWNED_BY, "not-null-key")  # 5
        return self._question(edge)  # 6

    def _to_unowned(self, edge: FoundEdge) -> Verdict:
        held = edge.table in self.owned
        mine = self.personal.get(edge.target, {})
        place = last_word(edge.target) in PLACE_WORDS
        if held and last_word(edge.target) in _FILE_WORDS and edge.role[:1] != ("template",):
            return Verdict(EdgeKind.OWNS, "file-of-owned")
        if held and mine and last_word(edge.table) in _GROUP_WORDS and not is_organisation(edge.target):
            return Verdict(EdgeKind.OWNS, "group-of-participants")
        if held and mine and not place:
            if is_organisation(edge.target):
                return Verdict(EdgeKind.ACCESSES, "organisation")  # 8
            if any(guess.sure and not guess.category.startswith("user.content") for guess in mine.values()):
                # An address goes with whoever names it; a deal that contacts are linked to is the company's.
                satellite = edge.table in self.people or last_word(edge.target) in _SATELLITES
                return Verdict(EdgeKind.OWNS if satellite else EdgeKind.ACCESSES, "personal-parent")
        if mine and self._is_shared_with_people(edge):
            return Verdict(EdgeKind.OWNS, "beside-people")  # 8: a branch's own address stays when a customer leaves
        return Verdict(EdgeKind.LOOKUP, "no-person-behind")  # 8

    def _is_shared_with_people(self, edge: FoundEdge) -> bool:
        """Whether people own rows of the same table, so that this row must be known as an owner beside them."""
        beside = last_word(edge.target) in _SATELLITES and is_organisation(edge.table) and edge.role != ()
        return beside and any(e.target == edge.target and e.table in self.people for e in self.found.edges)

    def _to_owned(self, edge: FoundEdge) -> Verdict:
        if edge.table in self.people:
            return Verdict(EdgeKind.LOOKUP, "person-is-root")
        if is_organisation(edge.table) or last_word(edge.table) in PLACE_WORDS:
            return Verdict(EdgeKind.LOOKUP, "organisation")  # 8
        if edge.role[:1] and edge.role[0] in _POINTERS and self._leads_back(edge):
            return Verdict(EdgeKind.LOOKUP, "pointer-back")
        if edge.target not in self.of_subjects and edge.table in self.of_subjects:
            return Verdict(EdgeKind.LOOKUP, "organisation")  # 8: an agent's inbox doesn't own what contacts write
        if edge.cascade:
            return Verdict(EdgeKind.OWNED_BY, "cascade")  # 5
        if self._has_own_person(edge):
            return Verdict(EdgeKind.ACCESSED_BY, "direct-edge")  # 7
        if not edge.nullable:
            return Verdict(EdgeKind.OWNED_BY, "owned-parent")  # 5
        others = self.found.by_table.get(edge.table, ())
        if any(o is not edge and not o.nullable and self._owns_surely(o) for o in others):
            return Verdict(EdgeKind.ACCESSED_BY, "longer-way")  # 7
        return self._question(edge)  # 6

    def _is_login(self, edge: FoundEdge) -> bool:
        secrets = {guess.category for guess in self.personal.get(edge.target, {}).values()}
        return is_about_login(edge.table) and "user.authorization.password" in secrets

    def _question(self, edge: FoundEdge) -> Verdict:
        text = f"A row of {edge.table} may name a row of {edge.target}: does it go with it, or is it only seen by it?"
        return Verdict(EdgeKind.ACCESSED_BY, "unsure", text, likely=True, group=(edge.target, edge.name))

    def _named_after_target(self, edge: FoundEdge) -> bool:
        return edge.role[-1:] != () and words("_".join(edge.role))[-1:] == (last_word(edge.target),)

    def _has_own_person(self, edge: FoundEdge) -> bool:
        """Rule 7: another column of the row names a person, NOT NULL, by an edge that owns."""
        for other in self.found.by_table.get(edge.table, ()):
            if other is edge or other.target not in self.people or other.nullable:
                continue
            if self._to_person(other).kind is EdgeKind.OWNED_BY and (
                other.target not in self.operators or edge.target not in self.of_subjects
            ):
                return True
        return False

    def _owns_surely(self, edge: FoundEdge) -> bool:
        if edge.target in self.people:
            return self._to_person(edge).kind is EdgeKind.OWNED_BY
        return edge.target in self.owned and edge.target != edge.table and not is_organisation(edge.table)

    def _leads_back(self, edge: FoundEdge) -> bool:
        back = self.found.by_table.get(edge.target, ())
        return any(other.target == edge.table for other in back)

    def _pair_verdicts(self) -> dict[tuple[str, str, str], Verdict]:
        out: dict[tuple[str, str, str], Verdict] = {}
        for pair in self.found.pairs:
            for value, target in pair.targets.items():
                if target is not None:
                    out[(pair.table, pair.name, value)] = self._pair_verdict(pair, target)
        return out

    def _pair_verdict(self, pair: FoundPair, target: str) -> Verdict:
        role = role_words(pair.name)
        subject_beside = any(t in self.people - self.operators for t in pair.targets.values() if t)
        if self.customers in (target, pair.table):
            return Verdict(EdgeKind.LOOKUP, "customer-table")
        if target == pair.table:
            return Verdict(EdgeKind.LOOKUP, "self-reference")
        if target not in self.owned:
            return Verdict(EdgeKind.LOOKUP, "no-person-behind")
        if pair.table in self.people:
            return Verdict(EdgeKind.LOOKUP, "person-is-root")
        if target in self.people and is_actor(role):
            return Verdict(EdgeKind.ACCESSED_BY, "actor-name")
        if pair.nullable and self._is_addressed(pair.table):
            return Verdict(EdgeKind.ACCESSED_BY, "direct-edge")
        if target in self.operators and (subject_beside or pair.table in self.of_subjects):
            return Verdict(EdgeKind.ACCESSED_BY, "operator-beside-subject")
        if target in self.people:
            return Verdict(EdgeKind.OWNED_BY, "pair-of-person")
        plain = self.found.by_table.get(pair.table, ())
        if any(not e.nullable and self._owns_surely(e) for e in plain):
            return Verdict(EdgeKind.ACCESSED_BY, "longer-way")
        if not pair.nullable or role[-1].endswith("able"):
            return Verdict(EdgeKind.OWNED_BY, "pair-of-parent")
        text = f"A row of {pair.table} may name rows of several tables as its {pair.name}: does it go with them?"
        return Verdict(EdgeKind.ACCESSED_BY, "unsure", text, group=(pair.table, pair.name))

    def _is_addressed(self, table: str) -> bool:
        """Whether rows are one person's own (`notifications.user_id`), told by the table's name and a NOT NULL key."""
        plain = self.found.by_table.get(table, ())
        return last_word(table) in _ADDRESSED and any(
            e.target in self.people and not e.nullable and self._named_after_target(e) for e in plain
        )
