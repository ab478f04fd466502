"""One YAML file of the map, read into plain data with the place of every key. Never a traceback.

The file is composed to nodes and turned into data here, instead of being loaded by the library: nodes bear their
places, duplicate keys stay visible, every key stays the text that was written (`none`, `123`), and what an alias
repeats is counted before it fills the memory.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from habeas.datamap.positions import KeyPath
from habeas.diagnostics import Finding, Position, error

LARGEST_FILE = 4 * 1024 * 1024  # bytes; a map of a thousand tables is about 1.5 MB
DEEPEST = 40
MOST_NODES = 400_000
MOST_OPEN = 300  # brackets open at once, counted without regard to quotes: the parser takes seconds over thousands
_CORE = "tag:yaml.org,2002:"
_BRACKET = re.compile(r"[\[\]{}]")
_QUOTED = re.compile(r"'(?!<)[^'\s]{2,}'")


@dataclass
class Document:
    """What one file says. `data` is None where it can't be used; `findings` say why."""

    file: str  # as findings name it
    data: dict[str, Any] | None = None
    places: dict[KeyPath, Position] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    digest: str = ""  # SHA-256 of the bytes


def read_document(path: Path, file: str) -> Document:
    """Read a file; whatever is wrong with it becomes a finding in the answer."""
    try:
        if not path.exists():
            return _unusable(file, "file-missing", f"{file} isn't there", "The map needs this file.")
        if not path.is_file():
            return _unusable(file, "unreadable-file", f"{file} is no regular file", "The map is read from files.")
        size = path.stat().st_size
        if size > LARGEST_FILE:
            return _too_large(file, size)
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as reason:
        why = f"The operating system says: {reason.strerror or 'error'}."
        return _unusable(file, "unreadable-file", f"{file} can't be read", why, f"chmod u+r {file}")
    return _too_large(file, len(content)) if len(content) > LARGEST_FILE else parse_document(content, file)


