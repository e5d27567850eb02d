"""Every channel, one line each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ValidationError

from feeds.cap.sign import Signer
from rules.alert import Alert
from rules.voice.japanese import Readings
from services.channels import cap_feed, facebook, line, linkage, log, mastodon, voice, webhook
from services.channels.bluesky import channel as bluesky
from services.channels.channel import Channel
from services.channels.lalert import channel as lalert
from services.channels.lalert import node, urgent_mail
from services.channels.mail import channel as mail
from services.channels.mqtt import channel as mqtt
from services.channels.push import channel as push
from services.channels.x import channel as x


class ChannelError(Exception):
    """A channel that cannot be set up; the text names the settings key and the cure, and never a secret."""


class Trial(StrEnum):
    """What ``prove`` of a channel does; nothing of it reaches the public."""

    NONE = "none"  # there is no way to try it that nobody would notice
    INSIDE = "inside"  # stays in the house
    ASKS = "asks"  # logs in, reads, has a text checked
    SENDS = "sends"  # a message of status Test to a partner's machine


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of outlet: its settings, how to make it, and settings that do for rendering but never for sending."""

    config: type[BaseModel]
    make: Callable[..., Channel]
    render_only: Mapping[str, str] = field(default_factory=dict)
    signs: bool = False  # its documents carry the city's signature, where a key is set
    speaks: bool = False  # says names aloud, and so needs their readings
    slow: bool = True  # takes minutes to reach people, or may; False: it reaches nobody
    trial: Trial = Trial.ASKS


_NO_ACCOUNT = dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "0-none")
_NO_KEY = {"private_key": f"{'A' * 42}E", "contact": "https://city.invalid"}
_NO_SYSTEM = {"url": "https://linkage.invalid/", "token": "none"}
_NO_PARTNER = {"url": "https://partner.invalid/", "secret": "A" * 32}
_NO_NODE = {
    "url": "https://node.invalid/",
    "user": "none",
    "password": "none",
    "sender_id": "none",
    "organization_code": "032018",
    "organization": "岩手県盛岡市",
    "office": "危機管理防災課",
}

CHANNELS: Mapping[str, Kind] = {
    "x": Kind(x.Config, x.X, _NO_ACCOUNT),
    "linkage": Kind(
        linkage.Config,
        linkage.Linkage,
        _NO_SYSTEM,
        signs=True,
        trial=Trial.SENDS,
    ),
    "lalert": Kind(node.Config, lalert.LAlert, _NO_NODE, trial=Trial.SENDS),
    "urgent_mail": Kind(urgent_mail.Config, urgent_mail.UrgentMail, _NO_NODE, trial=Trial.NONE),
    "line": Kind(line.Config, line.Line, {"token": "none"}),
    "mastodon": Kind(mastodon.Config, mastodon.Mastodon, {"url": "https://mastodon.invalid", "token": "none"}),
    "bluesky": Kind(bluesky.Config, bluesky.Bluesky, {"identifier": "none", "app_password": "none"}),
    "facebook": Kind(facebook.Config, facebook.Facebook, {"page": "0", "token": "none"}),
    "webhook": Kind(webhook.Config, webhook.Webhook, _NO_PARTNER, trial=Trial.SENDS),
    "mqtt": Kind(mqtt.Config, mqtt.Mqtt, trial=Trial.NONE),
    "voice": Kind(voice.Config, voice.Voice, {"folder": "."}, speaks=True, trial=Trial.INSIDE),
    "push": Kind(push.Config, push.Push, _NO_KEY, trial=Trial.NONE),
    "mail": Kind(mail.Config, mail.Mail, {"host": "mail.invalid", "sender": "none@city.invalid"}),
    "cap_feed": Kind(cap_feed.Config, cap_feed.CapFeed, signs=True, trial=Trial.INSIDE),
    "log": Kind(log.Config, log.Log, slow=False, trial=Trial.INSIDE),
}
# What a rule may name instead of each of them: those that the city has set up.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "social": ("x", "line", "facebook", "mastodon", "bluesky"),
    "authorities": ("linkage", "lalert"),
    "open": ("cap_feed", "mqtt", "webhook", "voice"),  # taken by whoever wants it, and made into what they need
    "residents": ("mail", "push"),  # who subscribed; it takes minutes to tell them all
}
# Of a group a city may do without, so where nobody set it up nobody misses it.
_NOT_MISSED = frozenset({"residents"})
# People learn of these by 緊急速報メール and J-ALERT. A post minutes later, when the shaking is over or the wave there,
# or one that cannot be called back within seconds, does harm.
SECONDS_COUNT = frozenset({"earthquake", "tsunami"})


def build(
    name: str, options: Mapping[str, Any], signer: Signer | None = None, readings: Readings | None = None
) -> Channel:
    """The channel of one ``[channels.NAME]`` table of the settings. Raises ChannelError with every fault at once."""
    kind = CHANNELS.get(name)
    if kind is None:
        raise ChannelError(f"channels.{name}: there is no such channel; use one of {', '.join(sorted(CHANNELS))}")
    try:
        config = kind.config.model_validate(dict(options))
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        raise ChannelError("; ".join(_told(name, kind, fault) for fault in faults)) from None
    if kind.signs:
        return kind.make(config, signer)
    return kind.make(config, readings) if kind.speaks else kind.make(config)


def outlets(names: Sequence[str], set_up: Collection[str]) -> tuple[str, ...]:
    """The channels that a rule's words mean, each once. A group of which none is set up stays, for staff to see,
    but for subscribers, whom a city need not have.
    """
    there = [[one for one in GROUPS.get(name, (name,)) if one in set_up] for name in names]
    meant = [some or ([] if name in _NOT_MISSED else [name]) for name, some in zip(names, there, strict=True)]
    return tuple(dict.fromkeys(name for some in meant for name in some))


def too_slow(name: str, alert: Alert) -> bool:
    """True where the channel must not tell of any of the alert's hazards."""
    kinds = {alert.kind, *(key.split("/")[2] for key in alert.hazards)}
    return bool(kinds & SECONDS_COUNT) and (name not in CHANNELS or CHANNELS[name].slow)


def renderer(name: str, readings: Readings | None = None) -> Channel:
    """A channel that can render, made without credentials. It cannot send. Raises ChannelError for an unknown name."""
    return build(name, CHANNELS[name].render_only if name in CHANNELS else {}, readings=readings)


def _told(name: str, kind: Kind, fault: Any) -> str:
    key = ".".join(["channels", name, *map(str, fault["loc"])])
    if fault["type"] == "missing":
        return f'{key} is missing; write it, or {{ file = "PATH" }} with a file that holds it'
    if fault["type"] == "extra_forbidden":
        return f"{key} is not a setting of this channel; it has {', '.join(kind.config.model_fields)}"
    return f"{key}: {fault['msg']}"
