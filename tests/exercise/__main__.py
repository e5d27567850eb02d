"""``make run``: set the stage, start a real hub, play the exercise through real MQTT, and keep it running."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import Mapping
from pathlib import Path

from services.broker.client import MqttClient
from services.broker.login import Login
from services.clock import CatchUpClock, wall
from services.telemetry import configure_logging
from tests.exercise.officer import Officer
from tests.exercise.scenario import LENGTH, Play, scenario
from tests.exercise.stage import Stage, set_stage
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX


def main() -> int:
    parser = argparse.ArgumentParser(prog="make run", description="Shirase, an exercise on this machine.")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--seconds", type=float, default=110, help="how long the twelve hours of the exercise take")
    home = Path(os.environ.get("SHIRASE_DATA_DIR", "var")) / "exercise"
    parser.add_argument("--data-dir", type=Path, default=home)
    args = parser.parse_args()
    configure_logging("ERROR")
    return asyncio.run(_exercise(args.port, args.seconds, args.data_dir))


async def _exercise(port: int, seconds: float, data_dir: Path) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    x, linkage = FakeX(), FakeLinkage()
    await x.start()
    await linkage.start()
    began = wall()
    speed = LENGTH.total_seconds() / seconds + 1  # caught up with the present after `seconds`
    clock = CatchUpClock(began - LENGTH, speed, began)
    stage = await set_stage(data_dir, port, clock, x, linkage)
    hub = await _start_hub(stage)
    code = 1
    try:
        address = await _ready(hub, stop)
        if address:
            _welcome(address, stage)
            code = await _play(hub, clock, stage, stop)
    finally:
        await _end(hub)
        await x.stop()
        await linkage.stop()
    return code


async def _start_hub(stage: Stage) -> Process:
    command = [sys.executable, "-m", "services", "serve", "--settings", str(stage.settings)]
    log = (stage.data_dir / "hub.log").open("wb")
    return await create_subprocess_exec(
        *command, stdout=PIPE, stderr=log, env=_only_its_own(os.environ), preexec_fn=_die_with_parent
    )


def _only_its_own(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would send the exercise into a real hub's folder, database or port."""
    kept = {"SHIRASE_PROFILE", "SHIRASE_LOG_LEVEL"}
    return {name: value for name, value in environment.items() if not name.startswith("SHIRASE_") or name in kept}


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


async def _ready(hub: Process, stop: asyncio.Event) -> str:
    """The hub's address, or nothing when it could not start or we are told to stop."""
    assert hub.stdout is not None
    line = asyncio.create_task(hub.stdout.readline())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({line, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not line.done() or not line.result():
        line.cancel()
        if not stop.is_set():
            print("the hub could not start; its words are in hub.log of the data directory", file=sys.stderr)
        return ""
    return str(json.loads(line.result())["ready"])


def _welcome(address: str, stage: Stage) -> None:
    people = "\n".join(f"    {name:8} {password}" for name, password in stage.logins.items())
    print(
        f"""
  しらせ Shirase　— 訓練 EXERCISE: nothing leaves this machine

    地図 operations map   {address}/ops
    送信箱 outbox viewer  {address}/ops/outbox
    公開ページ public      {address}/

  一度だけ使えるログイン (each works once; evacuation information needs both people):
{people}

  半日分を2分で再生します: 雪の朝 → クマ → 雨と増水。 Ctrl-C で終わります。
""",
        flush=True,
    )


async def _play(hub: Process, clock: CatchUpClock, stage: Stage, stop: asyncio.Event) -> int:
    """Play until told to stop. Returns 0 then, 1 when the hub ended by itself."""
    tasks = {
        asyncio.create_task(_publish(clock, stage)),
        asyncio.create_task(Officer(stage.data_dir, clock).watch()),
    }
    ends = {asyncio.create_task(stop.wait()), asyncio.create_task(hub.wait())}
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks | ends:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for failed in (one for one in results if isinstance(one, Exception)):
        print(f"the exercise broke off: {failed!r}", file=sys.stderr)
    return 0 if stop.is_set() else 1


async def _publish(clock: CatchUpClock, stage: Stage) -> None:
    """Each message at its time, by its own gateway, and only on after the broker's acknowledgement."""
    address = json.loads((stage.data_dir / "broker" / "address.json").read_text(encoding="utf-8"))
    clients: dict[str, MqttClient] = {}
    for name, password in stage.passwords.items():
        login = Login(
            host=address["host"], port=address["port"], client_id=f"exercise-{name}", user=name, password=password
        )
        clients[name] = MqttClient(login)
        await clients[name].start()
    try:
        for play in scenario(clock.start):
            await _at_its_time(play, clock)
            await clients[play.gateway].publish(play.topic, play.payload)
        await asyncio.Event().wait()
    finally:
        for client in clients.values():
            await client.stop()


async def _at_its_time(play: Play, clock: CatchUpClock) -> None:
    await asyncio.sleep(clock.real_seconds_until(play.at))


async def _end(hub: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        hub.terminate()
    try:
        await asyncio.wait_for(hub.wait(), 15)
    except TimeoutError:
        hub.kill()
        await hub.wait()


if __name__ == "__main__":
    sys.exit(main())
