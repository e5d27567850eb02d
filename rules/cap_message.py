"""From our alert to the CAP message that the world sees."""

from __future__ import annotations

import re
from datetime import datetime

from feeds.cap import CapAlert, CapArea, CapInfo, CapReference, CapValue
from feeds.status import Status
from rules.alert import Alert, Place, Text
from rules.marks import MARKS, beside
from rules.wording.languages import in_order, spoken
from rules.wording.templates import place_name

_CITY = re.compile(r"\d{5}", re.ASCII)


def to_cap(alert: Alert) -> CapAlert:
    """The CAP message of one revision: one info per language, Japanese first, alike in everything but the text."""
    return CapAlert(
        identifier=alert.identifier,
        sender=alert.sender,
        sent=alert.sent,
        status=alert.status.value,
        msg_type=alert.msg_type,
        scope="Public",
        note=_note(alert),
        references=tuple(
            CapReference(sender=ref.sender, identifier=ref.identifier, sent=ref.sent) for ref in alert.references
        ),
        incidents=(alert.series,),
        infos=tuple(_info(alert, alert.texts[language]) for language in in_order(alert.texts)),
    )


def _info(alert: Alert, text: Text) -> CapInfo:
    level = (CapValue("警戒レベル", str(alert.level)),) if alert.alert_level else ()
    # The whole of what holds, for whoever keeps a state; but only these areas are to be told, and without a sound.
    corrects = (CapValue("SHIRASE_CORRECTS", " ".join(p.code for p in alert.addressed)),) if alert.correction else ()

    def marked(words: str) -> str:
        return mark(words, alert.status, text.language)

    note = alert.correction.get(text.language, "")
    turned = f"{spoken(text.language).turns['【訂正】']} {text.headline}" if note else text.headline
    return CapInfo(
        language=text.language,
        categories=(alert.category,),
        event=marked(text.event),
        response_types=(alert.response,),
        urgency=alert.urgency,
        severity=alert.severity,
        certainty=alert.certainty,
        event_codes=(CapValue("SHIRASE_KIND", alert.kind),),
        effective=_whole(alert.effective),
        expires=_whole(alert.expires),
        sender_name=alert.sender_name,
        headline=marked(turned),
        description=marked(f"{note}\n{text.description}" if note else text.description),
        instruction=marked(text.instruction),
        web=alert.web,
        contact=alert.contact,
        parameters=(*level, *corrects),
        areas=tuple(_area(place, text.language) for place in alert.places),
    )


def _area(place: Place, language: str) -> CapArea:
    # JIS X 0402 names municipalities by five digits; districts and sections go by the city's own codes.
    system = "JIS_X0402" if _CITY.fullmatch(place.code) else "SHIRASE_AREA"
    return CapArea(
        description=place_name(place, language),
        polygons=place.polygons,
        geocodes=(CapValue(system, place.code),),
    )


def _note(alert: Alert) -> str:
    if alert.status is Status.ACTUAL:
        return ""
    japanese, english = MARKS[alert.status]
    return f"{japanese}{english} {alert.series}"


def mark(words: str, status: Status, language: str) -> str:
    """The words with the drill's mark at both ends; words that carry it already, and real ones, stay as they are."""
    if status is Status.ACTUAL or not words.strip():
        return words
    japanese, own = MARKS[status][0], beside(status, language)
    if words.startswith(japanese) and words.endswith(japanese):
        return words
    return f"{japanese}{own} {words} {own}{japanese}" if own else f"{japanese}{words}{japanese}"


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
