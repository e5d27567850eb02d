"""Whether a signal may be kept at all. Each no has a name, and is all that is counted of the signal."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from feeds.status import Status
from feeds.watch import Sign, Signal
from rules.watch.ward import Purpose, Ward


class Reason(StrEnum):
    """Why a signal was let fall."""

    NO_GRANT = "no_grant"  # the gateway may not publish under watch
    NOT_SET_UP = "not_set_up"  # this hub has no [watch]
    NO_DEVICE = "no_device"  # bound to nobody
    DEVICE_OVER = "device_over"  # lent back, lost, or run out
    NO_CONSENT = "no_consent"  # nobody ever agreed to signals
    CONSENT_OVER = "consent_over"  # it ran out or was withdrawn
    NO_POSITION = "no_position"  # agreed to signals, not to positions
    NO_DRILL = "no_drill"  # a drill, and not agreed to drills
    RETAINED = "retained"  # a broker's old copy: nobody knows how old
    OTHER_KEY = "other_key"  # the ward is sealed under a key that is not here
    OVER_ALLOWANCE = "over_allowance"  # the gateway sends without end; cries for help pass all the same


def refused(ward: Ward | None, signal: Signal, now: datetime) -> Reason | None:
    """Why the signal may not be kept; None where it may."""
    device = ward.device(signal.gateway, signal.device) if ward else None
    if ward is None or device is None:
        return Reason.NO_DEVICE
    if not device.holds(now):
        return Reason.DEVICE_OVER
    if not ward.agrees(Purpose.SIGNALS, now):
        agreed_once = any(Purpose.SIGNALS in one.purposes for one in ward.consents)
        return Reason.CONSENT_OVER if agreed_once else Reason.NO_CONSENT
    if signal.kind is Sign.POSITION and not ward.agrees(Purpose.POSITION, now):
        return Reason.NO_POSITION
    if signal.status is not Status.ACTUAL and not ward.agrees(Purpose.DRILL, now):
        return Reason.NO_DRILL
    return None


def without_position(ward: Ward, signal: Signal, now: datetime) -> bool:
    """True where a signal that carries a position beside must lose it."""
    return signal.lon is not None and not ward.agrees(Purpose.POSITION, now)
