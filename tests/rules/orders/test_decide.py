"""What cities' rules say of a night: what fires, what is missing, and what speaks against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from feeds.status import Status
from geo.hazard import Evidence
from geo.model import Inputs, Sample
from rules.orders.decide import decide
from rules.orders.decision import Ahead, Expected, Kind, Outcome, Reason
from rules.orders.picture import Told, pictures
from rules.orders.saying import sentence, sentence_en
from tests.rules.orders.nights import HOUR, PRESETS, at, city, depths, picture, rising, says

MIDNIGHT = at("00:00")
TOLD_ALIKE = (Outcome.PROPOSE, Reason.NEW_SNOW)


def main(preset: str, values: list[float], clock: str = "00:00", **changed: object) -> tuple[Outcome, Reason]:
    one = says(preset, picture(values, at(clock), preset=preset), **changed).main
    return one.outcome, one.reason


def test_ten_centimetres_fire_and_eight_tell_what_is_missing() -> None:
    fired = says("morioka", picture(rising(10, 5), MIDNIGHT))
    assert (fired.main.outcome, fired.main.reason) == TOLD_ALIKE
    assert sentence(fired) == "除雪の基準に達しました：新雪 10 cm（基準 10 cm）"
    assert "積雪 10 cm" in fired.main.evidence[0].text
    below = says("morioka", picture(rising(8, 24), MIDNIGHT))
    assert (below.main.outcome, below.main.reason, below.main.missing_cm) == (Outcome.NEAR, Reason.NOT_ENOUGH, 2.0)
    assert sentence(below) == "8 cm < 基準 10 cm（あと 2 cm、00:00）"
    assert sentence_en(below) == "8 cm < 10 cm (2 cm missing at 00:00 JST)"


def test_ten_centimetres_on_the_sidewalk_are_enough() -> None:
    """The rule of Morioka: on the carriageway or the sidewalk; the section goes by its gauge that says most."""
    road, walk = picture(rising(8, 6), MIDNIGHT), picture(rising(11, 6), MIDNIGHT)
    beside = replace(walk.gauges[0], station="walk", name="歩道")
    told = says("morioka", road, gauges=(*road.gauges, beside))
    assert (told.main.outcome, told.main.have_cm) == (Outcome.PROPOSE, 11.0)
    assert "歩道" in told.main.evidence[0].text


def test_new_snow_counts_from_the_last_pass() -> None:
    """Twelve fell, but the plow came after nine of them."""
    night = rising(12, 12)
    assert main("morioka", night) == TOLD_ALIKE
    after = says("morioka", picture(night, MIDNIGHT, passed=at("21:00", "2027-01-14")))
    assert (after.main.outcome, after.new_cm) == (Outcome.BELOW, 3.0)


def test_one_sample_of_a_bird_or_a_dug_out_gauge_orders_nothing() -> None:
    """Edge case 1: 60 cm for one sample, and a drop when the sensor is dug out."""
    bird = [5.0] * 23 + [65.0, 5.0]
    assert main("morioka", bird) == (Outcome.BELOW, Reason.NOT_ENOUGH)
    assert main("morioka", [*bird[:-1], 65.0])[0] is Outcome.BELOW  # a moved gauge is depth, not snow
    dug_out = [*rising(12, 6)[:-1], 1.0]
    assert main("morioka", dug_out) == (Outcome.VETO, Reason.GONE)


def test_snow_that_settles_while_it_falls_still_counts_its_rises() -> None:
    """Edge case 2: the depth ends 6 cm above where it began, and 12 fell."""
    depth, night = 20.0, [20.0]
    for _ in range(6):
        night += [depth + 2, depth + 1]
        depth += 1
    assert night[-1] - night[0] == 6
    assert says("morioka", picture(night, MIDNIGHT)).new_cm == 7 + 5 * 1  # 2 at first, then +2 from the settled depth


def test_a_threshold_crossed_after_the_last_start_waits_and_says_so() -> None:
    """Edge case 3: crossed at 03:50; nobody is sent out, and the caller is told when it is decided again."""
    timing = replace(PRESETS["morioka"].timing, last_start=at("03:30").time())
    rules = replace(PRESETS["morioka"], timing=timing)
    late = decide(picture(rising(10, 4), at("03:50")), rules)
    assert (late.main.outcome, late.main.reason, late.main.fired) == (Outcome.WAIT, Reason.TOO_LATE, Reason.NEW_SNOW)
    assert late.finish_at == at("07:00", "2027-01-16") and late.next_at == at("07:00")
    assert "出動を始める時刻を過ぎています（次の判断 07:00）" in sentence(late)
    assert decide(picture(rising(10, 4), at("03:29")), rules).main.outcome is Outcome.PROPOSE
    assert decide(picture(rising(10, 4), at("07:00")), rules).main.outcome is Outcome.PROPOSE


def test_a_forecast_counts_as_far_as_the_finish_hour_and_a_trend_only_where_the_city_says_so() -> None:
    noted = Told(expected={"": Expected(cm=10, at=at("00:00"), until=at("10:00"), source="気象台")})
    six = picture(rising(3, 3), MIDNIGHT, told=noted)
    assert six.ahead.snow_cm == 7.0  # seven of the ten hours
    fired = says("morioka", six)
    assert (fired.main.outcome, fired.main.reason) == (Outcome.PROPOSE, Reason.FORECAST)
    steep = picture(rising(6, 3), MIDNIGHT)
    assert steep.ahead.snow_cm == 12.0 and not steep.ahead.source
    assert says("morioka", steep).main.outcome is Outcome.BELOW
    assert decide(steep, replace(PRESETS["morioka"], trend=True)).main.reason is Reason.FORECAST


def test_warmth_and_rain_speak_against_it_but_not_under_deep_snow() -> None:
    assert main("morioka", rising(12, 6), ahead=Ahead(thaw_chance=0.7)) == (Outcome.VETO, Reason.WILL_MELT)
    assert main("morioka", rising(12, 6), ahead=Ahead(rain_mm=1.5)) == (Outcome.VETO, Reason.RAIN)
    assert main("morioka", rising(22, 12), ahead=Ahead(thaw_chance=0.9)) == TOLD_ALIKE


def test_out_of_season_and_without_a_gauge_it_says_so() -> None:
    november = says("morioka", picture(rising(12, 6), at("00:00", "2026-11-20")))
    assert (november.main.outcome, november.main.reason) == (Outcome.VETO, Reason.OUT_OF_SEASON)
    drill = says("morioka", november.picture, status=Status.EXERCISE)  # held before the winter
    assert (drill.main.outcome, drill.main.reason) == TOLD_ALIKE
    silent = says("morioka", picture([12.0], MIDNIGHT), at=MIDNIGHT, gauges=(), silent=("松園",))
    assert (silent.main.outcome, silent.main.reason) == (Outcome.UNKNOWN, Reason.NO_GAUGE)
    assert sentence(silent) == "判断できません：松園の観測が途絶えています"


def test_hirosaki_decides_at_midnight_only_and_wants_more_at_the_ends_of_the_season() -> None:
    assert main("hirosaki", rising(12, 6), "21:00") == (Outcome.WAIT, Reason.NOT_ITS_HOUR)
    assert main("hirosaki", rising(12, 6), "00:20") == TOLD_ALIKE
    assert main("hirosaki", rising(12, 6), "04:00")[1] is Reason.TOO_LATE  # snow before dawn
    december = says("hirosaki", picture(rising(12, 6), at("00:00", "2026-12-10"), preset="hirosaki"))
    assert (december.main.outcome, december.main.need_cm) == (Outcome.NEAR, 15)


def test_sapporo_leaves_snow_that_begins_in_the_small_hours() -> None:
    assert main("sapporo", rising(11, 1), "03:00") == (Outcome.WAIT, Reason.BEGAN_LATE)
    assert main("sapporo", rising(11, 4), "03:00") == TOLD_ALIKE
    assert main("sapporo", rising(2, 4), "00:30", drifting=True) == (Outcome.PROPOSE, Reason.DRIFT)


def test_hakodate_levels_each_class_from_its_own_thickness() -> None:
    called = {Reason.THAW_AHEAD: (Evidence(ref="p", text="圧雪 約 22 cm、暖気"),)}
    one = picture(rising(2, 12), MIDNIGHT, preset="hakodate")
    said = {each.rule: each for each in says("hakodate", one, extras=called, packed_cm=22.0).verdicts}
    assert (said["thaw-other"].outcome, said["thaw-other"].classes) == (Outcome.PROPOSE, (3,))
    assert said["thaw-residential"].outcome is Outcome.NEAR
    told = sentence(says("hakodate", one, extras=called, packed_cm=22.0), said["thaw-residential"])
    assert told.startswith("圧雪 22 cm < 基準 25 cm")


def test_hakodate_asks_other_roads_for_snow_and_ruts() -> None:
    deep = picture(rising(21, 12), MIDNIGHT, preset="hakodate")
    said = {one.rule: one for one in says("hakodate", deep).verdicts}
    assert said["main-roads"].outcome is Outcome.PROPOSE
    assert (said["other-roads"].outcome, said["other-roads"].reason) == (Outcome.NEAR, Reason.NO_RUTS)
    rutted = {one.rule: one for one in says("hakodate", deep, rut_cm=12.0).verdicts}
    assert rutted["other-roads"].outcome is Outcome.PROPOSE
    little = says("hakodate", picture(rising(2, 12), MIDNIGHT, preset="hakodate"), rut_cm=12.0)
    assert [(one.rule, one.reason) for one in little.proposals] == [("main-roads", Reason.RUTS)]


def test_azumino_goes_by_stages_of_one_storm() -> None:
    storm = rising(34, 24)
    first_done = at("18:00", "2027-01-14")
    one = picture(storm, MIDNIGHT, passed=first_done, preset="azumino")
    said = {verdict.rule: verdict for verdict in says("azumino", one).verdicts}
    assert (said["second"].outcome, said["second"].reason) == (Outcome.WAIT, Reason.STAGE_BEFORE)
    assert said["first"].outcome is Outcome.NEAR or said["first"].outcome is Outcome.BELOW
    after = {verdict.rule: verdict for verdict in says("azumino", one, finished={"first": first_done}).verdicts}
    assert after["second"].outcome is Outcome.PROPOSE
    assert after["third"].outcome is Outcome.NEAR
    last_week = {v.rule: v for v in says("azumino", one, finished={"first": first_done - timedelta(days=6)}).verdicts}
    assert last_week["second"].reason is Reason.STAGE_BEFORE


def test_a_rule_counts_from_its_own_round_where_that_is_later_than_the_last_pass() -> None:
    """Main roads were done by hand at 21:00; the other roads' snow lies on."""
    done = Told(finished={"sw": {"main-roads": at("21:00", "2027-01-14")}})
    one = picture(rising(24, 12), MIDNIGHT, told=done, preset="hakodate")
    decision = says("hakodate", one, rut_cm=11.0)
    said = {verdict.rule: verdict for verdict in decision.verdicts}
    assert (decision.main.rule, decision.counted_cm, decision.new_cm) == ("main-roads", 6.0, 24.0)
    assert (said["main-roads"].have_cm, said["other-roads"].have_cm) == (11.0, 24.0)  # ruts of 11 fire there
    assert said["main-roads"].reason is Reason.RUTS and said["other-roads"].reason is Reason.NEW_SNOW


