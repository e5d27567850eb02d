"""Does an MQTT broker answer there, and until when is its certificate valid? Nothing is kept."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
from datetime import UTC, datetime

from services.broker.login import Login

_CONNECT, _CONNACK, _DISCONNECT = b"\x10", 0x20, b"\xe0\x00"
_CLEAN_WITH_USER_AND_PASSWORD = b"\xc2"


async def connack(host: str, port: int, user: str, password: str, patience: float = 2.0) -> int | None:
    """The return code of CONNACK (0: welcome, 5: not authorised), None where no MQTT 3.1.1 broker answers in time."""
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(_connect(f"probe-{secrets.token_hex(4)}", user, password))
                answer = await reader.readexactly(4)
                writer.write(_DISCONNECT)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return None
    return answer[3] if answer[0] == _CONNACK else None


async def valid_until(login: Login, patience: float = 5.0) -> datetime | None:
    """The end of the certificate of a broker that is asked by TLS; None where no TLS comes about."""
    context = ssl.create_default_context(cafile=str(login.ca))
    if login.certificate:
        context.load_cert_chain(login.certificate, login.key)
    try:
        async with asyncio.timeout(patience):
            _, writer = await asyncio.open_connection(login.host, login.port, ssl=context)
    except (OSError, TimeoutError):
        return None
    told = writer.get_extra_info("peercert")
    writer.close()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told["notAfter"]), UTC) if told else None


def _connect(client_id: str, user: str, password: str) -> bytes:
    head = _text("MQTT") + b"\x04" + _CLEAN_WITH_USER_AND_PASSWORD + (10).to_bytes(2, "big")
    body = head + _text(client_id) + _text(user) + _text(password)
    return _CONNECT + _length(len(body)) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw


def _length(count: int) -> bytes:
    """The variable-length count of the protocol: seven bits a byte, lowest first."""
    out = bytearray()
    while True:
        count, low = divmod(count, 128)
        out.append(low | (0x80 if count else 0))
        if not count:
            return bytes(out)
