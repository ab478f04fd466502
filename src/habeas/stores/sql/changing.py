"""The only statements that change a company's data: unlink, delete leaf first, mask what remains.

Each statement's count must equal its key set; otherwise somebody else changed the rows meanwhile, and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from habeas.catalog.tables import TypeFamily
from habeas.diagnostics import Refused, error
from habeas.program.program import Reference, Verdict, WrittenValue
from habeas.stores.sql.change_sets import ChangeSet
from habeas.stores.sql.copying import CopySet
from habeas.stores.sql.dialects import TOKEN_LENGTH
from habeas.stores.sql.json_leaves import document_text, masked_documents, needs_token, new_document
from habeas.stores.sql.mask_values import MASKS, expression, needs_preparing
from habeas.stores.sql.working import Working, named
from habeas.stores.sql.writing_together import Write, writes_in_order

_ERASE = int(Verdict.ERASE)


def change(work: Working, sets: Sequence[ChangeSet], copies: Sequence[CopySet] = ()) -> None:
    """Carry out the decided changes: unlink what stays, delete leaf first, then mask what is left.

    Copies come after all masks, over any mask of their own.
    """
    if not work.postgresql:
        # Order alone can't satisfy a cycle of NOT NULL keys; SQLite may look at the end instead (until this commit).
        work.execute("PRAGMA defer_foreign_keys = ON")
    if any(needs_preparing(value, postgresql=work.postgresql) for value in _written_values(work)):
        MASKS[work.dialect.name].prepare(work)
    for copied in copies:
        _new_values(work, copied.copy.original[0], copied.originals, "")
    changes = _Changes(work)
    first, last = writes_in_order(work, sets)
    for write in first:
        _write(changes, write)
    for component in work.program.erase_order:
        _delete_component(changes, [t for t in component if t in work.keys])
    for write in last:
        _write(changes, write)
    for copied in copies:
        _write_copies(changes, copied)
    changes.finish()


def _written_values(work: Working) -> list[WrittenValue]:
    """Everything that masks of the program may write in tables that exist."""
    nodes = work.program.nodes.values()
    edges = (value for reference in work.program.references for value in reference.masks)
    return [*(v for n in nodes for v in (*n.masks, *(n.keep.masks if n.keep else ()))), *edges]


@dataclass
class _Changes:
    """Statements in their order, with the rows that each must touch. Few rows: sent and compared together."""

    work: Working
    waiting: list[tuple[str, int, str]] = field(default_factory=list)

    def add(self, table: str, count: int, statement: str) -> None:
        """Run a statement now or with the next ones."""
        self.waiting.append((table, count, statement))
        if not self.work.few:
            self.finish()

    def finish(self) -> None:
        """Run what waits. Raises Refused where a statement touched other rows than were decided on."""
        touched = self.work.execute_together([statement for *_, statement in self.waiting])
        for (table, count, _), rows in zip(self.waiting, touched, strict=True):
            _expect(table, count, rows)
        self.waiting.clear()


def _write(changes: _Changes, write: Write) -> None:
    work, table = changes.work, write.table
    values = {w.column: _written(work, table, w) if write.whole else _plain_value(work, table, w) for w in write.writes}
    source = f"{write.keys} o"
    documents = [w for w in write.writes if w.kind == "leaves"]
    if documents:
        changes.finish()  # what waits may write to the same documents
    if any(_is_kept(work, table, w) or needs_token(w) for w in write.writes):
        same = " AND ".join(f"n.c{i} = o.c{i}" for i in range(len(work.node(table).key)))
        source += f" JOIN {_new_values(work, table, write.keys, write.condition)} n ON {same}"
    elif not work.postgresql and not documents:
        # SQLite would first write every new value down beside its row's key.
        sets = _assigned(work, values)
        where = f" WHERE {write.condition}" if write.condition else ""
        chosen = _one_of(work, table, f"SELECT {work.key_columns(table, 'o')} FROM {source}{where}")
        changes.add(table, write.count, f"UPDATE {work.name(table)} AS x SET {sets} WHERE {chosen}")
        return
    conditions = [work.same_row(table, "o", "x"), write.condition, write.guard]
    if documents:
        same = " AND ".join(f"l.c{i} = o.c{i}" for i in range(len(work.node(table).key)))
        source += f" JOIN {masked_documents(work, table, documents, source, write.condition)} l ON {same}"
        for i, w in enumerate(documents):
            conditions.append(work.same(document_text(work, w), f"l.old{i}"))
            values[w.column] = new_document(work, w, i)
    where = " AND ".join(filter(None, conditions))
    statement = f"UPDATE {work.name(table)} AS x SET {_assigned(work, values)} FROM {source} WHERE {where}"
    changes.add(table, write.count, statement)


def _assigned(work: Working, values: Mapping[str, str]) -> str:
    return ", ".join(f"{work.dialect.quote(column)} = {value}" for column, value in values.items())


def _write_copies(changes: _Changes, copied: CopySet) -> None:
    """Write the originals' new values to their copies."""
    work, copy, table = changes.work, copied.copy, copied.table
    original, column = copy.original
    source = f"{copied.name} o"
    value = replace(copy.value, column=column)
    if _is_kept(work, original, value):
        same = " AND ".join(f"n.c{i} = o.o{i}" for i in range(len(work.node(original).key)))
        source += f" JOIN {work.key_name(original, 'w')} n ON {same}"
    written = f"{work.dialect.quote(copy.column)} = {_plain_value(work, original, value)}"
    where = work.same_row(table, "o", "x")
    changes.add(table, copied.count, f"UPDATE {work.name(table)} AS x SET {written} FROM {source} WHERE {where}")


