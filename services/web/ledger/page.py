"""/ops/ledger: the daily report and the month on a page; approving; files to keep."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import hdrs, web

from geo.plow.ledger.beside import Beside
from services.ledger.account import Account, contractor_of
from services.ledger.desk import Wanted, item_of
from services.ledger.fairness import sheet
from services.ledger.files import TYPES, file_name, written
from services.ledger.sheets import Cell, Sheet, band_title, period, sheets, title
from services.ledger.words import DOING, hours, seconds_of
from services.store.users import Role
from services.web.auth import PERSON, requires
from services.web.context import CONTEXT
from services.web.ledger.api import read, take, waited
from services.web.pages_staff import staff_page
from services.web.security import WebError

_AT_ONCE = 150  # rows that can be approved on one page; more are shown contractor by contractor
_SHOWN = 300  # rows of a table on the page; all are in the files


async def show(request: web.Request) -> web.Response:
    of = await read(request)
    contractors = sorted({machine.contractor for machine in of.book.machines})
    shown = of.items[:_SHOWN]
    chosen = request.query.get("contractor", "")
    one_day = of.since == of.until
    rows, tables = await asyncio.to_thread(_tables, of, shown, await _waits(request, of))
    return staff_page(
        request, "ledger", account=of, period=period(of), rows=rows, tables=tables, contractors=contractors,
        chosen=chosen, one_day=one_day, address=_address(of, chosen), files=TYPES,
        before=of.since - timedelta(days=1), after=of.until + timedelta(days=1), month=f"{of.since:%Y-%m}",
        may_approve=request[PERSON].may(Role.APPROVER) and 0 < len(of.items) <= _AT_ONCE,
        more=len(of.items) - len(rows),
        too_many=len(of.items) if len(of.items) > _AT_ONCE else 0,
    )  # fmt: skip


def _tables(of: Account, shown: Sequence[Beside], waits: Sequence[Sheet]) -> tuple[list[dict[str, Any]], list[Any]]:
    """Rows of the hours and the other tables, beside the event loop: a month of a big fleet is 40,000 rows."""
    return [_row(one, of) for one in shown], [_shown(one) for one in sheets(of, waits) if one.name != "稼働時間"]


@requires(Role.APPROVER)
async def approve(request: web.Request) -> web.StreamResponse:
    """The rows that were ticked."""
    of, form = await read(request), {name: str(value) for name, value in (await request.post()).items()}
    ticked = [str(number) for number in (await request.post()).getall("row", [])]
    wanted = [_ticked(form, number) for number in ticked]
    await take(request, "approved", wanted)
    address = _address(of, request.query.get("contractor", ""))
    return web.Response(status=303, headers={hdrs.LOCATION: f"/ops/ledger?{address}"})


def _ticked(form: Mapping[str, str], number: str) -> Wanted:
    machine, day, doing, band = (form.get(f"{name}-{number}", "") for name in ("machine", "day", "doing", "band"))
    where = f"{machine} {day} {band}"
    try:
        item = item_of(machine, day, doing, band)
        seconds, reason = seconds_of(form.get(f"time-{number}", "")), form.get(f"reason-{number}", "").strip()
        return Wanted(item=item, seconds=seconds, reason=reason, where=where)
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


def _row(one: Beside, of: Account) -> dict[str, Any]:
    item, contractor = one.item, contractor_of(of.book, one.item)
    told = (one.counts, one.gps, one.declared.seconds if one.declared else None)
    return {
        "one": one,
        "contractor": contractor,
        "doing": DOING[item.doing],
        "band": band_title(of.book.contract(contractor, item.day), item.band),
        "times": [hours(value) for value in (one.gps, told[2], one.difference)],
        "approved": hours(one.counts),
        "outside": hours(outside) if (outside := of.not_ordered(item)) else "",
        "changed": hours(one.since_approval) if one.since_approval else "",
        "wanted": hours(next((seconds for seconds in told if seconds is not None), None)),
        "registered": bool(contractor),
    }


def _shown(table: Sheet) -> dict[str, Any]:
    """A table with its cells as people read them."""
    rows = [
        [_text(value, column.kind) for value, column in zip(row, table.columns, strict=True)]
        for row in table.rows[:_SHOWN]
    ]
    return {"sheet": table, "rows": rows, "more": max(0, len(table.rows) - _SHOWN)}


def _text(value: Cell, kind: str) -> str:
    if value is None:
        return ""
    if kind == "time":
        return hours(int(value))
    return str(value) if kind == "text" else f"{value:,}"
