"""The account of what sending costs: the page, the API, the table for the office, and the command line."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from services.channels.budget.account import Winters
from services.channels.budget.meter import meters
from services.channels.budget.tariff import Own, tariffs
from services.channels.budget.use import Use
from services.channels.channel import Delivery, Payload, Told
from services.cli import run
from services.clock import wall
from services.store import spending
from services.store.engine import Store
from services.store.users import Role
from tests.services.making import alert
from tests.services.web_floor import floor

METERS = meters(
    tariffs({"x": Own(money_a_month=Decimal(60)), "line": Own(recipients=1000)}, {"x": {}, "line": {}, "log": {}})
)
WINTER = Winters(mild={1: 2}, normal={1: 4}, hard={1: 9}, source="試験")
BARE = Payload(media_type="text/plain", parts=("雪",))


async def spend(store: Store, count: int, micros: int) -> None:
    one = alert(channels=("x",))
    whole = Delivery(
        id="", key="k", series="s", revision=1, channel="x", payload=BARE, status=one.status, attempts=1,
        after_unknown=False, first_tried_at=None, expires=one.expires, context={"kind": "heavy_snow", "level": "2"},
    )  # fmt: skip
    async with store.write() as connection:
        for number in range(count):
            use, at = Use(calls=1, links=1, micros=micros), wall() - timedelta(seconds=number + 1)
            await spending.add(connection, replace(whole, id=f"d{number}"), 0, use, "USD", at, sure=True)
        await spending.hear(connection, "line", (Told(window="month", limit=30_000, used=12_000),), wall())


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_what_was_spent_what_gives_way_and_what_is_to_come(store: Store) -> None:
    await spend(store, 70, 600_000)
    async with floor(store, meters=METERS, winter=WINTER) as running:
        viewer, stranger = await running.person(Role.VIEWER), await running.visitor()
        assert (await stranger.get("/api/v1/budget"))[0] == 401
        _, told = await viewer.get("/api/v1/budget")
        x, line = told["channels"]
        assert (x["channel"], x["month"]["heavy_snow"]["money"], x["month"]["heavy_snow"]["posts"]) == ("x", 42.0, 70)
        assert {one["step"] for one in x["gives_way"]} == {"no_link", "short", "two_languages"}
        assert x["foreseen"]["past"] is None and x["foreseen"]["an_alert"] == 0.6
        assert x["foreseen"]["winters"]["hard"] >= x["foreseen"]["winters"]["mild"] >= 42.0
        month = next(window for window in line["windows"] if window["window"] == "month")
        assert (month["limit"], month["spent"], month["told_by_provider"]) == (30_000, 12_000, True)

        status, page = await viewer.get("/ops/budget")
        assert status == 200
        for words in ("要点の投稿だけにする", "42.00 USD／60.00 USD", "雪の多い冬", "12,000 通／30,000 通", "試験"):
            assert words in page
        _, table = await viewer.get("/ops/budget.csv")
        rows = list(csv.DictReader(table.removeprefix("\ufeff").splitlines()))
        assert len(rows) == 70 and rows[0]["money"] == "0.600000" and rows[0]["kind"] == "heavy_snow"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_strangers_are_sent_to_log_in_and_a_hub_without_prices_says_so(store: Store) -> None:
    async with floor(store) as running:
        for path in ("/ops/budget", "/ops/budget.csv"):
            async with (await running.visitor()).http.get(path, allow_redirects=False) as response:
                assert response.status in (302, 303, 401), path
        _, page = await (await running.person(Role.VIEWER)).get("/ops/budget")
        assert "料金や上限のある経路は設定されていません" in page


def test_the_command_line_tells_the_account(
    tmp_path: Path, migrated: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shirase.db").write_bytes(migrated.read_bytes())
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    assert run(["budget", "show"]) == 0
    assert json.loads(capsys.readouterr().out)["channels"] == []
    assert run(["budget", "show", "--csv"]) == 0
    assert capsys.readouterr().out.startswith("date,channel,kind")


def test_winters_come_out_of_a_record_of_depths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "depths.csv"
    days = [f"{year}-01-{day:02d},{15 * (day % (year - 2015))}" for year in (2017, 2018, 2019) for day in range(1, 29)]
    file.write_text("date,snow_depth_cm\n" + "\n".join(days) + "\n2020-01-01,\n")
    assert run(["budget", "winters", str(file)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["kind"] for line in lines[3:]] == ["mild", "normal", "hard"]
    counts = {line["winter"]: line["snow_days"] for line in lines[:3]}
    assert counts[lines[3]["winter"]] < counts[lines[5]["winter"]]
    assert run(["budget", "winters", str(file), "--depth", "cm"]) == 1
    assert "no column 'cm'" in json.loads(capsys.readouterr().err)["message"]
