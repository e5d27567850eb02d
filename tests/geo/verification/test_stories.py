"""Stories of warnings and events: known nights with known verdicts, and what holds of any night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from geo.registry import MODELS
from geo.verification.promises import PROMISES, place
from geo.verification.stories import APART, Sight, Story, Verdict, ended, tell
from tests.services.web_floor import ground

BEGIN = datetime(2026, 1, 15, tzinfo=UTC)
Night = list[tuple[float, bool | None, bool | None]]  # hours, warned, reached


def at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


def told(night: Night, until: float) -> list[Story]:
    """Every story of the night that is not empty, the last as it stands ``until`` hours on."""
    stories, story = [], Story()
    for hours, warned, reached in [*night, (until, None, None)]:
        if story.over(at(hours)):
            done, story = ended(story)
            stories.append(done)
        story = tell(story, Sight(at=at(hours), warned=warned, reached=reached))
    return stories if story.empty else [*stories, story]


def verdicts(night: Night, until: float = 100) -> list[tuple[str, float | None]]:
    return [(one.verdict.value, one.lead and one.lead / timedelta(hours=1)) for one in told(night, until)]


def test_a_warning_that_stood_until_the_flood_came_is_a_hit_and_its_lead_is_how_long_it_stood() -> None:
    assert verdicts([(0, True, None), (2, False, True), (9, None, False)]) == [("hit", 2.0)]


def test_a_flood_that_nobody_foresaw_is_a_miss_and_so_is_one_whose_warning_was_taken_back() -> None:
    assert verdicts([(3, None, True), (4, None, False)]) == [("miss", None)]
    assert verdicts([(0, True, None), (1, False, None), (3, None, True), (4, None, False)]) == [("miss", None)]


def test_a_warning_in_the_same_step_as_the_flood_foretold_nothing() -> None:
    assert verdicts([(3, True, True), (4, None, False)]) == [("miss", None)]


def test_a_warning_without_a_flood_is_false_only_twelve_hours_after_its_end() -> None:
    assert verdicts([(0, True, None), (2, False, None)], until=14) == [("open", None)]
    assert verdicts([(0, True, None), (2, False, None)], until=14.1) == [("false", None)]


def test_warnings_that_come_and_go_within_twelve_hours_are_one_and_the_lead_counts_from_the_last() -> None:
    night: Night = [(0, True, None), (1, False, None), (5, True, None), (6, False, True), (7, None, False)]
    assert verdicts(night) == [("hit", 1.0)]
    assert verdicts([*night[:3], (6, False, None)]) == [("false", None)]


def test_a_river_that_dips_below_is_one_flood_and_a_day_later_another() -> None:
    dips: Night = [(0, None, True), (2, None, False), (8, None, True), (9, None, False)]
    assert verdicts(dips) == [("miss", None)]
    assert verdicts([*dips, (33, True, None), (35, False, True), (36, None, False)]) == [("miss", None), ("hit", 2.0)]


def test_a_warning_that_outlives_a_flood_is_of_the_next() -> None:
    night: Night = [(0, None, True), (2, None, False), (10, True, None), (20, False, True), (21, None, False)]
    assert verdicts(night) == [("miss", None), ("hit", 10.0)]
    assert verdicts([*night[:3], (20, False, None)]) == [("miss", None), ("false", None)]


def test_what_came_too_late_to_be_news_is_nobodys_success_and_nobodys_fault() -> None:
    story = tell(Story(), Sight(at=at(1), reached=True, late=True))
    assert (story.verdict, story.why) == (Verdict.UNKNOWN, "late")


NIGHTS = st.lists(
    st.tuples(st.floats(0.1, 9), st.sampled_from([None, True, False]), st.sampled_from([None, True, False])),
    max_size=30,
)


@given(NIGHTS)
def test_of_any_night_each_flood_is_judged_once_and_nothing_is_both(steps: list[tuple[float, bool, bool]]) -> None:
    hours, night = 0.0, []
    for pause, warned, reached in steps:
        hours += pause
        night.append((hours, warned, reached))
    stories = told(night, hours + 100)
    crossed = [one for one in stories if one.crossed_at]
    for one in stories:
        assert (one.lead is not None) == (one.verdict is Verdict.HIT)
        assert (one.verdict in {Verdict.HIT, Verdict.MISS}) == (one.crossed_at is not None)
        assert one.lead is None or one.lead > timedelta(0)
    for one, after in pairwise(crossed):
        assert one.left_at and after.crossed_at and after.crossed_at - one.left_at > APART
    if night and not any(reached for _, _, reached in night):
        assert {one.verdict for one in stories} <= {Verdict.FALSE, Verdict.OPEN}


def test_every_promise_is_of_a_model_and_one_gauge_is_one_place() -> None:
    assert set(PROMISES) <= {model.name for model in MODELS}
    for promise in PROMISES.values():
        assert all(aim >= foreseen for foreseen, aim in promise.aims.items())
    gauge = ground().stations["tatesakabashi"]  # with thresholds of level 2 and 4 alone
    assert PROMISES["flood"].levels(None) == (2, 3, 4, 5) and PROMISES["flood"].levels(gauge) == (2, 4)
    assert PROMISES["road_ice"].levels(gauge) == (2,) and PROMISES["flood"].aimed(3) == 4
    assert place("032010001", "tatesakabashi:foreseen") == place("032010002", "tatesakabashi") == "tatesakabashi"
    assert place("032010001", "foreseen") == place("032010001", "") == "032010001"
