"""The page of the queue: a report judged by forms alone, whoever is slower is told so, and words are never markup."""

from __future__ import annotations

import re
from typing import Any

import pytest

from services.configuration.reports import Reports
from services.store.engine import Store
from services.store.users import Role
from tests.services.reports.test_queue_web import arrive
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine
PATH = "/ops/reports"


async def press(visitor: Visitor, *cases: str, **words: Any) -> tuple[int, str]:
    data = [("csrf", visitor.csrf), *(("case", one) for one in cases), *words.items()]
    async with visitor.http.post(PATH, data=data) as answer:  # follows to the page as a browser does
        return answer.status, await answer.text()


async def test_a_report_is_judged_by_forms_alone(store: Store) -> None:
    async with floor(store, reports=Reports(public=True)) as house:
        officer, viewer = await house.person(Role.OPERATOR), await house.person(Role.VIEWER)
        one, other = await arrive(store, "a", "b", text="<script>alert(1)</script>", photos=("a" * 64,))
        _, page = await officer.get(PATH)
        assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
        assert "写真は証拠になりません" in page and "同じ出来事かもしれません（0 m・1分差）" in page
        assert '<circle class="likely"' in page and "承認者の権限" not in page
        assert 'name="act"' not in (await viewer.get(PATH))[1], "whoever may only look is given no button"
        status, page = await press(officer, f"{one}:1", f"{other}:1", act="triage|looked_at")
        assert status == 200 and "2件を記録しました" in page and "承認者の権限が要ります" in page
        status, page = await press(officer, f"{one}:1", act="confirm|police")
        assert status == 409 and "the-operator が" in page, "somebody was quicker"
        status, page = await press(officer, f"{one}:2", f"{other}:2", act="merge")
        assert status == 200 and "通報 2件" in page and page.count("<article") == 1
        status, page = await press(officer, f"{one}:2", act="confirm|patrol")
        assert status == 200 and "確認を待つ通報はありません" in page
        _, page = await officer.get(f"{PATH}?state=confirmed")
        assert re.search(r"<strong>確認済みにした</strong>（現地で確認した）", page)


async def test_a_bad_form_is_told_how_to_mend_it(store: Store) -> None:
    async with floor(store) as house:
        officer = await house.person(Role.OPERATOR)
        (one,) = await arrive(store, "a", gateway="school")
        status, page = await press(officer, f"{one}:1", act="correct|place", lon="141")
        assert status == 400 and "両方書いてください" in page and "<article" in page
        status, page = await press(officer, act="triage|looked_at")
        assert status == 400 and "1 から 100 件" in page


async def test_what_does_not_fit_on_the_page_is_counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.web.reports.page._ONE_BY_ONE", 2)
    async with floor(store) as house:
        viewer = await house.person(Role.VIEWER)
        await arrive(store, "a", "b", "c", kind="other")
        _, page = await viewer.get(PATH)
        assert page.count("<article") == 2 and "ほかに1件が待っています" in page
        assert "<strong>3</strong>受付" in page
        assert "新しい2件です" in (await viewer.get(f"{PATH}?every=true"))[1]


async def test_nobody_without_a_session_sees_it(store: Store) -> None:
    async with floor(store) as house:
        stranger = await house.visitor()
        assert (await stranger.get(PATH))[0] == 401
