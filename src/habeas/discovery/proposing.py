"""Writes down what discovery concludes: the map's document, in the form that a person would write.

Every entry bears `proposed: RULE`, or `ask:` with a question and choices where the rules can't decide; habeas
changes nothing on either until a person has looked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from habeas.catalog.tables import Catalog, Table, TableKind
from habeas.datamap.model import EdgeKind, PersonalByPolicy
from habeas.diagnostics import Finding
from habeas.discovery.asking import candidates, edge_place
from habeas.discovery.customers import Path
from habeas.discovery.edges import FoundEdge, FoundPair
from habeas.discovery.people import PersonTable
from habeas.discovery.policy_file import propose_policy
from habeas.discovery.questions import Asked, Place, choose
from habeas.discovery.reading import Reads, Samples
from habeas.discovery.remarks import left_out, remarks, types_left_out
from habeas.discovery.surveying import Survey, survey
from habeas.discovery.table_words import DEFAULTS, is_audit_trail
from habeas.discovery.verdicts import Verdict

_PERSON_IDENTITY = "primary-key"
Data = dict[str, Any]


@dataclass(frozen=True)
class Proposal:
    """What `init` writes.

    `document` is the store's file in its written form and `policy` that of `habeas.yaml`; `comments` are remarks by the
    path of the entry they stand beside; `questions` and `proposed` count the open entries of `document`.
    """

    document: Data
    policy: Data
    questions: int
    proposed: int
    findings: tuple[Finding, ...] = ()
    comments: Mapping[Place, str] = field(default_factory=dict)


def propose(
    catalog: Catalog,
    store: str,
    url_text: str,
    read: Reads,
    settings: PersonalByPolicy = DEFAULTS,
    samples: Samples | None = None,
) -> Proposal:
    """Propose the map of one store.

    `url_text` is written into the file as it stands (`${APP_DATABASE_URL}`); `read` answers what the catalogue can't
    (the class names in polymorphic columns). Works on names and structure; `samples` are looked at where names say
    nothing, and no value of them gets in.
    """
    seen = survey(catalog, read, settings, samples)
    asked = choose(candidates(catalog, seen), len(seen.tables))
    writer = _Writer(catalog, store, seen, asked)
    document = writer.document(url_text)
    policy = propose_policy(store, [f"{store}.{person.kind}_id" for person in seen.people if _key(person, seen)])
    questions, proposed = _count(document)
    findings = (*remarks(catalog, seen), *types_left_out(writer.without), *left_out(asked))
    return Proposal(document, policy, questions, proposed, findings, writer.comments)


def _key(person: PersonTable, seen: Survey) -> str | None:
    """The key column that becomes the kind's key identity, unless it already is one (an e-mail as primary key)."""
    if person.key is None or person.key in person.identities:
        return None
    borne = {name for edge in seen.found.by_table.get(person.table, ()) for name in edge.columns}
    return None if person.key in borne else person.key


