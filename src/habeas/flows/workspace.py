"""Everything that a use case needs, opened once: the map, its stores, the control database and the keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from habeas.database.control import Control, open_control
from habeas.datamap.model import CompanyMap
from habeas.datamap.openness import open_findings
from habeas.datamap.positions import Positions
from habeas.datamap.reader import read_company
from habeas.datamap.urls import expand_url
from habeas.diagnostics import Finding, Refused, Severity
from habeas.execution.opened_stores import OpenStore
from habeas.execution.running import Context, Observe, nobody_watches
from habeas.flows.checking import check_open_store
from habeas.sealing.envelopes import Vault
from habeas.sealing.fingerprints import Fingerprints
from habeas.sealing.keys import Keys, open_keys
from habeas.sealing.state_folder import make_state_folder
from habeas.stores.sql.connecting import open_engine

Progress = Callable[[str, int, int | None], None]


def _silent(_what: str, _done: int, _total: int | None) -> None:
    """Progress that nobody watches."""


@dataclass
class Workspace:
    """An open workspace. Stores, keys and the control database are opened when first asked for."""

    folder: Path
    environment: Mapping[str, str]
    company: CompanyMap
    positions: Positions
    map_findings: tuple[Finding, ...]
    now: Callable[[], datetime]
    progress: Progress = _silent
    observe: Observe = nobody_watches
    home: Path | None = None  # where the map lives, if it is read from somewhere else (a former revision)
    _opened: list[OpenStore] = field(default_factory=list)

    @property
    def state_folder(self) -> Path:
        """`.habeas/`, beside the map's folder."""
        return self.folder.resolve().parent / ".habeas"

    @cached_property
    def stores(self) -> tuple[OpenStore, ...]:
        """The stores of the map; each is connected to when first used."""
        limits = self.company.policy.limits
        environment = {**self.environment, "HABEAS_MAP": str((self.home or self.folder).resolve())}
        opened = []
        for store in self.company.stores.values():
            engine = open_engine(
                expand_url(store, environment),
                lock_timeout_ms=limits.lock_timeout_ms,
                statement_timeout_ms=limits.statement_timeout_ms,
                keep_connections=True,
            )
            opened.append(OpenStore(store, self.company.policy, engine))
        self._opened = opened
        return tuple(opened)

    @cached_property
    def checked_stores(self) -> tuple[OpenStore, ...]:
        """The stores with the findings of the check, which stand against changes."""
        for store in self.stores:
            store.findings = check_open_store(store, self.company, self.positions)
        return self.stores

    @cached_property
    def keys(self) -> Keys:
        """The key ring; made at the first use."""
        make_state_folder(self.state_folder)
        return open_keys(self.state_folder, self.environment, create=True)

    @cached_property
    def control(self) -> Control:
        """The control database; made or migrated at the first use."""
        return open_control(self.state_folder, self.environment)

    @cached_property
    def open_questions(self) -> tuple[Finding, ...]:
        """Guesses that nobody has accepted, and questions that nobody has answered: they refuse every change."""
        return open_findings(self.company, self.positions, Severity.ERROR)

    @property
    def unreviewed(self) -> tuple[Finding, ...]:
        """The same in one finding a kind, for plans and copies: `check` lists them one by one."""
        found: list[Finding] = []
        for code, words, fix in (
            (
                "guess-not-accepted",
                "guesses of the map are not accepted yet",
                "habeas accept --all   # or TABLE by TABLE",
            ),
            (
                "open-question",
                "questions of the map are not answered yet",
                "habeas check   # lists them with their choices",
            ),
        ):
            several = [f for f in self.open_questions if f.code == code]
            if len(several) == 1:
                found += several
            elif several:
                summary = f"{len(several)} {words}"
                detail = "What nobody has reviewed may be wrong: nothing changes until a person has said what is true."
                found.append(Finding(Severity.ERROR, code, summary, detail, fix, several[0].position))
        return tuple(found)

    @cached_property
    def context(self) -> Context:
        """What a run needs."""
        keys = self.keys  # before the control database, which refuses to be made where its keys were lost
        return Context(
            stores=self.checked_stores,
            policy=self.company.policy,
            map_digest=self.company.digest,
            control=self.control,
            vault=Vault(keys),
            fingerprints=Fingerprints(keys),
            mask_key=keys.master.derive("masks"),
            folder=self.state_folder,
            now=self.now,
            map_findings=(*(f for f in self.map_findings if f.severity is Severity.ERROR), *self.unreviewed),
            observe=self.observe,
            progress=self.progress,
        )

    def close(self) -> None:
        """Give every connection back."""
        for store in self._opened:
            store.engine.dispose()
        if "control" in self.__dict__:
            self.control.close()


@contextmanager
def open_workspace(
    folder: Path,
    environment: Mapping[str, str] = os.environ,
    *,
    now: Callable[[], datetime] | None = None,
    progress: Progress | None = None,
    observe: Observe = nobody_watches,
) -> Iterator[Workspace]:
    """Open the map of a folder. Raises Refused with every finding where a file of it can't be used."""
    reading = read_company(folder)
    if reading.company is None:
        raise Refused(*reading.findings)
    workspace = Workspace(
        folder=folder,
        environment=environment,
        company=reading.company,
        positions=reading.positions,
        map_findings=reading.findings,
        now=now or (lambda: datetime.now(UTC)),
        progress=progress or _silent,
        observe=observe,
    )
    try:
        yield workspace
    finally:
        workspace.close()
