"""The message of a call: a subject and a body of plain text, a drill marked before everything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feeds.japan import JAPAN
from rules.marks import MARKS
from services.store.calls import Call

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
    head = [f"{lead}{call.subject}{again}", call.subject_en]
    ways = [
        "",
        f"見る / See: {base_url}{call.path}",
        "引き受けたら、下を開いてボタンを押してください。ほかの人への呼び出しが止まります。",
        "To take it, open this and press the button; nobody else is called then:",
        f"{base_url}/callout?t={token}",
        f"（呼び出し番号 {call.id}、{until.astimezone(JAPAN):%-m月%-d日%H:%M}まで有効）",
    ]
    # However much there is to tell: the link is whole.
    room = _BODY - sum(len(line) + 1 for line in (*head, *ways))
    detail = [_cut(call.detail, min(room, _BODY // 2))] if call.detail and room > 1 else []
    body = "\n".join([*head, *detail, *ways])
    return Message(subject=_one_line(f"{lead}{call.subject}"), body=body + tail)


def _one_line(text: str) -> str:
    """Nothing in a subject may begin another header."""
    return _cut(" ".join("".join(c if c.isprintable() else " " for c in text).split()), _SUBJECT)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
