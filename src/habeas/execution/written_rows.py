"""What a correction has spooled of the rows that it wrote: by table and column, with what stood there before."""

from __future__ import annotations

from collections.abc import Iterable

from habeas.execution.spool import SpoolBatch
from habeas.program.program import Program
from habeas.stores.sql.checking_again import WrittenRow
from habeas.stores.sql.correcting import WRITTEN

Written = dict[tuple[str, str], list[WrittenRow]]


def written_rows(program: Program, batches: Iterable[SpoolBatch]) -> Written:
    """What a run has written in a store, by table and column; the last word on a row counts (a run may break off)."""
    found: dict[tuple[str, str], dict[tuple[object, ...], WrittenRow]] = {}
    for batch in batches:
        node = program.nodes.get(batch.table)
        if node is None or any(name not in batch.columns for name in (*node.key, *WRITTEN)):
            continue
        places = [batch.columns.index(name) for name in (*node.key, *WRITTEN)]
        width = len(node.key)
        for row in batch.rows:
            values = [row[place] for place in places]
            column, was, value, copy_of = values[width:]
            written = WrittenRow(tuple(values[:width]), was, value, copy_of)
            found.setdefault((batch.table, column), {})[written.key] = written
    return {place: list(rows.values()) for place, rows in found.items()}
