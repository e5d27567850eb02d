"""Places of refuge are entered once: the draft, L-Alert's document and what programs read are one state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from feeds.status import Status
from geo.shelter import Shelter
from rules.declared import Headquarters, Opening, Shelters, ShelterState
from services.channels.channel import Payload
from services.channels.lalert.channel import LAlert
from services.channels.lalert.node import Config
from services.desks.declaring import Entered, enter, newest
from services.desks.review import ReviewError, issue
from services.store.alerts import Revision
from services.store.engine import Store
from services.store.users import Role
from tests.services.making import NOW
from tests.services.test_channel_lalert import WHO
from tests.services.test_writing import CITY as PLAIN
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine
NODE = {"url": "https://node.example/", "user": "morioka", "password": SecretStr("none"), "statuses": frozenset(Status)}
SCHOOL = Shelter(code="S1", name="仙北小学校", address="仙北二丁目", lon=141.15, lat=39.69, hazards=frozenset())
CITY = replace(
    PLAIN,
    ground=replace(PLAIN.ground, shelters=(SCHOOL,)),
    channels={**PLAIN.channels, "lalert": LAlert(Config(**NODE | WHO))},
)
OPEN = ShelterState(code="S1", name="", opening=Opening.OPEN, since=NOW, people=4)
HALL = ShelterState(code="", name="本宮地区活動センター", opening=Opening.OPEN, since=NOW)


async def entered(store: Store, *places: ShelterState, minutes: int = 0, **changes: Any) -> Revision:
    now = NOW + timedelta(minutes=minutes)
    declared = changes.pop("declared", Shelters(disaster="11月20日からの大雨", places=places))
    told = Entered(person="suzuki", now=now, status=Status.EXERCISE, declared=declared)
    return await enter(store, CITY, replace(told, **changes))


async def approved(store: Store, draft: Revision) -> None:
    async with store.write() as connection:
        await issue(connection, draft, draft.alert.sent, who="sato")


def names(draft: Revision) -> list[tuple[str, str]]:
    assert isinstance(draft.alert.declared, Shelters)
    return [(place.name, place.opening.value) for place in draft.alert.declared.places]


async def test_what_is_entered_is_a_draft_of_every_channel_with_what_the_citys_list_knows(store: Store) -> None:
    draft = await entered(store, OPEN)
    assert names(draft) == [("仙北小学校", "open")]
    document = draft.payloads["lalert"]
    assert isinstance(document, Payload)
    assert "<pcx_sh:Sort>開設</pcx_sh:Sort>" in document.parts[0] and "仙北二丁目" in document.parts[0]
    async with store.read() as connection:
        assert await newest(connection, Status.EXERCISE, "shelters", NOW) is None, "a draft is nobody's knowledge"


async def test_a_further_place_joins_the_draft_that_waits_and_those_not_named_stay(store: Store) -> None:
    first = await entered(store, OPEN)
    second = await entered(store, HALL, minutes=1)
    assert (second.alert.series, second.alert.revision, second.alert.msg_type) == (first.alert.series, 2, "Alert")
    assert names(second) == [("仙北小学校", "open"), ("本宮地区活動センター", "open")]
    await approved(store, second)
    third = await entered(store, replace(OPEN, opening=Opening.CLOSED), minutes=60)
    assert names(third)[0] == ("仙北小学校", "closed") and third.alert.msg_type == "Update" and not third.alert.ends
    await approved(store, third)
    last = await entered(store, replace(HALL, opening=Opening.CLOSED), minutes=90)
    assert last.alert.ends and len(names(last)) == 2
    await approved(store, last)
    again = await entered(store, OPEN, minutes=200)
    assert again.alert.series != first.alert.series and names(again) == [("仙北小学校", "open")]


async def test_headquarters_and_shelters_are_two_series(store: Store) -> None:
    await approved(store, await entered(store, OPEN))
    stands = Headquarters(disaster="11月20日からの大雨", type="災害対策本部", stands=True, since=NOW)
    draft = await entered(store, declared=stands)
    assert draft.alert.series.startswith("Exercise-headquarters-") and draft.alert.revision == 1


async def test_a_drill_and_the_real_thing_share_no_series(store: Store) -> None:
    await approved(store, await entered(store, OPEN))
    real = await entered(store, HALL, status=Status.ACTUAL)
    assert names(real) == [("本宮地区活動センター", "open")] and real.alert.series.startswith("Actual-")


async def test_what_cannot_be_is_refused(store: Store) -> None:
    with pytest.raises(ReviewError, match="伝える相手がいません"):
        await entered(store, replace(HALL, opening=Opening.CLOSED))
    with pytest.raises(ReviewError, match="telegraph"):
        await entered(store, OPEN, channels=("telegraph",))


async def test_staff_enter_by_the_api_and_everybody_reads_what_was_issued(store: Store) -> None:
    async with floor(store, city=CITY, now=lambda: NOW) as web:
        staff, anonymous = await web.person(Role.OPERATOR), await web.visitor()
        body = {"disaster": "11月20日からの大雨", "places": [{"code": "S1", "opening": "open", "people": 4}]}
        status, told = await staff.post("/api/v1/declared/shelters", body)
        assert status == 200 and told["approval"] == "one" and "lalert" in told["payloads"], told
        assert (await anonymous.get("/api/v1/declared"))[1] == {"shelters": None, "headquarters": None, "damage": None}
        assert (await anonymous.post("/api/v1/declared/shelters", body))[0] in {401, 403}
        for wrong in ({"opening": "ajar"}, {"opening": "open", "since": "2026-11-20T18:00:00"}, {"opening": "open"}):
            status, refused = await staff.post("/api/v1/declared/shelters", {**body, "places": [wrong]})
            assert status == 400 and refused["message"], wrong
        for odd in ({"people": -5}, {"name": "x" * 999}, {"address": "\ud800"}, {"type": "hotel"}):
            wrong = {"code": "S1", "opening": "open", **odd}
            assert (await staff.post("/api/v1/declared/shelters", {**body, "places": [wrong]}))[0] == 400, odd
        for odd in ({"status": []}, {"status": {}}):
            assert (await staff.post("/api/v1/declared/shelters", {**body, **odd}))[0] == 400
            assert (await staff.post("/api/v1/alerts", {"expires": "2026-11-21T18:00:00+09:00", **odd}))[0] == 400
    real = await entered(store, OPEN, HALL, status=Status.ACTUAL)
    await approved(store, real)
    async with floor(store, city=CITY, now=lambda: NOW) as web:
        known = (await (await web.visitor()).get("/api/v1/declared"))[1]
        assert [place["opening"] for place in known["shelters"]["places"]] == ["open", "open"]
        assert (known["shelters"]["status"], known["headquarters"]) == ("Actual", None)


async def test_everybody_sees_on_a_map_what_was_issued_of_each_place_and_how_fresh_it_is(store: Store) -> None:
    looked = replace(OPEN, checked=NOW, voluntary_people=1, note="ペットは体育館横へ")
    await approved(store, await entered(store, looked, HALL, status=Status.ACTUAL))
    await approved(store, await entered(store, replace(OPEN, people=999)))
    later = NOW + timedelta(hours=2)
    async with floor(store, city=CITY, ground=CITY.ground, now=lambda: later) as web:
        found = (await (await web.visitor()).get("/api/v1/shelters"))[1]["features"]
        assert [one["geometry"]["coordinates"] if one["geometry"] else None for one in found] == [[141.15, 39.69], None]
        school = found[0]["properties"]
        told = (school["people"], school["note"], school["fresh"], school["opening_ja"])
        assert told == (4, "ペットは体育館横へ", True, "開設")
        later += timedelta(hours=2)
        assert not (await (await web.visitor()).features("/api/v1/shelters"))[0]["fresh"]
    with pytest.raises(ReviewError, match="自主避難"):
        await entered(store, replace(OPEN, voluntary_people=5))
