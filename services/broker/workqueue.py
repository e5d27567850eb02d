"""The one durable consumer that all ingest processes pull from: where it stands, and how it is asked."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence

import nats
from nats.aio.client import Client as Nats
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import NotFoundError

from services.broker.dialect import tls_context
from services.broker.login import Login
from services.broker.subjects import subjects, topic

STREAM = "$MQTT_msgs"  # nats-server's own, where every QoS 1 message lies before its PUBACK
AT_ONCE = 500  # messages of one request
_OCTETS = 16_000_000  # of one request
_PREFIX = "$MQTT.msgs."
_BACKOFF = [5.0, 30.0, 60.0, 300.0]  # seconds unacknowledged until it goes to somebody else, by the times it was taken
HEARTBEAT = 1.0  # seconds between signs of life while there is nothing to bring
_EXPIRES = 30.0  # seconds
DONE, BACK, STILL_AT_IT = b"+ACK", b"-NAK", b"+WPI"
# How the broker says that the next message does not fit into this request, and that it brought all that it may
_BROUGHT = ("Exceeds MaxBytes", "Batch Completed")


async def connected(
    login: Login, servers: Sequence[str], name: str, pause: float, hindered: Callable[[Exception], Awaitable[None]]
) -> Nats:
    """A connection to one of the nodes, HOST:PORT, that looks for another by itself when its own dies.

    Nothing ends the looking, neither at first nor later: what each attempt fails with is told to ``hindered`` alone.
    Raises LinkError for a certificate of ours that cannot be used.
    """
    scheme = "tls" if login.ca else "nats"
    return await nats.connect(
        servers=[f"{scheme}://{one}" for one in random.sample(servers, len(servers))],
        user=login.user or None,
        password=login.password or None,
        tls=tls_context(login) if login.ca else None,
        name=name,
        max_reconnect_attempts=-1,
        reconnect_time_wait=pause,
        connect_timeout=5,
        ping_interval=10,
        error_cb=hindered,
    )


async def make_sure(connection: Nats, name: str, filters: Sequence[str]) -> bool:
    """Have the consumer, with these filters; True where it was there already.

    Raises what nats raises where there is no stream yet, or no majority of the nodes.
    """
    manager, wanted = connection.jsm(), [_PREFIX + subjects(one)[-1] for one in filters]
    config = ConsumerConfig(
        durable_name=name,
        ack_policy=AckPolicy.EXPLICIT,
        backoff=list(_BACKOFF),
        max_deliver=-1,  # we count ourselves, and put away with its bytes what nobody could finish
        max_ack_pending=20 * AT_ONCE,
        filter_subjects=wanted,
    )
    try:
        info = await manager.consumer_info(STREAM, name)
    except NotFoundError:
        await manager.add_consumer(STREAM, config)
        return False
    if sorted(info.config.filter_subjects or [info.config.filter_subject or ""]) != sorted(wanted):
        await manager.add_consumer(STREAM, config)
    return True


def next_of(name: str) -> str:
    """The subject on which the consumer is asked."""
    return f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{name}"


def request() -> bytes:
    """Send so much, as it comes, and a sign of life each second."""
    nanoseconds = {"expires": _EXPIRES, "idle_heartbeat": HEARTBEAT}
    asked = {name: int(value * 1_000_000_000) for name, value in nanoseconds.items()}
    return json.dumps({"batch": AT_ONCE, "max_bytes": _OCTETS, **asked}).encode()


def topic_of(subject: str) -> str:
    """The MQTT topic of a message of the stream."""
    return topic(subject.removeprefix(_PREFIX))


def end_of(headers: Mapping[str, str]) -> str | None:
    """Why a request has ended: empty for a good reason; None for a mere sign of life."""
    status, why = headers.get("Status", ""), headers.get("Description", "")
    if status == "100":
        return None
    brought = status in {"404", "408"} or any(one in why for one in _BROUGHT)
    return "" if brought else f"{status} {why}".strip()
