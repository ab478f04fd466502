"""Looks again after an erasure: from the spooled keys and from the identities, and for mentions in free text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from habeas.diagnostics import Finding, Refused, Severity, error
from habeas.execution.opened_stores import OpenStore
from habeas.execution.remains import Mention, Remaining
from habeas.execution.run_records import RunRecord, load_run, run_day, run_key, run_secrets
from habeas.execution.running import Context, Remembered, Seeds, chunks_of, watching
from habeas.execution.sealed_selections import RunSecrets
from habeas.execution.spool import CHUNK_COLUMN, SpoolBatch, SpoolReader
from habeas.execution.verifying_corrections import verify_correction
from habeas.program.selection import Identity, Intent, Selection
from habeas.sealing.envelopes import DataKey, SealBroken
from habeas.stores.sql.mentions import find_mentions, mask_mentions
from habeas.stores.sql.run import StoreRun
from habeas.stores.sql.verifying import SPOOLED

BY_KEYS = "reached again from identities and from the keys that were reached"
BY_KEYS_ALONE = f"{BY_KEYS}; free text was not looked through"
BY_IDENTITY = "reached again from the identity given, whose fingerprint is the certificate's"


def verify_run(context: Context, run_id: str) -> tuple[Remaining, ...]:
    """What remains of a run's people, looked at afresh in every store, by the run's day. Its identities must still be
    sealed.

    Chunk by chunk, as it was carried out: what two people of a batch share stays with each of them, and would go with
    both (semantics, section 8).
    """
    with context.control.read() as control:
        run = load_run(control, run_id)
        sealed = run_secrets(control, context.vault, run_id)
        key = run_key(control, context.vault, run_id)
    day = run_day(run, sealed)
    if run.intent is not Intent.ERASE:
        return verify_correction(context, run, sealed, lambda store: _spooled(context, store, run, key))
    chunks = chunks_of(context, sealed.selection, Intent.ERASE, day)
    rows: Counter[tuple[str, str]] = Counter()
    for store in context.stores:
        seeds = _seeds(context, store, run, key, day)
        together = any(number >= len(chunks) for number in seeds)
        if together:
            # The map has changed so much since that its chunks are others: then as one set, which finds more.
            chunks, seeds = [sealed.selection], {0: _together(seeds.values())}
        known = _identities(sealed, store.name)
        for number, chunk in enumerate(chunks):
            alone = _alone(sealed, store.name, None if together else number)
            others = [rows_of for other, rows_of in seeds.items() if other != number]
            for each in _remaining(store, chunk, day, seeds.get(number, {}), known, alone, others):
                rows[each.store, each.table] += each.rows
    return tuple(Remaining(store, table, count) for (store, table), count in rows.items())


def remembered_of(context: Context, run_ids: Sequence[str]) -> Remembered:
    """What unfinished runs have erased or masked in each store, so that another run can start from it too."""
    found: dict[str, tuple[Seeds, dict[str, set[str]], dict[Identity, None]]] = {}
    for run_id in run_ids:
        with context.control.read() as control:
            run = load_run(control, run_id)
            if run.intent is not Intent.ERASE:
                continue  # its rows stay
            sealed = run_secrets(control, context.vault, run_id)
            key = run_key(control, context.vault, run_id)
        for store in context.stores:
            rows, known, alone = found.setdefault(store.name, ({}, {}, {}))
            alone.update(dict.fromkeys(_alone(sealed, store.name)))
            spooled = _seeds(context, store, run, key, run_day(run, sealed))
            for table, more in _together(spooled.values()).items():
                rows.setdefault(table, []).extend(more)
            for kind, values in _identities(sealed, store.name).items():
                known.setdefault(kind, set()).update(values)
    return found


def verify_selection(context: Context, selection: Selection, day: date) -> tuple[Remaining, ...]:
    """What remains of a selection by its identities alone: for a certificate whose window has closed."""
    return tuple(each for store in context.stores for each in _remaining(store, selection, day, {}, {}, ()))


def mentions_of(
    context: Context, run_id: str, customers: Collection[str | None], *, day: date, redact: bool
) -> tuple[Mention, ...]:
    """Where free text still holds an identity of the run's people. `redact` masks them, and looks again."""
    with context.control.read() as control:
        record = load_run(control, run_id)
        sealed = run_secrets(control, context.vault, run_id)
        key = run_key(control, context.vault, run_id)
    values = _texts(context, sealed)
    found: list[Mention] = []
    for store in context.stores:
        # A single-tenant store has no Customer to narrow to; neither has a selection that met none.
        narrowed = customers if store.map.customers and customers else None
        program = store.program(Intent.ERASE, day)
        if redact:
            with store.writing() as connection:
                run = StoreRun(connection, program, sealed.selection, watching(context))
                # Reached once more, since what is held or kept must not be rewritten either.
                run.find()
                seeds = _seeds(context, store, record, key, day)
                run.remember(_together(seeds.values()), _identities(sealed, store.name))
                run.reach()
                run.decide()
                mask_mentions(run.work, values, narrowed)
                connection.commit()
                run.clean_up()
        with store.reading() as connection:
            run = StoreRun(connection, program, sealed.selection)
            found += [Mention(store.name, *each) for each in find_mentions(run.work, values, narrowed)]
    return tuple(found)


