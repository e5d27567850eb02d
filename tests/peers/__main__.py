"""``make bench-peers``: Node-RED and the hub in turns over the same broker, messages, city, rule and sink."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from services.telemetry import configure_logging
from tests.benchmarks.figure import Figure, table
from tests.peers import runs
from tests.peers.city import City, made
from tests.peers.flows import Form
from tests.peers.parts import Publisher, SinkAt, mosquitto, publisher, sink
from tests.peers.publisher import Order
from tests.peers.scale import FULL, HUB, KEEPS_NOTHING, SHORT, Scale
from tests.peers.sides import Hub, NodeRed, Running
from tests.peers.telling import delay_figures, loss_figures, sustained_figures

_HERE = Path(__file__).parent
_MODULES = _HERE.parents[1] / "var" / "peers"
_OLDEST_NODE = 18


@dataclass(frozen=True, slots=True)
class Stage:
    """One side and what it works between, all of it fresh."""

    side: Running
    publisher: Publisher
    sink: SinkAt


def sides() -> dict[str, Callable[[Path, City, int, SinkAt], Running]]:
    """By name: the hub, the flow's three forms, and the plain one that keeps nothing but changes."""

    def node_red(form: Form, *, changes_only: bool = False) -> Callable[[Path, City, int, SinkAt], Running]:
        return lambda folder, city, broker, sink: NodeRed(
            folder, _MODULES, city, broker, sink, form, changes_only=changes_only
        )

    return {
        HUB: Hub,
        **{str(form): node_red(form) for form in Form},
        KEEPS_NOTHING: node_red(Form.PLAIN, changes_only=True),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench-peers", description="Node-RED and the hub, side by side.")
    parser.add_argument("--short", action="store_true", help="does it work, not how fast is it")
    parser.add_argument("--only", action="append", choices=["sustained", "delays", "losses"], help="default: all")
    parser.add_argument("--sides", action="append", choices=list(sides()), help="default: all")
    parser.add_argument("--rounds", type=int, help="turns of each side; medians are told")
    args = parser.parse_args()
    if missing := _missing():
        print(missing, file=sys.stderr)
        return 2
    configure_logging("ERROR")
    _install()
    scale = SHORT if args.short else FULL
    if args.rounds:
        scale = replace(scale, rounds=args.rounds)
    asyncio.run(_run(scale, args.only or [], args.sides or list(sides())))
    return 0


def _missing() -> str:
    """What this needs and the machine has not; empty where it has all."""
    for program, why in (("node", "Node-RED runs on it"), ("npm", "Node-RED comes by it")):
        if shutil.which(program) is None:
            return f"bench-peers needs {program} ({why}; nothing else of the hub does): install Node.js {_OLDEST_NODE}+"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < _OLDEST_NODE:
        return f"bench-peers needs Node.js {_OLDEST_NODE} or newer; this is {version}"
    return ""


def _install() -> None:
    """Bring Node-RED, at its pinned version, into var/peers; nothing where it is there."""
    wanted = (_HERE / "node" / "package.json").read_text(encoding="utf-8")
    done = _MODULES / "installed.json"
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return
    _MODULES.mkdir(parents=True, exist_ok=True)
    (_MODULES / "package.json").write_text(wanted, encoding="utf-8")
    print("installing Node-RED into var/peers …", file=sys.stderr)
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--omit=dev", "--loglevel=error")
    subprocess.run(["npm", "install", *quiet], cwd=_MODULES, check=True)
    done.write_text(wanted, encoding="utf-8")


async def _run(scale: Scale, only: list[str], names: list[str]) -> None:
    began, city, figures = time.monotonic(), made(), list[Figure]()
    with tempfile.TemporaryDirectory(prefix="shirase-peers-") as folder:
        found = _Found(Path(folder), city, names)
        if not only or "sustained" in only:
            figures += await found.sustained(scale)
        if not only or "delays" in only:
            figures += await found.delays(scale)
        if not only or "losses" in only:
            figures += await found.losses(scale)
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    python = ".".join(map(str, sys.version_info[:3]))
    about = f"{os.cpu_count()} cores, load {load()}, Python {python}, Node.js {node}"
    print(f"\n{table(figures)}\n\n{about}; took {time.monotonic() - began:.0f} s")


class _Found:
    """Runs each side in turn, as often as the scale says, and tells the figures as they come."""

    def __init__(self, folder: Path, city: City, names: list[str]) -> None:
        self._folder, self._city, self._names, self._turn = folder, city, names, 0

    async def sustained(self, scale: Scale) -> list[Figure]:
        found: dict[str, list[runs.Sustained]] = {name: [] for name in self._names}
        for _ in range(scale.rounds):
            for name in self._names:
                async with self._stage(name) as stage:
                    one = await runs.sustained(stage.side, stage.publisher, "s", scale.readings[name])
                print(f"{name}: {one.brief()}, load {load()}", flush=True)
                found[name].append(one)
        return _told(sustained_figures(found, HUB))

    async def delays(self, scale: Scale) -> list[Figure]:
        figures = []
        for rate, seconds in scale.rates.items():
            found: dict[str, list[runs.Delays]] = {name: [] for name in self._names}
            for _ in range(scale.rounds):
                for name in self._names:
                    async with self._stage(name) as stage:
                        probes = [one.code for one in self._city.probes[: scale.rises]]
                        many = int(rate * seconds)
                        one = await runs.delays(stage.side, stage.publisher, "d", rate, many, probes)
                    print(f"{name} at {rate:g}/s: {one.brief()}, load {load()}", flush=True)
                    found[name].append(one)
            figures += _told(delay_figures(found, rate, HUB))
        return figures

    async def losses(self, scale: Scale) -> list[Figure]:
        figures = []
        probes = [one.code for one in self._city.probes[: scale.struck]]
        many = int(scale.struck_rate * scale.seconds)
        for what in ("kill -9", "503 for 2 s"):
            found = {}
            for name in (one for one in self._names if one in scale.broken):
                async with self._stage(name) as stage:
                    order = Order(tag="x", rate=scale.struck_rate, many=many, rises=probes)
                    if what == "kill -9":
                        one = await runs.killed(stage.side, stage.publisher, order)
                    else:
                        one = await runs.refused(stage.side, stage.publisher, order, stage.sink)
                print(f"{name}, {what}: {one}, load {load()}", flush=True)
                found[name] = one
            figures += _told(loss_figures(found, what))
        return figures

    @asynccontextmanager
    async def _stage(self, name: str) -> AsyncIterator[Stage]:
        self._turn += 1
        folder = self._folder / str(self._turn)
        async with AsyncExitStack() as stack:
            port, _ = await stack.enter_async_context(mosquitto(folder / "broker"))
            receiver = await stack.enter_async_context(sink(folder))
            sender = await stack.enter_async_context(publisher(port, folder))
            side = sides()[name](folder / "side", self._city, port, receiver)
            stack.push_async_callback(side.stop)
            await side.start()
            await runs.settle(side, sender)
            yield Stage(side, sender, receiver)
        shutil.rmtree(folder)


def _told(figures: list[Figure]) -> list[Figure]:
    for one in figures:
        print(one.line(), flush=True)
    return figures


def load() -> str:
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


if __name__ == "__main__":
    sys.exit(main())
