"""``shirase reports``: for the hour in which no page can be reached."""

from __future__ import annotations

import asyncio
import json

import pytest

from feeds.status import Status
from services.cli import run
from services.clock import wall
from services.store import records
from services.store.engine import Store
from tests.services.making import employ
from tests.services.reports.desk_making import report
from tests.services.test_users import MORIOKA, city

__all__ = ["city"]
pytestmark = pytest.mark.one_engine


async def test_a_report_is_listed_shown_and_judged_in_an_officers_name(
    city: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIRASE_PROFILE", str(MORIOKA))
    store = await Store.open(city)
    await employ(store, "suzuki")
    async with store.write() as connection:
        await records.save(connection, [report("1", status=Status.ACTUAL)], wall())
    await store.close()

    async def tell(*words: str) -> tuple[int, list[dict[str, object]], str]:
        code = await asyncio.to_thread(run, ["reports", *words])
        told = capsys.readouterr()
        return code, [json.loads(line) for line in told.out.splitlines()], told.err

    code, (listed,), _ = await tell("list")
    number = str(listed["id"])
    assert code == 0 and (listed["kind"], listed["state"]) == ("bear", "received")
    code, _, problem = await tell("confirm", number, "--by", "suzuki", "--reason", "police")
    assert code == 1 and "先に「内容を確かめた」" in problem
    assert (await tell("triage", number, "--by", "nobody"))[0] == 1
    assert (await tell("triage", number, "--by", "suzuki"))[0] == 0
    code, (done,), _ = await tell("confirm", number, "--by", "suzuki", "--reason", "patrol", "--text", "巡回中")
    assert code == 0 and done["state"] == "confirmed"
    _, (shown,), _ = await tell("show", number)
    assert shown["text"] == "クマが1頭" and [one["who"] for one in shown["events"]] == ["@public", "suzuki", "suzuki"]  # type: ignore[attr-defined]
    assert (await tell("list"))[1] == [] and (await tell("show", "99"))[0] == 1
