"""Safety mail of the police (ぴかぽメール and its like): one notice as a report, its words kept as they were issued.

Prefectures word them differently: labels with or without bullets, the text behind them or on the next line, or plain
sentences. What stands under a label that nobody knows is kept too. A notice without a day that can be read is refused:
nothing here invents a time or a place.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from feeds.crime_types import Crime, Follows
from feeds.crime_words import kind_of, municipality_of
from feeds.japanese_time import TimeError, When, normal, when
from feeds.mail_text import Mail, MailError, read_mail
from feeds.police_follow import follows_of
from feeds.police_labels import LABELS, Part, parts_of
from feeds.records import Decoded, Message, Rejected, Report
from feeds.status import Status

SCHEME = "police_mail:"  # of what came by HTTP: police_mail:GATEWAY
_LONGEST = 20_000  # characters
_NAME = r"[^\s、。（）()「」【】:：・■]"
_STATION = re.compile(rf"{_NAME}{{1,16}}?(?:警察署|警察本部|県警察|県警)(?:{_NAME}{{0,10}}?[課係室])?")
_SPAN = r"(?:(?:から|~)[^、。\n]{1,30}?まで(?:の間)?(?:に)?)?"
_AT = r"(?:において|におきまして|にて|(?<!ま)で)"
_PLACE = re.compile(rf"^[\s頃ごろこ]*{_SPAN}[\s、,]*(?P<place>[^。、\n]{{2,60}}?){_AT}")
_NO_PLACE = re.compile(r"[がをは]|徒歩|自転車$|電話")


class PoliceMail:
    """Mails as they came, from a file or by ``POST /api/v1/reports/notices``. It takes no topic of a broker."""

    filters: tuple[str, ...] = ()
    name = "police_mail"

    def accepts(self, topic: str) -> bool:
        """What came by HTTP, when it is read again."""
        return topic.startswith(SCHEME)

    def decode(self, message: Message) -> Decoded:
        """One report, or why there is none: no_time, bad_time, no_text, bad_encoding, …"""
        try:
            mail = read_mail(message.payload)
            return Decoded(records=(_report(mail, message),))
        except MailError as error:
            return Decoded(rejected=(Rejected(code=error.code, message=str(error), at="/"),))
        except _NoticeError as error:
            return Decoded(rejected=(Rejected(code=error.code, message=str(error), at=error.at),))


class _NoticeError(ValueError):
    def __init__(self, code: str, message: str, at: str) -> None:
        super().__init__(message)
        self.code, self.at = code, at


def _report(mail: Mail, message: Message) -> Report:
    if not mail.text.strip() or len(mail.text) > _LONGEST:
        raise _NoticeError("no_text", f"a notice has 1 to {_LONGEST} characters below its subject", "/")
    follows, parts = follows_of(mail.subject), parts_of(mail.text)
    sent = mail.sent or message.received_at
    seen, told_by = _when(mail, parts, sent, follows)
    place = _one(parts, LABELS["where"]).partition("\n")[0] or _place(mail.text, told_by, seen)  # prose may follow it
    what = _what(mail.subject, parts)
    issuer = _issuer(mail, parts)
    crime = Crime(
        what=what,
        precision=seen.precision,
        until=seen.until,
        method=_one(parts, LABELS["method"]),
        issuer=issuer,
        municipality=municipality_of(place),
        offender=_one(parts, LABELS["offender"]),
        parts=tuple((part.label, part.text) for part in parts),
        follows=follows,
        about=seen.start if follows and seen.start != sent else None,
    )
    text = f"{mail.subject}\n\n{mail.text}"
    first = seen.start if follows is None else mail.sent  # what a repeat of the same mail has in common with it
    return Report(
        gateway=message.gateway,
        report_id=hashlib.sha256(f"{first.isoformat() if first else ''}\n{text}".encode()).hexdigest()[:32],
        kind=kind_of(mail.subject, what, _one(parts, LABELS["story"]), *([mail.text] if follows else [])),
        measured_at=sent if follows else seen.start,
        text=text,
        place=place,
        confirmed=True,  # by its issuer; whoever may hand mails in is trusted to hand in those of the police
        source=issuer,
        status=_status(mail.subject),
        crime=crime,
    )


def _one(parts: list[Part], labels: tuple[str, ...]) -> str:
    return next((part.text for label in labels for part in parts if part.label == label and part.text), "")


def _when(mail: Mail, parts: list[Part], sent: datetime, follows: Follows | None) -> tuple[When, Part]:
    """The time of the case and the words it was read from: under its label, else the first date in the text.

    A notice about an earlier one need not tell it: that it came is what it tells."""
    labelled = next((part for label in LABELS["when"] for part in parts if part.label == label), None)
    words = labelled or Part("", mail.text, 1)
    try:
        return when(words.text, sent), words
    except TimeError as error:
        if follows:
            return When(sent, "day"), Part("Date", mail.text, 1)
        code = "bad_time" if "no date" not in str(error) else "no_time"
        raise _NoticeError(code, f"when it happened cannot be read: {error}", f"line {words.line}") from None


def _place(text: str, words: Part, seen: When) -> str:
    """Of a notice in sentences, what stands between the time and で, as issued; empty where it is not plain."""
    if words.label:
        return ""
    plain = normal(text)
    found = _PLACE.match(plain[seen.end :])
    if found is None or _NO_PLACE.search(found["place"]):
        return ""
    begin, end = (seen.end + place for place in found.span("place"))
    return (text if len(plain) == len(text) else plain)[begin:end].strip()


def _what(subject: str, parts: list[Part]) -> str:
    """What the issuer calls it: under its label, else in the brackets of the subject, else the subject."""
    bracket = re.search(r"[【\[［](.+?)[】\]］]", subject)
    return _one(parts, LABELS["what"]) or (bracket[1] if bracket else subject)


def _issuer(mail: Mail, parts: list[Part]) -> str:
    """Which police station or headquarters signs: under its label, in the last lines, the subject, or the sender."""
    last = mail.text.strip().split("\n")[-6:]
    for words in (_one(parts, LABELS["issuer"]), *reversed(last), mail.subject, mail.author):
        found = _STATION.search(normal(words))
        if found:
            return found[0]
    return ""


def _status(subject: str) -> Status:
    if re.search(r"訓練", subject):
        return Status.EXERCISE
    return Status.TEST if re.search(r"テスト(?:配信|メール|送信)|試験配信", normal(subject)) else Status.ACTUAL
