"""Masks other people in free text: names, e-mail addresses, phone numbers, and numbers that identify somebody.

An access copy must not give one person another's data (GDPR article 15(4)). What is looked up: the people of the same
Customer; what is found by its shape: addresses and numbers that aren't the person's own. What may be somebody but isn't
sure (a given name alone) is counted for a person to look at, and masked only if asked.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO

from habeas.delivery.name_index import NameIndex
from habeas.delivery.text_patterns import NUMBER_PATTERNS, Span, digits_of, emails, phones


class OtherKind(StrEnum):
    """What a value of another person is."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class OtherPerson:
    """A value that names somebody else. `repr` hides it."""

    kind: OtherKind
    value: str

    def __repr__(self) -> str:
        return f"OtherPerson({self.kind.value}=…)"


MARKS = {
    "name": "[name of another person]",
    "email": "[another person's e-mail]",
    "phone": "[another person's phone number]",
    "bank_account": "[a bank account number]",
    "card": "[a card number]",
    "national_id": "[an identity number]",
}

Find = tuple[Span, str]  # where, and what: a kind of MARKS, `own` or `unsure`

_WINDOW = 1 << 18  # characters that are looked at in one go
_MARGIN = 1 << 10  # characters by which windows overlap: longer than any find
_DIGIT = re.compile(r"\d")
# A number of seven or more digits, separated or not: without one, no pattern of numbers can match.
_DIGITS = re.compile(r"\d(?:[^\w\n]{0,3}\d){6}")
_CAPITALS_AND_DIGITS = re.compile(r"[A-Z]{2}\d\d|[A-Z]{6}\d\d")
_JSON_PARTS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|(?<![\w.+-])\d{7,15}(?![\w.+-])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text with marks in place of other people; `masked` counts marks by kind, `unsure` what may be somebody."""

    text: str
    masked: Counter[str]
    unsure: int

    def __repr__(self) -> str:
        return f"Redaction(masked={dict(self.masked)}, unsure={self.unsure})"


class TextRedactor:
    """Masks other people in text.

    `others` are values of other people of the same Customer; `own` are values of the person (and whatever else may
    stay, as the organisation's own address): they are never masked. `mask_unsure` masks what is unsure too. Building
    takes about a second for 100,000 people; afterwards one redactor serves any number of texts.
    """

    def __init__(self, others: Iterable[OtherPerson], own: Iterable[str] = (), *, mask_unsure: bool = False) -> None:
        own_values = [value for value in own if value and value.strip()]
        self._own = frozenset(value.strip().lower() for value in own_values)
        self._own_digits = frozenset(d for value in own_values if len(d := digits_of(value)) >= 7)
        self._names = NameIndex(own_values)
        self._emails: set[str] = set()
        self._phones: set[str] = set()
        self._mask_unsure = mask_unsure
        for other in others:
            self._add(other.kind, other.value.strip())

    def _add(self, kind: OtherKind, value: str) -> None:
        if kind is OtherKind.NAME:
            self._names.add(value)
        elif kind is OtherKind.EMAIL:
            # Every address of a valid shape is masked anyway: only the others have to be known.
            if value.lower() not in self._own and (0, len(value)) not in emails(value):
                self._emails.add(value.lower())
        elif len(digits := digits_of(value)) >= 7 and digits not in self._own_digits:
            self._phones.update((digits, digits.lstrip("0")))

    def redact(self, text: str) -> Redaction | None:
        """The text with other people masked; None where there is nothing to mask and nothing unsure."""
        return _marked(text, self._find(text) if len(text) <= _WINDOW else self._find_in_windows(text))

    def _find_in_windows(self, text: str) -> Iterator[Find]:
        """Finds of a long text, window by window, so that memory stays flat; windows overlap by `_MARGIN`."""
        at = 0
        while at < len(text):
            window = text[at : at + _WINDOW + _MARGIN]
            cut = len(window)
            if at + cut < len(text):  # between words, so that no word begins a window with its second half
                cut = max(window.rfind(gap, _WINDOW - _MARGIN, _WINDOW) for gap in " \n")
                cut = cut if cut > 0 else _WINDOW
            done = cut
            for (start, end), kind in self._find(window):
                if start < cut:
                    yield (start + at, end + at), kind
                    done = max(done, end)
            at += done

    def _find(self, text: str) -> list[Find]:
        finds: list[Find] = []
        if "@" in text:
            for span in emails(text, self._emails):
                finds.append((span, "own" if text[slice(*span)].lower() in self._own else "email"))
        if _DIGIT.search(text) and (_DIGITS.search(text) or _CAPITALS_AND_DIGITS.search(text)):
            finds += self._find_numbers(text)
        names = self._names.find(text)
        finds += [(span, "name") for span in names.others]
        finds += [(span, "name" if self._mask_unsure else "unsure") for span in names.unsure]
        return _without_overlaps(finds) if finds else finds

    def _find_numbers(self, text: str) -> Iterator[Find]:
        for kind, pattern in NUMBER_PATTERNS:
            for span in pattern(text):
                yield span, "own" if self._is_own_number(text[slice(*span)]) else kind
        for span, is_sure in phones(text, self._phones):
            if self._is_own_number(text[slice(*span)]):
                yield span, "own"
            else:
                yield span, "phone" if is_sure or self._mask_unsure else "unsure"

    def _is_own_number(self, written: str) -> bool:
        if written.strip().lower() in self._own or written.replace(" ", "").lower() in self._own:
            return True
        digits = digits_of(written)
        # The person's number may be written with or without its country code and trunk zero.
        tail = digits.lstrip("0")
        return digits in self._own_digits or (
            len(tail) >= 7 and any(own.endswith(tail) or tail.endswith(own.lstrip("0")) for own in self._own_digits)
        )

    def redact_json(self, text: str) -> Redaction | None:
        """JSON text with other people masked in its strings (keys too) and numbers; it stays JSON, layout and all."""
        masked: Counter[str] = Counter()
        left = 0

        def part(match: re.Match[str]) -> str:
            nonlocal left
            written = match[0]
            if written[0] != '"':
                if written not in self._phones:
                    return written
                masked["phone"] += 1
                return json.dumps(MARKS["phone"])
            try:
                value = json.loads(written)
            except ValueError:
                value = written[1:-1]
            redaction = self.redact(value)
            if redaction is None:
                return written
            masked.update(redaction.masked)
            left += redaction.unsure
            return json.dumps(redaction.text, ensure_ascii=False) if redaction.masked else written

        result = _JSON_PARTS.sub(part, text)
        return Redaction(result, masked, left) if masked or left else None


def _marked(text: str, finds: Iterable[Find]) -> Redaction | None:
    """The text with a mark in place of each find that isn't the person's own."""
    masked: Counter[str] = Counter()
    result = StringIO()
    at = unsure = 0
    for (start, end), kind in finds:
        if kind == "unsure":
            unsure += 1
        elif kind != "own":
            masked[kind] += 1
            result.write(text[at:start])
            result.write(MARKS[kind])
            at = end
    if not masked and not unsure:
        return None
    result.write(text[at:])
    return Redaction(result.getvalue(), masked, unsure)


def _without_overlaps(found: list[Find]) -> list[Find]:
    """The finds in their order in the text. Where some overlap: the person's own, the sure, the longest."""
    kept: list[Find] = []
    cluster: list[Find] = []
    cluster_end = -1
    for find in [*sorted(found), ((-1, -1), "end")]:
        if cluster and (find[1] == "end" or find[0][0] >= cluster_end):
            chosen: list[Find] = []
            for (start, end), kind in sorted(cluster, key=_weight):
                if all(end <= other[0] or other[1] <= start for other, _ in chosen):
                    chosen.append(((start, end), kind))
            kept += sorted(chosen)
            cluster = []
        cluster.append(find)
        cluster_end = max(find[0][1], cluster_end)
    return kept


def _weight(find: Find) -> tuple[int, int]:
    (start, end), kind = find
    return {"own": 0, "unsure": 2}.get(kind, 1), start - end
