"""Tables in the layout of the police's open data. The rows are made up for these tests."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.crime_csv import MAX_BYTES, CrimeCsv
from feeds.japan import JAPAN
from feeds.records import Decoded, Message, Report

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=JAPAN)
HEAD = (
    "罪名,手口,管轄警察署（発生地）,管轄交番・駐在所（発生地）,市区町村コード（発生地）,都道府県（発生地）,市区町村（発生地）,"
    "町丁目（発生地）,発生年月日（始期）,発生時（始期）,発生場所,被害者の年齢,施錠関係\n"
)
BICYCLE = "窃盗,自転車盗,盛岡東,中央通,032018,岩手県,盛岡市,大通一丁目,2025-04-12,17,駐車（輪）場,20歳代,施錠せず\n"


def decoded(table: str | bytes, encoding: str = "utf-8") -> Decoded:
    payload = table.encode(encoding) if isinstance(table, str) else table
    return CrimeCsv().decode(Message(topic="crime_csv:relay", payload=payload, received_at=NOW, gateway="relay"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_row_is_a_report(encoding: str) -> None:
    found = decoded(HEAD + BICYCLE, encoding)
    assert not found.rejected
    (report,) = found.records
    assert isinstance(report, Report) and report.crime is not None
    assert (report.kind, report.place, report.source) == ("theft", "岩手県盛岡市大通一丁目", "盛岡東")
    assert report.measured_at == datetime(2025, 4, 12, 17, 0, tzinfo=JAPAN)
    crime = report.crime
    assert (crime.what, crime.municipality_code, crime.town, crime.precision) == (
        "自転車盗",
        "032018",
        "大通一丁目",
        "hour",
    )
    assert ("発生場所", "駐車（輪）場") in crime.parts and ("施錠関係", "施錠せず") in crime.parts
    assert "発生年月日（始期）：2025-04-12" in report.text, "under the issuer's own names"


def test_the_order_and_the_width_of_the_names_do_not_matter() -> None:
    found = decoded(
        "発生年月日(始期),手口,罪名,発生時(始期)\n2025/4/12,ひったくり,窃盗,3時台\n20250412,車上ねらい,窃盗,不明\n"
    )
    first, second = found.records
    assert first.measured_at == datetime(2025, 4, 12, 3, 0, tzinfo=JAPAN)
    assert isinstance(second, Report) and second.crime and second.crime.precision == "day"
    assert second.measured_at == datetime(2025, 4, 12, tzinfo=JAPAN)


def test_each_bad_row_is_refused_with_its_line_and_can_be_read_again_alone() -> None:
    rows = [
        BICYCLE,
        "窃盗,自転車盗,盛岡東,,,,,,,,その他,,\n",
        "窃盗,自転車盗,盛岡東\n",
        BICYCLE.replace("2025-04-12", "2025-02-30"),
        BICYCLE.replace("2025-04-12", "4月12日"),
        "\n",
        BICYCLE.replace("2025-04-12", "2027-01-01"),
        BICYCLE.replace("大通一丁目", '"大通\n一丁目"'),
        ",,盛岡東,,,,,,2025-04-12,,,,\n",
    ]
    found = decoded(HEAD + "".join(rows))
    assert len(found.records) == 2
    assert [(one.code, one.at) for one in found.rejected] == [
        ("no_time", "line 3"),
        ("bad_row", "line 4"),
        ("bad_time", "line 5"),
        ("bad_time", "line 6"),
        ("bad_time", "line 8"),
        ("bad_row", "line 11"),
    ]
    again = decoded(found.rejected[0].member)
    assert (again.rejected[0].code, again.rejected[0].at) == ("no_time", "line 2")
    mended = decoded(found.rejected[0].member.replace(",,,その他", "2025-04-01,,その他"))
    assert mended.rejected[0].code == "bad_row", "a lost comma is not forgiven"


def test_two_cases_that_read_the_same_are_two() -> None:
    found = decoded(HEAD + BICYCLE * 3)
    assert len({record.key for record in found.records}) == 3
    again = decoded(HEAD + BICYCLE * 3)
    assert [record.key for record in again.records] == [record.key for record in found.records]


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("", "bad_columns"),
        ("a,b\n1,2\n", "bad_columns"),
        (HEAD, "empty"),
        (b"\x81", "bad_encoding"),
        ("罪名\x00", "bad_encoding"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
        (HEAD + BICYCLE.replace("盛岡東", "あ" * 401), "bad_row"),
    ],
)
def test_what_is_no_table_is_refused_by_name(table: str | bytes, code: str) -> None:
    found = decoded(table)
    assert not found.records
    assert found.rejected[0].code == code


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_anything_below_the_names_is_read_or_refused(rest: str | bytes) -> None:
    tail = rest.encode("utf-8", "surrogatepass") if isinstance(rest, str) else rest
    found = decoded(HEAD.encode() + BICYCLE.encode() + tail)
    assert found.records or found.rejected
