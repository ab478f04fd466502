from __future__ import annotations

import csv
import hashlib
import io
import json
import stat
import tracemalloc
import zipfile
import zipimport
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from habeas.catalog.tables import TypeFamily
from habeas.delivery.packing import write_package
from habeas.diagnostics import Refused

TEXTS = st.text() | st.text(st.sampled_from("=+-@\t\r\n\"',;\0\x01\x0b\u2028é王ش😀\u202e'x1")) | st.none()
HOLDABLE = str.maketrans({"\0": "\ufffd"} | {chr(c): "\ufffd" for c in range(0xD800, 0xE000)})


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=8))
@example([("=cmd|'/c calc'!A0", "'=", "\0"), (None, "", "\r\n"), ("\ud800", '"', "مرحبا")])
def test_csv_and_json_give_back_what_went_in(shared_packages: Any, rows: list[tuple[str | None, ...]]) -> None:
    made = shared_packages
    opened = made.make(made.table(rows, [made.column(n) for n in ("a", 'b "q", %s', "c")]))
    written = opened.csv("app.notes")
    assert written == [[(v or "").translate(HOLDABLE) for v in row] for row in rows]
    assert [tuple(o.values()) for o in opened.json("app.notes")] == rows
    assert opened.summary.rows == len(rows)


def test_null_and_empty_text_differ_in_json_alone(packages: Any) -> None:
    opened = packages.make(packages.table([(None, "")]))
    assert opened.csv("app.notes") == [["", ""]]
    assert opened.json("app.notes") == [{"a": None, "b": ""}]


def test_ten_megabytes_in_one_cell(packages: Any) -> None:
    huge = 'quote " comma , line\n' * 500_000
    opened = packages.make(packages.table([(huge, "x")]))
    limit = csv.field_size_limit(len(huge) + 1)
    try:
        assert opened.csv("app.notes") == [[huge, "x"]]
    finally:
        csv.field_size_limit(limit)
    assert opened.json("app.notes")[0]["a"] == huge
    assert len(opened.page) < 60_000


def test_zero_rows_and_zero_tables(packages: Any) -> None:
    opened = packages.make(packages.table([]))
    assert opened.raw_csv("app.notes") == [["a", "b"]]
    assert opened.json("app.notes") == []
    nothing = packages.make(header=packages.header(groups=()))
    assert sorted(nothing.members) == ["datapackage.json", "index.html"]
    assert nothing.description["resources"] == []
    assert "Nothing was found" in nothing.page


def test_a_table_without_columns(packages: Any) -> None:
    opened = packages.make(packages.table([], columns=()))
    assert opened.json("app.notes") == []


def test_hidden_columns_are_empty_whatever_the_rows_hold(packages: Any) -> None:
    columns = [packages.column("a"), packages.column("note", hidden=True)]
    opened = packages.make(packages.table([("x", "SECRET-1"), ("y", "SECRET-2")], columns))
    assert opened.csv("app.notes") == [["x", ""], ["y", ""]]
    assert [o["note"] for o in opened.json("app.notes")] == [None, None]
    assert not any(b"SECRET" in content for content in opened.members.values())
    assert opened.description["resources"][0]["habeas"]["hiddenColumns"] == ["note"]


def test_a_typed_column_that_holds_text_is_escaped_from_there_on(packages: Any) -> None:
    def rows() -> Iterator[tuple[str, str]]:
        yield from ((str(-n), "x") for n in range(3_000))  # more than one batch
        yield ("=1+1", "x")
        yield ("-5", "x")

    columns = [packages.column("n", TypeFamily.INTEGER), packages.column("b")]
    opened = packages.make(packages.table(rows(), columns))
    cells = [row[0] for row in opened.raw_csv("app.notes")[1:]]
    assert cells[-2:] == ["'=1+1", "-5"] and cells[2_999] == "-2999"
    assert opened.description["resources"][0]["schema"]["fields"][0]["type"] == "string"


def test_names_are_lower_case_and_each_its_own(packages: Any) -> None:
    opened = packages.make(
        packages.table([], table="Invoices"),
        packages.table([], table="invoices"),
        packages.table([], table="größe/..x"),
    )
    names = [r["name"] for r in opened.description["resources"]]
    assert names == ["app.invoices", "app.invoices-2", "app.gr-e-..x"]
    assert "same name" in opened.description["resources"][1]["habeas"]["renamed"]
    assert "data/app.invoices-2.csv" in opened.members


