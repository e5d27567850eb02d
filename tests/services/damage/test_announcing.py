"""被害情報: drafted of confirmed totals, one document for each disaster, right through to L-Alert's reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from feeds.lalert.types import LalertDocument
from feeds.status import Status
from rules.damage.record import Act, Certainty, Reason
from rules.declared import Damaged
from services.channels.channel import Payload
from services.damage import desk
from services.damage.announcing import Wish, announce
from services.damage.desk import Deed
from services.desks.review import ReviewError, issue
from services.store.alerts import Revision
from services.store.engine import Store
from services.store.users import Role
from tests.services.damage.test_damage_desk import RAIN, SAID
from tests.services.making import NOW
from tests.services.test_channel_lalert import read
from tests.services.test_declaring import CITY
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine
HURT = {"dead": 1, "flooded_above_buildings": 5, "flooded_above_households": 4, "rice_flooded": 125, "roads": 2}


async def rain(store: Store, **changes: Any) -> int:
    """A disaster with two confirmed records, of which one has a district, and one that nobody confirmed."""
    of = await desk.begin(store, replace(RAIN, **changes), "sato", NOW)
    await desk.enter(store, of.id, replace(SAID, area="032010001", area_name="内丸", figures=HURT), "sato", NOW)
    more = {"half_destroyed_buildings": 1, "missing": None}
    await desk.enter(store, of.id, replace(SAID, area="032010002", area_name="本町通", figures=more), "sato", NOW)
    doubt = replace(SAID, certainty=Certainty.UNCONFIRMED, figures={"dead": 7})
    await desk.enter(store, of.id, doubt, "sato", NOW)
    return of.id


async def drafted(store: Store, disaster: int, minutes: int = 0, **wish: Any) -> Revision:
    told = Wish(disaster=disaster, person="suzuki", now=NOW + timedelta(minutes=minutes), **wish)
    return await announce(store, CITY, told)


async def approved(store: Store, draft: Revision) -> None:
    async with store.write() as connection:
        await issue(connection, draft, draft.alert.sent, who="sato")


def document(draft: Revision) -> LalertDocument:
    payload = draft.payloads["lalert"]
    assert isinstance(payload, Payload)
    return read(payload.parts[0])


async def test_the_document_says_what_is_confirmed_and_reads_back(store: Store) -> None:
    found = document(await drafted(store, await rain(store)))
    assert (found.category, found.type, found.revision, found.disaster) == (
        "DamageInformation",
        "Report",
        1,
        "11月20日からの大雨",
    )
    assert [(one["damage"], one["type"], one["value"], one["unit"]) for one in found.items] == [
        ("HumanDamage", "死者", 1, "人"),
        ("HouseDamage", "半壊", 1, "棟"),
        ("HouseDamage", "床上浸水", 5, "棟"),
        ("HouseDamage", "床上浸水", 4, "世帯"),
        ("OtherDamage", "田_冠水", 1.25, "ha"),
        ("OtherDamage", "道路", 2, "箇所"),
    ], "what nobody confirmed or counted is left out"


async def test_whoever_approves_reads_what_districts_will_be_told(store: Store) -> None:
    told = (await drafted(store, await rain(store))).alert.evidence
    assert "地区別に公開します：本町通（半壊 少数）" in told
    assert "未確認・調査中のものがあり、入っていません：死者、行方不明者" in told


async def test_a_disaster_has_one_document_and_a_correction_says_what_was_wrong(store: Store) -> None:
    number = await rain(store)
    first = await drafted(store, number)
    await approved(store, first)
    assert document(first).document_id
    deed = Deed(number=1, seen=1, act=Act.CORRECT, who="sato", reason=Reason.RECOUNTED)
    await desk.do(store, replace(deed, content=replace(SAID, figures=HURT | {"dead": 0})), NOW)
    with pytest.raises(ReviewError, match="開いたあとに変わりました"):
        await drafted(store, number, 5, seen=("", 0))
    second = await drafted(store, number, 5, corrects=True, seen=(first.alert.series, 1))
    told = document(second)
    assert (told.document_id, told.revision, told.type) == (document(first).document_id, 2, "Update")
    errata = read(CITY.channels["lalert"].render(second.alert).parts[0]).errata  # as for whom the first reached
    assert "死者 1人" in errata and "死者 0人" in errata
    assert second.alert.texts["en"].description and "dead: 0" in second.alert.texts["en"].description
    await approved(store, second)
    with pytest.raises(ReviewError, match="訂正ではなく続報"):
        await drafted(store, number, 8, corrects=True)
    other = await drafted(store, await rain(store, name="11月21日の強風"), 9)
    assert other.alert.series != first.alert.series and other.alert.revision == 1
    last = await drafted(store, number, 10, final=True)
    assert last.alert.ends and document(last).type == "Update" and len(document(last).items) == 6


async def test_nothing_confirmed_is_nothing_to_tell_and_a_drill_is_marked(store: Store) -> None:
    empty = await desk.begin(store, RAIN, "sato", NOW)
    with pytest.raises(ReviewError, match="確認済みの数がまだありません"):
        await drafted(store, empty.id)
    with pytest.raises(ReviewError, match="訂正するものがありません"):
        await drafted(store, await rain(store, name="別の大雨"), corrects=True)
    drill = await drafted(store, await rain(store, status=Status.EXERCISE))
    assert drill.alert.status is Status.EXERCISE and document(drill).disaster == "【訓練】11月20日からの大雨【訓練】"
    assert drill.alert.series.startswith("Exercise-damage-")


async def test_the_public_is_told_of_districts_what_was_approved_and_nothing_of_persons(store: Store) -> None:
    number = await rain(store)
    async with floor(store, city=CITY, now=lambda: NOW + timedelta(minutes=1)) as web:
        officer, stranger = await web.person(Role.OPERATOR), await web.visitor()
        body = {"disaster": number}
        status, told = await officer.post("/api/v1/damage/announce", body)
        assert status == 200 and "lalert" in told["payloads"] and told["approval"] == "one"
        assert await stranger.features("/api/v1/damage/districts") == [], "a draft is nobody's knowledge"
        await approved(store, await drafted(store, number))
        inner, outer = await stranger.features("/api/v1/damage/districts")
        assert inner["items"] == [
            {"ja": "床上浸水", "unit": "棟", "value": 5},
            {"ja": "田の冠水", "unit": "ha", "value": 1.25},
            {"ja": "道路", "unit": "箇所", "value": 2},
        ]
        assert outer["items"] == [{"ja": "半壊", "unit": "棟", "value": None}], "one home is told as few"
        assert inner["as_of"].endswith(":00:00Z")
        whole = (await stranger.get("/api/v1/declared"))[1]["damage"]
        assert whole["items"][0] == {"ja": "死者", "unit": "人", "value": 1} and "行方不明者" in whole["counting"]
        for odd in ({"final": "yes"}, {"corrects": 1.5}, {"seen": []}, {"disaster": 99}, {"disaster": None}):
            assert (await officer.post("/api/v1/damage/announce", body | odd))[0] in {400, 404}, odd
    drill = await drafted(store, await rain(store, name="訓練", status=Status.EXERCISE))
    await approved(store, drill)
    assert isinstance(drill.alert.declared, Damaged)
    async with floor(store, now=lambda: NOW + timedelta(minutes=1)) as web:
        shown = await (await web.visitor()).features("/api/v1/damage/districts")
        assert {one["status"] for one in shown} == {"Actual"}
