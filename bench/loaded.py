"""The benchmark's databases: loaded once a run, or once for all where a folder to keep them in is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.postgresql import PostgresqlServer, running_postgresql

from bench.company import connection_text, load_postgresql, load_sqlite
from bench.measuring import shown, timed

TEMPLATE = "company"
SERVER = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
}


@dataclass(frozen=True)
class Loaded:
    """Where the databases of `people` people lie: in `folder`, which goes with the run, or in `keep`, which stays."""

    people: int
    folder: Path
    keep: Path | None = None

    @contextmanager
    def postgresql(self) -> Iterator[PostgresqlServer]:
        """A server with the company loaded as the database `company`."""
        kept = None if self.keep is None else self.keep / f"postgresql-{self.people}"
        with running_postgresql(SERVER, keep=kept) as server:
            done = server.folder / "loaded"
            if not done.exists():
                server.drop_database(TEMPLATE)
                server.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
                loading: list[float] = []
                with timed(loading):
                    rows = load_postgresql(connection_text(server.url(TEMPLATE)), self.people)
                print(f"PostgreSQL: {rows:,} rows loaded in {shown(loading[0])}", flush=True)
                done.touch()
            yield server

    def sqlite(self) -> Path:
        """A file with the company loaded; whoever changes rows takes a copy."""
        folder = self.keep or self.folder
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"company-{self.people}.sqlite"
        if not file.exists():
            part = file.with_suffix(".part")
            part.unlink(missing_ok=True)
            loading: list[float] = []
            with timed(loading):
                rows = load_sqlite(part, self.people)
            part.rename(file)
            print(f"SQLite: {rows:,} rows loaded in {shown(loading[0])}", flush=True)
        return file
