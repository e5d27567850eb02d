"""/ops/ledger: the daily report and the month on a page; approving; files to keep."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import hdrs, web

from geo.plow.ledger.beside import Beside, Item
from services.ledger.account import Account, contractor_of
from services.ledger.desk import ChangedError, Wanted, item_of
from services.ledger.fairness import sheet
from services.ledger.files import TYPES, file_name, written
from services.ledger.sheets import HOURS, Row, Sheet, band_title, missing, period, sheets, title, written_as
from services.ledger.words import DOING, hours, seconds_of
from services.store.users import Role
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.language.speaking import _
from services.web.ledger.api import read, take, waited
from services.web.pages_staff import staff_page
from services.web.security import WebError

_AT_ONCE = 150  # rows that can be approved on one page; more are shown contractor by contractor
_SHOWN = 300  # rows of a table on the page; all are in the files


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody has typed into a row, so that a refusal does not lose it."""

    time: str
    reason: str
    ticked: bool = True


async def show(request: web.Request) -> web.Response:
    done = request.query.get("done", "")
    said = _("{n}件を承認しました。", n=int(done)) if done.isascii() and done.isdigit() and 0 < len(done) < 4 else ""
    return await _page(request, await read(request), said=said)


async def _page(
    request: web.Request,
    of: Account,
    *,
    said: str = "",
    refused: str = "",
    entered: Mapping[Item, Entered] | None = None,
    status: int = 200,
) -> web.Response:
    contractors = sorted({machine.contractor for machine in of.book.machines})
    shown = of.items[:_SHOWN]
    chosen = request.query.get("contractor", "")
    one_day = of.since == of.until
    rows, tables = await asyncio.to_thread(_tables, of, shown, await _waits(request, of), entered or {})
    return staff_page(
        request, "ledger", account=of, period=period(of), rows=rows, tables=tables, contractors=contractors,
        chosen=chosen, one_day=one_day, address=_address(of, chosen), files=TYPES,
        others=_others(of, chosen), month=f"{of.since:%Y-%m}",
        may_approve=request[PERSON].may(Role.APPROVER) and 0 < len(of.items) <= _AT_ONCE,
        more=len(of.items) - len(rows),
        too_many=len(of.items) if len(of.items) > _AT_ONCE else 0,
        said=said, refused=refused, missing=missing(of), status=status,
    )  # fmt: skip


def _tables(
    of: Account, shown: Sequence[Beside], waits: Sequence[Sheet], entered: Mapping[Item, Entered]
) -> tuple[list[dict[str, Any]], list[Any]]:
    """Rows of the hours and the other tables, beside the event loop: a month of a big fleet is 40,000 rows."""
    rows = [_row(one, of, entered.get(one.item)) for one in shown]
    return rows, [_shown(one) for one in sheets(of, waits) if one.name != HOURS]


@requires(Role.APPROVER)
async def approve(request: web.Request) -> web.StreamResponse:
    """The rows that were ticked, all or none; a refusal shows the page again as it is now, with what was typed."""
    posted = await form_of(request)
    form = {name: str(value) for name, value in posted.items()}
    ticked = [str(number) for number in posted.getall("row", [])]
    entered: dict[Item, Entered] = {}
    try:
        if not ticked:
            raise WebError(400, "no_row", "承認する行に印をつけてください。 / Tick the rows to approve.")
        wanted = [_ticked(form, number, entered) for number in ticked]
        await take(request, "approved", wanted)
    except WebError as error:
        changed = error.__cause__.changed if isinstance(error.__cause__, ChangedError) else {}
        kept = {item: replace(one, ticked=item not in changed) for item, one in entered.items()}
        of = await read(request)
        return await _page(request, of, refused=error.message, entered=kept, status=error.status)
    address = _address(await read(request), request.query.get("contractor", ""))
    return web.Response(status=303, headers={hdrs.LOCATION: f"/ops/ledger?{address}&done={len(wanted)}"})


