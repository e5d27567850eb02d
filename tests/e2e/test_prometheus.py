"""A real Prometheus beside a real hub: what the dashboard and the rules ask is answered, by one process and by six.

It is set up as docs/observability.md says. Grafana itself is not here: what a panel draws of an answer is not seen.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.line import SERVICES
from tests.exercise.telegrams import Warned, telegram
from tests.faults.plant import EMBEDDED, Plant, plant
from tests.postgresql import Cluster
from tests.prometheus import OF_SPEED, PROMETHEUS, WANTED, Prometheus, asked, prometheus, setups

pytestmark = [
    pytest.mark.beyond,
    pytest.mark.skipif(PROMETHEUS is None, reason=WANTED),
    pytest.mark.timeout(300),
]
# Panels that a hub of a minute's age leaves empty, and why that is understood.
EMPTY = {
    "控えの古さ / Copy's age": "no copy was made, and the panel says so",
    "証明書の残り / Certificate": "this hub has none",
    "モデルの失敗 / Models that fail": "no model failed that is not at nought",
    "うまくいかない理由 / Why not": "everything went",
    "待っている配信 / Waiting": "nothing waits",
    "待っている案 / Drafts that wait": "no draft waits",
    "待ち行列 / Waiting": "only a JetStream cluster says what lies at the broker",
    "答えている途中・開いている流れ / Under way, streams": "nobody has a page open",
    "30日間の的中率 CSI / CSI of 30 days": "no warning has ended",
    "警報から現象まで / Lead": "no warning has ended",
    "警報の内訳 / Warnings": "no warning has ended",
    "担当の入れ替わり・時計 / Leases, clock": "only a database elsewhere, or a feed, tells another time",
    "黙っている時間 / Silence": "no feed is set up, or none has told anything new",
    "取得にかかる時間 / Asking": "no feed is set up",
    "取得 / Reads": "no feed is set up",
    "取得の失敗 / Failures": "no feed is set up",
}
OF_FEEDS = {title for title, why in EMPTY.items() if why == "no feed is set up"}
WARNING = Warned("盛岡市", "レベル３大雨警報", "03")


async def test_one_process_on_sqlite_answers_whatever_is_asked(tmp_path: Path) -> None:
    one, _, _ = setups()
    async with plant(tmp_path, EMBEDDED, None) as hub, watched(tmp_path, one, hub) as seen:
        await work(hub, seen)
        assert await silent(seen) <= EMPTY.keys()
        assert await troubles(seen) <= {"ShiraseBackupOld"}, "a hub that is well wakes nobody"


async def test_six_processes_on_postgresql_are_one_hub_and_the_one_that_falls_is_named(
    tmp_path: Path, postgresql: Cluster
) -> None:
    _, by_role, _ = setups()
    async with plant(tmp_path, "nats", postgresql, SERVICES) as hub, watched(tmp_path, by_role, hub) as seen:
        await work(hub, seen)
        await seen.until('sum(shirase_poll_reads_total{outcome="ok"}) > 0', "the feed was asked")
        await seen.until("rate(shirase_poll_seconds_count[30s])", "twice")
        assert await silent(seen) <= EMPTY.keys() - OF_FEEDS
        assert await troubles(seen) <= {"ShiraseBackupOld"}
        (many,) = await seen.ask("count(max by (service) (shirase_service_running))")
        assert many["value"][1] == str(len(SERVICES))
        (waiting,) = await seen.ask('max(shirase_drafts{status="Actual"})')
        assert waiting["value"][1] == "0", "told by the store once, however many processes tell it"
        await hub.kill("predict")
        await seen.until('ALERTS{alertname="ShiraseProcessDown"}', "whoever does not answer is named")
        (nowhere,) = await seen.until('ALERTS{alertname="ShiraseServiceNowhere"}', "and what nobody does")
        assert nowhere["metric"]["service"] == "predict"


def watched(folder: Path, setup: dict[str, Any], hub: Plant) -> AbstractAsyncContextManager[Prometheus]:
    targets = [one.address.removeprefix("http://") for one in hub.hubs.values()]
    return prometheus(folder, setup, targets)


async def work(hub: Plant, seen: Prometheus) -> None:
    """A telegram comes in and a post goes out, and two scrapes have seen it."""
    text = telegram("大雨", datetime.now(UTC).replace(microsecond=0), "大雨に警戒してください。", [WARNING])
    client = hub.gateway("jma-relay")
    await client.start()
    many = len(hub.hubs)
    await seen.until(f'count(shirase_messages_total{{outcome="records"}} == 0) == {many}', "nothing is told as nought")
    await client.publish("hub/v1/jma-relay/telegram", text.encode())
    await seen.until('sum(shirase_deliveries_total{verdict="accepted"}) > 0', "the post is out")
    await client.stop()
    await seen.until("sum(rate(shirase_deliver_age_seconds_count[30s]))", "the next scrape")


async def silent(seen: Prometheus) -> set[str]:
    """Titles of panels of which a question has no answer. An expression that cannot be reckoned fails."""
    return {title for title, expression in asked() if not await seen.ask(expression)}


async def troubles(seen: Prometheus) -> set[str]:
    """What holds now, whether it has for long enough or not. Every rule was evaluated, without an error."""
    await seen.until("sum(scrape_samples_scraped)", "it scrapes")
    rules = await seen.rules()
    assert len(rules) > 25 and {rule["health"] for rule in rules} <= {"ok", "unknown"}, rules
    return {rule["name"] for rule in rules if rule["alerts"]} - OF_SPEED
