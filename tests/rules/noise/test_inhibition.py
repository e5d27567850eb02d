"""Inhibition: what people were told keeps the lesser back, and never what may kill, an end, or another status."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.status import Status
from rules.alert import State
from rules.engine import Decision, Reason, decide
from rules.noise.inhibition import Inhibition, Overheard, Selector, Told, covered, itself
from rules.rule import CATALOG, Rule, load_rules
from rules.situation import Standing
from rules.source import RuleError
from tests.rules.making import NOW, SENDER, hazard, issued, place, rule, situation, toml

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SLIDE_OVER_RAIN = Inhibition(
    id="slide-over-rain",
    title={"ja": "土砂災害の警報", "en": "Landslide warning"},
    by=Selector(kinds=frozenset({"landslide"}), lowest=3),
    quiets=Selector(kinds=frozenset({"heavy_rain"})),
)
RAIN = {"kind": "heavy_rain", "level": 2, "source": "w"}


@pytest.fixture
def slide(tmp_path: Path) -> Rule:
    return rule(tmp_path, toml(drop=["when"]).replace('id = "river"', 'id = "slide"\nwhen = { kind = "landslide" }'))


@pytest.fixture
def rain(tmp_path: Path) -> Rule:
    text = toml(drop=["when"]).replace('id = "river"', 'id = "rain"\nwhen = { kind = "heavy_rain" }')
    return rule(tmp_path, text, inhibited=(SLIDE_OVER_RAIN,))


def inside(area: str) -> set[str]:
    return {area, "city"} if area.startswith("a") else {area}


def decided(rain: Rule, slide: Rule, rained: dict, slid: Standing | None, **changes: object) -> Decision:
    """What the rain's rule decides beside a landslide alert that stands in the city."""
    standing = {slid.alert.series: slid} if slid else {}
    made = [hazard(**RAIN | rained), hazard("city", 3, kind="landslide")]
    picture = replace(situation(*made, **standing), **changes)  # type: ignore[arg-type]
    return decide(picture, [rain, slide], SENDER, place, inside)


def of_rain(decision: Decision) -> list[Reason]:
    return [drop.reason for drop in decision.drops if drop.rule == "rain"]


def warned(slide: Rule, level: int = 3, **changes: object) -> Standing:
    return issued(slide, hazard("city", level, kind="landslide"), **changes)  # type: ignore[arg-type]


def test_the_landslide_warning_silences_the_rain_advisory_in_a_district_of_the_city(rain: Rule, slide: Rule) -> None:
    decision = decided(rain, slide, {}, warned(slide))
    (drop,) = [drop for drop in decision.drops if drop.rule == "rain"]
    assert (drop.stage, drop.reason, len(drop.hazards)) == ("inhibit", Reason.INHIBITED, 1)
    assert "土砂災害の警報" in drop.detail and "slide" in drop.detail


@pytest.mark.parametrize("standing", [None, State.DRAFT, State.REJECTED])
def test_only_what_people_were_told_silences(rain: Rule, slide: Rule, standing: State | None) -> None:
    slid = warned(slide, state=standing) if standing else None
    assert Reason.INHIBITED not in of_rain(decided(rain, slide, {}, slid))


@pytest.mark.parametrize(
    "rained",
    [{"level": 3}, {"level": 4}, {"level": 5}, {"alert_level": False}, {"area": "b1"}],
    ids=["as high", "level 4", "level 5", "another scale", "elsewhere"],
)
def test_what_is_not_lower_there_speaks(rain: Rule, slide: Rule, rained: dict) -> None:
    decision = decided(rain, slide, rained, warned(slide, level=3))
    assert "rain" in [alert.rule for alert in decision.alerts]


def test_level_4_speaks_whatever_stands(rain: Rule) -> None:
    told = Overheard.of([Told("slide", "landslide", "a1", 5, True, "s")])
    grave, low = hazard(**RAIN | {"level": 4}), hazard(**RAIN | {"level": 3, "source": "x"})
    assert set(covered([SLIDE_OVER_RAIN], "rain", [grave, low], told, itself)) == {low.key}


def test_when_the_graver_ends_what_still_holds_speaks(rain: Rule, slide: Rule) -> None:
    over = replace(warned(slide), state=State.ENDED)
    decision = decided(rain, slide, {}, over)
    assert [alert.rule for alert in decision.alerts if alert.rule == "rain"] == ["rain"]
    fallen = warned(slide, level=3)
    made = [hazard(**RAIN), hazard("city", 2, kind="landslide")]
    picture = situation(*made, **{fallen.alert.series: fallen})
    assert "rain" in [one.rule for one in decide(picture, [rain, slide], SENDER, place, inside).alerts]


