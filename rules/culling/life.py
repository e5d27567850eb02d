"""What may be done with a case of emergency culling, and when: a small machine over its acts and what the public knows.

Nothing begins before all four conditions are ticked, the order stands, and "stay inside" is out for exactly the area of
the plan. Whatever was told is not forgotten: a case is closed only when the all-clear is out, or nothing was ever told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from rules.culling.case import Act, Case, Condition, Event, Outcome, Plan, Stage, Told
from rules.culling.words import CONDITIONS

LONGEST = timedelta(hours=12)  # that people are told to stay inside at once; it may be prolonged
HOLDS_AFTER = timedelta(hours=24)  # how long the word stays in force beyond its hour, so that it can be lifted
REMIND = timedelta(minutes=5)  # before that hour
_BEFORE_WARNING = (Condition.ENTERED, Condition.URGENT, Condition.NO_OTHER)
_AT_THE_END = frozenset({Outcome.TAKEN, Outcome.LEFT, Outcome.STOPPED})
_TOLD = frozenset({Stage.OUT, Stage.ENDING})


class CullingError(ValueError):
    """An act that does not fit; ``code`` is for programs, the text for the officer, in Japanese and English."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def apply(case: Case, event: Event, told: Told) -> Case:
    """The case after the act. Raises CullingError: closed, over, and the code of what is missing."""
    if case.closed:
        raise CullingError("closed", "この件は閉じられています / the case is closed")
    if case.over and event.act not in (Act.CLEAR, Act.CLOSE):
        raise CullingError("over", "この件はもう終わっています / it is over already")
    _CHECKS.get(event.act, _nothing)(case, event, told)
    return replace(case, events=(*case.events, event))


def possible(case: Case, now: datetime, told: Told) -> tuple[Act, ...]:
    """The acts that fit now, of those that need no words of their own."""
    found = []
    for act in (Act.WARN, Act.ORDER, Act.REVOKE, Act.BEGIN, Act.FINISH, Act.CALL_OFF, Act.CLEAR, Act.CLOSE):
        try:
            apply(case, Event(act=act, at=now, who="", outcome=Outcome.TAKEN if act is Act.FINISH else None), told)
        except CullingError:
            continue
        found.append(act)
    return tuple(found)


def missing(case: Case, act: Act, now: datetime, told: Told) -> str:
    """Why an act does not fit yet, for whoever looks for the button; empty where it fits."""
    try:
        apply(case, Event(act=act, at=now, who="", outcome=Outcome.TAKEN if act is Act.FINISH else None), told)
    except CullingError as error:
        return str(error)
    return ""


def overdue(case: Case, told: Told, now: datetime) -> datetime | None:
    """Since when somebody has to lift or prolong what people were told; None: nothing is owed."""
    if case.closed or told.stage in (Stage.NOTHING, Stage.WAITING, Stage.OVER):
        return None
    if case.over:
        return case.over.at
    due = case.plan.until - REMIND if case.plan else now
    return due if told.stage is Stage.RUN_OUT or now >= due else None


def _nothing(_case: Case, _event: Event, _told: Told) -> None:
    """Nothing more to look at."""


def _tick(case: Case, event: Event, _told: Told) -> None:
    _condition(event)
    if event.condition in case.ticked:
        raise CullingError("ticked", "この条件はもう確かめられています / it is ticked already")


def _untick(case: Case, event: Event, _told: Told) -> None:
    _condition(event)
    if event.condition not in case.ticked:
        raise CullingError("not_ticked", "この条件は確かめられていません / it is not ticked")


def _condition(event: Event) -> None:
    if event.condition is None:
        raise CullingError("no_condition", "どの条件かを書いてください / which condition?")


def _plan(_case: Case, event: Event, _told: Told) -> None:
    plan = event.plan
    if plan is None or not plan.areas:
        raise CullingError("no_area", "区域を決めてください / an area is needed")
    _ahead(plan, event.at)


