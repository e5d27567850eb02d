"""Whoever told it takes it back: while nobody has judged it that is enough; afterwards people are told, and decide."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.reports.case import WAITING, Act, Event, How
from rules.reports.reason import Reason
from rules.requests.state import WORDS
from rules.requests.state import State as Asked
from rules.requests.words import marked
from services.heard.standing import SENDER, TAKEN_BACK, stand
from services.reports import desk
from services.requests.answering import log
from services.store import report_cases, request_changes, requests
from services.store.heard import Heard
from services.store.requests import Request

_SAID = "送った方が取り消しました。 / Its sender took it back."


async def withdraw(connection: AsyncConnection, one: Heard, now: datetime) -> bool:
    """Do it; call inside ``store.write()``. False where it is over, or was taken back before: nothing is done twice."""
    before = await stand(connection, one)
    if before is None or not before.may_withdraw:
        return False
    if one.request is not None:
        found = await requests.by_ids(connection, [str(one.request)], [status.value for status in Status])
        await _request(connection, found[0], now)
    elif one.case is not None:
        await _report(connection, one.case, now)
    return True


async def _report(connection: AsyncConnection, number: int, now: datetime) -> None:
    case = await report_cases.find(connection, number)
    assert case is not None
    alone = case.state in WAITING and case.same_as is None
    event = Event(
        act=Act.WITHDRAW if alone else Act.REVISE,
        at=max(now, case.events[-1].at),  # the clock of an exercise may be set back
        how=How.SENDER,
        who=case.events[0].who,
        reason=Reason.SENDER_WITHDREW if alone else Reason.CHANGED,
        text="" if alone else "通報者から「間違いだった・もう必要ない」との連絡",
        facts={TAKEN_BACK: True},
    )
    after = await desk.act(connection, case, event)
    await desk.follow(connection, case, after)


async def _request(connection: AsyncConnection, one: Request, now: datetime) -> None:
    await request_changes.settle(connection, one.id, SENDER, marked(one.status, _SAID), now, Asked.CLOSED)
    await log(connection, one, SENDER, f"送った人の取消しで{WORDS[Asked.CLOSED][0]}", now)
