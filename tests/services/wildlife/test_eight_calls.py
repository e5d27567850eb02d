"""The exercise of eight bear calls in 83 minutes, through the real doors of a served hub and the loops that follow: the
public form, the police's relay, the queue, the approvals and the culling desk.

The first call has a picture that AI made. Five callers see the true bear 300 m away. One call is from the next city,
one is taken back. Nothing true goes with what was false; all-clears and corrections reach wherever the word went.
"""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from rules.alert import Alert
from services.configuration.reports import Reports
from services.desks.quarantine import Reader
from services.store import alerts
from services.store.engine import Store
from services.store.users import Role
from tests.services import pictures
from tests.services.making import NOW
from tests.services.reports.desk_making import Desk
from tests.services.test_followed import LOGIN
from tests.services.test_notices import RELAY, hand_in
from tests.services.test_writing import CITY
from tests.services.web_floor import Floor, Visitor, floor

pytestmark = pytest.mark.one_engine
OPEN = Reports(public=True, per_client=1000, in_all=1000)
FAKE, TRUE, BORDER, ABROAD = (141.110, 39.710), (141.1135, 39.710), (141.398, 39.710), (141.402, 39.710)
NOTICE = "【クマ目撃情報】\n日時：11月20日（金）午後3時ころ\n場所：盛岡市内丸\n情報提供：盛岡東警察署"


class Play(Desk):
    """The desk of the loops, with a served hub beside it whose clock it sets."""

    web: Floor
    officer: Visitor
    boss: Visitor

    async def people(self, web: Floor) -> None:
        self.web = web
        self.officer, self.boss = await web.person(Role.OPERATOR, "suzuki"), await web.person(Role.APPROVER, "tanaka")

    async def call(self, minute: float, place: tuple[float, float], photo: bytes = b"", text: str = "クマが1頭") -> int:
        """Somebody fills in the public form; the number of the case."""
        self.clock.at = NOW + timedelta(minutes=minute)
        form = aiohttp.FormData(default_to_multipart=True)
        told = {
            "kind": "bear",
            "time": self.clock.at.isoformat(),
            "text": text,
            "lon": str(place[0]),
            "lat": str(place[1]),
        }
        for name, value in told.items():
            form.add_field(name, value)
        if photo:
            form.add_field("photo", io.BytesIO(photo), filename="kuma.jpg", content_type="image/jpeg")
        stranger = await self.web.visitor()
        async with stranger.http.post("/api/v1/reports", data=form) as answer:
            assert answer.status == 201, await answer.text()
        return max(one["id"] for one in await self.queue_of())

    async def queue_of(self) -> list[dict[str, Any]]:
        _, told = await self.officer.get("/api/v1/reports/queue?every=true")
        return list(told["items"])

    async def item(self, number: int) -> dict[str, Any]:
        return next(one for one in await self.queue_of() if one["id"] == number)

    async def judge(self, number: int, act: str, reason: str = "", **more: Any) -> None:
        self.clock.at += timedelta(seconds=5)
        seen = (await self.item(number))["version"]
        body = {"cases": [{"id": number, "seen": seen}], "act": act, "reason": reason, **more}
        status, told = await self.officer.post("/api/v1/reports/queue/acts", body)
        assert status == 200 and told["done"] == [number], told

    async def cull(self, case: dict[str, Any], act: str, who: Visitor | None = None, **more: Any) -> dict[str, Any]:
        self.clock.at += timedelta(seconds=5)
        body = {"id": case["id"], "seen": case["version"], "act": act, **more}
        status, told = await (who or self.officer).post("/api/v1/culling/acts", body)
        assert status == 200, told
        return dict(told)

    async def approve(self) -> list[Alert]:
        """Tanaka reads and approves all that waits, and every channel takes it."""
        waiting = await self.drafts()
        for one in waiting:
            async with self.store.read() as connection:
                draft = await alerts.get(connection, one.series, one.revision)
            assert draft is not None
            path = f"/api/v1/alerts/{one.series}/{one.revision}/approve"
            status, told = await self.boss.post(path, {"digest": draft.digest})
            assert status == 200 and told["issued"], told
        await self.issue()  # nothing is left to approve; the deliveries are taken
        return waiting

    async def heard(self) -> list[dict[str, Any]]:
        """What anybody may read of reports."""
        return await (await self.web.visitor()).features("/api/v1/reports")


async def test_eight_calls_in_83_minutes(store: Store) -> None:
    play = Play(store)
    whole = {"reports": OPEN, "reader": Reader(gateways=RELAY), "exercise": True, "public_exercise": True}
    async with floor(store, city=CITY, ground=CITY.ground, now=play.clock.now, **whole) as web:
        await play.people(web)
        fake, true, others, squares = await the_first_six(play)
        await the_next_city_and_the_one_taken_back(play, true)
        await stay_inside_and_all_clear(play, true)
        await the_police_correct_themselves(play)
        states = {one["id"]: one["state"] for one in await play.queue_of()}
        assert states[fake] == "rejected" and states[true] == "confirmed"
        stand = [(await play.item(one))["same_as"] for one in others]
        assert stand == [true] * 4, "nothing true was taken back"
        assert squares, "and what is public stays a square"
        assert all(one["status"] == "Exercise" for one in await play.queue_of()), "a drill throughout"


