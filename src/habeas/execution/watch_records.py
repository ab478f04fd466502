"""Who is watched for after an erasure, and who reappeared, in the control database: fingerprints, never a value.

Written with the sealed identities, before the first change; asked for once a run's window has closed; deleted when the
policy's `watch_days` are over. A run that came to nothing leaves none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, insert, select

from habeas.execution.tables import reappearances, runs, watched_fingerprints, watched_stores

_BATCH = 500  # values of one IN list


@dataclass(frozen=True, slots=True)
class Watcher:
    """A run that watches for a fingerprint, and in whose rows: those of a kind and a Customer, or of any (None)."""

    run_id: str
    started_at: datetime
    kind: str | None
    customer: str | None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A fingerprint that was met in a table of people, for a run."""

    fingerprint: str
    run_id: str
    table: str
    kind: str


@dataclass(frozen=True, slots=True)
class Reappeared:
    """Rows of people whom a run had erased, as the last stream saw them; `new` were not there in the one before."""

    store: str
    table: str
    kind: str
    run_id: str
    rows: int
    new: int
    since: datetime


def keep_watch(
    connection: Connection,
    run_id: str,
    store: str,
    chunk: int,
    fingerprints: Iterable[str],
    *,
    kind: str | None,
    customer: str | None,
) -> None:
    """Watch for these fingerprints in a store, instead of what the same chunk of the run watched for before."""
    table = watched_fingerprints
    connection.execute(delete(table).where(table.c.run_id == run_id, table.c.store == store, table.c.chunk == chunk))
    scope = {"run_id": run_id, "store": store, "chunk": chunk, "kind": kind, "customer": customer}
    if rows := [{"fingerprint": fingerprint, **scope} for fingerprint in sorted(set(fingerprints))]:
        connection.execute(insert(table), rows)


def forget_watch(connection: Connection, run_ids: Collection[str]) -> None:
    """Watch no longer for what these runs erased."""
    for table in (watched_fingerprints, reappearances):
        connection.execute(delete(table).where(table.c.run_id.in_(run_ids)))


def expire_watches(connection: Connection, before: datetime) -> None:
    """Forget what runs that began before that moment watch for."""
    for table in (watched_fingerprints, reappearances):
        old = exists().where(runs.c.id == table.c.run_id, runs.c.started_at < before)
        connection.execute(delete(table).where(old))


def watched_in(connection: Connection, store: str) -> tuple[frozenset[bytes], frozenset[str]]:
    """What closed runs watch for in a store, as `short_form`s, and the ids of the keys that made the fingerprints."""
    closed = exists().where(runs.c.id == watched_fingerprints.c.run_id, runs.c.destroyed_at.is_not(None))
    query = select(watched_fingerprints.c.fingerprint).where(watched_fingerprints.c.store == store, closed)
    forms: set[bytes] = set()
    keys: set[str] = set()
    for fingerprint in connection.execution_options(yield_per=10_000).scalars(query):
        forms.add(short_form(fingerprint))
        keys.add(fingerprint.partition(":")[0])
    return frozenset(forms), frozenset(keys)


def short_form(fingerprint: str) -> bytes:
    """Sixteen bytes of a fingerprint: a million of them stay small in memory, and a hit is looked up whole."""
    return bytes.fromhex(fingerprint[-32:])


def watchers_of(connection: Connection, store: str, fingerprints: Collection[str]) -> Mapping[str, tuple[Watcher, ...]]:
    """The closed runs that watch for each of these fingerprints in a store, the latest first."""
    wanted, found = sorted(fingerprints), dict[str, dict[Watcher, None]]()
    table = watched_fingerprints
    for start in range(0, len(wanted), _BATCH):
        rows = connection.execute(
            select(table.c.fingerprint, table.c.run_id, runs.c.started_at, table.c.kind, table.c.customer)
            .join(runs, runs.c.id == table.c.run_id)
            .where(
                table.c.fingerprint.in_(wanted[start : start + _BATCH]),
                table.c.store == store,
                runs.c.destroyed_at.is_not(None),
            )
            .order_by(runs.c.started_at.desc(), runs.c.id.desc())
        )
        for fingerprint, *watcher in rows:
            found.setdefault(fingerprint, {})[Watcher(*watcher)] = None
    return {fingerprint: tuple(watchers) for fingerprint, watchers in found.items()}


def known_sightings(connection: Connection, store: str) -> Mapping[Sighting, datetime]:
    """What the last stream over a store saw, and since when it is there."""
    table = reappearances
    rows = connection.execute(
        select(table.c.fingerprint, table.c.run_id, table.c.table_name, table.c.kind, table.c.seen_at).where(
            table.c.store == store
        )
    )
    return {Sighting(fingerprint, run, name, kind): seen_at for fingerprint, run, name, kind, seen_at in rows}


def record_stream(connection: Connection, store: str, seen: Mapping[Sighting, int], now: datetime) -> None:
    """Record what a stream saw, with the rows counted for each, in the place of what the one before it saw."""
    before = known_sightings(connection, store)
    connection.execute(delete(reappearances).where(reappearances.c.store == store))
    if rows := [
        {
            "fingerprint": each.fingerprint,
            "run_id": each.run_id,
            "store": store,
            "table_name": each.table,
            "kind": each.kind,
            "rows": count,
            "seen_at": before.get(each, now),
        }
        for each, count in seen.items()
    ]:
        connection.execute(insert(reappearances), rows)
    connection.execute(delete(watched_stores).where(watched_stores.c.store == store))
    connection.execute(insert(watched_stores).values(store=store, streamed_at=now))


def was_streamed(connection: Connection, store: str, now: datetime) -> bool:
    """Whether a stream went over the store on this day (UTC) already."""
    last = connection.scalar(select(watched_stores.c.streamed_at).where(watched_stores.c.store == store))
    return last is not None and last.date() >= now.date()


def reappeared(connection: Connection, new: Mapping[tuple[str, str, str, str], int]) -> Sequence[Reappeared]:
    """Everybody whom the last streams saw, by store, table, kind and run; `new` says how many rows are, by the same."""
    table = reappearances
    group = (table.c.store, table.c.table_name, table.c.kind, table.c.run_id)
    rows = connection.execute(
        select(*group, func.sum(table.c.rows), func.min(table.c.seen_at)).group_by(*group).order_by(*group)
    )
    return [Reappeared(*row[:4], int(row[4]), new.get(tuple(row[:4]), 0), row[5]) for row in rows]
