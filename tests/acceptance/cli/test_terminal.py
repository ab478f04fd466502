"""At a real terminal: the question before an erasure, colours and their absence."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from habeas.flows.demo import demo

JANE = ("--subject", "email=jane@example.com", "--customer", "7")
PATIENCE_S = 60


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo(tmp_path_factory.mktemp("demo") / "lantern", 200, 1).folder


@pytest.fixture
def company(laid_out: Path, tmp_path: Path) -> Path:
    return shutil.copytree(laid_out, tmp_path / "lantern")


def at_terminal(folder: Path, arguments: tuple[str, ...], answer: str | None, **variables: str) -> tuple[int, str]:
    """Run habeas at a terminal of its own and type `answer` as soon as a question stands there."""
    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "TERM")}
    process = subprocess.Popen(
        [sys.executable, "-m", "habeas", *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, close_fds=True,
        env={**environment, "TERM": "xterm", "COLUMNS": "100", **variables},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(ours, 65_536)
        except OSError:  # the other end was closed: the program has ended
            break
        if not part:
            break
        shown += part
        if answer is not None and b"[y/N] " in shown:
            os.write(ours, answer.encode())
            answer = None
    os.close(ours)
    return process.wait(PATIENCE_S), shown.decode()


def is_there(folder: Path) -> bool:
    with sqlite3.connect(folder / "app.db") as database:
        return bool(database.execute("SELECT count(*) FROM contacts WHERE id = 1").fetchone()[0])


@pytest.mark.parametrize("answer", ["n\n", "\n", "\x04"])
def test_no_and_the_end_of_input_leave_everything(answer: str, company: Path) -> None:
    code, text = at_terminal(company, ("erase", *JANE), answer)
    assert code == 1
    assert "owned by contacts" in text and "Nothing has changed" in text
    assert is_there(company)


def test_yes_erases_and_the_plan_is_shown_once(company: Path) -> None:
    code, text = at_terminal(company, ("erase", *JANE), "yes\n")
    assert code == 0, text
    assert text.count("Not covered:") == 1
    assert "complete" in text and "certificates/" in text
    assert not is_there(company)


def test_colours_are_for_terminals_that_want_them(company: Path) -> None:
    assert "\x1b[" in at_terminal(company, ("plan", "erase", *JANE), None)[1]
    assert "\x1b[" not in at_terminal(company, ("plan", "erase", *JANE), None, NO_COLOR="1", TERM="dumb")[1]


def test_reasons_are_broken_at_the_edge_of_a_terminal(company: Path) -> None:
    text = at_terminal(company, ("plan", "erase", *JANE), None, COLUMNS="130")[1]
    lines = re.sub("\x1b\\[[0-9;]*m|\r", "", text).split("\n")
    longest = max(len(line) for line in lines if line.startswith("  ~"))
    assert longest <= 130


def test_without_a_terminal_nobody_is_asked(company: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "habeas", "erase", *JANE],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=company, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert "habeas erase --subject email=… --customer 7 --yes" in done.stderr
    assert is_there(company)
