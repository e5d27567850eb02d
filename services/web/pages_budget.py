"""/ops/budget: what telling people has cost, what is left of each limit, what gives way now, and the winter to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import hdrs, web

from feeds.japan import JAPAN
from services.channels.budget.account import Account, Foreseen, Line, parts_of_season
from services.channels.budget.forecast import season_of
from services.channels.budget.plan import Gauge, why
from services.channels.budget.tariff import MICROS, Measure
from services.channels.budget.told import as_csv
from services.channels.budget.use import Use
from services.clock import wall
from services.web.api.budget import read
from services.web.context import CONTEXT
from services.web.language.speaking import _, own
from services.web.moments import on_day
from services.web.pages_staff import staff_page
from services.web.templating import TEMPLATES

WIDE = 1000.0  # units of a bar
_WINTERS = {"mild": ("雪の少ない冬", "mild"), "normal": ("ふつうの冬", "normal"), "hard": ("雪の多い冬", "hard")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One window as a bar. Lengths in units of ``WIDE``."""

    gauge: Gauge
    spent: float
    waiting: float
    free: float  # where the reserve begins
    tone: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One way of looking at the rest of the season, as a row and as a mark on the scale."""

    name: str
    name_en: str
    low: str
    middle: str
    high: str
    at: tuple[float, float, float]  # the same on the scale


async def show(request: web.Request) -> web.Response:
    of = await read(request)
    words: Any = request.app[TEMPLATES].globals["words"]
    lines = [{"of": line, "bars": _bars(line), "kinds": _kinds(line, words), **_outlooks(line)} for line in of.lines]
    last = of.until - timedelta(days=1)
    return staff_page(
        request, "budget", account=of, lines=lines, sentences=_sentences(of), last=last, wide=WIDE, day=on_day,
        drill=request.app[CONTEXT].exercise,
    )  # fmt: skip


async def table(request: web.Request) -> web.Response:
    """The season part by part, for a spreadsheet: with a byte order mark, or it reads kana wrongly."""
    at = wall()
    async with request.app[CONTEXT].store.read() as connection:
        parts = await parts_of_season(connection, at)
    since, _until = season_of(at.astimezone(JAPAN).date())
    name = f"shirase-budget-{since.isoformat()}.csv"
    headers = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"', hdrs.CACHE_CONTROL: "private, no-store"}
    return web.Response(text="\ufeff" + as_csv(parts), content_type="text/csv", charset="utf-8", headers=headers)


def figure(units: float, measure: Measure, currency: str) -> str:
    """An amount for people: 「12.30 USD」 or 「4,200 通」."""
    if measure is Measure.MONEY:
        return f"{units / MICROS:,.2f} {currency}"
    amount = f"{units:,.0f}"
    return _("{amount} 通", amount=amount) if measure is Measure.MESSAGES else _("{amount} 件", amount=amount)


def _bars(line: Line) -> list[Bar]:
    return [_bar(gauge, line) for gauge in line.gauges]


def _bar(gauge: Gauge, line: Line) -> Bar:
    limit, measure, currency = gauge.limit, gauge.window.measure, line.tariff.currency
    words = figure(gauge.spent, measure, currency)
    if gauge.committed:
        words += _("＋順番待ち {figure}", figure=figure(gauge.committed, measure, currency))
    if limit is None:
        return Bar(
            gauge=gauge, spent=0, waiting=0, free=WIDE, tone="none", words=_("{words}（上限の設定なし）", words=words)
        )
    scale = WIDE / max(limit, 1)
    spent = min(WIDE, gauge.spent * scale)
    tone = "bad" if gauge.share >= 1 else "doubt" if gauge.share >= 0.5 else "good"
    return Bar(
        gauge=gauge,
        spent=spent,
        waiting=min(WIDE - spent, gauge.committed * scale),
        free=WIDE * (1 - gauge.window.reserve),
        tone=tone,
        words=f"{words}／{figure(limit, measure, currency)}",
    )


def _kinds(line: Line, words: Any) -> list[dict[str, Any]]:
    rows = []
    for kind in {**line.season, **line.month}:
        month, season = line.month.get(kind, Use()), line.season.get(kind, Use())
        name = own(words["kinds"].get(kind, words["kinds"]["other"]))
        rows.append({"name": name, "month": month, "season": season})
    return rows


def _outlooks(line: Line) -> dict[str, Any]:
    of = line.foreseen
    if of is None:
        return {"outlooks": [], "limit": None}
    rows = [("これまでの実績から", "by the own record", (of.past.low, of.past.middle, of.past.high))] if of.past else []
    rows += [(*_WINTERS[name], (units, units, units)) for name, units in of.winters.items()]
    most = max((amount for _, _, amounts in rows for amount in amounts), default=0) or 1
    scale = WIDE / (1.05 * most)
    return {
        "outlooks": [_outlook(one, of, line.tariff.currency, scale) for one in rows],
        "spent_at": of.spent * scale,
        "spent": figure(of.spent, of.measure, line.tariff.currency),
        "an_alert": figure(of.an_alert, of.measure, line.tariff.currency),
    }


def _outlook(row: tuple[str, str, tuple[int, int, int]], of: Foreseen, currency: str, scale: float) -> Outlook:
    name, name_en, amounts = row
    low, middle, high = (figure(units, of.measure, currency) for units in amounts)
    at = (amounts[0] * scale, amounts[1] * scale, amounts[2] * scale)
    return Outlook(name=name, name_en=name_en, low=low, middle=middle, high=high, at=at)


def _sentences(of: Account) -> list[tuple[str, str, str]]:
    """What matters first: tone, Japanese, English."""
    found: list[tuple[str, str, str]] = []
    for line in of.lines:
        for step in line.steps:
            found.append(
                (
                    "bad",
                    f"{line.tariff.title}：{step.ja}（{why(line.gauges, step)}）",
                    f"{line.tariff.title}: {step.en}.",
                )
            )
    if not found:
        found.append(("good", "どの経路も、減らさずに送っています。", "Every channel sends in full."))
    return found
