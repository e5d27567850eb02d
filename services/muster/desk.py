"""What rules and people do with musters: begin, raise, close, decline. Each in one transaction with its entry in the
chronology, which holds numbers of heads and never a person who was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.marks import MARKS
from rules.muster.rules import MusterRules
from rules.muster.tally import Count
from rules.muster.want import WANT_JA, Asks, merged
from services.callout.desk import announce
from services.callout.occasion import Event, Occasion
from services.store import chronology, muster_people, muster_sends, musters, staff
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.muster_sends import Kind, Line
from services.store.musters import Muster, MusterState

BELL = "musters"
PATH = "/ops/muster"
LONGEST_TITLE, LONGEST_REASON = 120, 200


class MusterError(Exception):
    """What cannot be done; ``code`` is for programs, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a person does with a muster, as they saw it."""

    number: int
    version: int
    who: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One that a person begins by hand."""

    family: str
    status: Status
    title: str
    asks: Asks
    who: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """To whom an open one is widened, by whom and why."""

    asks: Asks
    who: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How one ends. ``tell``: those who were asked hear so. ``numbers``: heads at that moment, where they are known."""

    who: str
    reason: str
    tell: bool = False
    numbers: Count | None = None


async def found(connection: AsyncConnection, number: int) -> Muster:
    """Raises MusterError."""
    muster = await musters.find(connection, number)
    if muster is None:
        raise MusterError("not_found", f"参集 {number} はありません")
    return muster


async def start(store: Store, rules: MusterRules, plan: Plan, now: datetime) -> Muster:
    """A person begins one by hand. Raises MusterError: open."""
    family, status, who = plan.family, plan.status, plan.who
    async with store.write() as connection:
        there = [one for one in await musters.standing(connection) if (one.family, one.status) == (family, status)]
        if running := next((one for one in there if one.state is MusterState.OPEN), None):
            raise MusterError("open", f"同じ区分の参集 {running.id} が続いています。そちらを広げてください")
        values = {
            "family": family,
            "status": status.value,
            "state": MusterState.OPEN.value,
            "title": plan.title,
            "asks": _told(plan.asks),
            "by_hand": True,
            "opened_at": now,
            "opened_by": who,
            "reason": plan.reason,
        }
        number = await musters.add(connection, values, now)
        muster = await found(connection, number)
        heads = await _ask(connection, rules, muster, plan.asks, now)
        text = f"{_name(rules, muster, plan.asks)}を始めた：{heads}人に。理由：{plan.reason}"
        await _log(connection, muster, who, text, now)
        return muster


async def approve(store: Store, rules: MusterRules, deed: Deed, now: datetime) -> Muster:
    """A person begins what was proposed; where one of the family is open meanwhile, that one is raised."""
    async with store.write() as connection:
        muster = await _seen(connection, deed, MusterState.PROPOSED)
        there = [one for one in await musters.standing(connection) if one.state is MusterState.OPEN]
        same = next((one for one in there if (one.family, one.status) == (muster.family, muster.status)), None)
        if same is None:
            values = {"state": MusterState.OPEN.value, "opened_at": now, "opened_by": deed.who, "by_hand": True}
            await _change(connection, muster, **values)
            muster = await found(connection, muster.id)
            heads = await _ask(connection, rules, muster, muster.asks, now)
            text = f"提案された{_name(rules, muster, muster.asks)}を始めた：{heads}人に"
            await _log(connection, muster, deed.who, text, now)
            return muster
        over = {
            "state": MusterState.LAPSED.value,
            "closed_at": now,
            "closed_by": deed.who,
            "reason": f"参集 {same.id} を広げた",
        }
        await _change(connection, muster, **over)
        more = More(asks=muster.asks, who=deed.who, why=muster.title)
        return await widen_in(connection, rules, same, more, now)


async def widen(store: Store, rules: MusterRules, deed: Deed, asks: Asks, now: datetime) -> Muster:
    """A person asks more. Raises MusterError: nobody, where nothing would be asked that is not."""
    async with store.write() as connection:
        muster = await _seen(connection, deed, MusterState.OPEN)
        if merged(muster.asks, asks) == merged(muster.asks):
            raise MusterError("nobody", "それはもう聞いています。広げる区分を選んでください")
        return await widen_in(connection, rules, muster, More(asks=asks, who=deed.who, why=deed.reason), now)


async def close(store: Store, deed: Deed, *, tell: bool, numbers: Count, now: datetime) -> Muster:
    """A person ends it: nobody is asked or reminded any more."""
    async with store.write() as connection:
        muster = await _seen(connection, deed, MusterState.OPEN)
        how = End(who=deed.who, reason=deed.reason, tell=tell, numbers=numbers)
        return await end(connection, muster, how, now)


async def decline(store: Store, deed: Deed, now: datetime) -> Muster:
    """A person says no to a proposal; the same event is not proposed again unless it grows."""
    async with store.write() as connection:
        muster = await _seen(connection, deed, MusterState.PROPOSED)
        over = {"state": MusterState.DECLINED.value, "closed_at": now, "closed_by": deed.who, "reason": deed.reason}
        await _change(connection, muster, **over)
        await _log(connection, muster, deed.who, f"参集の提案 {muster.id} を見送った。理由：{deed.reason}", now)
        return await found(connection, muster.id)


async def end(connection: AsyncConnection, muster: Muster, how: End, now: datetime) -> Muster:
    """Close an open one, in the transaction of its cause."""
    heads = asdict(how.numbers) if how.numbers else {}
    over = {"state": MusterState.CLOSED.value, "closed_at": now, "closed_by": how.who, "reason": how.reason}
    await _change(connection, muster, **over, numbers=heads)
    await muster_people.stop(connection, muster)
    told = await muster_people.told(connection, muster.id) if how.tell else []
    if told:
        members = await staff.named(connection, {one.person for one in told})
        lines = [
            Line(muster.id, one.round, one.person, address, Kind.OVER)
            for one in told
            if one.person in members
            for address in members[one.person].lookups
        ]
        await muster_sends.add(connection, lines, now)
    summed = (
        f"（対象{heads['asked']}人、回答{heads['answered']}人、無事{heads['safe']}人）" if heads.get("asked") else ""
    )
    word = f"、{len(told)}人に知らせる" if told else ""
    await _log(connection, muster, how.who, f"参集 {muster.id} を終えた{summed}{word}。理由：{how.reason}", now)
    return await found(connection, muster.id)


async def begin_by_rules(
    connection: AsyncConnection, rules: MusterRules, muster: Muster, who: str, now: datetime
) -> None:
    """An open muster that the rules wrote: ask its people, and tell the duty officers that it has begun."""
    heads = await _ask(connection, rules, muster, muster.asks, now)
    text = f"{muster.title}により、{_name(rules, muster, muster.asks)}を自動で始めた：{heads}人に"
    await _log(connection, muster, who, text, now)
    occasion = Occasion(
        key=f"muster:{muster.id}:begun",
        event=Event.MUSTER,
        status=muster.status,
        level=0,
        subject=f"職員の安否確認・参集を自動で始めました（{heads}人）：{muster.title}",
        subject_en=f"A muster of staff has begun by itself ({heads} people)",
        path=PATH,
        since=now,
        lasting=False,
    )
    await announce(connection, occasion, now)


async def widen_in(
    connection: AsyncConnection, rules: MusterRules, muster: Muster, more: More, now: datetime
) -> Muster:
    """Ask more in an open one, in the transaction of its cause."""
    whole = merged(muster.asks, more.asks)
    await _change(connection, muster, asks=_told(whole))
    raised = await found(connection, muster.id)
    heads = await _ask(connection, rules, raised, whole, now)
    text = f"参集 {muster.id} を{_name(rules, raised, whole)}に広げた：新たに{heads}人に。理由：{more.why}"
    await _log(connection, raised, more.who, text, now)
    return raised


async def _ask(connection: AsyncConnection, rules: MusterRules, muster: Muster, asks: Asks, now: datetime) -> int:
    drills = muster.status is not Status.ACTUAL
    return await muster_people.ask(connection, muster.id, asks, rules.reminders, now, drills=drills)


async def _seen(connection: AsyncConnection, deed: Deed, state: MusterState) -> Muster:
    muster = await found(connection, deed.number)
    if muster.state is not state:
        raise MusterError("state", f"参集 {muster.id} は、いまその操作ができません（{STATE_JA[muster.state]}）")
    if muster.version != deed.version:
        raise MusterError(
            "changed", f"参集 {muster.id} は、見ている間に変わりました。いまの状態を見て、もう一度押してください"
        )
    return muster


async def _change(connection: AsyncConnection, muster: Muster, **values: object) -> None:
    if not await musters.change(connection, muster, **values):
        raise MusterError(
            "changed", f"参集 {muster.id} は、見ている間に変わりました。いまの状態を見て、もう一度押してください"
        )


def asked_in_words(rules: MusterRules, asks: Asks) -> str:
    """``1号動員 安否確認と参集、2号動員 連絡のみ``."""
    return "、".join(f"{rules.name_of(category)} {WANT_JA[want]}" for category, want in sorted(asks.items()))


def _name(rules: MusterRules, muster: Muster, asks: Asks) -> str:
    return f"{MARKS[muster.status][0]}参集 {muster.id}（{asked_in_words(rules, asks)}）"


def _told(asks: Asks) -> dict[str, str]:
    return {category: want.value for category, want in asks.items()}


async def log_entered(connection: AsyncConnection, muster: Muster, who: str, now: datetime) -> None:
    """That somebody typed in an answer; whose and which it is stands in no log."""
    await _log(connection, muster, who, f"参集 {muster.id}：電話などで聞いた1人の回答を入力した", now)


async def _log(connection: AsyncConnection, muster: Muster, who: str, text: str, now: datetime) -> None:
    refs = {"muster": str(muster.id)}
    entry = Entry(at=now, status=muster.status, kind="muster", who=who, text=text, refs=refs)
    await chronology.append(connection, [entry])


STATE_JA = {
    MusterState.PROPOSED: "提案中",
    MusterState.OPEN: "進行中",
    MusterState.CLOSED: "終了",
    MusterState.DECLINED: "見送り",
    MusterState.LAPSED: "取下げ",
}


def words_of(causes: Sequence[str]) -> str:
    """The title out of what happened: the strongest first, no longer than a line."""
    title = "、".join(causes)
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
