"""SensorThings: the part that is told of, by its own words; and what is more is refused with a reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from feeds.records import Flag
from feeds.status import Status
from services.store import records
from services.store.engine import Store
from services.store.users import Role
from services.web.security import WebError
from services.web.sta.asked import steps_of
from services.web.sta.filtering import condition, holds
from tests.services.making import NOW, reading
from tests.services.open.test_open_tables import city
from tests.services.test_web_anonymity import SECRET, fill
from tests.services.web_floor import Floor, floor

pytestmark = pytest.mark.one_engine
ROOT = "/sta/v1.1"
STREAM = f"{ROOT}/Datastreams('yuki%2Fsnow_depth')"


@pytest.fixture
async def running(store: Store) -> AsyncIterator[Floor]:
    await fill(store)
    real = {"status": Status.ACTUAL, "station": "yuki", "quantity": "snow_depth", "unit": "cm"}
    some = [reading(**real, value=float(n), measured_at=NOW - timedelta(minutes=10 * n)) for n in range(5)]
    hidden = [
        reading(**real, value=999.0, measured_at=NOW - timedelta(minutes=1), flags=frozenset({Flag.SPIKE})),
        reading(**{**real, "status": Status.EXERCISE}, value=777.0, measured_at=NOW),
        reading(**real, value=555.0, measured_at=NOW - timedelta(days=40)),
    ]
    async with store.write() as connection:
        await records.save(connection, [*some, *hidden], NOW)
    async with floor(store, ground=city()) as found:
        yield found


async def asked(running: Floor, path: str, **query: str) -> tuple[int, Any]:
    words = "&".join(f"%24{name}={quote(text)}" for name, text in query.items())
    visitor = await running.visitor()
    return await visitor.get(URL(f"{path}?{words}" if words else path, encoded=True))  # type: ignore[arg-type]


async def results(running: Floor, **query: str) -> list[float]:
    status, body = await asked(running, f"{STREAM}/Observations", **query)
    assert status == 200, body
    return [one["result"] for one in body["value"]]


async def test_every_link_leads_where_it_says(running: Floor) -> None:
    _, root = await asked(running, ROOT)
    assert [one["name"] for one in root["value"]] == [
        "Things", "Locations", "Sensors", "ObservedProperties", "FeaturesOfInterest", "Datastreams", "Observations",
    ]  # fmt: skip
    visitor, seen, waiting = await running.visitor(), set(), [one["url"] for one in root["value"]]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        status, body = await visitor.get(URL(address, encoded=True))  # type: ignore[arg-type]
        assert status == 200, (address, body)
        assert SECRET not in str(body) and "777" not in str(body) and "999" not in str(body) and "wana" not in str(body)
        for one in body.get("value", [body]):
            waiting += [one["@iot.selfLink"], *(one[name] for name in one if name.endswith("navigationLink"))]
    assert len(seen) > 30


async def test_observations_are_trusted_real_and_can_be_narrowed(running: Floor) -> None:
    assert await results(running) == [0.0, 1.0, 2.0, 3.0, 4.0], "the newest first"
    assert await results(running, orderby="result desc", top="2") == [4.0, 3.0]
    assert await results(running, filter="result ge 1 and result lt 3") == [1.0, 2.0]
    assert await results(running, filter="result eq 0 or (result gt 2 and not result eq 4)") == [0.0, 3.0]
    since = (NOW - timedelta(minutes=15)).isoformat().replace("+00:00", "Z")
    assert await results(running, filter=f"phenomenonTime ge {since}") == [0.0, 1.0]
    status, body = await asked(running, f"{STREAM}/Observations", top="2", count="true")
    assert (status, body["@iot.count"]) == (200, 5)
    seen = [one["result"] for one in body["value"]]
    visitor = await running.visitor()
    while "@iot.nextLink" in body:
        _, body = await visitor.get(body["@iot.nextLink"])
        seen += [one["result"] for one in body["value"]]
    assert seen == [0.0, 1.0, 2.0, 3.0, 4.0]


async def test_entities_are_selected_expanded_and_found(running: Floor) -> None:
    status, body = await asked(running, f"{ROOT}/Things", filter="name eq '雪'", expand="Datastreams,Locations")
    (snow,) = body["value"]
    assert status == 200 and snow["@iot.id"] == "yuki"
    assert snow["Datastreams"][0]["unitOfMeasurement"]["symbol"] == "cm"
    assert snow["Locations"][0]["location"]["type"] == "Point"
    _, body = await asked(running, f"{ROOT}/Datastreams", select="name,@iot.id", orderby="id desc")
    assert body["value"][0] == {"name": "雪 snow_depth", "@iot.id": "yuki/snow_depth"}
    _, one = await asked(running, f"{STREAM}/Thing")
    assert one["@iot.id"] == "yuki"


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("Nothing", {}, 404),
        ("Things('nope')", {}, 404),
        ("Things('wana')", {}, 404),
        ("Observations(999999)", {}, 404),
        ("Observations('x')", {}, 404),
        ("Things/Datastreams", {}, 404),
        ("Things('yuki')/Datastreams('yuki%2Fsnow_depth')/Observations", {}, 501),
        ("Things('yuki')/$ref", {}, 501),
        ("Things", {"top": "x"}, 400),
        ("Things", {"skip": "-1"}, 400),
        ("Things", {"skip": "9999999"}, 400),
        ("Things", {"count": "yes"}, 400),
        ("Things", {"nope": "1"}, 400),
        ("Things", {"orderby": "nope"}, 400),
        ("Things", {"orderby": "name sideways"}, 400),
        ("Things", {"select": "nope"}, 400),
        ("Things", {"expand": "nope"}, 400),
        ("Things", {"expand": "Datastreams/Observations"}, 501),
        ("Things", {"expand": "Datastreams($top=1)"}, 501),
        ("Datastreams", {"expand": "Observations"}, 501),
        ("Things", {"filter": "substringof('x',name)"}, 501),
        ("Things", {"filter": "nope eq 1"}, 501),
        ("Things", {"filter": "name eq"}, 400),
        ("Things", {"filter": "name is 'x'"}, 400),
        ("Things", {"filter": "((name eq 'x')"}, 400),
        ("Things", {"filter": "(" * 200}, 400),
        ("Observations", {"filter": "result gt 'x'"}, 400),
        ("Observations", {"filter": "phenomenonTime gt 5"}, 400),
        ("Observations", {"filter": "Datastream/id eq 'x'"}, 501),
    ],
)
async def test_what_is_more_or_cannot_be_read_is_said(
    running: Floor, path: str, query: dict[str, str], status: int
) -> None:
    found, body = await asked(running, f"{ROOT}/{path}", **query)
    assert (found, body["code"]) == (status, status), body
    assert body["message"]


async def test_nobody_writes_here(running: Floor) -> None:
    officer = await running.person(Role.ADMIN)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        async with officer.http.request(method, f"{ROOT}/Things", headers={"X-CSRF-Token": officer.csrf}) as response:
            assert response.status == 405


_WORDS = ["(", ")", " and ", " or ", "not ", "a", " eq ", "1", "'x'"]


@settings(max_examples=150)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["(", ")", " and ", " or ", "not ", "a", " eq ", "1", "'x'"])).map("".join)
)
def test_any_filter_is_a_condition_or_refused(text: str) -> None:
    try:
        found = condition(text)
    except WebError as refused:
        assert refused.status in {400, 501}
    else:
        assert holds(found, lambda _: 1.0) in {True, False}


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_any_address_is_steps_or_refused(text: str) -> None:
    try:
        assert len(steps_of(f"/{text}")) <= 3
    except WebError as refused:
        assert refused.status in {404, 501}
