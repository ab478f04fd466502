"""What must hold of every erasure, whatever the schema: properties of the oracle, seen on random worlds.

They need no engine: an oracle that broke one of these would be no judge of anything.
"""

from __future__ import annotations

from hypothesis import assume, event, given
from tests.oracle.aftermath import erase, erase_one
from tests.oracle.company import Asked, Refused, Rows
from tests.oracle.decision import ERASE, MASK, decide_access, matches, reach
from tests.oracle.references import Links, references_of
from tests.oracle.settling import settled, without_random
from tests.strategies.databases import filled_sqlite
from tests.strategies.profiles import ORACLE_EXAMPLES, looking_at
from tests.strategies.worlds import World, worlds


def erased(world: World) -> Rows:
    """The world after its selection left; refused selections are no example."""
    try:
        return erase(world.company, world.rows, world.asked)
    except Refused as refused:
        event(refused.code)
        assume(False)
        raise


@looking_at(ORACLE_EXAMPLES)
@given(worlds())
def test_random_worlds_satisfy_their_own_constraints(world: World) -> None:
    filled_sqlite(world.company, world.rows, ":memory:").close()


@looking_at(ORACLE_EXAMPLES)
@given(worlds())
def test_what_is_left_satisfies_every_declared_constraint(world: World) -> None:
    filled_sqlite(world.company, settled(erased(world)), ":memory:").close()


@looking_at(ORACLE_EXAMPLES, share=0.5)
@given(worlds(only="person") | worlds(only="both") | worlds(only="customer"))
def test_erasing_again_changes_nothing_but_random_values(world: World) -> None:
    # A kept row that is out of reach the second time is any row that remains, and lets go of what it refers to.
    assume(not any(isinstance(e.get("on_erase"), dict) for e in world.company.map["tables"].values()))
    # One token in both columns of a row that joins its own table makes the row join itself from then on.
    assume(not any(r.value_join and r.table == r.target for r in references_of(world.company)))
    once = settled(erased(world))
    twice = erase(world.company, once, world.asked)
    assert without_random(twice) == without_random(once)


@looking_at(ORACLE_EXAMPLES, share=0.5)
@given(worlds(held=True))
def test_what_an_exclusion_reaches_does_not_change(world: World) -> None:
    after = erased(world)
    links = Links(world.company, world.rows)
    for exclusion in world.asked.exclusions:
        groups = matches(links, exclusion, Asked())
        for row in reach(links, set().union(*groups.values())):
            assert links.row[row] in after[row[0]]


@looking_at(ORACLE_EXAMPLES, share=0.5)
@given(worlds())
def test_nobody_is_found_again_by_e_mail_but_in_rows_that_were_kept_or_held(world: World) -> None:
    assume(len(world.asked.people) == 1 and any(type_ == "email" for type_, _ in world.asked.people[0]))
    person = tuple(identity for identity in world.asked.people[0] if identity[0] == "email")
    asked = Asked((person,), world.asked.customer, world.asked.kind, True, True, world.asked.exclusions)
    try:
        after, verdicts, _ = erase_one(world.company, world.rows, asked, person)
    except Refused:
        assume(False)
        raise
    found = matches(Links(world.company, after), person, asked)
    stayed = {r for r, v in verdicts.verdict.items() if v not in (ERASE, MASK)}
    for (kind, customer), rows in found.items():
        if asked.customer is None or str(customer) == asked.customer:
            allowed = [world.rows[t][i]["email"] for t, i in stayed if t == world.company.map["people"][kind]["table"]]
            assert all(after[t][i]["email"] in allowed for t, i in rows)


@looking_at(ORACLE_EXAMPLES, share=0.5)
@given(worlds(only="both") | worlds(only="customer"))
def test_a_customers_request_erases_and_masks_rows_of_that_customer_alone(world: World) -> None:
    assume(world.asked.customer is not None)
    links = Links(world.company, world.rows)
    person = world.asked.people[0] if world.asked.people else None
    try:
        _, verdicts, written = erase_one(world.company, world.rows, world.asked, person)
    except Refused:
        assume(False)
        raise
    for row, verdict in verdicts.verdict.items():
        if verdict in (ERASE, MASK):
            assert str(links.customer[row]) == world.asked.customer
    for row, columns in written.items():
        if columns and str(links.customer[row]) != world.asked.customer:
            bearing = {c for r, _ in links.bearing[row] for c in (*r.columns, *r.mask)}
            assert set(columns) <= bearing, "no more than a reference is taken out of another Customer's row"


def copies_in(world: World, table: str) -> set[str]:
    """Columns of the table that are declared copies: they follow their original, whoever's row they stand in."""
    said = (c for entry in world.company.map["tables"].values() for c in (entry.get("columns") or {}).values())
    copies = (copy for column in said if isinstance(column, dict) for copy in column.get("copies", ()))
    return {name for owner, _, name in (copy.rpartition(".") for copy in copies) if owner == table}


@looking_at(ORACLE_EXAMPLES, share=0.5)
@given(worlds(only="person"))
def test_rows_out_of_reach_lose_no_more_than_references(world: World) -> None:
    try:
        _, verdicts, written = erase_one(world.company, world.rows, world.asked, world.asked.people[0])
    except Refused:
        assume(False)
        raise
    links = Links(world.company, world.rows)
    for row, columns in written.items():
        if row not in verdicts.right:
            bearing = {c for r, _ in links.bearing[row] for c in (*r.columns, *r.mask)}
            assert set(columns) <= bearing | copies_in(world, row[0])


@looking_at(ORACLE_EXAMPLES, share=0.5)
@given(worlds(only="person"))
def test_erasure_changes_only_what_access_shows_or_what_refers_to_it(world: World) -> None:
    asked = world.asked
    try:
        _, verdicts, written = erase_one(world.company, world.rows, asked, asked.people[0])
    except Refused:
        assume(False)
        raise
    shown = decide_access(world.company, world.rows, asked)
    assert shown.right == verdicts.right
    links = Links(world.company, world.rows)
    for row, columns in written.items():
        if set(columns) - copies_in(world, row[0]) and row not in shown.right:
            assert any(verdicts.departs(target) for _, target in links.bearing[row])


@looking_at(ORACLE_EXAMPLES, share=0.5)
@given(worlds(only="batch"))
def test_mentioning_a_person_twice_is_mentioning_them_once(world: World) -> None:
    asked = world.asked
    first = asked.people[0]
    once = Asked((first,), None, asked.kind, True, True, asked.exclusions)
    twice = Asked((first, first), None, asked.kind, True, True, asked.exclusions)
    try:
        after = erase(world.company, world.rows, once)
    except Refused:
        assume(False)
        raise
    assert without_random(erase(world.company, world.rows, twice)) == without_random(after)
