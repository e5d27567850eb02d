"""A tsunami told by coasts: nothing inland, step by step by the sea, and heights in the words people are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from feeds.records import Telegram
from feeds.status import Status
from geo.official.instant import Heard, Question, in_force
from geo.official.telegrams import Whereabouts, whereabouts
from tests.geo.making import NOW, ground
from tests.geo.official.telegrams import decoded
from tests.geo.official.telegrams import telegram as made

MINUTE = timedelta(minutes=1)
_FRAME = """<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>{title}</Title><DateTime>{at}</DateTime>
<Status>通常</Status><EditorialOffice>気象庁本庁</EditorialOffice><PublishingOffice>気象庁</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>津波</Title>
<ReportDateTime>{at}</ReportDateTime><EventID>{event}</EventID><InfoType>{info_type}</InfoType><Serial/>
<Headline><Text/></Headline></Head><Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/seismology1/"
 xmlns:h="http://xml.kishou.go.jp/jmaxml1/elementBasis1/"><Tsunami>{part}</Tsunami></Body></Report>"""
_ITEM = """<Item><Area><Name>岩手県</Name><Code>{code}</Code></Area>
<Category><Kind><Name>{name}</Name><Code>{kind}</Code>
</Kind><LastKind><Name/><Code>{last}</Code></LastKind></Category>{first}{height}</Item>"""
_TITLES = {"VTSE41": "津波警報・注意報・予報a", "VTSE51": "津波情報a", "VTSE52": "沖合の津波観測に関する情報"}


def told(
    kind: str, name: str, minutes: int, last: str = "00", height: str = "", first: str = "", **frame: str
) -> Heard:
    """The state of the coast 210 from so many minutes after ``NOW``, as VTSE41 tells it unless told otherwise."""
    at = NOW + minutes * MINUTE
    code_of = frame.pop("area", "210")
    item = _ITEM.format(code=code_of, name=name, kind=kind, last=last, first=first, height=height)
    filled = {"type": "VTSE41", "event": "20260801175800", "info_type": "発表", "part": f"<Forecast>{item}</Forecast>"}
    filled |= frame
    text = _FRAME.format(title=_TITLES[filled["type"]], at=at.isoformat(), **filled)
    return Heard(decoded(text.encode(), f"32_{filled['type']}.xml"), at)


def by_the_sea(heard: list[Heard], minutes: int, place: Whereabouts) -> list[tuple[str, str | None, str | None]]:
    asked = Question(at=NOW + minutes * MINUTE, place=place)
    return [(one.kind_name, one.height, one.arrival) for one in in_force(heard, asked, Status.ACTUAL)]


SEA = whereabouts(
    "03202", replace(ground(), city="03202", tsunami_areas=("210",), forecast_areas=("0320200", "030020"))
)
INLAND = whereabouts("03201", replace(ground(), forecast_areas=("0320100", "030010", "210")))  # a quake district's 210


def height(description: str, value: str = "NaN", condition: str = ' condition="不明"') -> str:
    return (
        f'<MaxHeight><h:TsunamiHeight type="津波の高さ" unit="m"{condition} description="{description}">{value}'
        "</h:TsunamiHeight></MaxHeight>"
    )


ARRIVES = "<FirstHeight><ArrivalTime>2026-08-01T18:30:00+09:00</ArrivalTime></FirstHeight>"
THERE = "<FirstHeight><Condition>津波到達中と推測</Condition></FirstHeight>"
NIGHT = [
    told("62", "津波注意報", 0, height=height("１ｍ", "1", ""), first=ARRIVES),
    told("51", "津波警報", 10, last="62", height=height("高い"), first=THERE),
    told("53", "大津波警報：発表", 12, last="51", height=height("巨大"), first=THERE),
    told("52", "大津波警報", 20, last="53", height=height("１０ｍ超", "10", ""), first=THERE),
    told("62", "津波注意報", 300, last="52"),
    told("60", "津波注意報解除", 600, last="62"),
]


@pytest.mark.parametrize(
    ("minutes", "held"),
    [
        (-1, []),
        (5, [("津波注意報", "１ｍ", "2026-08-01T18:30:00+09:00")]),
        (11, [("津波警報", "高い", "津波到達中と推測")]),
        (15, [("大津波警報：発表", "巨大", "津波到達中と推測")]),
        (21, [("大津波警報", "１０ｍ超", "津波到達中と推測")]),
        (301, [("津波注意報", None, None)]),
        (601, []),
    ],
)
def test_a_night_by_the_sea_and_the_same_night_inland(
    minutes: int, held: list[tuple[str, str | None, str | None]]
) -> None:
    assert by_the_sea(NIGHT, minutes, SEA) == by_the_sea(NIGHT[::-1], minutes, SEA) == held
    assert by_the_sea(NIGHT, minutes, INLAND) == [], "a district of earthquakes with the same digits is no coast"


def test_one_telegram_tells_every_coast_whatever_earthquakes_it_names() -> None:
    second = told("51", "津波警報", 10, last="62", event="20260801175800 20260801180500")
    over = told("50", "津波警報解除", 60, last="51", event="20260801175800 20260801180500")
    night = [NIGHT[0], second, over]
    assert [name for name, *_ in by_the_sea(night, 20, SEA)] == ["津波警報"]
    assert by_the_sea(night, 61, SEA) == [], "nothing of the first earthquake stays behind"


def test_withdrawn_gives_back_what_stood_before_of_another_earthquake() -> None:
    wrong = told("51", "津波警報", 10, event="20260801180500")
    gone = told("", "", 12, event="20260801180500", info_type="取消", part="")
    night = [NIGHT[0], wrong, gone]
    assert [name for name, *_ in by_the_sea(night, 11, SEA)] == ["津波警報"]
    assert [name for name, *_ in by_the_sea(night, 12, SEA)] == ["津波注意報"]
    same = told("", "", 12, info_type="取消", part="")
    assert by_the_sea([NIGHT[0], same], 12, SEA) == []


def test_information_and_what_was_measured_offshore_raise_and_end_no_warning() -> None:
    estimate = _ITEM.format(code="210", name="", kind="", last="", first=THERE, height=height("高い"))
    others = [
        told("51", "津波警報", 11, type="VTSE51", height=height("高い"), first=THERE),
        told("", "", 12, type="VTSE52", part=f"<Estimation>{estimate}</Estimation>"),
    ]
    assert by_the_sea(others, 20, SEA) == []
    assert by_the_sea([NIGHT[1], *others], 20, SEA) == by_the_sea([NIGHT[1]], 20, SEA)
    information, offshore = (one.telegram for one in others)
    assert [(one.kind_code, one.height) for one in information.areas] == [("51", "高い")]
    assert [(one.code_type, one.height) for one in offshore.areas] == [("沿岸地域", "高い")]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (height("巨大"), "巨大"),
        (height("", "3", ""), "3m"),
        (height(""), None),
        ("<MaxHeight><Condition>高い</Condition></MaxHeight>", "高い"),
        ("<MaxHeight/>", None),
        ("", None),
    ],
)
def test_heights_as_people_are_told(written: str, read: str | None) -> None:
    assert told("51", "津波警報", 0, height=written).telegram.areas[0].height == read


def test_a_city_of_two_coasts_hears_of_both() -> None:
    two: Telegram = made("VTSE41", *NIGHT[1].telegram.areas, *told("62", "注意報", 0, area="211").telegram.areas)
    place = Whereabouts("0320200", coasts=("210", "211"))
    asked = Question(at=NOW, place=place)
    assert [one.area for one in in_force([Heard(two, NOW)], asked, Status.ACTUAL)] == ["210", "211"]
