"""Declaring and approving time. Nothing is overwritten; each act has its author, its time, and a chronology line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from feeds.japan import JAPAN
from feeds.status import Status
from geo.plow.ledger.beside import Beside, Entry, Item, beside
from geo.plow.ledger.book import Book
from geo.plow.spells import Doing
from services.ledger.account import account, contractor_of
from services.ledger.words import DOING, hours, seconds_of
from services.store import chronology, ledgered
from services.store.engine import Store

COLUMNS = ("machine", "day", "doing", "band", "time")
AT_MOST = 5_000  # entries at once
_REASON_AT_MOST = 200
_TOLD = 20  # changes that one message tells
NOTHING_SEEN = "-/-/-"  # of an item that nobody has told anything of
_OLDEST = timedelta(days=400)


class LedgerError(ValueError):
    """What was written down cannot be taken; the text names the place and the cure."""


class ChangedError(LedgerError):
    """What was to be approved is not any more what was looked at; ``changed`` tells it, item by item."""

    def __init__(self, changed: Mapping[Item, str]) -> None:
        self.changed = changed
        told = "、".join([*changed.values()][:_TOLD]) + ("、…" if len(changed) > _TOLD else "")
        super().__init__(f"表示のあとに変わりました。見直してから承認してください：{told} / look again: it has changed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One figure as somebody gives it; ``where`` names its place in what they sent."""

    item: Item
    seconds: int
    reason: str = ""
    where: str = ""
    seen: str | None = None  # of an approval: the figures that were looked at, as ``Beside.seen`` tells them


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes, when, and whether it is a drill."""

    name: str
    now: datetime
    status: Status


def item_of(machine: str, day: str, doing: str, band: str) -> Item:
    """An item out of text. Raises LedgerError."""
    try:
        known = {**{str(one): one for one in Doing}, **{title: one for one, title in DOING.items()}}
        return Item(
            machine=machine.strip(), day=date.fromisoformat(day.strip()), doing=known[doing.strip()], band=band.strip()
        )
    except KeyError:
        raise LedgerError(f"{doing[:20]!r} is not known; write work or standby (作業, 待機)") from None
    except ValueError:
        raise LedgerError(f"{day[:20]!r} is no day; write 2026-12-08") from None


def read_csv(content: bytes) -> list[Wanted]:
    """Figures out of a table with the columns machine, day, doing, band, time; an approval's has ``seen``, and
    ``reason`` where one is needed. Raises LedgerError with the line."""
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        if missing := set(COLUMNS) - set(rows.fieldnames or ()):
            raise LedgerError(f"line 1: the column {sorted(missing)[0]} is missing; needed are {', '.join(COLUMNS)}")
        found = []
        for row in rows:
            where = f"line {rows.line_num}"
            try:
                item = item_of(*(row[name] or "" for name in COLUMNS[:4]))
                seconds, reason = seconds_of(row["time"] or ""), (row.get("reason") or "").strip()
                seen = (row.get("seen") or "").strip() or None
                found.append(Wanted(item=item, seconds=seconds, reason=reason, where=where, seen=seen))
            except ValueError as error:
                raise LedgerError(f"{where}: {error}") from None
    except UnicodeDecodeError:
        raise LedgerError("the file is not UTF-8; save it as CSV UTF-8") from None
    except csv.Error as error:
        raise LedgerError(f"not CSV: {error}") from None
    return found


async def write_down(
    store: Store, book: Book, kind: Literal["declared", "approved"], wanted: Sequence[Wanted], by: Writer
) -> list[Entry]:
    """Check all, then write all down in one transaction, with what GPS says at this time. Raises LedgerError."""
    _check(book, wanted, by)
    if not wanted:
        return []
    days = min(one.item.day for one in wanted), max(one.item.day for one in wanted)
    async with store.read() as connection:
        gps = (await account(connection, book, by.status, days)).gps()
    entries = _entries(kind, wanted, gps, by)
    async with store.write() as connection:
        if kind == "approved":
            _unchanged(wanted, beside(gps, await ledgered.between(connection, by.status, *days)))
            _reasoned(wanted, entries)
        await ledgered.add(connection, by.status, entries)
        await chronology.append(connection, [_line(kind, entries, by)])
    return entries


def _entries(
    kind: Literal["declared", "approved"], wanted: Sequence[Wanted], gps: Mapping[Item, int], by: Writer
) -> list[Entry]:
    return [
        Entry(
            item=one.item,
            kind=kind,
            seconds=one.seconds,
            author=by.name,
            at=by.now,
            reason=one.reason,
            gps_seconds=gps.get(one.item),
        )
        for one in wanted
    ]


def _unchanged(wanted: Sequence[Wanted], now: Sequence[Beside]) -> None:
    """An approval counts what its author has seen, and nothing that came since. Raises LedgerError."""
    standing = {one.item: one.seen for one in now}
    changed = {}
    for one in wanted:
        if one.seen is None:
            raise LedgerError(f"{one.where or one.item.machine}: seen is missing; tell the one of GET /api/v1/ledger")
        if one.seen != (is_so := standing.get(one.item, NOTHING_SEEN)):
            changed[one.item] = f"{_named(one.item)}（{_difference(one.seen, is_so)}）"
    if changed:
        raise ChangedError(changed)


def _difference(seen: str, is_so: str) -> str:
    """What of GPS, declared and approved has changed, from what to what."""
    before, now = seen.split("/"), is_so.split("/")
    if len(before) != len(now) or not all(one == "-" or (one.isascii() and one.isdigit()) for one in before):
        return "seen が読めません / seen cannot be read"
    told = zip(("GPS", "申告", "承認"), before, now, strict=True)
    return "、".join(f"{name} {_time(was)} → {_time(one)}" for name, was, one in told if was != one)


def _time(text: str) -> str:
    return hours(int(text)) if text != "-" and len(text) < 8 else "なし"


def _named(item: Item) -> str:
    return f"{item.machine} {item.day} {DOING[item.doing]}・{item.band}"


def _reasoned(wanted: Sequence[Wanted], entries: Sequence[Entry]) -> None:
    """Other than what GPS says needs a reason. Raises LedgerError."""
    for one, entry in zip(wanted, entries, strict=True):
        if entry.seconds != (entry.gps_seconds or 0) and not entry.reason:
            where, gps = one.where or entry.item.machine, hours(entry.gps_seconds or 0)
            told = f"{where}：GPSでは {gps} です。違う時間を承認するときは、理由を書いてください"
            raise LedgerError(f"{told} / {where}: GPS says {gps}; give a reason for approving {hours(entry.seconds)}")


def _check(book: Book, wanted: Sequence[Wanted], by: Writer) -> None:
    if len(wanted) > AT_MOST:
        raise LedgerError(f"{len(wanted)} entries at once; at most {AT_MOST}")
    today = by.now.astimezone(JAPAN).date()
    seen = set[Item]()
    for one in wanted:
        item, where = one.item, one.where or one.item.machine
        contractor = contractor_of(book, item)
        if not contractor:
            raise LedgerError(f"{where}: {item.machine[:64]!r} is no machine of vehicles.toml")
        contract = book.contract(contractor, item.day)
        if item.band not in {band.name for band in contract.bands}:
            bands = ", ".join(band.name for band in contract.bands)
            raise LedgerError(f"{where}: {item.band[:20]!r} is no band of that day's contract; use {bands}")
        if item.doing not in (Doing.WORK, Doing.STANDBY):
            raise LedgerError(f"{where}: only work and standby are paid, not {item.doing}")
        machine = book.named(item.machine)
        if item.doing is Doing.STANDBY and (machine is None or machine.rate not in contract.standby):
            raise LedgerError(f"{where}: that day's contract has no rate for standby of {item.machine}")
        if item.day > today:
            raise LedgerError(f"{where}: {item.day} is still to come")
        if today - item.day > _OLDEST:  # all days between are added up
            raise LedgerError(f"{where}: {item.day} is more than {_OLDEST.days} days ago; is the year right?")
        if len(one.reason) > _REASON_AT_MOST or not one.reason.isprintable():
            raise LedgerError(f"{where}: reason: one line of at most {_REASON_AT_MOST} characters")
        if item in seen:
            raise LedgerError(f"{where}: the same machine, day, kind and band twice")
        seen.add(item)


def _line(kind: str, entries: Sequence[Entry], by: Writer) -> chronology.Entry:
    whole, first = sum(one.seconds for one in entries), entries[0].item
    machines = len({one.item.machine for one in entries})
    what = "稼働時間を承認した" if kind == "approved" else "稼働時間の申告を入れた"
    days = sorted({one.item.day for one in entries})
    span = f"{days[0]}" if len(days) == 1 else f"{days[0]}～{days[-1]}"
    text = f"{what}：{span}、{machines}台、{len(entries)}件、合計 {hours(whole)}"
    refs = {"machine": first.machine} if machines == 1 else {}
    return chronology.Entry(at=by.now, status=by.status, kind="ledger", who=by.name, text=text, refs=refs)