def _is_kept(work: Working, table: str, value: WrittenValue) -> bool:
    """Whether the new values' table holds it: what is made of the row's token, and what copies receive too."""
    of_token = value.family is TypeFamily.TEXT and value.kind in ("token", "email")
    return of_token or value.column in _copied_columns(work, table)


def _copied_columns(work: Working, table: str) -> dict[str, WrittenValue]:
    """Columns of the table whose new values must be kept for their copies, beside the token of texts."""
    simple = ("null", "constant", "email")
    return {
        copy.original[1]: replace(copy.value, column=copy.original[1])
        for copy in work.program.copies
        if copy.original[0] == table
        and copy.value.kind not in simple
        and not (copy.value.kind == "token" and copy.value.family is TypeFamily.TEXT)
    }


def _new_values(work: Working, table: str, keys: str, condition: str) -> str:
    """A table with one token for each row that needs one, whichever statement writes it, and what copies share (section 6)."""
    key = [f"c{i}" for i in range(len(work.node(table).key))]
    name = work.key_name(table, "w")
    # As varchar, since a temporary table with a text column takes PostgreSQL long to empty.
    values = {"token": f"CAST({work.dialect.random_token_text()} AS varchar({TOKEN_LENGTH}))"}
    copied = _copied_columns(work, table).values()
    values |= {f"s{i}": expression(work, table, value) for i, value in enumerate(copied)}
    chosen = ", ".join(f"{value} AS {column}" for column, value in values.items())
    live = f" JOIN {work.name(table)} x ON {work.same_row(table, 'o', 'x')}" if copied else ""
    query = f"SELECT {', '.join(f'o.{c}' for c in key)}, {chosen} FROM {keys} o{live}"
    conditions = [condition] if condition else []
    if name in work.made:
        same = " AND ".join(f"n.{c} = o.{c}" for c in key)
        conditions.append(f"NOT EXISTS (SELECT 1 FROM {name} n WHERE {same})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    if name in work.made:
        work.execute(f"INSERT INTO {name} ({', '.join([*key, *values])}) {query}{where}")
    else:
        work.make_table_later(name, table, named([*key, *values], query + where), key)
    return name


def _written(work: Working, table: str, value: WrittenValue) -> str:
    """SQL of what whole masking writes; a column that still refers to a remaining row keeps its value (section 6)."""
    written = _plain_value(work, table, value)
    node = work.node(table)
    if value.column not in node.reference_masks:
        return written
    column = work.column("x", value.column)
    held: list[str] = []
    for reference in work.program.bearing.get(table, ()):
        if value.column in reference.columns and not reference.value_join:
            joined = work.joined(
                reference,
                work.live_side("x", work.bearing_columns(reference)),
                work.live_side("w", reference.target_columns),
            )
            held.append(f"EXISTS (SELECT 1 FROM {work.name(reference.target)} w WHERE {joined})")
    return f"CASE WHEN {' OR '.join(held)} THEN {column} ELSE {written} END" if held else written


def _plain_value(work: Working, table: str, value: WrittenValue) -> str:
    if value.kind in ("null", "leaves"):  # of leaves, the document that is read and changed takes its place
        return "NULL"
    if value.kind == "constant":
        return literal(work, value)
    copied = _copied_columns(work, table)
    if value.column in copied:
        return f"n.s{list(copied).index(value.column)}"
    return expression(work, table, value)


def literal(work: Working, value: WrittenValue) -> str:
    """A constant as SQL of its column's type."""
    given = value.value
    if given is None:
        return "NULL"
    if isinstance(given, bool):
        text = str(given).lower() if work.postgresql else str(int(given))
    elif isinstance(given, int | float):
        text = repr(given)
    else:
        text = "'" + str(given).replace("'", "''") + "'"
    if work.postgresql and value.type:
        return f"CAST({text} AS {value.type})"
    if not work.postgresql and value.family is TypeFamily.BYTES and given == "":
        return "x''"
    return text


def _delete_component(changes: _Changes, tables: Sequence[str]) -> None:
    work = changes.work
    erased = {t: n for t in tables if (n := work.tallies[t].rows(Verdict.ERASE))}
    if not erased:
        return
    inner = [
        r
        for r in work.program.references
        if r.declared and r.table in erased and r.target in erased and (len(erased) > 1 or r.table == r.target)
    ]
    if inner:
        changes.finish()  # what follows looks at the rows itself
    for reference in inner:
        if not work.postgresql and reference.unlink and reference.on_delete != "NO ACTION":
            _cut(work, reference)
    if len(erased) > 1 and work.postgresql:
        _delete_together(work, erased)
        return
    for table, count in erased.items():
        going = f"FROM {work.name(table)} AS x WHERE {_is_erased(work, table)}"
        if not inner:
            changes.add(table, count, f"DELETE {going}")
            continue
        # A CASCADE inside the cycle takes rows of the set along, and the statement's count says less.
        work.execute(f"DELETE {going}")
        _expect(table, count, count - int(work.scalar(f"SELECT count(*) {going}")))


def _delete_together(work: Working, erased: dict[str, int]) -> None:
    """A cycle of keys in PostgreSQL: one statement, at whose end alone the keys are looked at."""
    parts = [
        f"d{i} AS (DELETE FROM {work.name(t)} AS x WHERE {_is_erased(work, t)} RETURNING 1)"
        for i, t in enumerate(erased)
    ]
    counts = ", ".join(f"(SELECT count(*) FROM d{i})" for i in range(len(erased)))
    row = work.rows(f"WITH {', '.join(parts)} SELECT {counts}")[0]
    for (table, count), touched in zip(erased.items(), row, strict=True):
        _expect(table, count, int(touched))


def _cut(work: Working, reference: Reference) -> None:
    """SQLite acts on RESTRICT and CASCADE at once, even when keys are deferred: cut the cycle where NULL is allowed."""
    sets = ", ".join(
        f"{work.dialect.quote(w.column)} = {_plain_value(work, reference.table, w)}" for w in reference.unlink
    )
    work.execute(f"UPDATE {work.name(reference.table)} AS x SET {sets} WHERE {_is_erased(work, reference.table)}")


def _is_erased(work: Working, table: str) -> str:
    keys = work.keys[table].name
    if work.postgresql:
        return f"EXISTS (SELECT 1 FROM {keys} o WHERE {work.same_row(table, 'o', 'x')} AND o.v = {_ERASE})"
    every = work.tallies[table].rows(*Verdict) == work.tallies[table].rows(Verdict.ERASE) and not work.holds
    # Without a condition, SQLite takes the key table's own index, and makes none for the statement.
    where = "" if every else f" WHERE o.v = {_ERASE}"
    return _one_of(work, table, f"SELECT {work.key_columns(table, 'o')} FROM {keys} o{where}")


def _one_of(work: Working, table: str, keys: str) -> str:
    """The condition that a query gives the row's key: how SQLite finds rows of many keys."""
    live = work.live_key(table, "x")
    left = f"({live})" if len(work.node(table).key) > 1 else live
    return f"{left} IN ({keys})"


def _expect(table: str, planned: int, touched: int) -> None:
    if planned != touched:
        raise Refused(
            error(
                "rows-changed-meanwhile",
                f"{planned} rows of {table} were decided on, and {touched} were there",
                "Somebody else wrote to them meanwhile, or a trigger did. Nothing was kept of this run; run it again.",
                tables=(table,),
            ),
            status="incomplete",
        )