def _remaining(
    store: OpenStore,
    selection: Selection,
    day: date,
    seeds: Seeds,
    known: Mapping[str, Collection[str]],
    alone: Collection[Identity],
    elsewhere: Sequence[Seeds] = (),
) -> list[Remaining]:
    program = store.program(Intent.ERASE, day)
    with store.reading() as connection:
        run = StoreRun(connection, program, selection)
        run.find()
        run.remember(seeds, known, alone)
        run.reach()
        run.decide()
        if blind := _blind_spots(store, run):
            raise Refused(*blind, status="incomplete")
        left = run.remaining()
        if left and elsewhere:  # rarely: what other chunks remember is many rows
            run.forget_what_others_did(_together(elsewhere))
            left = run.remaining()
        found = [Remaining(store.name, table, rows) for table, rows in sorted(left.items())]
        run.clean_up()
    return found


def _blind_spots(store: OpenStore, run: StoreRun) -> tuple[Finding, ...]:
    """Why rows may remain that can't be found: the map has another schema than the store by now."""
    closed = store.map.tables.keys() - run.program.nodes.keys()
    found = [f for f in run.program.findings if not f.tables or set(f.tables) & (closed | run.touched)]
    found += [f for f in store.findings if set(f.tables) & closed]
    return tuple(dict.fromkeys(f for f in found if f.severity is Severity.ERROR))


def _together(parts: Iterable[Seeds]) -> Seeds:
    found: Seeds = {}
    for part in parts:
        for table, rows in part.items():
            found.setdefault(table, []).extend(rows)
    return found


def _seeds(context: Context, store: OpenStore, run: RunRecord, key: DataKey, day: date) -> dict[int, Seeds]:
    """The spooled rows of a store, by chunk and table, in the order of today's carried columns.

    A row may be spooled twice (the run broke off between spool and change, or began from another's): the last counts.
    Raises Refused where the map has changed so much that the keys no longer fit: then they can't be looked up.
    """
    program = store.program(Intent.ERASE, day)
    found: dict[int, dict[str, dict[object, Sequence[Any]]]] = {}
    for batch in _spooled(context, store, run, key):
        node = program.nodes.get(batch.table)
        if node is None:
            continue
        if any(c not in batch.columns for c in node.key):
            raise Refused(
                error(
                    "keys-changed",
                    f"the key of {store.name}.{batch.table} is another than when the run reached it",
                    "The rows that were reached can't be named any more.",
                    tables=(batch.table,),
                )
            )
        wanted = (*node.carried, *SPOOLED)
        places = [batch.columns.index(c) if c in batch.columns else None for c in wanted]
        chunk = batch.columns.index(CHUNK_COLUMN)
        for row in batch.rows:
            picked = [row[i] if i is not None else None for i in places]
            rows = found.setdefault(row[chunk], {}).setdefault(batch.table, {})
            key_of_row = tuple(repr(v) if isinstance(v, list | dict) else v for v in picked[: len(node.key)])
            rows[key_of_row] = picked
    return {chunk: {table: list(rows.values()) for table, rows in of.items()} for chunk, of in found.items()}


def _spooled(context: Context, store: OpenStore, run: RunRecord, key: DataKey) -> Iterator[SpoolBatch]:
    """What a run has spooled of a store. Raises Refused (`keys-lost`) where it isn't there any more, or was changed."""
    try:
        yield from SpoolReader(context.folder, run.id, key, run.spool_parts).of(store.name)
    except SealBroken:
        raise Refused(
            error(
                "keys-lost",
                f"the keys that run {run.id} has reached can't be read",
                "Their file in .habeas/spool/ is gone or was changed (a restore of one file alone?), and so the rows "
                "that were reached can't be named any more.",
                "Put .habeas/ back whole, or look by identity alone: habeas verify CERTIFICATE --subject TYPE=VALUE",
            ),
            status="incomplete",
        ) from None


def _identities(sealed: RunSecrets, store: str) -> dict[str, set[str]]:
    """The identities of a run's people, as they were given and as a store held them, by type."""
    subjects = [
        *sealed.selection.subjects,
        *(s for each in sealed.identities if each.store == store for s in each.subjects),
    ]
    found: dict[str, set[str]] = {}
    for subject in subjects:
        for identity in subject.identities:
            found.setdefault(identity.type, set()).add(identity.value)
    return found


def _alone(sealed: RunSecrets, store: str, chunk: int | None = None) -> tuple[Identity, ...]:
    """The identities that named nobody but the run's people in a store: of one of its chunks, or of all (None)."""
    of_store = [each for each in sealed.identities if each.store == store and chunk in (None, each.chunk)]
    return tuple(dict.fromkeys(identity for each in of_store for identity in each.alone))


def _texts(context: Context, sealed: RunSecrets) -> set[str]:
    """The identity values worth looking for in text: e-mails, phones and names of accounts, never bare row numbers."""
    given = [i for s in sealed.selection.subjects for i in s.identities]
    found = [i for store in sealed.identities for s in store.subjects for i in s.identities]
    return {i.value.strip() for i in (*given, *found) if not i.value.strip().isdigit()}
