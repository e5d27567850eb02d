"""``shirase orders`` over the store of a night."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from rules.orders.life import Act
from services.cli import run
from services.orders import desk
from services.orders.desk import Person, Said
from services.store.engine import Store
from tests.rules.orders.nights import rising
from tests.services.orders.night import MIDNIGHT, Night
from tests.services.orders.test_forecasts import bought, foreseen, hears

pytestmark = pytest.mark.one_engine


async def test_orders_are_listed_and_shown_with_every_act(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night = Night(store)
    await night.snows(rising(10, 5), MIDNIGHT)
    (order,) = await night.look()
    await desk.do(store, order.id, Act.ORDER, Person(await night.person("suzuki")), Said(text="急ぎ"), MIDNIGHT)
    settings = tmp_path / "site.toml"
    settings.write_text(f'database = "sqlite:///{tmp_path / "shirase.db"}"\n', encoding="utf-8")

    async def told(*words: str) -> list[dict[str, object]]:
        code = await asyncio.to_thread(run, ["orders", "--settings", str(settings), *words])
        assert code == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    (line,) = await told("list")
    assert (line["state"], line["section"], line["ordered_at"]) == ("ordered", "sw", "2027-01-14T15:00:00Z")
    (shown,) = await told("show", str(order.id))
    assert [one["act"] for one in shown["events"]] == ["propose", "order"]  # type: ignore[attr-defined]
    assert {one["section"]: one["outcome"] for one in await told("sections")} == {
        "sw": "propose",
        **dict.fromkeys(("ne", "nw", "se"), "unknown"),
    }
    assert await asyncio.to_thread(run, ["orders", "--settings", str(settings), "show", "999"]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "not_found"


async def test_what_was_forecast_is_held_beside_what_fell(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night = Night(store)
    night.clock.at = MIDNIGHT
    await hears(night, bought(3), *foreseen(24))
    settings = tmp_path / "site.toml"
    settings.write_text(f'database = "sqlite:///{tmp_path / "shirase.db"}"\n', encoding="utf-8")
    words = ["orders", "--settings", str(settings), "forecasts", "2027-01-14", "2027-01-16"]
    assert await asyncio.to_thread(run, words) == 0
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (line["source"], line["hours"], line["n"], line["missing"]) == ("VPFD60 気象庁", 24.0, 0, 1)
    assert line["bias_cm"] is None, "the gauges of the profile have told nothing"
