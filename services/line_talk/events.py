"""What LINE delivers to a webhook: signed bytes to things said. What is not for us is left out, and is no error."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import SecretStr

MAX_BODY = 1024 * 1024  # bytes of one delivery
_LONGEST = 5000  # characters of a message, as LINE has it
How = Literal["text", "place", "photo", "chosen", "hello", "forget", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One event of one person. ``id`` is LINE's name for it, ``user`` who wrote, ``reply`` what it is answered with;
    ``text``: words, an address, or what was chosen; ``message``: the name of a photo."""

    id: str
    user: str
    reply: str
    how: How
    text: str = ""
    lon: float | None = None
    lat: float | None = None
    message: str = ""


def genuine(body: bytes, signature: str, secret: SecretStr) -> bool:
    """Whether LINE has signed just these bytes. Takes as long for a wrong signature as for a right one."""
    made = hmac.new(secret.get_secret_value().strip().encode(), body, hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(made), signature.encode("utf-8", "replace"))


def said(body: bytes) -> list[Said] | None:
    """Everything in the delivery that people said to us, in order; None where it is no delivery at all."""
    try:
        whole = json.loads(body.decode("utf-8", "replace"))  # one odd letter of one person must not lose the others
    except (ValueError, RecursionError):
        return None
    if not isinstance(whole, dict) or not isinstance(whole.get("events"), list):
        return None
    found = (_one(event) for event in whole["events"] if isinstance(event, dict))
    return [one for one in found if one is not None]


def _one(event: Mapping[str, Any]) -> Said | None:
    """Only of one person who writes to the account: what is said in groups is not for us to read."""
    source = _inside(event, "source")
    name, user, reply = _text(event, "webhookEventId"), _text(source, "userId"), _text(event, "replyToken")
    if not name or not user or source.get("type") != "user" or event.get("mode") == "standby":
        return None
    match event.get("type"):
        case "message":
            return _message(_inside(event, "message"), name, user, reply)
        case "postback":
            return Said(id=name, user=user, reply=reply, how="chosen", text=_text(_inside(event, "postback"), "data"))
        case "follow":
            return Said(id=name, user=user, reply=reply, how="hello")
        case "unsend" | "unfollow":
            return Said(id=name, user=user, reply="", how="forget")
        case _:
            return None


def _message(message: Mapping[str, Any], name: str, user: str, reply: str) -> Said:
    match message.get("type"):
        case "text":
            return Said(id=name, user=user, reply=reply, how="text", text=_text(message, "text"))
        case "location":
            lon, lat = _degrees(message, "longitude", 180), _degrees(message, "latitude", 90)
            if lon is None or lat is None:
                return Said(id=name, user=user, reply=reply, how="other")
            text = _text(message, "address") or _text(message, "title")
            return Said(id=name, user=user, reply=reply, how="place", text=text, lon=lon, lat=lat)
        case "image" if _inside(message, "contentProvider").get("type", "line") == "line":  # no address of strangers
            return Said(id=name, user=user, reply=reply, how="photo", message=_text(message, "id"))
        case _:
            return Said(id=name, user=user, reply=reply, how="other")


def _inside(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = event.get(name)
    return found if isinstance(found, dict) else {}


def _text(event: Mapping[str, Any], name: str) -> str:
    """A text that every store can hold."""
    found = event.get(name)
    if not isinstance(found, str):
        return ""
    return "".join(one if one == "\n" or one.isprintable() else " " * one.isspace() for one in found[:_LONGEST])


def _degrees(event: Mapping[str, Any], name: str, most: float) -> float | None:
    found = event.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        value = float(found)
    except OverflowError:
        return None
    return value if math.isfinite(value) and -most <= value <= most else None
