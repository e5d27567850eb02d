"""The embedded broker: a nats-server child with its MQTT listener, started, watched, restarted and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import shutil
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import structlog

from services.broker.child import dies_with_parent, end_orphan
from services.broker.config import Plan, render
from services.broker.folder import (
    HOST,
    BrokerError,
    any_free_port,
    hold,
    is_free,
    kept_password,
    kept_session,
    last_port,
    write_private,
)
from services.broker.forbidden import Dropped, ForbiddenLog
from services.broker.probe import connack
from services.broker.rights import HUB_USER, Gateway
from services.ending import cancelled

__all__ = ["Access", "BrokerError", "BrokerState", "EmbeddedBroker"]

log = structlog.get_logger(__name__)

_START_PATIENCE = 20.0  # seconds; a cold disk with a full stream takes some
_STOP_PATIENCE = 10.0
_FIRST_DELAY, _MOST_DELAY, _STEADY = 0.1, 10.0, 60.0  # seconds between restarts; after a steady time they begin anew
_LOG_PACE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the broker listens and as whom to come."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    session: str = field(repr=False)  # the client id of the hub's durable session


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerState:
    """For health pages: is it up, how often was it started again, and what was wrong last."""

    up: bool = False
    restarts: int = 0
    detail: str = ""


class EmbeddedBroker:
    """One nats-server under ``data_dir/broker``; nobody else may run one there at the same time.

    With ``port=0`` the port of the last life is taken again if it is free, else any free one; it stays the same until
    :meth:`stop`, however often the server dies. ``data_dir/broker/address.json`` names it for gateways and tools.
    What was delivered and not acknowledged is delivered again ``redeliver_after`` seconds later.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        gateways: Mapping[str, Gateway | str] | None = None,
        redeliver_after: float = 10.0,
    ) -> None:
        self._folder = data_dir.resolve() / "broker"
        self._fixed_port, self._redeliver_after = port, redeliver_after
        self._gateways = _with_rights(gateways or {})
        self._plan: Plan | None = None
        self._session = ""
        self._lock: IO[str] | None = None
        self._process: Process | None = None
        self._forbidden = ForbiddenLog(self._folder / "nats-server.log")
        self._tasks: list[asyncio.Task[None]] = []
        self.state = BrokerState()

    @property
    def access(self) -> Access:
        """How the hub itself connects. Only after :meth:`start`."""
        plan = self._planned()
        return Access(host=plan.host, port=plan.port, user=HUB_USER, password=plan.hub_password, session=self._session)

    @property
    def pid(self) -> int | None:
        """The server's process id, None while it is down."""
        return self._process.pid if self._process and self._process.returncode is None else None

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """Publications acknowledged and thrown away, because their senders have no right to the topics."""
        return self._forbidden.dropped

    @property
    def starved(self) -> bool:
        """True where a write of the server failed for want of room since it was started."""
        return self._forbidden.starved

    async def start(self) -> Access:
        """Start and return once an MQTT CONNECT succeeds. BrokerError with the cure where that is not to be had."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = hold(self._folder / "lock")
        try:
            await self._first_launch()
        except BaseException:
            self._release()
            raise
        self._tasks = [
            asyncio.create_task(self._watch(), name="embedded-broker"),
            asyncio.create_task(self._follow_log(), name="embedded-broker-log"),
        ]
        return self.access

    async def stop(self) -> None:
        """Stop in order: the server closes its files; after ``10`` seconds it is killed."""
        await cancelled(self._tasks)
        self._tasks = []
        await self._end_process()
        self.state = replace(self.state, up=False, detail="stopped")
        self._release()

    async def restart(self) -> None:
        """End the server; what watches it starts it again. Sessions and messages stay."""
        await self._end_process()
        self._forbidden.starved = False

    async def reload(self, gateways: Mapping[str, Gateway | str]) -> None:
        """Let other gateways in from now on; those that stay keep their connections."""
        self._gateways = _with_rights(gateways)
        self._plan = replace(self._planned(), gateways=self._gateways)
        write_private(self._plan.config_file, render(self._plan))
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGHUP)

    async def _first_launch(self) -> None:
        password = kept_password(self._folder / "hub.password")
        self._session = kept_session(self._folder)  # before its server makes a store there
        config_file = str(self._folder / "nats-server.conf")
        ended = await asyncio.to_thread(end_orphan, self._folder / "nats-server.pid", config_file)
        if ended:
            log.warning("broker_orphan_ended", pid=ended)
        attempts = 1 if self._fixed_port else 3  # a port found free may be taken before the server binds it
        for attempt in range(attempts):
            port = self._choose_port(retry=attempt > 0)
            self._plan = Plan(
                folder=self._folder,
                host=HOST,
                port=port,
                hub_password=password,
                redeliver_after=self._redeliver_after,
                gateways=self._gateways,
            )
            try:
                await self._launch()
            except BrokerError:
                if attempt + 1 == attempts:
                    raise
            else:
                break
        address = {"host": HOST, "port": port}
        (self._folder / "address.json").write_text(json.dumps(address) + "\n", encoding="utf-8")

    def _choose_port(self, *, retry: bool) -> int:
        if self._fixed_port:
            if not is_free(self._fixed_port):
                raise BrokerError(
                    f"port {self._fixed_port} of {HOST} is taken: end what listens there or choose another port"
                )
            return self._fixed_port
        last = 0 if retry else last_port(self._folder / "address.json")
        return last if last and is_free(last) else any_free_port()

    async def _launch(self) -> None:
        plan = self._planned()
        write_private(plan.config_file, render(plan))
        with (self._folder / "stderr.log").open("wb") as stderr:
            self._process = await asyncio.create_subprocess_exec(
                str(_binary()),
                "-c",
                str(plan.config_file),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,  # Ctrl-C is for the hub, which then stops the broker last
                preexec_fn=dies_with_parent(),
            )
        try:
            await self._until_ready(self._process)
        except BaseException:
            await self._end_process()
            raise
        self.state = replace(self.state, up=True, detail="")
        log.info("broker_up", port=plan.port, pid=self._process.pid)

    async def _until_ready(self, process: Process) -> None:
        access = self.access
        deadline = asyncio.get_running_loop().time() + _START_PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            code = await connack(access.host, access.port, access.user, access.password)
            if process.returncode is not None:
                raise BrokerError(f"nats-server ended with code {process.returncode}: {self._last_words()}")
            if code == 0:
                return
            await asyncio.sleep(0.05)
        raise BrokerError(f"nats-server does not answer within {_START_PATIENCE:.0f} s: {self._last_words()}")

    async def _watch(self) -> None:
        delay, loop = _FIRST_DELAY, asyncio.get_running_loop()
        while True:
            began = loop.time()
            process = self._process
            code = await process.wait() if process else None
            if loop.time() - began > _STEADY:
                delay = _FIRST_DELAY
            self.state = replace(self.state, up=False, detail=f"nats-server ended with code {code}, starting it again")
            log.error("broker_died", code=code, last=self._last_words())
            await asyncio.sleep(delay * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, guards nothing
            delay = min(delay * 2, _MOST_DELAY)
            try:
                self.state = replace(self.state, restarts=self.state.restarts + 1)
                await self._launch()
            except (BrokerError, OSError) as error:
                self.state = replace(self.state, detail=str(error))
                log.error("broker_restart_failed", error=str(error))

    async def _follow_log(self) -> None:
        while True:
            await asyncio.sleep(_LOG_PACE)
            await asyncio.to_thread(self._forbidden.follow)

    async def _end_process(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_PATIENCE)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _planned(self) -> Plan:
        if self._plan is None:
            raise BrokerError("the broker has not been started: call start() first")
        return self._plan

    def _last_words(self) -> str:
        for name in ("stderr.log", "nats-server.log"):
            with contextlib.suppress(OSError):
                lines = (self._folder / name).read_bytes()[-2000:].decode(errors="replace").splitlines()
                if lines:
                    return " / ".join(lines[-2:])
        return "it left no message"

    def _release(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None


def _with_rights(gateways: Mapping[str, Gateway | str]) -> dict[str, Gateway]:
    return {name: it if isinstance(it, Gateway) else Gateway(password=it) for name, it in gateways.items()}


def _binary() -> Path:
    """nats-server of this environment, else of the search path."""
    beside = Path(sys.prefix) / "bin" / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if not found:
        raise BrokerError(f"no nats-server in {beside.parent} or PATH: run make install")
    return Path(found)
