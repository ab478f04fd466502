"""What a tool says, as proposals for a store's map: in the written form, ready to be merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from habeas.datamap.forms import categories, nearest_categories, nearest_names
from habeas.datamap.model import EdgeKind, Policy, StoreMap
from habeas.diagnostics import Finding, note, warning
from habeas.importing.said import Said, SaidColumn, SaidEdge, SaidTable

Data = dict[str, Any]
_OWNERSHIPS = [EdgeKind.OWNED_BY, EdgeKind.ACCESSED_BY, EdgeKind.LOOKUP, EdgeKind.OWNS]
_DEFAULT_SCHEMAS = (None, "public", "main", "dbo")


def propose_said(said: Said, store: StoreMap, policy: Policy) -> tuple[Data, tuple[Finding, ...]]:
    """`people` and `tables` of the map as the tool has them, every entry with `proposed: SOURCE` or `ask`.

    Tables are named as the map names them (with or without a schema). Findings tell what was left out, and where the map
    says otherwise: the map stays as it is.
    """
    writer = _Writer(said, store, policy)
    tables: Data = {}
    for table in said.tables:
        entry = writer.table(table)
        if entry:
            held = tables.setdefault(writer.ref(table.name, table.schema), {})
            for part, value in entry.items():
                held[part] = {**held.get(part, {}), **value} if isinstance(value, dict) else value
    document: Data = {}
    if writer.people:
        document["people"] = writer.people
    if tables:
        document["tables"] = tables
    return document, (*said.findings, *dict.fromkeys(writer.findings))


class _Writer:
    def __init__(self, said: Said, store: StoreMap, policy: Policy) -> None:
        self.source = said.source
        self.store = store
        self.policy = policy
        self.findings: list[Finding] = []
        self.people: Data = {}
        self.homes = {person.table for person in store.people.values()}
        self.impersonal = {ref for ref, entry in store.tables.items() if entry.not_personal is not None}
        for table in said.tables:
            ref = self.ref(table.name, table.schema)
            if table.not_personal is not None and ref not in store.tables:
                self.impersonal.add(ref)
            if table.root and ref not in self.homes:
                kind = _singular(table.name)
                kind = kind if kind not in {*store.people, *self.people} else table.name
                self.people[kind] = {"table": ref, "proposed": self.source}
                self.homes.add(ref)

    def ref(self, name: str, schema: str | None) -> str:
        """The table as the map calls it; letters' case counts only where nothing else fits."""
        known = self.store.tables
        whole = f"{schema}.{name}" if schema else name
        for candidate in (whole, name):
            if candidate in known:
                return candidate
        folded = {ref.lower(): ref for ref in known}
        for candidate in (whole, name):
            if candidate.lower() in folded:
                return folded[candidate.lower()]
        return name if schema in _DEFAULT_SCHEMAS else whole

    def table(self, table: SaidTable) -> Data:
        ref = self.ref(table.name, table.schema)
        held = self.store.tables.get(ref)
        if table.not_personal is not None:
            return {"not_personal": table.not_personal, "proposed": self.source} if held is None else {}
        if (
            held is not None
            and held.not_personal is not None
            and any(c.categories or c.personal for c in table.columns)
        ):
            detail = f"The map says: {held.not_personal[:120]}. It stays so, and nothing was added to it."
            found = warning("import-differs", f"{self.source} knows personal columns of {ref}", detail, tables=[ref])
            self.findings.append(found.at(table.at))
            return {}
        entry: Data = {}
        edges = {"_".join(edge.columns): self.edge(edge, ref) for edge in table.edges if not self._is_path(edge, ref)}
        if edges:
            entry["edges"] = edges
        columns = {}
        for column in table.columns:
            written = self.column(column, ref)
            if written:
                columns[column.name] = written
        if columns:
            entry["columns"] = columns
        return entry

    def edge(self, edge: SaidEdge, ref: str) -> Data:
        target = self.ref(edge.target, edge.target_schema)
        to = target
        if len(edge.target_columns) == 1:
            to = f"{target}.{edge.target_columns[0]}"
        elif edge.target_columns:
            to = f"{target}({', '.join(edge.target_columns)})"
        entry: Data = {"to": to}
        if len(edge.columns) > 1:
            entry["columns"] = list(edge.columns)
        if edge.as_ is None:
            return entry | {"ask": {"question": edge.question, "choices": [kind.value for kind in _OWNERSHIPS]}}
        # Nobody owns a row through a table that is nobody's: such an owner would keep it from every erasure.
        nobody = edge.as_ is EdgeKind.OWNED_BY and target in self.impersonal
        entry["as"] = EdgeKind.LOOKUP.value if nobody else edge.as_.value
        if edge.goes_along and not nobody:
            entry["on_erase"] = "delete"
        return entry | {"proposed": self.source}

    def column(self, column: SaidColumn, ref: str) -> Data:
        """A column's entry; empty where nothing of it can be used, with a finding."""
        label = f"{ref}.{column.name}"
        entry: Data = {}
        known = self._known(column.categories, label, column)
        if len(known) == 1:
            entry["category"] = known[0]
        paths = {path: self._known(found, f"{label} {path}", column) for path, found in column.paths.items()}
        written = {path: {"category": found[0]} for path, found in paths.items() if found}
        if written:
            entry["paths"] = written
        if column.identity is not None and self._may_identify(column, ref, label):
            entry["identity"] = column.identity
        if column.provided:
            entry["provided"] = True
        self._compare(column, ref, known)
        if len(known) > 1:
            question = f"{self.source} names several categories. Which one is it?"
            return entry | {"ask": {"question": question, "choices": list(known)}}
        if not known and not written and column.personal:
            near = _likely(column.name) or ["user.name", "user.contact", "user.content", "user"]
            question = f"{self.source} says that it is personal, and not what it is. What does it hold?"
            return entry | {"ask": {"question": question, "choices": near}}
        return entry | {"proposed": self.source} if entry else {}

    def _known(self, found: Iterable[str], label: str, column: SaidColumn) -> list[str]:
        """Categories of the taxonomy, without those that another one says more closely; personal ones first."""
        given = list(dict.fromkeys(found))
        for category in given:
            if category not in categories():
                near = nearest_categories(category)
                detail = f"Nearest: {', '.join(near)}." if near else "It may be one of your own."
                detail += " The column was left out; name a category of fideslang's default taxonomy."
                fix = f"{column.name}: {near[0]}" if near else ""
                summary = f"{label}: {category[:80]} is no category"
                self.findings.append(warning("unknown-category", summary, detail, fix).at(column.at))
        known = [category for category in given if category in categories()]
        closest = [c for c in known if not any(other.startswith(f"{c}.") for other in known)]
        personal = [c for c in closest if c.split(".")[0] == "user"]
        return personal or closest[:1]

    def _may_identify(self, column: SaidColumn, ref: str, label: str) -> bool:
        identity = str(column.identity)
        if ref not in self.homes:
            detail = "Requests begin in the tables of people. Say under people which kind stands here, if one does."
            found = note(
                "identity-outside-people", f"{label} is called an identity, and {ref} is no table of people", detail
            )
            self.findings.append(found.at(column.at))
            return False
        if self.policy.rule(identity) is None:
            near = nearest_names(identity, ["email", "phone", *self.policy.identity_types], 1)
            detail = f"Nearest: {near[0]}. " if near else ""
            detail += "Declare it in habeas.yaml with its matching rule, and import again."
            fix = f"identity_types: {{{self.store.store}.{identity}: exact}}"
            summary = f"{label}: {identity[:80]} is no identity type"
            self.findings.append(warning("unknown-identity-type", summary, detail, fix).at(column.at))
            return False
        return True

    def _compare(self, column: SaidColumn, ref: str, known: list[str]) -> None:
        """A note where the map has another category already: one of the two is out of date."""
        table = self.store.tables.get(ref)
        held = table.columns.get(column.name) if table is not None else None
        if held is not None and held.category is not None and known and held.category not in known:
            detail = f"{self.source} says {known[0]}, the map {held.category}. The map stays as it is."
            summary = f"{ref}.{column.name} has another category in the map"
            self.findings.append(note("import-differs", summary, detail, f"{column.name}: {known[0]}").at(column.at))

    def _is_path(self, edge: SaidEdge, ref: str) -> bool:
        """Whether the map knows the reference as the path to the Customer, which needs no edge."""
        table = self.store.tables.get(ref)
        path: Mapping[str, Any] | None = None if table is None or table.customer is None else vars(table.customer)
        customers = self.store.customers
        return (
            path is not None
            and customers is not None
            and edge.columns == (path["column"],)
            and self.ref(edge.target, edge.target_schema) == customers.table
        )


def _likely(column: str) -> list[str]:
    """Personal categories whose last part shares a word with the column's name, else those that are spelt like it."""
    words = {word for word in column.lower().split("_") if len(word) > 2}
    sharing = [c for c in categories() if c.startswith("user.") and words & set(c.rsplit(".", 1)[-1].split("_"))]
    return sharing[:4] or nearest_categories(column)


def _singular(table: str) -> str:
    """A kind of person by its table's name: customers, customer; people, person."""
    name = table.rsplit(".", 1)[-1].lower()
    if name == "people":
        return "person"
    return f"{name[:-3]}y" if name.endswith("ies") else name[:-1] if name.endswith("s") else name
