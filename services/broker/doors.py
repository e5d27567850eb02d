"""Which door the settings want: one process at one durable session, or several that share the work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from services.broker.client import MqttClient
from services.broker.door import Door
from services.broker.jetstream import JetStreamDoor
from services.broker.login import Login
from services.configuration.gateways import Broker
from services.configuration.gateways import Door as Kind

SHARE = "ingest"  # the name under which the processes share a subscription


def door_of(
    city: Broker | None, login: Login, filters: Sequence[str], *, marker: Path, now: Callable[[], datetime]
) -> Door:
    """The door, not started. ``city`` is None where the broker is our own; ``marker`` as for :class:`MqttClient`."""
    if city is None or city.door is Kind.SESSION:
        return MqttClient(login, filters, marker=marker, now=now)
    if city.door is Kind.JETSTREAM:
        return JetStreamDoor(login, city.nats, filters, marker=marker, now=now)
    own = replace(login, client_id=f"{login.client_id}-{city.worker}")
    mine = marker.with_name(f"{marker.name}-{city.worker}")
    return MqttClient(own, [f"$share/{SHARE}/{one}" for one in filters], marker=mine, now=now)
