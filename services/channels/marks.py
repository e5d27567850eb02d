"""The marks that keep a drill from being taken for the real thing, and an end from being taken for a start."""

from __future__ import annotations

from collections.abc import Iterable

from feeds.status import Status
from rules.alert import Alert
from rules.marks import MARKS
from rules.wording.languages import LANGUAGES, spoken
from services.channels.channel import Payload
from services.channels.thread.cutting import prepared


def status_mark(status: Status) -> str:
    """What every public text of this status starts and ends with; empty for the real thing."""
    return MARKS[status][0]


def unmarked(parts: Iterable[str], status: Status) -> bool:
    """True where a part of a drill or test lacks its mark at either end."""
    mark = status_mark(status)
    return any(not (part.startswith(mark) and part.endswith(mark)) for part in parts)


def turn_mark(alert: Alert) -> str:
    """How this revision relates to the one before it, empty for a first issue.

    What the Japanese text itself opens with goes first: 【訂正】 says that something was wrong, which only the person
    who corrects it can know. Else 【取消】 it was issued in error, 【解除】 the danger is over, 【更新】 it goes on.
    """
    if alert.correction:
        return "【訂正】"
    for own in LANGUAGES["ja"].turns:
        if alert.texts["ja"].short.lstrip().startswith(own):
            return own
    if alert.msg_type == "Cancel" and alert.response != "AllClear":
        return "【取消】"
    if alert.ends or alert.msg_type == "Cancel":
        return "【解除】"
    return "【更新】" if alert.msg_type == "Update" else ""


def turn_mark_in(alert: Alert, language: str) -> str:
    """The same in a language."""
    return spoken(language).turns.get(turn_mark(alert), "")


def announced(alert: Alert, language: str) -> str:
    """What a channel that speaks to people says first: the short text, or of a correction that alone which it corrects,
    so that nobody takes it for a new alert."""
    return alert.correction.get(language) or alert.texts[language].short


def corrects(payload: Payload, alert: Alert) -> bool:
    """True where the payload tells a correction alone, and not the corrected whole."""
    return any(prepared(note) in part for note in alert.correction.values() for part in payload.parts)


def led(text: str, mark: str) -> str:
    """The text led by the mark, unless it opens with it, or with its word, already: ``All clear: …``."""
    if not mark or text.lstrip().lower().startswith((mark.lower(), mark[1:-1].lower())):
        return text
    return f"{mark}{text}" if mark.startswith("【") else f"{mark} {text}"
