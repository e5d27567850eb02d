"""/ops/selftest: how old the last proof of each channel is, and what it did not prove."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.channels.proof import Proof
from services.clock import wall
from services.selftest.run import Result
from services.store import selftests
from services.store.engine import Store
from services.store.users import Role
from tests.services.web_floor import floor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


async def test_the_page_tells_what_was_proven_what_was_not_and_how_long_ago(store: Store) -> None:
    good = Proof(proven=("ログインできた",), unproven=("投稿する権限",), receipt="R-1")
    bad = Proof(fault="401 <expired>")
    async with store.write() as connection:
        old = Result(channel="x", tried=True, proof=bad, seconds=1.0)
        await selftests.keep(connection, wall() - timedelta(days=40), [old])
        await selftests.keep(
            connection, wall() - timedelta(days=9, hours=1), [Result(channel="x", tried=True, proof=good, seconds=0.4)]
        )
        failed = Result(channel="log", tried=True, proof=bad, seconds=2.0)
        await selftests.keep(connection, wall(), [failed])
    async with floor(store, channels=("x", "log", "line")) as house:
        desk = await house.person(Role.VIEWER)
        status, page = await desk.get("/ops/selftest")
    assert status == 200
    assert "9日前" in page and "40日前" not in page, "the newest of each"
    assert "ログインできた" in page and "確かめていない：投稿する権限" in page and "R-1" in page
    assert "401 &lt;expired&gt;" in page and "まだ試していません" in page
