"""The account of how the models did, read from the store: for the page, the API, the command and the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.instant import iso_utc
from feeds.japan import JAPAN
from feeds.status import Status
from geo.river.skill import Skill
from geo.verification.account import LEAD_BINS, Scored, Warned, lead_histogram, scored, warned
from geo.verification.tally import BINS, Bin
from geo.verification.teller import Told
from services.figures import told_by
from services.store import skill, stories

WARNINGS = Gauge("shirase_warnings", "Warnings and events of the last 30 days", ["model", "level", "verdict"])
CSI = Gauge("shirase_model_csi_ratio", "Critical success index of warnings, last 30 days", ["model", "level"])
LEAD = Gauge("shirase_model_lead_seconds", "Mean time from warning to event, last 30 days", ["model", "level"])
SCORES = Gauge("shirase_river_skill", "Scores of outlooks, last 30 days", ["lead_h", "forecaster", "score"])
told_by("verify", WARNINGS.clear, CSI.clear, LEAD.clear, SCORES.clear)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Some days of one status, both ends included."""

    status: Status
    since: date  # days in Japan
    until: date
    stories: tuple[Told, ...]  # oldest first
    warned: tuple[Warned, ...]
    scored: tuple[Scored, ...]
    reliable: tuple[Bin, ...]  # ten tenths


async def account(connection: AsyncConnection, status: Status, since: date, until: date) -> Account:
    """Everything that counts for these days."""
    tenths = await skill.bins(connection, status, since, until)
    told = await stories.between(connection, status, _begin(since), _begin(until + timedelta(days=1)))
    return Account(
        status=status,
        since=since,
        until=until,
        stories=tuple(told),
        warned=tuple(warned(told)),
        scored=tuple(scored(await skill.tallies(connection, status, since, until))),
        reliable=tuple(tenths.get(tenth, Bin(0, 0, 0.0)) for tenth in range(BINS)),
    )


async def last_days(connection: AsyncConnection, status: Status, now: datetime, days: int) -> Account:
    """The last so many days, today included."""
    today = now.astimezone(JAPAN).date()
    return await account(connection, status, today - timedelta(days=days - 1), today)


def as_json(of: Account) -> dict[str, Any]:
    """The account as JSON; every score stands beside persistence, and beside extrapolation where there is one."""
    return {
        "status": of.status.value,
        "since": of.since.isoformat(),
        "until": of.until.isoformat(),
        "warnings": [_warned(one) for one in of.warned],
        "rivers": [_scored(one) for one in of.scored],
        "reliability": [told_bin(tenth, one) for tenth, one in enumerate(of.reliable)],
        "stories": [_story(one) for one in of.stories],
    }


def lines(of: Account) -> Iterator[dict[str, Any]]:
    """The same line by line, each with the days and what it is."""
    whole = as_json(of)
    days = {name: whole[name] for name in ("status", "since", "until")}
    for name in ("warnings", "rivers", "reliability", "stories"):
        for one in whole[name]:
            yield {"what": name, **days, **one}


def measure(of: Account) -> None:
    """Show it at /metrics. What nobody can say is not shown."""
    WARNINGS.clear()
    SCORES.clear()
    CSI.clear()
    LEAD.clear()
    for one in of.warned:
        if not one.place:
            counts = {"hit": one.hits, "miss": one.misses, "false": one.false_alarms}
            for verdict, many in {**counts, "unknown": sum(one.unknown.values()), "open": one.open}.items():
                WARNINGS.labels(one.model, str(one.level), verdict).set(many)
            if (csi := one.model_skill().csi) is not None:
                CSI.labels(one.model, str(one.level)).set(csi)
            if one.mean_lead is not None:
                LEAD.labels(one.model, str(one.level)).set(3600 * one.mean_lead)
    for row in of.scored:
        if not row.station and not row.method:
            for forecaster, told in _forecasters(row).items():
                for score, value in told.items():
                    if value is not None:
                        SCORES.labels(str(row.lead), forecaster, score).set(value)


def _warned(one: Warned) -> dict[str, Any]:
    return {
        "model": one.model,
        "kind": one.kind,
        "level": one.level,
        "place": one.place,
        "events": one.events,
        "hits": one.hits,
        "misses": one.misses,
        "false_alarms": one.false_alarms,
        "unknown": dict(one.unknown),
        "open": one.open,
        "few": one.few,
        **_of_warnings(one.model_skill()),
        "lead_h": {
            "mean": None if one.mean_lead is None else round(one.mean_lead, 2),
            "begins": list(LEAD_BINS),
            "counts": lead_histogram(one.leads),
        },
        "baseline": {"persistence": _of_warnings(one.persistence())},
    }


def _of_warnings(skill: Skill) -> dict[str, float | None]:
    return {name: value for name, value in skill.told().items() if name in {"pod", "far", "csi"}}


def _scored(one: Scored) -> dict[str, Any]:
    tally, told = one.tally, _forecasters(one)
    return {
        "station": one.station,
        "method": one.method,
        "lead_h": one.lead,
        "n": tally.n,
        "events": tally.events,
        "unknown": tally.unknown,
        "few": one.few,
        "few_levels": one.few_levels,
        **told.pop("outlook"),
        "baseline": told,
    }


def _forecasters(one: Scored) -> dict[str, dict[str, Any]]:
    tally = one.tally
    found = {"outlook": tally.outlook(), "persistence": tally.persistence(), "extrapolation": tally.extrapolation()}
    return {name: skill.told() for name, skill in found.items()}


def told_bin(tenth: int, one: Bin) -> dict[str, Any]:
    """One tenth of the chances as JSON: what was said, and how often it came."""
    return {
        "from": tenth / BINS,
        "to": (tenth + 1) / BINS,
        "n": one.n,
        "events": one.events,
        "said": round(one.chance / one.n, 4) if one.n else None,
        "came": round(one.events / one.n, 4) if one.n else None,
    }


def _story(told: Told) -> dict[str, Any]:
    thread, one = told.thread, told.story
    times = {"warned_at": one.warned_at, "ended_at": one.ended_at, "crossed_at": one.crossed_at, "left_at": one.left_at}
    return {
        "model": told.version,
        "kind": thread.kind,
        "level": thread.level,
        "place": thread.place,
        "verdict": one.verdict.value,
        "why": one.why,
        "lead_h": None if one.lead is None else round(one.lead / timedelta(hours=1), 2),
        **{name: None if at is None else iso_utc(at) for name, at in times.items()},
    }


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), JAPAN)
