"""shirase replay and the player beneath it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.broker.client import MqttClient
from services.broker.embedded import EmbeddedBroker
from services.broker.login import Login
from services.broker.player import Player
from services.broker.recording import Recorded, read
from tests.services.conftest import GATEWAYS, until

START = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)  # 15:00 in Japan


def lines(*messages: dict[str, Any]) -> list[bytes]:
    return [json.dumps(message).encode() for message in messages]


def only(*messages: dict[str, Any]) -> list[Recorded]:
    recorded, bad = read(lines(*messages))
    assert bad == []
    return recorded


def test_the_earliest_at_is_the_beginning() -> None:
    recorded = only(
        {"at": "2026-01-15T15:10:00+09:00", "topic": "b", "payload": 2},
        {"at": "2026-01-15T06:00:00Z", "topic": "a", "payload": 1},
        {"after": 30, "topic": "c", "payload": 3},
    )
    assert [(one.topic, one.after) for one in recorded] == [
        ("a", timedelta(0)),
        ("c", timedelta(seconds=30)),
        ("b", timedelta(minutes=10)),
    ]


def test_placeholders_take_the_time_of_playing_in_japan_time() -> None:
    (one,) = only(
        {"after": 0, "topic": "t", "payload": {"time": "{{at}}", "id": "gw-{{at:%Y%m%d-%H%M}}", "n": [1, "{{at:%d}}"]}}
    )
    assert json.loads(one.payload(START)) == {
        "time": "2026-01-15T15:00:00+09:00",
        "id": "gw-20260115-1500",
        "n": [1, "15"],
    }
    (text,) = only({"after": 0, "topic": "t", "payload_text": "<t>{{at}}</t>雪"})
    assert text.payload(START).decode() == "<t>2026-01-15T15:00:00+09:00</t>雪"


def test_bytes_that_are_no_text_are_played_as_they_are() -> None:
    (one,) = only({"after": 0, "topic": "t", "payload_base64": "/wA=", "retain": True})
    assert (one.payload(START), one.retain) == (b"\xff\x00", True)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "Expecting property name"),
        (b"\xff", "can't decode"),
        (b"[]", "a line is an object like"),
        (b'{"topic":"t","payload":1}', "give either at"),
        (b'{"at":"2026-01-15T15:00:00","topic":"t","payload":1}', "has no offset"),
        (b'{"after":-1,"topic":"t","payload":1}', "after must be 0 or more"),
        (b'{"after":NaN,"topic":"t","payload":1}', "after must be 0 or more"),
        (b'{"after":true,"topic":"t","payload":1}', "after a number of seconds"),
        (b'{"after":0,"topic":"a/+","payload":1}', "topic must be a text"),
        (b'{"after":0,"topic":"t"}', "give exactly one of"),
        (b'{"after":0,"topic":"t","payload":1,"payload_text":"x"}', "give exactly one of"),
        (b'{"after":0,"topic":"t","payload_text":1}', "payload_text must be a text"),
        (b'{"after":0,"topic":"t","payload_base64":"*"}', "payload_base64"),
        (b'{"after":0,"topic":"t","payload_text":"\\ud800"}', "surrogates not allowed"),
        (b'{"after":0,"topic":"t","payload":1,"retain":"no"}', "retain must be"),
        (b'{"after":0,"topic":"t","payload":1,"qos":2}', "unknown member qos"),
    ],
)
def test_bad_lines_are_told_by_number_and_cure(line: bytes, told: str) -> None:
    good = b'{"after":0,"topic":"t","payload":null}'
    recorded, bad = read([good, b"\n", line, good])
    assert len(recorded) == 2
    assert [one.line for one in bad] == [3]
    assert told in bad[0].message


async def test_player_keeps_the_rhythm_at_the_given_speed() -> None:
    loop = asyncio.get_running_loop()
    began, heard = loop.time(), list[tuple[str, float]]()

    async def publish(topic: str, _payload: bytes, _retain: bool) -> None:
        heard.append((topic, loop.time() - began))

    recorded = only(*({"after": after, "topic": f"t{after}", "payload": 0} for after in (0, 10, 30)))
    played = await Player(recorded, publish, start=START, speed=100).play()
    assert (played.published, played.acknowledged) == (3, 3)
    assert [topic for topic, _ in heard] == ["t0", "t10", "t30"]
    for (_, at), due in zip(heard, (0, 0.1, 0.3), strict=True):
        assert due <= at < due + 0.25


async def test_player_follows_another_clock() -> None:
    asked: list[datetime] = []

    def seconds_until(at: datetime) -> float:
        asked.append(at)
        return 0.0

    async def publish(_topic: str, _payload: bytes, _retain: bool) -> None:
        await asyncio.sleep(0)

    recorded = only({"after": 0, "topic": "t", "payload": 0}, {"after": 3600, "topic": "t", "payload": 0})
    await Player(recorded, publish, start=START, seconds_until=seconds_until).play()
    assert asked == [START, START + timedelta(hours=1)]


async def test_player_stops_at_a_failure_and_tells_it() -> None:
    async def publish(topic: str, _payload: bytes, _retain: bool) -> None:
        await asyncio.sleep(0)
        if topic == "t1":
            raise ConnectionError("gone")

    recorded = only(*({"after": after, "topic": f"t{after}", "payload": 0} for after in (0, 1, 60)))
    with pytest.raises(ConnectionError, match="gone"):
        await Player(recorded, publish, start=START, speed=10).play()


async def shirase(folder: Path, *arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services",
        "replay",
        *arguments,
        env={**os.environ, "SHIRASE_DATA_DIR": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_replay_finds_the_hubs_broker_and_counts_every_puback(broker: EmbeddedBroker, tmp_path: Path) -> None:
    access = broker.access
    login = Login(host=access.host, port=access.port, client_id="t", user=access.user, password=access.password)
    client = MqttClient(login, ["hub/v1/#"])
    await client.start()
    await until(lambda: client.state.ready)
    file = tmp_path / "play.ndjson"
    message = {"topic": "hub/v1/gw07/st1/snow_depth", "payload": {"time": "{{at}}"}}
    file.write_bytes(b"\n".join(lines(*({**message, "after": after} for after in range(300)))))
    code, out, err = await shirase(tmp_path, str(file), "--speed", "0", "--start", "2026-01-15T06:00:00Z")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert (told["published"], told["acknowledged"], told["start"]) == (300, 300, "2026-01-15T06:00:00Z")
    heard: list[bytes] = []
    async with asyncio.timeout(10):
        while len(heard) < 300:
            heard += [one.payload for one in await client.next_batch()]
    assert json.loads(heard[0]) == {"time": "2026-01-15T15:00:00+09:00"}
    assert json.loads(heard[-1]) == {"time": "2026-01-15T15:04:59+09:00"}
    await client.stop()


async def test_replay_as_a_gateway_with_its_password(broker: EmbeddedBroker, tmp_path: Path) -> None:
    secret, file = tmp_path / "password", tmp_path / "play.ndjson"
    file.write_bytes(b'{"after":0,"topic":"hub/v1/gw07/st1/q","payload":1}\n')
    secret.write_text(GATEWAYS["gw07"] + "\n")
    own = ("--broker", f"127.0.0.1:{broker.access.port}", "--user", "gw07", "--password-file", str(secret))
    code, out, _ = await shirase(tmp_path, str(file), *own)
    assert (code, json.loads(out)["acknowledged"]) == (0, 1)
    secret.write_text("wrong")
    code, out, err = await shirase(tmp_path, str(file), *own)
    assert (code, out) == (1, "")
    assert "check --user and --password-file" in json.loads(err)["message"]


async def test_replay_sends_nothing_of_a_file_with_bad_lines(tmp_path: Path) -> None:
    file = tmp_path / "play.ndjson"
    file.write_bytes(b'{"after":0,"topic":"t","payload":1}\nnonsense\n{}\n')
    address = ("--broker", "127.0.0.1:9")
    code, out, err = await shirase(tmp_path, str(file), *address)
    assert (code, out) == (1, "")
    assert [json.loads(line)["at"] for line in err.splitlines()] == ["line 2", "line 3"]


async def test_replay_without_a_broker_or_file_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "play.ndjson"
    file.write_bytes(b"")
    code, _, err = await shirase(tmp_path, str(file))
    assert code == 1
    assert "start the hub first" in json.loads(err)["message"]
    code, _, err = await shirase(tmp_path, str(tmp_path / "missing"))
    assert code == 2
    assert json.loads(err)["error"] == "unreadable"
    code, _, err = await shirase(tmp_path, str(file), "--speed", "-1")
    assert code == 2
    assert "is not a speed" in err
