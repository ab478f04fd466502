"""Whether accounting rows must stay although a person asks for erasure: one question for all of them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from habeas.catalog.tables import Catalog, Table, TypeFamily
from habeas.discovery.naming import words
from habeas.discovery.table_words import last_word

_STRONG = ("invoice", "receipt", "bill", "voucher", "factura", "facture", "rechnung", "fattura")
_WEAK = ("payment", "order", "transaction", "refund", "charge", "sale", "purchase", "payout", "zahlung")
_DATES = ("issued", "invoice", "paid", "payment", "billed", "order", "ordered", "due", "date", "created")


@dataclass(frozen=True, slots=True)
class AccountingQuestion:
    """The table that bears the question, the others it speaks of, and what to write where the answer is yes."""

    table: str
    others: tuple[str, ...]
    question: str
    choices: tuple[str, ...]


def accounting_question(
    catalog: Catalog, owned: Container[str], parts: Mapping[str, Sequence[str]]
) -> AccountingQuestion | None:
    """One question over the owned tables that look like books of account, or None where there are none.

    `parts` are the tables whose rows belong to a table's rows (the lines of invoices): they would stay along.
    """
    found = [t for t in catalog.tables.values() if t.is_base and t.ref in owned and _rank(t) is not None]
    if not found:
        return None
    found.sort(key=lambda t: (_rank(t), t.ref))
    first, others = found[0], tuple(t.ref for t in found[1:])
    named = ", ".join([first.ref, *others])
    along = parts.get(first.ref, ())
    after = _date(first)
    lines = [ref for ref in along if ref not in others]
    more = f", with: [{', '.join(lines)}]" if lines else ""
    keep = f"on_erase: {{keep: {{ground: accounting, after: {after or 'a date column'}{more}}}}}"
    question = f"Must rows of {named} stay for accounting although their person asks for erasure?"
    return AccountingQuestion(first.ref, others, question, (keep, "on_erase: delete"))


def _rank(table: Table) -> int | None:
    last = last_word(table.ref)
    return (*_STRONG, *_WEAK).index(last) if last in (*_STRONG, *_WEAK) else None


def _date(table: Table) -> str | None:
    """The column that a keeping period would start with: the date of issue before the date of the row."""
    dated = [c for c in table.columns if c.family in (TypeFamily.DATE, TypeFamily.DATETIME)]
    for word in _DATES:
        for column in dated:
            if word in words(column.name):
                return column.name
    return dated[0].name if dated else None
