"""The same generator fills PostgreSQL with the same rows, and with keys, indexes and triggers of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.integration.demo.contents import engine_of, rows_of

from habeas.demo import schema
from habeas.demo.company import build


def test_both_dialects_hold_the_same_rows(postgresql_url: str, tmp_path: Path) -> None:
    there = build(postgresql_url, people=200, seed=3)
    here = build(tmp_path / "app.db", people=200, seed=3)
    assert there.rows == here.rows
    with engine_of(postgresql_url).connect() as theirs, engine_of(tmp_path / "app.db").connect() as ours:
        for table in schema.tables():
            assert list(rows_of(theirs, table)) == list(rows_of(ours, table)), table


def test_keys_triggers_and_numbers_work(postgresql_url: str, tmp_path: Path) -> None:
    build(postgresql_url, people=200)
    with engine_of(postgresql_url).begin() as connection:
        keys = connection.execute(sa.text("SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"))
        assert len(keys.all()) == sum(" REFERENCES " in line for t in schema.tables().values() for line in t.lines)
        conversation, count = connection.execute(sa.text("SELECT id, messages_count FROM conversations LIMIT 1")).one()
        added = connection.execute(
            sa.text("INSERT INTO messages (conversation_id, body, sent_at) VALUES (:c, 'x', now()) RETURNING id"),
            {"c": conversation},
        ).scalar_one()
        assert added == connection.execute(sa.text("SELECT max(id) FROM messages")).scalar_one()
        counted = sa.text("SELECT messages_count FROM conversations WHERE id = :c")
        assert connection.execute(counted, {"c": conversation}).scalar_one() == count + 1
        connection.execute(sa.text("DELETE FROM messages WHERE id = :m"), {"m": added})
        assert connection.execute(counted, {"c": conversation}).scalar_one() == count
        assert connection.execute(sa.text("SELECT count(*) FROM open_conversations")).scalar_one() > 0


def test_a_build_that_fails_leaves_an_empty_database(postgresql_url: str) -> None:
    def interrupt(done: int, _: int) -> None:
        if done > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(postgresql_url, people=200, progress=interrupt)
    with engine_of(postgresql_url).connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_a_database_with_tables_of_these_names_is_left_alone(postgresql_url: str) -> None:
    with engine_of(postgresql_url).begin() as connection:
        connection.execute(sa.text("CREATE TABLE contacts (id int)"))
    with pytest.raises(FileExistsError, match="has a table contacts already"):
        build(postgresql_url, people=200)
    with engine_of(postgresql_url).connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["contacts"]
