"""The pages on which people write alerts, used as a browser without scripts uses them."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from feeds.status import Status
from services.store import alerts as rows
from services.store.engine import Store
from services.store.tables import alerts
from services.store.users import Role
from tests.services.making import SetClock, alert, payload
from tests.services.test_writing import CITY, LATER, in_force
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine


def fields(page: str) -> list[tuple[str, str]]:
    """What a browser would send of the page's form: hidden fields, texts, ticked boxes."""
    form = page[page.index('id="writing"') : page.index("</form>", page.index('id="writing"'))]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    found += re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>', form)
    found += re.findall(r'<input type="datetime-local" name="([^"]+)" value="([^"]*)"', form)
    found += re.findall(r'<input name="((?:wrong|right|reason)\.[^"]+)"[^>]*value="([^"]*)"', form)
    found += [(n, v) for n, v, on in re.findall(r'type="checkbox" name="(\w+)" value="([^"]*)" (checked)?', form) if on]
    return [(name, html.unescape(value)) for name, value in found]


async def send(officer: Visitor, path: str, sent: list[tuple[str, str]]) -> tuple[int, str, str]:
    async with officer.http.post(path, data=sent, allow_redirects=False, headers={"accept": "text/html"}) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


def put(sent: list[tuple[str, str]], **changes: str) -> list[tuple[str, str]]:
    known = {name.replace("__", "."): value for name, value in changes.items()}
    return [(name, known.get(name, value)) for name, value in sent]


async def drafted(store: Store) -> list[Any]:
    async with store.read() as connection:
        rows = await connection.scalars(select(alerts.c.body).order_by(alerts.c.revision))
        return [row for row in rows if row["act"]]


@pytest.mark.parametrize("verb", ["update", "all-clear", "cancel"])
async def test_a_form_is_prefilled_shows_every_channel_and_makes_a_draft(store: Store, verb: str) -> None:
    one = await in_force(store)
    async with floor(store, city=CITY, now=lambda: LATER) as running:
        officer = await running.person(Role.OPERATOR)
        path = f"/ops/alerts/{one.series}/{verb}"
        code, page = await officer.get(path, headers={"accept": "text/html"})
        assert code == 200 and "各経路の本文" in page and "LINE" in page and "/5000字" in page
        sent = put(fields(page), t__ja__short="短い<b>文</b>です。")
        code, _, shown = await send(officer, path, [*sent, ("do", "preview")])
        assert code == 200 and "短い&lt;b&gt;文&lt;/b&gt;です。" in shown and await drafted(store) == []
        code, location, _ = await send(officer, path, [*fields(shown), ("do", "draft")])
        assert (code, location) == (303, "/ops#drafts")
        (draft,) = await drafted(store)
        assert draft["texts"]["ja"]["short"] == "短い<b>文</b>です。" and draft["author"] == "the-operator"
        code, page = await officer.get("/ops/alerts", headers={"accept": "text/html"})
        assert code == 200 and "案を直す" in page
        edit = f"/ops/alerts/{one.series}/edit"
        code, page = await officer.get(edit, headers={"accept": "text/html"})
        first, second = put(fields(page), t__ja__short="甲"), put(fields(page), t__ja__short="乙")
        assert (await send(officer, edit, [*first, ("do", "draft")]))[0] == 303
        code, _, late = await send(officer, edit, [*second, ("do", "draft")])
        assert code == 409 and "the-operator が" in late and ">乙</textarea>" in late, "what was typed is kept"
        assert (await send(officer, edit, [*fields(late), ("do", "draft")]))[0] == 303, "pressing again is meant"


async def test_a_correction_asks_what_was_wrong_and_where(store: Store) -> None:
    one = await in_force(store)
    async with floor(store, city=CITY, now=lambda: LATER) as running:
        officer = await running.person(Role.OPERATOR)
        path = f"/ops/alerts/{one.series}/correction"
        _, page = await officer.get(path, headers={"accept": "text/html"})
        code, _, told = await send(officer, path, [*fields(page), ("do", "draft")])
        assert code == 400 and "何が誤りで" in told
        sent = [*put(fields(page), wrong__ja="2.60", right__ja="2.06"), ("area", "032010001"), ("do", "draft")]
        assert (await send(officer, path, sent))[0] == 303
        (draft,) = await drafted(store)
        assert draft["concerns"] == ["032010001"] and len(draft["places"]) == 2


