"""``shirase replay``: publish recorded messages to a broker, in their rhythm, each acknowledged."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from feeds.instant import instant, iso_utc
from services.broker.client import MqttClient, Phase
from services.broker.login import Login
from services.broker.player import Player
from services.broker.recording import Recorded, read
from services.broker.rights import HUB_USER
from services.telemetry import configure_logging

_PATIENCE = 10.0  # seconds for the first connection


class ReplayError(Exception):
    """The replay cannot begin; the text says why and what to do."""


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("replay", help="publish recorded messages to a broker")
    parser.add_argument("file", metavar="FILE", help="NDJSON, a message a line; - for standard input")
    parser.add_argument("--speed", type=_speed, default=1.0, help="times faster than real; 0: as fast as acknowledged")
    parser.add_argument("--start", type=_time, default=None, metavar="ISO", help="when the scenario begins (now)")
    parser.add_argument("--broker", type=_address, metavar="HOST:PORT", help="default: the hub's own, on this machine")
    parser.add_argument("--user", default="", help="default with the hub's own broker: the hub itself")
    parser.add_argument("--password-file", type=Path, metavar="F", help="a file that holds the user's password")
    parser.add_argument("--ca", type=Path, metavar="F", help="certificates to trust; makes the connection TLS")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0: everything acknowledged; 1: bad lines (nothing was sent) or no broker; 2: unreadable file."""
    configure_logging("ERROR")
    try:
        with ExitStack() as stack:
            lines = sys.stdin.buffer if args.file == "-" else stack.enter_context(Path(args.file).open("rb"))
            recorded, bad = read(lines)
        login = _login(args)
    except OSError as error:
        return _refuse(2, "unreadable", f"{error.filename} cannot be read: {error.strerror}")
    except ReplayError as error:
        return _refuse(1, "no_broker", str(error))
    for line in bad:
        _refuse(1, "bad_line", line.message, at=f"line {line.line}")
    if bad:
        return 1
    try:
        asyncio.run(_replay(recorded, login, args.start or datetime.now(UTC), args.speed))
    except ReplayError as error:
        return _refuse(1, "no_broker", str(error))
    return 0


async def _replay(recorded: list[Recorded], login: Login, start: datetime, speed: float) -> None:
    client = MqttClient(login)
    await client.start()
    try:
        await _connected(client)
        began = asyncio.get_running_loop().time()

        async def publish(topic: str, payload: bytes, retain: bool) -> None:
            await client.publish(topic, payload, retain=retain)

        played = await Player(recorded, publish, start=start, speed=speed).play()
        seconds = asyncio.get_running_loop().time() - began
    finally:
        await client.stop()
    print(
        json.dumps(
            {
                "published": played.published,
                "acknowledged": played.acknowledged,
                "start": iso_utc(start),
                "seconds": round(seconds, 3),
            }
        )
    )


async def _connected(client: MqttClient) -> None:
    try:
        async with asyncio.timeout(_PATIENCE):
            while not client.state.ready:
                if client.state.phase is Phase.DENIED:
                    raise ReplayError(f"{client.state.detail}: check --user and --password-file")
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise ReplayError(f"no connection in {_PATIENCE:.0f} s: {client.state.detail}") from None


def _login(args: argparse.Namespace) -> Login:
    password = args.password_file.read_text(encoding="utf-8").strip() if args.password_file else ""
    own = Login(
        host="", port=0, client_id=f"replay-{secrets.token_hex(4)}", user=args.user, password=password, durable=False
    )
    if args.broker:
        host, port = args.broker
        return replace(own, host=host, port=port, ca=args.ca)
    folder = Path(os.environ.get("SHIRASE_DATA_DIR") or "var") / "broker"
    try:
        address = json.loads((folder / "address.json").read_text(encoding="utf-8"))
        here = replace(own, host=address["host"], port=address["port"])
        if args.user:
            return here
        return replace(here, user=HUB_USER, password=(folder / "hub.password").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReplayError(
            f"{folder} knows of no broker: start the hub first, set SHIRASE_DATA_DIR, or give --broker HOST:PORT"
        ) from None


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a speed: give 0 or more, like 1 or 60")
    return speed


def _time(text: str) -> datetime:
    try:
        return instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not HOST:PORT, like 127.0.0.1:1883")
    return host.strip("[]"), int(port)


def _refuse(code: int, error: str, message: str, **more: str) -> int:
    print(json.dumps({"error": error, "message": message, **more}, ensure_ascii=False), file=sys.stderr)
    return code
