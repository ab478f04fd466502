"""Which identities name the erased person and nobody else: by them alone somebody who comes back is recognised.

An address that a household shares, or that another Customer's contact bears too, still names a row when the person is
gone; whoever looked for the person by it would find a stranger. So would a key: numbers are given again, and names of
accounts are taken by others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from habeas.datamap.matching import comparable, normalise
from habeas.datamap.model import MatchRule
from habeas.program.program import MASKED, IdentityColumn, Node, Program, Verdict
from habeas.program.selection import Identity, Subject
from habeas.stores.sql.finding_people import find_people
from habeas.stores.sql.working import KeyTable, Working

STILL, AGAIN = "still", "again"  # parts of key tables' names


def telling_columns(node: Node) -> tuple[IdentityColumn, ...]:
    """The identity columns of a table of people that tell one from another for good: those that are no key."""
    return tuple(i for i in node.identities if not i.is_key and i.column not in node.key)


def naming_alone(
    work: Working, values: Mapping[str, Collection[str]], *, kind: str | None, customer: str | None
) -> dict[str, set[str]]:
    """Of identity values by type, those that no row of people will bear once the run's verdicts are carried out.

    In the form in which their type compares. Rows that a selection of that kind and Customer can't mean don't count.
    Call it after `decide` and before `change`.
    """
    wanted = sorted(_comparables(work.program, values))
    if not wanted:
        return {}
    subjects = [Subject((Identity(type, value),)) for type, value in wanted]
    standing: set[int] = set()
    for table, root in find_people(work, subjects, kind=kind, customer=customer, prefix=STILL).items():
        query = f"SELECT DISTINCT w.p FROM {root.name} w"
        if table in work.keys:
            masked = ", ".join(str(int(verdict)) for verdict in MASKED)
            query += (
                f" WHERE NOT EXISTS (SELECT 1 FROM {work.keys[table].name} k WHERE "
                + " AND ".join(f"k.c{i} = w.c{i}" for i in range(len(work.node(table).key)))
                + f" AND (k.v = {int(Verdict.ERASE)} OR (k.v IN ({masked}) AND w.ki = 0)))"
            )
        standing.update(int(person) for (person,) in work.rows(query))
    found: dict[str, set[str]] = {}
    for person, (type, value) in enumerate(wanted, 1):
        if person not in standing:
            found.setdefault(type, set()).add(value)
    return found


def who_came_back(
    work: Working,
    alone: Collection[Identity],
    known: Mapping[str, Collection[str]],
    *,
    kind: str | None,
    customer: str | None,
) -> dict[str, KeyTable]:
    """Root tables of the rows of people that bear one of these identities in a telling column, and no other's.

    A row that also bears an identity of a type that the run's people have (`known`), but none of theirs, may be somebody
    who shares a telephone with them: it isn't taken for them.
    """
    if not alone:
        return {}
    subjects = [Subject((identity,)) for identity in alone]
    found: dict[str, KeyTable] = {}
    for table, root in find_people(work, subjects, kind=kind, customer=customer, prefix=AGAIN).items():
        root.count -= work.execute(f"DELETE FROM {root.name} WHERE ki = 1")
        root.count -= _without_others(work, table, root.name, known)
        if root.count:
            found[table] = root
    return found


def _without_others(work: Working, table: str, root: str, known: Mapping[str, Collection[str]]) -> int:
    """Take the rows that bear somebody else's identity out of a root table; how many there were."""
    columns = [i for i in telling_columns(work.node(table)) if i.type in known]
    if not columns:
        return 0
    width = len(work.node(table).key)
    values = ", ".join(f"CAST({work.identity_value('x', i)} AS text)" for i in columns)
    rows = work.rows(
        f"SELECT DISTINCT {work.key_columns(table, 'k')}, {values} "
        f"FROM {root} k JOIN {work.name(table)} x ON {work.same_row(table, 'k', 'x')}"
    )
    theirs = [{normalise(value, MatchRule(i.rule)) for value in known[i.type]} for i in columns]
    gone = 0
    same = " AND ".join(f"c{place} = {work.parameter(f'c{place}')}" for place in range(width))
    for row in rows:
        held = [normalise(v, MatchRule(i.rule)) if v else None for i, v in zip(columns, row[width:], strict=True)]
        if any(form is not None and form not in own for form, own in zip(held, theirs, strict=True)):
            key = {f"c{place}": value for place, value in enumerate(row[:width])}
            gone += work.execute(f"DELETE FROM {root} WHERE {same}", key)
    return gone


def _comparables(program: Program, values: Mapping[str, Collection[str]]) -> set[tuple[str, str]]:
    return {
        (identity.type, form)
        for node in program.people
        for identity in telling_columns(node)
        for value in values.get(identity.type, ())
        if (form := comparable(value, MatchRule(identity.rule), identity.family)) is not None
    }
