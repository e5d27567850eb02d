"""Settings in which every secret there can be is one that would be found again, wherever it came to stand."""

from __future__ import annotations

import base64
import json
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from services.channels.push.vapid import new_key
from services.channels.registry import CHANNELS
from services.configuration.secret import secrets_of
from services.settings import Settings, load
from tests.feeds.cap.keys import pair

NOWHERE = "http://127.0.0.1:9"  # nobody answers there: every call fails, and is told


class Planter:
    """Makes a new secret for each place."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self, before: str = "", after: str = "") -> str:
        self._made += 1
        return f"{before}Planted{self._made:03d}QxJvKwZyPlanted{self._made:03d}QxJvKwZy{after}"


def running(planted: Planter) -> dict[str, Any]:
    """What a hub on SQLite with its own broker can have."""
    key, certificate = pair()
    webhook = base64.b64encode(planted()[:32].encode()).decode()
    node = {"sender_id": "hub", "organization_code": "032018", "organization": "市", "office": "課"}
    where = {"url": f"{NOWHERE}/{planted('hook-')}"}  # a partner's address may be its secret
    mail = {"host": "127.0.0.1", "port": 9, "security": "none", "user": "hub", "sender": "a@city.example"}
    channels: dict[str, dict[str, Any]] = {
        "x": {"consumer_key": planted(), "consumer_secret": planted(), "access_token": planted("7-"),
              "access_token_secret": planted(), "base_url": NOWHERE},
        "linkage": {"url": f"{NOWHERE}/cap", "token": planted()},
        "lalert": {"url": f"{NOWHERE}/soap", "user": "city", "password": planted(), **node},
        "urgent_mail": {"url": f"{NOWHERE}/soap", "user": "city", "password": planted(), **node},
        "line": {"token": planted(), "url": NOWHERE},
        "mastodon": {"url": NOWHERE, "token": planted()},
        "bluesky": {"identifier": "city.example", "app_password": planted(), "url": NOWHERE},
        "facebook": {"page": "7", "token": planted(), "app_secret": planted(), "url": NOWHERE},
        "webhook": {**where, "secret": f"whsec_{webhook}"},
        "push": {"private_key": new_key(), "contact": "mailto:a@city.example"},
        "mail": {**mail, "password": planted()},
        "cap_feed": {}, "log": {},
    }  # fmt: skip
    return {
        "log_level": "DEBUG",
        "signing": {"key": key, "certificate": certificate},
        "web": {"port": 0, "base_url": "https://hub.city.example"},
        "reports": {"public": True},
        "gateways": {"gw07": {"password": planted(), "status": "Exercise"}},
        "accounts": {"key": planted(), "former": [planted()], "second_factor": [],
                     "oidc": {"issuer": NOWHERE, "client_id": "hub", "client_secret": planted(),
                              "roles": {"g": "viewer"}}},
        "reporters": {"key": planted(), "former": [planted()]},
        "subscriptions": {"key": planted()},
        "watch": {"key": planted(), "former_keys": [planted()], "ways": {"mail": f"json://u:{planted()}@127.0.0.1:9/{{to}}"}},
        "muster": {"key": planted(), "former": [planted()], "sms": f"json://u:{planted()}@127.0.0.1:9/{{number}}",
                   "mail": {**mail, "password": planted()}},
        "lalert": {"name": "city", "username": "node", "password": planted()},
        "line": {"channel_secret": planted(), "token": planted(), "url": NOWHERE, "data_url": NOWHERE},
        "open311": {"keys": {"form": planted()}},
        "poll": {"base": f"{NOWHERE}/"},
        "listening": {"x": {"bearer": planted(), "reads_a_month": 4000, "base_url": NOWHERE},
                      "mastodon": {"url": NOWHERE, "token": planted()}},
        "callout": {"people": {"sato": {"name": "佐藤", "urls": [f"json://u:{planted()}@127.0.0.1:9/{planted('room-')}"]}},
                    "groups": {"night": ["sato"]}, "chains": [{"groups": ["night"]}]},
        "channels": channels,
    }  # fmt: skip


def elsewhere(planted: Planter) -> dict[str, Any]:
    """What goes with a broker and a database of the city's own, and nobody answers there."""
    return {
        "database": "postgresql://shirase@127.0.0.1:9/shirase",
        "database_password": planted(),
        "broker": {"host": "127.0.0.1", "port": 9, "username": "hub", "password": planted()},
        "channels": {"mqtt": {"host": "127.0.0.1", "port": 9, "username": "hub", "password": planted()}},
        "sources": [{"name": "river", "url": f"{NOWHERE}/{planted('path-')}", "headers": {"X-Api-Key": planted()}}],
    }


def toml(table: dict[str, Any]) -> str:
    """As TOML: a JSON string, number or truth is one; tables are written inline."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)


def secrets_in(file: Path) -> dict[str, str]:
    """Place → secret of a settings file, those of its channels too, and every other planted word of it."""
    settings = load([file])
    found = list(secrets_of(settings))
    for name, options in settings.channels.items():
        found += secrets_of(CHANNELS[name].config.model_validate(options), f"channels.{name}")
    return {place: one.get_secret_value() for place, one in found}


def every_place() -> set[tuple[str, str]]:
    """Each field of the settings and of the channels that holds a secret: its model and its name."""
    models = [Settings, *(kind.config for kind in CHANNELS.values())]
    return {place for model in models for place in _places(model, set())}


def planted_places(file: Path) -> set[tuple[str, str]]:
    """Those that this settings file fills."""
    settings = load([file])
    configs = [CHANNELS[name].config.model_validate(options) for name, options in settings.channels.items()]
    return {place for whole in [settings, *configs] for place in _filled(whole)}


def _places(model: type[BaseModel], seen: set[type]) -> Iterator[tuple[str, str]]:
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        for one in _parts(field.annotation):
            if one is SecretStr:
                yield f"{model.__module__}.{model.__name__}", name
            elif isinstance(one, type) and issubclass(one, BaseModel):
                yield from _places(one, seen)


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for one in typing.get_args(annotation):
        yield from _parts(one)


def _filled(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            inner = getattr(value, name)
            if any(_own(inner)):
                yield f"{type(value).__module__}.{type(value).__name__}", name
            yield from _filled(inner)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _filled(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _filled(one)


def _own(value: Any) -> Iterator[bool]:
    """Whether the value itself, or a member that is no model, is a secret."""
    if isinstance(value, SecretStr):
        yield bool(value.get_secret_value())
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _own(one)
