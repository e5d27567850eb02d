"""A hub that watches over people, small enough to be turned by hand: clock, gateways and telephones are ours."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from pydantic import SecretStr

from feeds.status import Status
from rules.watch.ward import Ward
from services.bell import Bell
from services.broker.link import Incoming
from services.callout.outlet import Outlet
from services.configuration.watch import Watching
from services.grants import Grant
from services.intake import Intake
from services.lease import Leased
from services.store import quarantine, watch_alarms
from services.store.engine import Store
from services.store.users import Role
from services.store.watch_alarms import Alarm
from services.watch.loop import Means, Watchover
from services.watch.permission import give
from services.watch.register import By, Register
from services.watch.sender import Sender
from services.watch.taking import Taking
from services.watch.vault import Vault
from tests.services.callout.scene import Phones
from tests.services.making import NOW, SetClock, employ
from tests.services.web_floor import ground

KEY = "a-key-for-tests-only-0123456789abcdef"
TOLD = Watching(key=SecretStr(KEY), ways={"mail": SecretStr("json://chat.example/{to}-secret")})
GRANTS = {"watch1": Grant(watch=True), "drill1": Grant(watch=True, status=Status.EXERCISE), "gw07": Grant()}
FUKUSHI = By(who="fukushi", at=NOW, why="登録")


class Hub:
    """``restart`` is a new process on the same store."""

    def __init__(self, store: Store, outlet: Outlet | None = None) -> None:
        self.store, self.clock, self.phones, self.bell = store, SetClock(), Phones(), Bell()
        self.outlet = outlet or self.phones
        self.vault = Vault(TOLD.keyring())
        self.register = Register(store, self.vault)
        self.intake = Intake(GRANTS)
        self.restart()

    def restart(self) -> None:
        self.taking = Taking(self.vault)
        means = Means(told=TOLD, vault=self.vault, areas=ground().areas)
        self.loop = Watchover(Leased(self.store, "watch", "me"), self.bell, self.clock, means)
        self.sender = Sender(self.store, self.clock, TOLD, self.outlet, "https://hub.example.jp")

    async def open(self) -> None:
        """The welfare section, and the lease of the loop."""
        await employ(self.store, "fukushi", role=Role.OPERATOR)
        async with self.store.write() as connection:
            await give(connection, "fukushi", "admin", NOW + timedelta(days=300), NOW)
        await self.lease()

    async def lease(self) -> None:
        assert await Leased(self.store, "watch", "me").renew()

    async def add(self, ward: Ward) -> Ward:
        return await self.register.add(replace(ward, uid=""), FUKUSHI)

    async def came(self, told: Any, topic: str = "hub/v1/watch1/watch/tag1", **changes: Any) -> Counter[str]:
        """A message by MQTT, as the ingest takes it."""
        payload = told if isinstance(told, bytes) else json.dumps(told).encode()
        whole = Incoming(
            topic=topic, payload=payload, retained=False, received_at=self.clock.at, connection=1, packet_id=1, qos=1
        )
        sorted_ = self.intake.sort(replace(whole, **changes))
        async with self.store.write() as connection:
            for refused in sorted_.rejected:
                await quarantine.keep(connection, sorted_.message, refused)
            return await self.taking.take(connection, [sorted_])

    async def turn(self, **later: float) -> list[str]:
        """Time goes by, the loops look; who got a message since the last turn."""
        self.clock.at += timedelta(**later)
        self.phones.turn += 1
        for _ in range(3):
            await self.lease()
            await self.loop.step()
            await self.sender.step()
            await self.sender.settle()
        return sorted(name for turn, name in self.called if turn == self.phones.turn)

    @property
    def called(self) -> list[tuple[int, str]]:
        """Turn and name of everybody who got a message, in order."""
        return [(turn, unquote(name).partition("@")[0]) for turn, name, _ in self.phones.calls]

    def link(self) -> str:
        """The token in the newest message that has one."""
        bodies = [told.body for _, _, told in self.phones.calls]
        return [found[1] for body in bodies if (found := re.search(r"/watch\?t=(\S+)", body))][-1]

    def text(self) -> str:
        """The newest message."""
        told = self.phones.calls[-1][2]
        return f"{told.subject}\n{told.body}"

    async def alarms(self) -> list[Alarm]:
        async with self.store.read() as connection:
            return await watch_alarms.still_open(connection)
