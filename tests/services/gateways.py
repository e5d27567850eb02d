"""A sensor gateway as cities have them: paho with its own thread, publishing at QoS 1."""

from __future__ import annotations

import json
import threading
import time
from types import TracebackType
from typing import Any

from paho.mqtt.client import Client, MQTTMessageInfo, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from services.broker.embedded import Access


class SensorGateway:
    """Use as a context manager; blocks until connected."""

    def __init__(
        self, access: Access, name: str, password: str, listen: tuple[str, ...] = (), client_id: str = ""
    ) -> None:
        self.name, self.heard, self.granted = name, list[tuple[str, bytes]](), list[bool]()
        self._access, self._listen, self._connected = access, listen, threading.Event()
        self._answered = threading.Event()
        self.paho = Client(
            CallbackAPIVersion.VERSION2, client_id or f"client-{name}", clean_session=False, protocol=MQTTv311
        )
        self.paho.username_pw_set(name, password)
        self.paho.reconnect_delay_set(0.05, 0.2)
        self.paho.max_inflight_messages_set(500)  # as a gateway that catches up in a hurry
        self.paho.on_connect = self._on_connect
        self.paho.on_subscribe = self._on_subscribe
        self.paho.on_message = lambda _c, _u, message: self.heard.append((message.topic, message.payload))

    def __enter__(self) -> SensorGateway:
        self.paho.connect(self._access.host, self._access.port, keepalive=10)
        self.paho.loop_start()
        assert self._connected.wait(5), "the gateway was not let in"
        assert not self._listen or self._answered.wait(5)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()

    def send(self, topic: str, payload: bytes | dict[str, Any], retain: bool = False) -> MQTTMessageInfo:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.paho.publish(f"hub/v1/{self.name}/{topic}", body, qos=1, retain=retain)

    def send_and_wait(self, topic: str, payload: bytes | dict[str, Any], retain: bool = False) -> None:
        wait_for_pubacks([self.send(topic, payload, retain)])

    def _on_connect(self, client: Client, _u: Any, _flags: Any, reason: Any, _p: Any) -> None:
        if reason.is_failure:
            return
        self._connected.set()
        if self._listen:
            client.subscribe([(topic, 1) for topic in self._listen])

    def _on_subscribe(self, _c: Client, _u: Any, _mid: int, reasons: Any, _p: Any) -> None:
        self.granted = [not reason.is_failure for reason in reasons]
        self._answered.set()


def wait_for_pubacks(sent: list[MQTTMessageInfo], patience: float = 20) -> None:
    """Block until the broker has acknowledged every one."""
    deadline = time.monotonic() + patience
    for info in sent:
        info.wait_for_publish(max(0.0, deadline - time.monotonic()))
        assert info.is_published(), "no PUBACK in time"


def reading(number: int, station: str = "st0123", value: float | None = None) -> dict[str, Any]:
    """A hub JSON reading with an id of its own."""
    minute, second = divmod(number % 3600, 60)
    return {
        "v": 1,
        "id": f"{station}-{number}",
        "station": station,
        "quantity": "snow_depth",
        "value": number / 10 if value is None else value,
        "unit": "cm",
        "time": f"2026-01-15T06:{minute:02d}:{second:02d}+09:00",
    }
