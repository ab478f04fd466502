"""Makes and fills temporary tables of ours, as each database does it best.

* SQLite: with a primary key of the live columns' affinity, since its joins would scan a table without one; dropped when
  the run is over.
* PostgreSQL, a batch: made by the query itself, analysed, dropped by the commit.
* PostgreSQL, a few people who are going to be erased: made once for a session, emptied by each commit. Making and
  dropping 25 tables takes longer than erasing a person, and leaves thousands of dead rows in the system's catalogue.
  Without a text column where that can be helped: a TOAST table takes a millisecond to empty, whatever is in it.
  A table's density is known once it was analysed, so that its size tells the planner enough while it stays small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from habeas.stores.sql.working import Working

MANY = 1_000  # rows from which on wrong statistics cost more than making them
KEEP_TABLES = "habeas_keep_tables"  # the execution option of a connection whose transaction is meant to be committed
_KEPT = "habeas kept tables"  # in the session's `info`: (fingerprint of the schema, columns) by name
_Shape = tuple[str, tuple[str, ...]]


class Wanted(NamedTuple):
    """A table to be filled: its name, the live table whose rows it tells of, and a query made by `named`."""

    name: str
    of: str
    query: str
    key: Sequence[str]


class TemporaryTables:
    """The temporary tables of one transaction. `kept` says whether they stay, empty, in the session."""

    def __init__(self, work: Working, *, few: bool) -> None:
        self._work = work
        options = work.connection.get_execution_options()
        self.kept = few and work.postgresql and bool(options.get(KEEP_TABLES))
        self.made: list[str] = []
        self._fresh: dict[str, _Shape] = {}

    @property
    def stem(self) -> str:
        """What names begin with: a kept table and one of a batch may be there at once."""
        return "habeas_kept_" if self.kept else "habeas_"

    def make(self, wanted: Wanted, parameters: Mapping[str, Any] | None = None) -> int:
        """Fill a table; the number of rows."""
        work, (name, _, query, key) = self._work, wanted
        self.made.append(name)
        if self.kept:
            return self._fill(name, query, parameters)
        if work.postgresql:
            # In the key's order the live tables' pages are walked through once, not here and there.
            in_order = f" ORDER BY {', '.join(key)}" if key else ""
            count = work.execute(
                f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT * FROM ({query}) q{in_order}", parameters
            )
            if count:
                self.analyse(name)
            return count
        body = ", ".join(self._typed(wanted))
        if key:
            body += f", PRIMARY KEY ({', '.join(key)})"
        work.execute(f"CREATE TEMPORARY TABLE {name} ({body}){' WITHOUT ROWID' if key else ''}")
        count = work.execute(_insert(name, query), parameters)
        if count:
            self.analyse(name)
        return count

    def analyse(self, name: str) -> None:
        """Let the planner know how many rows a filled table has, where it isn't told otherwise.

        Without that SQLite takes it for a million rows, and reads live tables from end to end instead.
        """
        self._work.execute(f"ANALYZE {'' if self._work.postgresql else 'temp.'}{name}")

    def _typed(self, wanted: Wanted) -> list[str]:
        """SQLite: the columns with the affinity of the live ones, without which it compares, but not by the index."""
        node = self._work.node(wanted.of)
        types = {f"c{i}": self._work.live_column(wanted.of, c).type for i, c in enumerate(node.carried)}
        return [f"{name} {affinity(types[name])}" if name in types else name for name in selected_names(wanted.query)]

    def _fill(self, name: str, query: str, parameters: Mapping[str, Any] | None) -> int:
        work = self._work
        before, shape = self._shape_of(name), self._shape(query)
        if before == shape:
            count = work.execute(_insert(name, query), parameters)
            if count >= MANY:
                work.execute(f"ANALYZE {name}")
            return count
        if before is not None:
            work.execute(f"DROP TABLE {name}")
        count = work.execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DELETE ROWS AS {query}", parameters)
        work.execute(f"ANALYZE {name}")
        self._fresh[name] = shape
        return count

    def make_all(self, wanted: Sequence[Wanted]) -> list[int]:
        """Fill tables whose queries don't need each other: in one round trip if all of them are there."""
        if not self.kept or len(wanted) < 2 or not all(self._is_there(each) for each in wanted):
            return [self.make(each) for each in wanted]
        self.made += [each.name for each in wanted]
        counts = self._work.execute_together([_insert(each.name, each.query) for each in wanted])
        for each, count in zip(wanted, counts, strict=True):
            if count >= MANY:
                self._work.execute(f"ANALYZE {each.name}")
        return counts

    def insert_into_kept(self, wanted: Wanted) -> str | None:
        """The statement that fills a kept table, for whoever runs it; None where the table isn't there yet."""
        if not self.kept or not self._is_there(wanted):
            return None
        self.made.append(wanted.name)
        return _insert(wanted.name, wanted.query)

    def _is_there(self, wanted: Wanted) -> bool:
        return self._shape_of(wanted.name) == self._shape(wanted.query)

    def _shape_of(self, name: str) -> _Shape | None:
        kept: Mapping[str, _Shape] = self._work.connection.info.get(_KEPT, {})
        return self._fresh.get(name) or kept.get(name)

    def _shape(self, query: str) -> _Shape:
        return (self._work.program.catalog.fingerprint, tuple(selected_names(query)))

    def make_unique(self, name: str, key: Sequence[str]) -> None:
        """Let `ON CONFLICT` work: SQLite's tables have their key from the start, kept ones from the first time."""
        if self._work.postgresql and (not self.kept or name in self._fresh):
            self._work.execute(f"ALTER TABLE {name} ADD PRIMARY KEY ({', '.join(key)})")

    def forget(self) -> None:
        """The run is over. Tables that were kept and committed are there for the next one.

        Inside a transaction that goes on (a batch is walked chunk by chunk), the next run finds no table of this one.
        """
        connection = self._work.connection
        if not self._work.postgresql:
            for name in self.made:
                connection.exec_driver_sql(f"DROP TABLE IF EXISTS temp.{name}")
        elif connection.in_transaction():
            stay = connection.info.get(_KEPT, {}) if self.kept else {}
            for verb, names in (
                ("DROP TABLE", [name for name in self.made if name not in stay or name in self._fresh]),
                ("TRUNCATE", [name for name in self.made if name in stay and name not in self._fresh]),
            ):
                if names:
                    connection.exec_driver_sql(f"{verb} {', '.join(dict.fromkeys(names))}")
        elif self._fresh:
            connection.info.setdefault(_KEPT, {}).update(self._fresh)
        self.made.clear()
        self._fresh.clear()


def affinity(declared: str) -> str:
    """The affinity that SQLite gives a column of that type, as a type of its own (its manual, "Datatypes", 3.1)."""
    text = declared.upper()
    for marks, name in ((("INT",), "INTEGER"), (("CHAR", "CLOB", "TEXT"), "TEXT"), (("BLOB",), "BLOB")):
        if any(mark in text for mark in marks):
            return name
    if not text.strip():
        return "BLOB"
    return "REAL" if any(mark in text for mark in ("REAL", "FLOA", "DOUB")) else "NUMERIC"


def _insert(name: str, query: str) -> str:
    return f"INSERT INTO {name} ({', '.join(selected_names(query))}) {query}"


def selected_names(query: str) -> list[str]:
    """The result columns of a query of ours: it begins with `/*a, b*/`, since SQL has no shorter way to tell."""
    assert query.startswith("/*"), "queries for temporary tables name their columns first"
    return [part.strip() for part in query[2 : query.index("*/")].split(",")]


def named(columns: Sequence[str], query: str) -> str:
    """A query with the names of its result columns at its head, for `make`."""
    return f"/*{','.join(columns)}*/ {query}"
