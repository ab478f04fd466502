"""A list of people, from the file to the last certificate: people a second, and whether memory stays flat.

python -m bench.million URL FOLDER COUNT PEOPLE   prints {"seconds", "parts", "megabytes"}: one line for each part
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import engine
from bench.company import AS_OF, email_of
from bench.giving import peak_memory
from bench.loaded import TEMPLATE, Loaded
from habeas.cli.people_file import PeopleFile
from habeas.flows.erase_batch import erase_batch
from habeas.program.selection import Selection

LEAST = 300.0  # people a second
MOST_GROWTH = 1.25  # the peak at the end, times that after the first quarter of the parts


def measure(loaded: Loaded, count: int) -> tuple[str, bool]:
    """The line for people, and whether the promise is kept. The database itself is used up."""
    people = loaded.people
    with loaded.postgresql() as server, tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.million", server.url(TEMPLATE), folder, str(count), str(people)]
        said = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    peaks = said["megabytes"]
    early, end = peaks[max(0, len(peaks) // 4 - 1)], peaks[-1]
    rate = count / said["seconds"]
    kept = rate >= LEAST and end <= early * MOST_GROWTH
    slowest = max(said["parts"])
    text = (
        f"erase {count:,} of {people:,} people from a list, whole flow: {said['seconds']:.0f} s, {rate:.0f} people/s "
        f"(at least {LEAST:.0f}), slowest part {slowest:.1f} s, "
        f"peak memory {early:.0f} MB after a quarter of {len(peaks)} parts, {end:.0f} MB at the end "
        f"{'kept' if kept else 'MISSED'}"
    )
    return text, kept


def main() -> None:
    """What the child does: the memory of a process of its own."""
    url, folder, count, people = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    file = folder / "people.csv"
    with file.open("w") as lines:
        lines.write("email\n")
        lines.writelines(f"{email_of(number)}\n" for number in range(1, people + 1, people // count)[:count])
    moments: list[float] = []
    peaks: list[float] = []

    def watch(point: str) -> None:
        if point == "part done":
            moments.append(time.perf_counter())
            peaks.append(peak_memory())

    with engine.opened(url, folder) as workspace:
        workspace.context.observe = watch
        started = time.perf_counter()
        outcome = erase_batch(workspace, PeopleFile(str(file)), Selection(), as_of=AS_OF)
        seconds = time.perf_counter() - started
    if outcome.status != "complete" or outcome.as_json()["erased"] != count:
        raise RuntimeError(f"the list ended as {outcome.status}: {outcome.counts}")
    parts = [after - before for before, after in zip([started, *moments], moments, strict=False)]
    print(json.dumps({"seconds": seconds, "parts": parts, "megabytes": peaks}))


if __name__ == "__main__":
    main()
