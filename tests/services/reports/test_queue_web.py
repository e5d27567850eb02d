"""The queue by program: what is shown to whom, acts on one and on many, and every refusal with its cure."""

from __future__ import annotations

from typing import Any

import pytest

from feeds.finding import Finding
from feeds.status import Status
from services.configuration.reports import Handling, Reports, Tracks
from services.store import records, report_cases
from services.store.engine import Store
from services.store.users import Role
from tests.services.making import NOW
from tests.services.reports.desk_making import report
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine
QUEUE, ACTS = "/api/v1/reports/queue", "/api/v1/reports/queue/acts"
HANDLES = Reports(public=True, handling=(Handling(who="鳥獣担当", kinds=("bear",)),))


async def arrive(store: Store, *numbers: str, **more: Any) -> list[int]:
    sent = [report(number, place_in, status=Status.ACTUAL, **more) for place_in, number in enumerate(numbers)]
    async with store.write() as connection:
        await records.save(connection, sent, NOW)
        found = await report_cases.of_keys(connection, [one.key for one in sent])
    return [found[one.key].id for one in sent]


async def act(visitor: Visitor, what: str, *numbers: int, **more: Any) -> tuple[int, Any]:
    return await visitor.post(ACTS, {"cases": [{"id": one} for one in numbers], "act": what, **more})


async def test_the_queue_is_the_desks_and_shows_what_a_person_needs(store: Store) -> None:
    async with floor(store, reports=HANDLES) as house:
        stranger, viewer = await house.visitor(), await house.person(Role.VIEWER)
        one, other = await arrive(store, "a", "b")
        assert (await stranger.get(QUEUE))[0] == 401 and (await act(viewer, "triage", one))[0] == 403
        status, body = await viewer.get(QUEUE)
        assert status == 200 and [item["id"] for item in body["items"]] == [one, other]
        first = body["items"][0]
        assert (first["state"], first["handler"], first["area_name"]) == ("received", "鳥獣担当", "内丸")
        assert first["text"] == "クマが1頭" and first["likely"] == [
            {"id": other, "state": "received", "metres": 0, "minutes": 1, "place": "河川敷"}
        ]
        assert first["track"]["ids"] == [one, other] and "同じ目撃の可能性" in first["track"]["reasons"][0]
        assert first["may"]["triage"][0] == {
            "reason": "looked_at",
            "ja": "内容を確かめた",
            "en": "somebody has read it",
        }
        assert (await viewer.get(f"{QUEUE}/{one}"))[1]["events"][0]["act"] == "arrive"
        assert (await viewer.get(f"{QUEUE}/999"))[0] == 404
        assert (await viewer.get("/api/v1/status"))[1]["reports_waiting"] == 2


async def test_many_at_once_each_for_itself_and_the_public_sees_only_what_is_confirmed(store: Store) -> None:
    async with floor(store, reports=HANDLES) as house:
        officer, stranger = await house.person(Role.OPERATOR), await house.visitor()
        one, other, third = await arrive(store, "a", "b", "c")
        status, body = await act(officer, "triage", one, other, 999)
        assert status == 200 and body["done"] == [one, other] and body["refused"][0]["error"] == "not_found"
        assert (await act(officer, "merge", other, third, into=one))[1]["done"] == [other, third]
        assert await stranger.features("/api/v1/reports") == []
        assert (await act(officer, "confirm", one, reason="patrol"))[0] == 200
        (seen,) = await stranger.features("/api/v1/reports")
        assert seen["kind"] == "bear" and "クマが1頭" not in str(seen)
        (item,) = (await officer.get(f"{QUEUE}?state=confirmed"))[1]["items"]
        assert item["count"] == 3 and {called["id"] for called in item["merged"]} == {other, third}
        assert [item["id"] for item in (await officer.get(QUEUE))[1]["items"]] == []
        moved = {"place": "上の橋", "lon": 141.13, "lat": 39.71}
        assert (await act(officer, "correct", one, reason="place", correct=moved))[0] == 200
        assert (await officer.get(f"{QUEUE}/{one}"))[1]["area_name"] == "本町通"


