"""docs/import.md is true: its files are laid out, its commands run, and the map becomes what the page shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
POLICY = (
    "version: 1\norganization: A\ncontact: a@b.example\nidentity_types: {app.contact_id: exact}\nstores: [app.yaml]\n"
)
KINDS = ("fides", "dbt", "sqlalchemy", "django")


def blocks(text: str) -> list[tuple[str, str, str]]:
    """Fenced blocks: language, what stands behind it (a file's name, `map`, `result`), text."""
    return re.findall(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def section(kind: str) -> str:
    match = re.search(rf"^## {kind}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match is not None
    return match[1]


MAP = next(text for _, name, text in blocks(PAGE) if name == "map")


def lay_out(folder: Path, kind: str) -> tuple[str, str]:
    """Writes the map and the section's files; gives its command and the map that it shows."""
    (folder / "habeas").mkdir()
    (folder / "habeas" / "habeas.yaml").write_text(POLICY)
    (folder / "habeas" / "app.yaml").write_text(MAP)
    command = result = ""
    for language, name, text in blocks(section(kind)):
        if language == "sh":
            command = text.strip()
        elif name == "result":
            result = text
        else:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if file.suffix == ".py" and file.parent != folder:
                (file.parent / "__init__.py").touch()
            file.write_text(text)
    assert command and result
    return command, result


def call(folder: Path, command: str) -> tuple[int, dict]:
    """Runs in a process of its own: models are imported."""
    words = command.split()
    assert words[0] == "habeas"
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "habeas", *words[1:], "--json"],
        cwd=folder, capture_output=True, text=True, env=bare, check=False, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_shows_what_the_command_writes(kind: str, tmp_path: Path) -> None:
    command, result = lay_out(tmp_path, kind)
    code, document = call(tmp_path, command)
    written = (tmp_path / "habeas" / "app.yaml").read_text()
    assert (code, written) == (0, result), document["findings"]
    assert document["added"] > 0 and document["files"] == ["habeas/app.yaml"]
    assert document["proposed"] + document["asked"] == document["added"]
    assert f"proposed: {kind}" in written
    for line in MAP.splitlines():
        assert line in written.splitlines(), "what a person wrote stays"
    code, again = call(tmp_path, command)
    assert (code, again["added"], again["files"]) == (0, 0, []), "a second import adds nothing"
    assert (tmp_path / "habeas" / "app.yaml").read_text() == result
    code, offline = call(tmp_path, "habeas check --offline")
    assert code == 1
    assert {f["code"] for f in offline["findings"]} <= {"guess-not-accepted", "open-question", "schema-not-checked"}
