"""A CAP alert as the plain JSON that other people's programs read. Points are [longitude, latitude]."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from feeds.cap.types import CapAlert, CapArea, CapInfo, CapReference, CapResource, CapValue


def cap_line(alert: CapAlert) -> dict[str, Any]:
    """The alert as a JSON object, in the words of the standard; text that is absent is null."""
    return {
        "record": "telegram",
        "feed": "cap",
        "identifier": alert.identifier,
        "sender": alert.sender,
        "sent": alert.sent.isoformat(),
        "status": alert.status,
        "msg_type": alert.msg_type,
        "scope": alert.scope,
        "source": alert.source or None,
        "note": alert.note or None,
        "codes": list(alert.codes),
        "references": [_reference(reference) for reference in alert.references],
        "incidents": list(alert.incidents),
        "info": [_info(info) for info in alert.infos],
    }


def _reference(reference: CapReference) -> dict[str, str]:
    return {
        "sender": reference.sender,
        "identifier": reference.identifier,
        "sent": reference.sent.isoformat(),
    }


def _info(info: CapInfo) -> dict[str, Any]:
    return {
        "language": info.language,
        "categories": list(info.categories),
        "event": info.event,
        "response_types": list(info.response_types),
        "urgency": info.urgency,
        "severity": info.severity,
        "certainty": info.certainty,
        "event_codes": _values(info.event_codes),
        "effective": _time(info.effective),
        "onset": _time(info.onset),
        "expires": _time(info.expires),
        "sender_name": info.sender_name or None,
        "headline": info.headline or None,
        "description": info.description or None,
        "instruction": info.instruction or None,
        "web": info.web or None,
        "contact": info.contact or None,
        "parameters": _values(info.parameters),
        "resources": [_resource(resource) for resource in info.resources],
        "areas": [_area(area) for area in info.areas],
    }


def _area(area: CapArea) -> dict[str, Any]:
    return {
        "area_desc": area.description,
        "polygons": [[list(point) for point in ring] for ring in area.polygons],
        "circles": [asdict(circle) for circle in area.circles],
        "geocodes": _values(area.geocodes),
        "altitude_ft": area.altitude_ft,
        "ceiling_ft": area.ceiling_ft,
    }


def _resource(resource: CapResource) -> dict[str, Any]:
    """Without its content: deref_uri may hold megabytes."""
    line = asdict(resource)
    return {name: value for name, value in line.items() if name != "deref_uri"}


def _values(values: tuple[CapValue, ...]) -> list[dict[str, str]]:
    return [{"name": value.name, "value": value.value} for value in values]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
