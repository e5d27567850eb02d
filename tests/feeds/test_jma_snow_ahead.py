"""Amounts of snow that telegrams foresee: what is a forecast and what was measured, for which area, part and hours."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.japan import JAPAN
from feeds.jma.feed import Jma
from feeds.records import Message, Telegram
from feeds.snow_ahead import SnowAhead, SnowSpan, Terrain, terrain_of
from feeds.status import Status
from tests.feeds.jma_making import MORIOKA, area, kind, read, report
from tests.feeds.making import NOW, telegram

AT = "2026-11-20T17:00:00+09:00"
INLAND = ("内陸", "030010")
real = pytest.mark.skipif(
    not os.environ.get("SHIRASE_REAL_DATA"), reason="SHIRASE_REAL_DATA does not say where the real telegrams are"
)


def depth(value: object, **told: str) -> str:
    names = {"type": "２４時間最大降雪量", "unit": "cm"} | {"refID" if k == "ref" else k: v for k, v in told.items()}
    return "<jmx_eb:SnowfallDepth {}>{}</jmx_eb:SnowfallDepth>".format(
        " ".join(f'{name}="{text}"' for name, text in names.items()), value
    )


def item(inner: str, place: tuple[str, str] = INLAND, part: str = "SnowfallDepthPart", of: str = "雪") -> str:
    block = f"<Property><Type>{of}</Type><{part}><Base>{inner}</Base></{part}></Property>"
    return f"<Item><Kind>{block}</Kind>{area(place)}</Item>"


def local(name: str, inner: str) -> str:
    return f"<Local><AreaName>{name}</AreaName>{inner}</Local>"


def series(steps: dict[str, tuple[str, str]], *items: str, of: str = "区域予報") -> str:
    defines = "".join(
        f'<TimeDefine timeId="{ref}"><DateTime>{start}</DateTime><Duration>{lasts}</Duration></TimeDefine>'
        for ref, (start, lasts) in steps.items()
    )
    inner = f"<TimeDefines>{defines}</TimeDefines>{''.join(items)}"
    return f'<MeteorologicalInfos type="{of}"><TimeSeriesInfo>{inner}</TimeSeriesInfo></MeteorologicalInfos>'


def told(body: str, title: str = "警報級の可能性（明日まで）", **more: str) -> tuple[SnowAhead, ...]:
    return read(report(title, body, **({"at": AT} | more))).snow_ahead


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


def span(first: str, until: str, low: float, high: float, over: float) -> SnowSpan:
    return SnowSpan(start=at(first), until=at(until), low_cm=low, high_cm=high, over_h=over)


def file(name: str) -> Telegram:
    payload = (Path(os.environ["SHIRASE_REAL_DATA"]) / "jma" / name).read_bytes()
    return telegram(Jma().decode(Message(topic=name, payload=payload, received_at=NOW)))


@pytest.mark.real
@real
def test_the_tables_of_fukui_are_read_for_plain_and_mountain() -> None:
    found = {(one.codes, one.terrain): one for one in file("85_82_02_01_250630_VPFJ51.xml").snow_ahead}
    assert len(found) == 9
    plain = found[("180011",), Terrain.PLAIN]
    assert plain.place == "嶺北北部平地"
    first = span("2024-01-23T18:00", "2024-01-24T18:00", 45, 45, 24)
    assert plain.spans == (first, span("2024-01-24T18:00", "2024-01-25T18:00", 40, 40, 24))
    assert [each.high_cm for each in found[("180011",), Terrain.MOUNTAIN].spans] == [70, 60]
    inland = found[("180013",), Terrain.MOUNTAIN]  # 奥越 has no plain
    assert (inland.place, [each.high_cm for each in inland.spans]) == ("奥越 山地", [80, 60])
    assert [each.high_cm for each in found[("180022",), Terrain.MOUNTAIN].spans] == [65, 50]


@pytest.mark.real
@real
def test_a_warning_foresees_for_the_twelve_hours_after_it_and_a_measurement_foresees_nothing() -> None:
    found = file("15_16_06_241226_VPWW60.xml").snow_ahead
    assert [one.spans[0].high_cm for one in found] == [60, 50, *[30] * 8]
    assert (found[0].codes, found[0].place, found[0].terrain) == (("0121400",), "稚内市", Terrain.ANY)
    assert found[0].spans == (replace(span("2020-06-22T23:00", "2020-06-23T11:00", 60, 60, 12), assumed=True),)
    measured = file("82_01_03_241031_VPBS50.xml")
    assert measured.snow_ahead == () and measured.observations[0].value == 37.0
    for name in ("15_14_01_170216_VPWW53.xml", "15_16_07_250630_VPWW61.xml", "72_08_01_190327_VPAW51.xml"):
        assert file(name).snow_ahead == ()


def test_a_step_counts_for_its_own_hours_by_the_rate_of_its_amount() -> None:
    steps = {"1": ("2026-11-20T18:00:00+09:00", "PT3H"), "2": ("2026-11-20T21:00:00+09:00", "PT3H")}
    six = "６時間最大降雪量"
    both = depth(6, type=six, ref="1") + depth(12, type=six, ref="2")
    (one,) = told(series(steps, item(both, MORIOKA)), "気象警報・注意報時系列情報（Ｒ０６）")
    assert one.spans == (
        span("2026-11-20T18:00", "2026-11-20T21:00", 6, 6, 6),
        span("2026-11-20T21:00", "2026-11-21T00:00", 12, 12, 6),
    )


def test_plain_and_mountain_stand_apart_and_the_sea_is_left_away() -> None:
    steps = {"1": ("2026-11-20T18:00:00+09:00", "PT24H")}
    inner = "".join(local(name, depth(cm, ref="1")) for name, cm in (("平地", 10), ("山沿い", 30), ("海上", 99)))
    found = told(series(steps, item(inner)))
    assert [(one.place, one.terrain, one.spans[0].high_cm) for one in found] == [
        ("内陸 平地", Terrain.PLAIN, 10),
        ("内陸 山沿い", Terrain.MOUNTAIN, 30),
    ]
    assert terrain_of("山形県") is terrain_of("和歌山市") is Terrain.ANY


def test_the_day_of_the_possible_warnings_keeps_both_ends_of_a_range() -> None:
    ends = depth(10, type="２４時間最大降雪量（範囲の下端）") + depth(20, type="２４時間最大降雪量（範囲の上端）")
    part = (
        f"<DetailForecast><SnowfallDepthForecastPart><Base>{ends}</Base></SnowfallDepthForecastPart></DetailForecast>"
    )
    day = "<DateTime>2026-11-20T18:00:00+09:00</DateTime><Duration>PT24H</Duration>"
    kind_of = f"<Item><Kind><Property><Type>２４時間最大降雪量</Type>{part}</Property></Kind>{area(INLAND)}</Item>"
    info = f"<MeteorologicalInfo>{day}{kind_of}</MeteorologicalInfo>"
    body = f'<MeteorologicalInfos type="区域予報">{info}</MeteorologicalInfos>'
    (one,) = told(body)
    assert one.spans == (span("2026-11-20T18:00", "2026-11-21T18:00", 10, 20, 24),)


def test_a_bound_is_told_as_one_and_at_least_is_taken_at_its_word() -> None:
    steps = {"1": ("2026-11-20T18:00:00+09:00", "PT6H"), "2": ("2026-11-21T00:00:00+09:00", "PT6H")}
    six = "６時間最大降雪量"
    inner = depth(15, type=six, ref="1", condition="以下") + depth(30, type=six, ref="2", condition="以上")
    (one,) = told(series(steps, item(inner)))
    assert [(each.low_cm, each.high_cm, each.at_most) for each in one.spans] == [(0, 15, True), (30, 30, False)]


@pytest.mark.parametrize(
    "inner",
    [
        depth("NaN", ref="1"),
        depth("", condition="値なし", ref="1"),
        depth(0, condition="値なし", ref="1"),
        depth(1_000_000, ref="1"),
        depth(-3, ref="1"),
        depth(20, unit="mm", ref="1"),
        depth(20, ref="7"),
        depth(20),
    ],
)
def test_what_cannot_be_true_or_has_no_hours_is_no_forecast(inner: str) -> None:
    assert told(series({"1": ("2026-11-20T18:00:00+09:00", "PT24H")}, item(inner))) == ()


def test_what_was_measured_what_is_over_and_what_is_nowhere_is_no_forecast() -> None:
    day = {"1": ("2026-11-20T18:00:00+09:00", "PT24H")}
    assert told(series(day, item(depth(20, ref="1")), of="観測実況")) == ()
    assert told(series(day, item(depth(20, ref="1"), of="雪の実況"))) == ()
    assert told(series({"1": ("2026-11-19T17:00:00+09:00", "PT24H")}, item(depth(20, ref="1")))) == ()
    nowhere = item(depth(20, ref="1")).replace(area(INLAND), "")
    title = "府県気象解説情報"  # its reader asks no area of the tables
    assert told(series(day, nowhere, of="予想"), title) == ()
    assert len(told(series(day, item(depth(20, ref="1")), of="予想"), title)) == 1


def warning(amount: float, status: str = "発表") -> str:
    inner = f"<SnowfallDepthPart><Base>{depth(amount, type='１２時間最大降雪量')}</Base></SnowfallDepthPart>"
    more = f"<Status>{status}</Status><Property><Type>雪</Type>{inner}</Property>"
    one = f"<Item>{kind('大雪注意報', '12', more)}{area(MORIOKA)}</Item>"
    return f'<Warning type="気象警報・注意報（市町村等）">{one}</Warning>'


def test_a_release_and_a_withdrawal_foresee_nothing_and_a_drill_stays_one() -> None:
    title = "気象警報・注意報（Ｒ０６）（大雪）"
    assert len(told(warning(30), title)) == 1
    assert told(warning(30, "解除"), title) == told(warning(30), title, info_type="取消") == ()
    drill = read(report(title, warning(30), at=AT, status="訓練"))
    assert (drill.status, len(drill.snow_ahead)) == (Status.EXERCISE, 1)


@given(
    st.one_of(st.text(max_size=12), st.integers(-2, 400).map(str)),
    st.sampled_from(["PT3H", "P1D", "", "PT", "P999D"]),
    st.text("0123456789", max_size=4),
    st.sampled_from(["2026-11-20T18:00:00+09:00", "9999-12-31T23:00:00+00:00", "0001-01-01T00:00:00+00:00", ""]),
)
def test_whatever_stands_there_no_amount_is_beyond_belief(value: str, lasts: str, hours: str, start: str) -> None:
    clean = "".join(one for one in value if one.isprintable() and one not in "<&>")
    inner = item(depth(clean, type=f"{hours}時間最大降雪量", ref="1"))
    for one in told(series({"1": (start, lasts)}, inner)):
        for each in one.spans:
            assert (
                0 <= each.low_cm <= each.high_cm <= 300 and each.start < each.until and each.high_cm <= 30 * each.over_h
            )
