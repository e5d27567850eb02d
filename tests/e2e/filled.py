"""Fills the pages of the desk for the pictures: eight minutes in which people are called, open places of refuge, issue
alone, and channels fail. All of it goes through the hub's own stages; only time and the outside are turned by hand.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import select

from feeds.status import Status
from rules.damage.disaster import Disaster
from rules.damage.record import Certainty, Content
from rules.declared import Crowding, Declared, Headquarters, Opening, Shelters, ShelterState
from services.callout.caller import Caller
from services.callout.desk import acknowledge
from services.callout.message import Message
from services.callout.outlet import Result
from services.callout.watch import Hub, Watch
from services.clock import wall
from services.damage import desk
from services.damage.reporting import Wish, hand_over
from services.desks.break_glass import Emergency, break_glass
from services.desks.declaring import Entered, enter
from services.lease import Leased
from services.listening.book import load_book as load_heard
from services.selftest.message import test_alert
from services.selftest.run import prove_all
from services.settings import load
from services.store import selftests, users
from services.store.call_sends import SendState
from services.store.tables import alerts
from services.store.users import Account, Role, Scope
from tests.e2e.called_back import call_back
from tests.e2e.headquarters import write_down
from tests.e2e.mustered import muster
from tests.e2e.overheard import overhear
from tests.e2e.scene import HASH, NIGHT, PASSWORD, PROFILE, ROSTER, Scene

FILLED = NIGHT + timedelta(minutes=8)  # 03:00
_RAIN = "3月14日からの大雨"
_SCHOOLS = ("E0320100205201", "E0320100154201", "E0320100111201", "E0320100218201")  # codes of the city's list


class _Phones:
    """Takes every message; the chief's is out of reach."""

    async def send(self, url: SecretStr, message: Message) -> Result:
        if "tanaka" in url.get_secret_value():
            return Result(SendState.FAILED, "相手のサーバーにつながりません")
        return Result(SendState.SENT, f"受け付けた（{len(message.body)}字）")

    def close(self) -> None:
        """Nothing is held."""


async def fill(made: Scene) -> None:
    """From eight minutes to three until three."""
    await _headquarters(made)
    await _shelters(made)
    await _damage(made)
    await _alone(made)
    await _calls(made)
    await _tried(made)
    await call_back(made)
    await muster(made)
    await write_down(made)
    await overhear(made.store, load_heard(load([], {}), made.city.ground), made.clock.now())


async def _damage(made: Scene) -> None:
    """Three records, a first report upward, and what came in since."""
    now = made.clock.now()
    struck = made.city.ground.areas.at(141.155, 39.701, "district")[0]
    rain = Disaster(id=0, status=Status.EXERCISE, name=_RAIN, began=now - timedelta(hours=9), place="市内全域")
    of = await desk.begin(
        made.store, replace(rain, outline="前線による大雨。中津川が氾濫危険水位を超えた。"), "suzuki", now
    )
    said = Content(certainty=Certainty.CONFIRMED, source="消防", area=struck.code, area_name=struck.name)
    first = {"flooded_below_buildings": 5, "flooded_above_buildings": 2, "injured_slightly": 1, "dead": 0}
    await desk.enter(made.store, of.id, replace(said, place="県道沿い", happened=now, figures=first), "suzuki", now)
    report = Wish(disaster=of.id, form=2, city="盛岡市", person="sato", now=now, boxes={"reporter": "佐藤"})
    await hand_over(made.store, report)
    later = now + timedelta(minutes=2)
    more = replace(
        said, area="", area_name="", place="上米内 国道455号", source="道路管理課", figures={"roads": 1, "slopes": 1}
    )
    await desk.enter(made.store, of.id, more, "suzuki", later)
    doubt = replace(said, certainty=Certainty.UNCONFIRMED, source="住民の電話", figures={"missing": 1, "power": None})
    await desk.enter(made.store, of.id, doubt, "tanaka", later)


