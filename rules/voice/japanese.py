"""A written Japanese text made speakable: no brackets, signs or links, and a reading beside what would be misread.

Two steps. :func:`plain` leaves only words, figures and pauses; :meth:`Readings.spoken` cuts that into pieces and gives
names, numbers, times and letters their readings. What has no reading is said as it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.voice import numbers

_LETTERS = {
    "A": "エー", "B": "ビー", "C": "シー", "D": "ディー", "E": "イー", "F": "エフ",
    "G": "ジー", "H": "エイチ", "I": "アイ", "J": "ジェイ", "K": "ケー", "L": "エル",
    "M": "エム", "N": "エヌ", "O": "オー", "P": "ピー", "Q": "キュー", "R": "アール",
    "S": "エス", "T": "ティー", "U": "ユー", "V": "ブイ", "W": "ダブリュー", "X": "エックス",
    "Y": "ワイ", "Z": "ゼット",
}  # fmt: skip
# What our own rules say and machines are known to misread; the city's names are its own (readings.toml).
_WORDS = {
    "降灰": "こうはい",
    "避難壕": "ひなんごう",
    "間口": "まぐち",
    "工区": "こうく",
    "右岸": "うがん",
    "左岸": "さがん",
    "上流": "じょうりゅう",
    "下流": "かりゅう",
    "路側積雪計": "ろそくせきせつけい",
    "橋梁": "きょうりょう",
}
_LINK = re.compile(r"(?:[^。!?\n]*[:：]\s*)?(?:https?://|www\.)[^\s、。」』）)]*")
_DROPPED = re.compile(r"[「」『』\"'<>《》〈〉*※●■◆◇○◎★☆]")
_PAUSE = re.compile(r"[()\[\]{}〔〕【】・:;,/|=_]|\s+(?![。、])")
_KEPT = re.compile(r"[^ぁ-んァ-ヶー一-鿿々〆〇、。0-9A-Za-z.%#-]")
_KANJI = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_COUNTERS = "|".join(sorted(map(re.escape, numbers.COUNTERS), key=len, reverse=True))
_DAY = "3[01]|[12][0-9]|0?[1-9]"
_FIGURES = (
    rf"(?<!\d)(?P<month>1[0-2]|0?[1-9])月(?P<day_of>{_DAY})日(?!間)"
    rf"|(?<!\d)(?P<day>{_DAY})日(?!間)"
    r"|(?<!\d)(?P<hour>2[0-3]|[01]?\d)時(?!間)(?:(?P<minute>[0-5]?\d)分(?!間))?"
    r"|(?P<phone>0\d{1,4}-\d{1,4}-\d{3,4}|#\d{4}(?!\d))"
    rf"|(?P<count>\d+(?:\.\d+)?)(?P<counter>{_COUNTERS})"
    r"|(?P<chome>[一二三四五六七八九十]{1,3})丁目"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<letters>[A-Za-z]+)"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of a sentence: as it is written, and in kana where that is known and differs."""

    written: str
    reading: str = ""
    foreign: bool = False  # Japanese in a text of another language

    @property
    def kana(self) -> str:
        """What a machine that knows no kanji names should be given."""
        return self.reading or self.written


class Readings:
    """Names and their readings. Longer names go first, so that 盛岡駅前通 is not said as 盛岡 and something else."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        known = {plain(name).rstrip("。"): reading for name, reading in (_WORDS | dict(names or {})).items() if reading}
        self._known = {name: reading for name, reading in known.items() if name}
        longest_first = sorted(map(re.escape, self._known), key=lambda name: (-len(name), name))
        self._pattern = re.compile(f"(?P<name>{'|'.join(longest_first)})|{_FIGURES}")

    def spoken(self, text: str) -> tuple[Said, ...]:
        """The pieces of a plain text, in order, none lost."""
        return tuple(self._pieces(text))

    def unread(self, name: str) -> str:
        """What of a name would be said by a guess: its kanji that no reading covers; empty where there is none."""
        left = (piece.written for piece in self.spoken(plain(name)) if not piece.reading)
        return "".join(re.findall(r"[一-鿿々〆ヶ]", "".join(left)))

    def _pieces(self, text: str) -> Iterator[Said]:
        place = 0
        for found in self._pattern.finditer(text):
            if found.start() > place:
                yield Said(text[place : found.start()])
            yield self._piece(found)
            place = found.end()
        if place < len(text):
            yield Said(text[place:])

    def _piece(self, found: re.Match[str]) -> Said:
        whole = found[0]
        return Said(whole, self._known[whole]) if found["name"] else _figure(found)


def _figure(found: re.Match[str]) -> Said:
    """A date, a time, a number, letters."""
    part, whole = found.groupdict(), found[0]
    match found.lastgroup:
        case "day_of":
            return Said(whole, numbers.month(int(part["month"])) + numbers.day(int(part["day_of"])))
        case "day":
            return Said(whole, numbers.day(int(whole.removesuffix("日"))))
        case "hour" | "minute":
            return Said(*numbers.time(int(part["hour"]), int(part["minute"]) if part["minute"] else None))
        case "phone":
            return Said(whole, numbers.telephone(whole))
        case "counter":
            return Said(whole, numbers.counted(part["count"], part["counter"]))
        case "chome":
            return Said(whole, numbers.counted(str(_kanji_number(part["chome"])), "丁目"))
        case "letters":
            return Said(whole, "".join(_LETTERS[letter] for letter in whole.upper()))
        case _:
            return Said(whole, numbers.number(whole))


def plain(text: str) -> str:
    """The text as words, figures and pauses only; each sentence ends in 。"""
    text = unicodedata.normalize("NFKC", _LINK.sub("", text))
    text = re.sub(r"(?<=\d):(?=\d\d(?!\d))", "時", re.sub(r"(?<=\d):(\d\d)(?!\d)", r"時\1分", text))
    text = text.replace("°C", "度").replace("m3/s", "m3毎秒").replace("m/s", "m毎秒").replace("km/h", "km毎時")
    text = re.sub(r"【([^】]*)】", r"\1。", text)
    text = re.sub(r"(?<=\d)\s+(?=[A-Za-z%])|\)(?=[はがをにでのとも])", "", text)
    text = re.sub(r"(?<![0-9A-Za-z])[-−–](?=\d)", "マイナス", text)
    text = re.sub(r"[~〜～→]", "から", text).replace("&", "と").replace("+", "プラス")
    text = re.sub(r"\.{2,}|…|[!?\n]", "。", text)
    text = _PAUSE.sub("、", _DROPPED.sub("", text))
    text = _KEPT.sub("", re.sub(r"(?<!\d)[.-]|[.-](?!\d)|#(?!\d{4}(?!\d))|(?<!\d)%", "", text))
    text = re.sub(r"[、。]*。[、。]*", "。", re.sub(r"、+", "、", text)).strip("、")
    text = text.lstrip("。")
    return f"{text}。" if text and not text.endswith("。") else text


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a plain text, each with its 。"""
    return tuple(f"{one}。" for one in plain(text).split("。") if one)


def _kanji_number(text: str) -> int:
    tens, mark, ones = text.rpartition("十")
    if not mark:
        return int("".join(str(_KANJI[one]) for one in text))
    return (_KANJI[tens] if tens else 1) * 10 + (_KANJI[ones] if ones else 0)
