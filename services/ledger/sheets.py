"""The tables of a daily report and of the month's end, before anybody decides which file they go into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from feeds.japan import JAPAN
from feeds.status import Status
from geo.plow.ledger.contract import Contract
from geo.plow.ledger.spent import Spent
from geo.plow.spells import Doing
from services.ledger.account import Account, Worked, contractor_of
from services.ledger.words import ACTIVITY, ADMINISTRATOR, DOING, MACHINE

Cell: TypeAlias = str | int | float | None  # None: nobody told
Kind: TypeAlias = Literal["text", "time", "number", "yen"]  # time in seconds
PARTS = "内訳"  # the name of the longest table
_MARKS = {Status.ACTUAL: "", Status.EXERCISE: "【訓練】", Status.TEST: "【試験】"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading in both languages, and what stands in it."""

    ja: str
    en: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table."""

    name: str  # of the tab and in file names
    title: str  # with the mark of a drill
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


def sheets(of: Account, more: Sequence[Sheet] = ()) -> list[Sheet]:
    """All tables; the totals in yen where it is about more than a day. ``more`` comes at the end."""
    first = [_totals(of)] if of.since != of.until else []
    return [*first, _items(of), _machines(of), _parts(of), *more]


def period(of: Account) -> str:
    """The days, in words."""
    return _day(of.since) if of.since == of.until else f"{_day(of.since)}～{_day(of.until)}"


def title(of: Account, name: str) -> str:
    """A table's title, never without the mark of a drill."""
    return f"{_MARKS[of.status]}{name} {period(of)}"


def _items(of: Account) -> Sheet:
    rows = []
    for one in of.items:
        item, approved = one.item, one.approved
        contractor = contractor_of(of.book, item)
        rows.append(
            (
                item.day.isoformat(),
                contractor or "（未登録）",
                item.machine,
                DOING[item.doing],
                band_title(of.book.contract(contractor, item.day), item.band),
                one.gps,
                one.declared.seconds if one.declared else None,
                one.difference,
                one.counts,
                approved.author if approved else "",
                _clock(approved.at) if approved else "",
                approved.reason if approved else "",
                one.since_approval or None,
                of.not_ordered(item) or None,
            )
        )
    columns = (
        Column("日", "Day"), Column("業者", "Contractor"), Column("機械", "Machine"), Column("区分", "What"),
        Column("時間帯", "Band"), Column("GPS", "GPS", "time"), Column("申告", "Declared", "time"),
        Column("申告－GPS", "Difference", "time"), Column("承認", "Approved", "time"), Column("承認者", "By"),
        Column("承認日時", "At"), Column("理由", "Reason"), Column("承認後のGPSの変化", "GPS since", "time"),
        Column("GPSのうち指示外", "Not ordered", "time"),
    )  # fmt: skip
    note = "GPSは支払いの対象の作業と待機だけ。支払うのは承認した時間。あとから届いた位置は承認を変えず、差を示す。"
    return Sheet(name="稼働時間", title=title(of, "稼働時間"), columns=columns, rows=tuple(rows), note=note)


def _machines(of: Account) -> Sheet:
    rows = tuple(_machine(one) for one in of.machines)
    columns = (
        Column("業者", "Contractor"), Column("機械", "Machine"), Column("種類", "Kind"),
        *(Column(ja, doing.value.title(), "time") for doing, ja in DOING.items()),
        Column("見えない時間", "Unseen", "time"), Column("作業km", "Work km", "number"),
        Column("凍結防止剤kg", "De-icer kg", "number"),
    )  # fmt: skip
    note = "見えない時間：位置が途切れていた時間。作業には数えない。"
    return Sheet(name="機械別", title=title(of, "機械別の時間"), columns=columns, rows=rows, note=note)


def _machine(one: Worked) -> tuple[Cell, ...]:
    work = sum((spent for key, spent in one.times.items() if key.doing is Doing.WORK), Spent(seconds=0))
    seconds = {doing: sum(s.seconds for key, s in one.times.items() if key.doing is doing) for doing in DOING}
    kg = None if work.deicer_kg is None else round(work.deicer_kg, 1)
    facts = (one.machine.contractor or "（未登録）", one.machine.id, MACHINE[one.machine.kind])
    return (*facts, *seconds.values(), one.unseen_s, round(work.metres / 1000, 2), kg)


def _parts(of: Account) -> Sheet:
    rows = []
    for one in of.machines:
        for key, spent in sorted(one.times.items(), key=lambda pair: pair[0]):
            contract = of.book.contract(one.machine.contractor, key.day)
            rows.append(
                (
                    key.day.isoformat(), one.machine.contractor or "（未登録）", one.machine.id, DOING[key.doing],
                    band_title(contract, key.band), ADMINISTRATOR.get(key.administrator, key.administrator),
                    of.names.get(key.section, key.section),
                    ACTIVITY.get(key.activity, key.activity) if key.doing is Doing.WORK else "",
                    spent.seconds, round(spent.metres / 1000, 3),
                    None if spent.deicer_kg is None else round(spent.deicer_kg, 1),
                )
            )  # fmt: skip
    columns = (
        Column("日", "Day"), Column("業者", "Contractor"), Column("機械", "Machine"), Column("区分", "What"),
        Column("時間帯", "Band"), Column("道路", "Road of"), Column("工区", "Section"), Column("作業", "Activity"),
        Column("時間", "Time", "time"), Column("km", "km", "number"), Column("凍結防止剤kg", "De-icer kg", "number"),
    )  # fmt: skip
    return Sheet(name=PARTS, title=title(of, "時間の内訳"), columns=columns, rows=tuple(rows))


def _totals(of: Account) -> Sheet:
    rows = []
    for one in of.totals:
        contract = next((each for each in of.book.contracts if each.name == one.contract), None)
        band = band_title(contract, one.band) if contract else one.band
        rows.append(
            (
                one.contractor or "（未登録）", one.contract, one.machine, DOING[one.doing], band,
                one.seconds, one.paid_seconds, one.yen,
            )
        )  # fmt: skip
    columns = (
        Column("業者", "Contractor"), Column("契約", "Contract"), Column("機械", "Machine"), Column("区分", "What"),
        Column("時間帯", "Band"), Column("承認の合計", "Approved", "time"), Column("支払う時間", "Paid", "time"),
        Column("円", "Yen", "yen"),
    )  # fmt: skip
    note = "端数は合計で一度だけ処理する。単価のないものは空欄。"
    return Sheet(name="月締め", title=title(of, "月締め"), columns=columns, rows=tuple(rows), note=note)


def band_title(contract: Contract, name: str) -> str:
    """What a contract calls a band."""
    return next((band.title for band in contract.bands if band.name == name), name)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