@pytest.mark.parametrize(
    ("body", "status", "code", "cure"),
    [
        ({"act": "confirm", "reason": "police"}, 409, "state", "先に「内容を確かめた」"),
        ({"act": "sign_off"}, 403, "not_allowed", "approver"),
        ({"act": "arrive"}, 400, "bad_act", "triage"),
        ({"act": ["triage"]}, 400, "bad_act", "triage"),
        ({"act": "correct", "reason": "kind", "correct": {"kind": {}}}, 400, "bad_kind", "bear"),
        ({"act": "correct", "reason": {}, "correct": {"kind": "boar"}}, 400, "no_reason", "kind"),
        ({"act": "triage", "reason": "because"}, 400, "bad_reason", "looked_at"),
        ({"act": "triage", "reason": "police"}, 400, "no_reason", "looked_at"),
        ({"act": "merge", "into": 999}, 400, "bad_merge", "まとめる先"),
        ({"act": "correct", "reason": "place", "correct": {"text": "x"}}, 400, "bad_correct", "place"),
        ({"act": "correct", "reason": "place", "correct": {"lon": 141}}, 400, "bad_position", "lat"),
        ({"act": "correct", "reason": "place", "correct": {"lon": 10**400, "lat": 39}}, 400, "bad_position", "lat"),
        ({"act": "correct", "reason": "time", "correct": {"time": "9:00"}}, 400, "bad_time", "時差"),
        ({"act": "triage", "cases": []}, 400, "bad_cases", "1 から"),
        ({"act": "triage", "text": "x" * 401}, 400, "bad_text", "400"),
    ],
)
async def test_every_no_names_the_place_and_the_cure(
    store: Store, body: dict[str, Any], status: int, code: str, cure: str
) -> None:
    async with floor(store) as house:
        officer = await house.person(Role.OPERATOR)
        (one,) = await arrive(store, "a")
        answered, told = await officer.post(ACTS, {"cases": [{"id": one}], **body})
        assert (answered, told["error"]) == (status, code) and cure in told["message"]


async def test_who_looked_at_something_older_is_told_who_was_first(store: Store) -> None:
    async with floor(store) as house:
        officer = await house.person(Role.OPERATOR)
        (one,) = await arrive(store, "a")
        await act(officer, "claim", one)
        body = {"cases": [{"id": one, "seen": 1}], "act": "triage"}
        status, told = await officer.post(ACTS, body)
        assert (status, told["error"]) == (409, "changed") and "the-operator" in told["message"]


async def test_what_was_found_is_shown_put_right_and_told(store: Store) -> None:
    async with floor(store, reports=HANDLES) as house:
        officer, stranger = await house.person(Role.OPERATOR), await house.visitor()
        (one,) = await arrive(store, "a", finding=Finding.TRACE)
        (item,) = (await officer.get(QUEUE))[1]["items"]
        assert item["finding"] == "trace" and "痕跡" in (await officer.get("/ops/reports"))[1]
        await act(officer, "triage", one)
        await act(officer, "confirm", one, reason="patrol")
        (seen,) = await stranger.features("/api/v1/reports")
        assert seen["finding"] == "trace"
        status, told = await act(officer, "correct", one, reason="mistaken", correct={"finding": "ufo"})
        assert status == 400 and told["error"] == "bad_finding"
        (item,) = (await officer.get(f"{QUEUE}?state=confirmed"))[1]["items"]
        reason = item["may"]["correct"][0]["reason"]
        assert (await act(officer, "correct", one, reason=reason, correct={"finding": "injury"}))[0] == 200
        (seen,) = await stranger.features("/api/v1/reports")
        assert seen["finding"] == "injury"
        (item,) = (await officer.get(f"{QUEUE}?state=confirmed"))[1]["items"]
        assert item["finding"] == "injury" and "人身被害" in (await officer.get("/ops/reports?state=confirmed"))[1]


async def test_a_city_says_which_sightings_may_be_of_one_animal(store: Store) -> None:
    near, far = {"lon": 141.11, "lat": 39.70}, {"lon": 141.11, "lat": 39.716}  # 1.8 km in a minute: 107 km/h
    asked = []
    for tracks in (Tracks(), Tracks(speed_kmh=60, apart_m=1000)):
        async with floor(store, reports=Reports(tracks=tracks)) as house:
            viewer = await house.person(Role.VIEWER, f"viewer-{len(asked)}")
            if not asked:
                await arrive(store, "a", **near)
                sent = report("b", -1, status=Status.ACTUAL, **far)
                async with store.write() as connection:
                    await records.save(connection, [sent], NOW)
            tracked = await viewer.features("/api/v1/reports/tracks")
            linked = [item["track"] for item in (await viewer.get(QUEUE))[1]["items"]]
            asked.append((len(tracked), sum(one is not None for one in linked)))
    assert asked == [(0, 0), (1, 2)]
