"""Why a channel that a rule names tells nothing of an alert: named, so that the desk and programs can tell them apart.

A channel that nobody set up is something to mend; one that an alert does not concern is as it should be.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping

from services.store.alerts import Refusal


class Unsent(StrEnum):
    """A word for programs, one for the board, and the sentence; ``{}`` in it is what is special to the case."""

    ja: str
    sentence: str

    def __new__(cls, word: str, ja: str, sentence: str) -> Unsent:
        member = str.__new__(cls, word)
        member._value_ = word
        member.ja, member.sentence = ja, sentence
        return member

    NOT_SET_UP = "not_set_up", "未設定", "この経路は設定されていない"
    TOO_SLOW = "too_slow", "対象外", "地震・津波はこの経路では遅すぎる（緊急速報メールとJアラートが伝える）"
    STATUS = "status", "対象外", "この経路は {} を受け付けない設定"
    FORM = "form", "形にできない", "この経路の形にできない：{}"
    BUDGET = "budget", "予算", "予算のため送らない：{}"
    UNHEARD = "unheard", "対象外", "この経路では前の報を伝えていないため、解除・取消を送らない"

    def refusal(self, about: object = "", detail: str = "") -> Refusal:
        """As the draft and the outbox keep it; ``detail`` is a finer name behind the word, as ``budget_rest``."""
        return Refusal(self.sentence.format(about), f"{self.value}_{detail}" if detail else self.value)


def code_of(row: Mapping[str, Any] | RowMapping) -> str:
    """The name in a row of the outbox; empty where it was taken, or written before there were names."""
    if row["state"] != "refused":
        return ""
    kept = str((row["payload"] or {}).get("code", ""))  # none: the copy was let go
    return Unsent.UNHEARD.value if not kept and row["reason"] == Unsent.UNHEARD.sentence else kept