def test_a_drill_never_silences_the_real_thing(rain: Rule, slide: Rule) -> None:
    drill = hazard("city", 3, kind="landslide", status=Status.EXERCISE)
    picture = replace(situation(drill), status=Status.EXERCISE)
    alert = decide(picture, [slide], SENDER, place).alerts[0]
    standing = Standing(alert=alert, state=State.ISSUED, issued_revision=1, issued=1, chain=(alert,), last_revision=1)
    assert alert.status is Status.EXERCISE
    real = decide(situation(hazard(**RAIN), drill, **{alert.series: standing}), [rain, slide], SENDER, place, inside)
    assert [one.rule for one in real.alerts] == ["rain"]


def test_what_was_announced_gets_its_changes_and_its_end_but_does_not_repeat_itself(rain: Rule, slide: Rule) -> None:
    rain = replace(rain, repeat=HOUR)
    told, slid = issued(rain, hazard(**RAIN)), warned(slide, level=4)

    def said(minutes: int, *there: object) -> Decision:
        now = NOW + minutes * MINUTE
        made = (*there, hazard("city", 4, kind="landslide"))
        standing = {one.alert.series: one for one in (told, slid)}
        picture = situation(*made, now=now, **standing)  # type: ignore[arg-type]
        return decide(picture, [rain, slide], SENDER, place, inside)

    assert of_rain(said(61, hazard(**RAIN))) == [Reason.INHIBITED]
    risen = said(61, hazard(**RAIN | {"level": 3}))
    assert [alert.msg_type for alert in risen.alerts if alert.rule == "rain"] == ["Update"]
    ended = said(61)
    assert [alert.ends for alert in ended.alerts if alert.rule == "rain"] == [True]
    assert [drop.stage for drop in said(61, hazard(**RAIN)).drops if drop.rule == "rain"] == ["spare"]


def table(tmp_path: Path, text: str, file: str = "inhibit") -> list[Path]:
    folder = tmp_path / "city"
    (folder / "noise").mkdir(parents=True)
    (folder / "noise" / f"{file}.toml").write_text(text, encoding="utf-8")
    return [CATALOG, folder]


def row(name: str, by: str, quiets: str, more: str = "") -> str:
    title = 'title = { ja = "あ", en = "a" }'
    return f'[[inhibit]]\nid = "{name}"\n{title}\nby = {{ {by} }}\nquiets = {{ {quiets} }}\n{more}\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (row("one", 'rule = "river-levels"', 'kind = "flood"'), "river-levels"),
        (row("one", 'kind = "landslide"', 'kind = "heavy_rian"'), "heavy_rian"),
        (row("one", "level_at_least = 3", 'kind = "flood"'), "neither rule nor kind"),
        (row("one", 'kind = "landslide"', 'kind = "flood"', 'only = "first"'), "first"),
        (row("one", 'kind = "landslide"', 'kind = "landslide"'), "one → one"),
        (
            row("one", 'kind = "bear"', 'kind = "crime"') + row("two", 'kind = "crime"', 'kind = "bear"'),
            "one → two → one",
        ),
        ('[[inhibit]]\nid = "one"\nfamily = { kind = "bear" }\n', "title"),
    ],
)
def test_a_bad_table_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(RuleError) as error:
        load_rules(table(tmp_path, text))
    assert any(told in str(fault) and "inhibit.toml" in fault.file and fault.line for fault in error.value.faults)


def test_a_city_adds_a_row_replaces_one_and_takes_one_away(tmp_path: Path) -> None:
    text = row("landslide-over-rain-repeat", 'kind = "landslide"', 'kind = "bear"')
    text += '[[inhibit]]\nid = "flood-in-one-district"\noff = true\n'
    rules = {rule.id: rule for rule in load_rules(table(tmp_path, text))}
    assert [row.id for row in rules["bear-sighting"].inhibited] == ["landslide-over-rain-repeat"]
    assert [row.id for row in rules["river-level"].inhibited] == ["evacuation-over-repeats"]


def test_two_thousand_hazards_beside_two_thousand_alerts_are_compared_where_they_meet() -> None:
    """Each hazard asks once in which areas it lies, and meets only what was told of these."""
    asked: list[str] = []

    def around(area: str) -> set[str]:
        asked.append(area)
        return {area, "city"}

    rained = [hazard(f"a{number}", 2, kind="heavy_rain") for number in range(2000)]
    told = Overheard.of(
        one
        for number in range(0, 2000, 2)
        for one in 3 * [Told("slide", "landslide", f"a{number}", 3, rained[0].alert_level, f"s{number}")]
    )
    found = covered([SLIDE_OVER_RAIN], "rain", rained, told, around)
    assert [cover.detail for cover in found.values()][:2] == ["土砂災害の警報（s0）", "土砂災害の警報（s2）"]
    assert (len(found), len(asked)) == (1000, 2000)
    assert sum(1 for _ in told.near({"a0", "a1", "a2"})) == 2, "the same again is one"
