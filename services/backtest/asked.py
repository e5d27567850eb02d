"""What a back-test is asked, and what it stands on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from feeds.status import Status
from geo.model import Ground
from geo.registry import MODELS
from geo.sighted.squares import around
from rules.alert import Place
from rules.engine import Sender
from rules.floor import Floor
from rules.rule import Rule
from services import adoption
from services.adoption import Stations
from services.backtest.definitions import CATALOG
from services.backtest.desk import Desk
from services.backtest.people import AtOnce, People, Recorded, decided
from services.backtest.sight import Period, Source
from services.city import load_layers_and_areas, place_finder, sender_of
from services.settings import Settings
from services.store import chronology, silences, stations
from services.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """From when to when, of which status, by which rules. What happens in the warm-up is not told."""

    start: datetime
    end: datetime
    status: Status
    rules: Sequence[Sequence[Rule]]  # one set, or two to be held side by side
    recorded: bool = False  # people decide as they did then, else they agree at once
    compare_sent: bool = False  # hold what was stored then beside the first set of rules
    events: Path = CATALOG  # what counts as having happened
    kinds: frozenset[str] = frozenset()  # of danger, to be told of; empty: all
    summary: bool = False  # the sums alone
    warm_up: timedelta = timedelta(hours=6)
    step: timedelta = timedelta(minutes=1)

    @property
    def period(self) -> Period:
        """From the first look to the last."""
        return Period(self.start - self.warm_up, self.end, self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The city and its records."""

    store: Store
    ground: Ground
    sender: Sender
    place: Callable[[str], Place]
    floor: Floor = field(default_factory=Floor)

    def source(self, status: Status) -> Source:
        """What the models of the registry look at."""
        return Source(store=self.store, ground=self.ground, models=MODELS, status=status)


async def world(store: Store, settings: Settings) -> World:
    """The profile with the sensors that staff adopted. Raises ProfileError or CrsError."""
    loaded = load_layers_and_areas(settings)
    known = Stations(loaded.stations)
    async with store.read() as connection:
        known.adopt(adoption.known(await stations.everyone(connection), loaded.areas))
    ground = replace(loaded, stations=known)
    floor = settings.approval.as_floor()
    return World(store=store, ground=ground, sender=sender_of(settings), place=place_finder(ground), floor=floor)


async def desks(asked: Asked, world: World) -> list[Desk]:
    """A desk for each set of rules, with the officers' silences of the time and the people that were asked for."""
    period = asked.period
    async with world.store.read() as connection:
        quiet = await silences.between(connection, asked.status, period.start, period.end)
        deeds = ("issued", "rejected")
        entries = await chronology.between(connection, asked.status, deeds, period.start, period.end)

    def people() -> People:
        return Recorded(decided(entries)) if asked.recorded else AtOnce()

    return [
        Desk(
            status=asked.status,
            rules=rules,
            sender=world.sender,
            place=world.place,
            people=people(),
            silences=quiet,
            floor=world.floor,
            around=partial(around, areas=world.ground.areas),
        )
        for rules in asked.rules
    ]
