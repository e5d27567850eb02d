"""The account in words and figures for programs: JSON for the API and the command line, CSV for the office."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from feeds.japan import JAPAN
from services.channels.budget.account import Account, Foreseen, Line
from services.channels.budget.plan import Gauge
from services.channels.budget.tariff import MICROS, Measure, Tariff
from services.channels.budget.use import Use
from services.store.spending import Spent

COLUMNS = ("date", "channel", "kind", "level", "revision", "posts", "links", "messages", "money", "currency")


def as_json(account: Account) -> dict[str, Any]:
    """As ``/api/v1/budget`` gives it. Money in whole units of the currency."""
    return {
        "at": account.at.isoformat().replace("+00:00", "Z"),
        "season": {"from": account.since.isoformat(), "until": account.until.isoformat()},
        "channels": [_line(line) for line in account.lines],
    }


def as_csv(parts: Iterable[Spent]) -> str:
    """A row for each part that was sent, in the order given."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in parts:
        use, day = one.use, one.at.astimezone(JAPAN).date()
        counts = (one.level, one.revision, use.calls, use.links, use.messages)
        writer.writerow((day, one.channel, one.kind, *counts, f"{use.micros / MICROS:.6f}", one.currency))
    return out.getvalue()


def amount(measure: Measure, units: int) -> float:
    """What is counted, as people count it."""
    return units / MICROS if measure is Measure.MONEY else units


def _line(line: Line) -> dict[str, Any]:
    return {
        "channel": line.channel,
        "prices": _prices(line.tariff),
        "windows": [_gauge(gauge) for gauge in line.gauges],
        "gives_way": [{"step": step.value, "ja": step.ja, "en": step.en} for step in line.steps],
        "month": _kinds(line.month),
        "season": _kinds(line.season),
        "foreseen": line.foreseen and _foreseen(line.foreseen),
    }


def _prices(tariff: Tariff) -> dict[str, Any]:
    return {
        "currency": tariff.currency,
        "post": float(tariff.post),
        "link_post": float(tariff.post if tariff.link_post is None else tariff.link_post),
        "message": float(tariff.message),
        "recipients": tariff.recipients,
        "source": tariff.source,
        "checked": tariff.checked.isoformat(),
    }


def _gauge(gauge: Gauge) -> dict[str, Any]:
    measure = gauge.window.measure
    return {
        "window": gauge.window.name,
        "title": gauge.window.title,
        "measure": measure.value,
        "limit": None if gauge.limit is None else amount(measure, gauge.limit),
        "reserve": gauge.window.reserve,
        "spent": amount(measure, gauge.spent),
        "waiting": amount(measure, gauge.committed),
        "told_by_provider": gauge.told,
    }


def _kinds(kinds: Mapping[str, Use]) -> dict[str, Any]:
    return {
        kind: {"posts": use.calls, "links": use.links, "messages": use.messages, "money": use.micros / MICROS}
        for kind, use in kinds.items()
    }


def _foreseen(of: Foreseen) -> dict[str, Any]:
    past = of.past
    return {
        "measure": of.measure.value,
        "spent": amount(of.measure, of.spent),
        "past": past
        and {
            "low": amount(of.measure, past.low),
            "middle": amount(of.measure, past.middle),
            "high": amount(of.measure, past.high),
            "days": past.days,
        },
        "winters": {name: amount(of.measure, units) for name, units in of.winters.items()},
        "an_alert": amount(of.measure, of.an_alert),
        "an_alert_is_own": of.own,
    }
