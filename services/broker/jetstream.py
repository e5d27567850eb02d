"""The way in for several processes: all pull from one durable consumer over what nats-server's MQTT has stored.

A gateway's PUBACK goes out when its message lies in the stream of MQTT itself, on most of the nodes; a stream of our
own would be filled a moment later, and a node that dies in that moment would take along what was acknowledged. So the
consumer stands on that very stream, which keeps a message until the consumer has our acknowledgement (ADR 50).
"""

from __future__ import annotations

import asyncio
import itertools
import random
import secrets
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog
from nats.aio.client import Client as Nats
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from services.broker.buffer import Buffer
from services.broker.client import ClientState, Limits, MqttClient, Phase
from services.broker.link import Incoming
from services.broker.login import LinkError, Login, UntrustedError
from services.broker.rights import HUB_USER
from services.broker.workqueue import (
    AT_ONCE,
    BACK,
    DONE,
    HEARTBEAT,
    STILL_AT_IT,
    connected,
    end_of,
    make_sure,
    next_of,
    request,
    topic_of,
)
from services.clock import wall
from services.ending import cancelled
from services.figures import BROKER_WAITING as WAITING

log = structlog.get_logger(__name__)

_ASIDE = ("hub/v1/+/status", f"hub/v1/{HUB_USER}/canary")  # everyone needs all of these, not their share
_AGAIN = 1.5  # seconds between words to the broker that what we hold is not lost
_SUSPECT = 3  # taken so often without an end, it is looked at alone, lest its neighbours share its fate
_SILENCE = 3.5 * HEARTBEAT  # seconds without a sign of life until we ask again


