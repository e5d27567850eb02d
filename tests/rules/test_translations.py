"""The catalogue in six languages: the same numbers, times and places in each, and each fits every channel.

``SHIRASE_LANGUAGE_ALERTS`` says how many cases are generated (300 unless given; 10,000 by ``make languages``). Few of
them go to one channel each, in turn; from a thousand on each goes to all.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from feeds.cap import write
from feeds.cap.lint import lint
from feeds.status import Status
from rules.alert import Alert, Place, State
from rules.cap_message import to_cap
from rules.case import Case
from rules.engine import decide
from rules.rule import CATALOG, Rule, load_rules
from rules.situation import Situation, Standing
from rules.trial import SENDER
from rules.urgent_mail import Reach, silent
from rules.wording.languages import LANGUAGES
from rules.wording.levels import of_catalog
from rules.wording.templates import names
from rules.wording.times import clock
from services.channels.bluesky.record import STYLE as BLUESKY
from services.channels.line import Config, Line
from services.channels.mastodon import SCALE
from services.channels.registry import CHANNELS, renderer
from services.channels.thread.text import Style, render_thread
from services.channels.x.weight import STYLE as X

RULES = load_rules([CATALOG])
LEVELS = of_catalog()[-1]
SPEAKING = [(rule, case) for rule in RULES for case in rule.tests if case.alerts]
NEW = ("ja-x-easy", "zh-Hans", "ko", "vi")
TOWNS = (
    ("仙北一丁目", "Senboku 1-chome"),
    ("盛岡市", "Morioka City"),
    ("玉山区薮川", "Tamayama-ku Yabukawa"),
    ("都南", ""),
)
EVERY = [renderer(name) for name in CHANNELS]
FITTED = int(os.environ.get("SHIRASE_LANGUAGE_ALERTS", "300"))
EACH = len(EVERY) if FITTED >= 1000 else 1  # channels that each alert is written out for
TIMES = ("seen_at", "reached_at", "measured_at", "erupted_at")


def alerts(rule: Rule, case: Case) -> Iterator[Alert]:
    """What the rule says of the case, in all languages, and the all-clear that follows."""
    towns = {hazard.area: Place(code=hazard.area, name=hazard.area_name, name_en="Town") for hazard in case.hazards}
    situation = Situation(now=case.now, status=Status.ACTUAL, hazards=case.hazards)
    for alert in decide(situation, [rule], SENDER, towns.__getitem__).alerts:
        yield alert
        standing = Standing(
            alert=alert, state=State.ISSUED, issued_revision=1, issued=1, chain=(alert,), last_revision=1
        )
        later = Situation(now=case.now + timedelta(minutes=59), status=Status.ACTUAL, standing={alert.series: standing})
        yield from decide(later, [rule], SENDER, towns.__getitem__).alerts


def facts_missing(rule: Rule, case: Case, alert: Alert, language: str) -> list[str]:
    """Times, levels, figures and places that the Japanese post tells and this language's does not."""
    japanese, told = alert.texts["ja"].short, alert.texts[language].short
    for name in {str(hazard.facts["underpass"]) for hazard in case.hazards if "underpass" in hazard.facts}:
        japanese = japanese.replace(name, "")  # it may hold the name of its district
    moments: list[datetime | str] = [
        alert.sent,
        alert.expires,
        *(str(h.facts[key]) for h in case.hazards for key in TIMES if key in h.facts),
    ]
    pairs = [(clock(one), clock(one, language)) for one in moments]
    pairs += [(LEVELS.label(n, True, "ja"), LEVELS.label(n, True, language)) for n in range(1, 6)]
    pairs += list(zip(names(alert.places, "ja"), names(alert.places, language), strict=True))
    figures = re.findall(r"\d+(?:\.\d+)?(?=c?m)", japanese)
    pairs += [(figure, figure) for figure in figures]
    if alert.ends:  # an all-clear quotes the event, whose level is worded with it
        pairs = [pair for pair in pairs if "レベル" not in pair[0]]
    return [wanted for ja, wanted in pairs if ja in japanese and wanted not in told]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_speaks_every_language_in_order(rule: Rule) -> None:
    assert list(rule.wording) == list(LANGUAGES)
    assert list(rule.all_clear) == (list(LANGUAGES) if rule.all_clear else [])