def parse_document(content: bytes, file: str) -> Document:
    """Read a file's bytes (UTF-8, with or without a byte order mark)."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        return _unusable(
            file,
            "not-utf-8",
            f"{file} isn't UTF-8 text",
            f"Byte {wrong.start + 1} starts no UTF-8 letter: this is a binary file, or one in an older encoding.",
            f"iconv -f ISO-8859-1 -t UTF-8 {file} > {file}.utf8",
            line=content[: wrong.start].count(b"\n") + 1,
        )
    bad = next((i for i, letter in enumerate(text) if _is_control(letter)), None)
    if bad is not None:
        return _unusable(
            file,
            "control-character",
            f"{file} holds a control character (U+{ord(text[bad]):04X})",
            "YAML is plain text; a binary file or a damaged one holds such characters.",
            "Delete the character, or write the value in double quotes with an escape (\\u0007).",
            line=text.count("\n", 0, bad) + 1,
            column=bad - text.rfind("\n", 0, bad),
        )
    if _opened(text) > MOST_OPEN:
        return _too_deep(file, 1)
    try:
        root = YAML(typ="safe", pure=True).compose(text)  # which reads past comments; edits keep them
    except RecursionError:
        return _too_deep(file, 1)
    except MarkedYAMLError as wrong:
        return _broken(file, wrong)
    except (YAMLError, ValueError, OverflowError):
        return _unusable(file, "broken-yaml", f"{file} isn't YAML", "It can't be read at all.")
    return _document(root, file, digest)


def _document(root: Node | None, file: str, digest: str) -> Document:
    document = Document(file, digest=digest)
    document.places[()] = Position(file, 1)
    if root is None:
        document.findings.append(
            error(
                "empty-file", f"{file} is empty", "A store's file and habeas.yaml begin with a version.", "version: 1"
            ).at(document.places[()])
        )
        return document
    walk = _Walk(document)
    try:
        data = walk.value(root, (), 0)
    except _Stop as stop:
        document.findings.append(stop.finding)
        return document
    if not isinstance(data, dict):
        document.findings.append(
            error(
                "wrong-type",
                f"{file} holds no keys",
                "A store's file and habeas.yaml are mappings: a key, a colon, a value.",
                "version: 1",
            ).at(_place(file, root))
        )
        return document
    document.data = data
    return document


class _Stop(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.summary)
        self.finding = finding


class _Walk:
    """Turns nodes into plain data and notes where each key stands."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.count = 0

    def value(self, node: Node, path: KeyPath, depth: int) -> Any:
        self.count += 1
        if depth > DEEPEST:
            raise _Stop(_too_deep(self.document.file, node.start_mark.line + 1).findings[0])
        if self.count > MOST_NODES:
            raise _Stop(
                error(
                    "too-large",
                    f"{self.document.file} says more than {MOST_NODES:,} things",
                    "Aliases (*name) repeat what they name; repeated aliases of aliases grow without end.",
                    "Write the entries out, or split the store's file.",
                ).at(_place(self.document.file, node))
            )
        tag = str(node.tag)
        if not tag.startswith(_CORE):
            self.document.findings.append(
                error("unknown-tag", f"the tag {tag[:40]} means nothing here", "A map holds plain values.").at(
                    _place(self.document.file, node)
                )
            )
        if isinstance(node, MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            items: list[Any] = []
            for number, item in enumerate(node.value):
                self.document.places.setdefault((*path, number), _place(self.document.file, item))
                items.append(self.value(item, (*path, number), depth + 1))
            return items
        return self._scalar(node)

    def _mapping(self, node: MappingNode, path: KeyPath, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = _place(self.document.file, key_node)
            if not isinstance(key_node, ScalarNode):
                summary = "a key that is a list or a mapping"
                self.document.findings.append(
                    error("wrong-type", summary, "Keys are names: text before a colon.").at(place)
                )
                continue
            key = str(key_node.value)
            if key in found:
                first = self.document.places[(*path, key)]
                self.document.findings.append(
                    error(
                        "duplicate-key",
                        f"{key} stands here a second time",
                        f"The first is on line {first.line}; only one of them could count.",
                        f"Delete one of the two, or put what they say together under one {key}:",
                    ).at(place)
                )
                continue
            self.document.places[(*path, key)] = place
            found[key] = self.value(value_node, (*path, key), depth + 1)
        return found

    def _scalar(self, node: Node) -> Any:
        tag, text = str(node.tag), str(node.value)
        match tag.removeprefix(_CORE):
            case "null":
                return None
            case "bool":
                return text.lower() in ("true", "yes", "on", "y")
            case "int":
                return _int(text)
            case "float":
                try:
                    return float(text.replace("_", ""))
                except ValueError:
                    return text  # .inf, .nan: no value of the map
            case _:
                return text  # text, and dates as they are written


def _int(text: str) -> int | str:
    try:
        return int(text.replace("_", ""), 0 if text.lstrip("+-").startswith(("0x", "0o", "0b")) else 10)
    except ValueError:
        return text  # too many digits for a number, or an older notation


def _opened(text: str) -> int:
    """The most brackets and braces that are open at once."""
    deepest = depth = 0
    for match in _BRACKET.finditer(text):
        depth = depth + 1 if match[0] in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _is_control(letter: str) -> bool:
    code = ord(letter)
    return (code < 32 and letter not in "\t\n\r") or (0x7F <= code <= 0x9F and code != 0x85) or code in (0xFFFE, 0xFFFF)


def _place(file: str, node: Node) -> Position:
    return Position(file, node.start_mark.line + 1, node.start_mark.column + 1)


def _broken(file: str, wrong: MarkedYAMLError) -> Document:
    mark = wrong.problem_mark or wrong.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    # The library's own message quotes the line, which may be the store's URL: only its words are taken over.
    problem = _QUOTED.sub("a name", str(wrong.problem or "the text can't be read"))
    detail = f"{problem[0].upper()}{problem[1:]}."
    if wrong.context:
        detail += f" It came up {_QUOTED.sub('a name', str(wrong.context))}."
    fix = "Check the indentation (two spaces a level, no tabs), the colons, and that [ ] { } and quotes are closed."
    if "mapping values are not allowed" in problem:
        fix = 'Put a value that holds a colon and a space in quotes:  why: "a reason: with a colon"'
    elif "\\t" in problem or "'\t'" in problem:
        fix = "Indent with spaces; YAML allows no tabs there."
    elif "single document" in str(wrong.context):
        fix = "Delete the line --- and what follows, or make it a file of its own."
    return _unusable(file, "broken-yaml", f"{file} isn't valid YAML here", detail, fix, line=line, column=column)


def _too_large(file: str, size: int) -> Document:
    return _unusable(
        file,
        "too-large",
        f"{file} is larger than a map can be ({size:,} bytes; at most {LARGEST_FILE:,})",
        "A map describes tables and columns; it holds no rows. This may be another file.",
        "Name the store's file under stores: in habeas.yaml.",
    )


def _too_deep(file: str, line: int) -> Document:
    return _unusable(
        file,
        "too-deep",
        f"{file} nests deeper than {DEEPEST} levels",
        "No entry of the map needs more than ten; an alias inside its own anchor nests without end.",
        line=line,
    )


def _unusable(
    file: str, code: str, summary: str, detail: str, fix: str = "", line: int = 1, column: int = 1
) -> Document:
    finding = error(code, summary, detail, fix).at(Position(file, line, column))
    return Document(file, places={(): Position(file, 1)}, findings=[finding])
