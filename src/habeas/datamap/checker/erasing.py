"""What an erasure would meet: kept rows without a date, triggers, keys that nobody enforces."""

from __future__ import annotations

from habeas.catalog.tables import Table
from habeas.datamap.checker.ground import Ground
from habeas.datamap.checker.values import is_date
from habeas.datamap.forms import nearest_names
from habeas.datamap.model import Keep
from habeas.datamap.positions import KeyPath


def check_erasing(ground: Ground) -> None:
    """Rules of keeping fit the schema, triggers are acknowledged, keys are enforced."""
    for ref, entry, table in ground.mapped():
        if entry.on_erase.keep is not None:
            _keep(ground, ref, entry.on_erase.keep)
        _triggers(ground, ref, table)
        if ground.is_personal(ref):
            _keys(ground, ref, table)
    keys = sum(len(table.foreign_keys) for _, _, table in ground.mapped())
    if keys and not ground.catalog.foreign_keys_enforced:
        detail = f"{keys} declared keys are promises only: rows may refer to nothing, and nothing stops a new one."
        summary = f"the store {ground.store.store} doesn't enforce its declared keys"
        ground.warn("unenforced-keys", ("url",), summary, detail, "PRAGMA foreign_keys = ON in every application")


def _keep(ground: Ground, ref: str, keep: Keep) -> None:
    path: KeyPath = ("tables", ref, "on_erase", "keep")
    column = ground.column(ref, keep.after, (*path, "after"))
    if column is not None and not is_date(column, ground.catalog.dialect):
        detail = f"The period starts on its date; {keep.after} is {column.type}."
        summary = f"{ground.name(ref)}.{keep.after} is no date"
        ground.refuse("after-type", (*path, "after"), summary, detail, "after: created_at", [ref])
    elif column is not None and column.nullable:
        detail = "A row without the date is kept for as long as it has none, with a finding in the plan."
        summary = f"{ground.name(ref)}.{keep.after} may be empty"
        ground.remark("keep-without-date", (*path, "after"), summary, detail, tables=[ref])
    for number, name in enumerate(keep.mask):
        masked = ground.column(ref, name, (*path, "mask", number))
        table = ground.catalog.tables[ref]
        if masked is not None and (masked.generated or name in (table.primary_key or ground.keys.get(ref, ()))):
            why = "is computed by the database" if masked.generated else "is part of the row's key"
            summary = f"{ground.name(ref)}.{name} {why} and can't be masked"
            detail = "Kept rows stay as they are but for the columns named here."
            ground.refuse("mask-impossible", (*path, "mask", number), summary, detail, f"Delete {name}", [ref])
    _with(ground, ref, keep, path)


def _with(ground: Ground, ref: str, keep: Keep, path: KeyPath) -> None:
    """Tables kept along need a key edge to the kept table, or to another one kept along."""
    leading: dict[str, set[str]] = {}
    for lead in ground.leads:
        if lead.resolved is not None and lead.is_key:
            leading.setdefault(lead.ref, set()).add(lead.resolved.table)
    kept = {ref}
    grown = True
    while grown:
        more = {name for name in keep.with_ if name not in kept and leading.get(name, set()) & kept}
        kept |= more
        grown = bool(more)
    for number, name in enumerate(keep.with_):
        if name not in kept and ground.catalog.get(name) is not None:
            table = ground.catalog.tables[name]
            key = next((k for k in table.foreign_keys if k.target in kept), None)
            column = "_".join(key.columns) if key is not None else f"{ref}_id"
            detail = (
                f"No edge of {name} leads to a key of {', '.join(sorted(kept))}, and so none of its rows would stay."
            )
            fix = f"Add under {name}, edges:   {column}: {{to: {ref}, as: owned_by}}"
            summary = f"{name} is to be kept with {ref} and doesn't refer to it"
            ground.refuse("keep-with-no-edge", (*path, "with", number), summary, detail, fix, [ref, name])


def _triggers(ground: Ground, ref: str, table: Table) -> None:
    acknowledged = ground.store.tables[ref].triggers
    if ground.may_change(ref):
        for trigger in table.triggers:
            firing = sorted({"UPDATE", "DELETE"} & set(trigger.events))
            if not trigger.enabled or not firing or trigger.name in acknowledged:
                continue
            detail = (
                f"It fires {trigger.timing.lower()} {' and '.join(firing)}, and may copy the old values elsewhere. "
                "Read it; if it does no harm, say why."
            )
            fix = f"Add under {ref}:   triggers: {{{trigger.name}: why it is harmless}}"
            summary = f"the trigger {trigger.name} of {ground.name(ref)} isn't acknowledged"
            ground.refuse("trigger-unacknowledged", ("tables", ref, "triggers"), summary, detail, fix, [ref])
    known = [trigger.name for trigger in table.triggers]
    for name in acknowledged:
        if name not in known:
            near = nearest_names(name, known, 1)
            detail = "It was renamed or dropped since it was looked at."
            fix = f"{near[0]}:" if near else f"Delete {name}:"
            summary = f"{ground.name(ref)} has no trigger {name}"
            ground.warn("unknown-trigger", ("tables", ref, "triggers", name), summary, detail, fix, [ref])


def _keys(ground: Ground, ref: str, table: Table) -> None:
    if not ground.catalog.foreign_keys_enforced:
        return  # said once, for the store
    for key in table.foreign_keys:
        if not key.enforced:
            name = key.name or "_".join(key.columns)
            detail = f"Rows that were there before may refer to nothing in {key.target}; such references own nothing."
            fix = f"ALTER TABLE {ground.sql(ref)} VALIDATE CONSTRAINT {name};"
            summary = f"the key {name} of {ground.name(ref)} isn't enforced"
            ground.warn("unenforced-key", ("tables", ref), summary, detail, fix, [ref])
