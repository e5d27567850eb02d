"""Why a road is not plowed: the case, and the same figures in every language."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import rules.street.words as words
from feeds.status import Status
from rules.orders.decide import decide
from rules.orders.decision import Decision, Expected, Kind
from rules.orders.life import Act, Event, How, Order, State, apply
from rules.orders.picture import Told as Seen
from rules.requests.triage import Known
from rules.street.case import Case, Street, Told, street
from rules.street.words import sentence
from rules.wording.languages import LANGUAGES
from tests.rules.orders.nights import PRESETS, at, picture, rising

NOW = at("00:00")
ROAD = Known(segment="a", name="中央通り", administrator="city", route_class=3, section="sw")


def decided(values: list[float], clock: str = "00:00", preset: str = "morioka", **more: object) -> Decision:
    return decide(picture(values, at(clock), preset=preset, **more), PRESETS[preset])  # type: ignore[arg-type]


def order(state: State = State.ORDERED, classes: tuple[int, ...] = (), minutes: int = 30) -> Order:
    empty = Order(
        id=7, status=Status.ACTUAL, section="sw", section_name="西", kind=Kind.PLOW, rule="r", classes=classes
    )
    begun = apply(empty, Event(act=Act.ORDER, at=NOW - timedelta(minutes=minutes), how=How.DESK, who="kato"))
    whole = replace(begun, finish_by=at("07:00"))
    if state is State.WORKING:
        whole = apply(whole, Event(act=Act.START, at=NOW, how=How.DESK, who="kato"))
    return whole


def case(known: Known = ROAD, now: datetime = NOW, **told: object) -> Case:
    return street(known, Told(**told), now).case  # type: ignore[arg-type]


def test_whose_road_it_is_comes_before_everything() -> None:
    fired = decided(rising(12, 5))
    for owner in ("nation", "prefecture", "other"):
        assert case(replace(ROAD, administrator=owner), decision=fired, orders=[order()]) == owner
    assert case(Known(), decision=fired) is Case.NO_ROAD


def test_eight_of_ten_centimetres_is_told_with_its_gauge_and_its_hour() -> None:
    one = street(ROAD, Told(decision=decided(rising(8, 24))), NOW)
    assert (one.case, one.have_cm, one.need_cm) == (Case.BELOW, 8.0, 10.0)
    assert (
        "8 cmで、除雪を始める基準（10 cm）に達していません。15日0時00分までの24時間に、除雪車が通った記録はありません。"
        in sentence(one)
    )
    hirosaki = street(ROAD, Told(decision=decided(rising(8, 24), "21:00", "hirosaki")), at("21:00"))
    assert "The city decides again at 00:00, 16 January." in sentence(hirosaki, "en")


def test_an_order_is_told_until_the_road_is_done_and_only_for_its_classes() -> None:
    assert case(orders=[order()]) is Case.ORDERED
    assert case(orders=[order(State.WORKING)]) is Case.WORKING
    assert case(orders=[order(classes=(1, 2))]) is Case.UNKNOWN
    assert case(replace(ROAD, done_at=NOW - timedelta(minutes=5)), orders=[order()]) is Case.DONE
    assert case(replace(ROAD, done_at=NOW - timedelta(hours=5)), orders=[order()]) is Case.ORDERED
    told = sentence(street(ROAD, Told(orders=[order()]), NOW))
    assert told.startswith("14日23時30分に除雪を指示しました。15日7時00分までに終わる予定です。")
    late = sentence(street(ROAD, Told(orders=[order()]), at("07:30")))
    assert "予定" not in late


def test_a_proposal_is_no_order_and_is_told_as_being_decided() -> None:
    one = street(ROAD, Told(decision=decided(rising(12, 5))), NOW)
    assert one.case is Case.DECIDING and "12 cm（基準 10 cm）になり、市が除雪を判断しています" in sentence(one)
    noted = Seen(expected={"": Expected(cm=10, at=NOW, until=at("10:00"), source="気象台")})
    ahead = street(ROAD, Told(decision=decided(rising(4, 3), told=noted)), NOW)
    assert ahead.case is Case.DECIDING and not ahead.by_snow and "4 cm" not in sentence(ahead)


def test_what_was_done_is_told_as_done_until_snow_lies_on_it() -> None:
    passed = NOW - timedelta(hours=1)
    done = replace(ROAD, done_at=passed)
    calm = decided([*rising(12, 12), *[12.0] * 2], passed=passed)
    assert case(done, decision=calm) is Case.DONE
    again = street(done, Told(decision=decided(rising(12, 12), passed=at("21:00", "2027-01-14"))), NOW)
    assert again.case is Case.BELOW and "最後の除雪は14日23時00分です" in sentence(again)


def test_an_old_look_says_nothing_about_now() -> None:
    old = decided(rising(8, 24))
    assert case(decision=old, now=NOW + timedelta(hours=3)) is Case.UNKNOWN


def test_a_silent_gauge_is_no_snow_free_street() -> None:
    silent = decide(replace(picture(rising(8, 24), NOW), gauges=(), silent=("内丸",)), PRESETS["morioka"])
    assert case(decision=silent) is Case.NO_GAUGE


def test_snow_that_came_too_late_is_told_as_that() -> None:
    """Edge case 3: crossed at 03:50, when nobody is sent out any more."""
    timing = replace(PRESETS["morioka"].timing, last_start=at("03:30").time())
    late = decide(picture(rising(10, 4), at("03:50")), replace(PRESETS["morioka"], timing=timing))
    told = street(ROAD, Told(decision=late), at("03:50"))
    assert told.case is Case.TOO_LATE
    assert "出動を始める時刻を過ぎています。" in sentence(told) and "次の判断は15日7時00分です。" in sentence(told)


def test_larger_roads_come_first() -> None:
    staged = decided(rising(12, 5), preset="azumino")
    mains = [one for one in staged.verdicts if one.classes]
    assert mains, "the preset names classes"
    other = replace(ROAD, route_class=9)
    assert case(other, decision=replace(staged, verdicts=tuple(mains))) is Case.LATER_CLASS


def every_case() -> list[Street]:
    whole = Street(
        case=Case.BELOW, at=NOW, known=replace(ROAD, last_at=NOW, share=0.4), gauge="内丸", have_cm=8.5, need_cm=10.0,
        since=at("18:00"), ordered_at=at("22:00"), finish_by=at("07:00"), next_at=at("02:00"),
    )  # fmt: skip
    known = [whole.known, replace(ROAD, done_at=NOW), ROAD]
    cases = [(one, each) for one in Case for each in known if one is not Case.DONE or each.done_at]
    return [replace(whole, case=one, known=each, by_snow=snow) for one, each in cases for snow in (True, False)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_case_is_said_in_every_language_with_the_same_figures(language: str) -> None:
    for one in every_case():
        said, japanese = sentence(one, language), sentence(one)
        assert said and "{" not in said and "–" not in said, said
        assert all(figure in said for figure in ("8.5", "40") if figure in japanese), (one.case, language, said)


def test_every_language_has_the_same_sentences_with_the_same_blanks() -> None:
    folder = Path(words.__file__).parent / "words"
    tables = {tag: tomllib.loads((folder / f"{tag}.toml").read_text(encoding="utf-8")) for tag in LANGUAGES}
    for tag, table in tables.items():
        assert table.keys() == tables["ja"].keys(), tag
        for name, text in table.items():
            named = set(re.findall(r"\{(\w+)\}", text))
            assert named <= set(re.findall(r"\{(\w+)\}", tables["ja"][name])), (tag, name)
            assert {"have", "need", "percent", "done_at", "finish_by"} & set(
                re.findall(r"\{(\w+)\}", tables["ja"][name])
            ) <= named, (tag, name)
