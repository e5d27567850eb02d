"""People who are watched over, for the pictures: the night's drill reaches their homes, and their supporters answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import SecretStr

from feeds.status import Status
from rules.watch.alarm import Answer
from rules.watch.ward import Consent, Home, Kind, Purpose, Relation, Supporter, Ward
from services.callout.message import Message
from services.callout.outlet import Result
from services.clock import wall
from services.lease import Leased
from services.store.call_sends import SendState
from services.watch.answering import answer
from services.watch.desk import Desk
from services.watch.loop import Means, Watchover
from services.watch.permission import give
from services.watch.register import By
from services.watch.sender import Sender
from tests.e2e.scene import WATCHING, Scene

_HOMES = (  # places of the profile, people of nobody's
    ("高橋ハル", "高橋さん", "中ノ橋通一丁目", 141.1562, 39.7025, "歩くのに車いすが要る。玄関に段差"),
    ("菊池正夫", "菊池さん", "肴町", 141.1592, 39.7005, "酸素を使っている。電源のある所へ"),
    ("伊藤みよ", "伊藤さん", "大沢川原一丁目", 141.1456, 39.7015, "耳が聞こえにくい。大きな字で"),
    ("佐々木茂", "佐々木さん", "仙北一丁目", 141.1485, 39.6865, ""),
)


@dataclass
class _Phones:
    """Takes every message; the telephones of the first person's supporters are off."""

    links: dict[str, str] = field(default_factory=dict)

    async def send(self, url: SecretStr, message: Message) -> Result:
        address = url.get_secret_value()
        if found := re.search(r"/watch\?t=(\S+)", message.body):
            self.links[address.rpartition("/")[2].partition("%40")[0]] = found[1]
        return Result(SendState.SENT, "json：0.2秒")

    def close(self) -> None:
        """Nothing is held."""


async def mind(made: Scene) -> dict[str, str]:
    """Register, call, answer; the links by the names of who got them."""
    desk, phones = Desk(made.store, WATCHING, made.city.ground), _Phones()
    await _register(made, desk)
    once = Leased(made.store, Watchover.name, "pictures")
    means = Means(told=WATCHING, vault=desk.vault, areas=made.city.ground.areas, own=Status.EXERCISE)
    loop = Watchover(once, made.bell, made.clock, means)
    sender = Sender(made.store, made.clock, WATCHING, phones, made.url)
    for turn in range(3):
        await once.renew()
        await loop.step()
        while await sender.step():
            await sender.settle()
        if turn == 0 and phones.links:
            said = {"kazoku1": Answer.CANNOT, "kazoku2": Answer.GOING, "kazoku3": Answer.DONE}
            for name, one in said.items():
                if name in phones.links:
                    await answer(made.store, desk.vault, phones.links[name], one, made.clock.now())
    return phones.links


async def _register(made: Scene, desk: Desk) -> None:
    now = made.clock.now()
    async with made.store.write() as connection:
        await give(connection, "sato", "管理者", wall() + timedelta(days=100), wall())
    wards = [_ward(number, one, now) for number, one in enumerate(_HOMES, 1)]
    await desk.register.add_all(wards, By(who="sato", at=wall(), why="名簿から"))


def _ward(number: int, one: tuple[str, str, str, float, float, str], now: datetime) -> Ward:
    name, alias, town, lon, lat, notes = one
    begin, end = now - timedelta(days=100), now + timedelta(days=20 if number == 4 else 300)
    given = Consent(
        purposes=tuple(Purpose),
        given_by=name,
        relation="本人",
        way="書面",
        paper=f"R7-{number}",
        since=begin,
        until=end,
    )
    family = Supporter(
        number=1,
        name=f"{alias.removesuffix('さん')}家の娘",
        relation=Relation.FAMILY,
        address=f"mail:kazoku{number}@example.jp",
        since=begin,
        until=now + timedelta(days=300),
        drills=True,
        place=True,
        needs=True,
    )
    commissioner = Supporter(
        number=2,
        name="民生委員 藤原",
        relation=Relation.COMMISSIONER,
        address=f"mail:minsei{number}@example.jp",
        since=begin,
        until=now + timedelta(days=300),
        group=2,
        drills=True,
        needs=True,
    )
    return Ward(
        uid="",
        kind=Kind.NEEDS_SUPPORT if notes else Kind.ELDERLY,
        name=name,
        alias=alias,
        home=Home(address=f"{town}（架空）", lon=lon, lat=lat),
        notes=notes,
        phone="019-000-0000",
        consents=(given,),
        supporters=(family, commissioner) if number != 4 else (),
    )
