"""Names and texts: enough of them, in many languages, and complete."""

from __future__ import annotations

from random import Random

import pytest

from habeas.demo import texts
from habeas.demo.names import CULTURES, Culture, plain


def test_there_are_hundreds_of_names_in_more_than_ten_languages() -> None:
    given = {name.written for culture in CULTURES for name in culture.women + culture.men}
    families = {name.written for culture in CULTURES for name in culture.families}
    assert len(given) > 500
    assert len(families) > 400
    assert {"en", "de", "fr", "es", "ar", "zh", "pl", "tr", "vi", "sv"} <= {culture.language for culture in CULTURES}


@pytest.mark.parametrize("culture", CULTURES, ids=lambda c: f"{c.language}-{c.country}")
def test_every_name_has_a_form_that_an_address_can_be_made_of(culture: Culture) -> None:
    for name in culture.women + culture.men + culture.families:
        assert name.written
        assert name.plain.isascii()
        assert name.plain.isalpha()
    for code, town in culture.towns:
        assert code
        assert town


def test_latin_letters_lose_their_marks_only() -> None:
    assert [plain(name) for name in ("Wójcik", "Großmann", "Łucja", "Işık", "Đặng", "O'Connor")] == [
        "Wojcik", "Grossmann", "Lucja", "Isik", "Dang", "OConnor",
    ]  # fmt: skip


def test_names_stand_in_the_order_of_their_language() -> None:
    by_language = {culture.language: culture for culture in CULTURES}
    chinese, vietnamese, german = by_language["zh"], by_language["vi"], by_language["de"]
    assert chinese.full_name(chinese.women[0], chinese.families[0]) == "王安琪"
    assert vietnamese.full_name(vietnamese.women[0], vietnamese.families[0]) == "Nguyễn An"
    assert german.full_name(german.women[0], german.families[0]) == "Anja Albrecht"


KINDS = (
    texts.QUESTION, texts.NAMING, texts.REFERRING, texts.ANSWER, texts.REMARK, texts.COMMENT, texts.SUBJECT,
)  # fmt: skip


@pytest.mark.parametrize("language", texts.languages())
@pytest.mark.parametrize("kind", KINDS)
def test_every_text_is_filled_in(language: str, kind: str) -> None:
    for seed in range(30):
        text = texts.write(
            Random(seed), kind, language, me="Me Myself", given="Me", other="Other Person", email="other@example.com",
            staff="Staff Member",
        )  # fmt: skip
        assert text
        assert "{" not in text
        if kind == texts.NAMING:
            assert "Other Person" in text
        if kind == texts.REFERRING:
            assert "other@example.com" in text


def test_a_language_without_texts_writes_english() -> None:
    first = texts.write(Random(1), texts.SUBJECT, "ja")
    assert first == texts.write(Random(1), texts.SUBJECT, "en")
