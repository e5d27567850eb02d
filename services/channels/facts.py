"""An alert as JSON: every fact and text of it, the same for every outlet that speaks to programs."""

from __future__ import annotations

from typing import Any

from rules.alert import Alert, Place, Text
from rules.cap_message import mark
from rules.wording.languages import in_order
from services.channels.marks import announced, led, turn_mark_in


def facts(alert: Alert) -> dict[str, Any]:
    """JSON values only; times in ISO 8601. A drill is marked in every text that people read."""
    return {
        "identifier": alert.identifier,
        "series": alert.series,
        "revision": alert.revision,
        "status": alert.status.value,
        "msg_type": alert.msg_type,
        "references": [one.identifier for one in alert.references],
        "ends": alert.ends,
        "correction": dict(alert.correction),
        "corrects": list(alert.concerns),
        "sender": alert.sender,
        "sender_name": alert.sender_name,
        "sent": alert.sent.isoformat(),
        "effective": alert.effective.isoformat(),
        "expires": alert.expires.isoformat(),
        "kind": alert.kind,
        "level": alert.level,
        "alert_level": alert.alert_level,
        "category": alert.category,
        "response": alert.response,
        "urgency": alert.urgency,
        "severity": alert.severity,
        "certainty": alert.certainty,
        "web": alert.web,
        "areas": [_area(place) for place in alert.places],
        "texts": {tag: _text(alert, alert.texts[tag]) for tag in in_order(alert.texts)},
    }


def _area(place: Place) -> dict[str, Any]:
    return {"code": place.code, "name": place.name, "name_en": place.name_en}


def _text(alert: Alert, text: Text) -> dict[str, str]:
    """Each text marked at both ends in a drill, for a receiver may show any of them alone."""
    turn = turn_mark_in(alert, text.language)
    told = {
        "event": text.event,
        "headline": led(text.headline, turn),
        "short": led(announced(alert, text.language), turn),
    }
    told |= {"description": text.description, "instruction": text.instruction}
    return {name: mark(said, alert.status, text.language) for name, said in told.items()}
