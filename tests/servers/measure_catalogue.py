"""Measures how long a large PostgreSQL catalogue takes to read: `python tests/servers/measure_catalogue.py [TABLES]`.

By default 1,000 tables of 10 columns with 2,000 foreign keys and an index for each. Prints the best and the median of
five readings, in seconds. A figure to look at, and no test: it depends on the machine.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.servers.postgresql import running_postgresql

from habeas.stores.sql.connecting import open_engine
from habeas.stores.sql.reading_catalogue import read_catalogue


def main(tables: int) -> None:
    with running_postgresql() as server, server.database() as url:
        engine = open_engine(url)
        columns = ", ".join(f"c{number} varchar(40) DEFAULT 'x'" for number in range(7))
        with engine.begin() as connection:
            for number in range(tables):
                up, across = max(number - 1, 0), number // 2
                connection.exec_driver_sql(
                    f"CREATE TABLE t{number} (id bigint PRIMARY KEY, up bigint REFERENCES t{up} ON DELETE CASCADE,"
                    f" across bigint REFERENCES t{across}, {columns})"
                )
                connection.exec_driver_sql(f"CREATE INDEX ON t{number} (up)")
                connection.exec_driver_sql(f"CREATE INDEX ON t{number} (across)")
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
        spent = []
        for _ in range(5):
            with engine.connect() as connection:
                started = time.perf_counter()
                catalog = read_catalogue(connection)
                spent.append(time.perf_counter() - started)
        engine.dispose()
    keys = sum(len(table.foreign_keys) for table in catalog.tables.values())
    print(
        f"{len(catalog.tables)} tables, {keys} keys: {min(spent):.3f} s best, {statistics.median(spent):.3f} s median"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
