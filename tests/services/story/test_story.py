"""One alert's story, told by the store alone: from the reading to the receipts, by command and on its page."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from feeds.status import Status
from geo.hazard import Evidence
from rules.alert import Alert
from services.channels.channel import Outcome, Payload, Verdict
from services.channels.registry import renderer
from services.cli import run
from services.desks import review
from services.store import alerts, chronology, hazards, outbox
from services.store.alerts import Refusal
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.tables import hazards as picture
from services.store.tables import records
from services.store.users import Role
from services.story.gather import gather
from services.story.steps import Kind
from services.story.words import gap, told
from tests.services.making import NOW, alert, employ, hazard, reading
from tests.services.web_floor import floor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
MEASURED, KNOWN, WRITTEN, AGREED = (NOW + timedelta(seconds=each) for each in (-40, -8, 0, 95))


async def lived(store: Store) -> Alert:
    """A reading, the flood it meant, a draft, two approvals' worth of waiting, and two channels of three."""
    seen = reading(measured_at=MEASURED, status=Status.EXERCISE)
    flood = hazard(evidence=(Evidence(ref=seen.key, text="館坂橋 2.60 m（18:00）"),), since=MEASURED)
    one = alert(hazards=(flood.key,), channels=("log", "webhook", "lalert"))
    payloads = {name: renderer(name).render(one) for name in ("log", "webhook")}
    await employ(store, "hirata")
    async with store.write() as connection:
        await connection.execute(insert(records).values(_record(seen.key)))
        await hazards.replace_picture(connection, {}, [flood], KNOWN)
        rendered = {**payloads, "lalert": Refusal("言葉がありません")}
        digest = await alerts.add_draft(connection, one, rendered, WRITTEN)
        refs = {"series": one.series, "revision": "1", "rule": one.rule}
        draft = Entry(at=WRITTEN, status=one.status, kind="draft", who="evaluate", text="案を作った", refs=refs)
        await chronology.append(connection, [draft])
    await review.approve(store, series=one.series, revision=1, digest=digest, person="hirata", now=AGREED)
    await _delivered(store, "webhook", Outcome(verdict=Verdict.ACCEPTED, remote_id="R-7"))
    await _delivered(store, "log", Outcome(verdict=Verdict.UNKNOWN, detail="no answer"))
    return one


async def _delivered(store: Store, channel: str, outcome: Outcome) -> None:
    at = AGREED + timedelta(seconds=1.5)
    async with store.write() as connection:
        delivery = await outbox.claim(connection, channel, at, at + timedelta(days=400))
        assert delivery is not None
        await outbox.finish(connection, delivery, outcome, at, at)


async def test_each_step_stands_in_time_with_who_and_how_long_after_the_last(store: Store) -> None:
    one = await lived(store)
    async with store.read() as connection:
        story = await gather(connection, one.series)
    assert story is not None
    steps = [step for step in story.steps if step.at]
    assert [step.kind for step in steps] == [
        Kind.READING,
        Kind.HAZARD,
        Kind.DRAFT,
        Kind.APPROVAL,
        Kind.ISSUED,
        Kind.RECEIPT,  # refused at once
        Kind.RECEIPT,
    ]
    assert [step.who for step in steps[:5]] == ["gw1", "flood@1", "規則 river-level", "hirata", "hirata"]
    assert [step.after_s for step in steps] == [None, 30, 8, 95, 0, 0, 1.5]
    assert "送った内容と一致" in steps[3].detail and story.digest in steps[3].detail
    assert (steps[-1].channel, steps[-1].state, steps[-1].receipts) == ("webhook", "accepted", ("R-7",))
    (open_end,) = [step for step in story.steps if not step.at]
    assert (open_end.channel, open_end.state) == ("log", "unknown")
    assert "不明" in open_end.text and "送信した" not in open_end.text and "受け付けた" not in open_end.text


async def test_a_hazard_that_a_clock_wrote_which_ran_ahead_is_told_all_the_same(store: Store) -> None:
    """The alert names it, so it was there; and what it became since is no part of the story."""
    one = await lived(store)
    async with store.write() as connection:
        (flood,) = (await hazards.current(connection, one.status)).values()
        await connection.execute(update(picture).values(at=WRITTEN + timedelta(hours=1)))
        risen = replace(flood, level=5, headline="later")
        await hazards.replace_picture(connection, {flood.key: flood}, [risen], WRITTEN + timedelta(minutes=9))
        story = await gather(connection, one.series)
    assert story is not None
    (seen,) = (step for step in story.steps if step.kind is Kind.HAZARD)
    assert flood.headline in seen.text and any(step.kind is Kind.READING for step in story.steps)


