"""What residents asked in the storm night: for the picture of the desk of requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from feeds.open311.asked import Asked
from feeds.open311.catalog import read_catalog
from feeds.status import Status
from geo.plow.placing import middle_of
from rules.requests.state import State
from services.requests.answering import Deed, Seen, answer
from services.requests.desk import By, Requests
from services.requests.street import Streets
from services.roads import Roads
from tests.e2e.scene import PROFILE, Scene

CATALOG = read_catalog(PROFILE / "services.toml")


@dataclass(frozen=True)
class Call:
    """One request: how long ago it came, from which road of the network, about what."""

    hours: float
    road: int
    service: str
    words: str
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


BEFORE = (
    Call(55, 3, "SNOW_NARROW", "雪山で車がすれ違えません。山田さん宅の角です。", {"PASS": ("no",)}),
    Call(9, 12, "SNOW_BERM", "玄関の前に硬い雪の塊があって出られません"),
    Call(6, 20, "SNOW_RUT", "ザクザクで自転車が転びました", {"DEPTH": ("ankle",)}),
)
AT_NIGHT = (
    Call(0.3, 30, "SNOW_NOT_PLOWED", "除雪車がまだ来ません"),
    Call(0.2, 30, "SNOW_NOT_PLOWED", "うちの前もです"),
    Call(0, 30, "SNOW_NOT_PLOWED", "透析の迎えの車が入れません", {"CARE": ("yes",)}),
)


async def call(made: Scene, roads: Roads, calls: Sequence[Call]) -> None:
    """All of them, in their order."""
    desk, now, streets = Requests(Streets(roads)), made.clock.now(), roads.carriageways.segments
    for one in calls:
        service = CATALOG.find(one.service)
        assert service is not None
        lon, lat = middle_of(streets[one.road])
        asked = Asked(
            service=service, lon=lon, lat=lat, address="", description=one.words, attributes=dict(one.answers)
        )
        by = By("app", Status.EXERCISE, now - timedelta(hours=one.hours))
        async with made.store.write() as connection:
            await desk.take(connection, asked, by)


async def reply(made: Scene) -> None:
    """The officer answers the second."""
    told = Deed(seen=Seen(2, State.OPEN), state=State.SCHEDULED, text="今夜の除雪のあとに取り除きます。")
    await answer(made.store, told, "sato", made.clock.now())
