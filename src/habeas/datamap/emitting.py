"""Plain data as the map's YAML: entries that fit on a line stand on one, so that a review reads them at a glance."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

WIDTH = 110
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./§-]*(?: [A-Za-z0-9_./(][A-Za-z0-9_./()-]*)*\Z")
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}\Z")
# Words that some YAML version reads as something else than text.
_TAKEN = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
# Mappings of names that people extend line by line.
_ALWAYS_BLOCK = frozenset({"tables", "people", "edges", "columns", "grounds", "elsewhere"})


def block(data: Mapping[str, Any], indent: int = 0) -> list[str]:
    """The lines of a mapping, each indented by `indent` spaces, without line breaks."""
    lines: list[str] = []
    for name, value in data.items():
        lines += entry(name, value, indent)
    return lines


def entry(name: str, value: Any, indent: int = 0) -> list[str]:
    """The lines of one key and its value."""
    head = f"{' ' * indent}{scalar(name, key=True)}:"
    if isinstance(value, Mapping) and value:
        one = f"{head} {flow(value)}"
        if name in _ALWAYS_BLOCK or len(one) > WIDTH or any(part in _ALWAYS_BLOCK for part in value):
            return [head, *block(value, indent + 2)]
        return [one]
    return [f"{head} {flow(value)}"]


def flow(value: Any) -> str:
    """A value on one line; a text in braces is quoted wherever a brace, comma or colon could cut it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k, key=True)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


def scalar(value: Any, key: bool = False) -> str:
    """A single value. Keys are read as text whatever they look like; a value that is text stays text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    if _VARIABLE.match(text) and not key:
        return text
    if _PLAIN.match(text) and (key or text.lower() not in _TAKEN):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda letter: f"\\u{ord(letter[0]):04X}", quoted)
