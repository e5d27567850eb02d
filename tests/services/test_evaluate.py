"""Evaluate: the hazard picture meets the city's rules. What leaves by itself, what waits, and what never goes where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Alert, Place
from rules.engine import Sender
from rules.rule import CATALOG, load_rules
from services.bell import Bell
from services.channels import cap_feed, log
from services.channels.cap_feed import CapFeed
from services.channels.channel import Channel, Payload
from services.channels.log import Log
from services.city import City
from services.desks import review
from services.evaluate import Evaluate
from services.store import alerts as desk
from services.store import hazards
from services.store.alerts import Refusal
from services.store.engine import Store
from services.store.tables import alerts, chronology, outbox
from services.store.tables import hazards as hazard_rows
from tests.services.making import NOW, SetClock, hazard
from tests.services.web_floor import ground

RULES = load_rules([CATALOG])
SENDER = Sender(id="hub.morioka.example.jp", name="盛岡市", name_en="Morioka City")
BOX = ((141.1, 39.7), (141.1, 39.72), (141.12, 39.72), (141.1, 39.7))
REAL_ONLY = Log(log.Config(statuses=frozenset({Status.ACTUAL})))
FEED = CapFeed(cap_feed.Config(statuses=frozenset(Status)))


def flood(**changes: Any) -> Hazard:
    """A gauge's hazard: a person must agree to what is said of it."""
    return hazard(**{"source": "tatesakabashi", "facts": {"gauge": "館坂橋", "level_m": 2.6}, **changes})


def warning(**changes: Any) -> Hazard:
    """A forecaster's warning: below level 4 it is relayed by itself."""
    told = {"kind_name": "レベル３大雨警報", "office": "盛岡地方気象台"}
    return hazard(**{"kind": "heavy_rain", "model": "weather@1", "source": "heavy_rain", "facts": told, **changes})


def evaluating(store: Store, clock: SetClock | None = None, bell: Bell | None = None, **channels: Channel) -> Evaluate:
    city = City(
        ground=ground(),
        rules=RULES,
        channels=channels or {"log": REAL_ONLY, "cap_feed": FEED},
        sender=SENDER,
        place=lambda code: Place(code=code, name="内丸", name_en="Uchimaru", polygons=(BOX,)),
    )
    return Evaluate(store, bell or Bell(), clock or SetClock(), city)


async def seen(store: Store, *now_held: Hazard) -> None:
    """Make these the whole picture, of every status."""
    async with store.write() as connection:
        for status in Status:
            before = await hazards.current(connection, status)
            await hazards.replace_picture(connection, before, [one for one in now_held if one.status is status], NOW)


async def written(store: Store) -> Sequence[Any]:
    async with store.read() as connection:
        return (await connection.execute(select(alerts).order_by(alerts.c.rule, alerts.c.revision))).all()


async def deliveries(store: Store) -> dict[str, str]:
    async with store.read() as connection:
        return {row.channel: row.state for row in await connection.execute(select(outbox))}


async def test_what_needs_a_person_waits_with_everything_it_would_send(store: Store) -> None:
    bell = Bell()
    await seen(store, flood(status=Status.ACTUAL))
    evaluate = evaluating(store, bell=bell)
    with bell.listen("alerts") as listener:
        assert await evaluate.step()
        assert await listener.wait(1)
    (draft,) = await written(store)
    assert (draft.rule, draft.state, draft.status) == ("river-level", "draft", "Actual")
    assert "館坂橋" in draft.payloads["log"]["parts"][0]
    assert draft.payloads["social"] == {"reason": "この経路は設定されていない", "code": "not_set_up"}
    assert await deliveries(store) == {}
    assert not await evaluate.step(), "the same picture is no news"
    assert len(await written(store)) == 1


@pytest.mark.parametrize(("level", "state"), [(3, "issued"), (4, "draft")])
async def test_a_warning_below_level_4_leaves_by_itself(store: Store, level: int, state: str) -> None:
    bell = Bell()
    await seen(store, warning(status=Status.ACTUAL, level=level))
    with bell.listen("outbox") as listener:
        assert await evaluating(store, bell=bell).step()
        assert await listener.wait(0) == (state == "issued")
    (alert,) = await written(store)
    assert (alert.rule, alert.state) == ("official-warning", state)
    out = {"log": "waiting", "cap_feed": "waiting", "social": "refused"}
    assert await deliveries(store) == (out if state == "issued" else {})
    async with store.read() as connection:
        kinds = (await connection.scalars(select(chronology.c.kind))).all()
    assert kinds == ["issued" if state == "issued" else "draft"]


