"""Expanded data into models; what pydantic finds wrong is said in the map's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from habeas.datamap.forms import nearest_names
from habeas.datamap.positions import KeyPath
from habeas.datamap.written import Data, Written

Model = TypeVar("Model", bound=BaseModel)

_MOST_ROUNDS = 5

# What may stand where a closed set of words is asked for, by the last part of the path.
_EXAMPLES: Mapping[str, str] = {
    "for": "for: 7 years",
    "after": "after: created_at",
    "table": "table: contacts",
    "url": "url: ${APP_DATABASE_URL}",
    "store": "store: app",
    "question": "question: Whose are these rows?",
    "longest": "longest: 35 days",
}


def validate(model: type[Model], data: Data, written: Written) -> Model | None:
    """The model; `written.usable` says whether it is the whole file.

    What is wrong is reported, taken out of `data`, and the rest is read again, so that the rules of meaning can be
    shown in the same go. None where nothing sensible is left.
    """
    for number in range(_MOST_ROUNDS):
        try:
            return model.model_validate(data)
        except ValidationError as wrong:
            seen: set[KeyPath] = set()
            for entry in wrong.errors(include_url=False):
                path = _trimmed(entry["loc"], data)
                if path not in seen:
                    seen.add(path)
                    # Later rounds only miss what an earlier one took out.
                    if number == 0:
                        _report(written, path, entry["type"], entry.get("ctx", {}), entry["msg"], entry["input"])
            for path in seen:
                if not _prune(data, path):
                    return None
    return None


def _prune(data: Any, path: KeyPath) -> bool:
    """Take a path out of the data; a missing key takes its holder along. False where nothing would be left."""
    if not path:
        return False
    holder: Any = data
    for part in path[:-1]:
        if isinstance(holder, dict) and part not in holder:
            return True  # a second finding below something that is out already
        holder = holder[part]
    if isinstance(holder, dict) and path[-1] in holder:
        del holder[path[-1]]
        return True
    if isinstance(holder, list):
        holder[path[-1]] = ""  # type: ignore[index]  # keeps the places of the other items
        return True
    return _prune(data, path[:-1])


def _trimmed(loc: tuple[str | int, ...], data: Any) -> KeyPath:
    """The part of pydantic's path that stands in the data (it adds the names of a union's branches)."""
    path: list[str | int] = []
    for part in loc:
        inside = isinstance(data, dict) and part in data
        listed = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if not inside and not listed:
            # A missing key is the last part of a path, and is kept to say what is missing.
            if part == loc[-1] and isinstance(data, dict):
                path.append(part)
            break
        path.append(part)
        data = data[part]
    return tuple(path)


def _report(written: Written, path: KeyPath, kind: str, context: Mapping[str, Any], message: str, value: Any) -> None:
    name = str(path[-1]) if path else written.document.file
    shown = next((str(part) for part in reversed(path) if isinstance(part, str)), name)
    example = _EXAMPLES.get(shown, "")
    if kind == "missing":
        _missing(written, path, name)
        return
    if kind in ("enum", "literal_error"):
        _closed(written, path, shown, str(context.get("expected", "")), value)
        return
    if kind == "value_error":
        reason = str(context.get("error", message))
        written.wrong(path, "bad-value", f"{shown}: {reason}", "The value can't be read.", example)
        return
    wants = _WANTS.get(kind)
    if wants is None:
        wants = "a whole number" if kind.startswith("int") else "true or false" if kind.startswith("bool") else ""
    summary = f"{shown} must be {wants}" if wants else f"{shown} has a value of a wrong kind"
    said = "Nothing is written there." if value is None else f"What is written there is {_kind(value)}."
    written.wrong(path, "wrong-type", summary, said, example or _shape(shown, wants))


_WANTS: Mapping[str, str] = {
    "string_type": "text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "too_short": "a list of two",
    "too_long": "a list of two",
}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "text" if isinstance(value, str) else "a number"


def _shape(name: str, wants: str) -> str:
    forms = {"text": "text", "a list": "[one, two]", "a mapping": "{key: value}", "true or false": "true"}
    form = forms.get(wants, "100" if wants == "a whole number" else "")
    if wants == "text":
        return f'{name}: "text in quotes"'
    return f"{name}: {form}" if form else ""


def _missing(written: Written, path: KeyPath, name: str) -> None:
    above = path[:-1]
    holder = ".".join(str(part) for part in above) or written.document.file
    if len(above) >= 2 and above[-2:] == ("on_erase", "keep") and name in ("ground", "after"):
        detail = {
            "ground": "Data that stays although somebody asked for its erasure needs a ground that can be named.",
            "after": "The column that starts the period says until when a row is kept; without it nothing ends.",
        }[name]
        fix = "on_erase: {keep: {ground: accounting, for: 7 years, after: issued_at}}"
        written.wrong(above, f"keep-without-{name}", f"keep of {path[1]} has no {name}", detail, fix)
        return
    example = _EXAMPLES.get(name) or f"{name}: …"
    written.wrong(path, "missing-key", f"{holder} needs {name}", f"Without {name} the entry says nothing.", example)


def _closed(written: Written, path: KeyPath, name: str, expected: str, value: Any) -> None:
    words = [word.strip().strip("'") for part in expected.split(" or ") for word in part.split(",")]
    near = nearest_names(str(value), words, 1) if isinstance(value, str) else []
    guess = near[0] if near else words[0]
    word = f"{value[:60]} is" if isinstance(value, str) else "this is"
    # `action` and `kind` are the models' words for what is written beside `on_erase` and `mask`.
    key = str(path[-2]) if name in ("action", "kind") and len(path) > 1 else name
    written.wrong(
        path,
        "unknown-value",
        f"{word} no value of {key}" + (f"; is {near[0]} meant?" if near else ""),
        f"{key} takes: {', '.join(words)}.",
        f"{key}: {guess}",
    )
