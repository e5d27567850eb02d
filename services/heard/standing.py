"""Where a thing told stands, as whoever told it is answered: plain words, and nothing that people did at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.reports.case import OPEN, Act, Case, Event, State
from rules.reports.reason import Reason
from rules.requests.state import State as Asked
from services.store import report_cases, requests
from services.store.heard import Heard
from services.store.requests import Request, Update

TAKEN_BACK = "taken_back"  # fact of the act by which a sender tells of a mistake when people have judged already
SENDER = "sender"  # who closed a request that its sender took back
_WORDS: Mapping[State, str] = {
    State.RECEIVED: "received",
    State.TRIAGED: "looking",
    State.CONFIRMED: "confirmed",
    State.UNCONFIRMED: "unconfirmed",
    State.REJECTED: "rejected",
    State.WITHDRAWN: "over",
    State.EXPIRED: "over",
}
_SHOWN = frozenset(  # acts that the sender is shown with their time
    {Act.ARRIVE, Act.TRIAGE, Act.CONFIRM, Act.VOUCH, Act.SIGN_OFF, Act.REJECT, Act.WITHDRAW, Act.EXPIRE, Act.REOPEN}
)
_BY_ACT: Mapping[Act, str] = {
    Act.ARRIVE: "received",
    Act.TRIAGE: "looking",
    Act.REOPEN: "looking",
    Act.CONFIRM: "confirmed",
    Act.VOUCH: "confirmed",
    Act.SIGN_OFF: "unconfirmed",
    Act.REJECT: "rejected",
    Act.EXPIRE: "over",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change: ``word`` without its ``state_``, and the city's own words where it said any."""

    word: str
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """``number`` is what people name at the telephone; ``word`` as in :class:`Step`."""

    number: int
    word: str
    steps: tuple[Step, ...]
    joined: bool  # others told of the same, and it is looked at with theirs
    may_withdraw: bool
    taken_back: bool  # the sender said that it was a mistake


async def stand(connection: AsyncConnection, one: Heard) -> Stand | None:
    """Where it stands; None where it is there no more."""
    if one.request is not None:
        found = await requests.by_ids(connection, [str(one.request)], [status.value for status in Status])
        said = (await requests.history(connection, [one.request]))[one.request]
        return of_request(found[0], said) if found else None
    case = await report_cases.find(connection, one.case) if one.case is not None else None
    if case is None:
        return None
    first = await report_cases.find(connection, case.same_as) if case.same_as is not None else None
    return of_report(case, first)


def of_report(case: Case, first: Case | None) -> Stand:
    """Of a report. ``first``: the case that stands for it, whose state is then its own."""
    speaks = first or case
    steps = [step for step in map(_step, case.events) if step]
    if first is not None:
        since = case.events[-1].at
        last = next((step for step in map(_step, reversed(first.events)) if step), None)
        steps += [Step(word=last.word, at=max(since, last.at))] if last else []
    return Stand(
        number=case.id,
        word=_word(speaks),
        steps=tuple(steps),
        joined=first is not None,
        may_withdraw=case.state in OPEN and not _taken_back(case),
        taken_back=_taken_back(case),
    )


def of_request(one: Request, said: list[Update]) -> Stand:
    """Of a request: what it was answered is public anyway."""
    mine = bool(said) and said[-1].who == SENDER and one.state is Asked.CLOSED
    return Stand(
        number=one.id,
        word="withdrawn" if mine else one.state.value,
        steps=tuple(
            Step(word="withdrawn" if update.who == SENDER else update.state.value, at=update.at, text=update.text)
            for update in said
        ),
        joined=one.same_as is not None,
        may_withdraw=one.state.is_open,
        taken_back=mine,
    )


def _word(case: Case) -> str:
    assert case.state is not None
    last = case.last(Act.WITHDRAW)
    if case.state is State.WITHDRAWN and last is not None and last.reason is Reason.SENDER_WITHDREW:
        return "withdrawn"
    return _WORDS[case.state]


def _step(event: Event) -> Step | None:
    if event.act not in _SHOWN:
        return None
    withdrawn = "withdrawn" if event.reason is Reason.SENDER_WITHDREW else "over"
    return Step(word=_BY_ACT.get(event.act, withdrawn), at=event.at)


def _taken_back(case: Case) -> bool:
    return any(event.facts.get(TAKEN_BACK) for event in case.events)
