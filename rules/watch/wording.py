"""What supporters read. A message that asks names the ward by their alias alone, and tells no place, need or address:
mails lie on other people's servers. All else stands behind the link, after a press.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.japan import dated, zoned
from feeds.status import Status
from rules.marks import MARKS
from rules.watch.alarm import Answer, What

WORDS = {
    What.BUTTON: ("緊急ボタンが押されました", "The help button was pressed"),
    What.FALL: ("転倒を検知しました", "A fall was detected"),
    What.AWAY: ("見守りの範囲を出ました", "Left the area agreed on"),
    What.MISSING: ("予定の時刻までに確認できていません", "Not seen by the hour expected"),
    What.EVACUATE: ("お住まいの場所に避難の情報が出ています。避難の手助けをお願いします", "Please help to evacuate"),
    What.PASSED: ("通過しました", "Passed"),
    What.BATTERY: ("見守り機器の電池が少なくなっています", "The battery of the device is low"),
    What.SILENT: ("見守り機器から信号が届いていません", "The device has fallen silent"),
}
ANSWERS = {  # (for an evacuation, for the rest, English)
    Answer.GOING: ("避難支援に向かう", "様子を見に向かう", "I am going"),
    Answer.DONE: ("避難が完了した", "無事を確かめた", "Safe"),
    Answer.CANNOT: ("支援できない", "今は行けない", "I cannot"),
    Answer.UNREACHED: ("連絡がつかない", "連絡がつかない", "No contact"),
}
_SPOKEN = {Status.ACTUAL: "", Status.EXERCISE: "これは訓練です。", Status.TEST: "これは試験です。"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What is told of one alarm."""

    what: What
    status: Status
    alias: str
    since: datetime
    place: str = ""  # as its people call it; only for those who may see places
    direction: str = ""
    label: str = ""
    late: bool = False
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A message: subject and body."""

    subject: str
    body: str


def answer_ja(answer: Answer, what: What) -> str:
    """How the button reads."""
    return ANSWERS[answer][0 if what is What.EVACUATE else 1]


def asking(event: Event, step: int, link: str, until: datetime) -> Words:
    """Please look after them; ``link`` opens the page that takes the answer, until ``until``."""
    ja, en = WORDS[event.what]
    again = f"（{step + 1}回目の連絡）" if step else ""
    subject = f"見守り：{event.alias}　{ja}{again}"
    lines = [
        f"{_SPOKEN[event.status]}{event.alias}：{ja}。{again}",
        f"{en}.",
        f"{dated(event.since)}{f'（{event.label}）' if event.label else ''}"
        + ("。届くのが遅れました" if event.late else ""),
        *(["信号の回線が途切れていました。機器や回線の不具合かもしれません。"] if event.doubt else []),
        "",
        "下を開いて、行けるかどうかを押してください。どなたも応じないときは、次の方に連絡します。",
        "Open this and say whether you can go:",
        link,
        f"（{zoned(until)}まで有効。ほかの人に転送しないでください）",
        "命の危険があるときは、すぐに119番へ。",
    ]
    return _marked(event.status, subject, lines)


def taken(event: Event, who: str, answer: Answer) -> Words:
    """To the others: somebody goes, or it is over."""
    ja, _ = WORDS[event.what]
    said = answer_ja(answer, event.what)
    subject = f"見守り：{event.alias}　{who}さん「{said}」"
    lines = [
        f"{_SPOKEN[event.status]}{event.alias}（{ja}、{dated(event.since)}）について、{who}さんから「{said}」と連絡がありました。"
    ]
    if answer is Answer.GOING:
        lines.append("行ける方がほかにもいれば、先の連絡のリンクからお知らせください。")
    lines.append(f"{who}: {ANSWERS[answer][2]}.")
    return _marked(event.status, subject, lines)


def over(event: Event) -> Words:
    """What they were called for has ended by itself."""
    ja, _ = WORDS[event.what]
    why = "避難の情報が解除されました" if event.what is What.EVACUATE else "その後、確認できました"
    lines = [f"{_SPOKEN[event.status]}{event.alias}（{ja}、{dated(event.since)}）は、{why}。", "It is over."]
    return _marked(event.status, f"見守り：{event.alias}　{why}", lines)


def notices(events: Sequence[Event]) -> Words:
    """One message for what needs no answer, in the order of time."""
    first = events[0]
    lines = [f"{_SPOKEN[first.status]}{_notice(one)}" for one in sorted(events, key=lambda one: one.since)]
    subject = f"見守り：{_notice(first)}" if len(events) == 1 else f"見守り：きょうのお知らせ {len(events)}件"
    return _marked(first.status, subject, lines)


def _notice(event: Event) -> str:
    ja, _ = WORDS[event.what]
    if event.what is What.PASSED:
        way = {"in": "に入りました", "out": "を出ました"}.get(event.direction, "を通りました")
        return f"{event.alias}が{event.place or '見守りの場所'}{way}（{dated(event.since)}）"
    return f"{event.alias}：{ja}{f'（{event.label}）' if event.label else ''}（{dated(event.since)}）"


def _marked(status: Status, subject: str, lines: Sequence[str]) -> Words:
    mark, mark_en = MARKS[status]
    lead, tail = (f"{mark}{mark_en} ", [f"{mark}{mark_en}"]) if mark else ("", [])
    body = "\n".join([f"{lead}{lines[0]}", *lines[1:], *tail])
    return Words(f"{lead}{_plain(subject)}"[:120], body)


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
