"""Who may publish and listen where, before any broker's way of writing it down.

A gateway owns the topics under its own name, also those that no feed knows: what it publishes there by mistake shall
reach the hub and be told, not vanish. Not ``rejects``, which is the hub's answer, and not ``telegram`` or ``watch``
without a grant: no gateway shall forge an official message, or call people to somebody who needs no help.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

HUB_USER = "hub"
RESERVED = frozenset({HUB_USER, "public"})
_NAME = re.compile(r"[a-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Who may connect.

    ``password`` is plain, or bcrypt where it begins with ``$2a$``; ``digest`` is the same password as Mosquitto keeps
    it (``$7$``). ``also`` names topic filters it may publish on beside its own: a ChirpStack server needs
    ``application/+/device/+/event/up``, for example.
    """

    password: str = field(repr=False)
    digest: str = field(default="", repr=False)
    telegram: bool = False
    watch: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rights:
    """MQTT topic filters. What is not named is forbidden; ``never`` are topics not to be published on all the same."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    never: tuple[str, ...] = ()


HUB = Rights(
    publish=("hub/v1/+/rejects", "hub/v1/public/#", f"hub/v1/{HUB_USER}/#"),
    subscribe=("hub/v1/#",),
)


def rights_of(name: str, gateway: Gateway) -> Rights:
    """What the gateway may do. ValueError for a name or a topic filter that cannot be granted, with the cure."""
    own = f"hub/v1/{checked_name(name)}"
    also = tuple(checked_filter(one) for one in gateway.also)
    granted = {"telegram": gateway.telegram, "watch/#": gateway.watch}
    return Rights(
        publish=(f"{own}/#", f"owntracks/{name}/#", *also),
        subscribe=(f"{own}/rejects", "hub/v1/public/#"),
        never=(f"{own}/rejects", *(f"{own}/{topic}" for topic, may in granted.items() if not may)),
    )


def all_rights(gateways: Mapping[str, Gateway]) -> dict[str, Rights]:
    """The rights of every gateway, by name in order."""
    return {name: rights_of(name, gateways[name]) for name in sorted(gateways)}


def checked_name(name: str) -> str:
    """The name. ValueError where a gateway cannot be called so."""
    if not _NAME.fullmatch(name) or name in RESERVED:
        taken = ", ".join(sorted(RESERVED))
        raise ValueError(f"{name!r} cannot be a gateway's name: use 1 to 64 of a-z 0-9 _ -, and none of {taken}")
    return name


def checked_filter(topic: str) -> str:
    """The topic filter. ValueError for one that a broker's file cannot hold, or that reaches into other people's."""
    levels = topic.split("/")
    fine = topic.isprintable() and " " not in topic and not topic.startswith("$") and all(levels)
    if not fine or any(("+" in one or "#" in one) and len(one) > 1 for one in levels) or "#" in levels[:-1]:
        raise ValueError(f"{topic!r} cannot be granted: name a topic filter without spaces, $ or empty levels")
    if levels[0] in {"hub", "+", "#"}:
        raise ValueError(f"{topic!r} cannot be granted: hub/… belongs to the gateways by their names")
    return topic