async def the_first_six(play: Play) -> tuple[int, int, list[int], list[str]]:
    """Minute 0: the fake, which somebody confirms in haste. Minutes 10 to 18: five callers, one bear."""
    forged = pictures.made_by_ai(pictures.scene(1))
    fake = await play.call(0, FAKE, forged)
    told = await play.item(fake)
    assert [one["sign"] for one in told["photo_signs"][0]["signs"]] == ["says_ai", "no_camera"]
    assert told["second_reporter"] is False and await play.heard() == []
    await play.look()
    assert await play.drafts() == [], "nothing is proposed before a person confirms"
    calls = [await play.call(10 + 2 * number, (TRUE[0] + 0.0001 * number, TRUE[1])) for number in range(5)]
    true, others = calls[0], calls[1:]
    assert (await play.item(fake))["second_reporter"] is True, "the desk sees that others call from near by"
    await play.judge(fake, "triage")
    await play.judge(fake, "confirm", "second_reporter")
    await play.look()
    (hasty,) = await play.approve()
    await play.judge(fake, "reject", "fake_photo")
    for other in others:
        await play.judge(other, "merge", "same_event", into=true)
    await play.judge(true, "triage")
    await play.judge(true, "confirm", "patrol")
    (mark,) = await play.look()
    assert mark.facts["reports"] == 5 and "通報5件" in mark.headline
    (end,) = await play.ends()
    assert end.series == hasty.series and set(end.channels) >= set(hasty.channels), "the fake is taken back everywhere"
    (told_true,) = await play.approve()
    assert told_true.series != hasty.series and told_true.places[0].code == mark.area
    heard = await play.heard()
    assert mark.area.startswith("mesh-") and len(heard) == 1 and "141.113" not in str(heard)
    return fake, true, others, [place.code for place in told_true.places]


async def the_next_city_and_the_one_taken_back(play: Play, true: int) -> None:
    abroad = await play.call(60, ABROAD)
    assert (await play.item(abroad))["outside"] is True and (await play.item(true))["outside"] is False
    await play.judge(abroad, "triage")
    await play.judge(abroad, "reject", "not_ours")
    dog = await play.call(83, BORDER)
    await play.judge(dog, "triage")
    await play.judge(dog, "confirm", "staff_saw")
    await play.look()
    (told,) = await play.approve()
    await play.judge(dog, "withdraw", "sender_withdrew")
    await play.look()
    lifted = [one for one in await play.ends() if one.series == told.series]
    assert len(lifted) == 1 and set(lifted[0].channels) >= set(told.channels)
    assert len(await play.heard()) == 1, "the true one still stands"


async def stay_inside_and_all_clear(play: Play, true: int) -> None:
    status, case = await play.boss.post("/api/v1/culling", {"animal": "bear", "sighting": true, "status": "Exercise"})
    assert status == 200, case
    for condition in ("entered", "urgent", "no_other"):
        case = await play.cull(case, "tick", condition=condition)
    until = (play.clock.now() + timedelta(hours=1)).isoformat()
    around = {"lon": TRUE[0], "lat": TRUE[1], "radius_m": 300}
    case = await play.cull(case, "plan", around=around, roads="県道36号", until=until)
    case = await play.cull(case, "warn")
    (told,) = await play.approve()
    assert told.response == "Shelter" and all(place.polygons for place in told.places)
    case = await play.cull(case, "tick", condition="safe")
    case = await play.cull(case, "order", play.boss, office="mayor")
    case = await play.cull(case, "begin")
    case = await play.cull(case, "finish", outcome="taken")
    (clear,) = await play.approve()
    assert clear.ends and clear.series == told.series and set(clear.channels) >= set(told.channels)
    case = await play.cull(case, "close")


async def the_police_correct_themselves(play: Play) -> None:
    """A notice of the police, told, and then corrected by them: an Update to every channel of the first word."""
    await mailed(play, NOTICE)
    await play.look()
    (first,) = await play.approve()
    await mailed(play, f"【訂正】{NOTICE.replace('午後3時', '午後2時')}")
    await play.look()
    (second,) = await play.approve()
    assert (second.series, second.revision, second.msg_type) == (first.series, 2, "Update")
    assert "【訂正】" in second.texts["ja"].short and set(second.channels) >= set(first.channels)


async def mailed(play: Play, text: str) -> None:
    play.clock.at += timedelta(minutes=1)
    answer = await hand_in(await play.web.visitor(), text, "text/plain; charset=utf-8", **LOGIN)
    assert answer[0] == 201, answer
