"""Mosquitto's configuration, password file and rights, as text, safe for a hub that may be away for a day.

Settings and their reasons: docs/gateways.md. Mosquitto's defaults drop beyond a thousand waiting messages and still
acknowledge what they drop.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence

from services.broker.rights import HUB, HUB_USER, Gateway, Rights, all_rights
from services.broker.site import Site

_ITERATIONS = 101  # Mosquitto's own; it computes them at each CONNECT, and our passwords are random, not guessable
SAFE = (
    "allow_anonymous false",
    "persistence true",
    "autosave_on_changes false",
    "autosave_interval 10",  # seconds; a kill loses what came since
    "max_queued_messages 2000000",
    "max_queued_bytes 2000000000",
    "max_inflight_messages 2000",
    "max_packet_size 1048576",
    "persistent_client_expiration 30d",
    "set_tcp_nodelay true",
    "log_dest stderr",
    "log_type error",
    "log_type warning",
    "log_type notice",
)


def configuration(site: Site) -> str:
    """``mosquitto.conf``. With ``site.certificates`` the CN of a client's certificate is its user name."""
    who = (
        ("require_certificate true", "use_identity_as_username true")
        if site.certificates
        else (f"password_file {site.folder / 'passwd'}",)
    )
    return _lines(
        "# Written by `shirase gateways export`; changes are lost at the next one.",
        "per_listener_settings false",
        f"listener {site.port} {site.host}",
        f"cafile {site.tls.ca}",
        f"certfile {site.tls.certificate}",
        f"keyfile {site.tls.key}",
        "tls_version tlsv1.2",
        *who,
        f"acl_file {site.folder / 'acl'}",
        f"persistence_location {site.state}/",
        f"pid_file {site.state}/mosquitto.pid",
        *SAFE,
    )


def passwords(hub_password: str, gateways: Mapping[str, Gateway]) -> str:
    """``passwd``. ValueError for a gateway whose password is known as bcrypt only."""
    lines = [f"{HUB_USER}:{digest(hub_password)}"]
    for name, gateway in sorted(gateways.items()):
        if not gateway.digest and gateway.password.startswith("$2"):
            raise ValueError(f"{name}: Mosquitto cannot use a bcrypt password; `shirase gateways rotate {name}` first")
        lines.append(f"{name}:{gateway.digest or digest(gateway.password)}")
    return _lines(*lines)


def access_list(gateways: Mapping[str, Gateway], heard: Sequence[str] = ()) -> str:
    """``acl``: what is not named is forbidden. ``heard``: what the hub reads beside hub/v1."""
    hub = Rights(publish=HUB.publish, subscribe=(*HUB.subscribe, *heard, "$SYS/#"))
    entries = {HUB_USER: hub, **all_rights(gateways)}
    return _lines(*(line for name, rights in entries.items() for line in _entry(name, rights)))


def digest(password: str) -> str:
    """The password as Mosquitto 2 keeps it: PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(12)
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"


def _entry(name: str, rights: Rights) -> tuple[str, ...]:
    write = (f"topic write {topic}" for topic in rights.publish)
    read = (f"topic read {topic}" for topic in rights.subscribe)
    # Mosquitto's deny forbids reading too. A gateway that answers itself on its own rejects fools only itself.
    never = (f"topic deny {topic}" for topic in rights.never if topic not in rights.subscribe)
    return (f"user {name}", *write, *read, *never, "")


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"
