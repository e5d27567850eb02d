"""The exercise of eight bear calls at its height, for the pictures of the queue and of the culling desk.

Half an hour in: the fake is rejected, five callers are one mark, the next city's call has just come in, and the city
has told people to stay inside. ``tests/services/wildlife`` plays the same through the public doors.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from PIL import ImageOps

from feeds.records import Report
from feeds.status import Status
from geo.sighted.cordon import around_point
from rules.culling.case import Act, Condition, Office, Plan
from rules.reports.case import Act as Judge
from rules.reports.life import REASONS
from rules.reports.reason import Reason
from services.clock import wall
from services.culling import desk as culling
from services.culling.desk import Deed as Step
from services.photos import clean
from services.reports import desk
from services.reports.desk import Deed
from services.store import photo_signs, photos, records, report_cases
from services.store.users import Role
from tests.e2e.scene import Scene
from tests.exercise.telegrams import JST
from tests.services import pictures

MORNING = datetime(2026, 10, 23, 6, 0, tzinfo=JST)
FAKE, TRUE, ABROAD = (141.1530, 39.7035), (141.1565, 39.7040), (141.40, 39.20)


async def eight_calls(made: Scene) -> None:
    """Up to half past six."""
    await made.person("suzuki", Role.OPERATOR)
    forged = pictures.scene(1)
    fake = await _call(made, 0, FAKE, "保育園の前にクマがいます！", pictures.made_by_ai(forged))
    calls = [
        await _call(made, 10 + 2 * n, (TRUE[0] + 0.0001 * n, TRUE[1]), "クマが1頭、川沿いを北へ") for n in range(5)
    ]
    await _judge(made, fake, Judge.TRIAGE)
    await _judge(made, fake, Judge.REJECT, Reason.FAKE_PHOTO)
    await _judge(made, calls[0], Judge.TRIAGE)
    await _judge(made, calls[0], Judge.CONFIRM, Reason.PATROL)
    for other in calls[1:]:
        await _judge(made, other, Judge.MERGE, into=calls[0])
    await _call(
        made, 24, (TRUE[0] + 0.002, TRUE[1] + 0.002), "同じクマの写真です", pictures.jpeg(ImageOps.mirror(forged))
    )
    await _call(made, 27, ABROAD, "畑にクマが2頭")
    made.clock.at = MORNING + timedelta(minutes=30)
    await made.predict.step()
    await made.evaluate.step()
    await made.approve_waiting()
    await made.send()
    await _stay_inside(made, calls[0])


async def _stay_inside(made: Scene, sighting: int) -> None:
    """Up to the order; it has not begun."""
    told: dict[str, Any] = {"status": Status.EXERCISE, "animal": "bear", "sighting": sighting}
    number = (await culling.begin(made.store, **told, who="sato", now=made.clock.now())).id
    for condition in (Condition.ENTERED, Condition.URGENT, Condition.NO_OTHER):
        await _step(made, number, Act.TICK, condition=condition)
    areas = around_point(*TRUE, 300, made.city.ground.areas)
    until = MORNING + timedelta(minutes=90)
    await _step(made, number, Act.PLAN, plan=Plan(areas=areas, roads="中津川の両岸の道路、上の橋", until=until))
    await _step(made, number, Act.WARN)
    await made.approve_waiting(rules=("by_hand",))
    await made.send()
    await _step(made, number, Act.TICK, condition=Condition.SAFE)
    await _step(made, number, Act.ORDER, "sato", office=Office.MAYOR)


async def _step(made: Scene, number: int, act: Act, who: str = "suzuki", **more: Any) -> None:
    made.clock.at += timedelta(seconds=40)
    await culling.do(made.store, made.city, Step(number=number, act=act, who=who, **more), made.clock.now())


async def _judge(made: Scene, number: int, act: Judge, reason: Reason | None = None, **facts: Any) -> None:
    made.clock.at += timedelta(seconds=5)
    why = reason or REASONS.get(act, (None,))[0]
    deed = Deed(number=number, act=act, who="suzuki", reason=why, facts=facts)
    await desk.do(made.store, deed, made.clock.now())


async def _call(made: Scene, minute: float, place: tuple[float, float], text: str, photo: bytes = b"") -> int:
    """One call as the public form keeps it; the number of its case."""
    now = made.clock.at = MORNING + timedelta(minutes=minute)
    kept = [clean(photo)] if photo else []
    report = Report(
        gateway="@public",
        report_id=f"call-{minute}",
        kind="bear",
        measured_at=now,
        text=text,
        place="",
        lon=place[0],
        lat=place[1],
        status=Status.EXERCISE,
        photos=tuple(one.sha256 for one in kept),
    )
    async with made.store.write() as connection:
        for one in kept:
            await photos.keep(connection, one, wall(), wall() + timedelta(days=30))
        await records.save(connection, [report], now)
        await photo_signs.remember_of(connection, report, kept)
        return (await report_cases.of_keys(connection, [report.key]))[report.key].id
