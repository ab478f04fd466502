"""Random schemas with their maps: every shape of reference, ownership and verdict that docs/semantics.md speaks of.

Where that page leaves open what happens (two writers of one column that disagree), no such map is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.oracle.company import Column, Company, DeclaredKey, Table
from tests.strategies.choosing import Chooser

AS_OF = date(2026, 6, 15)
CUSTOMERS = "accounts"
KINDS = {"contacts": "contact", "users": "user"}
OTHERS = ("chats", "Notes", "files", "order", "bills")
PLACEHOLDER_ID = 0
PLACEHOLDER_TEXT = "nobody@example.invalid"
PERIODS = ("2 years", "30 days", "1 month")
PERSONAL = ("user.name", "user.content", "user.behavior")


@dataclass
class Draft:
    """A table on the way: what the schema and the map will say of it."""

    name: str
    place: int
    columns: list[Column] = field(default_factory=list)
    key: tuple[str, ...] = ("id",)
    uniques: list[tuple[str, ...]] = field(default_factory=list)
    keys: list[DeclaredKey] = field(default_factory=list)
    edges: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)  # the map's `columns`
    entry: dict[str, Any] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)  # columns that bear no reference and are in no key
    referred: set[str] = field(default_factory=set)  # columns that references lead to

    @property
    def account(self) -> Column | None:
        return next((c for c in self.columns if c.name == "account_id"), None)

    @property
    def composite(self) -> bool:
        return len(self.key) > 1

    @property
    def row_key(self) -> tuple[str, ...]:
        return self.key or tuple(self.entry["key"])

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def may_hold_placeholder(self) -> bool:
        """Whether a row that refers to nothing and belongs to no Customer can stand in it."""
        bound = {c for key in self.keys for c in key.columns}
        loose = all(self.column(c).nullable for c in bound)
        return self.key == ("id",) and loose and (self.account is None or self.account.nullable)


class Designer:
    """Draws one company; `copied` asks for a masked table whose values have declared copies."""

    def __init__(self, choose: Chooser, copied: bool = False) -> None:
        self.choose = choose
        self.copied = copied
        self.several_customers = choose.chance(55)
        self.drafts: list[Draft] = []
        self.placeholder_tables: set[str] = set()

    def company(self) -> Company:
        self._tables()
        for draft in self.drafts:
            if draft.name != CUSTOMERS:
                for number in range(self.choose.one_of((1, 2, 2, 3, 0))):
                    self._reference(draft, number)
        for draft in self.drafts:
            if draft.name != CUSTOMERS:
                self._customer_by_edge(draft)
                self._on_erase(draft)
        reached = self._tables_in_reach()
        self._copies(reached)
        entries: dict[str, Any] = {}
        for draft in self.drafts:
            entry = draft.entry
            if draft.edges:
                entry["edges"] = draft.edges
            if draft.name in reached:
                entry["columns"] = draft.said
            else:
                entry["not_personal"] = "made up at random"
            entries[draft.name] = entry
        people = {KINDS[d.name]: {"table": d.name} for d in self.drafts if d.name in KINDS}
        map_: dict[str, Any] = {"people": people, "tables": entries}
        if self.several_customers:
            map_ = {"customers": {"table": CUSTOMERS}, **map_}
        tables = {d.name: Table(d.name, tuple(d.columns), d.key, tuple(d.uniques), tuple(d.keys)) for d in self.drafts}
        identity_types = {"app.ref": "exact"} | {f"app.{kind}": "exact" for kind in people}
        policy = {"identity_types": identity_types, "grounds": {"accounting": {"for": PERIODS[0]}}}
        return Company(tables, map_, policy, AS_OF)

    # --- tables and columns ---------------------------------------------------------------------------------------

    def _tables(self) -> None:
        names = [CUSTOMERS] if self.several_customers else []
        names += list(KINDS)[: 2 if self.choose.chance(35) else 1]
        names += OTHERS[: self.choose.number(1, 6 - len(names))]
        for place, name in enumerate(names):
            draft = Draft(name, place, [Column("id", "integer", nullable=False)])
            self.drafts.append(draft)
            if name == CUSTOMERS:
                draft.columns.append(Column("alpha", "text"))
                continue
            if self.several_customers:
                self._customer(draft)
            self._key(draft)
            if name in KINDS:
                self._identities(draft)
            for column in ("alpha", "beta", "gamma")[: self.choose.number(1, 3)]:
                self._data(draft, column)

    def _customer(self, draft: Draft) -> None:
        how = self.choose.weighted(column=7, edge=2, none=1)
        draft.entry["customer"] = {"none": "made up at random"}
        if how == "edge":
            draft.entry["customer"] = {"via": ""}  # once the edges are known
        if how != "column":
            return
        draft.entry["customer"] = "account_id"
        draft.columns.append(Column("account_id", "integer", nullable=self.choose.chance(40)))
        if self.choose.chance(60):
            draft.keys.append(
                DeclaredKey(("account_id",), CUSTOMERS, ("id",), self.choose.one_of(("NO ACTION", "CASCADE")))
            )
        if self.choose.chance(50):
            kind = self.choose.weighted(lookup=8, accessed_by=1, accesses=1, owned_by=1)
            draft.edges["account_id"] = {
                "columns": ["account_id"],
                "to": f"{CUSTOMERS}.id",
                "as": kind,
            }

    def _key(self, draft: Draft) -> None:
        how = self.choose.weighted(id=16, composite=3, text=1, none=1)
        if how == "composite" and draft.account is not None:
            draft.columns = [
                Column(c.name, c.type, nullable=c.nullable and c.name != "account_id") for c in draft.columns
            ]
            draft.key = ("account_id", "id")
        elif how == "text":
            draft.columns.append(Column("code", "text", nullable=False))
            draft.key = ("code",)
        elif how == "none":
            draft.key = ()
            draft.entry["key"] = ["id"]

    def _identities(self, draft: Draft) -> None:
        nullable, unique = self.choose.chance(60), self.choose.chance(30)
        draft.columns.append(Column("email", "text", nullable))
        draft.said["email"] = {"category": "user.contact.email", "identity": "email"}
        if unique:
            draft.uniques.append(("email",))
        category = "user.unique_id" if self.choose.chance(15) else "system.operations"
        draft.said["id"] = {"category": category, "identity": f"app.{KINDS[draft.name]}"}
        if self.choose.chance(30):
            draft.columns.append(Column("ref", "text", self.choose.chance(70)))
            draft.said["ref"] = {"category": "user.account.username", "identity": "app.ref"}

    def _data(self, draft: Draft, name: str) -> None:
        type_ = self.choose.weighted(text=5, integer=2, boolean=1, date=1, datetime=1, number=1)
        nullable = self.choose.chance(55)
        length = 4 if type_ == "text" and self.choose.chance(20) else None
        draft.columns.append(Column(name, type_, nullable, length))
        draft.data.append(name)
        tokens = type_ in ("text", "integer") and length is None
        if tokens and self.choose.chance(20):
            draft.uniques.append((name,))
        if not self.choose.chance(65):
            return
        said: dict[str, Any] = {"category": self.choose.one_of(PERSONAL)}
        in_unique = (name,) in draft.uniques
        mask = self.choose.weighted(default=6, null=1, token=1, constant=1)
        if mask == "null" and nullable:
            said["mask"] = "null"
        elif mask == "token" and tokens:
            said["mask"] = "token"
        elif mask == "constant" and type_ in ("text", "integer") and not in_unique:
            said["mask"] = {"constant": "none" if type_ == "text" else 7}
        draft.said[name] = said

    # --- references -----------------------------------------------------------------------------------------------

    def _reference(self, draft: Draft, number: int) -> None:
        target = self._target(draft)
        how = self.choose.weighted(declared=11, undeclared=4, unmapped=2, value=4, pair=2, natural=1)
        if how == "pair":
            self._pair(draft, number)
        elif how in ("value", "natural"):
            self._by_value(draft, number, target, declared=how == "natural")
        else:
            self._by_key(draft, number, target, declared=how != "undeclared", mapped=how != "unmapped")

    def _target(self, draft: Draft) -> Draft:
        led_to = {name for edge in draft.edges.values() for name in self._target_names(edge)} - {CUSTOMERS}
        if led_to and self.choose.chance(45):  # two references to one table make rows of several owners
            return next(d for d in self.drafts if d.name in led_to)
        people = [d for d in self.drafts if d.name in KINDS]
        rest = [d for d in self.drafts if d.name != CUSTOMERS]
        return self.choose.one_of(people if self.choose.chance(60) else rest)

    def _by_key(self, draft: Draft, number: int, target: Draft, declared: bool, mapped: bool) -> None:
        declared = declared and bool(target.key)
        forward = target.place >= draft.place
        nullable = not self.choose.chance(12 if forward else 40) or draft.name in self.placeholder_tables
        name = f"{target.name.lower()}_{number}"
        columns: tuple[str, ...] = (name,)
        target_columns = target.row_key
        type_ = target.column(target_columns[-1]).type
        if target.composite:
            if draft.account is None:
                draft.columns.append(Column(f"{name}_account", "integer", nullable))
                columns = (f"{name}_account", name)
            else:
                columns = ("account_id", name)
                nullable = nullable or draft.composite or forward
        draft.columns.append(Column(name, type_, nullable))
        target.referred |= set(target_columns)
        if declared:
            draft.keys.append(DeclaredKey(columns, target.name, target_columns, self._action(nullable, forward)))
        if mapped:
            to = f"{target.name}.{target_columns[0]}"
            if len(target_columns) > 1:
                to = f"{target.name}({', '.join(target_columns)})"
            edge = {"columns": list(columns), "to": to, **self._rights(draft, target, name, nullable)}
            if not nullable and edge["as"] in ("owned_by", "accessed_by", "lookup") and type_ == "integer":
                self._placeholder(draft, target, edge, len(columns), declared)
            draft.edges[name] = edge

    def _action(self, nullable: bool, forward: bool) -> str:
        if nullable:
            return self.choose.one_of(
                ("NO ACTION", "CASCADE", "SET NULL", "RESTRICT", "NO ACTION", "CASCADE", "SET NULL", "SET DEFAULT")
            )
        return self.choose.one_of(("NO ACTION", "CASCADE") if forward else ("NO ACTION", "CASCADE", "RESTRICT"))

    def _placeholder(self, draft: Draft, target: Draft, edge: dict[str, Any], width: int, declared: bool) -> None:
        if width > 1 or draft is target or not self.choose.chance(35):
            return
        if not declared:
            edge["placeholder"] = PLACEHOLDER_ID
        elif target.may_hold_placeholder():
            edge["placeholder"] = PLACEHOLDER_ID
            self.placeholder_tables.add(target.name)

    def _rights(self, draft: Draft, target: Draft, column: str, nullable: bool) -> dict[str, Any]:
        kind = self.choose.weighted(owned_by=10, owns=3, accessed_by=3, accesses=2, lookup=3)
        edge: dict[str, Any] = {"as": kind}
        entered = target if kind in ("owns", "accesses") else draft
        hideable = [c.name for c in entered.columns if c.name not in entered.row_key]
        if kind != "lookup" and hideable and self.choose.chance(25):
            edge["on_access"] = {"hide": self.choose.some(hideable)}
        if kind not in ("owned_by", "accessed_by"):  # nothing is deleted or masked over the others
            if self.choose.chance(15):
                edge["on_erase"] = "unlink"
        elif self.choose.chance(35):
            said = self.choose.weighted(delete=3, unlink=2, mask=3)
            edge["on_erase"] = said
            if said == "mask":
                maskable = draft.data + ([column] if nullable else [])
                edge["on_erase"] = {"mask": self.choose.some(maskable)}
        return edge

    def _by_value(self, draft: Draft, number: int, target: Draft, declared: bool) -> None:
        """A text that stands in a text column of the target: a value join, or a natural key where it is unique."""
        texts = [
            c.name
            for c in target.columns
            if c.type == "text" and c.length is None and c.name in ("email", "ref", *target.data)
        ]
        if declared:
            texts = [name for name in texts if (name,) in target.uniques]
        if not texts:
            return
        column = self.choose.one_of(texts)
        is_key = (column,) in target.uniques
        nullable = self.choose.chance(55) or draft.name in self.placeholder_tables
        name = f"value_{number}"
        draft.columns.append(Column(name, "text", nullable))
        target.referred.add(column)
        if declared:
            forward = target.place >= draft.place
            draft.keys.append(DeclaredKey((name,), target.name, (column,), self._action(nullable, forward)))
        if not is_key and self.choose.chance(50):
            draft.said[name] = {"category": "user.contact.email"}
        edge = {"columns": [name], "to": f"{target.name}.{column}", **self._rights(draft, target, name, nullable)}
        if not is_key and self.several_customers and self.choose.chance(25):
            edge |= {"across": "customers", "why": "made up at random"}
        if not nullable and not declared and name not in draft.said and self.choose.chance(25):
            edge["placeholder"] = PLACEHOLDER_TEXT
        draft.edges[name] = edge

    def _pair(self, draft: Draft, number: int) -> None:
        numbered = [d for d in self.drafts if d.name != CUSTOMERS and d.row_key == ("id",)]
        targets = self.choose.some(numbered, most=3)
        if not targets:
            return
        nullable = self.choose.chance(60)
        type_, id_ = f"kind_{number}", f"thing_{number}"
        draft.columns.append(Column(type_, "text", self.choose.chance(50)))
        draft.columns.append(Column(id_, "integer", nullable))
        to = {}
        for target in targets:
            target.referred.add("id")
            to[target.name.title()] = {"table": target.name, **self._rights(draft, target, id_, nullable)}
        edge: dict[str, Any] = {"pair": [type_, id_], "to": to}
        if not nullable and self.choose.chance(30) and not {t["as"] for t in to.values()} & {"owns", "accesses"}:
            edge["placeholder"] = PLACEHOLDER_ID
        draft.edges[f"thing_{number}"] = edge

    # --- what needs all references -------------------------------------------------------------------------------

    def _customer_by_edge(self, draft: Draft) -> None:
        if draft.entry.get("customer") != {"via": ""}:
            return
        keyed = [
            name
            for name, edge in draft.edges.items()
            if not name.startswith("value_") and not self._comes_back(edge, draft) and not _owns(edge)
        ]
        draft.entry["customer"] = {"via": self.choose.one_of(keyed)} if keyed else {"none": "made up at random"}

    def _copies(self, reached: set[str]) -> None:
        """Columns that hold the same value as a personal one; texts of one pool, so that values do meet."""
        if not (self.copied or self.choose.chance(30)):
            return
        originals = [
            (draft, draft.column(name))
            for draft in self.drafts
            for name, said in draft.said.items()
            if draft.name in reached and name in (*draft.data, "email", "ref") and said["category"].startswith("user")
        ]
        if self.copied:
            originals = [o for o in originals if o[0].name in KINDS] or originals
        taken: set[tuple[str, str]] = set()
        for draft, column in self.choose.some([o for o in originals if o[1].length is None]):
            if (draft.name, column.name) in taken:
                continue
            free = [c for c in self._receivers(draft, column, reached) if c not in taken]
            chosen = self.choose.some(free)
            for table, name in chosen:
                other = next(d for d in self.drafts if d.name == table)
                if name in other.data and name not in other.said:
                    other.said[name] = {"category": "user.contact"}
                other.said.get(name, {}).pop("copies", None)
            if chosen:
                taken |= {(draft.name, column.name), *chosen}
                draft.said[column.name]["copies"] = [f"{table}.{name}" for table, name in chosen]
                if self.copied and "on_erase" not in draft.entry:
                    draft.entry["on_erase"] = "mask"
                    draft.said.get("id", {})["category"] = "system.operations"

    def _receivers(self, original: Draft, column: Column, reached: set[str]) -> list[tuple[str, str]]:
        """Columns that may be copies: plain ones of the same type, and value joins to the original that own nothing."""
        null_alone = original.said[column.name].get("mask") == "null"
        found: list[tuple[str, str]] = []
        for draft in self.drafts:
            for other in draft.columns:
                same = other.type == column.type and other.length is None and (other.nullable or not null_alone)
                edge = draft.edges.get(other.name, {})
                joins = other.name.startswith("value_") and edge.get("to") == f"{original.name}.{column.name}"
                joins = joins and edge["as"] not in ("owns", "accesses") and (column.name,) not in original.uniques
                plain = other.name in draft.data and draft.name in reached and (other.name,) not in draft.uniques
                is_self = (draft.name, other.name) == (original.name, column.name)
                if same and (plain or joins) and other.name not in draft.referred and not is_self:
                    found.append((draft.name, other.name))
        return found

    def _comes_back(self, edge: dict[str, Any], draft: Draft) -> bool:
        """Whether the path to the Customer over this edge would be a circle of tables."""
        names = set(self._target_names(edge))
        for _ in self.drafts:
            for other in self.drafts:
                path = other.entry.get("customer")
                if other.name in names and isinstance(path, dict) and path.get("via"):
                    names |= set(self._target_names(other.edges[path["via"]]))
        return draft.name in names

    def _on_erase(self, draft: Draft) -> None:
        how = self.choose.weighted(delete=15, mask=3, keep=3)
        maskable = [name for name in draft.data if name not in draft.referred]
        if how == "mask":
            draft.entry["on_erase"] = "mask"
            if draft.name in KINDS:  # a personal key would be an error of the map, whoever asks
                draft.said["id"]["category"] = "system.operations"
        elif how == "keep":
            type_ = "date" if self.choose.chance(60) else "datetime"
            draft.columns.append(Column("due", type_))
            keep: dict[str, Any] = {"ground": "accounting", "after": "due"}
            if self.choose.chance(50):
                keep["for"] = self.choose.one_of(PERIODS)
            if maskable and self.choose.chance(40):
                keep["mask"] = self.choose.some(maskable)
            children = [d.name for d in self.drafts if d is not draft and self._leads_to(d, draft)]
            if children and self.choose.chance(50):
                keep["with"] = self.choose.some(children, most=3)
            draft.entry["on_erase"] = {"keep": keep}

    def _leads_to(self, child: Draft, parent: Draft) -> bool:
        """Whether a key edge of the child leads to the parent: children are kept along over nothing else."""
        keyed = [edge for name, edge in child.edges.items() if not name.startswith("value_")]
        return any(parent.name in self._target_names(edge) for edge in keyed)

    def _target_names(self, edge: dict[str, Any]) -> dict[str, str]:
        """Tables that an edge leads to, with the right."""
        if "pair" in edge:
            return {said["table"]: said["as"] for said in edge["to"].values()}
        return {edge["to"].replace("(", ".").split(".")[0]: edge["as"]}

    def _tables_in_reach(self) -> set[str]:
        """Tables that some path of rights leads to, whatever the rows."""
        reached = {d.name for d in self.drafts if d.name in KINDS}
        for _ in self.drafts:
            for draft in self.drafts:
                for edge in draft.edges.values():
                    for target, kind in self._target_names(edge).items():
                        if kind in ("owned_by", "accessed_by") and target in reached:
                            reached.add(draft.name)
                        if kind in ("owns", "accesses") and draft.name in reached:
                            reached.add(target)
        return reached


def _owns(edge: dict[str, Any]) -> bool:
    """A Customer known through what a row owns is lost when a mask unlinks it: such maps are not drawn."""
    kinds = {edge.get("as")} | {t["as"] for t in edge["to"].values()} if "pair" in edge else {edge.get("as")}
    return bool(kinds & {"owns", "accesses"})
