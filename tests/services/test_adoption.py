"""Sensors that nobody knew: shown, adopted by staff, and from then on part of the city, over restarts too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import SecretStr

from feeds.instant import iso_utc
from feeds.names import Named
from feeds.records import Flag, Message, Reading, Rejected
from services.adoption import Stations, Watch, known, words
from services.app import Hub
from services.clock import wall
from services.configuration.gateways import Gateway
from services.desks.quarantine import Reader, replay_all
from services.desks.sensors import SensorError, adopt, let_go, strange, unassigned
from services.settings import load
from services.store import quarantine, records, stations
from services.store.engine import Store
from services.store.quarantine import Wanted
from services.store.users import Role
from tests.feeds.test_devices import CHIRPSTACK, EUI, UP
from tests.services.making import NOW
from tests.services.test_ingest import rows
from tests.services.web_floor import floor, ground

SENSOR: dict[str, Any] = {
    "code": EUI,
    "name": "中ノ橋積雪計",
    "name_en": "Nakanohashi snow gauge",
    "lon": 141.11,
    "lat": 39.71,
    "quantities": ["snow_depth"],
    "unit": "cm",
    "areas": ["032010001"],
    "words": [{"word": "Snow Hgt", "quantity": "snow_depth", "unit": "mm"}, {"word": "noise", "ignore": True}],
}


def city() -> Any:
    made = ground()
    return replace(made, stations=Stations(made.stations))


def reading(station: str, quantity: str = "snow_depth", **change: Any) -> Reading:
    told = {"gateway": "lora", "value": 12.0, "unit": "cm", "measured_at": NOW - timedelta(hours=1)}
    return Reading(station=station, quantity=quantity, **{**told, **change})


async def save(store: Store, *batch: Reading) -> None:
    async with store.write() as connection:
        await records.save(connection, batch, NOW)


async def test_what_nobody_knows_is_shown_to_staff_only(store: Store) -> None:
    flagged = frozenset({Flag.UNIT_ASSUMED})
    await save(
        store,
        reading("house/porch", flags=flagged),
        reading("tatesakabashi", "water_level", unit="m"),
        reading("tatesakabashi", "air_temperature", unit="Cel"),
        reading("old", measured_at=NOW - timedelta(days=8)),
    )
    refusal = Rejected(code="unknown_quantity", message=f"'snow_hgt' of {EUI} is not known", at="/quantity")
    async with store.write() as connection:
        await quarantine.keep(
            connection, Message(topic=CHIRPSTACK, payload=b"x", received_at=NOW, gateway="lora"), refusal
        )
    async with floor(store) as running:
        anonymous, officer = await running.visitor(), await running.person(Role.VIEWER)
        assert (await anonymous.get("/api/v1/sensors/unassigned"))[0] == 401
        assert (await anonymous.get("/api/v1/sensors/words"))[0] == 401
        _, series = await officer.get("/api/v1/sensors/unassigned")
        _, waiting = await officer.get("/api/v1/sensors/words")
    found = [(one["station"], one["quantity"], one["flags"]) for one in series["items"]]
    assert found == [("house/porch", "snow_depth", ["unit_assumed"]), ("tatesakabashi", "air_temperature", [])]
    assert [one["gateway"] for one in waiting["items"]] == ["lora"] and "snow_hgt" in waiting["items"][0]["message"]


@pytest.mark.one_engine
async def test_a_unit_alone_is_meant_for_every_word_of_the_quantity(store: Store) -> None:
    await adopt(store, city(), {**SENSOR, "words": [{"quantity": "snow_depth", "unit": "mm"}]}, "sato", NOW)
    async with store.read() as connection:
        found = words([one for one in [await stations.find(connection, EUI)] if one])
    for word in ("snow_depth", "snowDepth", "Snow"):
        assert found.of(EUI, word) == Named("snow_depth", "mm")
    assert found.of("another", "snow") == Named("snow_depth")


async def test_an_officer_adopts_changes_and_lets_go(store: Store) -> None:
    async with floor(store, ground=city()) as running:
        viewer, officer = await running.person(Role.VIEWER), await running.person(Role.OPERATOR)
        assert (await viewer.post("/api/v1/sensors", SENSOR))[0] == 403
        status, body = await officer.post("/api/v1/sensors", SENSOR)
        assert (status, body["code"], body["quantities"]) == (200, EUI, ["snow_depth"])
        await officer.post("/api/v1/sensors", {**SENSOR, "name": "中ノ橋"})
        assert (await officer.post("/api/v1/sensors/let-go", {"code": EUI}))[0] == 200
        assert (await officer.post("/api/v1/sensors/let-go", {"code": EUI}))[0] == 409
        assert (await officer.post("/api/v1/sensors/let-go", {"code": "tatesakabashi"}))[0] == 409
        _, log = await officer.get("/api/v1/chronology")
    deeds = [one["text"] for one in log["items"] if one["kind"] == "sensor"]
    assert [deed.rpartition("を")[2] for deed in reversed(deeds)] == ["登録した", "変えた", "取り消した"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "tatesakabashi"}, "stations.toml"),
        ({"code": ""}, "code"),
        ({"lon": 0.0}, "lon"),
        ({"quantities": ["height"]}, "quantities"),
        ({"unit": "furlong"}, "unit"),
        ({"areas": ["nowhere"]}, "areas"),
        ({"thresholds": {"danger": 1.0, "caution": 2.0}}, "rise"),
        ({"more": 1}, "more"),
        ({"words": "x"}, "words"),
        ({"words": ["x"]}, "words.0"),
        ({"words": [{"word": "", "quantity": "snow_depth", "unit": "cm"}]}, "words.0.word"),
        ({"words": [{"quantity": "snow_depth", "unit": "hPa"}]}, "words.0.unit"),
        ({"words": [{"word": "x", "quantity": "height", "unit": "m"}]}, "words.0.quantity"),
        ({"words": [{"word": "x", "quantity": "snow_depth", "unit": "hPa"}]}, "words.0.unit"),
    ],
)
@pytest.mark.one_engine
async def test_what_does_not_fit_is_refused_with_its_place(store: Store, change: dict[str, Any], said: str) -> None:
    with pytest.raises(SensorError, match=said.replace(".", r"\.")):
        await adopt(store, city(), {**SENSOR, **change}, "sato", NOW)
    async with store.read() as connection:
        assert await stations.everyone(connection) == []


async def test_everyone_hears_of_it_and_of_its_end(store: Store) -> None:
    place, heard = city(), list[list[str]]()

    def changed(found: list[stations.Adopted]) -> None:
        place.stations.adopt(known(found, place.areas))
        heard.append([code for code in place.stations if code == EUI])

    watch = Watch("test", store, changed)
    assert not await watch.step()
    await adopt(store, place, SENSOR, "sato", NOW)
    assert await watch.step() and not await watch.step()
    assert place.stations[EUI].areas == ("032010001",) and "tatesakabashi" in place.stations
    async with store.read() as connection:
        assert await unassigned(connection, place.stations, NOW) == []
        assert words(await stations.everyone(connection)).of(EUI, "snow_hgt") is not None
        assert words(await stations.everyone(connection)).of(EUI, "noise") is None
    await let_go(store, place, EUI, "sato", NOW)
    assert await watch.step()
    assert heard == [[EUI], []]


async def test_a_sensor_that_no_longer_fits_the_profile_is_left_out(store: Store) -> None:
    await adopt(store, city(), SENSOR, "sato", NOW)
    async with store.read() as connection:
        adopted = await stations.everyone(connection)
    assert known(adopted, type(city().areas)([])) == {}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SHIRASE_PORT", "0")
    monkeypatch.delenv("SHIRASE_DATABASE", raising=False)
    return tmp_path


async def eventually(condition: Any, patience: float = 15) -> None:
    async with asyncio.timeout(patience):
        while not await condition():
            await asyncio.sleep(0.1)


class Lora:
    """A ChirpStack server at the hub's own broker."""

    def __init__(self, hub: Hub) -> None:
        assert hub.broker is not None
        self.client = Client(CallbackAPIVersion.VERSION2, "lora")
        self.client.username_pw_set("lora", "of-the-lora-server")
        self.client.connect(hub.broker.access.host, hub.broker.access.port)
        self.client.loop_start()

    async def send(self, number: int, at: datetime) -> None:
        body = {
            **UP,
            "deduplicationId": f"d{number}",
            "time": iso_utc(at),
            "object": {"Snow Hgt": 340 + number, "noise": 3},
        }
        message = self.client.publish(CHIRPSTACK + "up", json.dumps(body), qos=1)
        await asyncio.to_thread(message.wait_for_publish, 10)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
