"""Finds people's names in text: many names, one pass.

Text is cut into words once. A name of several words is looked up by its first two; most texts hold none of these pairs
and cost little more than the cutting. Names in scripts that are written without spaces (Chinese, Japanese, Korean,
Thai …) are looked up at each place of such a run by their first two characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

# Whatever separates words: white space, punctuation and symbols. Written as what a word may *not* hold, since vowel
# signs of many scripts are no word characters to `re`.
_BETWEEN = (
    r"\s\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7"
    r"\u037e\u0387\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4"
    r"\u0964\u0965\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u30fb"
    r"\ud800-\udfff\ufe00-\ufe0f\ufe30-\ufe4f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
    r"\U0001f000-\U0001faff"
)
_WORD = re.compile(f"[^{_BETWEEN}]+")
# What may stand between the words of one name: `Jean-Luc`, `O'Brien`, `J. Doe`, `Doe, Jane`, a line break.
_GAP = re.compile(r"[\s\-.,'’‘·・\u00ad\u200b-\u200f\u2010\u2011]{1,4}")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]{{2,}}")
_LONGEST = 8  # words of a name; more is no name but a sentence
_SHORTEST_NAME = 4  # letters of a whole name: `Li Na`
_SHORTEST_GIVEN = 3  # letters of a single word that may be somebody

_TITLES = frozenset(
    {"dr", "prof", "mr", "mrs", "ms", "miss", "sir", "herr", "frau", "mme", "mlle", "dott", "sra", "ing"}
)

Span = tuple[int, int]


def fold(text: str) -> str:
    """Text as it is compared: case, accents of Latin, Greek and Cyrillic letters and width don't count."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart)).casefold()


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a text."""
    return tuple(_WORD.findall(fold(text)))


@dataclass(frozen=True, slots=True)
class FoundNames:
    """Spans that name somebody else, and spans of single words that may."""

    others: list[Span]
    unsure: list[Span]


_NOTHING = FoundNames([], [])


class NameIndex:
    """Names of other people, and of the person: those are never found, and win where both match.

    A name of two or more words (`Jane Doe`), or of two or more characters in a script without spaces, is sure; it is
    also known turned round (`Doe, Jane`) and without its middle words. The first and the last word alone are unsure,
    where they stand with a capital letter (or in a script that has none) and aren't the person's too.
    """

    def __init__(self, own: Iterable[str] = ()) -> None:
        self._own_words: set[str] = set()
        self._own_pairs: set[str] = set()
        self._own_longer: set[tuple[str, ...]] = set()
        self._pairs: set[str] = set()  # names of two words, as `jane doe`: one string a name, since there may be many
        self._longer: set[tuple[str, ...]] = set()
        self._longer_starts: dict[str, tuple[int, ...]] = {}  # first two words -> lengths, longest first
        self._candidates: set[str] = set()  # a text without any of these words names nobody
        self._singles: set[str] = set()
        self._runs: set[str] = set()  # names in scripts without spaces
        self._run_starts: dict[str, tuple[int, ...]] = {}  # first two characters -> lengths, longest first
        self._own_runs: set[str] = set()
        for name in own:
            self._add_own(name)

    def _add_own(self, name: str) -> None:
        parts = _parts(name)
        words = [word for part in parts for word in part]
        if not 0 < len(words) <= _LONGEST:
            return
        self._own_words.update(words)
        for run in _runs(name):
            self._own_runs.add(run)
            self._put_run(run)
        for whole in (parts, [parts[0], parts[-1]]) if len(parts) > 2 else (parts,):
            for turned in _turns(whole):
                if len(turned) == 2:
                    self._own_pairs.update((f"{turned[0]} {turned[1]}", f"{turned[1]} {turned[0]}"))
                    self._candidates.update(turned)
                elif len(turned) > 2:
                    self._own_longer.add(turned)
                    self._put_longer(turned)

    def add(self, name: str) -> None:
        """Add another person's name."""
        parts = _parts(name)
        words = [word for part in parts for word in part]
        if not 0 < len(words) <= _LONGEST:
            return
        unspaced = _runs(name)
        for run in unspaced - self._own_runs:
            self._put_run(run)
        if len(parts) > 1 and sum(map(len, words)) >= _SHORTEST_NAME:
            self._add_whole(parts)
            if len(parts) > 2:  # `Jane Mary Doe` is mostly written `Jane Doe`
                self._add_whole([parts[0], parts[-1]])
        if not unspaced:
            for word in (words[0], words[-1]):
                if len(word) >= _SHORTEST_GIVEN and not word.isdigit() and word not in self._own_words:
                    self._singles.add(word)
                    self._candidates.add(word)

    def _add_whole(self, parts: list[tuple[str, ...]]) -> None:
        words = tuple(word for part in parts for word in part)
        first, last = words[0], words[-1]
        if len(words) == 2 and first != last:
            pair = f"{first} {last}"
            if pair not in self._own_pairs and len(pair) > _SHORTEST_NAME:
                self._pairs.add(pair)
                self._candidates.update(words)
        else:
            for turned in _turns(parts) - self._own_longer:
                self._put_longer(turned)

    def _put_longer(self, words: tuple[str, ...]) -> None:
        start = f"{words[0]} {words[1]}"
        self._longer.add(words)
        self._longer_starts[start] = _with_length(self._longer_starts.get(start, ()), len(words))
        self._candidates.add(words[0])

    def _put_run(self, run: str) -> None:
        self._runs.add(run)
        self._run_starts[run[:2]] = _with_length(self._run_starts.get(run[:2], ()), len(run))

    def find(self, text: str) -> FoundNames:
        """Where other people are named in a text. Most texts are left after one look at their words."""
        seems_named = self._seems_named(text)
        in_run = bool(self._runs) and not text.isascii()
        if not seems_named and not in_run:
            return _NOTHING
        others: list[Span] = []
        if in_run:
            self._find_unspaced(text, others)
        unsure = self._find_spaced(text, others) if seems_named else []
        return FoundNames(others, unsure)

    def _seems_named(self, text: str) -> bool:
        words = _WORD.findall(fold(text))
        hits = self._candidates.intersection(words)
        if not hits:
            return False
        if len(hits) > 1 or self._longer:  # both words of a pair are candidates
            pairs = [f"{first} {second}" for first, second in pairwise(words)]
            if not self._pairs.isdisjoint(pairs) or not self._longer_starts.keys().isdisjoint(pairs):
                return True
            if not self._pairs.isdisjoint([f"{second} {first}" for first, second in pairwise(words)]):
                return True
        singles = hits & self._singles
        if text.isascii():
            lowered = text.lower()
            return any(_stands_with_capital(text, lowered, word) for word in singles)
        return bool(singles)

    def _find_spaced(self, text: str, others: list[Span]) -> list[Span]:
        spans = [match.span() for match in _WORD.finditer(text)]
        words = [fold(text[start:end]) for start, end in spans]
        unsure: list[Span] = []
        place = 0
        while place < len(words):
            length = 1
            word = words[place]
            if word in self._candidates:
                length, is_own = self._match(text, spans, words, place)
                start, end = spans[place][0], spans[place + length - 1][1]
                if length > 1:
                    if not is_own:
                        others.append((start, end))
                elif word in self._singles and not text[start].islower():
                    unsure.append((start, end))
            place += length
        return unsure

    def _match(self, text: str, spans: list[Span], words: list[str], place: int) -> tuple[int, bool]:
        """How many words the longest name at this place has (1: none of several), and whether it is the person's."""
        if place + 1 == len(words):
            return 1, False
        first, second = words[place], words[place + 1]
        pair = f"{first} {second}"
        for length in self._longer_starts.get(pair, ()):
            name = tuple(words[place : place + length])
            if name in self._longer and _is_one(text, spans[place : place + length]):
                return length, name in self._own_longer
        turned = f"{second} {first}"
        if not _is_one(text, spans[place : place + 2]):
            return 1, False
        if pair in self._own_pairs:
            return 2, True
        return (2, False) if pair in self._pairs or turned in self._pairs else (1, False)

    def _find_unspaced(self, text: str, others: list[Span]) -> None:
        for run in _UNSPACED_RUN.finditer(text):
            place, end = run.span()
            while place < end - 1:
                step = 1
                for length in self._run_starts.get(text[place : place + 2], ()):
                    name = text[place : place + length]
                    if name in self._runs:
                        if name not in self._own_runs:
                            others.append((place, place + length))
                        step = length
                        break
                place += step


