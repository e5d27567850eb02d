"""Earthquakes: what the agency says of the city, what instruments feel, and a lorry at one of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.records import Observation, Telegram, TelegramArea
from feeds.status import Status
from geo.hazard import Hazard
from geo.model import Inputs, Sample
from geo.models.quake import Quake
from geo.rain.shaken_ground import Announced, Lowering
from tests.geo.making import NOW, gauge, ground
from tests.geo.official.telegrams import decoded, telegram

REAL = os.environ.get("SHIRASE_REAL_DATA")
DISTRICT, MUNICIPALITY = "地震情報／細分区域", "気象・地震・火山情報／市町村等"
MINUTE = timedelta(minutes=1)


def area(code: str, felt: str, code_type: str = MUNICIPALITY) -> TelegramArea:
    return TelegramArea(code=code, name="盛岡市", hazard="earthquake", code_type=code_type, max_intensity=felt)


def quick(felt: str, at: datetime = NOW, **more: object) -> Telegram:
    return telegram("VXSE51", area("212", felt, DISTRICT), at=at, event_id="e1", hazard="earthquake", **more)


def full(felt: str, at: datetime = NOW + 5 * MINUTE, **more: object) -> Telegram:
    areas = (area("212", "6-", DISTRICT), area("0320100", felt), area("0320200", "6-"))
    return telegram("VXSE53", *areas, at=at, event_id="e1", hazard="earthquake", **more)


def run(
    telegrams: Sequence[Telegram] = (), felt: dict[str, list[Sample]] | None = None, now: datetime = NOW + 10 * MINUTE
) -> list[Hazard]:
    """The earthquakes, without what they mean for rain."""
    return [hazard for hazard in everything(telegrams, felt, now) if hazard.source != "rain"]


def everything(
    telegrams: Sequence[Telegram] = (),
    felt: dict[str, list[Sample]] | None = None,
    now: datetime = NOW + 10 * MINUTE,
    lowering: Lowering | None = None,
) -> list[Hazard]:
    stations = [
        gauge(code=code, quantities=frozenset({"seismic_intensity"}), unit="", thresholds={}, areas=areas)
        for code, areas in (("q1", ("sw",)), ("q2", ()), ("q3", ("ne",)))
    ]
    stations.append(gauge(code="0320120", name="薮川", unit="", thresholds={}, areas=("nw",)))
    there = replace(ground(*stations), forecast_areas=("0320100", "030011", "212"), lowering=lowering or Lowering())
    series = {(code, "seismic_intensity"): samples for code, samples in (felt or {}).items()}
    return Quake().run(Inputs(now=now, status=Status.ACTUAL, telegrams=telegrams, series=series), there)


def one(value: float, at: datetime = NOW) -> list[Sample]:
    return [Sample(at - MINUTE, 0.3, "calm"), Sample(at, value, "shaken"), Sample(at + MINUTE, 0.5, "after")]


def test_the_first_word_is_of_the_district_and_the_second_of_the_city() -> None:
    (first,) = run([quick("5+")], now=NOW + MINUTE)
    assert (first.kind, first.area, first.level, first.alert_level) == ("earthquake", "03201", 3, False)
    assert "震度5強" in first.headline and "雨の基準を 80％" in first.headline and first.facts["rain_factor"] == 0.8
    (second,) = run([quick("5+"), full("5-")])
    assert (second.key, second.facts["intensity"], second.facts["rain_factor"]) == (first.key, "5-", 1.0)


def test_a_withdrawal_takes_back_its_own_kind_of_telegram_alone() -> None:
    later = NOW + 6 * MINUTE
    gone = {"info_type": "取消", "at": later}
    for quick_gone in (quick("", **gone), replace(quick("", **gone), areas=())):
        (hazard,) = run([quick("5+"), full("5-"), quick_gone])
        assert hazard.facts["intensity"] == "5-", "震源・震度に関する情報 stands"
        assert run([quick("5+"), quick_gone]) == []
    (hazard,) = run([quick("5+"), full("5-"), full("5-", **gone)])
    assert hazard.facts["intensity"] == "5+", "震度速報 stands"
    both = [quick("5+"), full("5-"), quick("", **gone), full("", **gone)]
    assert run(both) == run(both[::-1]) == []
    other = replace(full("6-", **gone), event_id="e2")
    assert [one.facts["intensity"] for one in run([full("5-"), other])] == ["5-"], "another earthquake"
    again = full("4", at=NOW + 8 * MINUTE)
    assert [one.facts["intensity"] for one in run([full("5-"), full("", **gone), again])] == ["4"], "told anew"


@pytest.mark.parametrize(("felt", "level"), [("2", None), ("3", 1), ("4", 2), ("6-", 4), ("7", 5)])
def test_levels_order_the_strength(felt: str, level: int | None) -> None:
    assert [hazard.level for hazard in run([full(felt)])] == ([level] if level else [])


def test_other_places_and_other_days_are_not_ours() -> None:
    elsewhere = telegram("VXSE53", area("0320200", "6-"), event_id="e1")
    assert run([elsewhere]) == []
    assert run([full("6-")], now=NOW + timedelta(hours=25)) == []
    assert run([full("6-", at=NOW + timedelta(hours=1))]) == []  # not known yet


def test_the_agencys_stations_tell_of_their_districts() -> None:
    def seen(code: str, element: str, value: str) -> Observation:
        return Observation(station="x", station_code=code, element=element, value=value, unit="", time=None)

    stations = (seen("0320120", "震度", "6-"), seen("0320120", "絶対速度応答", "9"), seen("0320100", "震度", "4"))
    city, district = run([full("6-", observations=stations)])
    assert (city.area, district.area, district.level, district.source) == ("03201", "nw", 4, "e1:0320120")
    assert "震度6弱（薮川、" in district.headline and district.facts["official"] is True


def test_a_city_from_which_no_report_came_is_no_calm_city() -> None:
    unheard = replace(area("0320100", ""), max_intensity=None, condition="震度５弱以上未入電")
    (hazard,) = run([telegram("VXSE53", unheard, event_id="e1", hazard="earthquake")])
    assert (hazard.level, hazard.facts["intensity"]) == (3, "5-")


def test_for_months_it_is_told_that_criteria_are_lowered_and_no_longer_than_that() -> None:
    months, after = NOW + timedelta(days=80), NOW + timedelta(days=91)
    (told,) = everything([full("6-")], now=months)
    assert (told.source, told.level, told.area, told.facts["rain_factor"]) == ("rain", 1, "03201", 0.7)
    assert "震度6弱のため、雨の基準を70％" in told.headline and told.since == full("6-").measured_at
    assert everything([full("6-")], now=after) == [] and everything([full("5-")], now=months) == []
    assert everything([quick("6-"), full("5-")], now=months) == [], "what the later telegram says of the city counts"
    withdrawn = [quick("6-", info_type="取消"), full("", info_type="取消")]
    assert everything([quick("6-"), full("6-"), *withdrawn], now=months) == []
    lifted = Lowering(announced=(Announced(NOW + timedelta(days=30), 1.0, "盛岡地方気象台"),))
    assert everything([full("6-")], now=months, lowering=lifted) == []


def test_a_lorry_shakes_one_instrument() -> None:
    (hazard,) = run(felt={"q1": one(4.6), "q2": one(0.8)})
    assert (hazard.area, hazard.level, hazard.facts["confirmed"]) == ("sw", 2, False) and "未確認" in hazard.headline
    assert run(felt={"q1": one(2.6)}) == []


def test_two_that_agree_are_an_earthquake_and_so_is_one_with_the_agency() -> None:
    both = run(felt={"q1": one(4.6), "q2": one(4.1, NOW + MINUTE)})
    assert [(h.area, h.level, h.facts["intensity"], h.facts["confirmed"]) for h in both] == [
        ("sw", 3, "5-", True),
        ("sw", 2, "4", True),
    ]
    assert both[0].evidence[0].ref == "shaken" and "計測震度 4.6" in both[0].headline
    apart = run(felt={"q1": one(4.6), "q2": one(4.6, NOW + 5 * MINUTE)})
    assert {h.facts["confirmed"] for h in apart} == {False}
    with_agency = run([quick("4", at=NOW + 2 * MINUTE)], felt={"q1": one(4.6)})
    assert [h.facts.get("confirmed") for h in with_agency if h.source == "q1"] == [True]


def test_the_strongest_of_the_day_stands_and_values_to_come_change_nothing() -> None:
    felt = {"q1": one(5.6), "q3": one(5.5)}
    later = {code: [*samples, Sample(NOW + timedelta(hours=1), 7.0, "x")] for code, samples in felt.items()}
    assert run(felt=later) == run(felt=felt)
    assert [h.facts["intensity"] for h in run(felt=felt, now=NOW + timedelta(hours=20))] == ["6-", "6-"]
    assert run(felt=felt, now=NOW + timedelta(hours=25)) == []


@pytest.mark.real
@pytest.mark.skipif(not REAL, reason="SHIRASE_REAL_DATA does not say where the real telegrams are")
def test_a_real_quick_report_reaches_the_city_by_its_district() -> None:
    name = "32-35_08_03_100915_VXSE51.xml"
    real = decoded((Path(REAL or "") / "jma" / name).read_bytes(), name)
    (hazard,) = run([real], now=real.measured_at + MINUTE)
    assert (hazard.level, hazard.facts["intensity"]) == (2, "4") and "岩手県内陸北部" in hazard.headline