async def test_the_text_to_be_read_has_every_payload_in_full_and_a_drills_mark(store: Store) -> None:
    one = await lived(store)
    async with store.read() as connection:
        story = await gather(connection, one.series, 1)
        assert await gather(connection, one.series, 2) is None
        assert await gather(connection, "nobody") is None
    assert story is not None
    text = "\n".join(told(story))
    assert text.startswith("【訓練】")
    sent = [payload for payload in story.payloads.values() if isinstance(payload, Payload)]
    assert len(sent) == 2 and all(part in text for payload in sent for part in payload.parts)
    assert "lalert：送らない（言葉がありません）" in text
    assert "＋1分35秒" in text and "館坂橋 2.60 m" in text


async def test_who_put_the_draft_in_other_words_is_told(store: Store) -> None:
    one = await lived(store)
    refs = {"series": one.series, "revision": "1"}
    put = Entry(at=AGREED, status=one.status, kind="edited", who="mori", text="案を直した", refs=refs)
    async with store.write() as connection:
        await chronology.append(connection, [put])
    async with store.read() as connection:
        story = await gather(connection, one.series)
    assert story is not None
    assert ("mori", "案を直した") in [(step.who, step.text) for step in story.steps if step.kind is Kind.DRAFT]


def test_gaps_are_said_as_people_say_them(store: Store) -> None:
    assert [gap(each) for each in (None, 0.4, 7.0, 95.0, 7265.0)] == [
        "",
        "＋0.4秒",
        "＋7秒",
        "＋1分35秒",
        "＋2時間01分",
    ]


async def test_the_page_shows_it_all_and_escapes_what_people_wrote(store: Store) -> None:
    one = await lived(store)
    text = replace(one.texts["ja"], headline="<b>川</b>")
    other = alert(series="Exercise-other", texts={"ja": text})
    async with store.write() as connection:
        await alerts.add_draft(connection, other, {}, NOW)
    async with floor(store) as house:
        desk = await house.person(Role.VIEWER)
        status, page = await desk.get(f"/ops/alerts/{one.series}")
        assert status == 200
        for said in (
            "館坂橋 2.60 m",
            "規則 river-level",
            "hirata が承認した",
            "R-7",
            "届いたか不明",
            "言葉がありません",
        ):
            assert said in page, said
        _, escaped = await desk.get("/ops/alerts/Exercise-other?revision=1")
        assert "&lt;b&gt;川&lt;/b&gt;" in escaped and "<b>川" not in escaped
        for nothing in ("/ops/alerts/nobody", f"/ops/alerts/{one.series}?revision=9"):
            assert (await desk.get(nothing))[0] == 404
        stranger = await house.visitor()
        async with stranger.http.get(f"/ops/alerts/{one.series}", allow_redirects=False) as response:
            assert response.status == 401


async def test_the_command_prints_json_lines_or_text(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:

    one = await lived(store)
    monkeypatch.setenv("SHIRASE_PROFILE", "config/morioka")
    monkeypatch.setenv("SHIRASE_DATABASE", f"sqlite:///{tmp_path / 'shirase.db'}")
    capsys.readouterr()  # what the house logged
    assert await asyncio.to_thread(run, ["story", one.series]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["part"] == "alert" and lines[0]["digest"]
    parts = [line["part"] for line in lines]
    assert parts.index("reading") < parts.index("hazard") < parts.index("approval") < parts.index("receipt")
    assert {line["channel"] for line in lines if line["part"] == "payload"} == {"log", "webhook", "lalert"}
    assert await asyncio.to_thread(run, ["story", one.series, "--revision", "1", "--read"]) == 0
    assert "【承認】hirata が承認した" in capsys.readouterr().out
    assert await asyncio.to_thread(run, ["story", "nobody"]) == 1
    assert "unknown_alert" in capsys.readouterr().err


def _record(key: str) -> dict[str, object]:
    at: datetime = MEASURED
    return {
        "type": "reading",
        "key": key,
        "digest": "d",
        "subject": "tatesakabashi/water_level",
        "status": "Exercise",
        "gateway": "gw1",
        "measured_at": at,
        "received_at": at + timedelta(seconds=2),
        "value": 2.6,
        "trusted": True,
        "body": {},
    }
