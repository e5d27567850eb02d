"""A report of what a person saw, as JSON on hub/v1/GATEWAY/report."""

from __future__ import annotations

import re

from feeds.contact import MAX, Contact
from feeds.finding import ANIMALS, Finding
from feeds.members import BadMember, Members
from feeds.records import Report

MAX_PHOTOS = 3
CONTACTS = ("name", "phone", "mail", "device", "account", "line")
_SHA256 = re.compile(r"[0-9a-f]{64}")
KINDS = (
    "bear",
    "boar",
    "deer",
    "suspicious_person",
    "crime",
    "theft",
    "fraud",
    "missing_person",
    "damage",
    "other",
)


def report(members: Members, gateway: str) -> Report:
    """The report, or BadMember: its kind must be known, and a place on the map needs both coordinates."""
    members.version()
    kind = members.text("kind")
    if kind not in KINDS:
        raise BadMember("unknown_kind", f"{kind[:64]!r} is no kind of report; use one of {', '.join(KINDS)}", "kind")
    seen_at = members.time("time")
    if seen_at is None:
        raise BadMember("no_time", "time is required, with its offset: when was it seen?", "time")
    lon, lat = _position(members)
    return Report(
        gateway=gateway,
        report_id=_required(members, "id", 128),
        kind=kind,
        measured_at=seen_at,
        text=_required(members, "text", 4000),
        place=members.text("place", "", at_most=400),
        lon=lon,
        lat=lat,
        confirmed=members.flag("confirmed"),
        source=members.text("source", "", at_most=200),
        status=members.status(),
        photos=_photos(members),
        finding=_finding(members, kind),
        contact=contact(members),
    )


def contact(members: Members) -> Contact | None:
    """How the sender can be reached, where that is told: ``contact_name``, ``contact_phone``, ``contact_mail``, …"""
    told = {name: members.text(f"contact_{name}", "", at_most=MAX).strip() for name in CONTACTS}
    return Contact(**told) if any(told.values()) else None


def _required(members: Members, name: str, at_most: int) -> str:
    value = members.text(name, at_most=at_most)
    if not value.strip():
        raise BadMember("missing_member", f"{name} is empty", name)
    return value


def _finding(members: Members, kind: str) -> Finding | None:
    named = members.text("finding", "")
    if not named:
        return None
    if kind not in ANIMALS:
        raise BadMember("bad_member", f"finding is of animals alone ({', '.join(sorted(ANIMALS))})", "finding")
    try:
        return Finding(named)
    except ValueError:
        raise BadMember(
            "bad_member", f"finding is one of {', '.join(Finding)}, not {named[:64]!r}", "finding"
        ) from None


def _photos(members: Members) -> tuple[str, ...]:
    """Photos come by HTTP, for no message of a gateway has room for them; here they are only named."""
    named = members.get("photos")
    if named is None:
        return ()
    if not isinstance(named, list) or len(named) > MAX_PHOTOS:
        raise BadMember("bad_member", f"photos must be an array of at most {MAX_PHOTOS}", "photos")
    if not all(isinstance(one, str) and _SHA256.fullmatch(one) for one in named):
        what = "photos are named by the SHA-256 that POST /api/v1/reports/photos answered"
        raise BadMember("bad_member", what, "photos")
    return tuple(named)


def _position(members: Members) -> tuple[float | None, float | None]:
    lon, lat = members.number("lon"), members.number("lat")
    if (lon is None) != (lat is None):
        raise BadMember("bad_position", "lon and lat come together or not at all", "lon" if lon is None else "lat")
    if lon is not None and not -180 <= lon <= 180:
        raise BadMember("bad_position", f"lon {lon} is outside -180 to 180", "lon")
    if lat is not None and not -90 <= lat <= 90:
        raise BadMember("bad_position", f"lat {lat} is outside -90 to 90; are lon and lat swapped?", "lat")
    return lon, lat
