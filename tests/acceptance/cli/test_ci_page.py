"""docs/ci.md and the pre-commit hooks are true: their YAML is read, and the commands in it are run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^<!-- (run|hooks) -->\n```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def loaded(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def steps() -> list[str]:
    """Every line of a `run:` that calls habeas, as a workflow would run it on a pull request against main."""
    lines = []
    for kind, text in BLOCKS:
        if kind != "run":
            continue
        block = loaded(text)
        found = block["jobs"]["habeas"]["steps"] if isinstance(block, dict) else block
        for step in found:
            lines += [line for line in step.get("run", "").splitlines() if line.startswith("habeas ")]
    return lines


def hooks() -> list[dict[str, Any]]:
    return loaded((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def test_every_yaml_of_the_page_is_looked_at() -> None:
    assert len(BLOCKS) == PAGE.count("```yaml")
    assert len(steps()) >= 4


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company in a repository, with a branch `origin/main` to compare with."""
    folder = tmp_path_factory.mktemp("ci") / "company"
    habeas(folder.parent, "habeas demo company --people 200 --no-walk")
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "habeas"],
        ["commit", "-q", "-m", "the map"],
        ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ):
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True)
    return folder


def habeas(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """A line of the page with its variables filled in, run as a shell would."""
    line = line.replace("${{ github.base_ref }}", "main")
    line = line.replace("$FORMER_DATABASE_URL", f"sqlite:///{folder / 'app.db'}")
    line = line.replace("habeas ", f"{shlex.quote(sys.executable)} -m habeas ", 1)
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        line, shell=True, cwd=folder, capture_output=True, text=True, env=bare, check=False, timeout=120
    )


@pytest.mark.parametrize("line", [*steps(), *(hook["entry"] for hook in hooks())])
def test_every_command_runs(line: str, repository: Path) -> None:
    done = habeas(repository, line)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_the_job_fails_on_a_change_that_breaks_the_map(repository: Path) -> None:
    file = repository / "habeas" / "app.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("customers: {table: accounts", "customers: {table: acounts"), encoding="utf-8")
    try:
        failing = [line for line in steps() if "--format github" in line and "--offline" not in line]
        assert failing
        for line in failing:
            done = habeas(repository, line)
            assert done.returncode == 1
            assert re.search(r"^::error file=habeas/app\.yaml,line=\d+,col=\d+,title=", done.stdout, re.MULTILINE)
    finally:
        file.write_text(text, encoding="utf-8")


def test_the_hooks_of_the_page_are_those_of_the_repository() -> None:
    offered = {hook["id"]: hook for hook in hooks()}
    used = [hook["id"] for kind, text in BLOCKS if kind == "hooks" for hook in loaded(text)["repos"][0]["hooks"]]
    assert used and set(used) == set(offered)
    for hook in offered.values():
        assert {"id", "name", "entry", "language", "files"} <= set(hook)
        assert hook["language"] == "python" and hook["pass_filenames"] is False
        for name in ("habeas/app.yaml", "service/habeas/habeas.yml"):
            assert re.search(hook["files"], name)
        assert not re.search(hook["files"], "habeas/notes.md")
