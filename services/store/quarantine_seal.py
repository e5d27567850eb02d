"""Bytes of reports that could not be read: sealed like their senders, for how to reach these stands in them.

A sealed payload begins with a word that no message begins with, and the id of the secret. Without a key the bytes are
kept as text, with what tells the sender covered.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contact import blind
from services.keyring import Keyring, KeyringError, Sealed
from services.store.packs import KEPT
from services.store.tables import quarantine

_WORD, _ID = b"\0shirase sealed\0", 8
_OF_REPORTS = "/report"  # how their topics end


@dataclass(frozen=True, slots=True)
class Kept:
    """As it is written: the payload, and by what the same fault is known again."""

    payload: bytes
    digest: str


def kept(ring: Keyring | None, topic: str, payload: bytes, digest: str) -> Kept:
    """Of a report sealed, of anything else as it is. A digest of words can be guessed from: it is keyed, too."""
    if not topic.endswith(_OF_REPORTS):
        return Kept(payload, digest)
    if ring is None:
        text = _plain(payload)
        bare = blind(text)
        if bare == text:
            return Kept(payload, digest)  # to the byte: what broke it is to be seen
        written = bare.encode("utf-8", "replace")
        return Kept(written, hashlib.sha256(written + topic.encode()).hexdigest())
    sealed = ring.close(topic, base64.b64encode(payload).decode())
    return Kept(_WORD + sealed.key.encode() + sealed.data, ring.lookup("quarantine", digest))


def opened(ring: Keyring | None, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its payload in the clear, and ``sealed``: whether nobody is shown it so. Empty without its key."""
    payload = bytes(row["payload"])
    if not payload.startswith(_WORD):
        return {**row, "sealed": row["topic"].endswith(_OF_REPORTS) and row["code"] != KEPT}
    found = b""
    if ring is not None:
        try:
            found = base64.b64decode(ring.open(row["topic"], _apart(payload)))
        except KeyringError:
            found = b""
    return {**row, "payload": found, "sealed": True}


async def keys(connection: AsyncConnection) -> dict[str, int]:
    """Id of each secret → how many are sealed under it; empty: in the clear, of an older version."""
    begins = func.substr(quarantine.c.payload, 1, len(_WORD) + _ID)
    found: dict[str, int] = {}
    for begin, many in await connection.execute(select(begins, func.count()).where(_of_reports()).group_by(begins)):
        key = _apart(bytes(begin)).key if bytes(begin).startswith(_WORD) else ""
        found[key] = found.get(key, 0) + many
    return found


async def in_the_clear(connection: AsyncConnection) -> int:
    """In how many, of those that are not sealed, something tells the sender."""
    unsealed = func.substr(quarantine.c.payload, 1, len(_WORD)) != _WORD
    rows = await connection.scalars(select(quarantine.c.payload).where(_of_reports(), unsealed))
    texts = (_plain(bytes(payload)) for payload in rows)
    return sum(blind(text) != text for text in texts)


async def reseal(connection: AsyncConnection, ring: Keyring, after: int, at_most: int) -> tuple[int, int, int]:
    """The next behind a number that are sealed under another secret, or not at all, under the current one: the last
    number looked at (0: there were none), how many were sealed, and how many cannot be opened."""
    begins = func.substr(quarantine.c.payload, 1, len(_WORD) + _ID)
    columns = select(quarantine.c.id, quarantine.c.topic, quarantine.c.payload)
    others = columns.where(_of_reports(), quarantine.c.id > after, begins != _WORD + ring.current.encode())
    last = done = lost = 0
    for number, topic, found in (await connection.execute(others.order_by(quarantine.c.id).limit(at_most))).all():
        last, payload = number, bytes(found)
        values: dict[str, Any] = {}
        try:
            if payload.startswith(_WORD):
                text = ring.open(topic, _apart(payload))
            else:  # the hash of what can be read goes with it
                text = base64.b64encode(payload).decode()
                values["digest"] = ring.lookup("quarantine", f"{topic} {number}")
        except KeyringError:
            lost += 1
            continue
        sealed = ring.close(topic, text)
        values["payload"] = _WORD + sealed.key.encode() + sealed.data
        await connection.execute(update(quarantine).where(quarantine.c.id == number).values(values))
        done += 1
    return last, done, lost


def _of_reports() -> ColumnElement[bool]:
    """Those of reports, but for packs, to which more is added: they stay as they are."""
    end = func.substr(quarantine.c.topic, func.length(quarantine.c.topic) - len(_OF_REPORTS) + 1)
    return and_(end == _OF_REPORTS, quarantine.c.code != KEPT)


def _apart(payload: bytes) -> Sealed:
    rest = payload[len(_WORD) :]
    return Sealed(rest[:_ID].decode("ascii", "replace"), rest[_ID:])


def _plain(payload: bytes) -> str:
    """Letters as letters where it is JSON: what is written by its number would not be recognised."""
    try:
        return json.dumps(json.loads(payload), ensure_ascii=False)
    except (ValueError, RecursionError):
        return payload.decode("utf-8", "replace")
