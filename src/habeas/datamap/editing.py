"""Changes to a file's text at exact places, so that everything else stays byte for byte as a person wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from habeas.datamap.documents import parse_document
from habeas.datamap.positions import KeyPath
from habeas.diagnostics import Refused, error


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `text[start:end]` by `new` (an insertion where both are equal)."""

    start: int
    end: int
    new: str


def apply_edits(text: str, edits: list[Edit]) -> str:
    """The text with all edits done; edits of one place keep their order."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        pieces += (text[at : edit.start], edit.new)
        at = max(at, edit.end)
    return "".join([*pieces, text[at:]])


def root_of(text: str) -> MappingNode | None:
    """The file's top mapping, with places as character indexes; None for an empty file.

    Raises Refused where the text isn't a usable YAML mapping (the same findings as when it is read).
    """
    document = parse_document(text.encode(), "the file")
    problems = [f for f in document.findings if f.code != "empty-file"]
    if problems:
        raise Refused(*problems)
    try:
        root = YAML(typ="rt", pure=True).compose(text)
    except YAMLError as wrong:
        raise Refused(error("broken-yaml", "the file isn't valid YAML", "Run habeas check to see where.")) from wrong
    return root if isinstance(root, MappingNode) else None


def pairs(node: MappingNode) -> Iterator[tuple[str, ScalarNode, Node]]:
    """Keys as text, with both nodes."""
    for key, value in node.value:
        if isinstance(key, ScalarNode):
            yield str(key.value), key, value


def child(node: MappingNode, name: str) -> Node | None:
    """The value of a key, or None."""
    return next((value for key, _, value in pairs(node) if key == name), None)


def mappings(
    node: MappingNode, path: KeyPath = (), seen: frozenset[int] = frozenset()
) -> Iterator[tuple[KeyPath, MappingNode]]:
    """The mapping and all mappings below it, with their paths (lists hold no entries of the map)."""
    yield path, node
    for name, _, value in pairs(node):
        if isinstance(value, MappingNode) and id(value) not in seen:
            yield from mappings(value, (*path, name), seen | {id(node)})


def is_flow(node: Node) -> bool:
    """Whether a collection is written with braces or brackets."""
    return bool(getattr(node, "flow_style", False))


def start_of(node: Node) -> int:
    """Index of the node's first character."""
    return int(node.start_mark.index)


def end_of(node: Node) -> int:
    """Index behind the node's last character; of a block collection, of its last entry (not of what follows it)."""
    if isinstance(node, (MappingNode, SequenceNode)) and not is_flow(node) and node.value:
        last = node.value[-1]
        if isinstance(last, tuple):
            return end_of(last[0]) if is_absent(last[1]) else end_of(last[1])
        return end_of(last)
    return int(node.end_mark.index)


def is_absent(node: Node) -> bool:
    """Whether nothing is written (`key:` alone); the library gives such a value the place of what comes next."""
    return isinstance(node, ScalarNode) and not node.value and node.style is None


def entry_end(text: str, key: Node, value: Node) -> int:
    """Index behind a key's value, or behind its colon where no value is written."""
    return text.index(":", end_of(key)) + 1 if is_absent(value) else end_of(value)


def line_end(text: str, index: int) -> int:
    """Index of the line break (or the text's end) at or after `index`."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found


def line_start(text: str, index: int) -> int:
    """Index of the first character of the line."""
    return text.rfind("\n", 0, index) + 1
