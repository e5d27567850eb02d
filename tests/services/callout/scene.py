"""A roster, and a hub small enough to be turned by hand: the clock, the faults and the outlet are the test's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select, update

from rules.alert import Alert
from services.bell import Bell
from services.callout.caller import Caller
from services.callout.message import Message
from services.callout.outlet import Outlet, Result
from services.callout.roster import Callout
from services.callout.watch import Hub, Watch
from services.channels.channel import Payload
from services.lease import Leased
from services.store import alerts, call_sends, calls, outbox
from services.store.alerts import Refusal
from services.store.call_sends import Send, SendState
from services.store.calls import Call
from services.store.engine import Store
from services.store.tables import chronology
from services.store.tables import outbox as outbox_table
from tests.services.making import NOW, SetClock, alert, payload

BASE = "https://shirase.city.example"


def roster(**changes: Any) -> Callout:
    """Sato and Suzuki by night, Tanaka above them."""
    told: dict[str, Any] = {
        "people": {
            "sato": {"name": "佐藤", "urls": ["json://chat.example/sato-secret"]},
            "suzuki": {"name": "鈴木", "urls": ["json://chat.example/suzuki-secret"]},
            "tanaka": {"name": "田中", "urls": ["json://chat.example/tanaka-secret"]},
        },
        "groups": {"night": ["sato", "suzuki"], "chief": ["tanaka"]},
        "chains": [{"groups": ["night", "chief"], "after_minutes": 5, "rounds": 2}],
        "mandatory": [{"channels": ["authorities", "cap_feed"], "level": 3}],
    }
    return Callout.model_validate({**told, **changes})


@dataclass
class Phones:
    """An outlet that keeps what it was given; ``answers`` says how some addresses fare."""

    turn: int = 0
    calls: list[tuple[int, str, Message]] = field(default_factory=list)
    answers: dict[str, Result] = field(default_factory=dict)

    async def send(self, url: SecretStr, message: Message) -> Result:
        address = url.get_secret_value()
        self.calls.append((self.turn, address.rpartition("/")[2].removesuffix("-secret"), message))
        return self.answers.get(address, Result(SendState.SENT, "json：0.1秒"))

    def close(self) -> None:
        pass

    @property
    def heard(self) -> list[tuple[str, Message]]:
        """In order; who is called together, by name."""
        return [(person, told) for _, person, told in sorted(self.calls, key=lambda one: one[:2])]

    @property
    def who(self) -> list[str]:
        return [person for person, _ in self.heard]


class Scene:
    """A store with a watch and a caller on it. ``restart`` is a new process on the same store."""

    def __init__(self, store: Store, callout: Callout | None = None, outlet: Outlet | None = None) -> None:
        self.store, self.clock, self.callout = store, SetClock(), callout or roster()
        self.phones = Phones()
        self.faults: list[str] = []
        self._outlet = outlet or self.phones
        self.restart()

    def restart(self) -> None:
        hub = Hub(faults=lambda: self.faults, channels=("linkage", "cap_feed", "x"))
        once = Leased(self.store, Watch.name, "test")
        self.watch = Watch(once, Bell(), self.clock, self.callout, hub)
        self._once = once
        self.caller = Caller(self.store, Bell(), self.clock, self.callout, self._outlet, BASE)

    async def at(self, **after: float) -> None:
        """So long after NOW, one turn of both loops."""
        self.clock.at = NOW + timedelta(**after)
        await self.turn()

    async def turn(self) -> None:
        self.phones.turn += 1
        await self.look()
        await self.caller.step()
        await self.caller.settle()

    async def look(self) -> None:
        """The watch alone: whom to call is written down, and nobody is called."""
        await self._once.renew()
        await self.watch.step()

    async def draft(self, **changes: Any) -> Alert:
        one = alert(**changes)
        async with self.store.write() as connection:
            await alerts.add_draft(connection, one, {"x": payload()}, one.sent)
        return one

    async def issue(self, *refused: str, **changes: Any) -> Alert:
        """An alert that was approved at NOW, in the queues of x, linkage and cap_feed."""
        one = alert(**changes)
        whole: dict[str, Payload | Refusal] = {name: payload() for name in ("x", "linkage", "cap_feed")}
        whole |= {name: Refusal("この経路は送りません") for name in refused}
        async with self.store.write() as connection:
            await alerts.add_draft(connection, one, whole, self.clock.at)
            await alerts.mark_issued(connection, one, self.clock.at)
            await outbox.add(connection, one, whole, self.clock.at, self.clock.at)
        return one

    async def deliver(self, *channels: str, state: str = "accepted") -> None:
        """What the channels made of it."""
        values = {"state": state, "attempts": 1, "first_tried_at": self.clock.at, "finished_at": self.clock.at}
        async with self.store.write() as connection:
            mine = outbox_table.c.channel.in_(channels)
            await connection.execute(update(outbox_table).where(mine).values(values))

    async def end_draft(self, one: Alert) -> None:
        async with self.store.write() as connection:
            await alerts.mark_rejected(connection, one, self.clock.at)

    async def open(self) -> list[Call]:
        async with self.store.read() as connection:
            return await calls.still_open(connection)

    async def call(self, number: int) -> Call:
        async with self.store.read() as connection:
            found = await calls.find(connection, number)
        assert found is not None
        return found

    async def sends(self, number: int = 1) -> list[Send]:
        async with self.store.read() as connection:
            return (await call_sends.of_calls(connection, [number]))[number]

    async def told(self) -> list[str]:
        """The chronology, in words."""
        async with self.store.read() as connection:
            return list(await connection.scalars(select(chronology.c.text).order_by(chronology.c.seq)))


def real(**changes: Any) -> dict[str, Any]:
    """Members of an alert that is no drill."""
    from feeds.status import Status

    return {"status": Status.ACTUAL, "series": "Actual-river", "identifier": "Actual-river-1", **changes}


__all__ = ["BASE", "NOW", "Phones", "Scene", "real", "replace", "roster"]
