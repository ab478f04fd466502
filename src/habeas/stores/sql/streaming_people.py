"""Reads the identities of everybody in a table of people as a stream: nothing is changed, and memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from habeas.datamap.matching import comparable
from habeas.datamap.model import MatchRule
from habeas.program.program import Node, Program
from habeas.stores.sql.customers import customer_of
from habeas.stores.sql.naming_alone import telling_columns
from habeas.stores.sql.working import Working

CHUNK = 5_000  # rows

#: One row of people: its Customer as text, and its identities, as type and the form in which the type compares.
Person = tuple[str | None, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class PeopleStream:
    """The people of one table, without those who bear no telling identity; `chunks` reads them once."""

    connection: Connection
    program: Program
    node: Node

    def chunks(self) -> Iterator[list[Person]]:
        """Chunks of people, read through a cursor that stays on the server where there is one."""
        columns = telling_columns(self.node)
        if not columns:
            return
        work = Working(self.connection, self.program)
        sqlite = work.dialect.name == "sqlite"

        def text(sql: str) -> str:
            # SQLite hands over text that is no UTF-8 only as bytes: such a row must not end the stream.
            return f"CAST(CAST({sql} AS text) AS blob)" if sqlite else f"CAST({sql} AS text)"

        sides = [work.identity_value("x", identity) for identity in columns]
        customer = customer_of(work, self.node.table, "x")
        held = " OR ".join(work.dialect.not_blank(sql, i.family) for sql, i in zip(sides, columns, strict=True))
        query = (
            f"SELECT {text(customer.sql)}, {', '.join(map(text, sides))} "
            f"FROM {work.name(self.node.table)} x{customer.joined} WHERE {held}"
        )
        streamed = self.connection.execution_options(stream_results=True, max_row_buffer=CHUNK)
        with streamed.exec_driver_sql(work.driver_text(query)) as result:
            for rows in result.partitions(CHUNK):
                people: list[Person] = []
                for row in rows:
                    values = [_text(value) for value in row]
                    found = (
                        (i.type, comparable(value, MatchRule(i.rule), i.family))
                        for i, value in zip(columns, values[1:], strict=True)
                        if value is not None
                    )
                    people.append((values[0], tuple((type, form) for type, form in found if form is not None)))
                yield people


def _text(value: str | bytes | None) -> str | None:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