def test_sizes_and_hashes_are_those_of_the_files(packages: Any) -> None:
    opened = packages.make(packages.table([("=1", "é\0")]))
    resource = opened.description["resources"][0]
    for file in (resource, resource["habeas"]["json"]):
        content = opened.members[file["path"]]
        assert file["bytes"] == len(content)
        assert file["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert resource["habeas"]["replacedCharacters"] == 1
    assert opened.summary.bytes == packages.target.stat().st_size


@pytest.mark.parametrize("form", ["csv", "json"])
def test_one_format_alone(packages: Any, form: str) -> None:
    opened = packages.make(packages.table([("x", None)]), formats={form})
    assert [n for n in opened.members if "/" in n] == [
        {"csv": "data/app.notes.csv", "json": "json/app.notes.json"}[form]
    ]
    assert opened.description["resources"][0]["format"] == form


def test_a_stream_that_cannot_seek(packages: Any) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.parts: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.parts.append(bytes(data))
            return len(data)

    pipe = Pipe()
    tables = [packages.table([("x", "y")]), packages.table([("z", None)], table="more")]
    summary = write_package(pipe, packages.header(), tables)  # type: ignore[arg-type]
    content = b"".join(pipe.parts)
    assert summary.path is None and summary.bytes == len(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert b'"a": "z"' in archive.read("json/app.more.json")


def test_another_reader_takes_the_archive(packages: Any) -> None:
    rows = [(str(n), "x" * 50) for n in range(60_000)]  # so many that the waiting member leaves memory
    opened = packages.make(packages.table(rows))
    other = zipimport.zipimporter(str(packages.target))  # Python's second, independent reader of zip files
    for name, content in opened.members.items():
        assert other.get_data(str(packages.target / name)) == content
    assert len(opened.json("app.notes")) == 60_000


def test_equal_input_gives_equal_bytes(packages: Any) -> None:
    packages.make(packages.table([("x", "y")]))
    first = packages.target.read_bytes()
    packages.make(packages.table([("x", "y")]))
    assert packages.target.read_bytes() == first


def test_only_the_owner_may_read_it(packages: Any) -> None:
    packages.make(packages.table([]))
    assert stat.S_IMODE(packages.target.stat().st_mode) == 0o600


def test_a_file_in_the_way_stays(packages: Any) -> None:
    packages.target.write_text("another person's")
    with pytest.raises(Refused) as refusal:
        write_package(packages.target, packages.header(), [packages.table([])])
    assert refusal.value.findings[0].code == "package-exists"
    assert packages.target.read_text() == "another person's"
    assert [p.name for p in packages.folder.iterdir()] == ["package.zip"]


def test_a_file_that_comes_while_the_package_is_written_stays(packages: Any) -> None:
    def rows() -> Iterator[tuple[str, str]]:
        packages.target.write_text("came first")
        yield ("x", "y")

    with pytest.raises(Refused):
        write_package(packages.target, packages.header(), [packages.table(rows())])
    assert packages.target.read_text() == "came first"
    assert len(list(packages.folder.iterdir())) == 1


def test_rows_that_fail_leave_nothing(packages: Any) -> None:
    def rows() -> Iterator[tuple[str, str]]:
        yield from (("x", "y") for _ in range(5_000))
        raise ConnectionError("gone")

    packages.target.write_text("before")
    with pytest.raises(ConnectionError):
        write_package(packages.target, packages.header(), [packages.table(rows())], overwrite=True)
    assert packages.target.read_text() == "before"
    assert [p.name for p in packages.folder.iterdir()] == ["package.zip"]


def test_a_folder_that_is_not_there(packages: Any) -> None:
    with pytest.raises(Refused) as refusal:
        write_package(packages.folder / "no" / "p.zip", packages.header(), [])
    assert refusal.value.findings[0].code == "package-not-written"


@pytest.mark.parametrize("rows", [[("x",)], [("x", "y", "z")], [("x", "y"), ("x",)]])
def test_rows_that_do_not_fit_their_columns(packages: Any, rows: list[tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match=r"app\.notes") as problem:
        write_package(packages.target, packages.header(), [packages.table(rows)])
    assert "'x'" not in str(problem.value)
    assert not packages.target.exists()


def test_progress_counts_rows(packages: Any) -> None:
    seen: list[tuple[str, int]] = []
    packages.make(packages.table(("x", "y") for _ in range(4_500)), progress=lambda *step: seen.append(step))
    assert seen == [("app.notes", 2_000), ("app.notes", 4_000), ("app.notes", 4_500)]


def test_memory_stays_flat(packages: Any) -> None:
    def written(count: int) -> int:
        tracemalloc.start()
        rows = ((f"{n:09}", "text " * 10) for n in range(count))
        try:
            write_package(packages.target, packages.header(), [packages.table(rows)], overwrite=True)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert written(40_000) < 1.3 * written(10_000) + 1_500_000  # a waiting member keeps up to 1 MiB in memory


def test_huge_cells_do_not_add_up(packages: Any) -> None:
    rows = (("x" * 2_000_000, None) for _ in range(20))
    tracemalloc.start()
    try:
        write_package(packages.target, packages.header(), [packages.table(rows)], overwrite=True)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


def test_the_summary_holds_no_value(packages: Any) -> None:
    opened = packages.make(packages.table([("jane@example.com", "Jane")]))
    words = json.dumps(opened.summary.as_json())
    assert "jane" not in words.lower().replace(str(Path(packages.target)).lower(), "")
    assert opened.summary.as_json()["tables"][0]["rows"] == 1


def test_a_moment_without_a_time_zone_is_refused(packages: Any) -> None:
    with pytest.raises(ValueError, match="time zone"):
        packages.header(prepared_at=datetime(2026, 1, 1))