async def test_a_reason_goes_into_words_that_nobody_changed_however_long_it_took(store: Store) -> None:
    one = await in_force(store)
    clock = SetClock(at=LATER)
    async with floor(store, city=CITY, now=clock.now) as running:
        officer = await running.person(Role.OPERATOR)
        path = f"/ops/alerts/{one.series}/cancel"
        _, page = await officer.get(path, headers={"accept": "text/html"})
        assert one.texts["ja"].headline in page, "what is cancelled stands above it"
        clock.at += timedelta(minutes=7)
        sent = [*put(fields(page), reason__ja="試験の値でした。"), ("do", "draft")]
        assert (await send(officer, path, sent))[0] == 303
        (draft,) = await drafted(store)
        assert "試験の値でした。" in draft["texts"]["ja"]["short"] and "18時17分" in draft["texts"]["ja"]["description"]


async def test_a_notice_is_written_by_hand(store: Store) -> None:
    async with floor(store, city=CITY, now=lambda: LATER, exercise=True) as running:
        officer = await running.person(Role.OPERATOR)
        _, page = await officer.get("/ops/alerts/notice", headers={"accept": "text/html"})
        words = {"event": "除雪", "headline": "内丸で除雪", "description": "本文", "short": "今夜、除雪します。"}
        sent = put(fields(page), **{f"t__ja__{part}": text for part, text in words.items()})
        more = {"kind": "snow_removal", "level": "1", "category": "Transport", "status": "Exercise"}
        sent += [*more.items(), ("area", "032010001"), ("channel", "line")]
        code, _, shown = await send(officer, "/ops/alerts/notice", [*sent, ("do", "preview")])
        assert code == 200 and "【訓練】" in shown and "今夜、除雪します。" in shown
        assert (await send(officer, "/ops/alerts/notice", [*sent, ("do", "draft")]))[0] == 303
        code, _, told = await send(officer, "/ops/alerts/notice", [*put(sent, level="9"), ("do", "draft")])
        assert code == 400 and "レベルは0から5" in told
        real = [*put(sent, status="Actual"), ("do", "preview")]
        assert "【訓練】" in (await send(officer, "/ops/alerts/notice", real))[2], "an exercise tells nothing real"
        assert 'value="Actual"' not in page


async def test_a_hub_that_runs_an_exercise_takes_nothing_real_from_programs_either(store: Store) -> None:
    async with floor(store, city=CITY, now=lambda: LATER, exercise=True) as running:
        officer = await running.person(Role.OPERATOR)
        texts = {"ja": dict.fromkeys(("event", "headline", "description", "instruction", "short"), "除雪")}
        told = {"texts": texts, "kind": "snow_removal", "level": 1, "areas": ["032010001"], "channels": ["line"]}
        told |= {"expires": (LATER + timedelta(hours=3)).isoformat()}
        assert (await officer.post("/api/v1/alerts", told))[0] == 200
        place = {"disaster": "大雨", "places": [{"name": "本宮地区活動センター", "opening": "open"}]}
        for path, body in (("alerts", told), ("declared/shelters", place)):
            code, refused = await officer.post(f"/api/v1/{path}", {**body, "status": "Actual"})
            assert (code, refused["error"]) == (400, "bad_status"), path


async def test_who_may_not_write_sees_the_list_only(store: Store) -> None:
    one = await in_force(store)
    async with floor(store, city=CITY, now=lambda: LATER + timedelta(days=1)) as running:
        viewer = await running.person(Role.VIEWER)
        officer = await running.person(Role.OPERATOR)
        code, page = await viewer.get("/ops/alerts", headers={"accept": "text/html"})
        assert code == 200 and "お知らせを書く" not in page
        assert (await viewer.get(f"/ops/alerts/{one.series}/cancel"))[0] == 403
        assert (await officer.get(f"/ops/alerts/{one.series}/cancel"))[0] == 409, "it has run out"
        assert (await officer.get("/ops/alerts/nothing/cancel"))[0] == 404
        assert (await officer.get(f"/ops/alerts/{one.series}/delete"))[0] == 404


async def test_the_gravest_stands_first_with_its_age_and_a_drill_on_a_real_hub_is_striped(store: Store) -> None:
    one = await in_force(store)
    grave = alert(series="Actual-grave", status=Status.ACTUAL, level=4, alert_level=True, sent=one.sent)
    async with store.write() as connection:
        for each in (grave, replace(grave, series="Actual-mild", identifier="Actual-mild-1", level=2)):
            await rows.add_draft(connection, each, {"log": payload()}, LATER)
    async with floor(store, city=CITY, now=lambda: grave.sent + timedelta(minutes=9)) as running:
        officer = await running.person(Role.OPERATOR)
        _, page = await officer.get("/ops/alerts", headers={"accept": "text/html"})
        order = [page.index(f"/ops/alerts/{series}?revision") for series in ("Actual-grave", "Actual-mild")]
        assert order == sorted(order) and "（9分前）" in page and "これは訓練です" not in page
        _, form = await officer.get(f"/ops/alerts/{one.series}/cancel", headers={"accept": "text/html"})
        assert "これは訓練です" in form and "取消（誤報）の案を作る" in form
