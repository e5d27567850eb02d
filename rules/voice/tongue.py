"""What the two spoken languages need: their frames, how a text becomes sentences, and how long those take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.japan import JAPAN
from feeds.status import Status
from rules.voice import english, japanese
from rules.voice.form import CHARACTERS_A_SECOND, WORDS_A_SECOND
from rules.voice.japanese import Readings, Said
from rules.wording.languages import LANGUAGES
from rules.wording.times import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """One language. Frames are ``str.format`` patterns over the names in their comments."""

    tag: str  # BCP 47, of SSML
    drills: Mapping[Status, str]  # the first and the last sentence of a drill
    opening: str  # at
    sender: str  # at, sender: the opening where the language has the sender's name
    turns: Mapping[str, str]  # 【更新】 and so on → a sentence
    where: str  # places
    where_over: str  # places; of an end
    lifted: str  # places
    again: str
    joint: str  # between places
    asks: re.Pattern[str]  # a sentence that says what to do
    sentences: Callable[[str], Sequence[str]]
    pieces: Callable[[str, Readings], tuple[Said, ...]]
    seconds: Callable[[str], float]  # of a plain text, at an announcer's pace

    def opened(self, sent: datetime, sender: str) -> str:
        """Who says so, and since when."""
        at = f"{sent.astimezone(JAPAN).month}月{clock(sent)}" if self.tag == "ja-JP" else clock(sent, "en")
        return (self.sender if sender else self.opening).format(at=at, sender=sender)


def _english_pieces(text: str, readings: Readings) -> tuple[Said, ...]:
    found: list[Said] = []
    for run, is_japanese in english.runs(text):
        if not is_japanese:
            found.append(Said(run))
            continue
        found += [Said(piece.written, piece.reading, foreign=True) for piece in readings.spoken(run)]
    return tuple(found)


_MARKS = LANGUAGES["ja"].turns
TONGUES: Mapping[str, Tongue] = {
    "ja": Tongue(
        tag="ja-JP",
        drills={Status.EXERCISE: "これは訓練です。", Status.TEST: "これは試験放送です。"},
        opening="{at}のお知らせです。",
        sender="{at}、{sender}からお知らせします。",
        turns=dict(
            zip(
                _MARKS,
                ("訂正のお知らせです。", "続報です。", "解除のお知らせです。", "取り消しのお知らせです。"),
                strict=True,
            )
        ),
        where="対象は、{places}です。",
        where_over="対象だったのは、{places}です。",
        lifted="解除されたのは、{places}です。",
        again="繰り返します。",
        joint="、",
        asks=re.compile(r"(?:ください|ましょう|ないで|避難を|の確認を|行動を)。$"),
        sentences=japanese.sentences,
        pieces=lambda text, readings: readings.spoken(text),
        seconds=lambda text: len(text) / CHARACTERS_A_SECOND,
    ),
    "en": Tongue(
        tag="en-US",
        drills={Status.EXERCISE: "This is an exercise.", Status.TEST: "This is a test."},
        opening="Issued at {at}.",
        sender="Issued at {at}.",  # the alert knows the sender by its Japanese name only
        turns=dict(zip(_MARKS, ("A correction.", "An update.", "All clear.", "This alert is cancelled."), strict=True)),
        where="Areas, {places}.",
        where_over="Areas concerned, {places}.",
        lifted="Lifted for {places}.",
        again="We repeat.",
        joint=", ",
        asks=re.compile(r"\b(?:stay|keep|leave|move|get|go|do not|call|check|evacuate|protect)\b", re.IGNORECASE),
        sentences=english.sentences,
        pieces=_english_pieces,
        seconds=lambda text: len(text.split()) / WORDS_A_SECOND + sum(map(len, re.findall(r"[ぁ-ん一-鿿]", text))) / 5,
    ),
}
