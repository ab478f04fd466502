"""Discovery's proposal written into a map that people have edited: only what is new is added, nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from habeas.datamap.documents import parse_document
from habeas.datamap.editing import (
    Edit,
    apply_edits,
    child,
    end_of,
    entry_end,
    is_flow,
    line_end,
    pairs,
    root_of,
    start_of,
)
from habeas.datamap.emitting import block, entry, flow
from habeas.datamap.positions import KeyPath
from habeas.diagnostics import Refused, error

# Mappings of names. Entries below them are a person's as soon as they stand there, and are left alone.
_NAMED = frozenset({(), ("people",), ("tables",), ("grounds",), ("identity_types",), ("elsewhere",), ("purposes",)})
# What a table that a person has looked at may still get.
_TABLE_KEYS = ("key", "customer", "edges", "columns")


def merge(existing: str | None, proposal: Mapping[str, Any]) -> str:
    """The file's text with what `proposal` (plain data in the written form) has and it has not.

    New tables, columns, edges, kinds of person, grounds and top-level keys are added, and files under `stores`.
    Nothing that stands there is changed, and comments, order and spacing stay. Nothing is added to a table
    that is `not_personal`, no second edge over the same columns, and no second kind of person for a table. Raises
    Refused where `existing` is no usable YAML (its findings), or can't be extended (`cannot-merge`).
    """
    if existing is None or not existing.strip():
        return "\n".join(block(proposal)) + "\n"
    body = existing.removeprefix("\ufeff")
    mark = existing[: len(existing) - len(body)]
    if not body.endswith("\n"):
        body += "\n"
    root = root_of(body)
    if root is None:
        return mark + body + "\n".join(block(proposal)) + "\n"
    edits: list[Edit] = []
    _Merger(body, edits).into(root, proposal, (), 0, is_flow(root))
    merged = apply_edits(body, edits)
    _check(body, merged)
    return mark + merged


class _Merger:
    def __init__(self, text: str, edits: list[Edit]) -> None:
        self.text = text
        self.edits = edits
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def into(
        self, node: MappingNode, proposal: Mapping[str, Any], path: KeyPath, indent: int, inside_flow: bool
    ) -> None:
        """Add to a mapping what it lacks; `indent` is where its keys stand if it has none yet."""
        missing: dict[str, Any] = {}
        for name, value in proposal.items():
            if not _may_add(node, path, name, value):
                continue
            held = child(node, name)
            if held is None:
                missing[name] = value
            else:
                key = next(k for n, k, _ in pairs(node) if n == name)
                self._below(key, held, value, (*path, name), inside_flow or is_flow(node))
        if missing:
            self._add(node, missing, indent, inside_flow)

    def _below(self, key: Node, held: Node, value: Any, path: KeyPath, inside_flow: bool) -> None:
        """What stands under one key gets what it lacks, if it is one of the mappings of names."""
        if path == ("stores",) and isinstance(held, SequenceNode) and isinstance(value, Sequence):
            self._append(held, value)
            return
        extendable = path in _NAMED or (path[0] == "tables" and _is_table_part(path))
        if not extendable or not isinstance(value, Mapping) or not value:
            return
        indent = int(key.start_mark.column) + 2
        if isinstance(held, MappingNode):
            self.into(held, value, path, indent, inside_flow)
        elif isinstance(held, ScalarNode) and str(held.tag).endswith(":null"):
            usable = {n: v for n, v in value.items() if len(path) != 2 or n in _TABLE_KEYS}
            end = self.text.index(":", end_of(key)) + 1
            if not usable:
                return
            if inside_flow or held.value:  # `null` or `~` is written: it makes way
                self.edits.append(Edit(end, end_of(held) if held.value else end, f" {flow(usable)}"))
            else:
                self._lines(end, block(usable, indent))

    def _add(self, node: MappingNode, missing: Mapping[str, Any], indent: int, inside_flow: bool) -> None:
        if not is_flow(node):
            column = int(node.value[0][0].start_mark.column)
            lines = [line for name, value in missing.items() for line in entry(name, value, column)]
            self._lines(end_of(node), lines)
        elif node.value:
            end = entry_end(self.text, *node.value[-1])
            self.edits.append(Edit(end, end, f", {flow(missing)[1:-1]}"))
        elif inside_flow and not self._alone(node):
            self.edits.append(Edit(start_of(node), end_of(node), flow(missing)))
        else:
            # An empty {} becomes a block, so that later additions stand on lines of their own.
            start = start_of(node)
            while self.text[start - 1] == " ":
                start -= 1
            self.edits.append(Edit(start, end_of(node), ""))
            self._lines(end_of(node), block(missing, indent))

    def _alone(self, node: MappingNode) -> bool:
        """Whether an empty {} is the last thing of its line (but for a comment), below a key in block style."""
        rest = self.text[end_of(node) : line_end(self.text, end_of(node))].strip()
        before = self.text[self.text.rfind("\n", 0, start_of(node)) + 1 : start_of(node)]
        return (not rest or rest.startswith("#")) and before.rstrip().endswith(":") and "{" not in before

    def _append(self, held: SequenceNode, value: Sequence[Any]) -> None:
        present = {str(item.value) for item in held.value}
        new = [item for item in value if str(item) not in present]
        if not new:
            return
        if is_flow(held):
            texts = ", ".join(flow(item) for item in new)
            at = end_of(held.value[-1]) if held.value else start_of(held) + 1
            self.edits.append(Edit(at, at, f", {texts}" if held.value else texts))
        else:
            # A block item's own column is behind the dash.
            column = int(held.start_mark.column)
            self._lines(end_of(held), [f"{' ' * column}- {flow(item)}" for item in new])

    def _lines(self, after: int, lines: list[str]) -> None:
        """Whole lines behind the line on which `after` stands."""
        if after and self.text[after - 1] == "\n":  # behind a block of text, which ends with its line
            self.edits.append(Edit(after, after, "".join(f"{line}{self.newline}" for line in lines)))
            return
        end = line_end(self.text, after)
        if end == len(self.text):
            self.edits.append(Edit(end, end, self.newline + self.newline.join(lines) + self.newline))
        else:
            self.edits.append(Edit(end + 1, end + 1, "".join(f"{line}{self.newline}" for line in lines)))


def _is_table_part(path: KeyPath) -> bool:
    return len(path) == 2 or (len(path) == 3 and path[2] in ("edges", "columns"))


def _may_add(node: MappingNode, path: KeyPath, name: str, value: Any) -> bool:
    if len(path) == 2 and path[0] == "tables":
        return name in _TABLE_KEYS and child(node, "not_personal") is None
    if len(path) == 3 and path[2] == "edges":
        return child(node, name) is not None or _edge_columns(name, value) not in _edges_there(node)
    if path == ("people",):
        taken = {
            _plain(child(held, "table")) if isinstance(held, MappingNode) else _plain(held)
            for _, _, held in pairs(node)
        }
        return (value.get("table") if isinstance(value, Mapping) else value) not in taken
    return True


def _edge_columns(name: str, edge: Any) -> tuple[str, ...]:
    if isinstance(edge, Mapping):
        columns = edge.get("pair") or edge.get("columns") or [name]
        return (columns,) if isinstance(columns, str) else tuple(columns)
    return (name,)


def _edges_there(node: MappingNode) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for name, _, held in pairs(node):
        written = (child(held, "pair") or child(held, "columns")) if isinstance(held, MappingNode) else None
        if isinstance(written, SequenceNode):
            found.add(tuple(str(item.value) for item in written.value))
        else:
            found.add((_plain(written) or name,))
    return found


def _plain(node: Node | None) -> str | None:
    return str(node.value) if isinstance(node, ScalarNode) else None


def _check(before: str, after: str) -> None:
    """A last look at what would be written: valid, and all that was there still says the same."""
    old, new = parse_document(before.encode(), "the file"), parse_document(after.encode(), "the merged file")
    if new.findings or not _contains(new.data, old.data):
        raise Refused(
            error(
                "cannot-merge",
                "what is new can't be written into the file",
                "The file is laid out in a way that can't be extended; it was left as it is.",
                "Write tables:, edges: and columns: as indented lines instead of braces, then run habeas init again.",
            )
        )


def _contains(new: Any, old: Any) -> bool:
    if isinstance(old, dict):
        return isinstance(new, dict) and all(name in new and _contains(new[name], old[name]) for name in old)
    if isinstance(old, list):
        return isinstance(new, list) and new[: len(old)] == old
    return new == old or old is None
