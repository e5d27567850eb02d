"""The message that a self-test sends: of status Test, minor, over in ten minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from feeds.status import Status
from rules.alert import Alert, Approval, Place, Text
from services.settings import City

_LASTS = timedelta(minutes=10)
_JAPANESE = Text(
    language="ja",
    event="配信の試験",
    headline="配信経路の試験です。災害は起きていません",
    description="情報を送る経路が働くかどうかを、定期的に確かめています。",
    instruction="何もする必要はありません。",
    short="配信経路の試験です。災害は起きていません。何もする必要はありません。",
)
_ENGLISH = Text(
    language="en",
    event="Delivery test",
    headline="Test of the delivery channels. There is no disaster",
    description="We regularly try whether the channels work that carry our alerts.",
    instruction="You need not do anything.",
    short="Test of the delivery channels. There is no disaster. You need not do anything.",
)


def test_alert(city: City, now: datetime) -> Alert:
    """A fresh one for each run, so that no receiver takes it for one it had before."""
    sent = now.replace(microsecond=0)
    series = f"Test-selftest-{sent:%Y%m%dT%H%M%S}"
    return Alert(
        series=series,
        revision=1,
        identifier=f"{series}-1",
        sender=city.sender,
        sender_name=city.sender_name,
        sent=sent,
        status=Status.TEST,
        msg_type="Alert",
        references=(),
        rule="selftest",
        kind="selftest",
        level=1,
        alert_level=False,
        category="Other",
        response="None",
        urgency="Unknown",
        severity="Minor",
        certainty="Unknown",
        effective=sent,
        expires=sent + _LASTS,
        places=(Place(code=city.code, name=city.name, name_en=city.name_en),),
        texts={"ja": _JAPANESE, "en": _ENGLISH},
        hazards=(),
        evidence=(),
        approval=Approval.AUTO,
        channels=(),
        web=city.web,
        contact=city.contact,
    )
