"""Whether a post is a hint of danger in the city: which place, which hazards, and what makes it doubtful.

Everything is words. What negations, jokes and memories mean stays a person's business; they are told as marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from feeds.japan import JAPAN
from geo.heard.book import MARKS, Book
from geo.heard.spelling import APART, any_of, pattern, plain
from geo.heard.spots import Spot

_FINEST = {"landmark": 0, "district": 1, "river": 2, "city": 3}
_NOT_OF_A_PLACE = r"(?!さん|様|氏|くん|君|ちゃん|先生|選手|監督|さま|市|区|県|郡|駅伝)"
_IN_ANOTHER = r"(?<![東西南北新元本]|[上下])"  # 南青山 is not 青山, and 東中野 not 中野
_BETWEEN = "[はもがをにとかってしい出起きこおりあ居るま]{0,7}?"  # 冠水「はして」ない, but not ツルツル「で歩け」ない
_NO = re.compile(rf"{_BETWEEN}(?:ない|なく|ません|なかった|無し|なし|無かった|ず済|ゼロ)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年?(?!\d)")
_ERA = re.compile(r"(?:昭和|平成)(?:元|\d{1,2})年")
_DATE = re.compile(r"(?<!\d)(\d{1,2})(?:月|/)(\d{1,2})(?:日|(?![\d/]))")


@dataclass(frozen=True, slots=True)
class Match:
    """``hazards``: kinds, in order; ``words``: what was found of the book, never of the post; ``marks``: of MARKS."""

    place: str
    hazards: tuple[str, ...]
    words: tuple[str, ...]
    marks: tuple[str, ...]


class Matcher:
    """A book, made ready. Pure: the same post gives the same answer."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._context = book.context
        self._city = any_of(list(book.city))
        self._near = any_of([*book.city, *book.around])
        self._elsewhere = any_of(list(book.elsewhere))
        self._never = any_of([*book.never, *(word for one in book.hazards for word in one.never)])
        self._hazards = [(one.kind, any_of(list(one.words))) for one in book.hazards]
        self._spots = {word: spot for spot in book.spots for word in spot.words}
        self._names = _names(self._spots)
        self._marks = {name: any_of(list(getattr(book.marks, name))) for name in type(book.marks).model_fields}

    def match(self, text: str, at: datetime) -> Match | None:
        """None where the post names no danger, or no place that is surely ours. ``at``: when it was written."""
        spelled = plain(text)
        if not any(word in spelled for word in self._context):  # nearly every post of the world ends here
            return None
        named = self._near.search(spelled) is not None
        words = self._never.sub(APART, spelled)
        found = {kind: sorted({one[0] for one in known.finditer(words)}) for kind, known in self._hazards}
        found = {kind: told for kind, told in found.items() if told}
        spot = self._spot(words, named) if found else None
        if spot is None:
            return None
        said = sorted({word for told in found.values() for word in told})
        marks = self._doubts(words, said, at)
        return Match(spot.name, tuple(found), tuple(said), tuple(one for one in MARKS if one in marks))

    def _spot(self, words: str, named: bool) -> Spot | None:
        """The finest place that is named, of several the one with the longest name; the city where only it is."""
        spots = {self._spots[one[0]] for one in self._names.finditer(words)}
        ours = [one for one in spots if named or one.sure]
        if not ours:
            return self.book.whole if self._city.search(words) else None
        return min(ours, key=lambda one: (_FINEST[one.kind], -len(one.name), one.name))

    def _doubts(self, words: str, said: Iterable[str], at: datetime) -> set[str]:
        marks = {name for name, known in self._marks.items() if known.search(words)}
        marks |= {"elsewhere"} if self._elsewhere.search(words) else set()
        marks |= {"negated"} if all(_denied(words, one) for one in said) else set()
        return marks | ({"past"} if _of_another_day(words, at) else set())


def _names(spots: Mapping[str, Spot]) -> re.Pattern[str]:
    """Names of places where they are no part of another name and of no person."""
    longest = sorted(spots, key=lambda word: (-len(word), word))
    each = (f"{_IN_ANOTHER}{pattern(word)}{_NOT_OF_A_PLACE}" for word in longest)
    return re.compile("|".join(each) or r"(?!)")


def _denied(words: str, word: str) -> bool:
    """Behind every place where the word stands, a negation follows soon."""
    ends = [one.end() for one in re.finditer(pattern(word), words)]
    return bool(ends) and all(_NO.match(words, end) for end in ends)


def _of_another_day(words: str, at: datetime) -> bool:
    """It names another year, or a day that is not today's: 8月9日の大雨."""
    today = at.astimezone(JAPAN)
    if _ERA.search(words) or any(int(one[1]) != today.year for one in _YEAR.finditer(words)):
        return True
    days = {(int(one[1]), int(one[2])) for one in _DATE.finditer(words)}
    days = {(month, day) for month, day in days if 1 <= month <= 12 and 1 <= day <= 31}
    return bool(days) and (today.month, today.day) not in days
