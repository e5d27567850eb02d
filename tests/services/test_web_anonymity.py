"""Nothing that is not public reaches an anonymous request, by any address and in any form."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from feeds.records import Fix, Flag, Report
from feeds.status import Status
from geo.hazard import Evidence
from rules.alert import Alert, Approval, State
from services.channels.channel import Payload
from services.desks.review import approve, reject
from services.store import alerts, hazards, records
from services.store.chronology import Entry, append
from services.store.engine import Store
from services.store.suppressions import Suppression, replace_standing
from services.store.users import Role
from services.web.api.table import ENDPOINTS
from services.web.ogc.collections import NOW as NOW_OF_OGC
from services.web.ogc.collections import SNOW
from tests.services.making import NOW, alert, employ, hazard, reading
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine

SECRET = "ひみつ"  # stands in everything that is not public; must never be seen
HOUR = timedelta(hours=1)


def secret_alert(series: str, **changes: Any) -> Alert:
    whole = alert(series=series, status=Status.ACTUAL, evidence=(f"{SECRET}の根拠",), **changes)
    return replace(whole, texts={"ja": replace(whole.texts["ja"], headline=SECRET, short=SECRET)})


def secret_report(name: str, **changes: Any) -> Report:
    whole = Report(
        gateway="desk",
        report_id=f"{name}-{SECRET}",
        kind="bear",
        measured_at=NOW - HOUR,
        text=f"{SECRET} 090-1234-5678",
        place=f"{SECRET}三丁目",
        lon=141.1123456,
        lat=39.7054321,
        source="盛岡市",
    )
    return replace(whole, **changes)


async def fill(store: Store) -> None:
    """Everything that must not be seen, in every state it can be in."""
    states = {
        "draft": secret_alert("draft"),
        "rejected": secret_alert("rejected"),
        "withdrawn": secret_alert("withdrawn"),
        "ended": secret_alert("ended"),
        "half": secret_alert("half", approval=Approval.TWO),
        "drill": replace(secret_alert("drill"), status=Status.EXERCISE),
        "stale": secret_alert("stale", expires=NOW - HOUR),
    }
    digests = {}
    async with store.write() as connection:
        for name, one in states.items():
            payloads = {"log": Payload(media_type="text/plain", parts=(SECRET,))}
            digests[name] = await alerts.add_draft(connection, one, payloads, NOW - 2 * HOUR)
        await alerts.give_way(connection, "withdrawn", State.WITHDRAWN, NOW)
        await alerts.mark_issued(connection, states["ended"], NOW - 2 * HOUR)
        await alerts.give_way(connection, "ended", State.ENDED, NOW)
        for name in ("drill", "stale"):
            await alerts.mark_issued(connection, states[name], NOW - 2 * HOUR)
        fix = Fix(gateway=SECRET, vehicle=SECRET, measured_at=NOW - HOUR, lon=141.1234567, lat=39.7123456)
        fresh = replace(fix, vehicle=f"{SECRET}2", measured_at=NOW - timedelta(minutes=5), lon=141.7777777)
        await records.save(
            connection,
            [
                secret_report("unconfirmed"),
                secret_report("confirmed", confirmed=True),
                secret_report("drill", confirmed=True, status=Status.EXERCISE),
                secret_report("taken-back", confirmed=True),
                reading(station=SECRET, flags=frozenset({Flag.SPIKE})),
                reading(station=SECRET, status=Status.EXERCISE),
                reading(station=SECRET, status=Status.TEST),
                fix,
                fresh,
            ],
            NOW,
        )
        await records.save(connection, [secret_report("taken-back", confirmed=False)], NOW)
        await fill_hazards(connection)
        await append(connection, [Entry(at=NOW, status=Status.ACTUAL, kind="note", who=SECRET, text=SECRET)])
        await replace_standing(connection, Status.ACTUAL, NOW, [Suppression("r", SECRET, "quiet", "night", SECRET)])
    digest = digests["rejected"]
    await reject(store, series="rejected", revision=1, digest=digest, person=SECRET, reason=SECRET, now=NOW)
    await employ(store, SECRET)
    await approve(store, series="half", revision=1, digest=digests["half"], person=SECRET, now=NOW)


async def fill_hazards(connection: Any) -> None:
    seen = (Evidence(ref=f"desk/report/{SECRET}", text=f"{SECRET}さんの通報"),)
    actual = {"status": Status.ACTUAL, "alert_level": False}
    hidden = [
        hazard(headline=SECRET),  # a drill
        hazard(headline=SECRET, area_name=SECRET, kind="bear", source=f"desk/report/{SECRET}", **actual),
        hazard(headline=SECRET, kind="other", evidence=seen, **actual),
        hazard(headline=SECRET, kind="crime", facts={"confirmed": False, "name": SECRET}, source="2", **actual),
        hazard(headline=SECRET, kind="flood", facts={"confirmed": "yes"}, source="3", **actual),
        hazard(headline=SECRET, source="4", valid_until=NOW, **actual),
        hazard(headline=SECRET, source="5", level=0, **actual),
        hazard(headline=SECRET, kind="evacuation", area="03322", relayed=True, source=SECRET, **actual),
        hazard(kind="bear", headline="クマの目撃", source=f"desk/report/{SECRET}", evidence=seen,
               facts={"confirmed": True}, area="032010002", **actual),
    ]  # fmt: skip
    for status in (Status.ACTUAL, Status.EXERCISE):
        await hazards.replace_picture(connection, {}, [one for one in hidden if one.status is status], NOW)


def addresses() -> list[str]:
    """Every GET of the table with its placeholders filled in, plain and with all that a curious person would add."""
    tries = ["", "?state=draft", "?state=draft,rejected,withdrawn,ended,superseded,issued", "?status=Exercise",
             "?limit=1000&series=draft", "?staff=1&role=admin&public_exercise=true"]  # fmt: skip
    fills = {"{station}/{quantity}": f"{SECRET}/water_level", "{name}": "flood-kitakami"}
    paths = []
    for endpoint in ENDPOINTS:
        path = endpoint.path
        for placeholder, value in fills.items():
            path = path.replace(placeholder, value)
        if endpoint.method == "GET" and path != "/events":
            paths += [f"/api/v1{path}{query}" for query in tries]
    given_away = [
        f"/ogc/collections/{one.id}/items{query}" for one in (*NOW_OF_OGC, *SNOW) for query in ("", "?f=html")
    ]
    return [*paths, *given_away, "/", "/login", "/cap/feed.atom", "/cap/draft-1.xml", "/cap/drill-1.xml", "/ops"]


async def test_no_address_tells_a_stranger_what_is_not_public(store: Store) -> None:
    await fill(store)
    async with floor(store) as running:
        stranger = await running.visitor()
        for path in addresses():
            for headers in ({}, {"Cookie": "shirase_session=" + "a" * 43}, {"X-CSRF-Token": "x"}):
                async with stranger.http.get(path, headers=headers) as response:
                    text = await response.text()
                    assert response.status < 500, path
                assert SECRET not in text, path
                assert "141.112345" not in text
                assert "141.7777" not in text
                assert "090-1234" not in text


async def test_the_desk_does_see_it(store: Store) -> None:
    """Otherwise the test above would pass on an empty hub."""
    await fill(store)
    async with floor(store) as running:
        desk = await running.person(Role.VIEWER)
        states = {one["series"]: one["state"] for one in await desk.features("/api/v1/alerts")}
        assert states == {
            "draft": "draft",
            "rejected": "rejected",
            "withdrawn": "withdrawn",
            "ended": "ended",
            "half": "draft",
            "drill": "issued",
            "stale": "issued",
        }
        assert len(await desk.features("/api/v1/reports")) == 4
        assert len(await desk.features("/api/v1/readings/latest")) == 3
        fixes = await desk.features("/api/v1/fixes/latest")
        assert {one["vehicle"]: one["silent"] for one in fixes} == {SECRET: True, f"{SECRET}2": False}
        assert len(await desk.features("/api/v1/hazards")) == 7
        for path in ("chronology", "suppressions"):
            assert SECRET in str(await desk.get(f"/api/v1/{path}"))


async def test_what_is_public_of_it_is_coarse(store: Store) -> None:
    await fill(store)
    async with floor(store) as running:
        stranger = await running.visitor()
        _, reports = await stranger.get("/api/v1/reports")
        (only,) = reports["features"]
        assert only["geometry"] == {"type": "Point", "coordinates": [141.109375, 39.70625]}, "the middle of a square"
        assert only["properties"] == {
            "kind": "bear",
            "time": "2026-11-20T08:00:00Z",
            "exact": "minute",
            "place": "内丸付近",
            "text": "",
            "confirmed": True,
            "source": "盛岡市",
            "finding": None,
            "status": "Actual",
        }
        _, fixes = await stranger.get("/api/v1/fixes/latest")
        assert fixes["features"] == [], "the last place of a vehicle is where its driver lives"
        (bear,) = await stranger.features("/api/v1/hazards")
        assert (bear["headline"], bear["evidence"], bear["source"]) == ("クマの目撃", [], "")


@pytest.mark.parametrize("state", list(State))
async def test_only_an_issued_alert_is_public(store: Store, state: State) -> None:
    one = replace(secret_alert("s"), texts=alert().texts)
    async with store.write() as connection:
        await alerts.add_draft(connection, one, {}, NOW)
        await connection.execute(alerts.alerts.update().values(state=state.value))
    async with floor(store) as running:
        seen = await (await running.visitor()).features("/api/v1/alerts")
        assert len(seen) == (state is State.ISSUED)
        for told in seen:
            assert not {"evidence", "hazards", "digest", "payloads", "approvals", "needs"} & set(told)


async def test_a_drill_is_public_only_where_the_profile_says_so_and_is_marked(store: Store) -> None:
    english = replace(alert().texts["ja"], language="en", event="River level", headline="The river is high")
    drill = replace(alert(), texts={"ja": alert().texts["ja"], "en": english})
    async with store.write() as connection:
        await alerts.add_draft(connection, drill, {}, NOW)
        await alerts.mark_issued(connection, drill, NOW)
        await hazards.replace_picture(connection, {}, [hazard()], NOW)
    async with floor(store, public_exercise=True, exercise=True) as running:
        stranger = await running.visitor()
        (told,) = await stranger.features("/api/v1/alerts")
        for text in told["texts"].values():
            for name in ("event", "headline", "description", "instruction", "short"):
                assert text[name].startswith("【訓練】")
                assert text[name].endswith("【訓練】")
        assert (await stranger.features("/api/v1/hazards"))[0]["headline"].startswith("【訓練】")
    async with floor(store) as running:
        stranger = await running.visitor()
        assert await stranger.features("/api/v1/alerts") == []
        assert await stranger.features("/api/v1/hazards") == []
        assert (await stranger.get("/api/v1/status"))[1]["highest_level"] == 0


@pytest.mark.parametrize("allowed", [False, True])
async def test_what_we_foresee_is_public_only_where_the_city_may_forecast(store: Store, allowed: bool) -> None:
    foreseen = hazard(status=Status.ACTUAL, observed=False, source="gauge:foreseen")
    seen = hazard(status=Status.ACTUAL, observed=True, source="gauge")
    async with store.write() as connection:
        await hazards.replace_picture(connection, {}, [foreseen, seen], NOW)
    async with floor(store, public_forecasts=allowed) as running:
        visitor, desk = await running.visitor(), await running.person(Role.VIEWER)
        public = await visitor.features("/api/v1/hazards")
        assert sorted(one["observed"] for one in public) == ([False, True] if allowed else [True])
        assert len(await desk.features("/api/v1/hazards")) == 2
