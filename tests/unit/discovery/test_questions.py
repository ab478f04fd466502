from __future__ import annotations

from habeas.discovery.questions import Candidate, Weight, allowance, choose


def edge(table: str, name: str = "order_id", weight: Weight = Weight.EDGE) -> Candidate:
    return Candidate(("tables", table, "edges", name), weight, f"{table}?", ("as: lookup",), ("edge", "orders", name))


def test_twenty_five_for_a_hundred_tables_and_three_at_least() -> None:
    assert [allowance(tables) for tables in (1, 12, 40, 100, 1_000)] == [3, 3, 10, 25, 250]


def test_questions_with_one_answer_are_asked_once() -> None:
    asked = choose([edge("parcels"), edge("claims"), edge("parcels", "box_id")], 12)
    order_id, box_id = edge("parcels").place, edge("parcels", "box_id").place
    assert list(asked.questions) == [order_id, box_id]
    assert asked.follow == {edge("claims").place: order_id} and asked.left_out == ()


def test_the_weightiest_come_first_and_the_rest_is_named() -> None:
    candidates = [Candidate(("tables", f"t{n}"), Weight.UNREACHED, "whose?", ()) for n in range(5)]
    books = Candidate(("tables", "invoices"), Weight.ACCOUNTING, "keep?", ())
    asked = choose([*candidates, books], 8)
    assert list(asked.questions) == [books.place, ("tables", "t0"), ("tables", "t1")]
    assert [c.place[-1] for c in asked.left_out] == ["t2", "t3", "t4"]
