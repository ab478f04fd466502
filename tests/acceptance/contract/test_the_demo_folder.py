"""`habeas demo DIR` leaves a folder in which every command works, with no variable in the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def call(folder: Path, *arguments: str) -> tuple[int, Any]:
    """The command with a bare environment: a PATH and a HOME, as cron has them."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "habeas", *arguments, "--json"],
        cwd=folder, capture_output=True, text=True, check=False, env=bare, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company, and its walk, made by the command itself."""
    base = tmp_path_factory.mktemp("contract")
    code, document = call(base, "demo", "lantern", "--people", "200")
    assert code == 0 and all(step["code"] == step["expected"] for step in document["steps"])
    return base / "lantern"


def test_every_command_works_there(folder: Path) -> None:
    sam = ("--subject", "email=sam@example.org", "--customer", "3")
    assert call(folder, "check")[0] == 0
    code, plan = call(folder, "plan", "erase", *sam, "--out", "plans/sam.json")
    assert code == 0 and plan["stores"]
    code, copy = call(folder, "access", *sam, "--out", "sam.zip")
    assert (code, copy["status"]) == (0, "complete") and (folder / "sam.zip").is_file()
    code, applied = call(folder, "apply", "plans/sam.json")
    assert (code, applied["status"]) == (0, "complete")
    assert call(folder, "verify", applied["certificate"])[1]["status"] == "complete"
    assert call(folder, "verify", "--due")[0] == 0
    code, again = call(folder, "erase", *sam, "--yes")
    assert (code, again["status"]) == (0, "nothing_found")
    assert call(folder, "keys")[0] == 0
    assert call(folder, "schema")[0] == 0
    code, _ = call(folder, "accept", "--all")
    assert code == 0


def test_it_works_from_another_folder(folder: Path, tmp_path: Path) -> None:
    code, document = call(tmp_path, "check", "--dir", str(folder / "habeas"))
    assert code == 0, document
    code, plan = call(
        tmp_path, "plan", "access", "--subject", "email=family@example.net", "--dir", str(folder / "habeas")
    )
    assert code == 0 and plan["groups"]
    assert not (tmp_path / ".habeas").exists(), "state is kept beside the map"
