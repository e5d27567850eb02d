"""The whole chain of references: whatever a receiver missed, the newest word it got is the only one that stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.cap import CapAlert, read, write
from feeds.cap.lint import lint
from rules.alert import State
from rules.cap_message import to_cap
from rules.rule import Rule
from tests.rules.making import NOW, World, hazard, rule
from tests.rules.test_engine import RULE

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
STEPS = st.lists(st.tuples(st.integers(1, 150), st.integers(0, 5)), min_size=2, max_size=8)  # minutes later, level


@pytest.fixture(scope="module")
def auto(tmp_path_factory: pytest.TempPathFactory) -> Rule:
    folder: Path = tmp_path_factory.mktemp("rule")
    return rule(folder, RULE.replace('approval = "one"', 'approval = { 0 = "auto", 4 = "one" }'))


def published(auto: Rule, steps: list[tuple[int, int]]) -> list[CapAlert]:
    """What leaves the house while the danger moves, as every receiver reads it."""
    world, now, out = World([auto]), NOW, []
    for minutes, level in steps:
        now += minutes * MINUTE
        felt = [hazard(level=level, valid_until=now + timedelta(hours=6))] if level else []
        for alert in world.step(now, *felt).alerts:
            if world.families[alert.series][-1][0] is State.DRAFT:  # the others have left by themselves
                world.issue(alert.series)
            out.append(alert)
    return [read(write(to_cap(alert))) for alert in out]


def standing(received: list[CapAlert]) -> list[CapAlert]:
    """What a careful receiver still shows at the time of the newest: neither replaced nor expired."""
    replaced = {reference for alert in received for reference in alert.references}
    newest = max(alert.sent for alert in received)
    return [alert for alert in received if alert.reference not in replaced and holds(alert, newest)]


def holds(alert: CapAlert, at: datetime) -> bool:
    return all(info.expires is not None and info.expires > at for info in alert.infos)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.data())
def test_whatever_was_missed_only_the_newest_stands(
    auto: Rule, steps: list[tuple[int, int]], data: st.DataObject
) -> None:
    sent = published(auto, steps)
    for series in {alert.incidents for alert in sent}:
        chain = [alert for alert in sent if alert.incidents == series]
        received = data.draw(st.lists(st.sampled_from(chain), min_size=1, unique_by=lambda alert: alert.identifier))
        assert standing(received) == [max(received, key=lambda alert: alert.sent)]


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_all_that_has_not_expired_is_named_oldest_first(auto: Rule, steps: list[tuple[int, int]]) -> None:
    sent = published(auto, steps)
    for number, alert in enumerate(sent):
        earlier = [one for one in sent[:number] if one.incidents == alert.incidents]
        wanted = [one.reference for one in earlier if holds(one, alert.sent)]
        assert list(alert.references) == wanted
        assert alert.msg_type == ("Update" if wanted else "Alert")


def test_no_message_is_older_than_what_it_replaces_though_the_clock_is_set_back(auto: Rule) -> None:
    sent = published(auto, [(60, 2), (-45, 3), (1, 4), (1, 5)])
    assert [alert.sent - sent[0].sent for alert in sent] == [number * SECOND for number in range(len(sent))]
    assert len(sent) >= 3
    for alert in sent:
        faults = [found.rule for found in lint(write(alert), now=alert.sent) if found.level == "error"]
        assert not faults, faults
        assert all(info.effective is None or info.effective <= alert.sent for info in alert.infos)
