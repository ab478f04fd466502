from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.catalog.tables import TypeFamily
from habeas.delivery import text_patterns
from habeas.delivery.redacting import MARKS, OtherKind, OtherPerson, TextRedactor

N, E, P = MARKS["name"], MARKS["email"], MARKS["phone"]
OWN = ("Jane Doe", "jane@example.com", "+49 30 901820", "María del Carmen Ruiz")


def _others(*values: str) -> list[OtherPerson]:
    def kind(value: str) -> OtherKind:
        if "@" in value:
            return OtherKind.EMAIL
        return OtherKind.PHONE if value[-1].isdigit() else OtherKind.NAME

    return [OtherPerson(kind(v), v) for v in values]


def _masked(text: str, *others: str, own: tuple[str, ...] = OWN, **options: Any) -> str:
    redaction = TextRedactor(_others(*others), own, **options).redact(text)
    return text if redaction is None else redaction.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask John Smith about it.", f"Ask {N} about it."),
        ("ask JOHN  smith", f"ask {N}"),
        ("Smith, John called", f"{N} called"),
        ("John Smithson and Bjohn Smith", "John Smithson and Bjohn Smith"),
        ("john_smith / John-Smith", f"john_smith / {N}"),
        ("John Smith's order", f"{N}'s order"),
        ("(John\nSmith)", f"({N})"),
        ("John. And Smith.", "John. And Smith."),
        ("Jose García und JOSÉ GARCIA", f"{N} und {N}"),
        ("Jose\u0301 Garci\u0301a", N),
        ("Ms Mary Ann O'Brien, Mary O’Brien", f"Ms {N}, {N}"),
        ("Ivan Петров: Иван ПЕТРОВ", f"Ivan Петров: {N}"),
        ("Ἀθηνᾶ; ΝΙΚΟΣ ΠΑΠΠΑΣ", f"Ἀθηνᾶ; {N}"),
        ("محمد علي، شكرا", f"{N}، شكرا"),
        ("प्रिया शर्मा जी", f"{N} जी"),
        ("请联系王小明先生", f"请联系{N}先生"),
        ("山田太郎さん、山田 太郎", f"{N}さん、{N}"),
        ("김민수가 왔다", f"{N}가 왔다"),
        ("ติดต่อสมชายใจดีครับ", f"ติดต่อ{N}ครับ"),
        ("John Smith😀John Smith", f"{N}😀{N}"),
    ],
)
def test_full_names(text: str, expected: str) -> None:
    names = (
        *("John Smith", "José García", "Mary Ann O'Brien", "Иван Петров", "Νίκος Παππάς", "محمد علي"),
        *("प्रिया शर्मा", "王小明", "山田 太郎", "김민수", "สมชาย ใจดี"),
    )
    assert _masked(text, *names) == expected


def test_the_persons_own_names_stay() -> None:
    text = "Jane Doe, Doe Jane and María del Carmen Ruiz met Jane Doe Miller and Carmen Ruiz"
    masked = _masked(text, "Jane Doe", "Jane Doe Miller", "Carmen Ruiz", "María Carmen")
    assert masked == f"Jane Doe, Doe Jane and María del Carmen Ruiz met {N} and {N}"


def test_the_persons_name_without_its_middle_words_stays_too() -> None:
    assert _masked("María Ruiz, Ruiz María", "María Ruiz") == "María Ruiz, Ruiz María"
    assert _masked("Dr X", "Dr X Y", own=("Dr Mr X", "-", "Jean-Luc")) == "Dr X"


def test_many_names_that_begin_alike_are_found_fast() -> None:
    others = [OtherPerson(OtherKind.NAME, f"Test User {n}") for n in range(20_000)]
    others += [OtherPerson(OtherKind.NAME, f"王小{chr(0x4E00 + n)}") for n in range(10_000)]
    started = time.process_time()
    redaction = TextRedactor(others).redact("Test User 19999 and 王小一 " * 1_000)
    assert redaction is not None and redaction.masked == {"name": 2_000}
    assert time.process_time() - started < 5


def test_titles_do_not_matter() -> None:
    assert _masked("John Smith and Dr John Smith", "Dr. John Smith") == f"{N} and Dr {N}"


