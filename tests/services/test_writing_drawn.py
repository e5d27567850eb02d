"""An area drawn on the map goes into a notice: its polygon into CAP, its districts by name, and who may approve it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select

from geo.mesh import mesh_code
from rules.alert import Act, Place
from services.channels.channel import Payload
from services.desks.authority import objections
from services.desks.review import ReviewError
from services.desks.writing import MOST_DRAWN, Ask, write
from services.residents.reach import districts_of
from services.store.engine import Store
from services.store.tables import chronology
from services.store.users import Account, Role, Scope
from tests.services.making import NOW
from tests.services.test_writing import CITY, LATER, NOTICE
from tests.services.test_writing_pages import drafted, fields, put, send
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine
DRAWN = "39.702,141.115 39.702,141.125 39.710,141.125 39.710,141.115"  # both districts
SQUARE = f"mesh-{mesh_code(141.11, 39.71, 4)}"


def told(*drawn: str, **changes: object) -> Ask:
    notice = replace(NOTICE, areas=(), channels=("log", "cap_feed"), **changes)  # type: ignore[arg-type]
    return Ask(person="suzuki", now=LATER, act=Act.NOTICE, notice=notice, drawn=drawn)


async def test_its_polygon_stands_in_cap_and_its_districts_by_name(store: Store) -> None:
    draft = await write(store, CITY, told(DRAWN, DRAWN))
    (place,) = draft.alert.places
    assert place.name == "内丸・本町通の一部" and set(place.within) == {"032010001", "032010002"}
    cap, log = draft.payloads["cap_feed"], draft.payloads["log"]
    assert isinstance(cap, Payload) and isinstance(log, Payload)
    assert "<polygon>39.702,141.115 39.702,141.125 39.71,141.125 39.71,141.115 39.702,141.115</polygon>" in cap.parts[0]
    assert place.name in log.parts[0] and place.code in cap.parts[0], "the bytes that are approved name the shape"
    other = await write(store, CITY, told(DRAWN.replace("39.710,141.115", "39.711,141.115")))
    assert other.digest != draft.digest
    assert districts_of(draft.alert, CITY.ground.areas) == {"032010001", "032010002"}, "subscribers of both are told"
    assert any("地図で描いた区域" in line for line in draft.alert.evidence)


async def test_beside_districts_and_squares_and_refused_with_its_cure(store: Store) -> None:
    draft = await write(store, CITY, replace(told(DRAWN), notice=replace(NOTICE, areas=(SQUARE, "032010001"))))
    assert [one.code.partition("-")[0] for one in draft.alert.places] == ["mesh", "032010001", "drawn"]
    house = "39.702,141.115 39.702,141.1151 39.7021,141.1151"
    for ask, cure in (
        (told(house), "狭すぎます"),
        (told(DRAWN, kind="emergency_culling"), "0.9 km²以上"),
        (told("あ,い"), "緯度,経度"),
        (told(*[DRAWN] * (MOST_DRAWN + 1)), "個まで"),
        (told(), "区域を一つ以上"),
    ):
        with pytest.raises(ReviewError, match=cure):
            await write(store, CITY, ask)
    async with store.read() as connection:
        assert len(list(await connection.scalars(select(chronology.c.seq)))) == 1


async def test_who_may_approve_some_districts_may_approve_what_lies_in_them(store: Store) -> None:
    draft = await write(store, CITY, told(DRAWN))

    def may(*areas: str) -> bool:
        scope = Scope(areas=areas, evacuation=True)
        account = Account(
            name="a", role=Role.APPROVER, password="", one_time=False, revoked=False, created_at=NOW, scope=scope
        )
        return not objections(account, draft.alert)

    assert may() and may("03201*") and may("032010001", "032010002")
    assert not may("032010001")
    assert not may("032010001") and Place(code="x", name="x").within == ()


async def test_the_form_comes_with_what_was_drawn_and_programs_may_send_it(store: Store) -> None:
    async with floor(store, city=CITY, now=lambda: LATER) as running:
        officer = await running.person(Role.OPERATOR)
        path = f"/ops/alerts/notice?drawn={quote(DRAWN)}&area={SQUARE}&area=nowhere"
        code, page = await officer.get(path, headers={"accept": "text/html"})
        assert code == 200 and DRAWN in page and 'class="area"' in page and "内丸付近" in page
        assert "対象の区域：内丸・本町通の一部、内丸付近" in page
        words = {"event": "除雪", "headline": "除雪", "short": "除雪します。"}
        sent = put(fields(page), **{f"t__ja__{part}": text for part, text in words.items()})
        sent += [("kind", "snow_removal"), ("level", "1"), ("category", "Transport"), ("status", "Actual")]
        sent = [one for one in [*sent, ("channel", "log")] if one != ("area", "nowhere")]
        code, _, shown = await send(officer, "/ops/alerts/notice", [*sent, ("do", "preview")])
        assert code == 200 and 'class="area"' in shown
        assert (await send(officer, "/ops/alerts/notice", [*sent, ("do", "draft")]))[0] == 303
        (draft,) = await drafted(store)
        assert len(draft["places"]) == 2 and draft["places"][-1]["polygons"]
        code, page = await officer.get("/ops/alerts/notice?drawn=1,2", headers={"accept": "text/html"})
        assert code == 400 and "日本の外" in page
        texts = {"ja": {**words, "description": "本文", "instruction": ""}}
        body = {"kind": "road", "level": 1, "texts": texts, "areas": [], "channels": ["log"]}
        body |= {"expires": (LATER + timedelta(hours=3)).isoformat(), "drawn": [DRAWN]}
        assert (await officer.post("/api/v1/alerts", body))[0] == 200
        for wrong in ("x", [1], [DRAWN] * 11, [{}]):
            code, refused = await officer.post("/api/v1/alerts", {**body, "drawn": wrong})
            assert (code, refused["error"]) == (400, "bad_drawn")
