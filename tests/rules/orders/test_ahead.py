"""Snow until the finish hour: for each moment the newest forecast, of its own place and part, spread evenly."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.snow_ahead import SnowForecast, SnowSpan, Terrain
from geo.snow.foretold import Bulletin, Foretold, bulletin, standing
from rules.orders.ahead import Forecasting, Take, snow_ahead
from rules.orders.came_true import Judging, came_true
from rules.orders.decide import decide
from rules.orders.decision import Expected, Outcome, Reason
from rules.orders.picture import Told
from rules.orders.saying import sentence, sentence_en
from tests.feeds.jma_making import MORIOKA, read, report
from tests.feeds.test_jma_snow_ahead import INLAND, depth, item, local, series, warning
from tests.geo.making import ground
from tests.rules.orders.nights import HOUR, PRESETS, at, city, depths, picture, rising

GROUND = ground(plow=True)
NOW, SEVEN = at("01:00"), at("07:00")
PLAIN = Forecasting()
DAY = {"1": ("2027-01-14T18:00:00+09:00", "PT24H")}
TITLE, TABLES = "警報級の可能性（明日まで）", "府県気象解説情報"


def foretold(cm: float, issued: str = "00:00", **told: object) -> Foretold:
    first, until = told.pop("first", at("00:00")), told.pop("until", at("10:00"))
    low, over = told.pop("low", cm), told.pop("over", 10.0)
    span = SnowSpan(start=first, until=until, low_cm=low, high_cm=cm, over_h=over)  # type: ignore[arg-type]
    fields = {"source": f"予報{issued}", "ref": issued} | told
    return Foretold(span=span, issued_at=at(issued), **fields)  # type: ignore[arg-type]


def cm(*some: Foretold, how: Forecasting = PLAIN, section: str = "sw") -> float | None:
    found = snow_ahead(some, section, how, (NOW, SEVEN))
    return None if found is None else round(found.cm, 3)


def telegram(body: str, title: str = TITLE, **more: str) -> Bulletin:
    return bulletin(read(report(title, body, **({"at": "2027-01-14T17:00:00+09:00"} | more))), GROUND)


def test_an_amount_falls_evenly_and_only_what_is_still_to_come_counts() -> None:
    assert cm() is None
    assert cm(foretold(10)) == 6.0  # six of its ten hours
    assert cm(foretold(10, until=at("04:00"), over=4.0)) == 7.5
    assert cm(foretold(10, first=at("07:00"), until=at("17:00"))) is None
    assert cm(foretold(12, over=20.0)) == 3.6  # told by twenty hours around it


def test_each_hour_is_told_by_the_newest_forecast_that_speaks_of_it() -> None:
    old, new = foretold(10, "00:00"), foretold(40, "00:30", until=at("03:00"), over=10.0)
    found = snow_ahead((old, new), "sw", PLAIN, (NOW, SEVEN))
    assert found is not None
    assert (found.cm, found.until) == (12.0, None)  # 4 cm an hour until three, then 1
    assert list(found.sources) == ["予報00:30", "予報00:00"]
    short = snow_ahead([new], "sw", PLAIN, (NOW, SEVEN))
    assert short is not None and short.until == at("03:00")


def test_of_one_hour_of_issue_the_finer_area_its_own_terrain_and_the_shorter_steps_count() -> None:
    plain, mountain = foretold(10, terrain=Terrain.PLAIN), foretold(30, terrain=Terrain.MOUNTAIN)
    assert (cm(mountain, plain), cm(plain, mountain, how=Forecasting(mountain=frozenset({"sw"})))) == (6.0, 18.0)
    assert cm(mountain) == 18.0  # nothing else is said of the area
    assert cm(foretold(50, rank=3), foretold(10, rank=0)) == 6.0
    assert cm(foretold(24, over=24.0), foretold(12, over=6.0)) == 12.0


def test_the_worst_hours_of_a_day_come_once_and_of_the_others_the_day_s_own_amount_is_told() -> None:
    day = {"first": at("00:00"), "until": at("00:00") + timedelta(days=1)}
    worst, whole = foretold(20, over=6.0, **day), foretold(40, over=24.0, **day)
    found = [snow_ahead(some, "sw", PLAIN, (NOW, NOW + 18 * HOUR)) for some in ([worst], [whole], [worst, whole])]
    assert [one and (round(one.cm, 3), one.until) for one in found] == [(20.0, SEVEN), (30.0, None), (40.0, None)]
    assert cm(worst, whole) == 20.0 and cm(worst) == 20.0


def test_what_counts_of_a_range_is_the_city_s_to_say() -> None:
    wide = foretold(20, low=10.0)
    assert [cm(wide, how=Forecasting(take=take)) for take in Take] == [6.0, 9.0, 12.0]


def test_a_telegram_speaks_of_the_city_alone_and_the_newest_of_a_series_replaces_the_one_before() -> None:
    far = telegram(series(DAY, item(depth(40, ref="1"), ("沿岸北部", "030020"))))
    assert far.said == ()
    first = telegram(series(DAY, item(local("平地", depth(24, ref="1")))), TABLES, event="JP1", serial="1")
    (one,) = standing([first], NOW)
    assert (one.source, one.rank, one.terrain) == ("気象庁 1月14日17:00 発表、内陸 平地", 3, Terrain.PLAIN)
    later = {"event": "JP1", "serial": "2", "at": "2027-01-14T23:00:00+09:00"}
    calm = telegram("", TABLES, **later)  # the second speaks of the waves alone
    assert standing([first, calm], NOW) == standing([calm, first], NOW) == []
    assert standing([first, telegram("", TABLES, **(later | {"info_type": "取消"}))], NOW) == []
    bound = depth(24, ref="1", condition="以下")
    assert telegram(series(DAY, item(bound))).said == (), "of a calm night, too, they say: at most so much"
    other = telegram("", TABLES, **(later | {"event": "JP2"}))
    assert len(standing([first, other], NOW)) == 1
    assert standing([first], at("18:00")) == [] and standing([first], NOW - timedelta(days=2)) == []


def test_a_correction_of_the_same_minute_holds() -> None:
    wrong, right = (telegram(series(DAY, item(depth(value, ref="1")))) for value in (99, 24))
    assert [one.span.high_cm for one in standing([wrong, right], NOW)] == [24]


def test_a_warning_without_hours_gives_way_to_its_own_time_series_and_to_no_coarser_one() -> None:
    title, at_11 = "気象警報・注意報（Ｒ０６）（大雪）", "2027-01-14T23:00:00+09:00"
    without = telegram(warning(30), title, at=at_11)
    assert cm(*standing([without], NOW)) == 15.0  # six of the twelve hours after it
    body = series(DAY, item(depth(24, ref="1"), MORIOKA))
    hours = telegram(body, "気象警報・注意報時系列情報（Ｒ０６）", at="2027-01-14T22:58:00+09:00")
    assert cm(*standing([hours, without], NOW)) == 6.0
    coarse = telegram(series(DAY, item(depth(24, ref="1"))), at="2027-01-14T22:58:00+09:00")
    assert cm(*standing([coarse, without], NOW)) == 15.0


def provided(place: str, cms: float, issued: datetime = NOW, **more: object) -> Bulletin:
    span = SnowSpan(start=NOW, until=SEVEN, low_cm=cms, high_cm=cms, over_h=6.0)
    fields = {"gateway": "tenki", "place": place, "measured_at": issued, "spans": (span,), "source": "○○気象"} | more
    return bulletin(SnowForecast(**fields), GROUND)  # type: ignore[arg-type]


def test_a_provider_speaks_of_a_section_the_city_a_mesh_or_a_point() -> None:
    def sections(one: Bulletin) -> list[list[str] | None]:
        return [None if each.sections is None else sorted(each.sections) for each in one.said]

    assert sections(provided("sw", 5)) == [["sw"]]
    assert sections(provided("03201", 5)) == [None]
    assert sections(provided("59414016", 5)) == [["sw"]]
    assert sections(provided("yabukawa", 5, lon=141.12, lat=39.72)) == [["ne"]]
    assert sections(provided("nowhere", 5)) == sections(provided("sw", 5, lon=135.0, lat=35.0)) == []


def test_of_a_provider_only_the_newest_issue_of_a_place_counts_and_a_revision_replaces() -> None:
    old, new = provided("sw", 5, NOW - HOUR), provided("sw", 2)
    assert [one.span.high_cm for one in standing([new, old, provided("se", 9)], NOW)] == [2, 9]
    assert [one.span.high_cm for one in standing([old, new, provided("sw", 3)], NOW)] == [3]


def test_a_rule_that_fires_on_a_forecast_names_it_and_a_note_counts_only_while_it_is_newer() -> None:
    official = standing([telegram(series(DAY, item(local("平地", depth(32, ref="1")))))], NOW)
    made = decide(picture(rising(4, 4), NOW, told=Told(foretold=official)), PRESETS["morioka"])
    assert (made.main.outcome, made.main.reason, made.main.have_cm) == (Outcome.PROPOSE, Reason.FORECAST, 12.0)
    told = "降った雪と、これからの 8 cm（気象庁 1月14日17:00 発表、内陸 平地）とで 12 cm（基準 10 cm）"
    assert sentence(made) == f"除雪の基準に達しました：{told}"
    assert sentence_en(made) == "The rule for plowing fired: 12 cm fallen and to come (8 cm forecast), limit 10 cm"
    assert made.main.evidence[-1].ref.startswith("jma/VPFD60|")
    for clock, day, enough in (("20:00", "2027-01-14", False), ("16:00", "2027-01-14", True)):
        note = Expected(cm=1, at=at(clock, day), until=SEVEN, source="当直")
        both = Told(foretold=official, expected={"": note})
        assert (decide(picture(rising(4, 4), NOW, told=both), PRESETS["morioka"]).main.fired is not None) is enough


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(0, 30), st.integers(0, 9)), max_size=5))
def test_no_hour_counts_twice_whatever_overlaps(some: list[tuple[int, int, int, int]]) -> None:
    every = [
        foretold(
            float(amount), f"00:0{issued}", first=at("00:00") + first * HOUR, until=at("00:00") + (first + lasts) * HOUR
        )
        for first, lasts, amount, issued in some
    ]
    steepest = max((one.span.high_cm / one.span.over_h for one in every), default=0.0)
    found = cm(*every)
    assert found is None or 0 <= found <= steepest * 6 + 1e-6
    assert found == cm(*reversed(every))


def test_the_city_itself_goes_before_the_prefecture_in_one_telegram() -> None:
    both = item(depth(24, ref="1"), MORIOKA) + item(depth(96, ref="1"), INLAND)
    assert cm(*standing([telegram(series(DAY, both))], NOW)) == 6.0


def test_what_came_of_forecasts_by_issuer_and_length() -> None:
    gauges = city()
    series_of = {("g1", "snow_depth"): depths([20.0] * 26 + [22.0, 24.0, 26.0] + [26.0] * 20, at("23:00"))}
    said = provided("sw", 12), provided("se", 5), provided("sw", 1, NOW + timedelta(minutes=5))
    known = [(NOW, one) for one in said]
    late = (SEVEN + HOUR, provided("sw", 30))
    found = came_true([*known, late], series_of, gauges, Judging(), at("23:00"))
    account = found["○○気象", 6.0]
    assert (account.n, account.foreseen, account.fallen, account.missing) == (2, 13.0, 8.0, 1)
    assert (account.hit, account.false, account.miss) == (0, 1, 0)
    assert came_true(known, series_of, gauges, Judging(), at("05:00")) == {}, "its hours are not over"
