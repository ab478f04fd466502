"""The distinct values of type columns, for discovery: class names such as `Contact`, never anything of a person."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name

from habeas.catalog.tables import Catalog

LONGEST_TYPE = 200  # characters; what is longer is no class name


class TypeValues:
    """Answers what discovery asks beyond the catalogue, over one open connection."""

    def __init__(self, connection: sa.Connection, catalog: Catalog) -> None:
        self._connection = connection
        self._catalog = catalog

    def distinct_values(self, table: str, column: str, limit: int) -> Sequence[str]:
        """Up to `limit` distinct non-blank values, as text, in the database's order of text.

        `table` is a reference of the catalogue. An empty table, or a column that isn't there, has none.
        """
        found = self._catalog.tables.get(table)
        if found is None or found.column(column) is None or limit < 1:
            return ()
        value: sa.ColumnClause[str] = sa.column(quoted_name(column, quote=True))
        text = sa.cast(value, sa.Text)
        source = sa.table(quoted_name(found.name, quote=True), value, schema=quoted_name(found.schema, quote=True))
        query = (
            sa.select(text)
            .select_from(source)
            .where(sa.func.length(sa.func.trim(text)).between(1, LONGEST_TYPE))
            .distinct()
            .order_by(text)
            .limit(limit)
        )
        return [str(name) for name in self._connection.execute(query).scalars()]
