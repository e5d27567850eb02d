"""The configuration of the embedded nats-server, as text. Pure: what is asked for goes in, the file comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HUB_USER = "hub"
RESERVED = frozenset({HUB_USER, "public"})
_NAME = re.compile(r"[a-z0-9_-]{1,64}")

MAX_ACK_PENDING = 2000  # in flight per subscription; a session's sum must stay below 65,535
MAX_PAYLOAD = 1_048_576  # bytes; a long telegram has some hundred kilobytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Who may connect. ``password`` is plain, or bcrypt where it begins with ``$2a$``.

    ``also`` names topic filters it may publish on beside ``hub/v1/NAME/#`` and ``owntracks/NAME/#``: a ChirpStack
    server needs ``application/+/device/+/event/up``, for example.
    """

    password: str = field(repr=False)
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything the file says."""

    folder: Path  # absolute
    host: str
    port: int
    hub_password: str = field(repr=False)
    redeliver_after: float = 10.0  # seconds unacknowledged; the server waits this long even after a reconnect
    gateways: Mapping[str, Gateway] = field(default_factory=dict)

    @property
    def config_file(self) -> Path:
        return self.folder / "nats-server.conf"

    @property
    def pid_file(self) -> Path:
        return self.folder / "nats-server.pid"

    @property
    def log_file(self) -> Path:
        return self.folder / "nats-server.log"


def render(plan: Plan) -> str:
    """The configuration file. ValueError for a gateway name or password that cannot stand in it, with the cure.

    The server's own NATS listener cannot be switched off; it takes any free loopback port and asks for a password
    like the MQTT one. Every message is synced to disk before its PUBACK goes out.
    """
    users = [f"{{ user: {_quote(HUB_USER)}, password: {_quote(plan.hub_password)} }}"]
    users += [_user(name, gateway) for name, gateway in sorted(plan.gateways.items())]
    limits = f'ack_wait: "{plan.redeliver_after:g}s", max_ack_pending: {MAX_ACK_PENDING}'
    return "\n".join(
        (
            "# Written by shirase at every start; changes are lost.",
            "server_name: shirase",
            f"listen: {_quote(f'{plan.host}:-1')}",
            f"pid_file: {_quote(str(plan.pid_file))}",
            f"log_file: {_quote(str(plan.log_file))}",
            "logfile_size_limit: 5000000",
            "logfile_max_num: 3",
            'write_deadline: "60s"',  # a hub whose store fails stops reading; no reason to cut it off soon
            f"max_payload: {MAX_PAYLOAD}",
            f"jetstream {{ store_dir: {_quote(str(plan.folder / 'jetstream'))}, sync_interval: always }}",
            f"mqtt {{ listen: {_quote(f'{plan.host}:{plan.port}')}, {limits} }}",
            "authorization {",
            "  users = [",
            *(f"    {user}" for user in users),
            "  ]",
            "}",
            "",
        )
    )


def _user(name: str, gateway: Gateway) -> str:
    if not _NAME.fullmatch(name) or name in RESERVED:
        taken = ", ".join(sorted(RESERVED))
        raise ValueError(f"{name!r} cannot be a gateway's name: use 1 to 64 of a-z 0-9 _ -, and none of {taken}")
    own = f"hub.v1.{name}"
    publish = [f"{own}.>", f"owntracks.{name}.>", *(_subject(topic) for topic in gateway.also)]
    # A filter ending in # also matches its parent, which the server checks as a subject of its own.
    subscribe = [f"{own}.rejects", "hub.v1.public", "hub.v1.public.>"]
    rights = f"publish: {{ allow: {_list(publish)}, deny: {_list([f'{own}.rejects'])} }}, subscribe: {_list(subscribe)}"
    return f"{{ user: {_quote(name)}, password: {_quote(gateway.password)}, permissions: {{ {rights} }} }}"


def _subject(topic: str) -> str:
    """An MQTT topic filter as the server's subject: levels by dots, + is *, # is >, a dot within a level is //."""
    if not topic or " " in topic or topic.startswith("$") or "//" in topic:
        raise ValueError(f"{topic!r} cannot be granted: name a topic filter without spaces, $ or empty levels")
    levels = (level.replace(".", "//").replace("+", "*").replace("#", ">") for level in topic.split("/"))
    return ".".join(levels)


def _list(subjects: Sequence[str]) -> str:
    return "[" + ", ".join(_quote(subject) for subject in subjects) + "]"


def _quote(text: str) -> str:
    if not text.isprintable() or not text:
        raise ValueError("a password or path of the broker is empty or has control characters: choose another")
    return json.dumps(text, ensure_ascii=False)
