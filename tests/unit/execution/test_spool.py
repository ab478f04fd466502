"""The spool gives back the very keys that were written, and only to whoever has the run's key."""

from __future__ import annotations

import ipaddress
import stat
import tracemalloc
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as clock
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.execution.spool import BATCH_ROWS, SpoolReader, SpoolWriter, remove_spool, spool_path
from habeas.sealing.envelopes import DataKey, SealBroken, Vault
from habeas.sealing.keys import Keys, open_keys

RUN = "20260608-7f3a9c21d0"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return open_keys(tmp_path_factory.mktemp("keys"), {}, create=True)


@pytest.fixture(scope="module")
def key(keys: Keys) -> DataKey:
    return Vault(keys).new_key(f"run:{RUN}")


def back(folder: Path, key: DataKey, rows: list[tuple[Any, ...]], width: int) -> list[tuple[Any, ...]]:
    columns = tuple(f"c{number}" for number in range(width))
    with SpoolWriter(folder, RUN, key) as writer:
        assert writer.write("app", "t", columns, rows) == len(rows)
    batches = list(SpoolReader(folder, RUN, key))
    assert all((b.store, b.table, b.columns) == ("app", "t", columns) for b in batches)
    return [row for batch in batches for row in batch.rows]


VALUES: list[Any] = [
    0,
    -1,
    2**63 - 1,
    10**40,
    True,
    False,
    None,
    "",
    "ünï\n\0'\"",
    "\ud800",
    1.5,
    -0.0,
    float("inf"),
    date(2026, 6, 8),
    datetime(2026, 6, 8, 12, 0, 0, 123456),
    datetime(2026, 6, 8, 12, tzinfo=UTC),
    datetime(2026, 6, 8, 12, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    clock(23, 59, 59, 999999),
    timedelta(days=-3, microseconds=7),
    Decimal("1.10"),
    Decimal("NaN"),
    UUID("12345678-1234-5678-1234-567812345678"),
    b"",
    b"\x00\xff",
    ipaddress.ip_address("192.0.2.1"),
    ipaddress.ip_network("2001:db8::/32"),
    ["a", 1, None, [date(2026, 6, 8)]],
    {"a": {"b": [1, Decimal("2.50")]}, "c": ("x", b"y")},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_with_its_type(tmp_path: Path, key: DataKey, value: Any) -> None:
    rows = [(1, value), (2, None), (3, value)]
    found = back(tmp_path, key, rows, 2)
    assert repr(found) == repr(rows)


def test_values_of_all_types_in_one_column_come_back(tmp_path: Path, key: DataKey) -> None:
    rows = [(value,) for value in VALUES]
    assert repr(back(tmp_path, key, rows, 1)) == repr(rows)


PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.dates(),
    st.datetimes(),
    st.decimals(allow_nan=False, places=3),
    st.uuids(),
)


@given(st.lists(st.tuples(PLAIN, PLAIN), max_size=20))
@settings(max_examples=40, deadline=None)
def test_any_rows_come_back(
    tmp_path_factory: pytest.TempPathFactory, key: DataKey, rows: list[tuple[Any, ...]]
) -> None:
    found = back(tmp_path_factory.mktemp("spool"), key, rows, 2)
    assert found == rows
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in rows]


def test_tables_and_stores_come_back_in_their_order_and_one_by_one(tmp_path: Path, key: DataKey) -> None:
    with SpoolWriter(tmp_path, RUN, key) as writer:
        writer.write("app", "contacts", ("id",), [(1,)])
        writer.write("app", "messages", ("id", "at"), ((n, "x") for n in range(BATCH_ROWS + 1)))
        writer.write("files", "avatars", ("path",), [("a.png",)])
        writer.write("app", "notes", ("id",), [])
        assert writer.rows == BATCH_ROWS + 3
    reader = SpoolReader(tmp_path, RUN, key)
    shape = [(b.store, b.table, b.columns, len(b.rows)) for b in reader]
    assert shape == [
        ("app", "contacts", ("id",), 1),
        ("app", "messages", ("id", "at"), BATCH_ROWS),
        ("app", "messages", ("id", "at"), 1),
        ("files", "avatars", ("path",), 1),
    ]
    assert [(b.store, b.table, b.columns, len(b.rows)) for b in reader] == shape
    assert [b.table for b in reader.of("files")] == ["avatars"]
    assert sum(len(b.rows) for b in reader.of("app", "messages")) == BATCH_ROWS + 1


