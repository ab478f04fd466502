"""The suite's own servers give each test a fresh empty database."""

from __future__ import annotations

import sqlalchemy as sa


def test_a_database_is_there_and_empty(database_url: str) -> None:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names() == []
        connection.execute(sa.text("CREATE TABLE things (id integer PRIMARY KEY)"))
        assert connection.execute(sa.text("SELECT count(*) FROM things")).scalar_one() == 0
    engine.dispose()


def test_databases_do_not_share_tables(database_url: str) -> None:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names() == []
    engine.dispose()
