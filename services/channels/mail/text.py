"""An alert as mail, once for each language: a part is the subject, an empty line, and the body.

Short lines, plain words, one link: it is read on old phones. The rest of a mail (who it goes to, the links that are
theirs alone, the same text as simple HTML) is made of the part, byte for byte the same for everybody.
"""

from __future__ import annotations

import re

from feeds.status import Status
from rules.alert import Alert, Text
from rules.marks import beside
from rules.wording.languages import in_order
from rules.wording.times import stamp
from services.channels.channel import Payload
from services.channels.marks import led, status_mark, turn_mark_in
from services.channels.thread.cutting import prepared

LIMIT = 20_000  # characters of a body; whatever is longer belongs on the page
_SUBJECT = 120  # characters; phones show about thirty
# What a subject begins with, so that it can be read among others at night. Not 「相当」: the text says which it is.
_LEVELS = {
    "ja": "レベル{}",
    "ja-x-easy": "レベル{}",
    "en": "Level {}:",
    "zh-Hans": "级别{}",
    "ko": "레벨{}",
    "vi": "Cấp {}:",
}
_NAMES_LEVEL = re.compile(r"(レベル|level|级别|레벨|cấp)\s*[0-9０-９]", re.IGNORECASE)


def render(alert: Alert) -> Payload:
    """Raises ValueError where a body is longer than anybody would read."""
    languages = in_order(alert.texts)
    parts = tuple(_part(alert, alert.texts[language]) for language in languages)
    over = max(map(len, parts))
    if over > LIMIT:
        raise ValueError(f"a mail of {alert.identifier} has {over} characters, over {LIMIT}; shorten the text")
    counts = tuple(f"{len(subject_of(part))}字＋{len(body_of(part))}字" for part in parts)
    quiet = alert.level < 3 or alert.soundless
    return Payload(media_type="text/plain", parts=parts, counts=counts, languages=tuple(languages), quiet=quiet)


def subject_of(part: str) -> str:
    return part.partition("\n")[0]


def body_of(part: str) -> str:
    return part.partition("\n\n")[2]


def _part(alert: Alert, text: Text) -> str:
    language = text.language
    mark, own = status_mark(alert.status), beside(alert.status, language)
    note = alert.correction.get(language)
    told = [note] if note else [text.headline, text.description, text.instruction]
    paragraphs = [prepared(one) for one in told if one.strip()]
    foot = [stamp(alert.sent, alert.revision, language), " ".join(alert.sender_name.split()), alert.web]
    body = "\n\n".join([*paragraphs, "\n".join(line for line in foot if line)])
    if alert.status is Status.ACTUAL:
        return f"{subject(alert, text)}\n\n{body}"
    return f"{mark}{own}{subject(alert, text)}\n\n{mark}{own}\n{body}\n{own}{mark}"


def subject(alert: Alert, text: Text) -> str:
    """What it is about, level first, in one line and without the mark of a drill."""
    headline = " ".join(prepared(text.headline or text.event).split())
    if alert.alert_level and alert.level >= 3 and not alert.ends and not _NAMES_LEVEL.search(headline[:15]):
        headline = f"{_LEVELS.get(text.language, _LEVELS['en']).format(alert.level)} {headline}"
    return led(headline, turn_mark_in(alert, text.language))[:_SUBJECT]
