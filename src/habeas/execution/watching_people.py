"""The daily stream over a store's people: who of those that runs have erased is there again? It never erases anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from habeas.datamap.matching import typed_value
from habeas.execution.opened_stores import OpenStore
from habeas.execution.running import Context
from habeas.execution.watch_records import (
    Sighting,
    Watcher,
    known_sightings,
    record_stream,
    short_form,
    watched_in,
    watchers_of,
)
from habeas.program.program import Node, Program
from habeas.program.selection import Intent
from habeas.stores.sql.streaming_people import PeopleStream, Person

#: Rows by (store, table, kind, run).
NewRows = Mapping[tuple[str, str, str, str], int]
Hit = tuple[str | None, list[str]]  # a row's Customer, and its fingerprints that some run watches for


def stream_people(context: Context, store: OpenStore, day: date) -> NewRows:
    """Go once over everybody in a store, and record who is watched for; how many rows of them are new.

    The fingerprints that are watched for are held in memory (a hundred bytes each), the rows are not. Raises Refused
    where the store can't be read; then nothing is recorded.
    """
    with context.control.read() as control:
        forms, keys = watched_in(control, store.name)
        known = known_sightings(control, store.name)
    seen: Counter[Sighting] = Counter()
    new: Counter[tuple[str, str, str, str]] = Counter()
    if forms:
        program = store.program(Intent.ERASE, day)
        with store.streaming() as connection:
            for node in program.people:
                people = 0
                for chunk in PeopleStream(connection, program, node).chunks():
                    hits = [hit for person in chunk if (hit := _hit(context, person, forms, keys))[1]]
                    _count(context, store, program, node, hits, known, seen, new)
                    people += len(chunk)
                    context.progress(f"looking for who is back in {node.table}", people, None)
    with context.control.begin() as control:
        record_stream(control, store.name, seen, context.now())
    return new


def _hit(context: Context, person: Person, forms: Collection[bytes], keys: Collection[str]) -> Hit:
    customer, identities = person
    found = [
        fingerprint
        for type, value in identities
        for fingerprint in context.fingerprints.candidates(type, value, keys)
        if short_form(fingerprint) in forms
    ]
    return customer, found


def _count(
    context: Context,
    store: OpenStore,
    program: Program,
    node: Node,
    hits: list[Hit],
    known: Mapping[Sighting, object],
    seen: Counter[Sighting],
    new: Counter[tuple[str, str, str, str]],
) -> None:
    """Give each row to the latest run that watches for it; it counts for the first of its fingerprints."""
    if not hits:
        return
    with context.control.read() as control:
        watchers = watchers_of(control, store.name, {fingerprint for _, found in hits for fingerprint in found})
    kind = node.kind or ""
    for customer, found in hits:
        watching = {
            fingerprint: watcher
            for fingerprint in found
            if (watcher := _watcher_for(program, watchers.get(fingerprint, ()), kind, customer)) is not None
        }
        if not watching:
            continue
        run = max(watching.values(), key=lambda watcher: (watcher.started_at, watcher.run_id)).run_id
        sightings = [Sighting(f, run, node.table, kind) for f, watcher in watching.items() if watcher.run_id == run]
        seen.update(dict.fromkeys(sightings, 0))
        seen[sightings[0]] += 1
        if not any(each in known for each in sightings):
            new[store.name, node.table, kind, run] += 1


def _watcher_for(program: Program, watchers: Collection[Watcher], kind: str, customer: str | None) -> Watcher | None:
    """The latest run in whose scope a row of that kind and Customer is."""
    for watcher in watchers:
        if watcher.kind not in (None, kind):
            continue
        if watcher.customer is None or _same_customer(program, watcher.customer, customer):
            return watcher
    return None


def _same_customer(program: Program, given: str, held: str | None) -> bool:
    """Whether a Customer as it was given is that of a row."""
    value = typed_value(given, program.customer_family)
    return value is not None and held is not None and str(value) == held
