"""What ended by itself: the danger is over, somebody was seen, a device is well, a consent was withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from feeds.watch import Signal
from rules.watch.alarm import What, purpose_of
from rules.watch.following import FULL_AGAIN, fits, inside
from rules.watch.ward import Ward
from services.store.watch_alarms import Alarm
from services.store.watch_wards import Heard
from services.watch.seeing import Seen

_LASTS = timedelta(hours=48)  # an alarm that nobody ended by then is old, and calls nobody


def ended(seen: Seen) -> Iterator[tuple[Alarm, str]]:
    """Each alarm that is over, with a word why."""
    for alarm in seen.open:
        ward = seen.wards.get(alarm.ward)
        if ward is None:
            if alarm.ward not in seen.closed:
                yield alarm, "removed"
        elif not ward.agreed_to(purpose_of(alarm.what), alarm.status, seen.now):
            yield alarm, "withdrawn"
        elif alarm.what is What.EVACUATE:
            if why := _of_danger(seen, alarm):
                yield alarm, why
        elif alarm.what in {What.BATTERY, What.SILENT}:
            if _is_well(seen, alarm, ward):
                yield alarm, "well"
        elif _is_back(seen, alarm, ward):
            yield alarm, "seen"
        elif seen.now - alarm.opened_at > _LASTS:
            yield alarm, "old"


def _of_danger(seen: Seen, alarm: Alarm) -> str:
    alerts = seen.danger.get((alarm.ward, alarm.status))
    if not alerts:
        return "over"
    return "raised" if alerts[0].level > alarm.level else ""


def _is_well(seen: Seen, alarm: Alarm, ward: Ward) -> bool:
    """Charged, or heard again; or it is the ward's no more."""
    name = alarm.key.split("/", 3)[3]
    one = next((each for each in seen.heard if f"{each.gateway}/{each.device}" == name), None)
    device = ward.device(one.gateway, one.device) if one else None
    if one is None or device is None or not device.holds(seen.now):
        return True
    return _charged(one) if alarm.what is What.BATTERY else one.seen_at is not None and one.seen_at > alarm.since


def _charged(one: Heard) -> bool:
    return one.battery is not None and one.battery >= FULL_AGAIN


def _is_back(seen: Seen, alarm: Alarm, ward: Ward) -> bool:
    """Whoever was asked for is there, by a sign that was waited for; who cried for help is not."""
    fresh: list[Signal] = [signal for theirs, signal in seen.fresh if theirs.uid == ward.uid]
    if alarm.what is What.AWAY:
        return any(inside(ward, one) for one in fresh)
    if alarm.what is not What.MISSING:
        return False
    number = alarm.key.split("/")[3]
    waited = next((one for one in ward.expected if str(one.number) == number), None)
    return waited is None or any(fits(waited, one, alarm.status) for one in fresh)
