"""The hub's MQTT client: durable session, acknowledgement only after the commit, bounded buffer, reconnecting."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import structlog

from services.broker.buffer import Buffer
from services.broker.link import Incoming, Link
from services.broker.login import DeniedError, LinkError, Login, UnreachableError
from services.broker.named import mark
from services.clock import wall
from services.ending import cancelled

log = structlog.get_logger(__name__)

_MOST_TAKEOVERS, _TAKEOVER_WINDOW = 5, 60.0  # seconds


class ClientStoppedError(Exception):
    """The client has been stopped and publishes no more."""


class Phase(StrEnum):
    """Where the client stands. Only UP means that everything asked for flows."""

    STOPPED = "stopped"
    CONNECTING = "connecting"
    DENIED = "denied"  # the broker does not let us in
    SUBSCRIBING = "subscribing"
    UP = "up"
    REFUSED = "refused"  # a subscription was refused: that part of the city is dark
    THROWN_OUT = "thrown_out"  # again and again: another hub uses our client id


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the buffer and seconds between attempts."""

    messages: int = 10_000
    octets: int = 64_000_000
    first_delay: float = 0.5
    most_delay: float = 5.0  # a line that is whole again is used within seconds, however long it was not
    steady: float = 60.0  # a connection this old resets the delay
    fight: float = 10.0  # what lasted longer was not ended by a rival, who would have come back sooner
    stay_down: float = 60.0  # after too many takeovers
    ask_again: float = 60.0  # refused subscriptions
    grace: float = 10.0  # to read on in a former session, where each subscription is served in an order of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientState:
    """For health pages and metrics."""

    phase: Phase
    detail: str
    connection: int  # number of connections made so far
    buffered: int  # messages
    paused: bool  # reading stopped at the buffer's bound
    refused: tuple[str, ...]  # filters
    sessions_lost: int

    @property
    def ready(self) -> bool:
        return self.phase is Phase.UP


