"""Leaves written over in a JSON text: the right ones, all of them, and not a letter besides."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.datamap.json_paths import parse_path
from habeas.program.program import MaskedLeaf
from habeas.stores.sql.json_leaves import masked_document

NAMES = st.sampled_from(["a", "b", "c d", "é", ""])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just('"\\ \n'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
STEPS = st.lists(st.none() | NAMES, min_size=1, max_size=4).map(tuple)


def naive(value: Any, steps: tuple[str | None, ...], new: Any) -> Any:
    """A second reading of docs/map.md over the loaded document."""
    if not steps:
        return None if value is None else new
    first, *rest = steps
    if isinstance(value, list):
        return [naive(each, tuple(rest) if first is None else steps, new) for each in value]
    if first is None:
        return naive(value, tuple(rest), new)
    if isinstance(value, dict):
        return {k: naive(v, tuple(rest), new) if k == first else v for k, v in value.items()}
    return value


@given(DOCUMENTS, STEPS, st.sampled_from([None, "x", 7, True]), st.booleans(), st.sampled_from([None, 1]))
def test_it_writes_what_a_naive_reading_writes(
    document: Any, steps: tuple[str | None, ...], new: Any, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    masked = masked_document(text, [MaskedLeaf(steps, "null" if new is None else "constant", new)], None)
    expected = naive(document, steps, new)
    assert json.loads(masked) == expected
    if expected == document and new is not None:
        assert masked == text or new in (7, True, "x")
    if steps == ("nowhere",):
        assert masked == text


def test_everything_else_keeps_its_letters() -> None:
    text = '{ "n" : 1.10, "big":12345678901234567890123,\r\n "\\u0061": "x", "a":"y", "t":true, "deep":[[{"a":1},2]] }'
    leaf = MaskedLeaf(("a",), "token")
    deep = MaskedLeaf(("deep", None, "a"), "constant", "z")
    assert masked_document(text, [leaf, deep], "erased-1") == (
        '{ "n" : 1.10, "big":12345678901234567890123,\r\n "\\u0061": "erased-1", "a":"erased-1", "t":true, '
        '"deep":[[{"a":"z"},2]] }'
    )


@pytest.mark.parametrize("text", ["", "no json", "{", '{"a": }', "[1,]", "'a'", "\ufeff{}"])
def test_what_is_no_json_stays(text: str) -> None:
    assert masked_document(text, [MaskedLeaf(("a",), "null")], None) == text


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("$.work.mail", ("work", "mail")),
        ("$.phones[*].number", ("phones", None, "number")),
        ('$."a b.c"[*]', ("a b.c", None)),
        ("$[*].é-1_x", (None, "é-1_x")),
        *(
            (bad, None)
            for bad in ("", "$", "a", "$.", "$..a", "$.a[0]", "$.a[]", "$.*", '$."a', '$.""', "$.a b", "$.a.")
        ),
    ],
)
def test_the_language_of_paths(path: str, steps: tuple[str | None, ...] | None) -> None:
    assert parse_path(path) == steps
