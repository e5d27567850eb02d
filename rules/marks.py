"""The words that mark a drill, in one place: no text of ours may carry others."""

from __future__ import annotations

from collections.abc import Mapping

from feeds.status import Status
from rules.wording.languages import LANGUAGES, spoken

_JAPANESE = {Status.ACTUAL: "", Status.EXERCISE: "【訓練】", Status.TEST: "【試験】"}

# (Japanese, English): what every public text of this status starts and ends with; nothing for the real thing
MARKS: Mapping[Status, tuple[str, str]] = {
    status: (mark, LANGUAGES["en"].marks.get(status, "")) for status, mark in _JAPANESE.items()
}


def beside(status: Status, language: str) -> str:
    """What a text in this language carries beside the Japanese mark; empty in Japanese, and for the real thing."""
    return spoken(language).marks.get(status, "")
