"""Access of many people to one package, beside COPY of the same rows; each run in a process of its own, for its memory.

python -m bench.giving habeas|masked|copy URL PEOPLE COUNT   prints {"seconds", "rows", "bytes"}
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from tests.servers.postgresql import PostgresqlServer

from bench import engine
from bench.by_hand import SETTINGS
from bench.company import AS_OF, TABLES, connection_text, email_of, match_expression
from bench.measuring import Measurement, median, shown
from habeas.flows.access import access
from habeas.program.selection import Intent

MOST_MB = 200.0
_WAYS = {
    "orders": "x.user_id IN (SELECT id FROM k_users)",
    "order_lines": "x.order_id IN (SELECT o.id FROM orders o JOIN k_users k ON o.user_id = k.id)",
    "messages": "x.sender_id IN (SELECT id FROM k_users) OR x.recipient_id IN (SELECT id FROM k_users)",
    "comments": "x.author_id IN (SELECT id FROM k_users) "
    "OR x.ticket_id IN (SELECT t.id FROM tickets t JOIN k_users k ON t.user_id = k.id)",
    "users": "x.id IN (SELECT id FROM k_users)",
}


def measure(server: PostgresqlServer, people: int, count: int, rounds: int) -> Measurement:
    """The last line of the table."""
    seconds: dict[str, list[float]] = {"habeas": [], "copy": []}
    memory: dict[str, list[float]] = {"habeas": [], "copy": [], "masked": []}
    said: dict[str, dict[str, float]] = {}
    for _ in range(rounds):
        for side in ("habeas", "copy"):
            said[side], megabytes = _child(side, server.url("company"), people, count)
            seconds[side].append(said[side]["seconds"])
            memory[side].append(megabytes)
    said["masked"], megabytes = _child("masked", server.url("company"), people, count)
    memory["masked"].append(megabytes)
    if said["habeas"]["rows"] != said["copy"]["rows"]:
        raise RuntimeError(f"habeas gave {said['habeas']['rows']} rows and COPY {said['copy']['rows']}")
    peak = max(memory["habeas"])
    masked = said["masked"]["seconds"]
    return Measurement(
        f"access of {count:,} people, {said['habeas']['rows'] / 1e6:.2f} M rows, to one package, CSV",
        median(seconds["habeas"]),
        median(seconds["copy"]),
        3.0,
        {f"peak memory under {MOST_MB:.0f} MB ({peak:.0f} MB)": peak < MOST_MB},
        {
            "size": f"{said['habeas']['bytes'] / 1e6:.0f} MB zipped, COPY's files {said['copy']['bytes'] / 1e6:.0f} MB",
            "with other people masked in free text": f"{shown(masked)}, peak memory {max(memory['masked']):.0f} MB",
            "peak memory of the process with COPY": f"{max(memory['copy']):.0f} MB",
        },
    )


def _child(side: str, url: str, people: int, count: int) -> tuple[dict[str, float], float]:
    """What the child says, and the most memory that it had (MB).

    The kernel's word of the child's own address space: what `wait4` tells includes ours, from before the child's program
    was loaded.
    """
    command = [sys.executable, "-m", "bench.giving", side, url, str(people), str(count)]
    with tempfile.TemporaryFile() as output:
        subprocess.run(command, stdout=output, check=True)
        output.seek(0)
        said = json.loads(output.read())
        return said, said["megabytes"]


def give(url: str, emails: list[str], folder: Path, *, mask: bool) -> dict[str, float]:
    """A package by habeas, CSV alone."""
    with engine.opened(url, folder) as workspace:
        workspace.stores[0].program(Intent.ACCESS, AS_OF)
        out = folder / "package.zip"
        started = time.perf_counter()
        outcome = access(workspace, engine.selection_of(emails), out, as_of=AS_OF, formats=("csv",), mask_others=mask)
        seconds = time.perf_counter() - started
    rows = sum(line.rows for store in outcome.stores for line in store.lines)
    return {"seconds": seconds, "rows": rows, "bytes": out.stat().st_size}


def copy(url: str, emails: list[str], folder: Path) -> dict[str, float]:
    """The same rows by hand: COPY … TO STDOUT, a CSV file a table."""
    rows = size = 0
    with psycopg.connect(connection_text(url)) as connection:
        started = time.perf_counter()
        connection.execute(SETTINGS)
        compared = match_expression("postgresql")
        connection.execute("CREATE TEMPORARY TABLE k_users (id bigint PRIMARY KEY) ON COMMIT DROP")
        connection.execute(f"INSERT INTO k_users SELECT id FROM users WHERE {compared} = ANY(%s)".encode(), (emails,))
        connection.execute("ANALYZE k_users")
        for made in TABLES:
            way = _WAYS.get(made.name, "x.user_id IN (SELECT id FROM k_users)")
            chosen = " UNION ".join(f"SELECT x.* FROM {made.name} x WHERE {part}" for part in way.split(" OR "))
            with (folder / f"{made.name}.csv").open("wb") as file, connection.cursor() as cursor:
                with cursor.copy(f"COPY ({chosen}) TO STDOUT (FORMAT csv, HEADER)".encode()) as data:
                    for piece in data:
                        size += file.write(piece)
                rows += cursor.rowcount
        return {"seconds": time.perf_counter() - started, "rows": rows, "bytes": size}


def main() -> None:
    """What the child does."""
    side, url, people, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    emails = [email_of(person) for person in range(1, people + 1, people // count)][:count]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        said = copy(url, emails, folder) if side == "copy" else give(url, emails, folder, mask=side == "masked")
    print(json.dumps(said | {"megabytes": peak_memory()}))


def peak_memory() -> float:
    """The most memory that this process had since its program was loaded (MB)."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
