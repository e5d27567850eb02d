"""Somebody who told of a bear and can be called back, for the picture of how that is looked up; all of it a drill."""

from __future__ import annotations

from datetime import timedelta

from pydantic import SecretStr

from feeds.contact import Contact
from feeds.records import Report
from feeds.status import Status
from services.configuration.reporters import Reporters
from services.reporters.looking import By, Wanted, look
from services.reporters.purpose import Purpose
from services.store import records, report_cases
from tests.e2e.scene import Scene


async def call_back(made: Scene) -> None:
    """A report with a number in its words, at which one officer has looked before."""
    Reporters(key=SecretStr("only-for-the-pictures-of-a-drill-0001")).seals(made.store)
    now = made.clock.now()
    seen = Report(
        gateway="@public",
        report_id="called-back",
        kind="bear",
        measured_at=now - timedelta(minutes=12),
        text="堤防の上をクマが一頭、上流へ歩いています。電話は019-000-0000です。",
        place="中津川 上の橋の近く",
        status=Status.EXERCISE,
        contact=Contact(name="訓練 花子", phone="019-000-0000"),
    )
    async with made.store.write() as connection:
        await records.save(connection, [seen], now - timedelta(minutes=10))
        number = (await report_cases.of_keys(connection, [seen.key]))[seen.key].id
    by = By(who="suzuki", how="page", purpose=Purpose.CALL_BACK, at=now - timedelta(minutes=4))
    await look(made.store, Wanted(case=number), by)
