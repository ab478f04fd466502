"""A person's consent to what discovery guessed: the key `proposed` goes, and nothing else of the file changes."""

from __future__ import annotations

from collections.abc import Iterable

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from habeas.datamap.editing import (
    Edit,
    apply_edits,
    child,
    entry_end,
    is_flow,
    line_end,
    line_start,
    mappings,
    pairs,
    root_of,
    start_of,
)
from habeas.datamap.forms import nearest_names
from habeas.datamap.positions import KeyPath
from habeas.diagnostics import Finding, Position, Refused, error


def accept(text: str, targets: Iterable[str] = (), all: bool = False, file: str = "") -> str:
    """A store's file without the key `proposed` in the entries named.

    A target is TABLE (its columns, edges, Customer path, and people or customers of that table too) or TABLE.COLUMN
    (the column and the edge of that name); `all` means the whole file. Raises Refused (nothing is accepted) where a
    target isn't in the file (`unknown-target`), or an entry still asks a question (`open-question`); `file` is named
    in findings. Accepting what is no guess changes nothing.
    """
    root = root_of(text)
    if root is None:
        return text
    entries = [(path, node) for path, node in mappings(root) if _bears(node)]
    if not all:
        wanted = [_paths_of(root, target, file) for target in targets]
        entries = [
            (path, node) for path, node in entries if any(_within(path, under) for group in wanted for under in group)
        ]
    questions = [_question(path, node, file) for path, node in entries if child(node, "ask") is not None]
    if questions:
        raise Refused(*questions)
    edits = {start_of(node): _removal(text, node) for _, node in entries}
    return apply_edits(text, list(edits.values()))


def _bears(node: MappingNode) -> bool:
    return any(key in ("proposed", "ask") for key, _, _ in pairs(node))


def _within(path: KeyPath, under: KeyPath) -> bool:
    return path[: len(under)] == under


def _paths_of(root: MappingNode, target: str, file: str) -> list[KeyPath]:
    """The paths that a target names. A table's own name may hold dots, so the longest table wins."""
    tables = child(root, "tables")
    known = {name: node for name, _, node in pairs(tables)} if isinstance(tables, MappingNode) else {}
    if target in known:
        found: list[KeyPath] = [("tables", target)]
        people = child(root, "people")
        if isinstance(people, MappingNode):
            found += [("people", kind) for kind, _, node in pairs(people) if _table_of(node) == target]
        customers = child(root, "customers")
        if customers is not None and _table_of(customers) == target:
            found.append(("customers",))
        return found
    for at in range(len(target) - 1, 0, -1):
        table, column = target[:at], target[at + 1 :]
        if target[at] != "." or table not in known:
            continue
        paths: list[KeyPath] = []
        names: list[str] = []
        for part in ("columns", "edges"):
            entry = known[table]
            holder = child(entry, part) if isinstance(entry, MappingNode) else None
            if isinstance(holder, MappingNode):
                here = [name for name, _, _ in pairs(holder)]
                names += here
                paths += [("tables", table, part, column)] if column in here else []
        if paths:
            return paths
        raise Refused(_unknown(target, [f"{table}.{name}" for name in nearest_names(column, names)], file))
    raise Refused(_unknown(target, nearest_names(target.split(".")[0], known), file))


def _table_of(node: Node) -> str | None:
    if isinstance(node, ScalarNode):
        return str(node.value)
    table = child(node, "table") if isinstance(node, MappingNode) else None
    return str(table.value) if isinstance(table, ScalarNode) else None


def _unknown(target: str, near: list[str], file: str) -> Finding:
    detail = f"Near: {', '.join(near)}." if near else "Name a table of the map, or TABLE.COLUMN."
    fix = f"habeas accept {near[0]}" if near else "habeas accept --all"
    place = f" in {file}" if file else ""
    return error("unknown-target", f"there is no entry {target[:80]}{place}", detail, fix)


def _question(path: KeyPath, node: MappingNode, file: str) -> Finding:
    asked = child(node, "ask")
    question, choices = "", ""
    if isinstance(asked, MappingNode):
        text = child(asked, "question")
        question = str(text.value) if isinstance(text, ScalarNode) else ""
        given = child(asked, "choices")
        items = given.value if given is not None and isinstance(given.value, list) else []
        choices = ", ".join(str(item.value) for item in items if isinstance(item, ScalarNode))
    elif asked is not None:
        question = str(asked.value)
    name = ".".join(str(part) for part in path if part not in ("tables", "columns", "edges"))
    detail = "A question has to be answered, it can't be accepted: write the entry and delete ask:."
    found = error("open-question", f"{name}: {question}", detail, f"Choices: {choices}" if choices else "")
    if not file or asked is None:
        return found
    return found.at(Position(file, asked.start_mark.line + 1, asked.start_mark.column + 1))


def _removal(text: str, node: MappingNode) -> Edit:
    """The edit that takes `proposed` out of one mapping."""
    members = list(pairs(node))
    number = next(i for i, (key, _, _) in enumerate(members) if key == "proposed")
    _, key_node, value = members[number]
    start, end = start_of(key_node), entry_end(text, key_node, value)
    if len(members) == 1:
        # An entry without any key would be no entry: an empty mapping says that it was looked at.
        return Edit(start, end, "" if is_flow(node) else "{}")
    if is_flow(node):
        return _from_flow(text, node, number, start, end)
    first = line_start(text, start)
    if text[end - 1] == "\n":  # a block of text ends with its line
        return Edit(first, end, "")
    rest = text[end : line_end(text, end)]
    if rest.strip():  # a comment behind the key stays, at the key's place
        return Edit(start, end + len(rest) - len(rest.lstrip()), "")
    return Edit(first, min(line_end(text, end) + 1, len(text)), "")


def _from_flow(text: str, node: MappingNode, number: int, start: int, end: int) -> Edit:
    """In braces a comma goes along: the one before, or of the first key the one behind."""
    if number > 0:
        before = entry_end(text, *node.value[number - 1])
        gap = text[before:start]
        return Edit(start if "#" in gap else before, end, "")
    behind = start_of(node.value[1][0])
    return Edit(start, end if "#" in text[end:behind] else behind, "")
