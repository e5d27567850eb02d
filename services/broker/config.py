"""nats-server's configuration, as text. Pure: what is asked for goes in, the file comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.broker.rights import HUB_USER, Gateway, Rights, all_rights
from services.broker.site import Site
from services.broker.subjects import subjects

MAX_ACK_PENDING = 2000  # in flight per subscription; a session's sum must stay below 65,535
_SESSION_AT_MOST = 65_535  # over all subscriptions of a session; beyond it nats-server refuses the last ones
_GATEWAYS_COME = 'allowed_connection_types: ["MQTT"]'
MAX_PAYLOAD = 1_048_576  # bytes; a long telegram has some hundred kilobytes


def check_filters(filters: Sequence[str]) -> None:
    """ValueError where these are more subscriptions than one session may have. One that ends in # counts twice."""
    most = _SESSION_AT_MOST // MAX_ACK_PENDING
    count = sum(2 if one.endswith("#") else 1 for one in filters)
    if count > most:
        what = f"{count} topic filters (those with # count twice) are more than the {most} of one session"
        raise ValueError(f"{what}: let mappings share a filter, {', '.join(filters)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything the file of the embedded broker says."""

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
    """The embedded broker's file. ValueError for a name, filter or password that cannot stand in it, with the cure."""
    own = (
        "# Written by shirase at every start; changes are lost.",
        f"listen: {quote(f'{plan.host}:-1')}",
        f"pid_file: {quote(str(plan.pid_file))}",
        f"log_file: {quote(str(plan.log_file))}",
        "logfile_size_limit: 5000000",
        "logfile_max_num: 3",
    )
    mqtt = f"mqtt {{ listen: {quote(f'{plan.host}:{plan.port}')}, {limits_of(plan.redeliver_after)} }}"
    return "\n".join((*own, *safe(plan.folder / "jetstream"), mqtt, *people(plan.hub_password, plan.gateways), ""))


def render_site(site: Site, hub_password: str, gateways: Mapping[str, Gateway]) -> str:
    """The file of a nats-server that gateways reach by TLS. ValueError as :func:`render`.

    With ``site.certificates`` a client certificate stands for the password: its subject must be ``CN=NAME``.
    """
    mqtt = f"listen: {quote(f'{site.host}:{site.port}')}, {limits_of()}, {tls_of(site, verify=site.certificates)}"
    who = people(hub_password, gateways, by_certificate=site.certificates)
    head = (
        "# Written by `shirase gateways export`; changes are lost at the next one.",
        'listen: "127.0.0.1:-1"',  # nobody speaks NATS to it
        f"pid_file: {quote(str(site.state / 'nats-server.pid'))}",
    )
    return "\n".join((*head, *safe(site.state / "jetstream"), f"mqtt {{ {mqtt} }}", *who, ""))


def limits_of(redeliver_after: float = 10.0) -> str:
    """How much of MQTT may be under way, and how long until it is repeated."""
    return f'ack_wait: "{redeliver_after:g}s", max_ack_pending: {MAX_ACK_PENDING}'


def tls_of(site: Site, *, verify: bool = False) -> str:
    """The certificate of the server; with ``verify`` a client shows one too, whose subject is its user."""
    named = {"cert_file": site.tls.certificate, "key_file": site.tls.key, "ca_file": site.tls.ca}
    files = ", ".join(f"{name}: {quote(str(path))}" for name, path in named.items())
    return f"tls {{ {files}{', verify_and_map: true' if verify else ''} }}"


def safe(jetstream: Path, name: str = "shirase") -> tuple[str, ...]:
    """What a hub that may be away for a day needs. Every message is synced to disk before its PUBACK goes out.

    The server's own NATS listener cannot be switched off; it asks for a password like the MQTT one.
    """
    return (
        f"server_name: {quote(name)}",
        'write_deadline: "60s"',  # a hub whose store fails stops reading; no reason to cut it off soon
        f"max_payload: {MAX_PAYLOAD}",
        f"jetstream {{ store_dir: {quote(str(jetstream))}, sync_interval: always }}",
    )


def people(hub_password: str, gateways: Mapping[str, Gateway], *, by_certificate: bool = False) -> Sequence[str]:
    """Who may come, and what each may do. A gateway comes by MQTT alone: NATS itself is for the hub."""
    users = [_credentials(HUB_USER, hub_password, by_certificate)]
    for name, rights in all_rights(gateways).items():
        who = _credentials(name, gateways[name].password, by_certificate)
        users.append(f"{who}, {_GATEWAYS_COME}, {_permissions(rights)}")
    return ("authorization {", "  users = [", *(f"    {{ {user} }}" for user in users), "  ]", "}")


def _credentials(name: str, password: str, by_certificate: bool) -> str:
    return f"user: {quote(f'CN={name}')}" if by_certificate else f"user: {quote(name)}, password: {quote(password)}"


def _permissions(rights: Rights) -> str:
    publish = f"{{ allow: {_list(rights.publish)}, deny: {_list(rights.never)} }}"
    return f"permissions: {{ publish: {publish}, subscribe: {_list(rights.subscribe)} }}"


def _list(filters: Sequence[str]) -> str:
    return "[" + ", ".join(quote(subject) for topic in filters for subject in subjects(topic)) + "]"


def quote(text: str) -> str:
    """As a string of the file. ValueError for what cannot stand in one."""
    if not text.isprintable() or not text:
        raise ValueError("a password or path of the broker is empty or has control characters: choose another")
    return json.dumps(text, ensure_ascii=False)
