"""/ops/requests: the queue as people see it, and the forms that answer it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from feeds.status import Status
from rules.requests.owner import Owner
from rules.requests.state import State
from rules.requests.turn import Turn
from services.configuration.open311 import Office
from services.store.engine import Store
from services.store.users import Role
from services.web.api.paging import cursor_of
from tests.services.making import NOW
from tests.services.requests.making import asked, found
from tests.services.requests.test_posting import send
from tests.services.test_open311 import KEY, get, served
from tests.services.web_floor import Visitor

pytestmark = pytest.mark.one_engine

PATH = "/ops/requests"
HOUR = timedelta(hours=1)
SETTINGS: dict[str, Any] = {
    "keys": {"app": SecretStr(KEY)},
    "owners": {Owner.PREFECTURE: Office(name="盛岡広域振興局", phone="019-600-0001", mail="road@pref.example.jp")},
    "households": {"plow-1": 400},
}


async def form(visitor: Visitor, number: int, query: str = "", **fields: str) -> tuple[int, str]:
    """Send a form of a card as a browser does, with what its hidden fields say by now."""
    _, text = await visitor.get(f"{PATH}?id={number}")
    card = text.partition(f'id="r-{number}"')[2]
    hidden = dict(re.findall(r'type="hidden" name="(seen|version)" value="([^"]*)"', card)[:2])
    data = {"csrf": visitor.csrf, "id": str(number), **hidden, **fields}
    async with visitor.http.post(f"{PATH}?{query}", data=data) as response:
        return response.status, await response.text()


async def test_the_page_tells_what_waits_first_by_section_and_covers_words_for_those_who_only_look_on(
    store: Store,
) -> None:
    async with served(store, **SETTINGS) as hub:
        old = await asked(store, NOW - 50 * HOUR, description="山田さん宅の前<b>", address="内丸1-2")
        urgent = await asked(store, NOW - HOUR, urgent=True, description="救急車が入れない")
        await asked(store, NOW - HOUR, same_as=old, description="うちも")
        rut = await asked(store, service="SNOW_RUT", section="")
        officer, viewer = await hub.person(Role.OPERATOR), await hub.person(Role.VIEWER)
        status, text = await officer.get(PATH)
        assert status == 200 and [int(one) for one in re.findall(r'id="r-(\d+)"', text)] == [urgent, old, rut]
        assert "山田さん宅の前&lt;b&gt;" in text and "同じ場所 +1" in text and "内丸1-2" in text and "2日前" in text
        assert "●●●宅の前&lt;b&gt;" in text and "この文を公開する" in text, "what the public would read, before it does"
        assert text.count("48時間超</span>") == 1 and "0.75" in text, "three in seven days by 400 households"
        assert "24時間に記録なし" in text and "#map=17/39.71000/141.11000" in text
        assert "訓練" not in text[text.index('id="board"') :]
        _, text = await viewer.get(PATH)
        assert (
            "山田さん" not in text and "内丸1-2" not in text and "●●●宅の前" in text and "この文を公開する" not in text
        )
        assert "#map=17/39.70000/141.10000" in text
        for query, numbers in (
            ("section=none", [rut]),
            ("service=SNOW_RUT", [rut]),
            ("age=48", [old]),
            ("state=waits&section=plow-1", [urgent, old]),
            ("state=closed", []),
            (f"id={rut}", [rut]),
        ):
            _, text = await officer.get(f"{PATH}?{query}")
            assert [int(one) for one in re.findall(r'id="r-(\d+)"', text)] == numbers, query
        far = cursor_of((2**40, "2026-01-15T00:00:00Z", 1))  # no turn, and no number that the store could compare
        for wrong in ("state=gone", "age=3", "status=Real", "cursor=x", f"cursor={far}", "section=" + "x" * 200):
            assert (await officer.get(f"{PATH}?{wrong}"))[0] == 400, wrong
        assert (await (await hub.visitor()).get(PATH))[0] == 401


async def test_forms_answer_once_and_what_was_typed_is_kept_when_somebody_was_quicker(store: Store) -> None:
    async with served(store, **SETTINGS) as hub:
        one = await asked(store)
        officer, viewer = await hub.person(Role.OPERATOR, "sato"), await hub.person(Role.VIEWER)
        said = {"verb": "answer", "text": "今夜\n入ります", "state": "action_scheduled"}
        assert (await form(viewer, one, seen="open", version="0", **said))[0] == 403
        status, text = await form(officer, one, "section=plow-1", **said)
        assert status == 200 and f"依頼 {one} を記録しました" in text and "今夜 入ります" in text and "sato" in text
        status, text = await form(officer, one, "section=none", seen="open", version="0", **said)
        assert status == 409 and "ほかの人が「対応予定」にしました" in text and "今夜\n入ります</textarea>" in text
        status, text = await form(officer, one, version="0", **said)
        assert status == 409 and "見ているあいだに変わりました" in text
        assert "状態を選んでください" in (await form(officer, one, verb="answer", text=" "))[1]
        assert "盛岡広域振興局" in text and "mailto:road@pref.example.jp?subject=" in text
        assert (await form(officer, one, verb="forward", owner="prefecture"))[0] == 200
        (request,) = await found(store, one)
        assert (request.state, request.owner, request.turn) == (State.FORWARDED, "prefecture", Turn.OVER)
        assert (await form(officer, 99, seen="open", version="0", id=str(one), verb="attach", first="x"))[0] == 404


async def test_words_are_released_joined_and_read(store: Store) -> None:
    async with served(store, **SETTINGS) as hub:
        one, two = await asked(store, description="山田さん宅の前"), await asked(store)
        officer = await hub.person(Role.OPERATOR)
        assert "本文公開中" in (await form(officer, one, verb="release"))[1]
        assert (await get(hub, f"/requests/{one}.json"))[0]["description"] == "●●●宅の前"
        assert "本文公開中" not in (await form(officer, one, verb="withhold"))[1]
        assert "同じ場所 +1" in (await form(officer, two, verb="attach", first=str(one)))[1]
        assert (await form(officer, one, verb="answer", text="今夜"))[0] == 200
        await send(hub, two)
        _, text = await officer.get(PATH)
        assert text.index(f'id="r-{two}"') < text.index(f'id="r-{one}"'), "the word of a resident waits"
        assert "まだ雪です" in text and "（未確認）" in text and "「対応済」との連絡" in text
        assert (await form(officer, two, verb="read"))[0] == 200
        assert (await found(store, two))[0].turn is Turn.FOLDED
        assert (await form(officer, two, verb="detach"))[0] == 200
        assert (await found(store, two))[0].turn is Turn.WAITS


async def test_a_long_queue_comes_in_pages_and_a_drill_is_striped(store: Store) -> None:
    async with served(store, **SETTINGS) as hub:
        for number in range(27):
            await asked(store, NOW - (30 - number) * HOUR, status=Status.EXERCISE)
        officer = await hub.person(Role.OPERATOR)
        _, text = await officer.get(f"{PATH}?status=Exercise&section=plow-1")
        assert text.count('class="req"') == 25 and text.count("【訓練】</span>") == 25 and 'class="drill"' in text
        further = re.search(r'href="(/ops/requests\?[^"]*cursor=[^"]*)"', text)
        assert further is not None
        _, text = await officer.get(further[1].replace("&amp;", "&"))
        assert re.findall(r'id="r-(\d+)"', text) == ["26", "27"] and "section=plow-1" in text
        assert "当てはまる依頼はありません" in (await officer.get(PATH))[1]
        assert "依頼 27件（回答待ち 27）" not in (await officer.get("/ops/snow"))[1]
