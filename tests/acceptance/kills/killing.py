"""Processes that are killed: a fork calls something, and dies at a point, at a moment, or not at all.

The parent holds no connection when it forks, so that none is shared; a child leaves by `os._exit`, so that nothing of
the test run (buffers, fixtures) happens twice.
"""

from __future__ import annotations

import os
import pickle
import signal
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from habeas.diagnostics import Refused

Call = Callable[[], Any]


@dataclass(frozen=True)
class Ended:
    """How a process ended: killed, or with what its call returned, or with the codes of its refusal."""

    killed: bool
    value: Any = None
    refused: tuple[str, ...] = ()
    fault: str = ""

    def returned(self) -> Any:
        """The value of a call that came to its end."""
        assert not self.fault, self.fault
        assert not self.killed, "the process was killed"
        assert not self.refused, f"refused: {', '.join(self.refused)}"
        return self.value


def in_process(call: Call, *, kill_when: Callable[[], None] | None = None) -> Ended:
    """Call in a fork. When `kill_when` returns it gets SIGKILL, if it still runs."""
    read, write = os.pipe()
    with warnings.catch_warnings():
        # Newer Pythons warn of threads; the ones here (of the test runner) are never waited for in the child.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            with os.fdopen(write, "wb") as pipe:
                pipe.write(pickle.dumps(_outcome(call)))
        finally:
            os._exit(0)
    os.close(write)
    if kill_when is not None:
        kill_when()
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return Ended(killed=True)
    ended: Ended = pickle.loads(said)
    return ended


def _outcome(call: Call) -> Ended:
    try:
        return Ended(False, call())
    except Refused as refused:
        return Ended(False, refused=tuple(finding.code for finding in refused.findings))
    except BaseException:
        return Ended(False, fault=traceback.format_exc())


@dataclass
class Watching:
    """An observer that writes down the points, and kills its own process at the n-th (from 0)."""

    kill_at: int | None = None
    points: list[str] = field(default_factory=list)

    def __call__(self, point: str) -> None:
        if len(self.points) == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.points.append(point)


@dataclass
class KillAt:
    """An observer that kills its own process when a point of that name comes up."""

    name: str

    def __call__(self, point: str) -> None:
        if point == self.name:
            os.kill(os.getpid(), signal.SIGKILL)
