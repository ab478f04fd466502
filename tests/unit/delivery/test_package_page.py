"""`docs/package.md` says what the packages hold: its example runs, and every key is named."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "package.md").read_text(encoding="utf-8")


def test_the_example_reads_a_package_and_undoes_the_escaping(packages: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    packages.make(packages.table([("=1", 'two\nlines, and "quotes"\r'), ("'=x", "x\x0b\u2028-5")]))
    os.link(packages.target, packages.folder / "jane.zip")
    monkeypatch.chdir(packages.folder)
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    names: dict[str, Any] = {}
    exec(example[1], names)
    assert names["rows"] == [["a", "b"], ["=1", 'two\nlines, and "quotes"\r'], ["'=x", "x\x0b\u2028-5"]]


def test_every_key_of_ours_is_named(packages: Any) -> None:
    columns = [packages.column("a", hidden=True, category="user.name"), packages.column("b", is_free_text=True)]
    description = packages.make(packages.table([("x", "\0")], columns, table="Ä")).description
    resource = description["resources"][0]
    fields = [field["habeas"] for field in resource["schema"]["fields"]]
    for notes in (description["habeas"], resource["habeas"], *fields):
        for key in notes:
            assert f"`{key}`" in PAGE or f"`habeas.{key}`" in PAGE, key


def test_every_member_is_named(packages: Any) -> None:
    members = packages.make(packages.table([])).members
    assert {re.sub(r"app\.notes", "STORE.TABLE", name) for name in members} == set(
        re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    )
