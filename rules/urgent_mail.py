"""緊急速報メール: what every phone in the city shows at once, with a sound. For evacuation information, and sparingly.

A mail that was sent cannot be taken back or changed. So each is a document of its own, and a revision that tells nobody
anything new (no further district, none at a higher level) is not one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feeds.lalert.document import Issue, Mail
from rules.alert import Alert
from rules.cap_message import mark
from rules.evacuation import is_order
from rules.lalert_message import Voice, document_id
from rules.marks import MARKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whose phones, and how much they show, in characters. The carriers' own guides tell their limits."""

    carriers: tuple[str, ...] = ("UMC1", "UMC2", "UMC3")  # NTT docomo, KDDI, SoftBank
    title: int = 15
    message: int = 500
    all_clear: bool = False  # whether phones shall ring for the end, too


def to_mails(alert: Alert, voice: Voice, reach: Reach) -> list[Issue]:
    """A document for each carrier. Raises ValueError, with the reason in the officer's words, where phones shall not
    ring for it, or where it does not fit."""
    if reason := silent(alert, reach):
        raise ValueError(reason)
    title, message = _title(alert, reach.title), mark(_message(alert, reach.message), alert.status, "ja")
    if len(message) > reach.message:
        raise ValueError(f"緊急速報メールの本文は{reach.message}字までで、これは{len(message)}字ある：{message[:40]}")
    return [
        Issue(
            category="UrgentMail",
            body=Mail(title=title, message=message),
            document_id=document_id(alert.sender, alert.identifier, carrier),
            revision=1,
            distribution_id=document_id(alert.sender, alert.identifier, carrier, "distribution"),
            type="Report",
            status=alert.status.value,
            sender_id=voice.sender_id,
            sent=alert.sent,
            first_sent=alert.sent,
            until=alert.expires,
            title=title,
            headline=message,
            office=voice.office,
            targets=(voice.city,),
            urgency=alert.urgency,
            severity=alert.severity,
            certainty=alert.certainty,
            carrier=carrier,
        )
        for carrier in reach.carriers
    ]


def silent(alert: Alert, reach: Reach) -> str:
    """Why no phone shall ring for this revision; empty where they shall."""
    if alert.msg_type == "Cancel":  # who was woken for an error has to know
        return "" if alert.announced else "取り消す発表が出ていない"
    if alert.declared or not is_order(alert):
        return "緊急速報メールは避難情報だけを伝える"
    if alert.ends:
        return "" if reach.all_clear else "解除では鳴らさない設定（all_clear）"
    if not news(alert):
        return "新しい区域も、レベルの上がった区域もない（鳴らすのは新しいことだけ）"
    return ""


def news(alert: Alert) -> Sequence[str]:
    """Codes of the areas that are told of for the first time, or at a higher level than before."""
    levels = alert.place_levels
    told = {place.code: levels.get(place.code, alert.level) for place in alert.places}
    return [code for code, level in told.items() if level > alert.announced.get(code, 0)]


def _title(alert: Alert, limit: int) -> str:
    """The event, or where that is too long what the law calls it, or as much of it as there is room for: a label."""
    before, event = MARKS[alert.status][0], alert.texts["ja"].event  # there is no room for the mark at both ends
    known = next((words for words in (event, alert.order) if words and len(before + words) <= limit), "")
    return before + (known or event[: limit - len(before) - 1] + "…")


def _message(alert: Alert, limit: int) -> str:
    """The short text, and what to do where it fits: whole, or not at all."""
    text = alert.texts["ja"]
    sender = f"（{alert.sender_name}）" if alert.sender_name and alert.sender_name not in text.short else ""
    whole = "\n".join(part for part in (text.short.strip(), text.instruction.strip(), sender) if part)
    if len(mark(whole, alert.status, "ja")) <= limit:
        return whole
    return "\n".join(part for part in (text.short.strip(), sender) if part)