def _ticked(form: Mapping[str, str], number: str, entered: dict[Item, Entered]) -> Wanted:
    machine, day, doing, band = (form.get(f"{name}-{number}", "") for name in ("machine", "day", "doing", "band"))
    time, reason = form.get(f"time-{number}", ""), form.get(f"reason-{number}", "").strip()
    where = f"{machine} {day} {band}"
    try:
        item = item_of(machine, day, doing, band)
        entered[item] = Entered(time, reason)
        seen = form.get(f"seen-{number}")
        return Wanted(item=item, seconds=seconds_of(time), reason=reason, where=where, seen=seen)
    except ValueError as error:
        raise WebError(400, "bad_entry", f"{where}: {error}") from None


async def download(request: web.Request) -> web.Response:
    """The same as a file."""
    kind = request.match_info["kind"]
    of, now = await read(request), request.app[CONTEXT].now()
    body = await asyncio.to_thread(
        written, of, kind, now, await _waits(request, of)
    )  # a month of a big fleet takes seconds
    headers = {
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{file_name(of, kind)}"',
        hdrs.CACHE_CONTROL: "private, no-store",
    }
    charset = "utf-8" if kind == "csv" else None
    return web.Response(body=body, content_type=TYPES[kind], charset=charset, headers=headers)


async def _waits(request: web.Request, of: Account) -> list[Sheet]:
    """How long streets waited, of all contractors."""
    if request.query.get("contractor"):
        return []
    return [sheet(await waited(request), title(of, "最初の通過まで"), of.names)]


def _address(of: Account, contractor: str) -> str:
    days = {"day": of.since.isoformat()} if of.since == of.until else {"month": f"{of.since:%Y-%m}"}
    chosen = {"contractor": contractor} if contractor else {}
    return urlencode({**days, **chosen, "status": of.status.value})


def _others(of: Account, contractor: str) -> list[tuple[str, str]]:
    """Words and addresses of the days, or months, beside the one that is shown."""
    chosen = {"contractor": contractor} if contractor else {}

    def link(name: str, value: str) -> str:
        return urlencode({name: value, **chosen, "status": of.status.value})

    before, after = of.since - timedelta(days=1), of.until + timedelta(days=1)
    if of.since != of.until:
        months = (("← ", before, ""), ("", after, " →"))
        return [(f"{left}{day:%Y-%m}{right}", link("month", f"{day:%Y-%m}")) for left, day, right in months]
    return [
        (f"← {before}", link("day", before.isoformat())),
        (_("{month} の月締め", month=f"{of.since:%Y-%m}"), link("month", f"{of.since:%Y-%m}")),
        (f"{after} →", link("day", after.isoformat())),
    ]


def _row(one: Beside, of: Account, entered: Entered | None) -> dict[str, Any]:
    item, contractor = one.item, contractor_of(of.book, one.item)
    told = (one.counts, one.gps, one.declared.seconds if one.declared else None)
    outside = of.not_ordered(item)
    return {
        "one": one,
        "contractor": contractor,
        "doing": DOING[item.doing],
        "band": band_title(of.book.contract(contractor, item.day), item.band),
        "times": [hours(value) for value in (one.gps, told[2], one.difference)],
        "approved": hours(one.counts),
        "outside": hours(outside) if outside else "",
        "changed": hours(one.since_approval) if one.since_approval else "",
        "entered": entered or Entered(hours(next((each for each in told if each is not None), None)), "", ticked=False),
        "registered": bool(contractor),
    }


def _shown(table: Sheet) -> dict[str, Any]:
    """A table with its cells as people read them."""
    return {
        "sheet": table,
        "rows": [_texts(row, table) for row in table.rows[:_SHOWN]],
        "sums": [_texts(row, table) for row in table.sums],
        "more": max(0, len(table.rows) - _SHOWN),
    }


def _texts(row: Row, table: Sheet) -> list[str]:
    return [written_as(value, column) for value, column in zip(row, table.columns, strict=True)]
