"""habeas as the benchmark calls it: a workspace over its map, an erasure from lease to commit, a profile."""

from __future__ import annotations

import re
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.company import AS_OF, MAP, URL_VARIABLE
from habeas.execution.erasing import Erasure
from habeas.flows.workspace import Workspace, open_workspace
from habeas.program.selection import Identity, Intent, Selection, Subject
from habeas.stores.sql.working import Working

NOON = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12, tzinfo=UTC)


def selection_of(emails: Sequence[str]) -> Selection:
    """These people, each by e-mail."""
    return Selection(subjects=tuple(Subject((Identity("email", email),)) for email in emails))


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Workspace]:
    """A workspace over the database, warm: schema read, map checked, program compiled, control database made."""
    shutil.copytree(MAP, folder / "habeas")
    with open_workspace(folder / "habeas", {URL_VARIABLE: url}, now=lambda: NOON) as workspace:
        (store,) = workspace.context.stores
        store.program(Intent.ERASE, AS_OF)
        yield workspace


def erase(workspace: Workspace, emails: Sequence[str]) -> float:
    """Erase; the seconds from before the lease to the store's commit. Raises where not everything was done."""
    committed: list[float] = []

    def watch(point: str) -> None:
        if point.endswith("after commit"):
            committed.append(time.perf_counter())

    context = replace(workspace.context, observe=watch)
    erasure = Erasure(context, selection_of(emails), AS_OF, workspace.company.digest)
    started = time.perf_counter()
    erasure.carry_out()
    if erasure.failure is not None or erasure.run is None:
        raise RuntimeError("the erasure was not carried out")
    return committed[-1] - started


@dataclass
class Profile:
    """Time by statement, the longest first; `outside` is what was not spent in statements of a run."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    whole: float = 0.0

    def lines(self, most: int = 25) -> list[str]:
        """A table for people."""
        inside = sum(self.seconds.values())
        head = f"{self.whole * 1000:9.1f} ms whole, {inside * 1000:.1f} ms in {sum(self.calls.values())} statements"
        ordered = sorted(self.seconds.items(), key=lambda item: -item[1])[:most]
        return [head, *(f"{seconds * 1000:9.1f} ms {self.calls[sql]:4d}x  {sql}" for sql, seconds in ordered)]


@contextmanager
def profiled() -> Iterator[Profile]:
    """Time every statement that a run executes."""
    profile = Profile()
    originals = Working._run, Working._together, Working.insert_many
    original, original_together, original_many = originals

    def run(self: Working, sql: str, parameters: Any) -> Any:
        started = time.perf_counter()
        try:
            return original(self, sql, parameters)
        finally:
            shape = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/ ?", "", sql))[:170]
            profile.seconds[shape] += time.perf_counter() - started
            profile.calls[shape] += 1

    def together(self: Working, statements: Sequence[str]) -> Any:
        started = time.perf_counter()
        found = original_together(self, statements)
        shape = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/ ?", "", statements[0]))[:120]
        profile.seconds[f"together {len(statements)}: {shape}"] += time.perf_counter() - started
        profile.calls[f"together {len(statements)}: {shape}"] += 1
        return found

    def many(self: Working, table: str, *rest: Any) -> None:
        started = time.perf_counter()
        original_many(self, table, *rest)
        profile.seconds[f"rows sent to {table}"] += time.perf_counter() - started
        profile.calls[f"rows sent to {table}"] += 1

    Working._run, Working._together, Working.insert_many = run, together, many  # type: ignore[method-assign]
    started = time.perf_counter()
    try:
        yield profile
    finally:
        profile.whole = time.perf_counter() - started
        Working._run, Working._together, Working.insert_many = originals  # type: ignore[method-assign]
