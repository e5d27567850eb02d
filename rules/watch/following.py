"""What follows from a signal: who shall be told, of what. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import shapely

from feeds.japan import JAPAN
from feeds.status import Status
from feeds.watch import OF_LIFE, Sign, Signal
from geo.crs import to_metres
from geo.gateway import GatewayState
from rules.watch.alarm import What
from rules.watch.ward import Device, Expected, Passes, Supporter, Ward

HELP_OLDEST = timedelta(hours=12)  # a cry that comes later is shown at the desk, and wakes nobody
PASS_OLDEST = timedelta(minutes=60)  # "passed the gate" of long ago is no news
LOW_BATTERY, FULL_AGAIN = 15.0, 40.0  # percent: told once, until it was charged
SILENT_AFTER = 3  # intervals
_HEARD_WITHIN, _LOOKED_WITHIN = timedelta(minutes=30), timedelta(minutes=5)
_ROUGH = 200.0  # metres: a position that is less sure than that leaves no fence
_ASK_WITHIN = timedelta(hours=4)  # behind the hour: a hub that was down asks late, but not the next morning
Gateways = Mapping[str, GatewayState]
_BY = {Sign.BUTTON: What.BUTTON, Sign.FALL: What.FALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Something that shall be told. While one of the same ``key`` is open, nothing new begins."""

    key: str
    what: What
    status: Status
    since: datetime
    place: str = ""
    direction: str = ""
    late: bool = False  # it came long after it happened
    label: str = ""  # of what was expected, or of the device
    battery: float | None = None
    doubt: bool = False  # the line was down meanwhile: it may be the device, and not the person


def of_signal(ward: Ward, signal: Signal, now: datetime) -> Iterator[Opening]:
    """What a signal that was just kept begins."""
    age = now - signal.at
    what = _BY.get(signal.kind)
    key = f"{ward.uid}/{signal.status.value}"
    if what is not None and age <= HELP_OLDEST:
        late = signal.assumed is False and age > timedelta(minutes=5)
        yield Opening(
            key=f"{key}/help", what=what, status=signal.status, since=signal.at, place=signal.place, late=late
        )
    if signal.kind in {Sign.PASSED, Sign.SEEN} and age <= PASS_OLDEST:
        # A beacon says it every minute: of a place that somebody stays at it is told once a day.
        day = signal.at.astimezone(JAPAN).date().isoformat()
        which = f"{signal.place}/{day}" if signal.kind is Sign.SEEN else signal.key
        yield Opening(
            key=f"{key}/{signal.kind.value}/{which}",
            what=What.PASSED,
            status=signal.status,
            since=signal.at,
            place=signal.place,
            direction=signal.direction,
        )
    if signal.kind is Sign.POSITION and age <= PASS_OLDEST and outside(ward, signal):
        yield Opening(key=f"{key}/away", what=What.AWAY, status=signal.status, since=signal.at)
    if signal.battery is not None and signal.battery <= LOW_BATTERY:
        device = ward.device(signal.gateway, signal.device)
        yield Opening(
            key=f"{key}/battery/{signal.gateway}/{signal.device}",
            what=What.BATTERY,
            status=signal.status,
            since=signal.at,
            label=device.what if device else "",
            battery=signal.battery,
        )


def missed(
    ward: Ward, expected: Expected, signs: Sequence[Signal], gateways: Gateways, now: datetime, status: Status
) -> Opening | None:
    """Asked where nothing was seen by its hour today. ``signs``: of the ward, of today at least."""
    local = now.astimezone(JAPAN)
    begins, by = (datetime.combine(local.date(), hour, tzinfo=JAPAN) for hour in (expected.begins, expected.by))
    if not due(expected, now):
        return None
    if ward.paused_until is not None and now < ward.paused_until:
        return None
    if any(fits(expected, one, status) and begins <= one.at for one in signs):
        return None
    return Opening(
        key=f"{ward.uid}/{status.value}/expected/{expected.number}/{local.date().isoformat()}",
        what=What.MISSING,
        status=status,
        since=by,
        label=expected.label,
        doubt=not all(listening(gateways.get(one.gateway), begins, now) for one in ward.devices if one.holds(now)),
    )


def outside(ward: Ward, signal: Signal) -> bool:
    """True where a position is surely beyond the ward's fence."""
    apart = _apart(ward, signal)
    return apart is not None and ward.fence is not None and apart - (signal.accuracy_m or 0) > ward.fence.radius_m


def inside(ward: Ward, signal: Signal) -> bool:
    """True where a position is surely within it, or there is no fence any more."""
    apart = _apart(ward, signal)
    return ward.fence is None or (apart is not None and apart <= ward.fence.radius_m)


def _apart(ward: Ward, signal: Signal) -> float | None:
    """Metres from the middle of the fence; None where nobody can say."""
    if ward.fence is None or signal.lon is None or signal.lat is None or (signal.accuracy_m or 0) > _ROUGH:
        return None
    there, middle = shapely.Point(signal.lon, signal.lat), shapely.Point(ward.fence.lon, ward.fence.lat)
    return float(shapely.distance(to_metres(there), to_metres(middle)))


def due(expected: Expected, now: datetime) -> bool:
    """True in the hours in which it is asked about."""
    local = now.astimezone(JAPAN)
    by = datetime.combine(local.date(), expected.by, tzinfo=JAPAN)
    return local.weekday() in expected.days and by <= now < by + _ASK_WITHIN


def fits(expected: Expected, signal: Signal, status: Status = Status.ACTUAL) -> bool:
    """True for what was waited for."""
    if signal.status is not status or signal.kind not in OF_LIFE:
        return False
    return not expected.places or (signal.place in expected.places and signal.direction != "out")


def listening(gateway: GatewayState | None, since: datetime, now: datetime) -> bool:
    """True where the hub has heard this gateway without a break since then: its devices' silence is their own."""
    if gateway is None or gateway.seen_at is None:
        return False
    lately = now - gateway.checked_at <= _LOOKED_WITHIN and now - gateway.seen_at <= _HEARD_WITHIN
    return lately and gateway.watched_since <= since


def silent(
    ward: Ward, device: Device, seen_at: datetime | None, gateway: GatewayState | None, now: datetime
) -> Opening | None:
    """Told where a device that speaks every so often has said nothing for three times as long, while its gateway and
    the hub were well: a broken line must not tell hundreds of families."""
    if device.every_minutes is None or not device.holds(now):
        return None
    last = max(one for one in (seen_at, device.since) if one is not None)
    patience = SILENT_AFTER * timedelta(minutes=device.every_minutes)
    if now - last <= patience or gateway is None or not listening(gateway, now - patience, now):
        return None
    key = f"{ward.uid}/{gateway.status.value}/silent/{device.gateway}/{device.device}"
    return Opening(key=key, what=What.SILENT, status=gateway.status, since=last, label=device.what)


def waits_until(supporter: Supporter, what: What, evening: time, now: datetime) -> datetime | None:
    """When a notice goes out to this supporter; None: never. Quiet hours are theirs; a call for help knows none."""
    if what is What.PASSED and supporter.passes is Passes.NONE:
        return None
    local = now.astimezone(JAPAN)
    if what is What.PASSED and supporter.passes is Passes.EVENING:
        return _next(evening, local)
    begins, ends = supporter.quiet_from, supporter.quiet_until
    if begins is None or ends is None or begins == ends:
        return now
    clock = local.time()
    quiet = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    return _next(ends, local) if quiet else now


def _next(hour: time, local: datetime) -> datetime:
    today = datetime.combine(local.date(), hour, tzinfo=JAPAN)
    return today if today > local else today + timedelta(days=1)
