"""Writes an access package: one zip with a page to read, a Data Package and JSON, whatever the number of rows.

Rows are read once, in batches; nothing but two batches, the first rows of each table and the open streams stays in
memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from habeas.delivery.archive import Member, PackageArchive, complete_or_absent
from habeas.delivery.contents import (
    PackageFormat,
    PackageHeader,
    PackageSummary,
    PackageTable,
    WrittenTable,
)
from habeas.delivery.describing import describe_package
from habeas.delivery.page import render_page
from habeas.delivery.redacting import TextRedactor
from habeas.delivery.resource_names import ResourceNames
from habeas.delivery.row_forms import RowForms, batches

Progress = Callable[[str, int], None]
ALL_FORMATS = frozenset(PackageFormat)


def write_package(
    target: Path | BinaryIO,
    header: PackageHeader,
    tables: Iterable[PackageTable],
    redact: TextRedactor | None = None,
    progress: Progress | None = None,
    *,
    formats: Collection[str] = ALL_FORMATS,
    overwrite: bool = False,
) -> PackageSummary:
    """Write the package and say what it holds.

    A path gets the file when it is complete, readable by its owner alone; an open stream (writable, it needn't seek)
    is written to directly and stays open. `tables` may be a generator: each table's rows are read before the next
    table is asked for. `redact` None: free text is left as it is. `progress` is called with `STORE.TABLE` and the rows
    written so far, after each batch. `formats` holds `csv`, `json` or both.

    Raises Refused where a file is in the way (unless `overwrite`), and where the folder or disk doesn't take it;
    ValueError where rows don't fit their columns. Then, and where reading rows fails, no file is left.
    """
    wanted = frozenset(PackageFormat(f) for f in formats)
    if not wanted:
        raise ValueError("a package needs one format at least: csv, json or both")
    if isinstance(target, Path):
        with complete_or_absent(target, overwrite) as stream:
            written, size = _write(stream, header, tables, redact, progress, wanted, target.parent)
        return PackageSummary(path=target, bytes=size, tables=written)
    written, size = _write(target, header, tables, redact, progress, wanted, None)
    return PackageSummary(path=None, bytes=size, tables=written)


def _write(
    stream: BinaryIO,
    header: PackageHeader,
    tables: Iterable[PackageTable],
    redact: TextRedactor | None,
    progress: Progress | None,
    formats: frozenset[PackageFormat],
    folder: Path | None,
) -> tuple[tuple[WrittenTable, ...], int]:
    archive = PackageArchive(stream, header.prepared_at, folder)
    names = ResourceNames()
    try:
        written = tuple(_write_table(archive, names, table, redact, progress, formats) for table in tables)
        description = json.dumps(describe_package(header, written), ensure_ascii=False, indent=2)
        with archive.growing("datapackage.json") as member:
            member.write(description.encode(errors="replace"))
        with archive.growing("index.html") as member:
            for piece in render_page(header, written):
                member.write(piece.encode(errors="replace"))
        size = archive.close()
    except BaseException:
        archive.abandon()
        raise
    return written, size


def _write_table(
    archive: PackageArchive,
    names: ResourceNames,
    table: PackageTable,
    redact: TextRedactor | None,
    progress: Progress | None,
    formats: frozenset[PackageFormat],
) -> WrittenTable:
    resource, renamed_why = names.name(table.store, table.table)
    forms = RowForms(table, redact)
    files: dict[PackageFormat, Member] = {}
    with ExitStack() as members:  # left in reverse: the growing member first, then the one that waits for it
        if PackageFormat.JSON in formats:
            is_alone = PackageFormat.CSV not in formats
            open_member = archive.growing if is_alone else archive.waiting
            files[PackageFormat.JSON] = members.enter_context(open_member(f"json/{resource}.json"))
        if PackageFormat.CSV in formats:
            files[PackageFormat.CSV] = members.enter_context(archive.growing(f"data/{resource}.csv"))
        _write_rows(table, forms, files, progress)
    return WrittenTable(
        table=table,
        resource=resource,
        renamed_why=renamed_why,
        rows=forms.rows,
        files={form: files[form].file for form in PackageFormat if form in files},
        types=tuple(forms.types),
        preview=tuple(forms.preview),
        replaced_characters=forms.replaced,
        tallies=forms.tallies,
    )


def _write_rows(
    table: PackageTable, forms: RowForms, files: dict[PackageFormat, Member], progress: Progress | None
) -> None:
    as_csv, as_json = files.get(PackageFormat.CSV), files.get(PackageFormat.JSON)
    if as_csv:
        as_csv.write(forms.header())
    if as_json:
        as_json.write(b"[\n")
    # Compressing goes on in a thread beside the next batch: zlib and SHA-256 let other threads run.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="habeas-write") as writer:
        before: Future[None] | None = None
        for batch in batches(table.rows):
            is_first = forms.rows == 0
            columns = forms.columns_of(batch)
            pieces = [(as_csv, forms.csv(columns))] if as_csv else []
            pieces += [(as_json, forms.json(columns, is_first))] if as_json else []
            if before is not None:
                before.result()
            before = writer.submit(_write_pieces, pieces)
            if progress:
                progress(f"{table.store}.{table.table}", forms.rows)
        if before is not None:
            before.result()
    if as_json:
        as_json.write(b"\n]\n")


def _write_pieces(pieces: Iterable[tuple[Member, bytes]]) -> None:
    for member, piece in pieces:
        member.write(piece)
