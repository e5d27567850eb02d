"""Flood forecasts: which concern the city, what follows what, and what ends one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.records import Telegram
from feeds.status import Status
from geo.hazard import Hazard
from geo.model import Inputs
from geo.models.river_forecast import TITLES, RiverForecast
from tests.geo.making import NOW, ground
from tests.geo.official.telegrams import decoded, entry, ours, telegram

LEVEL_4 = "VXKO_kitakami_level4.xml"
SECTION = "029900009900"


def run(*telegrams: Telegram, sections: tuple[str, ...] = (), now: object = None) -> list[Hazard]:
    at = now or max(one.measured_at for one in telegrams)
    inputs = Inputs(now=at, status=Status.ACTUAL, telegrams=telegrams)  # type: ignore[arg-type]
    return RiverForecast().run(inputs, replace(ground(), river_sections=sections))


def forecast(code: str, level: int, at: object = NOW, **more: object) -> Telegram:
    area = entry("flood", code, f"レベル{level}", level, code=SECTION, name="北上川上流", status=None)
    return telegram("VXKO60", area, at=at, **({"hazard": "flood", "event_id": SECTION} | more))  # type: ignore[arg-type]


def test_a_forecast_that_names_the_city() -> None:
    (one,) = run(ours(LEVEL_4))
    assert (one.kind, one.area, one.level, one.alert_level, one.source) == ("flood", "03201", 4, True, SECTION)
    assert one.headline == "北上川上流 レベル４氾濫危険警報（盛岡地方気象台 9月18日17:50 発表）"
    assert (one.facts["river"], one.facts["kind_name"]) == ("北上川上流", "北上川上流 レベル４氾濫危険警報")
    assert one.valid_until - one.since == timedelta(hours=72)


def test_a_forecast_for_others_is_none_of_ours() -> None:
    assert run(ours(LEVEL_4, ("0320100", "0320200"))) == []


@pytest.mark.parametrize(("code", "level"), [("20", 2), ("21", 2), ("30", 3), ("40", 4), ("51", 5)])
def test_a_section_that_the_profile_names(code: str, level: int) -> None:
    bare = forecast(code, level)
    assert run(bare) == []
    assert [one.level for one in run(bare, sections=(SECTION,))] == [level]


def test_its_end_and_its_withdrawal() -> None:
    issued = forecast("40", 4)
    hour = NOW + timedelta(hours=1)
    assert run(issued, forecast("10", 0, hour), sections=(SECTION,)) == []
    assert run(issued, forecast("40", 4, hour, info_type="取消"), sections=(SECTION,)) == []
    assert [one.level for one in run(issued, forecast("21", 2, hour), sections=(SECTION,))] == [2]
    assert run(issued, sections=(SECTION,), now=NOW + timedelta(hours=72)) == []
    real_end = ours("VXKO_kitakami_released.xml")
    assert run(real_end, sections=(real_end.areas[0].code,)) == []


def test_a_forecast_follows_another_whatever_way_it_came() -> None:
    """The file name tells VXKO60, the relay's topic tells nothing."""
    later = forecast("30", 3, NOW + timedelta(hours=1), control_title=TITLES[0])
    named, unnamed = forecast("40", 4), replace(later, telegram=None)
    assert [one.level for one in run(named, unnamed, sections=(SECTION,))] == [3]


def test_a_type_that_nobody_knows_speaks_for_no_forecast() -> None:
    """What is told of floods under a title of tomorrow may be anything: the forecast stands, and people look at it."""
    unknown = replace(forecast("30", 3, NOW + timedelta(hours=1), control_title="洪水の見通し"), telegram=None)
    assert [one.level for one in run(forecast("40", 4), unknown, sections=(SECTION,))] == [4]


def test_several_rivers_stand_side_by_side_with_a_key_that_stays() -> None:
    other = replace(forecast("30", 3), event_id="8201813100")
    other = replace(other, telegram="VXSU50", areas=(replace(other.areas[0], code="8201813100", name="中津川"),))
    both = run(forecast("40", 4), other, sections=(SECTION, "8201813100"))
    assert {(one.source, one.level) for one in both} == {(SECTION, 4), ("8201813100", 3)}
    assert run(forecast("40", 4), sections=(SECTION,))[0].key == run(forecast("21", 2), sections=(SECTION,))[0].key


def test_flood_in_the_weather_warnings_is_not_read_here() -> None:
    old = replace(forecast("04", 3), telegram="VPWW53", event_id=None)
    assert run(old, sections=(SECTION,)) == []


@pytest.mark.real
def test_real_forecasts_concern_the_places_they_name(real_data: Path) -> None:
    for name, level in (("real_VXKO70_kozagawa_20260603_0535.xml", 5), ("91_01_01_241031_VXSUii.xml", 2)):
        one = decoded((real_data / "jma" / name).read_bytes(), name)
        for code in one.municipalities:
            there = replace(ground(), city=code[:5])
            inputs = Inputs(now=one.measured_at, status=one.status, telegrams=[one])
            assert [hazard.level for hazard in RiverForecast().run(inputs, there)] == [level], (name, code)
        assert one.municipalities