def test_a_spool_is_private_and_shows_nothing(tmp_path: Path, key: DataKey) -> None:
    with SpoolWriter(tmp_path / ".habeas", RUN, key) as writer:
        writer.write("app", "contacts", ("email",), [("jane@example.com",)])
    path = spool_path(tmp_path / ".habeas", RUN)
    assert b"jane" not in path.read_bytes()
    assert b"contacts" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_parts_of_a_resume_are_read_together_and_a_lost_one_is_noticed(tmp_path: Path, key: DataKey) -> None:
    for part in (1, 2, 3):
        with SpoolWriter(tmp_path, RUN, key, part) as writer:
            writer.write("app", "t", ("id",), [(part,)])
    assert [b.rows for b in SpoolReader(tmp_path, RUN, key, 3)] == [[(1,)], [(2,)], [(3,)]]
    spool_path(tmp_path, RUN, 3).replace(spool_path(tmp_path, RUN, 2))
    with pytest.raises(SealBroken):
        list(SpoolReader(tmp_path, RUN, key, 2))
    with pytest.raises(SealBroken, match="part 3"):
        spool_path(tmp_path, RUN, 2).unlink()
        with SpoolWriter(tmp_path, RUN, key, 2) as writer:
            writer.write("app", "t", ("id",), [(2,)])
        list(SpoolReader(tmp_path, RUN, key, 3))


def test_another_run_or_key_reads_nothing(tmp_path: Path, keys: Keys, key: DataKey) -> None:
    with SpoolWriter(tmp_path, RUN, key) as writer:
        writer.write("app", "t", ("id",), [(1,)])
    with pytest.raises(SealBroken):
        list(SpoolReader(tmp_path, RUN, Vault(keys).new_key(f"run:{RUN}")))
    spool_path(tmp_path, RUN).replace(spool_path(tmp_path, "other"))
    with pytest.raises(SealBroken):
        list(SpoolReader(tmp_path, "other", key))


def test_a_cut_spool_is_noticed(tmp_path: Path, key: DataKey) -> None:
    with SpoolWriter(tmp_path, RUN, key) as writer:
        writer.write("app", "t", ("id",), [(n,) for n in range(50_000)])
    path = spool_path(tmp_path, RUN)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SealBroken):
        list(SpoolReader(tmp_path, RUN, key))


@pytest.mark.parametrize(
    ("columns", "rows", "error"),
    [
        (("id",), [(1, 2)], ValueError),
        (("a", "b"), [(1, 2), (3,)], ValueError),
        (("id",), [(object(),)], TypeError),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    tmp_path: Path,
    key: DataKey,
    columns: tuple[str, ...],
    rows: list[tuple[Any, ...]],
    error: type[Exception],
) -> None:
    with pytest.raises(error), SpoolWriter(tmp_path, RUN, key) as writer:
        writer.write("app", "t", columns, rows)
    assert list((tmp_path / "spool").iterdir()) == []


def test_removing_takes_all_parts_of_one_run_alone(tmp_path: Path, key: DataKey) -> None:
    for run, part in ((RUN, 1), (RUN, 2), (RUN + "f", 1)):
        with SpoolWriter(tmp_path, run, key, part):
            pass
    spool_path(tmp_path, RUN, 3).with_name(f"{RUN}-3.sealed.part").touch()
    assert remove_spool(tmp_path, RUN) == 3
    assert [path.name for path in (tmp_path / "spool").iterdir()] == [f"{RUN}f.sealed"]
    assert remove_spool(tmp_path, RUN) == 0


def test_memory_is_flat_over_many_keys(tmp_path: Path, key: DataKey) -> None:
    with SpoolWriter(tmp_path, RUN, key) as writer:
        writer.write("app", "messages", ("id", "node"), ((2**40 + n, n % 7) for n in range(600_000)))
    tracemalloc.start()
    total = sum(len(batch.rows) for batch in SpoolReader(tmp_path, RUN, key))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 600_000
    assert peak < 16 << 20
