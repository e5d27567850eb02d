"""The parts of the bench that are ours: the city, the flow files, the publisher, the sink. Nothing here is timed.

Node-RED itself is no part of the suite: it needs Node.js, which nothing of the hub does.
"""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

import pytest
from aiohttp import ClientSession
from shapely.geometry import Point, Polygon

from feeds.records import Message
from feeds.registry import for_message
from geo.flooding.places import read_underpasses
from services.clock import wall
from tests import warm
from tests.peers import __main__ as bench
from tests.peers import sides
from tests.peers.city import OFF_CM, ON_CM, PROBES, STEADY, WET, depth, made, write_profile
from tests.peers.flows import FILTER, Form, flow
from tests.peers.parts import mosquitto, publisher, sink
from tests.peers.publisher import GATEWAY, MARK, WATER, Allowance, Connection, Order, carry_out, packet, rising
from tests.peers.runs import Delays, Losses, Sustained
from tests.peers.scale import FULL, HUB, SHORT
from tests.peers.sides import Hub
from tests.peers.telling import delay_figures, loss_figures, sustained_figures

pytestmark = pytest.mark.one_engine


def test_the_city_is_two_thousand_districts_that_cover_each_sensor_once():
    city = made()
    assert city == made(), "it must be the same city in every run"
    assert len(city.districts) == 2000 and len(city.sensors) == STEADY + PROBES
    shapes = {code: Polygon(ring) for code, ring in city.districts.items()}
    assert all(one.is_valid for one in shapes.values())
    for sensor in city.sensors[::40]:
        holding = [code for code, shape in shapes.items() if shape.intersects(Point(sensor.lon, sensor.lat))]
        assert holding == [sensor.district]


def test_neighbours_share_their_wavy_border():
    west, east = (Polygon(made().districts[code]) for code in ("d1010", "d1110"))
    assert west.intersection(east).area < 1e-12 and west.intersection(east).length > 0.005


def test_the_hub_reads_the_city_as_its_profile(tmp_path):
    profile = write_profile(made(), tmp_path)
    places = read_underpasses(profile / "underpasses.geojson")
    assert {one.sensor for one in places} == {one.code for one in made().sensors}
    assert {(one.caution_cm, one.closed_cm) for one in places} == {(OFF_CM, ON_CM)}


def test_a_steady_sensor_never_crosses_a_threshold():
    for sensor in range(STEADY):
        wet = sensor % WET == 0
        assert all((depth(sensor, turn) >= ON_CM) if wet else (depth(sensor, turn) < OFF_CM) for turn in range(10))


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("changes_only", [True, False])
def test_a_flow_is_whole(form, changes_only):
    nodes = {one["id"]: one for one in flow(form, 18830, "http://127.0.0.1:1/hook", changes_only=changes_only)}
    assert json.loads(json.dumps(nodes)) == nodes
    assert nodes["broker"]["cleansession"] is False and nodes["broker"]["clientid"] and nodes["in"]["qos"] == "1"
    assert nodes["in"]["topic"] == FILTER and nodes["in"]["broker"] == "broker"
    way, at = [], "in"
    while at:
        way.append(at)
        at = next((one for wire in nodes[at]["wires"] for one in wire), "")
    assert way == ["in", "rule", *(["place"] if form is not Form.PLAIN else []), "post"]
    assert all({"x", "y", "z"} <= nodes[one].keys() for one in way), "without a place a node is configuration"
    assert set(nodes) == {*way, "tab", "broker"}
    assert f">= {ON_CM}" in nodes["rule"]["func"] and f">= {OFF_CM}" in nodes["rule"]["func"]
    assert ("if (true &&" in nodes["rule"]["func"]) is changes_only


