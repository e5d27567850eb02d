"""The ledger's API, page and downloads: who may see, declare and approve, and what is said to a wrong entry."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from services.store.engine import Store
from services.store.users import Role
from tests.services.ledger.test_ledger_desk import BOOK, NIGHT, drive
from tests.services.making import NOW
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine
DAY = "2025-12-31"
ITEM = {"machine": "plow-01", "day": DAY, "doing": "work", "band": "all", "time": "0:30"}


async def test_declare_approve_and_download(store: Store) -> None:
    await drive(store, NIGHT)
    async with floor(store, book=BOOK) as running:
        stranger, viewer = await running.visitor(), await running.person(Role.VIEWER)
        operator, approver = await running.person(Role.OPERATOR), await running.person(Role.APPROVER)
        assert (await stranger.get("/api/v1/ledger"))[0] == 401
        assert (await viewer.post("/api/v1/ledger/declared", {"items": [ITEM]}))[0] == 403
        assert (await operator.post("/api/v1/ledger/approved", {"items": [ITEM]}))[0] == 403
        for bad in ({}, {"items": [{}]}, {"items": [ITEM | {"time": "x"}]}, {"items": [ITEM | {"machine": "p"}]}):
            status, told = await operator.post("/api/v1/ledger/declared", bad)
            assert status == 400 and told["error"] in {"bad_items", "bad_entry"}, told

        _, before = await viewer.get("/api/v1/ledger?month=2026-12")
        assert [item["gps_seconds"] for item in before["items"]] == [600]
        for odd in (
            "day=yesterday",
            "month=0001-01",
            "month=9999-12",
            "month=2026-13",
            "day=9999-12-31",
            "day=0001-01-01",
        ):
            for path in ("/api/v1/ledger", "/api/v1/fairness", "/ops/ledger"):
                assert (await viewer.get(f"{path}?{odd}"))[0] == 400
        assert (await viewer.get("/api/v1/ledger?day=2026-12-31&status=Exercise"))[1]["items"] == []

        page = (await approver.get("/ops/ledger?day=2026-12-31"))[1]
        assert "0:10:00" in page and 'name="row" value="1"' in page
        assert 'name="row"' not in (await viewer.get("/ops/ledger?day=2026-12-31"))[1]
        month = (await approver.get("/ops/ledger?month=2026-12&contractor=demo-east"))[1]
        assert month.index("月締め 2026年12月") < month.index('name="row"') and "未承認 1件（GPS 0:10:00）" in month
        assert "month=2026-11&amp;contractor=demo-east" in month and '<input type="month"' in month, "it stays a month"
        for kind, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
            async with viewer.http.get(f"/ops/ledger.{kind}?day=2026-12-31") as response:
                assert response.status == 200 and (await response.read()).startswith(begins)
                assert f"shirase-ledger-2026-12-31.{kind}" in response.headers["Content-Disposition"]
        async with stranger.http.get("/ops/ledger.csv", allow_redirects=False) as response:
            assert response.status in {302, 303, 401}


def _ticked(page: str) -> bool:
    return re.search(r'<input[^>]*name="row"[^>]* checked', page) is not None


async def test_the_form_approves_what_is_ticked(store: Store) -> None:
    early = {"began": int(NOW.timestamp()) - 86_400, "ended": int(NOW.timestamp()) - 86_400 + 600}
    await drive(store, replace(NIGHT, **early))
    async with floor(store, book=BOOK) as running:
        approver = await running.person(Role.APPROVER)
        day = (await approver.get("/api/v1/ledger?month=" + NOW.strftime("%Y-%m")))[1]["items"][0]["day"]
        page = (await approver.get(f"/ops/ledger?day={day}"))[1]
        form = dict(re.findall(r'name="((?:machine|day|doing|band|time|seen|csrf)[^"]*)" value="([^"]*)"', page))
        form = form | {"row": "1", "reason-1": ""}
        async with approver.http.post(f"/ops/ledger?day={day}", data=form, allow_redirects=False) as response:
            assert response.status == 303, await response.text()
        page = (await approver.get(f"/ops/ledger?day={day}"))[1]
        assert "<strong>0:10:00</strong>" in page
        form["time-1"] = "0:20"
        async with approver.http.post(f"/ops/ledger?day={day}", data=form | {"reason-1": "日報"}) as response:
            told = await response.text()
            assert response.status == 409 and "承認 なし → 0:10:00" in told, "that page was old"
            assert 'value="0:20"' in told and 'value="日報"' in told and not _ticked(told), "nothing typed is lost"
        form |= dict(re.findall(r'name="(seen-1)" value="([^"]*)"', page))
        async with approver.http.post(f"/ops/ledger?day={day}", data=form) as response:
            told = await response.text()
            assert response.status == 400 and "理由を書いて" in told and _ticked(told)
        async with approver.http.post(f"/ops/ledger?day={day}", data={"csrf": form["csrf"]}) as response:
            assert response.status == 400 and "印をつけて" in await response.text()