def test_extra_orders_go_out_at_any_hour_but_salt_never_under_deep_snow() -> None:
    ice = {Reason.ICE: (Evidence(ref="r", text="路面 -2℃"),)}
    extra = says("morioka", picture(rising(3, 6), at("14:00"), told=Told(reports={"sw": ice})))
    assert [(one.kind, one.reason) for one in extra.proposals] == [(Kind.DEICING, Reason.ICE)]
    deep = says("morioka", picture(rising(14, 6), at("14:00"), told=Told(reports={"sw": ice})))
    assert [one.kind for one in deep.proposals] == [Kind.PLOW]


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_more_snow_never_makes_a_plow_rule_less_pressing(preset: str) -> None:
    order = list(Outcome)
    for clock in ("00:00", "03:00", "12:00", "23:45"):
        ranks = [
            order.index(says(preset, picture(rising(cm, 10), at(clock), preset=preset)).main.outcome)
            for cm in (0, 4, 8, 12, 25, 45)
        ]
        assert ranks == sorted(ranks, reverse=True), clock


def test_the_picture_drifts_rains_and_expects_a_thaw_by_its_gauges() -> None:
    now = MIDNIGHT
    series = {
        ("g1", "snow_depth"): depths(rising(5, 5), now),
        ("g1", "wind_speed"): [Sample(now, 9.0, "w")],
        ("g1", "air_temperature"): [Sample(now, -4.0, "t")],
        ("g1", "rain_1h"): [Sample(now, 2.0, "r")],
    }
    warm = [Sample(now - HOUR * n, 6.0, f"h{n}") for n in range(30)][::-1]
    inputs = Inputs(now=now, status=Status.ACTUAL, series=series, season={("g1", "air_temperature"): warm})
    found = {one.section: one for one in pictures(inputs, city(), PRESETS["morioka"])}
    assert found["sw"].drifting and found["sw"].ahead.rain_mm == 0.0  # at -4 it is no rain
    assert (found["sw"].ahead.warmest_c, found["ne"].gauges) == (6.0, ())
    assert found["sw"].ahead.thaw_chance is not None and found["sw"].ahead.thaw_chance > 0.6
