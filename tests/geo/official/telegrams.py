"""Telegrams and their entries for the tests of the models that read them."""

from __future__ import annotations

from datetime import datetime

from feeds.jma.feed import Jma
from feeds.records import Message, Telegram, TelegramArea
from feeds.status import Status
from tests.feeds.making import JMA
from tests.geo.making import NOW

CITY = "0320100"


def entry(hazard: str, kind_code: str, kind_name: str, level: int | None = None, **more: str | None) -> TelegramArea:
    """One (area, kind), of the city unless told otherwise."""
    fields = {"code": CITY, "name": "盛岡市", "status": "発表"} | more
    return TelegramArea(hazard=hazard, kind_code=kind_code, kind_name=kind_name, alert_level=level, **fields)  # type: ignore[arg-type]


def telegram(code: str, *areas: TelegramArea, at: datetime = NOW, **more: object) -> Telegram:
    """A telegram of the local observatory."""
    fields: dict[str, object] = {
        "feed": "jma",
        "telegram": code,
        "control_title": code,
        "control_status": "通常",
        "control_datetime": at.isoformat(),
        "editorial_office": "盛岡地方気象台",
        "publishing_office": "盛岡地方気象台",
        "head_title": "",
        "report_datetime": at.isoformat(),
        "target_datetime": None,
        "valid_datetime": None,
        "event_id": None,
        "serial": None,
        "info_type": "発表",
        "info_kind": None,
        "info_kind_version": None,
        "headline": None,
        "status": Status.ACTUAL,
        "hazard": "other",
        "areas": areas,
        "areas_without_warning": (),
        "measured_at": at,
    }
    return Telegram(**(fields | more))  # type: ignore[arg-type]


def decoded(payload: bytes, name: str = "") -> Telegram:
    """The telegram in a file of that name."""
    (record,) = Jma().decode(Message(topic=name, payload=payload, received_at=NOW)).records
    assert isinstance(record, Telegram)
    return record


def ours(name: str, *changes: tuple[str, str]) -> Telegram:
    """One of our own telegrams, with texts in it changed."""
    text = (JMA / name).read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, f"{name} does not hold {before}"
        text = text.replace(before, after)
    return decoded(text.encode(), name)
