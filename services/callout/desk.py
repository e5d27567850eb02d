"""The two things that people and other parts of the hub do to calls: begin one, and take one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.callout.occasion import Event, Occasion
from services.store import calls, chronology
from services.store.calls import Call, CallState
from services.store.chronology import Entry
from services.store.engine import Store

BELL = "calls"
_HOW = {"link": "連絡の中のリンクで", "desk": "画面で", "command": "コマンドで"}


class CallError(Exception):
    """A call that cannot be taken; ``code`` is for programs, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


async def announce(connection: AsyncConnection, occasion: Occasion, now: datetime) -> int | None:
    """Begin a call, in the transaction in which its cause is written; its number, or None where it rings already.

    For whatever happens once, with ``lasting=False``: such a call ends when somebody takes it. What lasts is found by
    :class:`services.callout.watch.Watch`. Ring the bell ``calls`` after the commit; without it, it costs a second.
    """
    number = await calls.begin(connection, occasion, now)
    if number is not None:
        text = f"呼び出し {number} を始めた：{occasion.subject}"
        await chronology.append(connection, [_entry(occasion.status, "callout", text, number, now)])
    return number


async def break_glass(
    connection: AsyncConnection, *, key: str, status: Status, level: int, who: str, now: datetime
) -> None:
    """Somebody went around the rules of approval: the others are told. ``key`` names the deed, once and for ever."""
    occasion = Occasion(
        key=f"break_glass:{key}",
        event=Event.BREAK_GLASS,
        status=status,
        level=level,
        subject=f"緊急発表：{who} が承認の規則によらずに発表しました。確かめてください",
        subject_en="Break-glass was used: an alert was issued around the rules of approval",
        path="/ops",
        since=now,
        lasting=False,
    )
    await announce(connection, occasion, now)


async def acknowledge(store: Store, number: int, *, by: str, how: str, now: datetime) -> Call:
    """Somebody takes the call, and nobody else is called. The call as it is then.

    Raises CallError: not_found, taken, over.
    """
    async with store.write() as connection:
        call = await calls.find(connection, number)
        if call is None:
            raise CallError("not_found", f"呼び出し {number} はありません")
        if not await calls.take(connection, call, by, how, now):
            raise _refusal(call)
        text = f"呼び出し {number} を{by}が引き受けた（{_HOW[how]}）"
        await chronology.append(connection, [_entry(call.status, by, text, number, now)])
        taken = await calls.find(connection, number)
        assert taken is not None
        return taken


def _refusal(call: Call) -> CallError:
    if call.state is CallState.CLOSED:
        return CallError("over", f"呼び出し {call.id} はもう終わっています")
    return CallError("taken", f"呼び出し {call.id} は{call.acknowledged_by}が引き受けています")


def _entry(status: Status, who: str, text: str, number: int, now: datetime) -> Entry:
    return Entry(at=now, status=status, kind="callout", who=who, text=text, refs={"call": str(number)})