class MqttClient:
    """Give it filters to receive, none to publish only. One task may call :meth:`next_batch`.

    ``marker`` is a file that outlives the process and names the session that exists at the broker, so that one lost
    between two lives of the hub is noticed too.
    """

    def __init__(
        self,
        login: Login,
        filters: Sequence[str] = (),
        *,
        limits: Limits | None = None,
        marker: Path | None = None,
        now: Callable[[], datetime] = wall,
    ) -> None:
        self._login, self._filters, self.now = login, tuple(filters), now
        self._limits, self._marker = limits or Limits(), marker
        self._had_session = marker is not None and marker.exists()
        self._buffer = Buffer(self._limits.messages, self._limits.octets)
        self._linked = asyncio.Event()
        self._link: Link | None = None
        self._granted: set[str] = set()
        self._refused: set[str] = set()
        self._losses: deque[float] = deque()
        self._phase, self._detail = Phase.STOPPED, ""
        self._count = self._sessions_lost = 0
        self._draining = self._stopped = False
        self._runner: asyncio.Task[None] | None = None

    @property
    def state(self) -> ClientState:
        """A snapshot."""
        return ClientState(
            phase=self._phase,
            detail=self._detail,
            connection=self._count,
            buffered=len(self._buffer),
            paused=not self._buffer.room.is_set(),
            refused=tuple(sorted(self._refused)),
            sessions_lost=self._sessions_lost,
        )

    async def start(self) -> None:
        """Begin to connect, and go on for ever; does not wait for the broker."""
        self._runner = asyncio.create_task(self._run(), name="mqtt")

    def reconnect(self, reason: str) -> None:
        """End the present connection, if there is one, and make another."""
        if self._link and self._linked.is_set():
            self._link.drop(reason)

    def stop_reading(self) -> None:
        """Take nothing more in. :meth:`next_batch` hands out what is buffered, then an empty list."""
        self._draining = True
        if self._link:
            self._link.pause()
        self._buffer.close()

    async def stop(self) -> None:
        """Send the acknowledgements still queued, DISCONNECT, and end. The session stays at the broker."""
        self.stop_reading()
        if self._link and self._linked.is_set():
            await self._link.close()
        if self._runner:
            await cancelled([self._runner])
        self._stopped = True
        self._linked.set()
        self._now_in(Phase.STOPPED, "")

    async def next_batch(self, limit: int = 500) -> list[Incoming]:
        """Wait for at least one message and take up to ``limit`` that wait; empty only when draining is done."""
        batch = await self._buffer.take(limit)
        if self._buffer.room.is_set() and self._link and not self._draining:
            self._link.resume()
        return batch

    def ack(self, incoming: Incoming) -> bool:
        """Tell the broker that the message is safe; False where its connection is gone and it will come again.

        Call after the commit. A packet id acknowledged on another connection than its own could settle a message
        that nobody has seen.
        """
        link = self._link
        return link is not None and link.number == incoming.connection and link.acknowledge(incoming)

    async def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """Return once the broker has acknowledged; waits for the broker and sends again over connections.

        At least once: the receiver may see it twice. ValueError for a topic with wildcards, ForbiddenError
        where an MQTT 5 broker says that we have no right to the topic; an older one takes it and drops it.
        """
        while True:
            await self._linked.wait()
            if self._stopped or self._link is None:
                raise ClientStoppedError("this MQTT client has been stopped")
            try:
                await self._link.publish(topic, payload, qos, retain)
            except LinkError:
                await asyncio.sleep(0.01)  # lets the end of the connection be noticed
            else:
                return

    def _take(self, incoming: Incoming) -> None:
        self._buffer.put(incoming)
        if not self._buffer.room.is_set() and self._link:
            self._link.pause()

    def _note_grant(self, topic: str, granted: bool) -> None:
        (self._granted if granted else self._refused).add(topic)
        (self._refused if granted else self._granted).discard(topic)
        if self._refused:
            names = ", ".join(sorted(self._refused))
            self._now_in(Phase.REFUSED, f"the broker refuses to deliver {names}: give this user the right to subscribe")
            log.error("mqtt_subscription_refused", filter=topic, user=self._login.user)
        elif self._granted >= set(self._filters):
            self._now_in(Phase.UP, "")

    async def _run(self) -> None:
        delay, loop = self._limits.first_delay, asyncio.get_running_loop()
        while not self._draining:
            await self._buffer.room.wait()
            began = loop.time()
            try:
                link = self._new_link()
                reason = await self._live(link)
            except LinkError as error:
                if isinstance(error, UnreachableError):
                    self._losses.clear()  # the broker went away, we were not thrown out
                if str(error) != self._detail:
                    log.warning("mqtt_not_connected", reason=str(error))
                self._now_in(Phase.DENIED if isinstance(error, DeniedError) else Phase.CONNECTING, str(error))
            else:
                lasted = loop.time() - began
                if lasted > self._limits.steady:
                    delay = self._limits.first_delay
                # Cut off for its slowness, or by a broker that cannot store what we publish: nobody else's doing.
                innocent = link.ever_paused or link.owed or link.taken_over is False
                suspicious = not (self._draining or innocent) and lasted <= self._limits.fight
                if suspicious and self._thrown_out(loop.time()):
                    await asyncio.sleep(self._limits.stay_down)
                    continue
                self._now_in(Phase.CONNECTING, reason)
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, guards nothing
            delay = min(delay * 2, self._limits.most_delay)

    def _new_link(self) -> Link:
        self._count += 1
        return Link(self._login.turn(self._count), self._count, self.now, self._take, self._note_grant)

    async def _live(self, link: Link) -> str:
        """One connection from CONNECT to its end; the reason of the end."""
        self._link = link  # before CONNECT: a kept session delivers right behind CONNACK
        try:
            self._note_session(await link.open())
            self._granted.clear()
            self._refused.clear()
            self._now_in(Phase.SUBSCRIBING if self._filters else Phase.UP, "")
            if self._filters:
                link.subscribe(self._filters)
            self._linked.set()
            log.info("mqtt_connected", connection=link.number)
            return await self._until_end(link)
        finally:
            self._linked.clear()
            self._link = None

    async def _until_end(self, link: Link) -> str:
        ended = asyncio.ensure_future(link.ended())
        while True:
            await asyncio.wait([ended], timeout=self._limits.ask_again)
            if ended.done():
                tell = log.info if self._draining else log.warning
                tell("mqtt_connection_ended", connection=link.number, reason=ended.result())
                return ended.result()
            if self._refused:
                link.subscribe(sorted(self._refused))

    def _note_session(self, present: bool) -> None:
        if self._had_session and not present and self._login.durable:
            self._sessions_lost += 1
            log.error(
                "mqtt_session_lost",
                meaning="the broker no longer knows us; what it held for us is gone",
                cure="ask the gateways to send again what they published since the last stored time",
            )
        self._had_session = True
        if self._marker and self._login.durable:
            mark(self._marker, self._login.client_id)

    def _thrown_out(self, at: float) -> bool:
        self._losses.append(at)
        while at - self._losses[0] > _TAKEOVER_WINDOW:
            self._losses.popleft()
        if len(self._losses) < _MOST_TAKEOVERS:
            return False
        self._losses.clear()
        detail = (
            f"thrown out {_MOST_TAKEOVERS} times within a minute: does another hub use this client id "
            f"([broker] client_id)? Trying again in {self._limits.stay_down:.0f} s"
        )
        self._now_in(Phase.THROWN_OUT, detail)
        log.error("mqtt_thrown_out", detail=detail)
        return True

    def _now_in(self, phase: Phase, detail: str) -> None:
        self._phase, self._detail = phase, detail
