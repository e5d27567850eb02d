"""Signs of life: what a batch that has been stored says of its gateways, and of our own canary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from feeds.records import Flag, Reading
from services.canary import TOPIC, Canary
from services.intake import Kind, Sorted
from services.vitals import Vitals


def note(work: Sequence[Sorted], vitals: Vitals, canary: Canary, revoked: Callable[[str], bool]) -> None:
    """Enter it into the books. Whoever is ``revoked`` gives no sign of life."""
    for one in _telling(work):
        message = one.message
        if one.kind is Kind.ECHO:
            if message.topic == TOPIC:
                canary.heard(message.payload)
        elif message.gateway and not revoked(message.gateway):
            _enter(one, vitals)


def _enter(one: Sorted, vitals: Vitals) -> None:
    message = one.message
    if one.kind is Kind.VITAL and not message.topic.endswith("/heartbeat"):
        vitals.status(message.gateway, message.payload, message.received_at, message.retained)
    elif not message.retained:
        vitals.heard(message.gateway, message.received_at)
        if one.carries:
            vitals.over(message.gateway, message.received_at, one.carries)
        if one.kind is Kind.VITAL:
            vitals.beat(message.gateway, message.payload, message.received_at)
        for sent_at in _sent(one):
            vitals.sent(message.gateway, message.received_at, sent_at)
        if readings := [record for record in one.records if isinstance(record, Reading)]:
            ahead = all(Flag.CLOCK_AHEAD in reading.flags for reading in readings)
            vitals.read(message.gateway, message.received_at, ahead)


def _telling(work: Sequence[Sorted]) -> list[Sorted]:
    """Those that say something of their gateway's life: of messages with records alone the newest of each, and the
    newest with readings, say all."""
    said = (Kind.RECORDS, Kind.WATCH)
    fresh = [one for one in work if one.kind in said and not one.message.retained]
    newest = {one.message.gateway: one for one in fresh}
    read = {one.message.gateway: one for one in fresh if any(isinstance(record, Reading) for record in one.records)}
    telling = {id(one) for one in (*newest.values(), *read.values())}
    always = (Kind.VITAL, Kind.ECHO)
    return [one for one in work if one.kind in always or one.carries or id(one) in telling or _sent(one)]


def _sent(one: Sorted) -> set[datetime]:
    """When the gateway sent it, by its own clock; several where the readings of a batch say so, mostly none."""
    return {record.sent_at for record in one.records if isinstance(record, Reading) and record.sent_at}
