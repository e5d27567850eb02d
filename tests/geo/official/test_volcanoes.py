"""Which telegram speaks for a volcano: months later, corrected, withdrawn, and missed."""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from feeds.records import Telegram, TelegramArea
from feeds.status import Status
from geo.official.instant import Heard, Question, in_force
from geo.official.telegrams import Whereabouts
from geo.official.volcanoes import standing
from tests.geo.making import NOW
from tests.geo.official.telegrams import CITY, decoded, entry, telegram

REAL = os.environ.get("SHIRASE_REAL_DATA")
DAY = timedelta(days=1)


def volcano(kind: str, code: str = "207", name: str = "岩手山") -> TelegramArea:
    return entry("volcano", kind, f"kind {kind}", code=code, name=name, code_type="火山名", status=None)


def warning(kind: str, days_ago: float, *more: TelegramArea, code: str = "207", **fields: object) -> Telegram:
    areas = () if fields.get("info_type") == "取消" else (volcano(kind, code), *more)
    return telegram("VFVO50", *areas, at=NOW - days_ago * DAY, event_id=code, hazard="volcano", **fields)


def survey(kind: str, days_ago: float, **fields: object) -> Telegram:
    areas = (volcano("11", "208", "秋田駒ヶ岳"), volcano(kind))
    return telegram("VFVO51", *areas, at=NOW - days_ago * DAY, event_id="900", hazard="volcano", **fields)


def state(*telegrams: Telegram, code: str = "207") -> tuple[int, str, float] | None:
    """Level, type of the telegram that speaks, and for how many days it has been so; whatever order they came in."""
    answers = {
        None
        if (found := standing(some, NOW).get(code)) is None
        else (found.level, found.telegram.telegram or "", (NOW - found.since) / DAY)
        for some in permutations([*telegrams, telegrams[-1]])
    }
    (answer,) = answers
    return answer


def test_a_warning_stands_until_the_next_one() -> None:
    assert state(warning("12", 700)) == (2, "VFVO50", 700)
    assert state(warning("12", 700), warning("13", 5)) == (3, "VFVO50", 5)
    assert state(warning("12", 700), warning("12", 5)) == (2, "VFVO50", 700), "said again, it is as old as before"
    assert state(warning("12", 700), warning("11", 5)) == (1, "VFVO50", 5)
    assert state(warning("12", -1)) is None, "of tomorrow"


def test_each_volcano_has_its_own_state() -> None:
    both = (warning("12", 30), warning("13", 20, code="208"))
    assert state(*both) == (2, "VFVO50", 30) and state(*both, code="208") == (3, "VFVO50", 20)


def test_what_is_withdrawn_was_never_said() -> None:
    back = {"info_type": "取消"}
    assert state(warning("12", 700), warning("13", 5), warning("", 4, **back)) == (2, "VFVO50", 700)
    assert state(warning("12", 700), warning("", 4, **back)) is None
    other = warning("", 4, code="208", **back)
    assert state(warning("12", 700), other) == (2, "VFVO50", 700)


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    right = warning("12", 5 - 0.01, info_type="訂正", editorial_office="仙台管区気象台")
    assert state(warning("11", 700), warning("13", 5), right) == (2, "VFVO50", 5)
    gone = warning("", 4, info_type="取消")
    assert state(warning("11", 700), warning("13", 5), right, gone) == (1, "VFVO50", 700)


def test_a_survey_speaks_where_a_warning_was_missed() -> None:
    assert state(survey("12", 3)) == (2, "VFVO51", 3)
    assert state(warning("12", 700), survey("12", 3)) == (2, "VFVO50", 700), "it only repeats"
    assert state(warning("12", 700), survey("11", 3)) == (1, "VFVO51", 3)
    assert state(survey("11", 3), warning("13", 2)) == (3, "VFVO50", 2)
    late = survey("11", 1, info_type="訂正")
    assert state(survey("11", 3), warning("13", 2), late) == (3, "VFVO50", 2), "of before the warning, corrected later"


@pytest.mark.parametrize(("kind", "level"), [("21", 1), ("22", 2), ("23", 3), ("24", 4), ("25", 5), ("36", 2)])
def test_volcanoes_without_levels(kind: str, level: int) -> None:
    assert state(warning(kind, 9)) == (level, "VFVO50", 9)


def told(*telegrams: Telegram, place: Whereabouts | None) -> list[tuple[str, str]]:
    heard = [Heard(one, one.measured_at) for one in telegrams]
    found = in_force(heard, Question(at=NOW, place=place), Status.ACTUAL)
    return [(one.area, one.kind_name) for one in found]


MORIOKA = Whereabouts(CITY, (CITY, "030011", "030010", "030000", "212"))


def test_what_was_in_force_at_an_instant() -> None:
    old = warning("12", 700, entry("volcano", "02", "火口周辺警報", status=None))
    assert told(old, place=MORIOKA) == [(CITY, "火口周辺警報")]
    assert told(old, place=Whereabouts("207")) == [("207", "kind 12")]
    mistaken = (warning("13", 5), warning("", 4, info_type="取消"))
    assert told(old, *mistaken, place=MORIOKA) == [(CITY, "火口周辺警報")]
    assert told(old, warning("11", 4), place=MORIOKA) == []
    near = Whereabouts(CITY, volcanoes=("207",))
    assert told(warning("12", 700), place=near) == [("207", "kind 12")], "the profile says that it concerns the city"
    assert told(survey("12", 3), place=None) == [("207", "kind 12")], "of a survey only what is not calm"


def test_a_volcano_whose_digits_are_the_citys_district_of_earthquakes() -> None:
    zao = warning("13", 2, code="212")
    assert told(zao, place=MORIOKA) == [] and told(zao, place=None) == [("212", "kind 13")]


@pytest.mark.real
@pytest.mark.skipif(not REAL, reason="SHIRASE_REAL_DATA does not say where the real telegrams are")
def test_the_real_survey_and_warning() -> None:
    survey_of_all, asama = (
        decoded((Path(REAL or "") / "jma" / name).read_bytes(), name)
        for name in ("44_01_01_151008_VFVO51.xml", "45_01_01_200522_VFVO50.xml")
    )
    found = standing([survey_of_all, asama], asama.measured_at)
    assert len(found) == 112 and found["207"].level == 1 and found["509"].level == 5
    assert (found["306"].level, found["306"].telegram) == (3, asama)
    assert standing([survey_of_all, asama], asama.measured_at - DAY)["306"].level == 2