@pytest.mark.parametrize(("rule", "case"), SPEAKING, ids=lambda value: getattr(value, "id", getattr(value, "name", "")))
def test_every_language_tells_the_same_facts(rule: Rule, case: Case) -> None:
    for alert in alerts(rule, case):
        assert set(alert.texts) == set(LANGUAGES), alert.evidence
        for language in NEW:
            assert facts_missing(rule, case, alert, language) == [], (language, alert.texts[language].short)


@pytest.mark.parametrize("language", NEW)
def test_nothing_of_another_language_is_left_in_the_words(language: str) -> None:
    """Kana in Chinese, Korean or Vietnamese, apart from names and facts, would be a slip of the writer."""
    for rule in RULES:
        for words in (rule.wording[language], *([rule.all_clear[language]] if rule.all_clear else [])):
            prose = re.sub(r"\{[{%].*?[%}]\}", "", words.short + words.instruction, flags=re.DOTALL)
            assert language == "ja-x-easy" or not re.search(r"[ぁ-ゖァ-ヺ]", prose), (rule.id, language)


def varied(dice: random.Random) -> tuple[Rule, Case]:
    """A case of the catalogue somewhere else, at another time, over more places, with other levels and fewer facts."""
    rule, case = dice.choice(SPEAKING)
    shift = timedelta(minutes=dice.randrange(60 * 24 * 300))
    first = case.hazards[0]
    hazards = []
    for number in range(dice.randint(1, 12)):
        town = dice.choice(TOWNS)[0]
        facts = {name: value for name, value in first.facts.items() if dice.random() < 0.8}
        hazards.append(
            replace(
                first,
                area=f"a{number}",
                area_name=f"{town}{number}",
                level=max(first.level, dice.randint(first.level, 5)),
                since=first.since + shift,
                valid_until=first.valid_until + shift,
                facts=facts,
            )
        )
    return rule, replace(case, now=case.now + shift, hazards=tuple(hazards))


@pytest.mark.timeout(180 + FITTED // 4)  # a full run takes some minutes
def test_every_language_fits_every_channel() -> None:
    """Nothing is too long for a channel, no headline for CAP; CAP of six languages is valid."""
    dice = random.Random(6)
    line = Line(Config.model_validate({"token": "t"}))
    every = frozenset(LANGUAGES)
    styles = [replace(style, languages=every) for style in (X, BLUESKY, Style(title="M", limit=500, scale=SCALE))]
    spoken = 0
    for turn in range(FITTED):
        for alert in alerts(*varied(dice)):
            drill = replace(alert, status=dice.choice((Status.ACTUAL, Status.EXERCISE, Status.TEST)))
            assert set(alert.texts) == every, alert.evidence
            assert all(len(text.headline) < 140 for text in alert.texts.values()), alert.texts
            payload = render_thread(drill, styles[turn % 3])  # raises where a post does not fit
            assert set(payload.languages) == every
            assert len(line.render(drill).parts) == 5
            for number in range(turn, turn + EACH):
                channel = EVERY[number % len(EVERY)]
                if channel.name != "urgent_mail" or not silent(drill, Reach()):
                    payload = channel.render(drill)  # raises where it does not fit
                    assert payload.parts and len(payload.counts) == len(payload.parts), channel.name
            if turn % 10 == 0:
                document = write(to_cap(drill))
                assert [one for one in lint(document, alert.sent) if one.level == "error"] == []
            spoken += 1
    assert spoken > FITTED * 0.8


def test_an_account_may_choose_its_languages() -> None:
    (alert,) = [one for one in alerts(*SPEAKING[0]) if not one.ends][:1]
    assert set(render_thread(alert, X).languages) == {"ja", "en"}, "nobody reads a thread in six"
    assert set(render_thread(alert, replace(X, languages=frozenset({"vi"}))).languages) == {"ja", "vi"}
    only = Line(Config.model_validate({"token": "t", "languages": ["ko"]}))
    assert only.render(alert).parts[1].startswith(alert.texts["ko"].short)
    assert len(only.render(alert).parts) == 2
