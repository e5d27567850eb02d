"""The planner, without a store: what gives way first, what never does, and who may use the reserve."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from feeds.status import Status
from rules.alert import Text
from services.channels.budget.plan import Gauge, Rank, Step, plan, rank_of, waits
from services.channels.budget.tariff import Measure, Own, Tariff, Window, tariffs
from services.channels.budget.use import Use, use_of
from services.channels.channel import WHOLE, Form
from services.channels.registry import CHANNELS, renderer
from services.channels.x.channel import X
from tests.services.making import alert

AT = datetime(2026, 12, 9, 22, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=3)
MONEY = Window(name="money", title="今月の費用", measure=Measure.MONEY, limit=Decimal(60), calendar="month")
RATE = Window(name="quarter_hour", title="15分間の投稿", measure=Measure.CALLS, limit=Decimal(100), minutes=15)


def gauge(window: Window, used: float, *, frees: datetime | None = None) -> Gauge:
    unit = 1_000_000 if window.measure is Measure.MONEY else 1
    frees = frees or window.frees(AT, AT - timedelta(minutes=10))
    return Gauge(window=window, limit=window.units, spent=int(used * unit), frees=frees)


def x() -> Tariff:
    return tariffs({"x": Own(money_a_month=Decimal(60))}, {"x": {}})["x"]


def cost(form: Form) -> Use:
    return Use(calls=4 if form.whole else 2, micros=260_000 if form.link else 60_000 if form.whole else 30_000)


def test_every_tariff_is_of_a_channel_and_says_its_source_and_day() -> None:
    known = tariffs({}, {name: {} for name in CHANNELS})
    assert {"x", "line", "mastodon", "bluesky"} <= set(known)
    assert all(one.source and one.checked.year >= 2026 for one in known.values())


def test_a_post_with_a_link_costs_about_thirteen_times_a_plain_one() -> None:
    linked, plain = use_of(x(), ["詳しくは https://city.example/a"]), use_of(x(), ["大雪です"])
    assert (linked.micros, plain.micros, linked.links) == (200_000, 15_000, 1)
    assert use_of(x(), ["a", "b", "c"], done=2) == Use(calls=1, micros=15_000)


def test_a_bare_domain_in_the_text_costs_as_much_as_a_link() -> None:
    assert use_of(x(), ["盛岡市 city.example.jp を見てください"]).micros == 200_000


def test_a_broadcast_counts_once_for_every_friend_however_many_languages() -> None:
    line = tariffs({"line": Own(recipients=12_000, messages_a_month=30_000)}, {"line": {}})["line"]
    assert use_of(line, ["ja", "en", "vi"]) == Use(calls=1, messages=12_000)


def test_the_citys_word_stands_over_the_providers() -> None:
    own = Own(post=Decimal("0.01"), reserve=0.4, money_a_month=Decimal(30), source="契約書", checked=AT.date())
    tariff = tariffs({"x": own}, {"x": {}})["x"]
    money = next(window for window in tariff.windows if window.measure is Measure.MONEY)
    assert (tariff.post, tariff.link_post, money.limit, money.reserve) == (
        Decimal("0.01"),
        Decimal("0.200"),
        Decimal(30),
        0.4,
    )


def test_a_channel_nobody_has_figures_for_must_say_whose_they_are() -> None:
    with pytest.raises(ValueError, match=r"budget\.pager: checked and source must say"):
        tariffs({"pager": Own(post=Decimal(1))}, {"pager": {}})
    with pytest.raises(ValidationError, match="either minutes or calendar"):
        Window.model_validate({"name": "both", "title": "", "measure": "calls", "minutes": 5, "calendar": "day"})


def test_a_month_is_one_in_japan() -> None:
    at = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)  # 00:30 on January 1
    assert MONEY.began(at) == datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    assert MONEY.frees(at, None) == datetime(2027, 1, 31, 15, 0, tzinfo=UTC)


def test_what_runs_low_gives_way_step_by_step() -> None:
    free = 48  # of 60, a fifth is reserve
    taken = [plan([gauge(MONEY, free * share)], Rank.REST, LATER, cost).steps for share in (0.3, 0.55, 0.75, 0.9)]
    assert taken == [
        (),
        (Step.NO_LINK,),
        (Step.NO_LINK, Step.SHORT),
        (Step.NO_LINK, Step.SHORT, Step.TWO_LANGUAGES),
    ]


def test_a_rate_is_not_spared_by_leaving_links_out() -> None:
    steps = plan([gauge(RATE, 80 * 0.75)], Rank.REST, LATER, cost).steps
    assert steps == (Step.SHORT,)


def test_minor_alerts_leave_the_reserve_alone_and_the_reason_is_named() -> None:
    found = plan([gauge(MONEY, 48)], Rank.MINOR, LATER, cost)
    assert not found.goes and found.steps == (Step.NOT_MINOR,)
    assert found.words() == "軽いお知らせはこの経路に出さない（今月の費用 48／60）"


def test_the_rest_may_use_half_of_the_reserve_and_no_more() -> None:
    assert plan([gauge(MONEY, 50)], Rank.REST, LATER, cost).goes
    over = plan([gauge(MONEY, 53.99)], Rank.REST, LATER, cost)
    assert not over.goes and over.steps == (Step.SPENT,)


def test_what_would_not_fit_is_made_smaller_before_it_is_left_out() -> None:
    found = plan([gauge(MONEY, 47.9)], Rank.MINOR, LATER, cost)
    assert found.goes and cost(found.form).micros <= 100_000


def test_a_full_quarter_of_an_hour_refuses_nobody_who_can_wait() -> None:
    assert plan([gauge(RATE, 90)], Rank.REST, LATER, cost).goes


@pytest.mark.parametrize("used", [0, 47, 60, 900])
def test_level_four_cancels_and_all_clears_are_never_made_smaller_and_never_wait(used: float) -> None:
    gauges = [gauge(MONEY, used), gauge(RATE, used)]
    assert plan(gauges, Rank.URGENT, LATER, cost).form == WHOLE
    assert waits(gauges, Rank.URGENT, LATER, cost(WHOLE)) is None


@pytest.mark.parametrize(
    ("level", "ends", "msg_type", "severity", "rank"),
    [
        (4, False, "Alert", "Severe", Rank.URGENT),
        (1, True, "Update", "Minor", Rank.URGENT),
        (2, False, "Cancel", "Minor", Rank.URGENT),
        (2, False, "Alert", "Minor", Rank.MINOR),
        (3, False, "Alert", "Moderate", Rank.REST),
    ],
)
def test_who_comes_first(level: int, ends: bool, msg_type: str, severity: str, rank: Rank) -> None:
    told = {"ends": ends, "msg_type": msg_type, "severity": severity}
    assert rank_of(Status.ACTUAL, level, **told) is rank
    below = Rank.REST if ends or msg_type == "Cancel" else Rank.MINOR
    assert {rank_of(drill, level, **told) for drill in (Status.EXERCISE, Status.TEST)} == {below}, "no drill is urgent"


def test_an_approved_post_waits_for_a_window_that_opens_before_it_expires() -> None:
    use = Use(calls=4)
    full = gauge(RATE, 88, frees=AT + timedelta(minutes=5))
    wait = waits([full], Rank.REST, LATER, use)
    assert wait and wait.until == AT + timedelta(minutes=5) and wait.because == "15分間の投稿 88／100"
    assert waits([gauge(RATE, 60)], Rank.REST, LATER, use) is None


def test_an_approved_post_may_use_the_reserve_of_a_window_that_does_not_open_in_time() -> None:
    use = Use(calls=1, micros=200_000)
    assert waits([gauge(MONEY, 55)], Rank.MINOR, LATER, use) is None
    spent = waits([gauge(MONEY, 59.9)], Rank.MINOR, LATER, use)
    assert spent and spent.until == MONEY.frees(AT, None)


def test_a_channel_says_less_in_a_smaller_form_and_the_drill_stays_marked() -> None:
    channel = renderer("x")
    assert isinstance(channel, X)
    english = Text(
        language="en", event="River", headline="High", description="", instruction="", short="Stay away from the river."
    )
    one = alert(
        texts={**alert().texts, "en": english},
        web="https://city.example/alert",
    )
    whole, small = channel.render(one), channel.render_as(one, Form(link=False, whole=False, languages=1))
    assert any("https://" in part for part in whole.parts) and not any("https://" in part for part in small.parts)
    assert len(small.parts) < len(whole.parts)
    assert all("【訓練】" in part for part in small.parts)
    assert whole.digest != small.digest, "people approve the form that goes out"


@given(
    used=st.lists(st.tuples(st.sampled_from([MONEY, RATE]), st.floats(0, 200)), min_size=1, max_size=4),
    more=st.floats(0, 100),
    rank=st.sampled_from(Rank),
)
def test_whatever_is_used_up_more_of_it_never_makes_a_post_larger(
    used: list[tuple[Window, float]], more: float, rank: Rank
) -> None:
    now = plan([gauge(window, amount) for window, amount in used], rank, LATER, cost)
    fuller = plan([gauge(window, amount + more) for window, amount in used], rank, LATER, cost)
    assert now.goes or not fuller.goes
    if fuller.goes:
        assert cost(fuller.form).micros <= cost(now.form).micros and cost(fuller.form).calls <= cost(now.form).calls
    if rank is Rank.URGENT:
        assert fuller.goes and fuller.form == WHOLE
