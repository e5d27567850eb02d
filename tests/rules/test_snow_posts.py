"""News of snow is one post of X a language: on a night of thirty sections, in a drill, as an update."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from feeds.status import Status
from rules.alert import Place
from rules.engine import decide
from rules.rule import CATALOG, load_rules
from rules.situation import Situation
from rules.trial import SENDER
from services.channels.thread.text import render_thread
from services.channels.x.weight import STYLE as X

RULES = {rule.id: rule for rule in load_rules([CATALOG])}
SIGNED = replace(SENDER, name="盛岡市危機管理防災課")
# Rules whose first post holds all of what to do; two others say it at length in a second one.
POSTS = {
    "plow-ordered": ["ja", "en"],
    "plow-done": ["ja", "en"],
    "snow-plowing": ["ja", "en"],
    "snow-dumps": ["ja", "en"],
    "roof-snow": ["ja", "ja", "en"],
    "winter-digest": ["ja", "ja", "en"],
}


@pytest.mark.parametrize("name", POSTS)
def test_a_night_of_thirty_sections_is_one_post_a_language(name: str) -> None:
    rule = RULES[name]
    case = next(one for one in rule.tests if one.alerts)
    many = 1 if name == "snow-dumps" else 30  # dumps are told one by one, as they fill up
    hazards = [
        replace(case.hazards[0], area=f"plow-{n}", area_name=f"青山・厨川{n}工区", status=Status.EXERCISE)
        for n in range(many)
    ]

    def place(code: str) -> Place:
        return Place(code=code, name=f"青山・厨川{code[5:]}工区", name_en=f"Aoyama-Kuriyagawa section {code[5:]}")

    now = case.now.replace(month=12)  # the longest date
    later = [replace(one, since=one.since + (now - case.now), valid_until=now + timedelta(hours=9)) for one in hazards]
    situation = Situation(now=now, status=Status.EXERCISE, hazards=tuple(later))
    (alert,) = decide(situation, [rule], SIGNED, place).alerts
    update = replace(alert, msg_type="Update", issue=12)
    payload = render_thread(update, X)
    assert list(payload.languages) == POSTS[name], payload.parts
    assert all(part.startswith("【訓練】") for part in payload.parts)
