"""What the public is told of a report: no place, minute or sentence beyond its kind's, whatever the report holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.crime_types import Crime, Ended
from feeds.japan import JAPAN
from feeds.records import Report
from geo.geojson import ProfileError
from geo.sighted.telling import floored, read_tellings, standard
from geo.sighted.told import told
from tests.geo.making import ground

GROUND = ground()
SEEN = datetime(2026, 11, 19, 16, 47, 12, tzinfo=JAPAN)
SECRET = "ひみつ"
CRIME = Crime(
    what=f"{SECRET}小学校付近での声かけ",
    precision="minute",
    method=SECRET,
    scene=SECRET,
    offender=f"{SECRET}太郎、年齢23歳くらい、身長170センチ、男性、{SECRET}高校の制服",
    parts=(("氏名", SECRET), ("状況", SECRET)),
)


def report(kind: str, **changes: object) -> Report:
    fields: dict[str, object] = {"lon": 141.0723, "lat": 39.6617, "place": f"{SECRET}3-4", "crime": CRIME}
    fields |= {"text": f"{SECRET}さん 090-1234-5678", "confirmed": True, "source": "試験警察署 019-651-0110"}
    fields |= {"report_id": SECRET, "measured_at": SEEN}
    return Report(gateway=SECRET, kind=kind, **(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", sorted(standard()))
def test_nothing_that_stands_in_a_report_comes_through_as_it_is(kind: str) -> None:
    for crime in (CRIME, None):
        one = told(report(kind, crime=crime), GROUND)
        assert one is not None
        shown = repr(replace(one, area=replace(one.area, geometry=shapely.Point(), code="")))
        for secret in (SECRET, "3-4", "141.0723", "39.6617", "090", "651", "小学校", "高校"):
            assert secret not in shown.replace(" ", "")
        issued = kind != "missing_person" or crime is not None
        assert one.at == floored(SEEN, standard()[kind].time if issued else "hour")


@pytest.mark.parametrize(
    ("kind", "area", "clock", "sentence"),
    [
        ("bear", "mesh-594130952", "16:47", "声かけ。"),
        ("suspicious_person", "sw", "16時ごろ", "声かけ（相手：20歳代・男）。"),
        ("theft", "sw", "15〜18時", "声かけ。"),
        ("fraud", "sw", "", "声かけ。"),
        ("missing_person", "sw", "16:47", "特徴：年齢23歳くらい、身長170センチ、男性。"),
    ],
)
def test_each_kind_is_told_as_its_row_says(kind: str, area: str, clock: str, sentence: str) -> None:
    one = told(report(kind), GROUND)
    assert one is not None
    assert (one.area.code, one.clock, one.sentence) == (area, clock, sentence)


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(standard())),
    st.floats(141.051, 141.149),
    st.floats(39.651, 39.749),
    st.integers(0, 4 * 1440),
)
def test_what_is_told_depends_on_square_and_span_alone(kind: str, lon: float, lat: float, minutes: int) -> None:
    at = SEEN + timedelta(minutes=minutes, seconds=minutes % 60)
    one = told(report(kind, lon=lon, lat=lat, measured_at=at), GROUND)
    assert one is not None
    again = told(report(kind, lon=lon, lat=lat, measured_at=one.at, text="", report_id="other"), GROUND)
    assert again is not None and (again.area, again.at, again.place) == (one.area, one.at, one.place)
    assert GROUND.areas.at(one.area.geometry.centroid.x, one.area.geometry.centroid.y, "city")


def test_what_was_told_by_nobody_is_not_told() -> None:
    assert told(report("ufo"), GROUND) is None
    assert told(report("bear", ended=Ended.FOUND), GROUND) is None
    assert told(report("bear", lon=140.0), GROUND) is None
    hour = told(report("bear", crime=replace(CRIME, precision="hour")), GROUND)
    assert hour is not None and (hour.clock, hour.at.minute) == ("16時ごろ", 0)


def read(tmp_path: Path, text: str) -> object:
    (tmp_path / "reports.toml").write_text(text)
    return read_tellings(tmp_path / "reports.toml")


def test_a_city_may_tell_less(tmp_path: Path) -> None:
    assert read_tellings(tmp_path / "none.toml") is standard()
    found = read(tmp_path, '[bear]\nplace = "square-250"\ntime = "hour"\n[theft]\nplace = "city"\nlist_days = 30\n')
    assert found["bear"].mesh == 5 and found["bear"].level == 3 and found["theft"].list_days == 30  # type: ignore[index]
    city = told(report("theft"), replace(GROUND, tellings=found))  # type: ignore[arg-type]
    assert city is not None and city.area.code == "03201"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[theft]\nplace = "square-125"\n', r"\[theft\]: place = 'square-125' tells more .* 'district'"),
        ('[suspicious_person]\ntime = "minute"\n', r"time = 'minute' tells more"),
        ("[fraud]\nlist_days = 4\n", r"list_days = 4 tells more"),
        ('[theft]\nperson = "suspect"\n', r"person = 'suspect' tells more"),
        ('[bear]\nplace = "house"\n', r"\[bear\]: place: Input should be"),
        ('[bear]\nplaces = "city"\n', r"places: Unexpected"),
        ('[bear]\nlist_days = "3"\n', r"list_days: Input should be a valid integer"),
        ("[wolf]\nlevel = 1\n", r"\[wolf\]: no table of a kind of report; use bear"),
        ("bear = 1\n", "no table of a kind"),
        ("[bear\n", "not TOML"),
    ],
)
def test_a_city_may_not_tell_more_and_is_told_where_it_tried(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        read(tmp_path, text)