async def _enter(made: Scene, person: str, declared: Declared) -> None:
    told = Entered(person=person, now=made.clock.now(), status=Status.EXERCISE, declared=declared)
    await enter(made.store, made.city, told)


async def _headquarters(made: Scene) -> None:
    stands = Headquarters(disaster=_RAIN, type="災害対策本部", stands=True, since=made.clock.now())
    await _enter(made, "suzuki", stands)
    await made.approve_waiting(person="sato", rules=("by_hand",))
    await made.send()


async def _shelters(made: Scene) -> None:
    """Four open; then one fills, and another has left: that waits. X refuses, the linkage system drops the line."""
    made.clock.at += timedelta(minutes=1)
    known = {one.code: one for one in made.city.ground.shelters}
    first = [
        ShelterState(code=code, name=known[code].name, opening=Opening.OPEN, since=made.clock.now())
        for code in _SCHOOLS
    ]
    await _enter(made, "suzuki", Shelters(disaster=_RAIN, places=tuple(first)))
    made.x.fail_posts(403, times=9)
    made.linkage.drop_next(stored=False)
    await made.approve_waiting(person="sato", rules=("by_hand",))
    await made.send()
    made.clock.at += timedelta(minutes=3)
    looked = {"checked": made.clock.now(), "capacity": 180}
    full = replace(first[1], people=178, households=71, crowding=Crowding.FULL, **looked)
    calm = replace(first[0], people=42, households=15, crowding=Crowding.ROOM, **looked)
    gone = replace(first[3], opening=Opening.CLOSED, since=made.clock.now())
    await _enter(made, "suzuki", Shelters(disaster=_RAIN, places=(full, calm)))
    await made.approve_waiting(person="sato", rules=("by_hand",))
    await made.send()
    made.clock.at += timedelta(minutes=1)
    await _enter(made, "takahashi", Shelters(disaster=_RAIN, places=(gone,)))


async def _alone(made: Scene) -> None:
    """The evacuation order waits for a second person who cannot be reached: tanaka issues it alone."""
    tanaka = Account(
        name="tanaka",
        role=Role.APPROVER,
        password=HASH,
        one_time=False,
        revoked=False,
        created_at=wall(),
        scope=Scope(evacuation=True, break_glass=True),
    )
    async with made.store.write() as connection:
        await users.add(connection, tanaka)
        wanted = (alerts.c.state == "draft", alerts.c.rule == "evacuation-proposal")
        found = await connection.execute(select(alerts.c.series, alerts.c.revision, alerts.c.digest).where(*wanted))
        series, revision, digest = found.one()
    alone = Emergency(
        series=series,
        revision=revision,
        digest=digest,
        person="tanaka",
        reason="02:50から02:57まで、佐藤と鈴木の携帯と自宅に3回ずつ電話したが、どちらも出ない",
        password=PASSWORD,
    )
    await break_glass(made.store, alone, made.city.floor, made.clock.now())
    await made.send()


async def _calls(made: Scene) -> None:
    """Three looks, a minute apart; after the second somebody takes the first call."""
    once = Leased(made.store, Watch.name, "pictures")
    told = Hub(faults=lambda: (), channels=tuple(made.city.channels), own=Status.EXERCISE)
    watch = Watch(once, made.bell, made.clock, ROSTER, told)
    caller = Caller(made.store, made.bell, made.clock, ROSTER, _Phones(), "https://shirase.city.example")
    for turn in range(3):
        made.clock.at += timedelta(minutes=1)
        await once.renew()
        await watch.step()
        await caller.step()
        await caller.settle()
        if turn == 1:
            await acknowledge(made.store, 1, by="佐藤", how="link", now=made.clock.now())


async def _tried(made: Scene) -> None:
    settings = load([], {"SHIRASE_PROFILE": str(PROFILE)})
    results = await prove_all(
        made.city.channels.values(), test_alert(settings.city, made.clock.now()), made.clock.now()
    )
    async with made.store.write() as connection:
        await selftests.keep(connection, wall() - timedelta(days=9, hours=3), results)
