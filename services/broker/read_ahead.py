"""A paho client that takes from its socket what there is: the library asks the kernel three times for each message."""

from __future__ import annotations

import ssl

from paho.mqtt.client import Client

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

    def _sock_recv(self, bufsize: int) -> bytes:
        """The library's one way to read; its errors, and the empty answer at the end, go through as they are."""
        if self._begin >= len(self._ahead):
            self._ahead, self._begin = super()._sock_recv(max(bufsize, _AT_ONCE)), 0
        taken = self._ahead[self._begin : self._begin + bufsize]
        self._begin += len(taken)
        return taken
