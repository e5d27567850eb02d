"""An alarm: what happened to a ward, who was called, what they answered, and whose turn it is.

Pure, by times that stand in the store: a restart in the middle changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from feeds.status import Status
from rules.watch.ward import Purpose, Supporter, Ward

ROUNDS = 3  # through all groups; behind it the desk is called
DESK = 0  # stands where a supporter's number would


class What(StrEnum):
    """What it is about."""

    BUTTON = "button"
    FALL = "fall"
    AWAY = "away"  # left the fence
    MISSING = "missing"  # not seen by an hour expected
    EVACUATE = "evacuate"  # an alert of level 3 or higher covers the home
    PASSED = "passed"
    BATTERY = "battery"
    SILENT = "silent"  # the device says nothing more


ASKS = frozenset({What.BUTTON, What.FALL, What.AWAY, What.MISSING, What.EVACUATE})  # somebody has to take it
AFTER = {What.EVACUATE: timedelta(minutes=15), What.MISSING: timedelta(minutes=15)}  # until the next group
_AFTER = timedelta(minutes=5)
GOING_HOLDS = timedelta(minutes=45)  # who went and says nothing more: the next are called


class Answer(StrEnum):
    """What a supporter, or the desk for one, says."""

    GOING = "going"  # 向かう
    DONE = "done"  # 無事を確かめた・避難完了
    CANNOT = "cannot"  # 支援できない
    UNREACHED = "unreached"  # 連絡がつかない


class Standing(StrEnum):
    """Where it stands for the desk, the worst first."""

    UNREACHED = "unreached"
    NOBODY = "nobody"  # everybody was asked, and nobody comes
    CALLING = "calling"
    GOING = "going"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. ``supporter`` is a number of the ward's, or :data:`DESK`."""

    supporter: int
    answer: Answer
    at: datetime
    who: str = ""  # of the desk: the account


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How far an asking alarm has come. ``step`` counts the groups that were called, over all rounds."""

    what: What
    status: Status
    step: int
    step_at: datetime | None
    replies: Sequence[Reply] = ()
    not_reached: Collection[int] = ()  # supporters of the last step whose message certainly did not leave

    @property
    def latest(self) -> dict[int, Reply]:
        """The last word of each."""
        return {one.supporter: one for one in sorted(self.replies, key=lambda one: one.at)}


def purpose_of(what: What) -> Purpose:
    """What the ward must have agreed to."""
    return Purpose.DISASTER if what is What.EVACUATE else Purpose.SIGNALS


def standing(call: Call, ward: Ward, now: datetime) -> Standing:
    """Where it stands. Who said they go counts for 45 minutes."""
    said = call.latest
    answers = {one.answer for one in said.values()}
    if Answer.DONE in answers:
        return Standing.DONE
    if any(one.answer is Answer.GOING and now - one.at < GOING_HOLDS for one in said.values()):
        return Standing.GOING
    if Answer.UNREACHED in answers:
        return Standing.UNREACHED
    groups = ward.groups(call.status, now)
    asked = bool(groups) and call.step < ROUNDS * len(groups)
    declined = all(_declined(one, said) for group in groups for one in group)
    return Standing.CALLING if asked and not declined else Standing.NOBODY


def is_due(call: Call, ward: Ward, now: datetime) -> bool:
    """True where the next step begins now.

    Where everybody of the last group declined or could not be reached the next group need not wait; but a new round
    never begins early, or a broken mail server would burn all of them.
    """
    groups = ward.groups(call.status, now)
    if not groups or call.step >= ROUNDS * len(groups):
        return False
    if not ward.agreed_to(purpose_of(call.what), call.status, now):
        return False
    if standing(call, ward, now) in {Standing.DONE, Standing.GOING}:
        return False
    if call.step == 0 or call.step_at is None:
        return True
    last, said = groups[(call.step - 1) % len(groups)], call.latest
    answered = all(_declined(one, said) or one.number in call.not_reached for one in last)
    if answered and call.step % len(groups):
        return True
    return now >= call.step_at + AFTER.get(call.what, _AFTER)


def group_of(call: Call, ward: Ward, now: datetime) -> list[Supporter]:
    """Whom the next step calls. Who cannot is not called again; so it may be nobody."""
    groups = ward.groups(call.status, now)
    return [one for one in groups[call.step % len(groups)] if not _cannot(one, call.latest)] if groups else []


def _cannot(one: Supporter, said: dict[int, Reply]) -> bool:
    return one.number in said and said[one.number].answer is Answer.CANNOT


def _declined(one: Supporter, said: dict[int, Reply]) -> bool:
    return one.number in said and said[one.number].answer in {Answer.CANNOT, Answer.UNREACHED}
