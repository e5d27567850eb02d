"""What somebody looks at a sender's contact for. There is no other reason to."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """Named in the log of looks."""

    CALL_BACK = "call_back"
    RESCUE = "rescue"
    ANSWER = "answer"
    ASKED = "asked"
    CHECK = "check"

    @property
    def ja(self) -> str:
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        return _WORDS[self][1]


_WORDS = {
    Purpose.CALL_BACK: ("内容を確かめるために折り返す", "to call back and ask"),
    Purpose.RESCUE: ("人の命・けがに関わる", "somebody's life or health"),
    Purpose.ANSWER: ("処理の結果を知らせる", "to tell what was done"),
    Purpose.ASKED: ("本人からの開示・消去の請求", "the person asked to see or delete it"),
    Purpose.CHECK: ("取扱いの点検・監査", "review of how it is handled"),
}
