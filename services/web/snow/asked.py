"""What people ask of the snow desk, checked at the door: JSON of the API and forms of the page alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from feeds.instant import instant
from feeds.japan import JAPAN
from feeds.status import Status
from rules.orders.decision import Expected, Kind
from rules.orders.life import Act, ActError
from services.orders.desk import Said, Wanted
from services.web.context import WebContext
from services.web.security import WebError, storable

LONGEST = 400  # characters of a note
MOST_VEHICLES, MOST_CM = 300, 150
_STATUS = {"not_found": 404, "not_allowed": 403}
_CLOCKS_APART = timedelta(minutes=5)
_LONGEST_FORECAST = timedelta(hours=48)


def status_of(text: str | None, context: WebContext) -> Status:
    """A hub that runs an exercise is asked about the exercise, unless told otherwise. Raises WebError."""
    try:
        return Status(text) if text else context.own
    except ValueError:
        raise WebError(400, "bad_status", "status は Actual、Exercise、Test のどれかです。 / Unknown status.") from None


def act_of(value: Any) -> Act:
    """An act by its name. Raises WebError."""
    try:
        return Act(value)
    except ValueError:
        acts = " / ".join(Act)
        raise WebError(400, "bad_act", f"act は {acts} のどれかです。 / Unknown act.") from None


def number_of(value: Any) -> int:
    """The number of an order, as a number or in a form. Raises WebError."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**15:
        raise WebError(400, "bad_id", "id は指示の番号です。 / id must be the number of an order.")
    return value


def said_of(body: Mapping[str, Any], now: datetime) -> Said:
    """Words, time and vehicles that go with an act; each may be missing or empty. Raises WebError."""
    text = body.get("text") or ""
    if not isinstance(text, str) or len(text) > LONGEST or not storable(text):
        raise WebError(400, "bad_text", f"text は{LONGEST}字までです。 / text of at most {LONGEST} characters.")
    vehicles = body.get("vehicles")
    if isinstance(vehicles, str):
        vehicles = (
            int(vehicles) if vehicles.isascii() and vehicles.isdigit() and len(vehicles) < 5 else (vehicles or None)
        )
    if vehicles is not None and (type(vehicles) is not int or not 0 <= vehicles <= MOST_VEHICLES):
        raise WebError(400, "bad_vehicles", f"vehicles は 0 から {MOST_VEHICLES} です。 / 0 to {MOST_VEHICLES}.")
    return Said(text=text, happened_at=_moment(body.get("happened_at"), now), vehicles=vehicles)


def wanted_of(body: Mapping[str, Any], context: WebContext) -> Wanted:
    """A new order. Raises WebError."""
    area = context.ground.areas.get(str(body.get("section") or ""))
    if area is None or area.kind != "plow_section":
        raise WebError(400, "bad_section", "section は工区のコードです。 / section must be a plow section.")
    try:
        kind = Kind(str(body.get("kind") or ""))
    except ValueError:
        raise WebError(400, "bad_kind", f"kind は {' / '.join(Kind)} のどれかです。 / Unknown kind.") from None
    classes = body.get("classes") or []
    if not isinstance(classes, list) or not all(type(one) is int and 1 <= one <= 4 for one in classes):
        raise WebError(400, "bad_classes", "classes は道路区分 1 から 4 です。 / classes are of 1 to 4.")
    return Wanted(
        status=status_of(body.get("status"), context),
        section=area.code,
        section_name=area.name,
        kind=kind,
        classes=tuple(sorted(set(classes))),
    )


def expected_of(body: Mapping[str, Any], context: WebContext, who: str) -> tuple[str, Expected]:
    """Snow that is expected, for a section or, where that is empty, all of them. Raises WebError."""
    section = str(body.get("section") or "")
    area = context.ground.areas.get(section)
    if section and (area is None or area.kind != "plow_section"):
        raise WebError(400, "bad_section", "section は工区のコードです。 / section must be a plow section.")
    try:
        cm = -1.0 if isinstance(body.get("cm"), bool) else float(body.get("cm", ""))
    except (TypeError, ValueError, OverflowError):
        cm = -1.0
    if not 0 <= cm <= MOST_CM:
        raise WebError(400, "bad_cm", f"cm は 0 から {MOST_CM} です。 / cm must be 0 to {MOST_CM}.")
    now = context.now()
    until = _ahead(body.get("until"), now)
    source = " ".join(str(body.get("source") or "").split())
    if len(source) > 100 or not storable(source):
        raise WebError(400, "bad_source", "source は100字までです。 / source of at most 100 characters.")
    return section, Expected(cm=cm, at=now, until=until, source=f"{source or '予報'}、{who}が記入")


def refusal(error: ActError) -> WebError:
    """What the desk refused, as an answer."""
    return WebError(_STATUS.get(error.code, 409), error.code, str(error))


def _ahead(value: Any, now: datetime) -> datetime:
    until = _moment(value, now, ahead=True)
    if until is None or not now < until <= now + _LONGEST_FORECAST:
        raise WebError(400, "bad_until", "until は48時間以内のこれからの時刻です。 / until: within 48 hours to come.")
    return until


def _moment(value: Any, now: datetime, *, ahead: bool = False) -> datetime | None:
    """An instant with offset; or ``HH:MM`` in Japan, the last one before now, or the next one."""
    if not value:
        return None
    if not isinstance(value, str) or len(value) > 40:
        raise _bad_time()
    if len(value) <= 5:
        try:
            clock = datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007 - only its time of day is taken
        except ValueError:
            raise _bad_time() from None
        today = datetime.combine(now.astimezone(JAPAN), clock, JAPAN)
        day = timedelta(days=1)
        if ahead:
            return today if today > now else today + day
        if now < today <= now + _CLOCKS_APART:
            return now  # "just now", by a phone that is a little fast; not yesterday
        return today if today <= now else today - day
    try:
        return instant(value)
    except ValueError:
        raise _bad_time() from None


def _bad_time() -> WebError:
    told = "時刻は 23:40 か、2027-01-15T23:40:00+09:00 の形です。 / A time is 23:40, or ISO 8601 with its offset."
    return WebError(400, "bad_time", told)
