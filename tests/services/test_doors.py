"""Which way in the settings open, and the files of a cluster: what is written down before anything runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.broker.buffer import Buffer
from services.broker.client import MqttClient
from services.broker.cluster import checked, render_node
from services.broker.doors import door_of
from services.broker.jetstream import JetStreamDoor
from services.broker.link import Incoming
from services.broker.login import COMMON_ID, Login
from services.broker.rights import Gateway
from services.broker.site import Site, Tls
from services.broker.subjects import subjects, topic
from services.cli.check_broker import broker_finding
from services.clock import wall
from services.configuration.gateways import Broker

NOW = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)


def incoming(tries: int = 1) -> Incoming:
    return Incoming(
        topic="hub/v1/gw07/st1/q",
        payload=b"12345",
        retained=False,
        received_at=NOW,
        connection=0,
        packet_id=0,
        qos=1,
        tries=tries,
    )


@pytest.mark.parametrize("one", ["hub/v1/gw07/st.1/q", "/json/key/dev/attrs", "a//b", "a/", "zigbee2mqtt/house/porch"])
def test_a_topic_comes_back_out_of_its_subject(one: str) -> None:
    (subject,) = subjects(one)
    assert topic(subject) == one and "/" not in subject.replace("./", "").replace("/.", "").replace("//", "")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"door": "jetstream"}, "needs nats"),
        ({"door": "shared", "worker": "1"}, 'protocol = "5"'),
        ({"door": "shared", "protocol": "5"}, "worker"),
        ({"door": "jetstream", "nats": ["n1"]}, "pattern"),
    ],
)
def test_a_door_that_cannot_open_is_told(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Broker(host="broker", **wrong)


async def test_the_settings_choose_the_door(tmp_path: Path) -> None:
    login = Login(host="n1", port=8883, client_id="shirase-hub")

    def made(**settings: Any) -> object:
        return door_of(Broker(host="n1", **settings), login, ["hub/v1/#"], marker=tmp_path / "session", now=wall)

    assert isinstance(made(), MqttClient) and isinstance(made(door="jetstream", nats=["n1:4222"]), JetStreamDoor)
    shared = made(door="shared", protocol="5", worker="2")
    assert isinstance(shared, MqttClient)
    assert (shared._filters, shared._login.client_id) == (("$share/ingest/hub/v1/#",), "shirase-hub-2")


SECRET_ID = {"client_id": "shirase-0d5a1c"}


def test_check_says_what_a_way_cannot_do() -> None:
    several = Broker(host="n1", door="jetstream", nats=["n1:4222"])
    assert broker_finding(several, "postgresql://shirase@/hub")["ok"] is True
    alone = broker_finding(several, "sqlite+aiosqlite:///var/shirase.db")
    assert alone["ok"] is False and "PostgreSQL" in alone["cure"]
    shared: dict[str, Any] = {"door": "shared", "protocol": "5", "worker": "1"}
    named = ({"client_id": COMMON_ID}, shared, {}, SECRET_ID, shared | SECRET_ID)
    told = [broker_finding(Broker(host="n1", **more), "sqlite+aiosqlite:///x")["limits"] for more in named]
    known = ["client_id" in str(limits) for limits in told]
    assert known == [True, True, False, False, False], "any gateway may come by a name it knows"
    assert any("QoS 0" in one for one in alone["limits"]) and broker_finding(None, "sqlite+aiosqlite:///x")["ok"]


def test_where_one_node_is_away_the_next_is_tried() -> None:
    login = Login(host="n1", port=1, client_id="x", others=(("n2", 2), ("n3", 3)))
    assert [(one.host, one.port) for one in map(login.turn, range(1, 5))] == [
        ("n1", 1),
        ("n2", 2),
        ("n3", 3),
        ("n1", 1),
    ]


async def test_what_was_taken_often_is_looked_at_alone() -> None:
    queue = Buffer(messages=10, octets=10**6)
    for tries in (1, 1, 5, 1):
        queue.put(incoming(tries))
    assert [len(await queue.take(500, suspect=3)) for _ in range(3)] == [2, 1, 1]
    queue.close()
    assert await queue.take(500, suspect=3) == []


async def test_the_queue_has_bounds_in_messages_and_octets() -> None:
    for queue in (Buffer(messages=2, octets=10**6), Buffer(messages=100, octets=10)):
        queue.put(incoming())
        assert queue.room.is_set()
        queue.put(incoming())
        assert not queue.room.is_set() and len(await queue.take(1)) == 1 and queue.room.is_set()


def test_the_files_of_a_cluster() -> None:
    nodes = checked(["n1.city", "n2.city", "n3.city"])
    site = Site(folder=Path("/etc/nats"), state=Path("/var/lib/nats"), tls=Tls.under(Path("/etc/tls")))
    texts = [render_node(one, nodes, site, "the-hubs-own", {"gw07": Gateway(password="secret")}) for one in nodes]
    for own, text in zip(nodes, texts, strict=True):
        assert f'server_name: "{own.host}"' in text and "stream_replicas: 3" in text and "sync_interval: always" in text
        assert [other.host for other in nodes if f"@{other.host}:6222" in text] == [
            other.host for other in nodes if other != own
        ]
        routes = text.partition("cluster {")[2].partition("}\nmqtt")[0]
        assert "the-hubs-own" not in routes and "tls {" in routes, "nodes have a secret of their own, and speak TLS"
    assert 'user: "gw07"' in texts[0] and 'allowed_connection_types: ["MQTT"]' in texts[0]


@pytest.mark.parametrize("hosts", [["n1"], ["n1", "n2"], ["n1", "n2", "n2"], ["n1", "n2", "n3", "n4"]])
def test_what_makes_no_majority_is_no_cluster(hosts: list[str]) -> None:
    with pytest.raises(ValueError, match="three or five"):
        checked(hosts)
