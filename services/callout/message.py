"""The message of a call: a subject and a body of plain text, a drill marked before everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from feeds.japan import zoned
from feeds.status import Status
from rules.marks import MARKS
from services.store.calls import Call

SPOKEN: Mapping[Status, str] = {  # a telephone bridge reads the body aloud
    Status.ACTUAL: "",
    Status.EXERCISE: "これは訓練です。",
    Status.TEST: "これは試験です。",
}
_SUBJECT, _BODY = 120, 1200  # characters; a text message holds less, and is cut by its bridge


@dataclass(frozen=True, slots=True)
class Message:
    """What a phone shows."""

    subject: str
    body: str


def message(call: Call, step: int, base_url: str, token: str, until: datetime) -> Message:
    """The message of one step, counted from 0. ``token`` makes the link that takes the call, until ``until``."""
    mark, mark_en = MARKS[call.status]
    lead = f"{mark}{mark_en} " if mark else ""
    tail = f"\n{mark}{mark_en}" if mark else ""
    again = f"（{step + 1}回目の呼び出し）" if step else ""
    head = [f"{lead}{SPOKEN[call.status]}{_plain(call.subject)}{again}", _plain(call.subject_en)]
    ways = [
        "",
        f"見る / See: {base_url}{call.path}",
        "引き受けたら、下を開いてボタンを押してください。ほかの人への呼び出しが止まります。",
        "To take it, open this and press the button; nobody else is called then:",
        f"{base_url}/callout?t={token}",
        f"（呼び出し番号 {call.id}、{zoned(until)}まで有効）",
    ]
    # However much there is to tell: the link is whole.
    room = _BODY - sum(len(line) + 1 for line in (*head, *ways))
    told = "\n".join(f"・{_plain(line)}" for line in call.detail.splitlines())
    detail = [_cut(told, min(room, _BODY // 2))] if told and room > 1 else []
    body = "\n".join([*head, *detail, *ways])
    return Message(subject=_cut(f"{lead}{_plain(call.subject)}", _SUBJECT), body=body + tail)


def _plain(text: str) -> str:
    """One line, and no address in it: what others wrote may begin no header and no line, and look like no link."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line.replace("://", "：//")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
