"""A paho client that reads and writes in great gulps.

The library asks the kernel three times for each message and once for each acknowledgement, and takes ten times as long
over a PUBLISH as the packet needs. So what has come is read ahead, whole PUBLISH packets are taken from it here, and
acknowledgements that wait go out together. Everything else, and whatever is not in order, goes the library's way.
"""

from __future__ import annotations

import ssl
from typing import Any

from paho.mqtt.client import PUBACK, Client, MQTTv5
from paho.mqtt.enums import MQTTErrorCode

from services.broker.publish import Publish, publish_at

_AT_ONCE = 64 * 1024  # octets


class ReadAhead(Client):
    """For one connection only. What was read ahead makes no socket readable, so ask :attr:`holds` after each read."""

    _ahead = b""
    _begin = 0

    @property
    def holds(self) -> bool:
        """True where more has come than was read: here, or decrypted by TLS."""
        sock = self.socket()
        return self._begin < len(self._ahead) or (isinstance(sock, ssl.SSLSocket) and sock.pending() > 0)

    def next_publish(self) -> Publish | None:
        """The next packet, where it has come whole and is a PUBLISH; if not, it is for :meth:`loop_read`."""
        if self._in_packet["command"] or self._begin >= len(self._ahead):  # in the middle of a packet, or nothing here
            return None
        found = publish_at(self._ahead, self._begin, five=self._protocol == MQTTv5)
        if found is None:
            return None
        publish, self._begin = found
        return publish

    def _sock_recv(self, bufsize: int) -> bytes:
        """The library's one way to read; its errors, and the empty answer at the end, go through as they are."""
        if self._begin >= len(self._ahead):
            self._ahead, self._begin = super()._sock_recv(max(bufsize, _AT_ONCE)), 0
        taken = self._ahead[self._begin : self._begin + bufsize]
        self._begin += len(taken)
        return taken

    def _packet_queue(
        self, command: int, packet: bytes | bytearray, mid: int, qos: int, info: Any = None
    ) -> MQTTErrorCode:
        """The library's one way to write. A PUBACK behind another that still waits becomes part of it."""
        last = self._out_packet[-1] if self._out_packet else None
        if command != PUBACK:
            return super()._packet_queue(command, packet, mid, qos, info)
        if last is None or last["command"] != PUBACK:
            return super()._packet_queue(command, bytearray(packet), mid, qos, info)
        last["packet"] += packet
        last["to_process"] += len(packet)
        return MQTTErrorCode.MQTT_ERR_SUCCESS
