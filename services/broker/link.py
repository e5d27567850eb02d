"""One connection to an MQTT broker, from CONNECT to its end, on the event loop and without a thread.

A link is never reconnected: its packet ids mean nothing on another connection, and so they die with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.broker.dialect import SESSION_TAKEN_OVER, connect, new_client
from services.broker.login import DeniedError, ForbiddenError, LinkError, Login, UnreachableError, UntrustedError
from services.broker.publish import Publish, told_by_library
from services.broker.read_ahead import ReadAhead

_OPEN_PATIENCE = 10.0  # seconds until CONNACK
_CLOSE_PATIENCE = 2.0
_READ_BURST = 200  # messages in one turn of the event loop, so that others get theirs


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incoming:
    """A message as it came. ``connection`` says which link it came by: only there may it be acknowledged."""

    topic: str
    payload: bytes
    retained: bool
    received_at: datetime
    connection: int
    packet_id: int
    qos: int
    tries: int = 1  # how often it was handed to one of us, where the broker counts that


class Link:
    """Callbacks run on the event loop and must not raise: ``on_message`` per message, ``on_granted`` per filter."""

    def __init__(
        self,
        login: Login,
        number: int,
        now: Callable[[], datetime],
        on_message: Callable[[Incoming], None],
        on_granted: Callable[[str, bool], None],
    ) -> None:
        self.number = number
        self.ever_paused = self.owed = False  # owed, at its end: a PUBLISH of ours had no answer
        # At its end: by another with our client id? None: not told, as MQTT 3.1.1 never can and Mosquitto never does.
        self.taken_over: bool | None = None
        self._login, self._now = login, now
        self._on_message, self._on_granted = on_message, on_granted
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._welcome: asyncio.Future[bool] = self._loop.create_future()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._asked: dict[int, Sequence[str]] = {}
        self._published: dict[int, asyncio.Future[None]] = {}
        self._in_hand: dict[int, Incoming] = {}
        self._reading = self._closing = False
        self._arrived = 0
        self._heard = self._pinged = self._loop.time()
        self._beat: asyncio.Task[None] | None = None
        self._paho = self._new_paho()

    async def open(self) -> bool:
        """Connect; True where the broker still had our session. LinkError when it is not there or does not want us."""
        connecting = self._loop.run_in_executor(None, connect(self._paho, self._login))
        try:
            await asyncio.shield(connecting)
        except ssl.SSLError as error:
            raise UntrustedError(self._where, error) from error
        except OSError as error:
            raise UnreachableError(f"{self._where} is not reachable: {error}") from error
        except asyncio.CancelledError:
            connecting.add_done_callback(self._dropped_when_made)
            raise
        self._send_at_once()
        self.resume()
        try:
            async with asyncio.timeout(_OPEN_PATIENCE):  # wait_for would lose a cancellation that comes with CONNACK
                present = await asyncio.shield(self._welcome)
        except TimeoutError:
            self.drop("no CONNACK")
            raise LinkError(f"{self._where} accepts the connection but does not answer CONNECT") from None
        except BaseException:
            self.drop("not opened")
            raise
        self._beat = asyncio.create_task(self._keep_alive(), name=f"mqtt-keepalive-{self.number}")
        return present

    async def ended(self) -> str:
        """Wait for the end of the connection; the reason in words."""
        return await asyncio.shield(self._ended)

    async def close(self) -> None:
        """Send what is still to be sent, then DISCONNECT."""
        self._closing = True
        self._paho.disconnect()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ended(), _CLOSE_PATIENCE)
        self.drop("closed")

    def subscribe(self, filters: Sequence[str]) -> None:
        """Ask for QoS 1; each filter's answer comes by ``on_granted``."""
        result, packet_id = self._paho.subscribe([(topic, 1) for topic in filters])
        if not result and packet_id is not None:
            self._asked[packet_id] = tuple(filters)

    async def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        """Return once the broker has it (QoS 1: PUBACK).

        LinkError when the link ends before, ForbiddenError where an MQTT 5 broker refuses it, ValueError: bad topic.
        """
        if self._ended.done():
            raise LinkError(self._ended.result())
        info = self._paho.publish(topic, payload, qos, retain)
        if qos == 0:
            return
        acknowledged = self._published[info.mid] = self._loop.create_future()
        await acknowledged

    def acknowledge(self, incoming: Incoming) -> bool:
        """Send PUBACK, if this very message still holds its packet id on this very link."""
        if self._in_hand.get(incoming.packet_id) is not incoming:
            return False
        del self._in_hand[incoming.packet_id]
        self._paho.ack(incoming.packet_id, 1)
        return True

    def pause(self) -> None:
        """Stop reading; the broker then waits on its side. Keep-alive goes on."""
        sock = self._paho.socket()
        if self._reading and sock is not None:
            self._loop.remove_reader(sock)
        self._reading = False
        self.ever_paused = True

    def resume(self) -> None:
        """Read again, beginning with what waits already."""
        sock = self._paho.socket()
        if not self._reading and sock is not None:
            self._reading = True
            self._heard = self._loop.time()
            self._loop.add_reader(sock, self._readable)
            self._loop.call_soon(self._read_held)

    def _send_at_once(self) -> None:
        """Else a burst of PUBACKs waits for the other side's delayed ACK, and is dropped if we close meanwhile."""
        sock = self._paho.socket()
        if isinstance(sock, socket.socket):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _new_paho(self) -> ReadAhead:
        paho = new_client(self._login)
        paho.on_connect = self._connected
        paho.on_subscribe = self._subscribed
        paho.on_publish = self._acknowledged
        paho.on_message = lambda _client, _userdata, message: self._take(told_by_library(message))
        paho.on_disconnect = self._disconnected
        paho.on_socket_close = self._socket_closes
        paho.on_socket_register_write = self._wants_to_write
        paho.on_socket_unregister_write = self._has_written
        return paho

    @property
    def _where(self) -> str:
        return f"the MQTT broker at {self._login.host}:{self._login.port}"

    def _connected(self, _client: Any, _userdata: Any, flags: Any, reason: Any, _properties: Any) -> None:
        if self._welcome.done():
            return
        if reason.is_failure:
            self._welcome.set_exception(DeniedError(f"{self._where} refuses {self._login.user!r}: {reason}"))
        else:
            self._welcome.set_result(bool(flags.session_present))

    def _subscribed(self, _client: Any, _userdata: Any, packet_id: int, reasons: Any, _properties: Any) -> None:
        for topic, reason in zip(self._asked.pop(packet_id, ()), reasons, strict=False):
            self._on_granted(topic, reason.value == 1)  # 0 is granted too, but without redelivery: not good enough

    def _acknowledged(self, _client: Any, _userdata: Any, packet_id: int, reason: Any, _properties: Any) -> None:
        waiting = self._published.pop(packet_id, None)
        if not waiting or waiting.done():
            return
        if reason.is_failure:  # MQTT 5 only: before, a broker that forbids it takes it and throws it away
            waiting.set_exception(ForbiddenError(f"{self._where} forbids {self._login.user!r} to publish: {reason}"))
        else:
            waiting.set_result(None)

    def _take(self, message: Publish) -> None:
        self._arrived += 1
        incoming = Incoming(
            topic=message.topic,
            payload=message.payload,
            retained=message.retained,
            received_at=self._now(),
            connection=self.number,
            packet_id=message.packet_id,
            qos=message.qos,
        )
        if incoming.qos:
            held = self._in_hand.get(incoming.packet_id)
            if held and message.again and (held.topic, held.payload) == (incoming.topic, incoming.payload):
                return  # the broker grew impatient; the message is in hand and its one PUBACK will come
            self._in_hand[incoming.packet_id] = incoming
        self._on_message(incoming)

    def _disconnected(self, _client: Any, _userdata: Any, flags: Any, reason: Any, _properties: Any) -> None:
        if flags.is_disconnect_packet_from_server:
            self.taken_over = reason.value == SESSION_TAKEN_OVER
        self._end("closed" if self._closing else f"{self._where} ended the connection ({reason})")

    def _end(self, reason: str) -> None:
        error = LinkError(reason)
        if not self._welcome.done():
            self._welcome.set_exception(error)
            self._welcome.exception()  # taken note of, whether or not open() still waits
        for waiting in self._published.values():
            if not waiting.done():
                waiting.set_exception(error)
        self.owed |= bool(self._published)
        self._published.clear()
        self._in_hand.clear()
        if not self._ended.done():
            self._ended.set_result(reason)
        if self._beat:
            self._beat.cancel()

    def _readable(self) -> None:
        self._heard = self._loop.time()
        for _ in range(_READ_BURST):
            before = self._arrived
            try:
                self._read_one()
            except Exception as error:  # noqa: BLE001 - what the library cannot digest ends the link, not the hub
                self.drop(f"{self._where} sent what cannot be read: {error!r}")
            if not self._reading:
                return
            if self._arrived == before:
                break
        self._loop.call_soon(self._read_held)

    def _read_one(self) -> None:
        if message := self._paho.next_publish():
            self._take(message)
        else:
            self._paho.loop_read()

    def _read_held(self) -> None:
        """What came and was not read yet makes no socket readable."""
        if self._reading and self._paho.holds:
            self._readable()

    def _wants_to_write(self, _client: Any, _userdata: Any, sock: Any) -> None:
        if threading.get_ident() == self._thread:
            self._loop.add_writer(sock, self._paho.loop_write)
        else:  # connect() runs in an executor and queues its first packet there
            self._loop.call_soon_threadsafe(self._loop.add_writer, sock, self._paho.loop_write)

    def _has_written(self, _client: Any, _userdata: Any, sock: Any) -> None:
        self._loop.remove_writer(sock)

    def _socket_closes(self, _client: Any, _userdata: Any, sock: Any) -> None:
        self._reading = False
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)

    def drop(self, reason: str) -> None:
        """End the TCP connection without a word; without effect on one that has ended."""
        self._paho._sock_close()  # the public way says DISCONNECT first and waits until that can be written
        self._end(reason)

    def _dropped_when_made(self, connecting: asyncio.Future[Any]) -> None:
        if not connecting.cancelled():
            connecting.exception()  # taken note of: nobody waits for it any more
        self.drop("given up while connecting")

    async def _keep_alive(self) -> None:
        """Ping also while reading is paused, where the library, missing the answer, would give the connection up."""
        keepalive = self._login.keepalive
        while True:
            await asyncio.sleep(min(1.0, keepalive / 4))
            now = self._loop.time()
            if self._reading and now - self._heard > 1.5 * keepalive:
                self.drop(f"{self._where} has been silent for {1.5 * keepalive:.0f} s")
                return
            if now - self._pinged >= keepalive / 2:
                self._pinged = now
                self._paho._send_pingreq()  # the library's public way also gives up on its own
