"""The whole way on one's own database, by the command line: init, answers, accept, check, plan, access, erase, verify."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from habeas.cli.door import run

Document = dict[str, Any]
POLICY = "organization: Ours\ncontact: us@example.org\ngrounds: {accounting: {for: 7 years, citation: the tax law}}\n"


class Walk:
    """Commands of `habeas` in `folder`, and the map that they made there."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def habeas(self, *arguments: str, expect: int = 0) -> Document:
        """Run a command; its one JSON document. Another exit code than `expect` fails with what was shown."""
        self.capsys.readouterr()
        code = run([*arguments, "--json"])
        shown = self.capsys.readouterr()
        assert code == expect, shown.out + shown.err
        document: Document = json.loads(shown.out)
        return document

    def make_map(self, url: str, store: str, answer: Callable[[Document], None]) -> Document:
        """`init`, the answers, `accept --all`, and a `check` without an error: what init said, and what check says."""
        made = self.habeas("init", url, "--store", store)
        assert made["asked"] > 0, "these schemas leave something to a person"
        file = self.folder / "habeas" / f"{store}.yaml"
        yaml = YAML()
        document = yaml.load(file.read_text(encoding="utf-8"))
        answer(document)
        with file.open("w", encoding="utf-8") as out:
            yaml.dump(document, out)
        policy = self.folder / "habeas" / "habeas.yaml"
        kept = [line for line in policy.read_text().splitlines() if not line.startswith(("organization", "contact"))]
        policy.write_text("\n".join(kept) + "\n" + POLICY)
        assert self.habeas("accept", "--all")["left"] == 0
        checked = self.habeas("check")
        assert [found["summary"] for found in checked["findings"] if found["severity"] == "error"] == []
        return made

    def erase(self, *subject: str) -> tuple[Document, Document]:
        """Plan, copy, erase, verify; the plan is what the erasure did. Gives the plan and the outcome."""
        plan = self.habeas("plan", "erase", *subject)
        copied = self.habeas("access", *subject, "--out", "copy.zip", "--overwrite")
        assert copied["status"] == "complete"
        with zipfile.ZipFile(self.folder / "copy.zip") as package:
            tables = [name for name in package.namelist() if name.endswith(".csv")]
            assert any(package.read(name).count(b"\n") > 1 for name in tables), "a copy holds rows"
        erased = self.habeas("erase", *subject, "--yes")
        assert (erased["status"], erased["remaining"]) == ("complete", [])
        assert lines(erased) == lines(plan)
        assert self.habeas("verify", erased["certificate"])["status"] == "complete"
        return plan, erased


def lines(plan: Document) -> set[tuple[str, str, int]]:
    """What a plan of one store changes: table, action, rows."""
    return {(line["table"], line["action"], line["rows"]) for line in plan["stores"][0]["tables"]}


def traces_in(contents: Mapping[str, Any], traces: tuple[str, ...]) -> list[str]:
    """The tables in whose rows one of these texts stands."""
    found = []
    for table, rows in contents.items():
        texts = [
            value.decode(errors="replace") if isinstance(value, bytes) else str(value)
            for row in rows
            for value in row.values()
        ]
        if any(trace in text for trace in traces for text in texts):
            found.append(table)
    return found
