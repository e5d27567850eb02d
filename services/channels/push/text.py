"""An alert as a notification, once for each language: a title, a few lines, a link. JSON, for the worker to show."""

from __future__ import annotations

import hashlib
import json

from feeds.status import Status
from rules.alert import Alert, Text
from rules.marks import beside
from rules.wording.languages import in_order
from rules.wording.times import stamp
from services.channels.channel import Payload
from services.channels.mail.text import subject
from services.channels.marks import announced, status_mark
from services.channels.push.encryption import MOST, base64url
from services.channels.thread.cutting import prepared

_HTML_LANGUAGE = {"ja-x-easy": "ja"}


def render(alert: Alert) -> Payload:
    """Raises ValueError where a text is longer than a push service takes."""
    languages = in_order(alert.texts)
    parts = tuple(_part(alert, alert.texts[language]) for language in languages)
    sizes = [len(part.encode()) for part in parts]
    if max(sizes) > MOST:
        raise ValueError(f"a notification of {alert.identifier} has {max(sizes)} bytes, over {MOST}; shorten the text")
    counts = tuple(f"{size}/{MOST}バイト" for size in sizes)
    return Payload(
        media_type="application/json",
        parts=parts,
        counts=counts,
        languages=tuple(languages),
        quiet=alert.level < 3 or alert.soundless,
    )


def topic_of(series: str) -> str:
    """A name of 32 letters for all revisions: a newer one takes the place of one that still waits at the service."""
    return base64url(hashlib.sha256(series.encode()).digest()[:24])


def bears(part: str, mark: str) -> bool:
    """True where the notification has the mark at both ends."""
    told = json.loads(part)
    return bool(told["title"].startswith(mark) and told["body"].endswith(mark))


def _part(alert: Alert, text: Text) -> str:
    language = text.language
    mark, own = status_mark(alert.status), beside(alert.status, language)
    foot = f"{stamp(alert.sent, alert.revision, language)} {' '.join(alert.sender_name.split())}".rstrip()
    ends = "" if alert.status is Status.ACTUAL else f"\n{own}{mark}"
    told = {
        "title": f"{mark}{own}{subject(alert, text)}",
        "body": f"{prepared(announced(alert, text.language))}\n{foot}{ends}",
        "lang": _HTML_LANGUAGE.get(language, language),
        "url": "/",
        "tag": topic_of(alert.series),
        "level": alert.level,
        "at": alert.sent.isoformat(),
        "quiet": alert.level < 3 or alert.soundless,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
