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
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path

from geo.area import Areas
from geo.plow.ledger.reading import read_book
from services.broker.client import MqttClient
from services.broker.login import Login
from services.clock import CatchUpClock, wall
from services.dumps.picture import Dumps
from services.dumps.sites import sites_of
from services.roads import load_roads
from services.settings import load
from services.telemetry import configure_logging
from tests.exercise.contractor import Contractor, Hub, Publish
from tests.exercise.officer import Mail, Officer
from tests.exercise.scenario import LENGTH, SNOWED, Play, scenario
from tests.exercise.stage import Stage, set_stage, write_settings
from tests.exercise.telegrams import JST
from tests.exercise.trucks import haul
from tests.fakes.linkage import FakeLinkage
from tests.fakes.smtp import FakeSmtp
from tests.fakes.x import FakeX

# Nothing of the play should be lost while the hub starts, which takes about so many times as long as setting the stage.
STARTING, LATEST = 5.0, timedelta(seconds=20)


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
    x, linkage, mail = FakeX(), FakeLinkage(), FakeSmtp()
    mail.on_mail = partial(_show_mail, mail)
    await x.start()
    await linkage.start()
    await mail.start()
    called = wall()
    stage = await set_stage(data_dir)
    began = wall() + min(STARTING * (wall() - called), LATEST)
    speed = LENGTH.total_seconds() / seconds + 1  # caught up with the present after `seconds`
    clock = CatchUpClock(began - LENGTH, speed, began)
    write_settings(stage, port, clock, x, linkage, mail.port)
    hub = await _start_hub(stage)
    code = 1
    try:
        address = await _ready(hub, stop)
        if address:
            _welcome(address, stage, clock)
            code = await _play(hub, Playing(clock, stage, address), stop)
    finally:
        await _end(hub)
        await x.stop()
        await linkage.stop()
        await mail.stop()
    return code


def _show_mail(server: FakeSmtp) -> None:
    """What a resident would find in their box: whom it is to, the subject and the links."""
    mail = message_from_bytes(server.raw[-1], policy=default)
    body = mail.get_body(("plain",))
    links = [word for word in (body.get_content() if body else "").split() if word.startswith("http")]
    print("\n  ".join([f"  メール mail → {mail['To']}: {mail['Subject']}", *links]), flush=True)


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


def _welcome(address: str, stage: Stage, clock: CatchUpClock) -> None:
    people = "\n".join(f"    {name:8} {password}" for name, password in stage.logins.items())
    morning = (clock.start + SNOWED).astimezone(JST).date()
    print(
        f"""
  しらせ Shirase　— 訓練 EXERCISE: nothing leaves this machine

    地図 operations map   {address}/ops
    送信箱 outbox viewer  {address}/ops/outbox
    公開ページ public      {address}/
    お知らせの登録 mails   {address}/subscribe   (any address; the mails are shown here, and sent nowhere)
    除雪判断 snow desk    {address}/ops/snow
    住民の依頼 requests   {address}/ops/requests
    除雪の地図 plowed when {address}/snow
    雪捨て場 snow dumps   {address}/ops/dumps
    日報 morning report   {address}/ops/ledger?day={morning}

  一度だけ使えるログイン (each works once; evacuation information needs both people):
{people}

  半日分を2分で再生します: 雪の朝（指示、除雪車、雪捨て場、市民の依頼、日報）→ クマ → 雨と増水。 Ctrl-C で終わります。
""",
        flush=True,
    )


@dataclass(frozen=True)
class Playing:
    """An exercise that runs."""

    clock: CatchUpClock
    stage: Stage
    address: str


async def _play(hub: Process, playing: Playing, stop: asyncio.Event) -> int:
    """Play until told to stop. Returns 0 then, 1 when the hub ended by itself."""
    clock, stage = playing.clock, playing.stage
    async with _gateways(stage) as gateways:
        publish = partial(_publish, gateways, clock)
        mail: Mail = asyncio.Queue()
        book = read_book(Path(os.environ.get("SHIRASE_PROFILE", "config/morioka")) / "ledger")
        tasks = {
            asyncio.create_task(_tell(publish, clock)),
            asyncio.create_task(Officer(stage.data_dir, clock, book, _dumps(stage), mail).watch()),
            asyncio.create_task(Contractor(clock, Hub(playing.address, stage.resident_key), mail, publish).watch()),
        }
        for task in tasks:
            task.add_done_callback(_say_what_broke)
        ends = {asyncio.create_task(stop.wait()), asyncio.create_task(hub.wait())}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for one in (*tasks, *ends):
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return 0 if stop.is_set() else 1


def _dumps(stage: Stage) -> Dumps:
    """The snow dumps as the hub itself knows them."""
    settings = load([stage.settings], _only_its_own(os.environ))
    return Dumps(sites_of(load_roads(settings, Areas([])), settings.plow))


def _say_what_broke(task: asyncio.Task[None]) -> None:
    failed = None if task.cancelled() else task.exception()
    if failed is not None:
        print(f"the exercise broke off: {failed!r}", file=sys.stderr, flush=True)


@asynccontextmanager
async def _gateways(stage: Stage) -> AsyncIterator[Mapping[str, MqttClient]]:
    """Every gateway of the play, connected."""
    address = json.loads((stage.data_dir / "broker" / "address.json").read_text(encoding="utf-8"))
    clients: dict[str, MqttClient] = {}
    try:
        for name, password in stage.passwords.items():
            login = Login(
                host=address["host"], port=address["port"], client_id=f"exercise-{name}", user=name, password=password
            )
            clients[name] = MqttClient(login)
            await clients[name].start()
        yield clients
    finally:
        for client in clients.values():
            await client.stop()


async def _tell(publish: Publish, clock: CatchUpClock) -> None:
    for play in sorted([*scenario(clock.start), *haul(clock.start)], key=lambda play: play.at):
        await publish(play)


async def _publish(gateways: Mapping[str, MqttClient], clock: CatchUpClock, play: Play) -> None:
    """A message at its time, by its own gateway; back only after the broker's acknowledgement."""
    await asyncio.sleep(clock.real_seconds_until(play.at))
    await gateways[play.gateway].publish(play.topic, play.payload)


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
