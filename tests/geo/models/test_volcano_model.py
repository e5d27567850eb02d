"""Volcanoes: whom a level concerns, where it counts, what an eruption and its ash call for, and drills."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import shapely

from feeds.records import Period, Telegram, TelegramArea
from feeds.status import Status
from geo.area import Area
from geo.hazard import Hazard
from geo.model import Ground, Inputs
from geo.models.volcano import Volcano
from tests.geo.making import NOW, ground
from tests.geo.official.telegrams import decoded, entry, ours, telegram

REAL = os.environ.get("SHIRASE_REAL_DATA")
HOUR = timedelta(hours=1)
ZONE = Area(
    code="iwatesan-2", name="岩手山 火口周辺", kind="volcano_zone", geometry=shapely.box(140.9, 39.8, 141, 39.9)
)
TEXT = "＜岩手山に火口周辺警報を発表＞\n　想定火口から概ね２ｋｍの範囲で大きな噴石に警戒してください 。\n＜引上げ＞"


def mountain(kind: str, name: str, code: str = "207", volcano: str = "岩手山") -> TelegramArea:
    return entry("volcano", kind, name, code=code, name=volcano, code_type="火山名", status=None, condition="引上げ")


def here(kind: str, name: str, **more: object) -> TelegramArea:
    return replace(entry("volcano", kind, name, status=None), **more)  # type: ignore[arg-type]


LEVEL_2 = mountain("12", "レベル２（火口周辺規制）")
CRATER, CLOSED = here("02", "火口周辺警報"), here("43", "火口周辺警報：入山規制等")


def warning(*areas: TelegramArea, at: datetime = NOW - timedelta(days=400), **more: object) -> Telegram:
    fields = {"event_id": "207", "headline": TEXT, "hazard": "volcano", "editorial_office": "仙台管区気象台"}
    return telegram("VFVO50", *areas, at=at, **(fields | more))


def run(*telegrams: Telegram, near: tuple[str, ...] = (), now: datetime = NOW, **more: object) -> list[Hazard]:
    there: Ground = replace(ground(), volcanoes=near, **more)  # type: ignore[arg-type]
    return Volcano().run(Inputs(now=now, status=telegrams[0].status, telegrams=telegrams), there)


def test_a_warning_of_last_year_that_names_the_city() -> None:
    (one,) = run(warning(LEVEL_2, CRATER, CLOSED))
    assert (one.kind, one.area, one.level, one.alert_level, one.source) == ("volcano", "03201", 2, False, "207")
    assert one.headline == (
        "岩手山 噴火警戒レベル２（火口周辺規制）（2025年6月27日から、試験市は対象市町村、仙台管区気象台）"
    )
    assert one.since == NOW - timedelta(days=400) and HOUR <= one.valid_until - NOW <= 2 * HOUR
    assert (one.facts["warning"], one.facts["response"], one.facts["named"]) == (
        *("火口周辺警報", "火口周辺警報：入山規制等", True),
    )
    assert one.facts["advice"] == "想定火口から概ね２ｋｍの範囲で大きな噴石に警戒してください。"
    assert [evidence.ref for evidence in one.evidence] == [warning(LEVEL_2).key]


def test_level_one_and_a_lifted_warning_are_no_hazard() -> None:
    calm = warning(
        mountain("11", "レベル１（活火山であることに留意）"), here("04", "噴火予報：警報解除"), at=NOW - HOUR
    )
    assert run(warning(LEVEL_2, CRATER), calm, near=("207",)) == []
    assert run(warning(LEVEL_2, CRATER), warning(at=NOW - HOUR, info_type="取消")) == []


def test_a_volcano_near_the_city_concerns_it_even_where_it_is_not_named() -> None:
    elsewhere = warning(LEVEL_2, here("02", "火口周辺警報", code="0321600"))
    assert run(elsewhere) == []
    (one,) = run(elsewhere, near=("207",))
    assert one.facts["named"] is False and "対象市町村に含まれない" in one.headline
    komagatake = warning(mountain("13", "レベル３（入山規制）", "208", "秋田駒ヶ岳"), event_id="208")
    assert [hazard.source for hazard in run(elsewhere, komagatake, near=("207", "208"))] == ["207", "208"]


def test_a_missed_warning_never_reads_as_an_all_clear() -> None:
    """The last warning named the city; a survey tells of another level and of no municipality."""
    higher = telegram("VFVO51", mountain("13", "レベル３（入山規制）"), at=NOW - HOUR, event_id="207", hazard="volcano")
    (one,) = run(warning(LEVEL_2, CRATER, CLOSED), higher)
    assert (one.level, one.facts["named"], one.facts["response"]) == (3, False, "")
    assert "対象市町村は届いていない" in one.headline
    calm = here("05", "噴火予報")
    (risen,) = run(warning(mountain("11", "レベル１（活火山であることに留意）"), calm), higher)
    assert risen.level == 3
    lower = replace(higher, areas=(mountain("11", "レベル１（活火山であることに留意）"),))
    assert run(warning(LEVEL_2, CRATER, CLOSED), lower) == []
    assert run(higher) == [] and len(run(higher, near=("207",))) == 1


def test_a_far_volcano_with_the_digits_of_our_district_is_none_of_ours() -> None:
    zao = warning(mountain("13", "レベル３（入山規制）", "212", "蔵王山"), event_id="212")
    there = replace(ground(), forecast_areas=("0320100", "030010", "212"))
    assert Volcano().run(Inputs(now=NOW, status=Status.ACTUAL, telegrams=[zao]), there) == []


def test_where_the_profile_draws_what_is_closed_the_area_is_that() -> None:
    zones = {("207", 2): (ZONE,)}
    (at_2,) = run(warning(LEVEL_2, CRATER), volcano_zones=zones)
    assert (at_2.area, at_2.area_name) == ("iwatesan-2", "岩手山 火口周辺")
    (at_3,) = run(warning(mountain("13", "レベル３（入山規制）"), CRATER), volcano_zones=zones)
    assert at_3.area == "03201", "a level without a drawing is no smaller than the city"


def test_at_level_five_the_city_is_told_what_is_asked_of_itself() -> None:
    level_5 = mountain("15", "レベル５（避難）")
    (away,) = run(warning(level_5, here("01", "噴火警報"), here("41", "噴火警報：避難等")))
    (stay,) = run(warning(level_5, here("01", "噴火警報"), here("42", "噴火警報：入山規制等")))
    assert (away.level, away.facts["response"]) == (5, "噴火警報：避難等")
    assert (stay.level, stay.facts["response"]) == (5, "噴火警報：入山規制等")
    assert not away.alert_level and not stay.alert_level, "噴火警戒レベル is no 警戒レベル"


def test_a_volcano_without_levels() -> None:
    (one,) = run(warning(mountain("23", "入山危険", "206", "八幡平"), CRATER, event_id="206"))
    assert one.level == 3 and one.headline.startswith("八幡平 入山危険（") and one.facts["volcanic_level"] == 0


def eruption(at: datetime = NOW - timedelta(minutes=5), **more: object) -> Telegram:
    fields = {"event_id": "20260801174800_207", "target_datetime": "2026-08-01T17:48:00+09:00"}
    return telegram("VFVO56", mountain("52", "噴火"), here("52", "噴火"), at=at, **(fields | more))


def test_an_eruption_is_told_for_hours() -> None:
    (one,) = run(eruption())
    assert (one.kind, one.source, one.level, one.area) == ("eruption", "207", 4, "03201")
    assert one.headline.startswith("岩手山で噴火（8月1日17:48ごろ、噴火速報、") and one.valid_until > NOW + 5 * HOUR
    assert run(eruption(), now=NOW + 6 * HOUR) == []
    withdrawn = telegram("VFVO56", at=NOW, event_id="20260801174800_207", info_type="取消")
    assert run(eruption(), withdrawn) == []
    with_level = run(warning(LEVEL_2, CRATER), eruption())
    assert [hazard.kind for hazard in with_level] == ["volcano", "eruption"]


def ash(code: str, kind: str, name: str, at: datetime = NOW, **more: object) -> Telegram:
    step = Period("2026-08-01T18:00:00+09:00", "PT60M", kind, name), Period("bad", "PT60M", kind, name)
    fields = {"event_id": "20260801174800_207", "hazard": "volcano"}
    return telegram(code, mountain("52", "噴火"), here(kind, name, periods=step), at=at, **(fields | more))


def test_ash_falls_as_long_as_the_forecast_says() -> None:
    (one,) = run(ash("VFVO54", "72", "やや多量の降灰"))
    assert (one.kind, one.source, one.level) == ("ashfall", "207:ash", 2)
    assert one.valid_until == NOW + HOUR and one.headline.startswith("岩手山：やや多量の降灰の予報（")
    (later,) = run(
        ash("VFVO54", "72", "やや多量の降灰"), ash("VFVO55", "73", "多量の降灰", NOW + HOUR / 4), now=NOW + HOUR / 3
    )
    assert (later.key, later.level) == (one.key, 3), "詳細 takes the place of 速報"
    nowhere = ash("VFVO55", "73", "多量の降灰", NOW + HOUR / 4)
    spared = replace(nowhere, areas=nowhere.areas[:1])
    assert run(ash("VFVO54", "72", "やや多量の降灰"), spared, now=NOW + HOUR / 3) == []
    assert run(ash("VFVO54", "72", "やや多量の降灰"), now=NOW + HOUR) == []


def test_what_an_eruption_would_bring_is_only_a_note() -> None:
    (one,) = run(ash("VFVO53", "73", "多量の降灰"))
    assert (one.level, one.source) == (1, "207:supposed") and "噴火した場合" in one.headline
    untimed = ash("VFVO53", "73", "多量の降灰")
    bare = replace(untimed, areas=(untimed.areas[0], here("73", "多量の降灰")))
    assert run(bare)[0].valid_until == NOW + timedelta(hours=18)


def test_small_stones_are_told() -> None:
    told = ash("VFVO54", "71", "少量の降灰")
    (one,) = run(replace(told, areas=(*told.areas, here("75", "小さな噴石の落下"))))
    assert (one.level, one.facts["stones"], one.facts["kind_name"]) == (3, True, "小さな噴石の落下")


def test_a_drill_stays_one_and_the_same_telegrams_in_any_number_say_the_same() -> None:
    drill = warning(LEVEL_2, CRATER, status=Status.EXERCISE, control_status="訓練")
    (one,) = run(drill)
    assert one.status is Status.EXERCISE and one.key.startswith("Exercise/")
    assert run(warning(LEVEL_2, CRATER), eruption()) == run(*[warning(LEVEL_2, CRATER), eruption()] * 3)


def test_our_own_telegram_of_iwatesan() -> None:
    (one,) = run(ours("VFVO50_iwatesan.xml"), now=datetime.fromisoformat("2027-09-18T18:00:00+09:00"))
    assert (one.level, one.facts["warning"], one.facts["named"]) == (2, "火口周辺警報", True)


@pytest.mark.real
@pytest.mark.skipif(not REAL, reason="SHIRASE_REAL_DATA does not say where the real telegrams are")
@pytest.mark.parametrize(
    ("name", "city", "kind", "level"),
    [
        ("45_01_01_200522_VFVO50.xml", "20321", "volcano", 3),  # 浅間山, 軽井沢町
        ("67_01_01_140927_VFVO56.xml", "20429", "eruption", 4),  # 御嶽山, 王滝村
        ("45_01_01_200522_VFVO50.xml", "03201", None, 0),
    ],
)
def test_real_telegrams_of_other_cities(name: str, city: str, kind: str | None, level: int) -> None:
    real = decoded((Path(REAL or "") / "jma" / name).read_bytes(), name)
    there = replace(ground(), city=city, forecast_areas=())
    found = Volcano().run(Inputs(now=real.measured_at + HOUR, status=Status.ACTUAL, telegrams=[real]), there)
    assert [(hazard.kind, hazard.level) for hazard in found] == ([(kind, level)] if kind else [])
