"""A shift hands over: what is told, what is frozen, who may sign; a drill says so everywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from feeds.distrust import Distrust
from feeds.status import Status
from rules.chronology.matter import Content, Priority, State
from rules.handover.document import TITLES, Weight
from rules.silence import Silence
from services.chronology.desk import Fresh, enter
from services.handover.desk import Wish, draw_up
from services.handover.paper import paper
from services.store import alerts, chronology, distrusts, handovers, hazards, silences
from services.store.engine import Store
from services.store.users import Role
from tests.services.chronology.test_chronology_page import sent
from tests.services.making import NOW, alert, hazard, payload
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine
PATH = "/ops/handover"


async def a_night(store: Store, status: Status = Status.EXERCISE) -> None:
    said = Content(happened=NOW, words="毛布50枚", state=State.OPEN, priority=Priority.URGENT)
    await enter(store, Fresh(status=status, who="suzuki", content=said), NOW)
    quiet = Silence(status=status, kind="bear", owner="sato", reason="重複", begins=NOW, ends=NOW + timedelta(hours=2))
    async with store.write() as connection:
        await alerts.add_draft(connection, alert(), {"log": payload()}, NOW)
        await silences.add(connection, quiet)
        over = replace(quiet, kind="flood", area="senboku", begins=NOW - timedelta(hours=2), ends=NOW)
        await silences.add(connection, over)
        for station, quantity, ends in (("a", "water_level", quiet.ends), ("b", "rain", NOW)):
            word = Distrust(status=status, station=station, quantity=quantity, owner="sato", reason="流木",
                            begins=NOW - timedelta(hours=1), ends=ends)  # fmt: skip
            await distrusts.add(connection, word)
        await hazards.replace_picture(connection, {}, [hazard(level=4)], NOW)


async def test_what_is_told(store: Store) -> None:
    await a_night(store)
    wish = Wish(status=Status.EXERCISE, city="盛岡市", who="suzuki", faults=("ブローカーにつながらない",))
    async with store.read() as connection:
        told = await draw_up(connection, wish, NOW + timedelta(minutes=1))
        real = await draw_up(connection, Wish(status=Status.ACTUAL, city="盛岡市", who="suzuki"), NOW)
    assert [one.key for one in told.sections] == list(TITLES), "all of them, always in the same order"
    by = {one.key: one for one in told.sections}
    assert "案件1 【至急】未対応：毛布50枚" in by["matters"].points[0].text
    assert by["matters"].points[0].weight is by["faults"].points[0].weight is Weight.BAD
    assert [one.text for one in by["distrusts"].points] == [
        "a（a/water_level）：11/20 20:00まで、sato（流木）",
        "b（b/rain）：11/20 18:00に終わった。それより前の値も、ふたたび使われている（sato：流木）",
    ]
    assert [one.text for one in by["silences"].points] == [
        "クマ：11/20 20:00まで、sato（重複）",
        "洪水・senboku：11/20 16:00〜11/20 18:00に止めていた。sato（重複）",
    ]
    assert "承認待ちの案" in by["waiting"].points[0].text
    assert "いま最高 レベル4" in by["danger"].points[0].text
    assert not any(one.points for one in real.sections), "a drill is no business of the real thing"
    assert told.title.startswith("【訓練】") and told.since == NOW + timedelta(minutes=1) - timedelta(hours=8)


async def test_it_is_frozen_and_another_one_signs(store: Store) -> None:
    await a_night(store)
    async with floor(store, now=lambda: NOW + timedelta(minutes=10)) as web:
        first, second = await web.person(Role.OPERATOR, "suzuki"), await web.person(Role.OPERATOR, "tanaka")
        viewer = await web.person(Role.VIEWER, "looker")
        shown = unescape((await viewer.get(f"{PATH}?status=Exercise"))[1])
        assert "毛布50枚" in shown and "引継書を作る" not in shown and 'class="drill"' in shown
        words = {"status": "Exercise", "words": "城西中の件、要注意。090-1111-2222", "since": "2026-11-20T18:00"}
        assert (await sent(viewer, PATH, **words))[0] == 403
        assert (await sent(first, PATH, **words | {"words": "あ" * 2001}))[0] == 400
        where = f"{PATH}/made?number=1&status=Exercise"
        assert await sent(first, PATH, **words) == await sent(first, PATH, **words) == (303, where), "pressed twice"
        frozen = re.sub(r"\s+", " ", unescape((await second.get(where))[1]))
        assert (
            "090-1111" not in frozen
            and "【訓練】盛岡市 当直引継書 第1号" in frozen
            and "tanaka として引き継ぐ" in frozen
        )
        sign = {"number": "1", "status": "Exercise"}
        status, text = await sent(first, f"{PATH}/made", **sign)
        assert status == 409 and "自分の引継書は受け取れません" in text
        assert (await sent(second, f"{PATH}/made", **sign)) == (303, where)
        assert (await sent(second, f"{PATH}/made", **sign))[0] == 409
        assert "tanaka が" in unescape((await viewer.get(where))[1])
        async with viewer.http.get(f"{PATH}/Exercise-1.pdf") as answer:
            assert (await answer.read()).startswith(b"%PDF") and "exercise-no1" in answer.headers["Content-Disposition"]
        for odd in (
            f"{PATH}?since=soon",
            f"{PATH}?since=2020-01-01T00:00",
            f"{PATH}?status=Odd",
            f"{PATH}/made?number=x",
        ):
            assert (await viewer.get(odd))[0] == 400, odd
        assert (await viewer.get(f"{PATH}/made?number=9"))[0] == 404
        assert (await viewer.get(f"{PATH}/Actual-1.pdf"))[0] == 404
    async with store.read() as connection:
        one = await handovers.find(connection, Status.EXERCISE, 1)
        lines = await chronology.between(connection, Status.EXERCISE, ("handover",), NOW, NOW + timedelta(hours=1))
        assert await chronology.first_broken(connection) is None
    assert one is not None and paper(one) == paper(one), "the same document gives the same bytes"
    assert [line.who for line in lines] == ["suzuki", "tanaka"] and lines[0].refs["sha256"] == one.sha256
