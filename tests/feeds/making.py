"""Messages for the tests of this floor."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from feeds.jma.feed import Jma
from feeds.records import Decoded, Message, Rejected, Telegram

JMA = Path(__file__).parent.parent / "data" / "jma"
NOW = datetime(2026, 1, 14, 21, 10, 5, tzinfo=UTC)
TIME = "2026-01-15T06:10:00+09:00"
READING = {
    "v": 1,
    "id": "gw07-1",
    "station": "st0123",
    "quantity": "snow_depth",
    "value": 34.5,
    "unit": "cm",
    "time": TIME,
}


def message(body: object, topic: str = "hub/v1/gw07/st0123/snow_depth", **more: Any) -> Message:
    """A message with a JSON body, or with bytes as they are."""
    payload = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Message(topic=topic, payload=payload, **({"received_at": NOW} | more))


def iwate(name: str, *changes: tuple[str, str], topic: str = "hub/v1/jma/telegram") -> Decoded:
    """Decode one of our own telegrams, with texts in it changed; a change that finds nothing is the test's fault."""
    text = (JMA / name).read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, f"{name} does not hold {before}"
        text = text.replace(before, after)
    return Jma().decode(Message(topic=topic, payload=text.encode(), received_at=NOW))


def telegram(decoded: Decoded) -> Telegram:
    """The one telegram of an outcome without refusals."""
    assert decoded.rejected == ()
    (record,) = decoded.records
    assert isinstance(record, Telegram)
    return record


def refusal(decoded: Decoded) -> Rejected:
    """The one refusal of an outcome without records."""
    assert decoded.records == ()
    (rejected,) = decoded.rejected
    assert rejected.message and rejected.at
    return rejected