async def test_a_drill_is_never_put_into_the_queue_of_a_real_account(store: Store) -> None:
    await seen(store, warning(status=Status.EXERCISE))
    await evaluating(store).step()
    async with store.read() as connection:
        row = (await connection.execute(select(outbox).where(outbox.c.channel == "log"))).one()
    assert (row.state, row.reason) == ("refused", "この経路は Exercise を受け付けない設定")
    assert "parts" not in row.payload
    assert (await deliveries(store))["cap_feed"] == "waiting"


@pytest.mark.parametrize("status", list(Status))
async def test_each_status_is_judged_by_itself(store: Store, status: Status) -> None:
    """The real warning stands already; the drill's is news all the same, and its end is not the real one's."""
    clock = SetClock()
    evaluate = evaluating(store, clock)
    others = [warning(status=one, valid_until=NOW + timedelta(days=1)) for one in Status if one is not status]
    await seen(store, *others)
    await evaluate.step()
    await seen(store, *others, warning(status=status))
    assert await evaluate.step()
    assert sorted(row.status for row in await written(store)) == sorted(Status)
    assert {row.identifier.partition("-")[0] for row in await written(store) if row.status == status} == {status.value}
    clock.at += timedelta(hours=1)
    await seen(store, *others)
    await evaluate.step()
    assert {row.status for row in await written(store) if row.ends} == {status.value}


async def test_a_draft_that_nobody_needs_any_more_goes_and_the_log_says_so(store: Store) -> None:
    await seen(store, flood())
    evaluate = evaluating(store)
    await evaluate.step()
    await seen(store)
    assert await evaluate.step()
    (draft,) = await written(store)
    assert draft.state == "withdrawn"
    async with store.read() as connection:
        assert (await connection.scalars(select(chronology.c.kind))).all()[-1] == "ended"
        with pytest.raises(review.ReviewError):
            await review.approve(store, series=draft.series, revision=1, digest=draft.digest, person="sato", now=NOW)


async def test_a_decision_is_written_whole_or_not_at_all(store: Store) -> None:
    """The last thing that a decision writes cannot be written: nothing of it may stay, and nothing may leave."""
    await seen(store, warning(status=Status.ACTUAL))
    async with store.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE suppressions RENAME TO elsewhere")
    evaluate = evaluating(store)
    with pytest.raises(DBAPIError):
        await evaluate.step()
    async with store.read() as connection:
        for table in (alerts, outbox, chronology):
            assert await connection.scalar(select(func.count()).select_from(table)) == 0, table.name
    async with store.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO suppressions")
    assert await evaluate.step()
    assert (await deliveries(store))["log"] == "waiting"


class Speechless(Log):
    """A channel whose form has no room for this alert."""

    name = "speechless"

    def render(self, alert: Alert) -> Payload:
        raise ValueError("the headline does not fit")


class Broken(Log):
    """A channel with a fault of its own."""

    def render(self, alert: Alert) -> Payload:
        raise KeyError(alert.series)


async def test_a_channel_with_a_fault_does_not_silence_the_others_and_the_log_names_who_was_told(store: Store) -> None:
    await seen(store, warning(status=Status.ACTUAL))
    await evaluating(store, log=REAL_ONLY, cap_feed=Broken(log.Config())).step()
    assert await deliveries(store) == {"log": "waiting", "cap_feed": "refused", "social": "refused"}
    async with store.read() as connection:
        said = await connection.scalar(select(chronology.c.text).where(chronology.c.kind == "issued"))
    assert said and said.endswith("を発表した（記録。送らない経路：CAPフィード、SNS）")


async def test_a_drill_that_cannot_be_read_does_not_stop_the_real_thing(store: Store) -> None:
    await seen(store, warning(status=Status.EXERCISE), warning(status=Status.ACTUAL))
    async with store.write() as connection:
        await connection.execute(update(hazard_rows).where(hazard_rows.c.status == "Exercise").values(body={}))
    evaluate = evaluating(store)
    with pytest.raises(ValidationError):
        await evaluate.step([Status.EXERCISE])
    assert await evaluate.step([Status.ACTUAL])


async def test_a_channel_that_cannot_say_it_does_not_silence_the_others(store: Store) -> None:
    await seen(store, warning(status=Status.ACTUAL))
    await evaluating(store, log=REAL_ONLY, cap_feed=Speechless(log.Config())).step()
    assert await deliveries(store) == {"log": "waiting", "cap_feed": "refused", "social": "refused"}
    (alert,) = await written(store)
    async with store.read() as connection:
        kept = await desk.get(connection, alert.series, 1)
    assert kept and kept.payloads["cap_feed"] == Refusal("この経路の形にできない：the headline does not fit", "form")