def test_a_word_alone_is_unsure() -> None:
    redactor = TextRedactor(_others("Will Smith", "Li Na", "Bob", "Ronald McDonald"), OWN)
    redaction = redactor.redact("Will you ask Bob? McDonald will. Jane too, and SMITH.")
    assert redaction is not None and redaction.unsure == 4 and redaction.masked == {}
    assert redactor.redact("will you ask bob or mcdonald") is None
    assert _masked("Ask Bob", "Bob", mask_unsure=True) == f"Ask {N}"


def test_the_person_is_never_unsure() -> None:
    assert TextRedactor(_others("Jane Smith", "Paul Doe"), OWN).redact("Jane and Doe") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to bob.k+x@mail.example.org.", f"Write to {E}."),
        ("<bob@example.org>,'eve@example.org'", f"<{E}>,'{E}'"),
        ("JANE@EXAMPLE.COM and jane@example.com", "JANE@EXAMPLE.COM and jane@example.com"),
        ("jane@example.com.evil.org", E),
        ("x-jane@example.com", E),
        ("用户@例子.公司 and bob@bücher.de", f"{E} and {E}"),
        ("@handle, a@b, user@localhost, 5@6.7, me@", "@handle, a@b, user@localhost, 5@6.7, me@"),
        ("https://site.example/@bob", "https://site.example/@bob"),
        ("root@intranet", E),
        ("mailto:bob@x-y.io?subject=a@b.co", f"mailto:{E}?subject={E}"),
    ],
)
def test_addresses(text: str, expected: str) -> None:
    assert _masked(text, "root@intranet") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call +1 202 456 1111 now", f"Call {P} now"),
        ("(202) 456-1111 or 202.456.1111", f"{P} or {P}"),
        ("Tel. 030 / 2270, 030/227 32152", f"Tel. 030 / 2270, {P}"),
        ("01 42 68 53 00", P),
        (
            "+49 30 901820, +4930901820, 030 901820, 0049 30 901820",
            "+49 30 901820, +4930901820, 030 901820, 0049 30 901820",
        ),
        (
            "on 2026-11-23, 23.11.2026, 192.168.100.200, 3.14159265358",
            "on 2026-11-23, 23.11.2026, 192.168.100.200, 3.14159265358",
        ),
        ("order 20264561111 and 1234567", "order 20264561111 and 1234567"),
        ("known bare 5550001234 and 555-000-1234", f"known bare {P} and {P}"),
        ("202-456-1111 / 202-456-1414", f"{P} / {P}"),
        ("from 2026-11-23 - 2026-12-01", "from 2026-11-23 - 2026-12-01"),
    ],
)
def test_phone_numbers(text: str, expected: str) -> None:
    assert _masked(text, "5550001234") == expected


def test_a_number_that_no_plan_knows_is_unsure() -> None:
    redaction = TextRedactor([], OWN).redact("+999 123 456 789")
    assert redaction is not None and (redaction.unsure, redaction.text) == (1, "+999 123 456 789")


def test_without_the_optional_libraries_the_shape_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_patterns, "_optional", lambda module: None)
    assert _masked("+999 123 456 789, SSN 536-90-4399") == f"{P}, SSN 536-90-4399"
    assert _masked("GB82 WEST 1234 5698 7654 32") == MARKS["bank_account"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IBAN DE89 3704 0044 0532 0130 00 PLEASE", f"IBAN {MARKS['bank_account']} PLEASE"),
        ("GB82WEST12345698765432.", f"{MARKS['bank_account']}."),
        ("DE89 3704 0044 0532 0130 01", "DE89 3704 0044 0532 0130 01"),
        ("card 4111 1111 1111 1111, 378282246310005", f"card {MARKS['card']}, {MARKS['card']}"),
        ("4111 1111 1111 1112", "4111 1111 1111 1112"),
        ("SSN 536-90-4399, CPF 390.533.447-05", f"SSN {MARKS['national_id']}, CPF {MARKS['national_id']}"),
        ("DNI 54362315K", f"DNI {MARKS['national_id']}"),
    ],
)
def test_numbers_with_check_digits(text: str, expected: str) -> None:
    assert _masked(text) == expected


def test_ones_own_account_stays() -> None:
    assert _masked("DE89 3704 0044 0532 0130 00", own=("DE89370400440532013000",)) == "DE89 3704 0044 0532 0130 00"


