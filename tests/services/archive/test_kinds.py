"""What stands in the archives of alerts, places of refuge, damage, plowing and animals."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import shapely

from feeds.records import Report
from feeds.status import Status
from geo.area import Area, Areas
from geo.plow.passes import Pass
from geo.plow.segment import Segment
from rules.declared import Damaged, Opening, Shelters, ShelterState, Stricken
from services.archive.known import Known
from services.archive.period import Period, day_of
from services.archive.registry import KINDS
from services.store import plowed, records
from services.store.engine import Store
from services.store.plowed import Vehicle
from tests.services.archive.making import NOON, YESTERDAY, city, job, real, row, save, text, work_off
from tests.services.making import NOW
from tests.services.test_cap_feed import Hub, alert

HOUR = timedelta(hours=1)


async def lines(store: Store, kind: str, known: Known, day: Period = YESTERDAY) -> list[str]:
    one, told = KINDS[kind], b""
    async for rows in one.read(store, known, day):
        told += one.lines(rows)
    return told.decode().splitlines()


@pytest.mark.one_engine
async def test_alerts_that_went_out_to_everybody_on_that_day(store: Store) -> None:
    hub = Hub(store)
    day = Period.day(day_of(hub.time))
    await hub.issue(alert(1))
    await hub.issue(alert(2, status=Status.EXERCISE))
    hub.time -= timedelta(days=1)
    await hub.issue(alert(3))
    hub.time += timedelta(days=1)
    await hub.issue(alert(4), published=False)
    text = "\r\n".join(await lines(store, "alerts", Known(ground=city()), day))
    (only,) = csv.reader(io.StringIO(text, newline=""))
    assert (only[0], only[1], only[4]) == ("morioka-1", "s1", "Actual")


@pytest.mark.one_engine
async def test_places_of_refuge_and_damage_as_they_went_out_and_no_drill(store: Store) -> None:
    hub = Hub(store)
    day, known = Period.day(day_of(hub.time)), Known(ground=city())
    school = ShelterState(code="1", name="仙北小学校", opening=Opening.OPEN, since=hub.time, people=4, note="=犬も")
    hall = replace(school, code="", name="集会所", opening=Opening.CLOSED)  # its people were counted while it was open
    at_home = Stricken(code="d1", name="内丸", figures={"roads": 2}, few=("half_destroyed_buildings",))
    hurt = Damaged(disaster="大雨", as_of=hub.time, figures={"dead": 1, "half_destroyed_buildings": 5},
                   counting=("half_destroyed_buildings", "flooded_below_buildings"),
                   districts=(at_home,))  # fmt: skip
    await hub.issue(alert(1, declared=Shelters(disaster="大雨", places=(school, hall))))
    await hub.issue(alert(2, declared=hurt))
    await hub.issue(alert(3, declared=Shelters(disaster="訓練", places=(school,)), status=Status.EXERCISE))
    await hub.issue(alert(4, declared=hurt), published=False)
    places = list(csv.reader(await lines(store, "shelters", known, day)))
    assert [(one[1], one[5], one[8], one[12], one[15]) for one in places] == [
        ("s1", "仙北小学校", "開設", "4", "'=犬も"),
        ("s1", "集会所", "閉鎖", "", "'=犬も"),
    ]
    assert [one[6:13] for one in csv.reader(await lines(store, "damage", known, day))] == [
        ["", "", "人的被害", "死者", "人", "1", ""],
        ["", "", "住家被害", "半壊", "棟", "5", "調査中"],
        ["", "", "住家被害", "床下浸水", "棟", "", "調査中"],
        ["d1", "内丸", "住家被害", "半壊", "棟", "", "1～2"],
        ["d1", "内丸", "その他の被害", "道路", "箇所", "2", ""],
    ]
    assert {len(one) for one in places} == {len(KINDS["shelters"].columns)}


async def test_the_share_of_a_section_and_nothing_of_the_plow(store: Store) -> None:
    area = Area(code="K1", name="一工区", kind="plow_section", geometry=shapely.box(141.1, 39.7, 141.2, 39.8))
    whole = city()
    ground = replace(whole, areas=Areas([*whole.areas.of_kind("district"), area]))
    line = shapely.LineString([(141.1, 39.7), (141.11, 39.7)])
    roads = [Segment(id=one, geometry=line, length_m=long, administrator="city", section="K1")
             for one, long in (("a", 300.0), ("b", 100.0))]  # fmt: skip
    known = Known(ground=ground, carriageways={"K1": roads})
    await _pass(store, "a", NOON)
    await _pass(store, "b", YESTERDAY.ends + HOUR)
    await _pass(store, "b", NOON, Status.EXERCISE)
    assert await lines(store, "plowing", known) == ["2026-11-19,K1,一工区,,0.75,"]
    assert await lines(store, "plowing", known, Period("2026-11-20")) == ["2026-11-20,K1,一工区,,0.25,"]


async def _pass(store: Store, segment: str, at: datetime, status: Status = Status.ACTUAL) -> None:
    long = {"a": 300.0, "b": 100.0}[segment]
    told = {"from_m": 0.0, "to_m": long, "length_m": long, "direction": 1, "fixes": 9, "off_m": 1.0}
    one = Pass(began=at.timestamp() - 60, ended=at.timestamp(), segment=segment, activity="plow", **told)
    async with store.write() as connection:
        await plowed.replace(connection, [], [(Vehicle(status, "gw", "plow 7"), one)])


async def test_a_sighting_that_is_erased_goes_from_the_archive_within_a_look(store: Store, tmp_path: Path) -> None:
    seen = {"report_id": "1", "kind": "bear", "measured_at": NOON, "confirmed": True}
    bear = Report(gateway="desk", text="ひみつ", place="ひみつ", lon=141.1101, lat=39.7101, **seen)
    await save(store, real())
    async with store.write() as connection:
        await records.save(connection, [bear], NOON)
    archive = job(store, tmp_path, at=YESTERDAY.ends + timedelta(days=16))
    await work_off(archive)
    told = text(tmp_path, await row(store, "animals", YESTERDAY.name))
    assert '"count":1' in told and '"kind":"bear"' in told and "ひみつ" not in told and "141.1101" not in told
    async with store.write() as connection:
        await records.save(connection, [replace(bear, confirmed=False)], NOW)
    await work_off(archive)
    one = await row(store, "animals", YESTERDAY.name)
    assert one is not None and (one.rows, one.version) == (0, 2) and one.before
