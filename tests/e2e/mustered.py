"""A drill of the staff for the pictures: eighty people of four bureaus, most of whom have answered."""

from __future__ import annotations

from itertools import product

from feeds.status import Status
from rules.muster.want import Want
from services.muster import desk, directory
from services.muster.board import Given, keep
from services.muster.desk import Plan
from services.muster.directory import Person
from services.store import staff
from tests.e2e.scene import MUSTERING, Scene

_SECTIONS = (
    ("総務部", "危機管理防災課"),
    ("総務部", "職員課"),
    ("建設部", "道路管理課"),
    ("建設部", "河川課"),
    ("保健福祉部", "地域福祉課"),
    ("上下水道局", "浄水課"),
)
_NAMES = ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田")
_ANSWERS = (  # in turn; an empty one is none
    {"safety": "safe", "coming": "comes", "minutes": "30", "place": "本庁舎"},
    {"safety": "safe", "coming": "comes", "minutes": "60"},
    {"safety": "safe", "coming": "arrived"},
    {},
    {"safety": "safe", "coming": "comes", "minutes": "90", "note": "橋が通れないため回り道"},
    {"safety": "safe", "coming": "cannot", "family": "unknown"},
    {"safety": "safe", "coming": "comes", "minutes": "180"},
)


async def muster(made: Scene) -> None:
    """Asked by hand, answered within minutes; one needs to be fetched."""
    now, seal, people = made.clock.now(), MUSTERING.seal(), []
    for place, ((bureau, section), name) in enumerate(product(_SECTIONS, _NAMES)):
        whole = {"role": "主任", "place": "本庁舎", "phone": "019-651-4111", "addresses": (f"p{place}@city.example",)}
        people.append(
            Person(
                code=f"{1001 + place}",
                name=name,
                bureau=bureau,
                section=section,
                category=str(1 + place % 3),
                drills=True,
                **whole,  # type: ignore[arg-type]
            )
        )
    async with made.store.write() as connection:
        await staff.put(connection, [directory.sealed(one, seal, now) for one in people])
    plan = Plan(
        family="weather",
        status=Status.EXERCISE,
        title="北上川の氾濫のおそれ（総合防災訓練）",
        asks={"1": Want.COME, "2": Want.COME, "3": Want.SAFETY},
        who="sato",
        reason="警戒レベル4に備える",
    )
    begun = await desk.start(made.store, made.city.muster, plan, now)
    answers = [(one.code, _ANSWERS[place % len(_ANSWERS)]) for place, one in enumerate(people)]
    answers.append(("1008", {"safety": "rescue", "place": "本宮5丁目", "note": "自宅の1階に水。2階にいる"}))
    for code, fields in answers:
        if fields:
            await keep(made.store, seal, Given(number=begun.id, person=code, fields=fields), now)
