"""What the outlook of a dump comes to, in a sentence for those who bring snow; the uncertainty is always told."""

from __future__ import annotations

from datetime import date

from geo.plow.dumps.crowd import Crowd
from geo.plow.dumps.outlook import Outlook, Why
from rules.dumps.life import Act, State

STATES_JA = {State.OPEN: "利用できます", State.FULL: "満杯", State.CLOSED: "閉鎖", None: "確認中"}
STATES_EN = {State.OPEN: "open", State.FULL: "full", State.CLOSED: "closed", None: "not confirmed"}
CROWDS_JA = {Crowd.CALM: "空いている", Crowd.BUSY: "やや混雑", Crowd.CROWDED: "混雑"}
CROWDS_EN = {Crowd.CALM: "no queue", Crowd.BUSY: "some wait", Crowd.CROWDED: "long queue"}
ACTS_JA = {Act.OPEN: "開放", Act.FULL: "満杯", Act.CLOSE: "閉鎖", Act.MEASURE: "測量", Act.NOTE: "メモ"}
_DAYS_JA, _DAYS_EN = "月火水木金土日", ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August")
_MONTHS_EN = (*_MONTHS, "September", "October", "November", "December")


def outlook_ja(one: Outlook) -> str:
    """「このままなら1月28日（木）ごろ満杯（早ければ…、遅ければ…）」; empty: nothing to say."""
    if one.why is Why.FULL:
        return "計算では容量に達しています"
    if one.why is Why.IDLE:
        return "この2週間、搬入の記録がありません"
    if one.why is Why.FORESEEN and one.likely and one.early:
        late = f"遅ければ{_day_ja(one.late)}" if one.late else "2週間より先になることもあります"
        return f"このままなら{_day_ja(one.likely)}ごろ満杯（早ければ{_day_ja(one.early)}、{late}）"
    if one.why is Why.AHEAD:
        return (
            f"2週間は持つ見込み（早ければ{_day_ja(one.early)}に満杯）" if one.early else "2週間は満杯にならない見込み"
        )
    return ""


def outlook_en(one: Outlook) -> str:
    """ "Full by Thursday 28 January as things go (Wednesday 27 January at the earliest, …)"; empty as in Japanese."""
    if one.why is Why.FULL:
        return "By our count the capacity is used up"
    if one.why is Why.IDLE:
        return "No load on record in two weeks"
    if one.why is Why.FORESEEN and one.likely and one.early:
        late = f"{_day_en(one.late)} at the latest" if one.late else "perhaps not within two weeks"
        return f"Full by {_day_en(one.likely)} as things go ({_day_en(one.early)} at the earliest, {late})"
    if one.why is Why.AHEAD:
        early = f" (at the earliest full on {_day_en(one.early)})" if one.early else ""
        return f"Should last for two weeks{early}"
    return ""


def _day_ja(day: date | None) -> str:
    return f"{day.month}月{day.day}日（{_DAYS_JA[day.weekday()]}）" if day else ""


def _day_en(day: date | None) -> str:
    return f"{_DAYS_EN[day.weekday()]} {day.day} {_MONTHS_EN[day.month - 1]}" if day else ""
