"""What a run has in its hands inside one transaction: the connection, and the key tables that it has filled.

Keys stay in the store while a run works: for each table of the program a temporary table holds the keys that were reached,
the columns that references need, and what was decided. Its columns are `c0, c1, …` (the node's carried columns, keys
first), `cu` (the row's Customer), `r` (right), `root`, `v` (verdict), `via` (the reference by which it came), `b` (the reference that
blocks it), and `o0, a0, …` (whether a path of ownership, or of access, shows the hideable column).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from habeas.catalog.tables import Column, Table
from habeas.datamap.model import MatchRule
from habeas.program.program import IdentityColumn, Node, Program, Reference
from habeas.stores.sql.counting import Tally
from habeas.stores.sql.dialects import Dialect, dialect_named
from habeas.stores.sql.round_trips import Answer, RoundTrips
from habeas.stores.sql.temporary_tables import MANY, TemporaryTables, Wanted
from habeas.stores.sql.temporary_tables import named as named

Row = tuple[Any, ...]
MARK = "\x02"  # stands around a parameter's name until the driver's own style is written


@dataclass(slots=True)
class KeyTable:
    """A key table that exists: its name and how many rows were put into it.

    `remembered`: a root table of a former run's rows, whose carried values may be older than the live row's.
    """

    name: str
    count: int
    remembered: bool = False


@dataclass
class Working:
    """One transaction's state. `keys` holds the reach; tables without a row have no key table."""

    connection: Connection
    program: Program
    keys: dict[str, KeyTable] = field(default_factory=dict)
    holds: dict[str, KeyTable] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)  # of `keys`, once everything is decided
    few: bool = False  # about a few people: the transaction will touch few rows
    customer: str | None = None  # the selection's Customer
    remembers: bool = False  # some roots are of a former run, as they were then
    statements: int = 0
    mask_key: bytes | None = field(default=None, repr=False)  # of keyed hashes; a run that changes nothing needs none
    observe: Callable[[str], None] | None = None  # told before and after every statement
    _later: list[tuple[str, str]] = field(default_factory=list)  # (table, statement), to go with the next
    _foreseen: list[str] = field(default_factory=list)
    _answers: dict[str, list[Row]] = field(default_factory=dict)  # of foreseen queries, until they are asked

    def __post_init__(self) -> None:
        self.dialect: Dialect = dialect_named(self.program.catalog.dialect)
        self.numbers = {table: number for number, table in enumerate(self.program.nodes)}
        self.postgresql = self.dialect.name == "postgresql"
        self.with_customers = any(node.customer.known for node in self.program.nodes.values())
        self.temporary = TemporaryTables(self, few=self.few)
        self._trips = RoundTrips(self.connection, prepare=self.temporary.kept)

    # -- statements ---------------------------------------------------------------------------------

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run a statement; the number of rows it touched."""
        if self.temporary.kept and not parameters:
            return self._together([sql])[0][0]
        count: int = self._run(sql, parameters).rowcount
        return count

    def settle(self, table: str, sql: str) -> int:
        """Change verdicts in a table's key table; how many. Many changes make its statistics anew.

        Without that PostgreSQL expects no row of a verdict that hardly any row had before, and nests loops.
        """
        self._forget_answers()
        changed = self.execute(sql)
        self._analyse_if_many(table, changed)
        return changed

    def settle_later(self, table: str, sql: str) -> None:
        """The same where nobody waits for the count: in the next statement's round trip, if there are few people."""
        if self.temporary.kept:
            self._later.append((table, sql))
        else:
            self.settle(table, sql)

    def _analyse_if_many(self, table: str, changed: int) -> None:
        if self.postgresql and changed >= MANY:
            self.execute(f"ANALYZE {self.keys[table].name}")

    def foresee(self, queries: Iterable[str]) -> None:
        """Queries that are going to be asked before the first change: if there are few people, in one round trip."""
        if self.temporary.kept:
            self._foreseen = list(dict.fromkeys(queries))

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Run a query and fetch everything (for results that are small by their nature)."""
        if sql in self._foreseen:
            asked, self._foreseen = self._foreseen, []
            self._answers = {query: rows for query, (_, rows) in zip(asked, self._together(asked), strict=True)}
        if sql in self._answers:
            return self._answers.pop(sql)
        if self.temporary.kept and not parameters:
            return self._together([sql])[0][1]
        return [tuple(row) for row in self._run(sql, parameters).fetchall()]

    def scalar(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """The one value of a query."""
        return self.rows(sql, parameters)[0][0]

    def _forget_answers(self) -> None:
        self._foreseen.clear()
        self._answers.clear()

    def _run(self, sql: str, parameters: Mapping[str, Any] | None) -> Any:
        if self._later:
            self._together([])
        self.statements += 1
        if self.observe is None:
            return self.connection.exec_driver_sql(self.driver_text(sql), parameters or None)
        self.observe(f"before statement {self.statements}")
        result = self.connection.exec_driver_sql(self.driver_text(sql), parameters or None)
        self.observe(f"after statement {self.statements}")
        return result

    def execute_together(self, statements: Sequence[str]) -> list[int]:
        """Run statements without parameters, in one round trip where the driver can; the rows each touched."""
        if not self.postgresql or len(statements) < 2:
            return [self.execute(statement) for statement in statements]
        self._forget_answers()
        return [touched for touched, _ in self._together(statements)]

    def rows_together(self, queries: Sequence[str]) -> list[list[Row]]:
        """Run small queries without parameters in the same way; the rows of each."""
        if not self.postgresql or len(queries) < 2 or any(query in self._foreseen for query in queries):
            return [self.rows(query) for query in queries]
        if all(query in self._answers for query in queries):
            return [self._answers.pop(query) for query in queries]
        return [rows for _, rows in self._together(queries)]

    def _together(self, statements: Sequence[str]) -> list[Answer]:
        later, self._later = self._later, []
        answers = self._sent([*(sql for _, sql in later), *statements])
        for (table, _), (changed, _) in zip(later, answers, strict=False):
            self._analyse_if_many(table, changed)
        return answers[len(later) :]

    def _sent(self, statements: Sequence[str]) -> list[Answer]:
        self.statements += 1
        if self.observe is None:
            return self._trips.send(statements)
        self.observe(f"before statement {self.statements}")
        answers = self._trips.send(statements)
        self.observe(f"after statement {self.statements}")
        return answers

    def insert_many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write rows to a temporary table of ours, in the quickest way the driver has."""
        names = ", ".join(columns)
        if self.postgresql:
            cursor = self.connection.connection.cursor()
            try:
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            finally:
                cursor.close()
            return
        marks = ", ".join("?" for _ in columns)
        batch = [tuple(row) for row in rows]
        if batch:
            self.connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", batch)

    def driver_text(self, sql: str) -> str:
        """Parameters in the driver's own style; a `%` of a name is doubled, since psycopg reads it even without any."""
        if self.postgresql:
            sql = sql.replace("%", "%%")
        parts = sql.split(MARK)
        style = "%({})s" if self.postgresql else ":{}"
        return "".join(part if i % 2 == 0 else style.format(part) for i, part in enumerate(parts))

    @staticmethod
    def parameter(name: str) -> str:
        """A parameter's place in a statement."""
        return f"{MARK}{name}{MARK}"

    # -- names ---------------------------------------------------------------------------------------

    def node(self, table: str) -> Node:
        return self.program.nodes[table]

    def live(self, table: str) -> Table:
        return self.program.catalog.tables[table]

    def name(self, table: str) -> str:
        """The live table's quoted name."""
        return self.dialect.table(self.live(table))

    def column(self, alias: str, name: str) -> str:
        return f"{alias}.{self.dialect.quote(name)}"

    def key_name(self, table: str, prefix: str = "k") -> str:
        """The name of a table's key table; numbered, since names of live tables may be long."""
        return f"{self.temporary.stem}{prefix}{self.numbers[table]}"

    def carried(self, table: str, column: str, alias: str = "k") -> str:
        """A carried column of a key table, by the live column's name."""
        return f"{alias}.c{self.node(table).carried.index(column)}"

    def same_row(self, table: str, key_alias: str, row_alias: str) -> str:
        """The condition that a key table's row names a live row."""
        return " AND ".join(
            f"{key_alias}.c{i} = {self.column(row_alias, c)}" for i, c in enumerate(self.node(table).key)
        )

    def key_columns(self, table: str, alias: str = "") -> str:
        """`c0, c1`: the key within a key table."""
        before = f"{alias}." if alias else ""
        return ", ".join(f"{before}c{i}" for i in range(len(self.node(table).key)))

    def live_key(self, table: str, alias: str) -> str:
        """The key's live columns."""
        return ", ".join(self.column(alias, c) for c in self.node(table).key)

    # -- comparisons ---------------------------------------------------------------------------------

    def joined(self, reference: Reference, bearing: Mapping[str, str], target: Mapping[str, str]) -> str:
        """The condition that a bearing row refers to a target row (section 1).

        `bearing` and `target` give SQL for the columns of either side. NULL never compares equal; blank text is filtered.
        """
        conditions = []
        for own, other, rule in zip(reference.columns, reference.target_columns, reference.rules, strict=True):
            here = self.live_column(reference.table, own)
            there = self.live_column(reference.target, other)
            left, right = bearing[own], target[other]
            if reference.value_join:
                how = MatchRule(rule)
                left = self.dialect.match_expression(left, how, here.family, binary=here.binary)
                right = self.dialect.match_expression(right, how, there.family, binary=there.binary)
            if not _comparable(here, there):
                # SQLite would say that '1' and 1 differ; a side that is text already keeps its index
                left = left if _plain_text(here) else f"CAST({left} AS text)"
                right = right if _plain_text(there) else f"CAST({right} AS text)"
            conditions.append(f"{left} = {right}")
            if not reference.declared and _textual(here):
                conditions.append(self.dialect.not_blank(bearing[own], here.family))
        if reference.type_column is not None:
            conditions.append(self.kind_is(reference, bearing[reference.type_column]))
        return " AND ".join(conditions)

    def kind_is(self, reference: Reference, column: str) -> str:
        """The condition that a pair's type column says the reference's type."""
        value = str(reference.type_value).replace("'", "''")
        if self.postgresql and not _textual(self.live_column(reference.table, str(reference.type_column))):
            column = f"CAST({column} AS text)"
        return f"{column} = '{value}'"

    def live_column(self, table: str, name: str) -> Column:
        column = self.live(table).column(name)
        assert column is not None, f"{table}.{name} was compiled and is gone"
        return column

    def identity_value(self, alias: str, identity: IdentityColumn) -> str:
        """SQL of the value in which an identity is looked up: the column's, or that of a leaf of its JSON."""
        column = self.column(alias, identity.column)
        return self.dialect.leaf_text(column, identity.keys) if identity.keys else column

    def live_side(self, alias: str, names: Sequence[str]) -> dict[str, str]:
        return {name: self.column(alias, name) for name in names}

    def carried_side(self, table: str, alias: str, names: Sequence[str]) -> dict[str, str]:
        return {name: self.carried(table, name, alias) for name in names}

    def bearing_columns(self, reference: Reference) -> tuple[str, ...]:
        return (*reference.columns, *((reference.type_column,) if reference.type_column else ()))

    def same(self, left: str, right: str) -> str:
        """Equality in which NULL equals NULL."""
        return f"{left} IS NOT DISTINCT FROM {right}" if self.postgresql else f"{left} IS {right}"

    # -- temporary tables ------------------------------------------------------------------------------

    def make_table(
        self, name: str, of: str, query: str, key: Sequence[str], parameters: Mapping[str, Any] | None = None
    ) -> int:
        """Fill a temporary table of a live table's rows; the number of rows. They live as long as the transaction."""
        return self.temporary.make(Wanted(name, of, query, key), parameters)

    def make_table_later(self, name: str, of: str, query: str, key: Sequence[str]) -> None:
        """The same where nobody waits for the number of rows: with the next statement, if the table is kept."""
        if (insert := self.temporary.insert_into_kept(Wanted(name, of, query, key))) is None:
            self.make_table(name, of, query, key)
        else:
            self._later.append((of, insert))

    def make_tables(self, wanted: Sequence[Wanted]) -> list[int]:
        """The same for tables that don't need each other."""
        return self.temporary.make_all(wanted)

    @property
    def made(self) -> list[str]:
        """The temporary tables filled so far."""
        return self.temporary.made

    def clean_up(self) -> None:
        """Leave no row of ours on the connection, and forget the keys."""
        self._later.clear()
        self._forget_answers()
        self.temporary.forget()
        self.keys.clear()
        self.holds.clear()
        self.tallies.clear()


def _textual(column: Column) -> bool:
    return column.family.value in ("text", "enum")


def _plain_text(column: Column) -> bool:
    """Whether the column compares with text, letter by letter, without a cast."""
    named = column.type.lower().startswith(("text", "varchar", "character varying"))
    return column.family.value == "text" and column.binary and named


def _comparable(left: Column, right: Column) -> bool:
    """Whether a database compares the two types without a cast."""
    numeric = ("integer", "number")
    if left.family == right.family:
        return left.family.value != "other" or left.type == right.type
    return left.family.value in numeric and right.family.value in numeric