async def hub(data: Path) -> AsyncIterator[Hub]:
    lora = Gateway(password=SecretStr("of-the-lora-server"), also=["application/+/device/+/event/+"])
    settings = load().model_copy(update={"gateways": {"lora": lora}})
    async with Hub.running(settings, services=("ingest", "predict", "web")) as running:
        yield running


async def test_from_an_unknown_word_to_a_sensor_of_the_city(hub: Hub) -> None:
    """A word nobody knows waits in quarantine; named, the next message is a reading, and so is the one that waited."""
    lora, store = Lora(hub), hub.store
    try:
        await lora.send(1, wall())

        async def waits() -> bool:
            async with store.read() as connection:
                return any("snow_hgt" in one.message for one in await strange(connection))

        await eventually(waits)
        place = (await hub._house.city()).ground
        home = {**SENSOR, "areas": ["uchimaru"], "lon": 141.153, "lat": 39.702}
        await adopt(store, place, home, "sato", wall())

        async def adopted() -> bool:
            await lora.send(2, wall())
            return any(row.subject == f"{EUI}/snow_depth" for row in await rows(store))

        await eventually(adopted)
        await eventually(lambda: _is_there(place))
        done = await replay_all(store, Reader(gateways={}), Wanted(code="unknown_quantity"), "sato", wall())
        assert done.read >= 1
        assert {row.value for row in await rows(store)} == {34.1, 34.2}, "in centimetres, sent as millimetres"
    finally:
        lora.close()


async def _is_there(place: Any) -> bool:
    return EUI in place.stations
