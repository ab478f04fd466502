"""A row's Customer in SQL (section 2): a column of its own, or that of the row an edge leads to."""

from __future__ import annotations

from dataclasses import dataclass, field

from habeas.program.program import CustomerRoute
from habeas.stores.sql.working import Working


@dataclass(slots=True)
class CustomerExpression:
    """SQL of a row's Customer, and the outer joins that it needs after the row's own table."""

    sql: str = "NULL"
    joins: list[str] = field(default_factory=list)

    @property
    def joined(self) -> str:
        return (" " + " ".join(self.joins)) if self.joins else ""


def customer_of(work: Working, table: str, alias: str) -> CustomerExpression:
    """The Customer of the row `alias` of `table`; NULL where rows of it have none."""
    expression = CustomerExpression()
    found = _follow(work, table, alias, work.node(table).customer, expression.joins, f"{alias}_cu")
    expression.sql = found or _nothing(work)
    return expression


def _nothing(work: Working) -> str:
    """No Customer, in the type of the Customers' key: a bare NULL is text to PostgreSQL, and compares with no number.

    In a store without Customers a number, since a temporary table with a text column takes long to empty.
    """
    top = work.program.customer_table
    if not work.postgresql:
        return "NULL"
    if top is None or top not in work.program.nodes or not work.node(top).key:
        return "CAST(NULL AS integer)"
    return f"CAST(NULL AS {work.live_column(top, work.node(top).key[0]).type})"


def _follow(work: Working, table: str, alias: str, route: CustomerRoute, joins: list[str], stem: str) -> str:
    """The expression at the end of a route; empty where it leads nowhere."""
    if route.column is not None:
        return work.column(alias, route.column)
    found: list[str] = []
    for number, step in enumerate(route.steps):
        if not step.route.known:
            continue
        reference = step.reference
        other = f"{stem}{number}"
        condition = work.joined(
            reference,
            work.live_side(alias, work.bearing_columns(reference)),
            work.live_side(other, reference.target_columns),
        )
        joins.append(f"LEFT JOIN {work.name(reference.target)} {other} ON {condition}")
        if there := _follow(work, reference.target, other, step.route, joins, f"{other}_"):
            found.append(there)
    if not found:
        return ""
    return found[0] if len(found) == 1 else f"COALESCE({', '.join(found)})"


def inside_selection(work: Working, table: str, alias: str) -> CustomerExpression | None:
    """The condition that a row is the selection's Customer's, whose own request changes no other row; None: all may be."""
    if work.customer is None:
        return None
    if not work.node(table).customer.known:
        return CustomerExpression("1 = 0")
    expression = customer_of(work, table, alias)
    wanted = work.customer.replace("'", "''")
    # A row without a Customer is nobody's here, and must not be let through by an unknown answer.
    expression.sql = f"COALESCE(CAST({expression.sql} AS text) = '{wanted}', false)"
    return expression
