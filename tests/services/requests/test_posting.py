"""Posted updates over /open311/v2, and what the desk does with requests about the same thing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from pydantic import SecretStr
from sqlalchemy import select

from feeds.status import Status
from rules.requests.state import State
from rules.requests.turn import Turn
from services.store import request_words
from services.store.engine import Store
from services.store.tables import chronology as log
from services.store.users import Role
from tests.services.making import NOW
from tests.services.requests.making import asked, found
from tests.services.test_open311 import KEY, ROOT, get, served
from tests.services.web_floor import Floor

pytestmark = pytest.mark.one_engine

PARTNER = "a-key-of-the-contractor-0002"
KEYS: dict[str, Any] = {"keys": {"app": SecretStr(KEY), "plow": SecretStr(PARTNER)}, "may_change": ("plow",)}
UPDATE = {"update_id": "u-1", "status": "FIXED", "updated_datetime": NOW.isoformat(), "description": "まだ雪です"}


async def send(hub: Floor, number: int, form: str = "json", **fields: str) -> tuple[int, Any]:
    body = {"api_key": KEY, "service_request_id": str(number), **UPDATE, **fields}
    async with (await hub.visitor()).http.post(f"{ROOT}/servicerequestupdates.{form}", data=body) as response:
        return response.status, await (response.json() if form == "json" else response.read())


async def test_what_a_resident_adds_is_for_the_desk_and_changes_nothing(store: Store) -> None:
    async with served(store, **KEYS) as hub:
        one, drill = await asked(store), await asked(store, status=Status.EXERCISE)
        officer = await hub.person(Role.OPERATOR)
        close = {"seen": "open", "state": "fixed", "text": "済みました"}
        assert (await officer.post(f"/api/v1/requests/{one}", close))[0] == 200
        assert (await found(store, one))[0].turn is Turn.OVER
        told = [await send(hub, one), await send(hub, one)]  # an application that heard no answer tries again
        assert told == [(200, [{"update_id": "w1", "service_request_id": str(one)}])] * 2
        (request,) = await found(store, one)
        assert (request.state, request.turn, request.waits_since) == (State.FIXED, Turn.WAITS, NOW)
        async with store.read() as connection:
            (word,) = (await request_words.newest(connection, [one], 5))[one]
        assert (word.text, word.state, word.applied, word.client) == ("まだ雪です", State.FIXED, False, "app")
        public = str([await get(hub, "/servicerequestupdates.json"), await get(hub, "/requests.json?extensions=true")])
        assert "まだ雪です" not in public
        assert (await send(hub, one, description="別の言葉"))[0] == 400
        assert (await send(hub, drill, update_id="u-2"))[0] == 404, "a drill is another world"
        status, document = await send(hub, one, "xml", update_id="u-3")
        assert (status, etree.fromstring(document).findtext("request_update/update_id")) == (200, "w2")
        for fields, code in (({"api_key": "x"}, 403), ({"status": "gone"}, 400), ({"service_request_id": "99"}, 404)):
            assert (await send(hub, one, **{"update_id": "u-9"} | fields))[1][0]["code"] == code
            status, document = await send(hub, one, "xml", **{"update_id": "u-9"} | fields)
            assert (status, etree.fromstring(document).findtext("error/code")) == (code, str(code))


async def test_a_key_that_may_changes_the_one_it_names_and_never_what_was_decided_since(store: Store) -> None:
    async with served(store, **KEYS) as hub:
        first = await asked(store, NOW - timedelta(hours=3))
        second = await asked(store, NOW - timedelta(hours=1), same_as=first)
        early = (NOW - timedelta(hours=4)).isoformat()
        assert (await send(hub, first, api_key=PARTNER, update_id="u-0", updated_datetime=early))[0] == 200
        assert (await found(store, first))[0].state is State.OPEN, "it tells of a time before the last answer"
        assert (await send(hub, first, api_key=PARTNER))[0] == 200
        one, two = await found(store, first, second)
        assert (one.state, two.state, two.same_as, two.turn) == (State.FIXED, State.OPEN, None, Turn.WAITS)
        (public,) = await get(hub, f"/requests/{first}.json?extensions=true")
        assert public["notes"][-1]["description"] == "まだ雪です"
        async with store.read() as connection:
            assert list(await connection.scalars(select(log.c.who))) == ["open311:plow"]


async def test_requests_about_the_same_thing_are_put_together_and_apart_by_name(store: Store) -> None:
    async with served(store) as hub:
        one, two, three = await asked(store), await asked(store, urgent=True), await asked(store, state=State.FIXED)
        officer, viewer = await hub.person(Role.OPERATOR), await hub.person(Role.VIEWER)
        same = f"/api/v1/requests/{two}/same"
        assert (await viewer.post(same, {"seen": "open", "first": one}))[0] == 403
        for body, status in (
            ({"seen": "open", "first": two}, 400),
            ({"seen": "open", "first": three}, 400),
            ({"seen": "fixed", "first": one}, 409),
            ({"seen": "open", "version": 7, "first": one}, 409),
            ({"seen": "open", "first": "x"}, 400),
        ):
            assert (await officer.post(same, body))[0] == status, body
        body = {"seen": "open", "version": 0, "first": one}
        assert await officer.post(same, body) == (200, {"same_as": one})
        head, behind = await found(store, one, two)
        assert (head.urgent, head.turn, behind.turn) == (True, Turn.URGENT, Turn.FOLDED)
        (public,) = await get(hub, f"/requests/{two}.json?extensions=true")
        assert f"依頼 {one} と同じ場所" in public["status_notes"]
        assert await officer.post(same, {"seen": "open", "first": None}) == (200, {"same_as": None})
        assert (await officer.post(same, {"seen": "open", "first": None}))[0] == 409
        assert (await found(store, two))[0].turn is Turn.URGENT


async def test_a_request_is_passed_on_to_the_owner_of_the_road(store: Store) -> None:
    async with served(store) as hub:
        one = await asked(store, description="山田さん宅の前", address="内丸1-2")
        officer, viewer = await hub.person(Role.OPERATOR), await hub.person(Role.VIEWER)
        (seen,) = await viewer.features("/api/v1/requests")
        assert (seen["description"], seen["address"]) == ("●●●宅の前", "内丸●●●")
        path, body = f"/api/v1/requests/{one}", {"seen": "open", "state": "internal_referral"}
        assert (await officer.post(path, body))[0] == 400
        assert (await officer.post(path, body | {"state": "fixed", "owner": "nation"}))[0] == 400
        assert (await officer.post(path, body | {"owner": "prefecture", "version": 0}))[0] == 200
        (public,) = await get(hub, f"/requests/{one}.json")
        assert public["agency_responsible"].startswith("県道の道路管理者") and public["status"] == "closed"
        assert "県道の道路管理者へ連絡しました" in public["status_notes"]
        assert await officer.features("/api/v1/requests") == []
        (closed,) = await officer.features("/api/v1/requests?state=internal_referral")
        assert (closed["owner"], closed["waits_since"]) == ("prefecture", None)
        assert (await officer.get("/api/v1/requests?state=gone"))[0] == 400
