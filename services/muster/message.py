"""The messages of a muster: plain text, a drill marked before everything else, short where a telephone shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feeds.japan import zoned
from rules.marks import MARKS
from rules.muster.want import Want
from services.callout.message import SPOKEN, Message
from services.muster.directory import Way
from services.store.muster_sends import Kind
from services.store.musters import Muster

PATH = "/muster"
_SUBJECT, _TITLE = 120, 200  # characters
_ASKED = {
    Want.INFORM: "連絡のみです。回答は要りません。次の連絡に備えてください。",
    Want.SAFETY: "無事かどうかを、下のリンクから答えてください。",
    Want.COME: "無事か、参集できるか、いつ着くかを、下のリンクから答えてください。",
}
_ASKED_EN = {
    Want.INFORM: "For your information only. No answer is needed.",
    Want.SAFETY: "Please say whether you are safe:",
    Want.COME: "Please say whether you are safe, and whether and when you come:",
}
_OVER = "先にお送りした安否確認・参集の連絡は、{why}。これから参集する必要はありません。"
_OVER_EN = "The request that was sent to you is over. You need not come."
_WHY = {True: "もとになった発表が取り消された（改められた）ため、取りやめました", False: "終了しました"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What one message is about."""

    muster: Muster
    kind: Kind
    want: Want
    round: int
    place: str  # 参集場所
    name: str
    city: str
    withdrawn: bool = False
    link: str = ""
    until: datetime | None = None


def message(told: Telling, way: Way) -> Message:
    """The message for this kind of address."""
    mark, mark_en = MARKS[told.muster.status]
    lead = f"{mark}{mark_en} " if mark else ""
    title = _plain(told.muster.title)
    subject = _cut(f"{lead}{_head(told)}：{title}", _SUBJECT)
    if way is Way.SMS:
        end = f" {told.link}" if told.link else f" {_WHY[told.withdrawn]}" if told.kind is Kind.OVER else ""
        return Message(subject="", body=f"{lead}{told.city} {_head(told)}：{_cut(title, 40)}{end}")
    tail = f"\n{mark}{mark_en}" if mark else ""
    return Message(
        subject=subject, body="\n".join([f"{lead}{SPOKEN[told.muster.status]}{_head(told)}", *_body(told)]) + tail
    )


def _head(told: Telling) -> str:
    if told.kind is Kind.OVER:
        return "参集の取りやめ" if told.withdrawn else "安否確認・参集の終了"
    again = f"（{told.round + 1}回目のお願い）" if told.kind is Kind.REMIND else ""
    return (
        "職員への連絡" if told.want is Want.INFORM else "安否確認" if told.want is Want.SAFETY else "安否確認・参集"
    ) + again


def _body(told: Telling) -> list[str]:
    lines = [f"{told.city} {told.name} さん", "", f"・{_cut(_plain(told.muster.title), _TITLE)}", ""]
    if told.kind is Kind.OVER:
        return [*lines, _OVER.format(why=_WHY[told.withdrawn]), _OVER_EN]
    lines += [_ASKED[told.want], _ASKED_EN[told.want]]
    if told.want is Want.COME and told.place:
        lines.append(f"参集場所：{_plain(told.place)}")
    if told.link and told.until:
        lines += [told.link, f"（番号 {told.muster.id}、{zoned(told.until)}まで有効）"]
        lines += ["このリンクはあなた専用です。ほかの人に転送しないでください。命が危ないときは119番へ。"]
    return lines


def _plain(text: str) -> str:
    """One line, and no address in it: what others wrote begins no line and looks like no link."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line.replace("://", "：//")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
