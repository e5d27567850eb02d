"""What the city declares of itself becomes a series of alerts with the whole state in each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from feeds.status import Status
from rules.alert import Alert, State
from rules.declaration import Frame, declare, merged
from rules.declared import Declared, Headquarters, Opening, Shelters, ShelterState
from rules.evacuation import evacuates
from rules.redraft import AmendmentError, Pen, Series
from rules.situation import Standing
from rules.wording.declared import forms
from rules.wording.languages import LANGUAGES
from tests.rules.making import NOW, SENDER, place

FRAME = Frame(status=Status.EXERCISE, city="03201", expires=NOW + timedelta(days=1), channels=("x", "lalert"))
SCHOOL = ShelterState(code="1", name="仙北小学校", opening=Opening.OPEN, since=NOW, people=4)
HALL = ShelterState(code="", name="本宮地区活動センター", opening=Opening.OPEN, since=NOW)
STANDS = Headquarters(disaster="11月20日からの大雨", type="災害対策本部", stands=True, since=NOW)


def pen(at: datetime = NOW) -> Pen:
    return Pen(author="sato", now=at, sender=replace(SENDER, languages=frozenset(LANGUAGES)), places=place)


def shelters(*places: ShelterState) -> Shelters:
    return Shelters(disaster="11月20日からの大雨", places=places)


def issued(*alerts: Alert) -> Series:
    """The series with these revisions out."""
    newest = alerts[-1]
    standing = Standing(
        alert=newest,
        state=State.ISSUED,
        issued=len(alerts),
        last_revision=newest.revision,
        chain=alerts,
    )
    return Series(standing=standing, reached=("x",))


def test_the_first_revision_names_what_is_open_in_every_language() -> None:
    alert = declare(shelters(SCHOOL, HALL), None, FRAME, pen())
    assert list(alert.texts) == list(LANGUAGES) and alert.declared == shelters(SCHOOL, HALL)
    for text in alert.texts.values():
        assert "仙北小学校" in text.short and "2" in text.short and "{" not in text.short + text.description
    assert not evacuates(alert) and alert.series.startswith("Exercise-shelters-")
    assert (alert.msg_type, alert.ends, [p.code for p in alert.places]) == ("Alert", False, ["03201"])


def test_each_further_state_is_the_next_revision_and_the_last_closing_ends_the_series() -> None:
    first = declare(shelters(SCHOOL), None, FRAME, pen())
    later = pen(NOW + timedelta(hours=2))
    second = declare(shelters(SCHOOL, HALL), issued(first), FRAME, later)
    assert (second.series, second.revision, second.msg_type) == (first.series, 2, "Update")
    assert [ref.identifier for ref in second.references] == [first.identifier]
    shut = [replace(one, opening=Opening.CLOSED) for one in (SCHOOL, HALL)]
    last = declare(shelters(*shut), issued(first, second), FRAME, pen(NOW + timedelta(hours=9)))
    assert last.ends and last.response == "AllClear" and "閉鎖" in last.texts["ja"].headline
    assert "本宮地区活動センター" in last.texts["ja"].short and "x" in last.channels


def test_the_headquarters_is_set_up_and_dissolved() -> None:
    first = declare(STANDS, None, FRAME, pen())
    assert first.texts["ja"].event == "災害対策本部の設置"
    dissolved = replace(STANDS, stands=False, since=NOW + timedelta(hours=8))
    last = declare(dissolved, issued(first), FRAME, pen(NOW + timedelta(hours=8)))
    assert last.ends and last.texts["ja"].event == "災害対策本部の解散"


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        (shelters(replace(SCHOOL, opening=Opening.CLOSED)), "nothing_to_end"),
        (replace(STANDS, stands=False), "nothing_to_end"),
        (shelters(), "bad_shelters"),
        (shelters(replace(SCHOOL, people=-1)), "bad_shelters"),
        (shelters(replace(SCHOOL, name=" ")), "bad_shelters"),
        (replace(STANDS, disaster=""), "bad_disaster"),
    ],
)
def test_what_cannot_be_declared_is_refused_with_the_cure(declared: Declared, code: str) -> None:
    with pytest.raises(AmendmentError) as refused:
        declare(declared, None, FRAME, pen())
    assert refused.value.code == code


def test_what_is_new_takes_the_place_of_what_was_known() -> None:
    full = replace(SCHOOL, people=200)
    assert merged([SCHOOL, HALL], [full]) == (full, HALL)
    assert merged([SCHOOL], [HALL]) == (SCHOOL, HALL)


def test_every_language_has_every_form_with_the_same_facts() -> None:
    def facts(pattern: dict[str, Any]) -> set[str]:
        return {
            name for part in pattern.values() for name in ("{places}", "{changed}", "{type}", "{count}") if name in part
        }

    assert list(forms()) == list(LANGUAGES)
    for form, japanese in forms()["ja"].items():
        for language in LANGUAGES:
            other = forms()[language][form]
            assert other.keys() == japanese.keys() and facts(dict(other)) == facts(dict(japanese)), (language, form)