class _Writer:
    """Turns a survey into the document; gathers comments on the way."""

    def __init__(self, catalog: Catalog, store: str, seen: Survey, asked: Asked) -> None:
        self.catalog = catalog
        self.store = store
        self.seen = seen
        self.asked = asked
        self.comments: dict[Place, str] = {}
        self.without: list[tuple[Place, str, Place | None]] = []  # types of pairs that could not be written
        self.kind_of = {person.table: person for person in seen.people}
        self.pairs: dict[str, list[FoundPair]] = {}
        for pair in seen.found.pairs:
            self.pairs.setdefault(pair.table, []).append(pair)

    def document(self, url_text: str) -> Data:
        seen = self.seen
        document: Data = {"version": 1, "store": self.store, "url": url_text}
        elsewhere = sorted({t.schema for t in seen.tables} - {self.catalog.default_schema})
        if elsewhere:
            document["schemas"] = [self.catalog.default_schema, *elsewhere]
        if seen.customers is not None:
            document["customers"] = {"table": seen.customers.table}
            if seen.customers.ends_at is not None:
                document["customers"]["ends_at"] = seen.customers.ends_at
            document["customers"]["proposed"] = seen.customers.rule
        if seen.people:
            document["people"] = {person.kind: self._person(person) for person in seen.people}
        document["tables"] = {table.ref: self._table(table) for table in seen.tables}
        for table in self.catalog.tables.values():
            stored = table.kind is TableKind.MATERIALIZED_VIEW
            if stored or (table.kind is TableKind.VIEW and self._shows_people(table)):
                kind = "materialised-view" if stored else "view"
                sources = ", ".join(table.depends_on) or "other tables"
                entry = {"derived": f"{kind.replace('-', ' ')} over {sources}", "proposed": kind}
                document["tables"][table.ref] = entry
        return document

    def _shows_people(self, view: Table) -> bool:
        """Whether a view, through views of views, shows a table that isn't `not_personal`: `check` asks for it then."""
        seen, waiting = {view.ref}, [view.ref]
        while waiting:
            table = self.catalog.get(waiting.pop())
            for name in table.depends_on if table is not None else ():
                source = self.catalog.get(name)
                if source is not None and source.is_base and name not in self.seen.not_personal:
                    return True
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
        return False

    def _person(self, person: PersonTable) -> Data:
        ours = self.seen.customers is None or person.operator or _only_operators(self.seen)
        entry: Data = {"table": person.table, "controller": "us" if ours else "customer"}
        if person.changed_at is not None:
            entry["changed_at"] = person.changed_at
        return self._open(entry, ("people", person.kind), person.rule)

    def _table(self, table: Table) -> Data:
        seen, ref = self.seen, table.ref
        nothing = seen.not_personal.get(ref)
        entry: Data = {}
        rule = ""
        if nothing is not None:
            entry["not_personal"] = nothing.why
            rule = nothing.rule
        key = _key_without_primary(table)
        if key and nothing is None:
            entry["key"] = list(key)
            rule = "unique-as-key"
        path = seen.paths.get(ref)
        if path is not None:
            way = {"column": path.column, "via": path.via, "none": path.none}
            entry["customer"] = {k: v for k, v in way.items() if v is not None} | {"proposed": path.rule}
        edges = self._edges(ref, path)
        if edges:
            entry["edges"] = edges
        columns = self._columns(table)
        if columns:
            entry["columns"] = columns
        if nothing is None and is_audit_trail(ref) and ref in seen.ownership.owned:
            entry["on_erase"] = "mask"  # nothing is ever deleted from a trail; what it says of people can be
            rule = rule or "audit-trail"
        if table.estimated_rows is not None and table.estimated_rows > 0:
            self.comments[("tables", ref)] = f"about {table.estimated_rows:,} rows"
        return self._open(entry, ("tables", ref), rule)

    def _edges(self, ref: str, path: Path | None) -> Data:
        out: Data = {}
        via, column = (path.via, path.column) if path is not None else (None, None)
        customers = self.seen.customers.table if self.seen.customers is not None else None
        nothing = ref in self.seen.not_personal
        for edge in self.seen.found.by_table.get(ref, ()):
            verdict = self.seen.ownership.edges[(ref, edge.name)]
            # Of a table that is nobody's, the edges count that its Customer, or somebody who leaves, is known by.
            telling = edge.target in self.kind_of or verdict.kind is EdgeKind.OWNS
            if nothing and edge.name != via and not telling:
                continue
            if edge.target == customers and edge.columns == (column,):
                continue  # `customer:` says it already
            entry: Data = {}
            if not edge.implied:
                entry["to"] = _written_target(edge)
            if edge.columns != (edge.name,):
                entry["columns"] = list(edge.columns)
            out[edge.name] = self._meant(entry, edge_place(edge), verdict)
        for pair in [] if nothing else self.pairs.get(ref, []):
            pair_entry = self._pair(pair)
            if pair_entry is not None:
                out[pair.name if pair.name not in out else f"{pair.name}_pair"] = pair_entry
        return out

    def _pair(self, pair: FoundPair) -> Data | None:
        place: Place = ("tables", pair.table, "edges", pair.name)
        entry: Data = {"pair": [pair.type_column, pair.id_column]}
        if not pair.targets:
            return self._open(entry, place, "") if place in self.asked.questions else None
        to: Data = {}
        for value, target in pair.targets.items():
            here = (*place, "to", value)
            if target is not None:
                verdict = self.seen.ownership.pairs[(pair.table, pair.name, value)]
                to[value] = self._meant({"table": target}, here, verdict)
            elif here in self.asked.questions:
                to[value] = self._open({}, here, "")
            else:
                self.without.append((place, value, self.asked.follow.get(here)))
        missing = [(value, first) for owner, value, first in self.without if owner == place]
        if missing and to:
            self.comments[place] = "; ".join(
                f"add {value}" + (f", answered at {'.'.join(first[1:4:2])}" if first else "")
                for value, first in missing
            )
        return entry | {"to": to} if to else None

    def _meant(self, entry: Data, place: Place, verdict: Verdict) -> Data:
        """An edge's ownership: the proposal, or the question with nothing decided."""
        if place in self.asked.questions:
            return self._open(entry, place, "")
        first = self.asked.follow.get(place)
        if first is not None:
            self.comments[place] = f"answer as for {'.'.join(first[1::2])}"
        return entry | {"as": verdict.kind.value, "proposed": verdict.rule}

    def _columns(self, table: Table) -> Data:
        out: Data = {}
        person = self.kind_of.get(table.ref)
        key = _key(person, self.seen) if person is not None else None
        guesses = self.seen.personal.get(table.ref, {})
        for column in table.columns:
            if person is not None and column.name == key:
                identity = f"{self.store}.{person.kind}_id"
                out[column.name] = {"identity": identity, "proposed": _PERSON_IDENTITY}
            guess = guesses.get(column.name)
            if guess is None or column.name in out:
                continue
            entry: Data = {"category": guess.category}
            if person is not None and column.name in person.identities:
                entry["identity"] = person.identities[column.name]
            out[column.name] = entry | {"proposed": guess.rule}
        return out

    def _open(self, entry: Data, place: Place, rule: str) -> Data:
        question = self.asked.questions.get(place)
        if question is not None:
            entry["ask"] = {"question": question.question, "choices": list(question.choices)}
        elif rule:
            entry["proposed"] = rule
        return entry


def _only_operators(seen: Survey) -> bool:
    """A store whose only people are users: they are the company's own, whoever the Customers are."""
    return len(seen.people) == 1 and seen.people[0].kind.endswith(("user", "employee", "staff", "admin"))


def _key_without_primary(table: Table) -> tuple[str, ...]:
    """Columns of a unique constraint that name a row where no primary key is declared."""
    if table.primary_key:
        return ()
    for unique in table.uniques:
        columns = [table.column(name) for name in unique.columns]
        if columns and all(column is not None and not column.nullable for column in columns):
            return unique.columns
    return ()


def _written_target(edge: FoundEdge) -> str:
    if len(edge.target_columns) == 1:
        return f"{edge.target}.{edge.target_columns[0]}"
    return f"{edge.target}({', '.join(edge.target_columns)})"


def _count(document: Any) -> tuple[int, int]:
    """Open questions and guesses anywhere in the document."""
    if not isinstance(document, dict):
        return 0, 0
    asked, proposed = int("ask" in document), int("proposed" in document)
    for key, value in document.items():
        if key not in ("ask", "proposed"):
            more = _count(value)
            asked, proposed = asked + more[0], proposed + more[1]
    return asked, proposed
