"""The marks that keep a drill from being taken for the real thing, and an end from being taken for a start."""

from __future__ import annotations

from collections.abc import Iterable

from feeds.records import Status
from rules.alert import Alert

_STATUS = {Status.ACTUAL: "", Status.EXERCISE: "【訓練】", Status.TEST: "【試験】"}
_STATUS_EN = {Status.ACTUAL: "", Status.EXERCISE: "[EXERCISE]", Status.TEST: "[TEST]"}
_OWN_TURN = ("【訂正】", "【更新】", "【解除】", "【取消】")  # words a writer may have put there already


def status_mark(status: Status) -> str:
    """What every public text of this status starts and ends with; empty for the real thing."""
    return _STATUS[status]


def status_mark_en(status: Status) -> str:
    """The same in English, to stand beside the Japanese mark."""
    return _STATUS_EN[status]


def unmarked(parts: Iterable[str], status: Status) -> bool:
    """True where a part of a drill or test lacks its mark at either end."""
    mark = status_mark(status)
    return any(not (part.startswith(mark) and part.endswith(mark)) for part in parts)


def turn_mark(alert: Alert) -> str:
    """How this revision relates to the one before it.

    【取消】 it was issued in error; 【解除】 the danger is over; 【更新】 a later revision of something that goes on.
    Empty for a first issue, and where the text itself opens with such a mark: 【訂正】 says that something was
    wrong, which only the person who corrects it can know.
    """
    if alert.texts["ja"].short.lstrip().startswith(_OWN_TURN):
        return ""
    if alert.msg_type == "Cancel" and alert.response != "AllClear":
        return "【取消】"
    if alert.ends or alert.msg_type == "Cancel":
        return "【解除】"
    return "【更新】" if alert.msg_type == "Update" else ""


def turn_mark_en(alert: Alert) -> str:
    """The same in English."""
    return {"【取消】": "[CANCELLED]", "【解除】": "[ALL CLEAR]", "【更新】": "[UPDATE]"}.get(turn_mark(alert), "")
