"""Bluesky's Jetstream: every post of the network as it is made, changed or deleted, as one JSON message each.

``{"did", "time_us", "kind": "commit", "commit": {"operation", "collection", "rkey", "record"}}``, and ``account`` when
somebody leaves or is put out. ``time_us`` is what a later connection goes on from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from feeds.instant import instant, since_1970
from feeds.records import Rejected
from feeds.safe_json import read_json
from feeds.social.post import LONGEST, Gone, Heard, Ourselves, Post

PROVIDER = "bluesky"
COLLECTION = "app.bsky.feed.post"
_DID = re.compile(r"did:(?:plc|web):[A-Za-z0-9._:-]{1,200}")
_KEY = re.compile(r"[A-Za-z0-9._:~-]{1,100}")
_QUOTES = {"app.bsky.embed.record", "app.bsky.embed.recordWithMedia"}
_ADRIFT = timedelta(hours=1)  # an older date of a new post: brought along from another network


@dataclass(frozen=True, slots=True)
class Where:
    """Whose record it is, and under which key; ``us``: microseconds since 1970 at which the network had it."""

    did: str
    key: str
    us: int

    @property
    def id(self) -> str:
        return f"{self.did}/{self.key}"


def read_message(payload: bytes, ours: Ourselves) -> Heard | Rejected:
    """One message of the stream; ``newest`` is its time. Never raises."""
    whole = read_json(payload)
    if isinstance(whole, Rejected):
        return whole
    if not isinstance(whole, dict):
        return _bad("a message is an object", "$")
    did, us = whole.get("did"), whole.get("time_us")
    if not (isinstance(did, str) and _DID.fullmatch(did) and type(us) is int and 0 < us < 10**17):
        return _bad("a message has did and time_us", "$")
    newest = str(us)
    if whole.get("kind") == "account":
        account = whole.get("account")
        left = isinstance(account, dict) and account.get("active") is False
        return Heard(gone=(Gone(PROVIDER, f"{did}/", whole=True),) if left else (), newest=newest)
    commit = whole.get("commit")
    if whole.get("kind") != "commit" or not isinstance(commit, dict) or commit.get("collection") != COLLECTION:
        return Heard(newest=newest)
    key = commit.get("rkey")
    if not (isinstance(key, str) and _KEY.fullmatch(key)):
        return _bad("a commit has an rkey", "$.commit.rkey")
    return _commit(commit, Where(did, key, us), ours)


def _commit(commit: Mapping[str, Any], where: Where, ours: Ourselves) -> Heard | Rejected:
    gone = Gone(PROVIDER, where.id)
    if commit.get("operation") == "delete":
        return Heard(gone=(gone,), newest=str(where.us))
    found = _post(commit.get("record"), where, ours)
    if isinstance(found, Rejected):
        return found
    changed = commit.get("operation") == "update"
    return Heard(posts=(found,) if found else (), gone=(gone,) if changed else (), count=1, newest=str(where.us))


def _post(record: object, where: Where, ours: Ourselves) -> Post | Rejected | None:
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        return _bad("a post has text", "$.commit.record")
    heard = since_1970(where.us / 1e6)
    assert heard is not None
    written = _written(record.get("createdAt"), heard)
    embed, reply = record.get("embed"), record.get("reply")
    quotes = isinstance(embed, dict) and embed.get("$type") in _QUOTES
    if written is None or quotes or ours.holds(where.did) or _answers(reply, ours) or _labelled(record):
        return None
    languages = record.get("langs")
    first = languages[0] if isinstance(languages, list) and languages else ""
    return Post(
        provider=PROVIDER,
        id=where.id,
        link=f"https://bsky.app/profile/{where.did}/post/{where.key}",
        at=written,
        language=first[:16] if isinstance(first, str) else "",
        text=record["text"][:LONGEST],
        author=where.did,
    )


def _written(told: object, heard: datetime) -> datetime | None:
    """When it was written, by its author's clock as far as that may be believed; None: long ago."""
    try:
        written = instant(str(told))
    except ValueError:
        return heard
    if written < heard - _ADRIFT:
        return None
    return min(written, heard).astimezone(UTC)


def _answers(reply: object, ours: Ourselves) -> bool:
    parent = reply.get("parent") if isinstance(reply, dict) else None
    uri = parent.get("uri") if isinstance(parent, dict) else None
    return isinstance(uri, str) and ours.holds(uri.removeprefix("at://").partition("/")[0])


def _labelled(record: Mapping[str, Any]) -> bool:
    """Its author says that a robot wrote it, or that who is not logged in shall not see it."""
    labels = record.get("labels")
    values = labels.get("values") if isinstance(labels, dict) else None
    told = [one.get("val") for one in values if isinstance(one, dict)] if isinstance(values, list) else []
    return "bot" in told or "!no-unauthenticated" in told


def _bad(message: str, at: str) -> Rejected:
    return Rejected(code="bad_shape", message=message, at=at)
