"""The account of forecasts as the desk sees it: the page, the API, the command and the metrics tell the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from prometheus_client import REGISTRY

from feeds.status import Status
from geo.verification.account import Part, Scored, Warned
from geo.verification.promises import PROMISES
from geo.verification.stories import Story, Verdict
from geo.verification.tally import LEVEL, Bin, Tally
from geo.verification.teller import Thread, Told
from services.board_words import table as words
from services.skill import last_days, measure
from services.store import skill, stories
from services.store.engine import Store
from services.store.skill import Judged
from services.store.users import Role
from services.web.skill_charts import lead_bars, reliability
from services.web.skill_sentences import of_rivers, of_warnings
from tests.services.making import NOW
from tests.services.web_floor import floor

HOUR = timedelta(hours=1)
TODAY = date(2026, 11, 20)
GAUGE = "tatesakabashi"


def story(verdict: Verdict, *, days: int = 1, level: int = 4, model: str = "flood", **changes: object) -> Told:
    at = NOW - timedelta(days=days)
    lead = 2 * HOUR if verdict is Verdict.HIT else None
    crossed = None if verdict in {Verdict.FALSE, Verdict.OPEN} else at
    one = Story(warned_at=at - 2 * HOUR, ended_at=at, crossed_at=crossed, left_at=crossed, lead=lead, verdict=verdict)
    thread = Thread(status=Status.ACTUAL, model=model, kind=model, place=GAUGE, level=level)
    return Told(id=None, thread=thread, version=f"{model}@2", story=replace(one, **changes), unfinished=False)


NIGHTS = [
    story(Verdict.HIT),
    story(Verdict.HIT, days=9),
    story(Verdict.FALSE, days=9),
    story(Verdict.UNKNOWN, why="silent"),
    story(Verdict.HIT, days=200),
    story(Verdict.UNKNOWN, model="oracle", level=0, why="no_counterpart"),
]


async def fill(store: Store, told: Iterable[Told] = NIGHTS) -> None:
    event = Tally(n=10, events=4, hits=3, false_alarms=1, brier=1.6)
    level = Tally(levels=10, score=0.5, stays=1.0, damped=0.8, inside=8)
    rows = [
        Judged(
            day=TODAY,
            status=Status.ACTUAL,
            part=Part(method="learned", station=GAUGE, lead=3, threshold=threshold),
            tally=tally,
            tenths=tenths,
        )
        for threshold, tally, tenths in (("danger", event, {7: Bin(10, 4, 7.5)}), (LEVEL, level, {}))
    ]
    async with store.write() as connection:
        await skill.add(connection, rows)
        for one in told:
            await stories.put(connection, one)


async def test_the_page_says_it_in_a_sentence_and_shows_the_baselines(store: Store) -> None:
    await fill(store)
    async with floor(store) as running:
        desk = await running.person(Role.VIEWER)
        status, page = await desk.get("/ops/skill")
        assert status == 200
        for said in (
            "この30日",
            "氾濫危険水位：2回。2回とも平均2.0時間前に予測。空振り1回。観測が途切れるなどして判断できないもの1件",
            "（3件では、良し悪しはまだ言えません）",
            "3時間先の水位のずれは「今のまま」と見るより50％小さい（単純な外挿は20％小さい）。8割の幅に実際に入ったのは80％。",
            "予測1件は、起きたかどうかを観測していないため数えていません",
            "館坂橋",
            "学習した予測 100％",
            "外挿",
            "持続",
            'aria-current="true">30日',
        ):
            assert said in page, said
        assert "style=" not in page and "<script>" not in page and "onclick" not in page, "the policy forbids it"
        _, year = await desk.get("/ops/skill?days=365")
        assert "氾濫危険水位：3回。3回とも" in year
        _, drill = await desk.get("/ops/skill?status=Exercise")
        assert "警戒が要る出来事も、その予測も、ありませんでした" in drill and "訓練の記録" in drill


@pytest.mark.one_engine
async def test_nobody_outside_sees_it_and_odd_questions_are_refused(store: Store) -> None:
    async with floor(store) as running:
        stranger = await running.visitor()
        async with stranger.http.get("/ops/skill", allow_redirects=False) as response:
            assert response.status == 401 or response.headers["Location"].startswith("/login")
        assert (await stranger.get("/api/v1/skill"))[0] == 401
        desk = await running.person(Role.VIEWER)
        for odd in ("days=0", "days=-1", "days=x", "days=99999", "days=%D9%A3", "status=Nobody"):
            for path in ("/ops/skill", "/api/v1/skill"):
                assert (await desk.get(f"{path}?{odd}"))[0] == 400, (path, odd)
        status, page = await desk.get("/ops/skill?days=7")
        assert status == 200 and "ありませんでした" in page


@pytest.mark.one_engine
async def test_the_api_tells_every_score_beside_its_baselines(store: Store) -> None:
    await fill(store)
    async with floor(store) as running:
        _, body = await (await running.person(Role.VIEWER)).get("/api/v1/skill?days=7")
    assert (body["since"], body["until"], body["status"]) == ("2026-11-14", "2026-11-20", "Actual")
    flood = next(one for one in body["warnings"] if one["model"] == "flood" and not one["place"])
    assert (flood["hits"], flood["misses"], flood["few"], flood["unknown"]) == (1, 0, True, {"silent": 1})
    assert flood["baseline"]["persistence"] == {"pod": 0.0, "far": None, "csi": 0.0}
    assert flood["lead_h"]["mean"] == 2.0 and sum(flood["lead_h"]["counts"]) == 1
    river = next(one for one in body["rivers"] if not one["station"] and not one["method"])
    assert (river["pod"], river["far"], river["crpss"], river["coverage80"]) == (0.75, 0.25, 0.5, 0.8)
    assert river["baseline"]["extrapolation"]["crpss"] == 0.2 and river["baseline"]["persistence"]["crpss"] == 0
    assert body["reliability"][7] == {"from": 0.7, "to": 0.8, "n": 10, "events": 4, "said": 0.75, "came": 0.4}
    assert body["stories"][-1]["verdict"] in {"hit", "unknown"} and len(body["stories"]) == 3


@pytest.mark.one_engine
async def test_the_metrics_show_the_last_month(store: Store) -> None:
    await fill(store)
    async with store.read() as connection:
        measure(await last_days(connection, Status.ACTUAL, NOW, 30))
    value = REGISTRY.get_sample_value
    assert value("shirase_warnings", {"model": "flood", "level": "4", "verdict": "hit"}) == 2
    assert value("shirase_warnings", {"model": "flood", "level": "4", "verdict": "false"}) == 1
    labels = {"lead_h": "3", "forecaster": "extrapolation", "score": "crpss"}
    assert value("shirase_river_skill", labels) == pytest.approx(0.2)
    async with store.read() as connection:
        measure(await last_days(connection, Status.TEST, NOW, 30))
    assert value("shirase_river_skill", labels) is None


_NINE = "10回。うち9回を平均2.0時間前に予測、1回は予測できず。空振りなし。"


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({}, "起きていません。空振りなし。"),
        ({"false_alarms": 2}, "起きていません。空振り2回（2件では、良し悪しはまだ言えません）。"),
        ({"misses": 1}, "1回。予測できず。空振りなし（1件では、良し悪しはまだ言えません）。"),
        ({"misses": 2}, "2回。2回とも予測できず。空振りなし（2件では、良し悪しはまだ言えません）。"),
        ({"hits": 1, "leads": (1.75,)}, "1回。1.8時間前に予測。空振りなし（1件では、良し悪しはまだ言えません）。"),
        (
            {"hits": 9, "misses": 1, "leads": (2.0,)},
            _NINE,
        ),
        ({"open": 1}, "起きていません。空振りなし。判定待ち1件。"),
    ],
)
def test_each_sentence_is_one_that_people_would_say(counts: dict[str, object], said: str) -> None:
    ((ja, en),) = of_warnings([Warned(model="flood", kind="flood", level=4, **counts)], words()["foretold"])
    assert ja == f"氾濫危険水位：{said}" and en.startswith("Flood danger level: ")


def test_whatever_can_be_promised_has_words() -> None:
    promised = {f"{model}:{level}" for model, promise in PROMISES.items() for level in promise.levels(None)}
    assert set(words()["foretold"]) == promised


def test_of_few_levels_no_share_is_told() -> None:
    few = Scored(lead=3, tally=Tally(levels=9, score=0.1, stays=1.0, damped=0.5, inside=0))
    told = of_rivers([few], 3)
    assert told and told[0] == "3時間先の水位の予測はまだ9件で、良し悪しは言えません。"
    assert of_rivers([few], 6) is None and of_rivers([], 3) is None
    worse = Scored(lead=3, tally=Tally(levels=10, score=1.2, stays=1.0, damped=0.5, inside=9))
    told = of_rivers([worse], 3)
    assert told and "20％大きい（単純な外挿は50％小さい）" in told[0] and "20 % larger" in told[1]


def test_the_pictures_hold_what_the_tables_hold() -> None:
    bars = lead_bars([0.2, 1.5, 1.7, 30.0], 2)
    assert [bar.count for bar in bars] == [2, 1, 0, 2, 0, 0, 0, 1] and bars[0].missed and bars[0].height == 180
    assert all(bar.height == 0 for bar in lead_bars([], 0))
    dots = reliability([Bin(100, 5, 5.0), *[Bin(0, 0, 0.0)] * 8, Bin(4, 4, 3.8)])
    assert [(dot.x, dot.y) for dot in dots] == [(12.0, 228.0), (228.0, 0.0)] and dots[0].radius > dots[1].radius
    assert reliability([]) == []