def test_a_name_inside_an_address_is_counted_once() -> None:
    redaction = TextRedactor(_others("John Smith"), OWN).redact("John.Smith@example.org (John Smith)")
    assert redaction is not None
    assert redaction.text == f"{E} ({N})" and redaction.masked == {"email": 1, "name": 1} and redaction.unsure == 0


def test_json_stays_json_in_its_own_layout() -> None:
    text = '{"who": "John \\u0053mith", "b@x.org": [1.10, 5550001234, 55500012345], "t" : "a\\"b"}'
    redaction = TextRedactor(_others("John Smith", "5550001234"), OWN).redact_json(text)
    assert redaction is not None
    assert redaction.text == f'{{"who": "{N}", "{E}": [1.10, "{P}", 55500012345], "t" : "a\\"b"}}'
    assert json.loads(redaction.text)["who"] == N
    assert TextRedactor(_others("John Smith"), OWN).redact_json('{"a": 1}') is None


def test_long_texts_are_masked_at_every_place() -> None:
    redactor = TextRedactor(_others("John Smith"), OWN)
    for filler in ("lorem ipsum ", "x", "\n", "王"):
        for shift in (0, 1, 5, 9):
            text = (filler * 300_000)[: (1 << 18) - 12 + shift] + " John Smith b@x.org " + filler * 1_000
            redaction = redactor.redact(text)
            assert redaction is not None, (filler, shift)
            assert redaction.text == text.replace("John Smith", N).replace("b@x.org", E)


@given(st.text() | st.text(st.sampled_from("John Smith@x.org+1 202-456(1)王小明'\n.,JaneDoe")))
def test_what_is_masked_is_gone_and_all_else_stays(text: str) -> None:
    redactor = TextRedactor(_others("John Smith", "王小明"), OWN)
    redaction = redactor.redact(text)
    if redaction is None:
        assert "John Smith" not in text.split("\n") and "王小明" not in text
        return
    rest = redaction.text
    for mark in MARKS.values():
        rest = rest.replace(mark, "\0")
    at = 0
    for piece in rest.split("\0") if "\0" not in text else []:
        at = text.index(piece, at) + len(piece)
    again = redactor.redact(redaction.text)
    assert again is None or not again.masked


@given(st.text())
def test_without_others_and_patterns_nothing_changes(text: str) -> None:
    plain = text.replace("@", " ")
    kept = "".join(c for c in plain if not c.isdigit())
    assert TextRedactor([], OWN).redact(kept) is None


def test_nothing_personal_is_printed() -> None:
    redaction = TextRedactor(_others("John Smith"), OWN).redact("John Smith")
    assert "Smith" not in repr(redaction) + repr(_others("John Smith"))


@pytest.mark.parametrize(
    "hostile",
    [
        lambda: "a@" * 100_000,
        lambda: "1-" * 100_000,
        lambda: "1" * 200_000,
        lambda: "(" * 200_000,
        lambda: "AB12 " * 40_000,
        lambda: "John " * 40_000,
        lambda: '"' + "\\" * 200_000,
        lambda: "a." * 100_000 + "@" + "a." * 100_000,
    ],
)
def test_no_text_takes_long(hostile: Callable[[], str]) -> None:
    redactor = TextRedactor(_others("John Smith"), OWN)
    text = hostile()
    started = time.process_time()
    redactor.redact(text)
    redactor.redact_json(text)
    assert time.process_time() - started < 5


def test_the_package_masks_free_text_alone_and_counts_it(packages: Any) -> None:
    columns = [
        packages.column("subject"),
        packages.column("body", is_free_text=True),
        packages.column("extra", TypeFamily.JSON, is_free_text=True),
    ]
    rows = [("John Smith", "John Smith and Smith", '{"a": "John Smith"}')] * 3 + [("x", "Ask John", None)]
    redactor = TextRedactor(_others("John Smith"), OWN)
    opened = packages.make(packages.table(rows, columns), redact=redactor)
    assert opened.csv("app.notes")[0] == ["John Smith", f"{N} and Smith", f'{{"a": "{N}"}}']
    summary = opened.summary.as_json()
    assert summary["masked"] == {"name": 6} and summary["unsure"] == 4
    assert summary["tables"][0]["unsure"] == [{"column": "body", "places": 4, "rows": [1, 2, 3, 4]}]
    assert opened.description["resources"][0]["habeas"]["masked"] == {"name": 6}
    assert "6 names of other people" in opened.page
