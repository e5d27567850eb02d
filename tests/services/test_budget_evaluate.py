"""What is drafted while money runs low: smaller before people see it, or not on that channel, with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from feeds.status import Status
from rules.alert import Alert, Text
from services.channels.budget.meter import Meter
from services.channels.budget.purse import Purse
from services.channels.budget.tariff import Own, tariffs
from services.channels.budget.use import Use
from services.channels.channel import Delivery, Payload
from services.channels.registry import renderer
from services.clock import wall
from services.store import spending
from services.store.engine import Store
from services.store.tables import alerts, suppressions
from tests.services.making import NOW, alert
from tests.services.test_evaluate import evaluating, flood, seen

METER = Meter("x", tariffs({"x": Own(money_a_month=Decimal(60))}, {"x": {}})["x"])
ENGLISH = Text(language="en", event="River", headline="High", description="", instruction="", short="Stay away.")


async def spend(store: Store, money: float) -> None:
    payload = Payload(media_type="text/plain", parts=("雪",))
    one = alert(channels=("x",))
    delivery = Delivery(
        id="earlier:x", key="k", series="earlier", revision=1, channel="x", payload=payload, status=one.status,
        attempts=1, after_unknown=False, first_tried_at=None, expires=one.expires,
    )  # fmt: skip
    async with store.write() as connection:
        use = Use(calls=1, micros=int(money * 1_000_000))
        await spending.add(connection, delivery, 0, use, "USD", wall() - timedelta(seconds=1), sure=True)


async def planned(store: Store, one: Alert) -> tuple[Payload | None, str]:
    async with store.read() as connection:
        purse = await Purse.of(connection, {"x": METER}, ["x"], NOW, wall())
    found = purse.render(renderer("x"), one)
    return found.payload, found.plan.words()


def linked(**changes: object) -> Alert:
    real = {"status": Status.ACTUAL, **changes}
    return alert(texts={**alert().texts, "en": ENGLISH}, web="https://city.example/a", channels=("x",), **real)


async def test_links_go_first_and_the_officer_is_told_why(store: Store) -> None:
    one = linked(level=3)
    whole, nothing = await planned(store, one)
    assert whole and "https://" in whole.parts[0] and nothing == ""
    await spend(store, 27)
    less, why = await planned(store, one)
    assert less and not any("https://" in part for part in less.parts)
    assert why == "リンクを付けない（今月の費用 27／60）"


async def test_an_all_clear_keeps_its_form_when_all_is_spent(store: Store) -> None:
    await spend(store, 60)
    assert (await planned(store, linked(level=3)))[0] is None
    for one in (linked(level=4), linked(level=2, ends=True), linked(level=1, msg_type="Cancel")):
        payload, why = await planned(store, one)
        assert payload and payload.digest == renderer("x").render(one).digest and why == ""


async def test_what_a_batch_has_planned_counts_for_the_next_of_it(store: Store) -> None:
    await spend(store, 53.7)
    async with store.read() as connection:
        purse = await Purse.of(connection, {"x": METER}, ["x"], NOW, wall())
    went = [purse.render(renderer("x"), linked(level=3)).payload is not None for _ in range(16)]
    assert went[0] and not went[-1]
    assert went == sorted(went, reverse=True)


async def test_why_was_this_not_sent_answers_with_the_budget(store: Store) -> None:
    await spend(store, 60)
    evaluate = evaluating(store, x=renderer("x"))
    evaluate._city = replace(evaluate._city, meters={"x": METER})
    await seen(store, flood(level=3, status=Status.ACTUAL))
    await evaluate.step()
    await evaluate.step()
    async with store.read() as connection:
        draft = (await connection.execute(select(alerts.c.payloads, alerts.c.body))).one()
        why = (await connection.execute(select(suppressions).where(suppressions.c.current))).mappings().all()
    assert draft.payloads["x"]["code"] == "budget_spent"
    (told,) = [row for row in why if row["stage"] == "budget"]
    assert told["reason"] == "budget:x" and "残りは取消・解除とレベル4以上のため" in told["detail"]
