"""An alert as one whole message, for outlets that take long texts: Japanese in full, other languages by their short."""

from __future__ import annotations

from feeds.status import Status
from rules.alert import Alert, Text
from rules.marks import beside
from rules.wording.times import stamp
from services.channels.marks import announced, led, status_mark, turn_mark_in
from services.channels.thread.cutting import prepared


def bulletin(alert: Alert, text: Text) -> str:
    """What, where and until when, what to do, who says so, where to read more; marked at both ends in a drill."""
    japanese = text.language == "ja"
    in_full = japanese and not alert.correction
    body = [text.headline, text.description, text.instruction] if in_full else [announced(alert, text.language)]
    told = led("\n".join(prepared(each) for each in body if each.strip()), turn_mark_in(alert, text.language))
    whole = "\n".join(line for line in (told, _foot(alert, text.language), alert.web if japanese else "") if line)
    return between_marks(whole, alert.status, text.language)


def between_marks(whole: str, status: Status, language: str) -> str:
    """The text with a drill's marks at both ends, the Japanese one outside; the real thing stays as it is."""
    if status is Status.ACTUAL:
        return whole
    mark, own = status_mark(status), beside(status, language)
    return f"{mark}{own}{' ' if own else ''}{whole}\n{own}{mark}"


def _foot(alert: Alert, language: str) -> str:
    foot = stamp(alert.sent, alert.revision, language)
    return f"{foot} {' '.join(alert.sender_name.split())}".rstrip() if language == "ja" else foot
