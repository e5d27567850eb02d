"""Small builders of whole, valid things, so that a test names only what it is about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from feeds.records import Reading
from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Alert, Approval, Place, Text
from services.channels.channel import Payload
from services.clock import Clock
from services.store import users
from services.store.engine import Store
from services.store.users import Account, Role

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass
class SetClock(Clock):
    """Hub time that a test sets."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


def reading(**changes: Any) -> Reading:
    whole = Reading(
        gateway="gw1", station="tatesakabashi", quantity="water_level", value=2.1, unit="m", measured_at=NOW
    )
    return replace(whole, **changes)


def hazard(**changes: Any) -> Hazard:
    whole = Hazard(
        kind="flood",
        area="032010001",
        area_name="内丸",
        level=3,
        alert_level=True,
        model="flood@1",
        status=Status.EXERCISE,
        observed=True,
        since=NOW,
        valid_until=NOW + timedelta(hours=1),
        headline="館坂橋 2.60 m 避難判断水位を超過",
    )
    return replace(whole, **changes)


def alert(**changes: Any) -> Alert:
    revision = changes.get("revision", 1)
    series = changes.get("series", "Exercise-river-level-kitakami")
    text = Text(
        language="ja",
        event="河川の水位",
        headline="北上川の水位が避難判断水位を超えました",
        description="館坂橋で2.60メートル。",
        instruction="川に近づかないでください。",
        short="北上川（館坂橋）が避難判断水位を超えました。川に近づかないでください。",
    )
    whole = Alert(
        series=series,
        revision=revision,
        identifier=f"{series}-{revision}",
        sender="hub.morioka.example.jp",
        sent=NOW,
        status=Status.EXERCISE,
        msg_type="Alert",
        references=(),
        rule="river-level",
        kind="flood",
        level=3,
        alert_level=True,
        category="Met",
        response="Monitor",
        urgency="Expected",
        severity="Severe",
        certainty="Observed",
        effective=NOW,
        expires=NOW + timedelta(hours=3),
        places=(Place(code="032010001", name="内丸"),),
        texts={"ja": text},
        hazards=("Exercise/flood/flood/032010001/tatesakabashi",),
        evidence=("館坂橋 2.60 m（18:00）",),
        approval=Approval.ONE,
        channels=("log",),
    )
    return replace(whole, **changes)


def officer(name: str, **changes: Any) -> Account:
    """An approver without a scope of their own; no password fits."""
    whole = Account(name=name, role=Role.APPROVER, password="-", one_time=False, revoked=False, created_at=NOW)
    return replace(whole, **changes)


async def employ(store: Store, *names: str, **changes: Any) -> None:
    """Officers of these names, who may approve from now on."""
    async with store.write() as connection:
        for name in names:
            await users.add(connection, officer(name, **changes))


def payload(text: str = "しらせ") -> Payload:
    return Payload(media_type="text/plain", parts=(text,))
