"""A paho client as a login wants it: protocol version, session and TLS. The link adds what happens on it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from services.broker.login import LinkError, Login, Protocol
from services.broker.read_ahead import ReadAhead

SESSION_TAKEN_OVER = 0x8E  # MQTT 5: somebody else came with our client id
_SESSION_LASTS = 30 * 24 * 3600  # seconds that a broker keeps what waits for us; MQTT 3.1.1 leaves that to the broker
_AT_ONCE = 1000  # messages that an MQTT 5 broker may send before we acknowledge the first


def new_client(login: Login) -> ReadAhead:
    """The client, not connected. Raises LinkError for a certificate or key that cannot be used, naming the file."""
    five = login.protocol is Protocol.V5
    paho = ReadAhead(
        CallbackAPIVersion.VERSION2,
        client_id=login.client_id,
        protocol=MQTTv5 if five else MQTTv311,
        clean_session=None if five else not login.durable,
        manual_ack=True,
        reconnect_on_failure=False,  # else a refused protocol version makes it reconnect, blocking, as MQTT 3.1
    )
    if login.user:
        paho.username_pw_set(login.user, login.password or None)
    if login.ca:
        paho.tls_set_context(tls_context(login))
    paho.max_inflight_messages_set(100)
    return paho


def connect(paho: Client, login: Login) -> Callable[[], object]:
    """The blocking call that connects."""
    if login.protocol is Protocol.V311:
        return lambda: paho.connect(login.host, login.port, login.keepalive)
    asked = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    asked.SessionExpiryInterval = _SESSION_LASTS if login.durable else 0
    asked.ReceiveMaximum = _AT_ONCE
    clean = not login.durable  # the library's own default would empty the session with each new process
    return lambda: paho.connect(login.host, login.port, login.keepalive, clean_start=clean, properties=asked)


def tls_context(login: Login) -> ssl.SSLContext:
    """TLS 1.2 or later; the broker's name and certificate are checked."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    _usable(login.ca, "ca", lambda: made.load_verify_locations(login.ca))
    if login.certificate:
        _usable(login.certificate, "certificate", lambda: made.load_cert_chain(str(login.certificate), login.key))
    return made


def _usable(file: Path | None, setting: str, load: Callable[[], object]) -> None:
    try:
        load()
    except (OSError, ssl.SSLError) as error:
        raise LinkError(f"[broker] {setting}: {file} cannot be used ({error}): a file in PEM is wanted") from error