class JetStreamDoor:
    """One of any number of processes that share the work; see :class:`services.broker.door.Door`.

    ``servers`` are the nodes' NATS listeners, HOST:PORT. What the hub publishes, the statuses that the broker retains
    and our own canary go by an MQTT connection beside, which keeps no session: ``login`` says where. An acknowledgement
    names the message and not the connection, so it holds over reconnecting.
    """

    def __init__(
        self,
        login: Login,
        servers: Sequence[str],
        filters: Sequence[str],
        *,
        limits: Limits | None = None,
        marker: Path | None = None,
        now: Callable[[], datetime] = wall,
    ) -> None:
        self._login, self._servers, self._filters, self.now = login, tuple(servers), tuple(filters), now
        self._limits, self._marker = limits or Limits(messages=2 * AT_ONCE), marker
        self._me = f"{login.client_id}-{secrets.token_hex(4)}"
        own = replace(login, client_id=self._me, durable=False)
        self._side = MqttClient(own, _ASIDE, limits=limits, now=now)
        self._buffer = Buffer(self._limits.messages, self._limits.octets)
        self._held: dict[Incoming, tuple[str, float]] = {}  # where to acknowledge it, and since when it is here
        self._words: deque[tuple[str, bytes]] = deque()  # to be told to the broker
        self._told = asyncio.Event()
        self._nats: Nats | None = None
        self._phase, self._detail = Phase.STOPPED, ""
        self._connections = self._lost = 0
        self._draining = False
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def state(self) -> ClientState:
        """That of both connections: up only where both are."""
        side = self._side.state
        phase, detail = (self._phase, self._detail) if side.ready else (side.phase, side.detail)
        return replace(
            side,
            phase=phase,
            detail=detail,
            connection=side.connection + self._connections,
            buffered=side.buffered + len(self._buffer),
            paused=side.paused or not self._buffer.room.is_set(),
            sessions_lost=self._lost,
        )

    async def start(self) -> None:
        """Begin to connect, and go on for ever; does not wait for the broker."""
        await self._side.start()
        self._now_in(Phase.CONNECTING, "")
        work = {"pull": self._run(), "tell": self._tell(), "hold": self._hold_on(), "aside": self._take_aside()}
        self._tasks = [asyncio.create_task(one, name=f"jetstream-{name}") for name, one in work.items()]

    def reconnect(self, reason: str) -> None:
        """Make the connection beside anew; the other is asked for a sign of life each second, and mends itself."""
        self._side.reconnect(reason)

    def stop_reading(self) -> None:
        """Take nothing more in. :meth:`next_batch` hands out what is buffered, then an empty list."""
        self._draining = True
        self._side.stop_reading()
        self._buffer.close()

    async def stop(self) -> None:
        """Tell what is done, give back what is not, and end."""
        self.stop_reading()
        await cancelled(self._tasks)
        self._words.extend((reply, BACK) for reply, _ in self._held.values())
        self._held.clear()
        if self._nats and not self._nats.is_closed:
            try:
                async with asyncio.timeout(2.0):
                    await self._say(self._nats)
                    await self._nats.flush()
            except (NatsError, TimeoutError, OSError) as error:
                log.warning("jetstream_not_told", error=repr(error)[:300])  # it all comes again, to somebody
            await self._nats.close()
        await self._side.stop()
        self._now_in(Phase.STOPPED, "")

    async def next_batch(self, limit: int = 500) -> list[Incoming]:
        """Wait for at least one message and take up to ``limit``, a suspect alone; empty when draining is done."""
        return await self._buffer.take(limit, _SUSPECT)

    def ack(self, incoming: Incoming) -> bool:
        """Tell the broker that the message is safe. Call after the commit."""
        held = self._held.pop(incoming, None)
        if held is None:
            return self._side.ack(incoming)
        self._words.append((held[0], DONE))
        self._told.set()
        return True

    async def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """By MQTT, so that it reaches gateways at QoS 1; as :meth:`MqttClient.publish`."""
        await self._side.publish(topic, payload, qos, retain)

    async def _take_aside(self) -> None:
        while batch := await self._side.next_batch():
            for one in batch:
                self._buffer.put(one)

    async def _run(self) -> None:
        delay, loop = self._limits.first_delay, asyncio.get_running_loop()
        while not self._draining:
            began = loop.time()
            try:
                self._nats = self._nats or await self._connected()
                await self._pull(self._nats)
            except Exception as error:  # noqa: BLE001 - whatever it is, a way in that has ended must not look open
                lasted = loop.time() - began > self._limits.most_delay
                delay = self._limits.first_delay if lasted else min(delay * 2, self._limits.most_delay)
                self._not_pulling(error)
                await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, guards nothing

    async def _connected(self) -> Nats:
        limits = self._limits
        made = await connected(self._login, self._servers, self._me, limits.first_delay, self._hindered)
        self._connections += 1
        log.info("jetstream_connected", server=str(made.connected_url and made.connected_url.netloc.rpartition("@")[2]))
        return made

    async def _hindered(self, error: Exception) -> None:
        """What the library only tells, and goes on by itself: without a connection nothing else would say why."""
        if self._nats is None or not self._nats.is_connected:
            self._not_pulling(error)
        else:
            log.info("jetstream_trouble", error=repr(error)[:300])

    def _not_pulling(self, error: Exception) -> None:
        where = f"JetStream at {', '.join(self._servers)}"
        untrusted = isinstance(error, ssl.SSLError)
        why = str(UntrustedError(where, error)) if untrusted else f"{where}: {error or type(error).__name__}"
        if why != self._detail:
            log.warning("jetstream_not_pulling", reason=why)
        self._now_in(Phase.CONNECTING, why)

    async def _pull(self, connection: Nats) -> None:
        """Ask for more as long as there is room.

        Raises LinkError where the broker says that it will bring no more, TimeoutError where it gives no sign of life:
        a request that was forgotten with its node is never answered.
        """
        self._note_consumer(await make_sure(connection, self._login.client_id, self._filters))
        base = connection.new_inbox()
        inbox = await connection.subscribe(f"{base}.*")
        try:
            for number in itertools.takewhile(lambda _: not self._draining, itertools.count()):
                await self._buffer.room.wait()
                asked = f"{base}.{number}"
                await connection.publish(next_of(self._login.client_id), request(), reply=asked)
                await self._take_in(inbox, asked)
        finally:
            if not connection.is_closed:
                await inbox.unsubscribe()

    def _note_consumer(self, present: bool) -> None:
        known = self._marker is not None and self._marker.exists()
        if known and not present:
            self._lost += 1
            log.error(
                "jetstream_consumer_lost",
                consumer=self._login.client_id,
                meaning="the broker no longer knows us; what it held for us is gone",
                cure="ask the gateways to send again what they published since the last stored time",
            )
        if self._marker and not known:
            self._marker.touch()

    async def _take_in(self, inbox: Subscription, asked: str) -> None:
        """What one request brings. What the broker has to say of an earlier one, which brought all it may, comes when
        the next is under way, and is no end of that.
        """
        taken = 0
        while taken < AT_ONCE and not self._draining:
            message = await inbox.next_msg(timeout=_SILENCE)
            if message.headers and "Status" in message.headers:
                if message.subject != asked:
                    continue
                end = end_of(message.headers)
                if end:
                    raise LinkError(end)
                self._now_in(Phase.UP, "")
                WAITING.set(0)
                if end is not None:
                    return
            else:
                taken += 1
                self._take(message)

    def _take(self, message: Msg) -> None:
        known = message.metadata
        incoming = Incoming(
            topic=topic_of(message.subject),
            payload=message.data,
            retained=False,  # who has subscribed hears of a retained message once, when it is published
            received_at=self.now(),
            connection=0,
            packet_id=0,
            qos=1,
            tries=known.num_delivered or 1,
        )
        self._now_in(Phase.UP, "")
        WAITING.set(known.num_pending or 0)
        self._held[incoming] = message.reply, asyncio.get_running_loop().time()
        self._buffer.put(incoming)

    async def _tell(self) -> None:
        while True:
            await self._told.wait()
            self._told.clear()
            if self._nats is None:
                continue
            try:
                await self._say(self._nats)
            except Exception as error:  # noqa: BLE001 - what is not told comes again
                log.warning("jetstream_not_told", error=repr(error)[:300])
                await asyncio.sleep(self._limits.first_delay)
                self._told.set()

    async def _say(self, connection: Nats) -> None:
        while self._words:
            await connection.publish(*self._words[0])
            self._words.popleft()

    async def _hold_on(self) -> None:
        """While the store fails, or a batch takes long, nobody else shall begin with what is here."""
        while True:
            await asyncio.sleep(_AGAIN)
            if self._nats is None or not self._nats.is_connected:
                continue
            before = asyncio.get_running_loop().time() - _AGAIN
            self._words.extend((reply, STILL_AT_IT) for reply, since in self._held.values() if since < before)
            self._told.set()

    def _now_in(self, phase: Phase, detail: str) -> None:
        self._phase, self._detail = phase, detail
        if phase is not Phase.UP:
            WAITING.set(float("nan"))
