"""The tables of a daily report and of the month's end, before anybody decides which file they go into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal, TypeAlias
from unicodedata import east_asian_width

from feeds.japan import written
from feeds.status import Status
from geo.plow.ledger.contract import Contract
from geo.plow.ledger.pay import Total
from geo.plow.ledger.spent import Key, Spent, paid
from geo.plow.spells import Doing
from services.ledger.account import Account, Worked, contractor_of
from services.ledger.words import ACTIVITY, ADMINISTRATOR, DOING, MACHINE, hours

Cell: TypeAlias = str | int | float | date | datetime | None  # None: nobody told; a datetime has its zone
Row: TypeAlias = tuple[Cell, ...]
# Times and differences in seconds. A difference may be less than nothing, which a workbook cannot show as a time; rates
# never add up.
Kind: TypeAlias = Literal["text", "day", "moment", "time", "difference", "number", "yen", "rate"]
PARTS = "内訳"  # the name of the longest table
HOURS = "稼働時間"  # the name of the one that is approved
_MARKS = {Status.ACTUAL: "", Status.EXERCISE: "【訓練】", Status.TEST: "【試験】"}
_REST = tuple(doing for doing in DOING if doing is not Doing.WORK)
_UNREGISTERED = "（未登録）"
_WIDEST, _LOOKED_AT = 34, 400
_HEADING = 11  # half-width characters of a heading before it is broken
_ADD = ("time", "difference", "number", "yen")


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading in both languages, and what stands in it."""

    ja: str
    en: str
    kind: Kind = "text"
    long: bool = False  # whole sentences: the others leave it what room there is

    @property
    def right(self) -> bool:
        """Figures stand on the right, under their heading."""
        return self.kind not in ("text", "day", "moment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table. ``sums`` stand below the rows, and are none of them."""

    name: str  # of the tab and in file names
    title: str  # with the mark of a drill
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sums: tuple[Row, ...] = ()
    note: str = ""


def sheets(of: Account, more: Sequence[Sheet] = ()) -> list[Sheet]:
    """All tables; the totals in yen where it is about more than a day. ``more`` comes at the end."""
    first = [_totals(of)] if of.since != of.until else []
    return [*first, _items(of), _machines(of), _parts(of), *more]


def period(of: Account) -> str:
    """The days, in words."""
    if of.since == of.until:
        return _day(of.since)
    whole_month = of.since.day == 1 and of.until.month == of.since.month and (of.until + timedelta(days=1)).day == 1
    if whole_month and of.until.year == of.since.year:
        return f"{of.since.year}年{of.since.month}月"
    return f"{_day(of.since)}～{_day(of.until)}"


def title(of: Account, name: str) -> str:
    """A table's title, never without the mark of a drill."""
    return f"{_MARKS[of.status]}{name} {period(of)}"


def missing(of: Account) -> str:
    """What the account is not yet whole by, in words; empty where it is."""
    told = []
    if of.open:
        seconds = sum(one.gps or 0 for one in of.open)
        told.append(f"未承認 {len(of.open)}件（GPS {hours(seconds)}）は支払いに入っていない")
    if of.changed:
        told.append(f"承認のあとGPSが変わったもの {len(of.changed)}件")
    strange = [one for one in of.items if not of.book.named(one.item.machine) and one.gps]
    if strange:
        machines, seconds = len({one.item.machine for one in strange}), sum(one.gps or 0 for one in strange)
        told.append(f"未登録の機械 {machines}台（GPS {hours(seconds)}）は vehicles.toml に登録するまで承認できない")
    return "。".join(told)


def _items(of: Account) -> Sheet:
    rows = tuple(
        (
            one.item.day,
            contractor_of(of.book, one.item) or _UNREGISTERED,
            one.item.machine,
            DOING[one.item.doing],
            band_title(of.book.contract(contractor_of(of.book, one.item), one.item.day), one.item.band),
            one.gps,
            one.declared.seconds if one.declared else None,
            one.difference,
            one.counts,
            one.approved.author if one.approved else "",
            written(one.approved.at) if one.approved else "",
            one.approved.reason if one.approved else "",
            one.since_approval or None,
            of.not_ordered(one.item) or None,
        )
        for one in of.items
    )
    columns = (
        Column("日", "Day", "day"), Column("業者", "Contractor"), Column("機械", "Machine"), Column("区分", "What"),
        Column("時間帯", "Band"), Column("GPS", "GPS", "time"), Column("申告", "Declared", "time"),
        Column("申告－GPS", "Difference", "difference"), Column("承認", "Approved", "time"), Column("承認者", "By"),
        Column("承認日時（日本時間）", "At (JST)"), Column("理由", "Reason"),
        Column("承認後のGPSの変化", "GPS since", "difference"), Column("GPSのうち指示外", "Not ordered", "time"),
    )  # fmt: skip
    note = "GPSは支払いの対象の作業と待機だけ。支払うのは承認した時間。あとから届いた位置は承認を変えず、差を示す。"
    sums = _sums(rows, columns, of_firm=1)
    return Sheet(name=HOURS, title=title(of, HOURS), columns=columns, rows=rows, sums=sums, note=_noted(of, note))


def _machines(of: Account) -> Sheet:
    rows = tuple(_machine(one, of) for one in of.machines)
    columns = (
        Column("業者", "Contractor"), Column("機械", "Machine"), Column("種類", "Kind"),
        Column("作業", "Work", "time"), Column("うち支払いの対象", "Of it paid", "time"),
        *(Column(DOING[doing], doing.value.title(), "time") for doing in _REST),
        Column("見えない時間", "Unseen", "time"), Column("作業km", "Work km", "number"),
        Column("凍結防止剤kg", "De-icer kg", "number"),
    )  # fmt: skip
    note = "支払いの対象：契約が支払う道路での作業。見えない時間：位置が途切れていた時間で、作業には数えない。"
    sums = _sums(rows, columns, of_firm=0)
    return Sheet(name="機械別", title=title(of, "機械別の時間"), columns=columns, rows=rows, sums=sums, note=note)


def _machine(one: Worked, of: Account) -> Row:
    def counted(key: Key) -> bool:
        contract = of.book.contract(one.machine.contractor, key.day)
        return key.doing is Doing.WORK and bool(one.machine.contractor) and paid(key, contract, one.machine.rate)

    work = sum((spent for key, spent in one.times.items() if key.doing is Doing.WORK), Spent(seconds=0))
    rest = [sum(s.seconds for key, s in one.times.items() if key.doing is doing) for doing in _REST]
    facts = (one.machine.contractor or _UNREGISTERED, one.machine.id, MACHINE[one.machine.kind])
    ours = sum(s.seconds for key, s in one.times.items() if counted(key))
    return (*facts, work.seconds, ours, *rest, one.unseen_s, work.metres / 1000, work.deicer_kg)


def _parts(of: Account) -> Sheet:
    rows = tuple(
        (
            key.day, one.machine.contractor or _UNREGISTERED, one.machine.id, DOING[key.doing],
            band_title(of.book.contract(one.machine.contractor, key.day), key.band),
            ADMINISTRATOR.get(key.administrator, key.administrator), of.names.get(key.section, key.section),
            ACTIVITY.get(key.activity, key.activity) if key.doing is Doing.WORK else "",
            spent.seconds, spent.metres / 1000, spent.deicer_kg,
        )
        for one in of.machines
        for key, spent in sorted(one.times.items(), key=lambda pair: pair[0])
    )  # fmt: skip
    columns = (
        Column("日", "Day", "day"), Column("業者", "Contractor"), Column("機械", "Machine"), Column("区分", "What"),
        Column("時間帯", "Band"), Column("道路", "Road of"), Column("工区", "Section"), Column("作業", "Activity"),
        Column("時間", "Time", "time"), Column("km", "km", "number"), Column("凍結防止剤kg", "De-icer kg", "number"),
    )  # fmt: skip
    sums = _sums(rows, columns, of_firm=1)
    return Sheet(name=PARTS, title=title(of, "時間の内訳"), columns=columns, rows=rows, sums=sums)


def _totals(of: Account) -> Sheet:
    columns = (
        Column("業者", "Contractor"), Column("契約", "Contract"), Column("機械", "Machine"), Column("区分", "What"),
        Column("時間帯", "Band"), Column("承認の合計", "Approved", "time"), Column("支払う時間", "Paid", "time"),
        Column("単価（円/時）", "Yen an hour", "rate"), Column("円", "Yen", "yen"),
    )  # fmt: skip
    rows = tuple(_total(one, of) for one in of.totals)
    sums = _sums(rows, columns, of_firm=0)
    paid = f"支払いの合計 {sum(one.yen or 0 for one in of.totals):,}円"
    note = _noted(of, f"{paid}。端数は合計で一度だけ処理する。単価のないものは空欄。")
    return Sheet(name="月締め", title=title(of, "月締め"), columns=columns, rows=rows, sums=sums, note=note)


def _total(one: Total, of: Account) -> Row:
    same = (each for each in of.book.contracts if (each.contractor, each.name) == (one.contractor, one.contract))
    contract = next(same, None)
    band = band_title(contract, one.band) if contract else one.band
    firm = one.contractor or _UNREGISTERED
    times = (one.seconds, one.paid_seconds, one.yen_an_hour, one.yen)
    return (firm, one.contract, one.machine, DOING[one.doing], band, *times)


def _sums(rows: Sequence[Row], columns: Sequence[Column], of_firm: int) -> tuple[Row, ...]:
    """A sum of each contractor, named in the column ``of_firm`` and in order there, where there are several; and one of
    all."""
    firms = [(firm, list(some)) for firm, some in groupby(rows, key=lambda row: row[of_firm])]
    several = [_sum(f"{firm} 計", some, columns) for firm, some in firms] if len(firms) > 1 else []
    return (*several, _sum("合計", rows, columns)) if rows else ()


def _sum(name: str, rows: Sequence[Row], columns: Sequence[Column]) -> Row:
    """Figures below their columns; what no row tells stays empty."""
    below: list[Cell] = [name]
    for column, some in zip(columns[1:], list(zip(*rows, strict=True))[1:], strict=True):
        figures = [value for value in some if isinstance(value, int | float)]
        below.append(sum(figures) if column.kind in _ADD and figures else None)
    return tuple(below)


def _noted(of: Account, note: str) -> str:
    return "。".join(one for one in (missing(of), note) if one)


def band_title(contract: Contract, name: str) -> str:
    """What a contract calls a band."""
    return next((band.title for band in contract.bands if band.name == name), name)


def written_as(value: Cell, column: Column) -> str:
    """A cell as people read it."""
    if value is None:
        return ""
    if column.kind in ("time", "difference") and isinstance(value, int):
        return hours(value)
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def widths(sheet: Sheet) -> list[int]:
    """What each column needs, in half-width characters; long texts are broken, and the rows after some hundred are
    like those before."""
    shown = [*sheet.rows[:_LOOKED_AT], *sheet.sums]
    return [
        min(
            _WIDEST * (2 if column.long else 1),
            max([min(_HEADING, _wide(column.ja)), *(_wide(written_as(row[n], column)) for row in shown), 5]),
        )
        for n, column in enumerate(sheet.columns)
    ]


def _wide(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in text)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
