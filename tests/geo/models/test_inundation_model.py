"""The inundation model: which map, how deep, who is inside; and that more water never means a smaller map."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.status import Status
from geo.flooding.places import Underpass
from geo.ground import load_ground
from geo.hazard import Hazard
from geo.layers.importing import Request, import_layer
from geo.layers.layer import Layer, Zone
from geo.model import Ground, Inputs, Sample
from geo.models.inundation import Inundation
from geo.shelter import Shelter
from tests.geo.making import NOW, SQUARES, gauge, ground, inputs, series

MODEL = Inundation()
MORIOKA = Path(__file__).parents[3] / "config" / "morioka"
LOW = shapely.box(141.06, 39.66, 141.09, 39.69)  # in sw
WIDE = shapely.box(141.06, 39.66, 141.14, 39.69)  # in sw and se
SCHOOL = Shelter(code="E1", name="試験小学校", address="", lon=141.07, lat=39.67, hazards=frozenset({"flood"}))


def layer(name: str, rank: int, shape: shapely.Polygon, scenario: str, kind: str = "flood", **facts: object) -> Layer:
    return Layer(name, kind, [Zone(shape, {"depth_rank": rank, "scenario": scenario, **facts})], "1")


L1, L2 = layer("l1", 2, LOW, "planned"), layer("l2", 4, WIDE, "maximum")
CITY = ground(gauge(), layers=[L1, L2], shelters=[SCHOOL])


def run(samples: list[Sample], where: Ground = CITY, **more: object) -> list[Hazard]:
    given_inputs = replace(inputs("g1", "water_level", samples), **more)  # type: ignore[arg-type]
    return MODEL.run(given_inputs, where)


def steady(value: float) -> list[Sample]:
    return series([value] * 7)


def test_below_danger_there_is_no_map_to_look_at() -> None:
    assert run(steady(2.7)) == []


def test_danger_is_told_by_the_planned_map_and_overflow_by_the_largest() -> None:
    assert {h.area: (h.facts["scenario"], h.facts["depth_rank"], h.level) for h in run(steady(2.9))} == {
        "sw": ("planned", 2, 4)
    }
    assert {h.area: (h.facts["scenario"], h.facts["depth_rank"], h.level) for h in run(steady(4.1))} == {
        "sw": ("maximum", 4, 5),
        "se": ("maximum", 4, 5),
    }


def test_what_a_hazard_tells() -> None:
    under = Underpass(code="u1", name="駅前アンダーパス", geometry=shapely.Point(141.08, 39.68), rain_60min_mm=30.0)
    (one,) = run(steady(2.9), replace(CITY, underpasses=(under,)))
    assert (one.kind, one.source, one.observed, one.alert_level) == ("inundation", "g1", False, False)
    assert one.headline == ("試験川：浸水するとすれば計画規模の図に近い（深さ 最大0.5～3 m。想定最大規模では 5～10 m）")
    why, maps, inside = (evidence.text for evidence in one.evidence)
    assert "氾濫危険水位・危険水位に達したための目安（規模ごとの水位は設定されていない）" in why
    assert "想定最大規模 最大ランク4（5～10 m）、計画規模 最大ランク2（0.5～3 m）" in maps
    assert "今の雨の計算ではない" in maps and "安全という意味ではない" in maps
    assert inside == (
        "計画規模の範囲は地区の面積の 36%、避難場所 1 か所：試験小学校、アンダーパス 1 か所：駅前アンダーパス。"
        "人口と道路は図がなく不明"
    )
    told = {key: one.facts[key] for key in ("depth_rank", "depth_rank_at_most", "depth_scenario", "depth_max_m")}
    assert told == {"depth_rank": 2, "depth_rank_at_most": 4, "depth_scenario": "計画規模", "depth_max_m": 3.0}
    assert "people_likely" not in one.facts, "what no layer tells is left out, never 0"
    assert one.facts["underpasses_inside"] == one.facts["shelters_inside"] == 1


def test_people_inside_come_with_their_uncertainty() -> None:
    people = layer("census", 0, LOW, "", kind="population", people=500)
    (one,) = run(steady(2.9), ground(gauge(), layers=[L1, L2, people]))
    assert one.facts["people_low"] <= one.facts["people_likely"] <= one.facts["people_high"] == 500
    assert "人口 約500人" in one.evidence[2].text


def test_the_citys_own_levels_choose_the_map_and_say_so() -> None:
    known = ground(gauge(scenario_levels={"planned": 3.4, "maximum": 5.0}), layers=[L1, L2])
    assert {h.facts["scenario"] for h in run(steady(2.9), known)} == {"planned"}
    (one, _) = run(steady(3.5), known)
    assert one.facts["scenario"] == "maximum"
    assert "想定最大規模で予想される水位 5.00 m 以下（設定値）" in one.evidence[0].text
    assert one.facts["basis"] == "scenario_levels"
    (one, _) = run(steady(5.5), known)
    assert one.facts["at_least"] is True
    assert "超えている。実際はこの図より広く深いおそれがある" in one.evidence[0].text


def test_a_map_that_is_missing_is_told() -> None:
    only_large = run(steady(2.9), ground(gauge(), layers=[L2]))
    says = "試験川：浸水するとすれば想定最大規模の図が上限の目安（深さ 最大5～10 m。計画規模の図はない）"
    assert {one.headline for one in only_large} == {says}
    assert all("計画規模の図がないため想定最大規模の図を見る" in one.evidence[0].text for one in only_large)
    (only_small,) = run(steady(4.1), ground(gauge(), layers=[L1]))
    assert only_small.facts["at_least"] is True and "計画規模の図以上に近い" in only_small.headline
    assert run(steady(4.1), ground(gauge(), layers=[])) == []


def test_a_deeper_place_of_the_smaller_map_is_told_with_its_name() -> None:
    deep = layer("l1", 5, LOW, "planned")
    one = next(h for h in run(steady(4.1), ground(gauge(), layers=[deep, L2])) if h.area == "sw")
    assert (one.facts["scenario"], one.facts["depth_scenario"], one.facts["depth_rank"]) == ("maximum", "計画規模", 5)
    assert "計画規模の図による" in one.headline


def test_only_the_gauges_river_floods() -> None:
    other = layer("other", 6, LOW, "planned", river="別の川")
    same = layer("same", 1, LOW, "planned", river="試験川下流")
    assert [h.facts["depth_rank"] for h in run(steady(2.9), ground(gauge(), layers=[other, same]))] == [1]
    (unknown,) = run(steady(2.9), ground(gauge(), layers=[other]))
    assert unknown.facts["depth_rank"] == 6, "no map knows the river by name: rather all of them than none"


def test_a_rise_foresees_the_rarer_map() -> None:
    found = run(series([3.0 + 0.1 * i for i in range(7)]))  # 3.6 m, 0.6 m an hour: overflow at 4.0 within three hours
    now, later = ([h for h in found if (h.facts["lead_h"] == 0) is present] for present in (True, False))
    assert {h.facts["scenario"] for h in now} == {"planned"}
    assert {(h.area, h.facts["scenario"], h.level, h.source) for h in later} == {
        ("sw", "maximum", 4, "g1:foreseen"),
        ("se", "maximum", 4, "g1:foreseen"),
    }
    assert all("時間以内に" in h.headline and h.probability for h in later)


def test_nothing_more_is_foreseen_than_the_same_map() -> None:
    assert all(h.facts["lead_h"] == 0 for h in run(series([4.0 + 0.1 * i for i in range(7)])))


def test_silence_and_doubt_are_told() -> None:
    old = series([2.9] * 7, last=NOW - timedelta(hours=1))
    (one,) = run(old)
    assert one.facts["stale"] is True and "水位が届いていない" in one.headline
    assert one.valid_until == NOW + timedelta(hours=2)
    doubtful = run(series([2.7] * 6 + [4.5]))
    assert all(h.facts["confirmed"] is False and "未確認" in h.evidence[0].text for h in doubtful)
    assert {h.facts["scenario"] for h in doubtful if h.source == "g1"} == {"planned"}, "believed up to 0.3 m only"


def test_a_drill_stays_a_drill_and_the_future_is_not_known() -> None:
    assert {h.status for h in run(steady(4.1), status=Status.EXERCISE)} == {Status.EXERCISE}
    poisoned = [*steady(2.9), Sample(NOW + timedelta(minutes=10), 9.0, "later")]
    assert run(poisoned) == run(steady(2.9))
    assert MODEL.run(Inputs(now=NOW, status=Status.ACTUAL), CITY) == []


RANKS = st.integers(1, 6)
BOX = st.tuples(st.floats(141.05, 141.14), st.floats(39.65, 39.69)).map(
    lambda corner: shapely.box(corner[0], corner[1], corner[0] + 0.02, corner[1] + 0.02)
)
MAPS = st.lists(st.tuples(RANKS, BOX, st.sampled_from(["planned", "maximum", ""])), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(MAPS, st.floats(2.0, 5.0), st.floats(0.0, 3.0))
def test_more_water_never_means_a_smaller_map(
    maps: list[tuple[int, shapely.Polygon, str]], value: float, more: float
) -> None:
    zones = [Zone(shape, {"depth_rank": rank, "scenario": scenario}) for rank, shape, scenario in maps]
    where = ground(gauge(), layers=[Layer("all", "flood", zones, "1")])
    low, high = ({h.area: h for h in run(steady(level), where) if h.source == "g1"} for level in (value, value + more))
    for area, one in low.items():
        assert high[area].facts["depth_rank"] >= one.facts["depth_rank"]
        assert high[area].facts["area_km2"] >= one.facts["area_km2"]
        assert high[area].level >= one.level


@pytest.mark.parametrize("status", list(Status))
def test_the_status_is_that_of_the_inputs(status: Status) -> None:
    assert {h.status for h in run(steady(2.9), status=status)} == {status}


def test_a_brook_in_the_hills_does_not_flood_the_valleys_map() -> None:
    """A gauge without districts of its own speaks for unnamed zones only where it stands at one, and not far."""
    hills = gauge(lon=141.045, lat=39.675, areas=())
    assert run(steady(4.1), ground(hills, layers=[L2])) == []
    named = layer("named", 3, WIDE, "maximum", river="試験川")
    (one,) = run(steady(4.1), ground(hills, layers=[named]))
    assert (one.area, one.facts["own_river"]) == ("sw", True)
    whole = layer("whole", 3, SQUARES["sw"], "maximum")
    (near,) = run(steady(4.1), ground(gauge(areas=()), layers=[whole]))
    (city,) = run(steady(4.1), ground(gauge(areas=("sw",)), layers=[whole]))
    assert 0 < float(near.facts["area_km2"]) < float(city.facts["area_km2"])


def test_water_of_other_rivers_is_told_where_the_map_names_none() -> None:
    (one,) = run(steady(2.9))
    assert one.facts["own_river"] is False and "この川だけの浸水ではない" in one.evidence[1].text
    named = layer("named", 3, LOW, "planned", river="試験川")
    (one,) = run(steady(2.9), ground(gauge(), layers=[named]))
    assert one.facts["own_river"] is True and "この川だけ" not in one.evidence[1].text


@pytest.mark.real
def test_the_kitakami_over_its_banks(real_data: Path, tmp_path: Path) -> None:
    """Morioka's profile over the national map: the districts by the river, deep; no brook of the hills among them."""
    file = real_data / "geo" / "morioka_flood_l2_A31b.fgb"
    import_layer(Request(file=file, kind="flood", name="real", imported_at=NOW), tmp_path)
    morioka = load_ground(MORIOKA, [tmp_path / "real.fgb"])
    code, brook = "8200000091", "0300000007"
    over = {one: max(morioka.stations[one].thresholds.values()) + 0.1 for one in (code, brook)}
    levels = {(one, "water_level"): series([value] * 7) for one, value in over.items()}
    found = MODEL.run(Inputs(now=NOW, status=Status.ACTUAL, series=levels), morioka)
    assert {one.area for one in found} == {"yugaose", "ekimae", "odori", "honcho", "ueda"}
    assert {one.source for one in found} == {code}
    assert {one.facts["scenario"] for one in found} == {"maximum"}
    assert all(one.facts["depth_rank"] in {1, 2, 3, 4, 5} and one.facts["own_river"] is False for one in found)
    share = {one.area: float(one.facts["share"]) for one in found}
    assert share["ekimae"] > 0.3 and max(share.values()) <= 1