def _with_length(lengths: tuple[int, ...], length: int) -> tuple[int, ...]:
    return lengths if length in lengths else tuple(sorted((*lengths, length), reverse=True))


def _stands_with_capital(text: str, lowered: str, word: str) -> bool:
    at = lowered.find(word)
    while at >= 0:
        if not text[at].islower():
            return True
        at = lowered.find(word, at + 1)
    return False


def _is_one(text: str, spans: list[Span]) -> bool:
    """Whether nothing stands between these words that parts a name."""
    return all(_GAP.fullmatch(text, before[1], after[0]) for before, after in pairwise(spans))


def _parts(name: str) -> list[tuple[str, ...]]:
    """The words of each part of a name, without titles: `Dr. Mary O'Brien` -> `mary`, `o brien`."""
    parts = [words for part in name.split() if (words := words_of(part))]
    while len(parts) > 1 and parts[0][0] in _TITLES:
        parts = parts[1:]
    return parts


def _turns(parts: list[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """A name's words, and turned round: its last part first."""
    straight = tuple(word for part in parts for word in part)
    turned = (*parts[-1], *(word for part in parts[:-1] for word in part))
    return {straight, turned}


def _runs(name: str) -> set[str]:
    """The name as it stands inside a run of an unspaced script: with its spaces left out; empty for other scripts."""
    joined = "".join(name.split()).replace("・", "").replace("·", "")
    return {joined} if _UNSPACED_RUN.fullmatch(joined) else set()