def _ahead(plan: Plan, at: datetime) -> None:
    if not at < plan.until <= at + LONGEST:
        hours = int(LONGEST.total_seconds() // 3600)
        text = f"終わる見込みは、これから{hours}時間以内の時刻です / the end lies ahead, within {hours} hours"
        raise CullingError("bad_until", text)


def _warn(case: Case, event: Event, told: Told) -> None:
    if case.plan is None:
        raise CullingError("no_area", "先に区域・通行止め・見込みを決めてください / the area comes first")
    _ahead(case.plan, event.at)
    _all_of(case, _BEFORE_WARNING)
    if told.stage is Stage.ENDING:
        raise CullingError("ending", "解除の案が承認を待っています / an all-clear waits for approval")


def _order(case: Case, _event: Event, told: Told) -> None:
    if case.order:
        raise CullingError("ordered", "命令はもう出ています / the order stands already")
    _all_of(case, tuple(Condition))
    _warned(case, told)


def _revoke(case: Case, _event: Event, _told: Told) -> None:
    if case.order is None:
        raise CullingError("no_order", "命令は出ていません / there is no order")


def _begin(case: Case, event: Event, told: Told) -> None:
    if case.under_way:
        raise CullingError("under_way", "もう始まっています / it is under way")
    _all_of(case, tuple(Condition))
    if case.order is None:
        raise CullingError("no_order", "市長（または委任を受けた者）の命令がありません / there is no order")
    _warned(case, told)
    assert case.plan is not None  # nothing is out without one
    _ahead(case.plan, event.at)


def _warned(case: Case, told: Told) -> None:
    if told.stage is not Stage.OUT:
        text = "「屋内にいてください」がまだ発表されていません / people have not been told to stay inside"
        raise CullingError("not_told", text)
    if case.plan is None or told.areas != set(case.plan.areas):
        text = "発表した区域が、決めた区域と違います。もう一度知らせてください / people were told of another area"
        raise CullingError("other_area", text)


def _finish(case: Case, event: Event, _told: Told) -> None:
    if case.under_way is None:
        raise CullingError("not_begun", "始まっていません。やめるときは「中止」です / it has not begun")
    if event.outcome not in _AT_THE_END:
        raise CullingError("no_outcome", "どう終わったかを選んでください / how did it end?")


def _call_off(case: Case, _event: Event, _told: Told) -> None:
    if case.under_way:
        raise CullingError("under_way", "始まっています。終わったときは「終了」です / it is under way: finish it")


def _clear(case: Case, _event: Event, told: Told) -> None:
    if case.over is None:
        raise CullingError("not_over", "先に「終了」か「中止」を記録してください / finish it or call it off first")
    if told.stage is not Stage.OUT:
        raise CullingError("nothing_told", "解除する発表がありません / there is nothing to lift")


def _close(case: Case, _event: Event, told: Told) -> None:
    if case.over is None:
        raise CullingError("not_over", "先に「終了」か「中止」を記録してください / finish it or call it off first")
    if told.stage in _TOLD:
        raise CullingError("not_lifted", "解除がまだ発表されていません / the all-clear is not out")
    if told.stage is Stage.WAITING:
        raise CullingError("waits", "承認待ちの案が残っています / a draft still waits")


def _all_of(case: Case, needed: tuple[Condition, ...]) -> None:
    open_ = [CONDITIONS[one].ja for one in needed if one not in case.ticked]
    if open_:
        raise CullingError("conditions", f"まだ確かめられていない条件：{'、'.join(open_)} / conditions are not ticked")


_CHECKS: Mapping[Act, Callable[[Case, Event, Told], None]] = {
    Act.TICK: _tick,
    Act.UNTICK: _untick,
    Act.PLAN: _plan,
    Act.WARN: _warn,
    Act.ORDER: _order,
    Act.REVOKE: _revoke,
    Act.BEGIN: _begin,
    Act.FINISH: _finish,
    Act.CALL_OFF: _call_off,
    Act.CLEAR: _clear,
    Act.CLOSE: _close,
}
