"""muster.toml, read strictly; what may be a trigger; and answers out of a form."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.status import Status
from geo.hazard import Evidence
from rules.alert import State
from rules.muster.answer import Answer, AnswerError, Coming, Safety, answer_of
from rules.muster.rules import load_muster_rules
from rules.muster.tally import Asked, arrivals, by_bureau, counted, first_of_all, unanswered
from rules.muster.trigger import Kind, triggers
from rules.muster.want import Want
from rules.situation import Standing
from rules.source import RuleError
from tests.geo.models.test_quake_model import full, one, quick, run
from tests.rules.muster.making import MORIOKA, NOW
from tests.services.making import alert, hazard

GOOD = """source = "x"
[[category]]
code = "1"
name = "1号"
[[rule]]
id = "q"
intensity = "5-"
ask = { 1 = "come" }
"""


@pytest.mark.parametrize(
    ("wrong", "instead", "told"),
    [
        ('intensity = "5-"', 'intensity = "5弱"', "5-"),
        ('intensity = "5-"', 'intensity = "5-"\nwarning_level = 5', "exactly one of"),
        ('intensity = "5-"', "warning_level = 2", "3 to 5"),
        ('intensity = "5-"', "", "exactly one of"),
        ("{ 1 =", "{ 9 =", "unknown key"),
        ('"come"', '"go"', "inform | safety | come"),
        ('{ 1 = "come" }', "{}", "at least one"),
        ("[[rule]]", '[[category]]\ncode = "1"\nname = "b"\n[[rule]]', "of its own"),
        ('source = "x"', 'source = "x"\nremind_after = "PT1M"', "at least 0:05"),
        ('source = "x"', 'source = "x"\nreminders = 99', "0 to 10"),
        ('source = "x"', 'source = "x"\ntypo = 1', "unknown key"),
    ],
)
def test_every_fault_names_its_line_and_cure(tmp_path: Path, wrong: str, instead: str, told: str) -> None:
    file = tmp_path / "muster.toml"
    file.write_text(GOOD.replace(wrong, instead), encoding="utf-8")
    with pytest.raises(RuleError) as error:
        load_muster_rules(file)
    assert told in str(error.value) and "muster.toml:" in str(error.value)


def test_moriokas_rules_say_that_they_are_assumptions() -> None:
    assert MORIOKA.source.startswith("[A]") and [one.code for one in MORIOKA.categories] == ["1", "2", "3"]


def test_what_is_a_trigger() -> None:
    felt = {"intensity": "5+", "official": True}
    told = (Evidence(ref="t", text="震度5強（盛岡市）"),)
    official = hazard(kind="earthquake", model="quake@2", source="2026", facts=felt, evidence=told, alert_level=False)
    instrument = replace(official, source="st1", facts={**felt, "official": False})
    station = replace(official, source="2026:0301", area="032010001")
    rain = replace(official, source="rain", facts={"rain_factor": 0.8})
    heavy = hazard(kind="heavy_rain", model="weather@2", level=5, source="heavy_rain")
    own = hazard(kind="flood", model="flood@1", level=5)
    order = alert(status=Status.ACTUAL, order="避難指示", level=4)
    found = triggers(
        [official, instrument, station, rain, heavy, own],
        [
            Standing(alert=order, state=State.ISSUED),
            Standing(alert=replace(order, series="draft"), state=State.DRAFT),
            Standing(alert=replace(order, series="over", ends=True), state=State.ISSUED),
            Standing(alert=replace(order, series="news", order=""), state=State.ISSUED),
        ],
    )
    assert sorted((one.kind, one.key, one.strength, one.words) for one in found) == [
        (Kind.QUAKE, "quake/2026", 6, "震度5強（盛岡市）"),
        (Kind.ISSUED, f"issued/{order.series}", 4, "避難指示（警戒レベル4）を発令"),
        (Kind.WARNING, "warning/heavy_rain/heavy_rain", 5, heavy.headline),
    ]


def test_the_agencys_telegrams_of_one_earthquake_are_one_trigger() -> None:
    """As the model reads them: the district's first word, the city's own, and 取消."""
    (first,) = triggers(run([quick("5+")]), [])
    (second,) = triggers(run([quick("5+"), full("5-")]), [])
    assert (first.key, first.strength, second.strength) == (second.key, 6, 5)
    assert first.kind is Kind.QUAKE and first.words.startswith("震度5強") and "雨の基準" not in first.words
    assert triggers(run([quick("5+"), full("5-", info_type="取消")]), []) == [first], "the quick word stands"
    assert triggers(run([quick("5+"), quick("5+", info_type="取消")]), []) == []
    assert triggers(run(felt={"q1": one(5.6), "q2": one(5.4)}), []) == [], "instruments ask nobody"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "safety"),
        ({"safety": "fine"}, "safety"),
        ({"safety": "safe"}, "coming"),
        ({"safety": "safe", "coming": "perhaps"}, "coming"),
        ({"safety": "safe", "coming": "comes"}, "minutes"),
        ({"safety": "safe", "coming": "comes", "minutes": "31"}, "minutes"),
        ({"safety": "safe", "coming": "comes", "minutes": "9" * 5000}, "minutes"),
        ({"safety": "safe", "coming": "cannot", "family": "x"}, "family"),
        ({"safety": "safe", "coming": "cannot", "home": "x"}, "home"),
        ({"safety": "safe", "coming": "cannot", "note": "あ" * 201}, "note"),
        ({"safety": "safe", "coming": "cannot", "place": "あ" * 61}, "place"),
    ],
)
def test_an_answer_that_is_none_names_its_field(fields: dict[str, str], field: str) -> None:
    with pytest.raises(AnswerError) as error:
        answer_of(fields, Want.COME, NOW)
    assert error.value.field == field and " / " in str(error.value)


def test_answers() -> None:
    told = answer_of(
        {"safety": "safe", "coming": "comes", "minutes": "60", "note": " 道路\r\n\x00冠水 "}, Want.COME, NOW
    )
    assert (told.arrives_at, told.note) == (NOW + timedelta(hours=1), "道路 冠水")
    assert answer_of({"safety": "rescue"}, Want.COME, NOW).coming is Coming.CANNOT, "who is trapped is asked no more"
    only_safe = answer_of({"safety": "safe"}, Want.SAFETY, NOW)
    assert only_safe.settles(Want.SAFETY) and not only_safe.settles(Want.COME)


def asked(code: str, answer: Answer | None = None, want: Want = Want.COME, bureau: str = "総務部") -> Asked:
    return Asked(
        code=code,
        name=code,
        bureau=bureau,
        section="総務課",
        role="",
        category="1",
        place="",
        phone="",
        want=want,
        asked_at=NOW,
        reached="sent",
        answer=answer,
    )


def answered(minutes: int | None = None, safety: Safety = Safety.SAFE, coming: Coming | None = Coming.COMES) -> Answer:
    at = None if minutes is None else NOW + timedelta(minutes=minutes)
    return Answer(safety=safety, coming=coming, arrives_at=at, at=NOW)


def test_the_numbers_add_up() -> None:
    people = [
        asked("a", answered(20)),
        asked("b", answered(95)),
        asked("c", answered(-5)),
        asked("d", answered(coming=Coming.ARRIVED)),
        asked("e", answered(safety=Safety.RESCUE, coming=Coming.CANNOT), bureau="消防"),
        asked("f"),
        asked("g", want=Want.INFORM),
        asked("h", answered(coming=None)),  # was asked for safety alone, and is asked to come since
    ]
    whole = counted(people)
    assert (whole.asked, whole.answered, whole.unanswered, whole.informed) == (7, 6, 2, 1)
    assert (whole.safe, whole.rescue, whole.comes, whole.arrived, whole.cannot) == (5, 1, 3, 1, 1)
    lines = by_bureau(people)
    assert [(bureau, section) for bureau, section, _ in lines] == [
        ("消防", ""), ("消防", "総務課"), ("総務部", ""), ("総務部", "総務課"),
    ]  # fmt: skip
    assert sum(count.asked for _, section, count in lines if not section) == whole.asked
    curve = [((line.until or NOW) - NOW, line.more, line.total, line.overdue) for line in arrivals(people, NOW)]
    half = timedelta(minutes=30)
    assert curve == [
        (0 * half, 1, 1, False),
        (0 * half, 1, 2, True),
        (1 * half, 1, 3, False),
        (2 * half, 0, 3, False),
        (3 * half, 0, 3, False),
        (4 * half, 1, 4, False),
    ]
    assert [one.code for one in first_of_all(people)] == ["e"]
    assert [one.code for one in unanswered(people)] == ["f", "h"]


def test_the_curve_ends_though_somebody_comes_in_a_day() -> None:
    lines = arrivals([asked("a", answered(1440)), asked("b", answered(700))], NOW)
    assert (lines[-1].until, lines[-1].more, lines[-1].total, len(lines)) == (None, 1, 2, 26)
