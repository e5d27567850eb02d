"""/ops/damage without any script: begin, enter, carry on, be told of the other officer, take back."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from services.store.engine import Store
from services.store.users import Role
from tests.services.damage.test_damage_desk import confirmed_report
from tests.services.making import NOW
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine


async def sent(visitor: Visitor, path: str, **fields: Any) -> tuple[int, str]:
    """A form as a browser sends it: status, and the page or where it leads."""
    form = {"csrf": visitor.csrf, **fields}
    async with visitor.http.post(path, data=form, allow_redirects=False, headers={"Accept": "text/html"}) as response:
        return response.status, response.headers.get("Location") or unescape(await response.text())


async def page(visitor: Visitor, path: str) -> str:
    status, text = await visitor.get(path)
    assert status == 200, text
    return re.sub(r"\s+", " ", unescape(text))


async def test_a_night_on_the_page(store: Store) -> None:
    case = await confirmed_report(store)
    async with floor(store, now=lambda: NOW + timedelta(minutes=10)) as web:
        officer, viewer = await web.person(Role.OPERATOR, "suzuki"), await web.person(Role.VIEWER, "looker")
        assert "新しい災害の記録を始める" in await page(officer, "/ops/damage")
        began = {"do": "begin", "name": "11月20日からの大雨", "began": "2026-11-20T03:00"}
        assert await sent(officer, "/ops/damage", **began) == (303, "/ops/damage?disaster=1&done=begun")
        assert (await sent(officer, "/ops/damage", **began))[0] == 409
        said = {"do": "enter", "disaster": "1", "certainty": "confirmed", "source": "消防", "area": "内丸"}
        more = {"f.flooded_above_buildings": "3", "c.dead": "on", "f.roads": ""}
        assert (await sent(officer, "/ops/damage", **said, **more))[0] == 303
        status, text = await sent(officer, "/ops/damage", **said, **{"f.flooded_above_buildings": "さん"})
        assert status == 400 and 'value="さん"' in text and "半角の数字" in text, "what was typed is still there"
        assert (await sent(officer, "/ops/damage", do="enter", disaster="1", report=str(case.id)))[0] == 303
        shown = await page(viewer, "/ops/damage")
        assert "床上浸水（棟） <dd>3<small>棟" in shown.replace("</dt>", "") and "前回報告から +3" in shown
        assert "数はまだ入っていません" in shown and "登録する" not in shown, "a viewer has no forms"
        change = {"id": "1", "seen": "1", "certainty": "confirmed", "source": "現地班", "act": "update"}
        assert (await sent(officer, "/ops/damage/record", **change, **{"f.dead": "0"}))[0] == 303
        status, text = await sent(officer, "/ops/damage/record", **change, **{"f.dead": "1"})
        assert status == 409 and "suzuki が" in text and "見比べて" in text
        gone = {"id": "1", "seen": "2", "act": "withdraw|double"}
        assert (await sent(officer, "/ops/damage/record", **gone))[0] == 303
        assert "取下げを戻す" in await page(officer, "/ops/damage/record?id=1")
        assert (await sent(viewer, "/ops/damage/record", **gone))[0] == 403
        closing = {"do": "rewrite", "id": "1", "seen": "1", "began": "2026-11-20T03:00", "closed": "yes"}
        assert (await sent(officer, "/ops/damage", **closing))[0] == 303
        assert "集計を再開する" in await page(officer, "/ops/damage") and "集計中" not in await page(
            officer, "/ops/damage"
        )


async def test_a_drill_is_marked_and_apart(store: Store) -> None:
    async with floor(store) as web:
        officer = await web.person(Role.OPERATOR)
        began = {"do": "begin", "name": "訓練の大雨", "began": "2026-11-20T03:00", "status": "Exercise"}
        assert (await sent(officer, "/ops/damage?status=Exercise", **began))[0] == 303
        assert "訓練の大雨" not in await page(officer, "/ops/damage")
        shown = await page(officer, "/ops/damage?status=Exercise")
        assert "【訓練】" in shown and 'class="drill"' in shown
        for odd in ("?status=Nonsense", "?disaster=x"):
            assert (await officer.get(f"/ops/damage{odd}"))[0] == 400
        for odd in ("/ops/damage?disaster=99", "/ops/damage/record?id=99"):
            assert (await officer.get(odd))[0] == 404