def test_what_is_installed_is_pinned_to_the_version():
    wanted = json.loads((bench._HERE / "node" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert wanted["node-red"].startswith("4.")
    assert all(version.replace(".", "").isdigit() for version in wanted.values())


def test_without_node_it_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr("sys.argv", ["bench-peers"])
    assert bench.main() == 2
    assert "needs node" in capsys.readouterr().err


def test_rises_are_dry_first_and_spread_over_the_rest_of_the_run():
    turns = rising(300, ["a", "b"])
    assert [turns[one] for one in range(4)] == [("a", 5.0), ("a", 5.1), ("b", 5.0), ("b", 5.1)]
    assert {number: one for number, one in turns.items() if number > 3} == {100: ("a", WATER), 200: ("b", WATER)}
    with pytest.raises(ValueError, match="do not fit"):
        rising(10, ["a", "b", "c", "d"])


def test_a_packet_is_mqtt():
    long = packet("a/b", b"x" * 200, 258)
    assert long[:3] == bytes([0x32, 0x80 | (207 % 128), 207 // 128])  # QoS 1; 2 + 3 + 2 + 200 octets follow
    assert long[3:10] == b"\x00\x03a/b\x01\x02" and len(long) == 3 + 207


async def test_what_is_published_is_read_by_the_hub_and_acknowledged_by_a_real_broker(tmp_path):
    order = Order(tag="t", rate=0, many=40, rises=("p001",), marks=10)
    async with mosquitto(tmp_path / "broker") as (port, _):
        line = await Connection.open(port)
        listening = asyncio.create_task(line.listen())
        sent = await carry_out(order, line, Allowance(40))
        listening.cancel()
    assert list(sent) == [f"t-{number}" for number in range(40)] and line.acknowledged == 40
    assert all(one <= other for one, other in pairwise(sent.values()))


async def test_the_publisher_waits_for_its_allowance_and_the_sink_writes_down(tmp_path):
    async with mosquitto(tmp_path / "broker") as (port, _), publisher(port, tmp_path) as one, sink(tmp_path) as taker:
        one.begin(Order(tag="w", rate=0, many=1000))
        one.allow(30)
        one.allow(-1)
        assert 0 <= len(await one.done()) <= 30
        assert len(await one.publish(Order(tag="x", rate=2000, many=100, rises=("p002",)))) == 100
        async with ClientSession() as session:
            async with session.post(taker.url, json={"id": "a\nb"}) as answer:
                assert answer.status == 202
            await taker.refuse(60)
            async with session.post(taker.url, json={"id": "c"}) as answer:
                assert answer.status == 503
            await taker.refuse(0)
            async with session.post(taker.url, json={"id": "d"}) as answer:
                assert answer.status == 202
        assert [json.loads(post.body)["id"] for post in taker.posts()] == ["a\nb", "d"]
        assert taker.posts() == []


def test_a_reading_of_the_publisher_is_one_of_the_hubs():
    from tests.peers.publisher import _reading

    body = _reading("i-1", "s001", 24.0)
    message = Message(
        topic=f"hub/v1/{GATEWAY}/s001/inundation_depth", payload=body, received_at=wall(), gateway=GATEWAY
    )
    feed = for_message(message)
    assert feed is not None
    decoded = feed.decode(message)
    assert [(one.subject, one.value, one.key) for one in decoded.records] == [
        ("s001/inundation_depth", 24.0, f"{GATEWAY}#i-1")
    ]
    assert MARK in {one.code for one in made().probes}


async def test_the_hub_of_the_bench_keeps_and_tells(tmp_path, monkeypatch):
    """The hub's side whole: a sensor rises, and the alert names it at the sink."""
    monkeypatch.setattr(sides, "begin", warm.start)
    async with (
        mosquitto(tmp_path / "broker") as (port, _),
        sink(tmp_path) as taker,
        publisher(port, tmp_path) as sender,
    ):
        side = Hub(tmp_path / "side", made(), port, taker)
        await side.start()
        try:
            sent = await sender.publish(Order(tag="h", rate=50, many=20, rises=("p003",)))
            async with asyncio.timeout(60):
                while not (sent.keys() <= side.kept.keys() and "p003" in side.told):
                    await asyncio.sleep(0.05)
                    side.look()
        finally:
            await side.stop()
        taker._read = 0
        side.look()  # every post a second time, as after lost answers
    assert side.newest("h") == 19 and len(side.told["p003"]) == 1 and side.repeats


def test_figures_stand_beside_each_form():
    fast = Sustained(rate=2000, cpu_us=200, rss_mb=300, alert_ms=100)
    slow = Sustained(rate=500, cpu_us=1000, rss_mb=200, alert_ms=10)
    found = {one.figure: one for one in sustained_figures({HUB: [fast], Form.PLAIN: [slow]}, HUB)}
    assert found["sustained"].ratio == 4 and found["CPU"].ratio == 0.2
    run = Delays(kept=[1.0, 2.0], alert=[3.0], cpu=0.5, rss_mb=100)
    nothing_kept = Delays(kept=[], alert=[3.0], cpu=0.5, rss_mb=100)
    names = [
        (one.figure, one.baseline) for one in delay_figures({HUB: [run], "a": [run], "b": [nothing_kept]}, 50, HUB)
    ]
    assert ("50/s: to kept p99", "a") in names and ("50/s: to kept p99", "b") not in names
    assert ("50/s: to alert p99", "b") in names
    [lost, *_] = loss_figures({HUB: Losses(readings=10, lost=2, rises=1, untold=0, doubled=0, repeats=0)}, "kill -9")
    assert (lost.value, lost.ratio) == (2, 0.2)
    assert {*FULL.readings} == {*SHORT.readings} == {*bench.sides()}


@pytest.mark.parametrize("scale", [FULL, SHORT])
def test_delays_are_measured_over_the_load_and_every_rise_fits(scale):
    assert len(scale.rates) > 1, "one point is not a curve"
    for rate, seconds in scale.rates.items():
        rises = [f"p{number:03}" for number in range(scale.rises)]
        assert len(rising(int(rate * seconds), rises)) == 3 * scale.rises
