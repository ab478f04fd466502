"""A real PostgreSQL server of the suite's own: free port, data in a temporary folder, gone at the end.

Run as a script it only says whether PostgreSQL is installed (exit 0, the folder of its programs) or what to
install (exit 1), which is what the Makefile asks.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

INSTALL = "PostgreSQL is not installed: run `apt-get install -y postgresql` as root, then run the tests again."
SUPERUSER = "habeas_suite"
STARTUP_SECONDS = 60.0
ATTEMPTS = 3  # a free port may be taken between the moment we look and the moment the server binds it
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 bytes


class PostgresqlMissing(Exception):
    """No PostgreSQL server program was found; the message is the one line that says what to install."""


class PostgresqlDidNotStart(Exception):
    """The server ended or did not answer in time; the message holds the end of its log."""


def find_programs() -> Path:
    """The folder that holds `initdb` and `postgres`, newest version first. Raises PostgresqlMissing."""
    candidates: list[Path] = []
    asked = shutil.which("pg_config")
    if asked:
        answer = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=False)
        candidates.append(Path(answer.stdout.strip() or "/nonexistent"))
    debian = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdigit()]
    candidates += sorted(debian, key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    for folder in candidates:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise PostgresqlMissing(INSTALL)


@dataclass
class PostgresqlServer:
    """A running server. `url()` names a database of it; `database()` makes one and drops it afterwards."""

    port: int
    password: str
    folder: Path
    process: subprocess.Popen[bytes]
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str, user: str = SUPERUSER, password: str | None = None) -> str:
        """`postgresql+psycopg://…` for a database, as the superuser unless another role is named."""
        return f"postgresql+psycopg://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one statement as the superuser outside any transaction."""
        import psycopg

        with psycopg.connect(self.url(database).replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create_database(self) -> str:
        """Make a fresh empty database and return its name."""
        name = f"habeas_test_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a fresh empty database that is dropped afterwards."""
        name = self.create_database()
        try:
            yield self.url(name)
        finally:
            self.drop_database(name)


@contextlib.contextmanager
def running_postgresql(
    settings: Mapping[str, str] | None = None, keep: Path | None = None
) -> Iterator[PostgresqlServer]:
    """Make a cluster, start it, yield it, stop the process that was started here and remove its data.

    `settings` take the place of the suite's own (the benchmark's server is durable). With a folder to `keep`, the
    cluster lies there, is used again if it is there already, and stays. Raises PostgresqlMissing or
    PostgresqlDidNotStart.
    """
    programs = find_programs()
    account = _account()
    if keep is not None:
        yield from _kept(programs, keep, account, settings or {})
        return
    folder = Path(tempfile.mkdtemp(prefix="habeas-pg-"))
    try:
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        password = secrets.token_hex(12)
        _make_cluster(programs, folder, password, account)
        process, port = _start(programs, folder, account, settings or {})
        try:
            yield PostgresqlServer(port, password, folder, process)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _kept(
    programs: Path, folder: Path, account: pwd.struct_passwd | None, settings: Mapping[str, str]
) -> Iterator[PostgresqlServer]:
    """A cluster that outlives us; its password stays beside its data."""
    password_file = folder / "password"
    if not password_file.exists():
        folder.mkdir(parents=True)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        _make_cluster(programs, folder, secrets.token_hex(12), account)
    process, port = _start(programs, folder, account, settings)
    try:
        yield PostgresqlServer(port, password_file.read_text().strip(), folder, process)
    finally:
        _stop(process, signal.SIGINT, seconds=120)


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as if we are root (PostgreSQL refuses root): Debian's user, else nobody."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresqlDidNotStart("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`.")


def _identity(account: pwd.struct_passwd | None) -> dict[str, object]:
    """Arguments of subprocess that change the user of a child process."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _environment(folder: Path) -> dict[str, str]:
    """No PG* variable of the developer's shell reaches the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "HOME": str(folder), "LC_ALL": "C.UTF-8"}


def _make_cluster(programs: Path, folder: Path, password: str, account: pwd.struct_passwd | None) -> None:
    password_file = folder / "password"
    password_file.write_text(password + "\n")
    if account:
        os.chown(password_file, account.pw_uid, account.pw_gid)
    command = [
        str(programs / "initdb"),
        f"--pgdata={folder / 'data'}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    made = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=_environment(folder),
        **_identity(account),  # type: ignore[call-overload]
    )
    if made.returncode != 0:
        raise PostgresqlDidNotStart(f"initdb failed: {made.stderr[-2000:]}")


def _start(
    programs: Path, folder: Path, account: pwd.struct_passwd | None, chosen: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], int]:
    log = folder / "log"
    for _ in range(ATTEMPTS):
        log.unlink(missing_ok=True)  # what an earlier server said is no answer of this one
        port = _free_port()
        sockets = str(folder) if len(str(folder)) < LONGEST_SOCKET_PATH - 20 else ""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": sockets,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",  # estimates change under ANALYZE alone, so that tests can rely on them
            "max_connections": "50",
            "shared_buffers": "64MB",
            **chosen,
        }
        command = [str(programs / "postgres"), "-D", str(folder / "data")]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        setpriv = shutil.which("setpriv")
        if setpriv:  # a suite that is killed takes its server along
            command = [setpriv, "--pdeathsig", "QUIT", "--", *command]
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd=folder,
                env=_environment(folder),
                start_new_session=True,  # Ctrl-C in the terminal is ours to handle
                **_identity(account),  # type: ignore[call-overload]
            )
        if _answers(process, port, log):
            return process, port
        _stop(process)
    raise PostgresqlDidNotStart(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")


def _answers(process: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    """Whether our own server (not another that took the port) is ready."""
    until = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if b"ready to accept connections" in log.read_bytes():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return True
        time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGQUIT, seconds: float = 20) -> None:
    """Shutdown of the process that was started here and no other: immediate, unless its data is to be kept."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=20)


if __name__ == "__main__":
    try:
        print(find_programs())
    except PostgresqlMissing as missing:
        print(missing, file=sys.stderr)
        sys.exit(1)
