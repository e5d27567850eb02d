"""A rule's own tests: the ``[[test]]`` tables of its file, as hazards given and an outcome expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.japan import JAPAN
from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Approval
from rules.source import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """These hazards at this time must come to this. What is empty or None is not looked at."""

    name: str
    now: datetime
    hazards: tuple[Hazard, ...]
    alerts: int = 1
    drop: str = ""  # the word of a Reason
    level: int | None = None
    approval: str = ""
    event: str = ""
    short: str = ""
    short_en: str = ""
    all_clear: str = ""  # short text once all hazards have gone, had the alert been issued


def parse_cases(table: Table) -> tuple[Case, ...]:
    """All ``[[test]]`` tables of a rule file; faults are noted in the table's source."""
    return tuple(_case(member) for member in table.tables("test"))


def _case(table: Table) -> Case:
    allowed = "a date-time with offset: 2026-07-20T18:40:00+09:00"
    found = table.value("now", allowed, required=True)
    now = found if isinstance(found, datetime) and found.tzinfo else None
    if found is not None and now is None:
        table.fault("now", found, allowed)
    moment = now or datetime(2000, 1, 1, tzinfo=JAPAN)
    name = table.text("name")
    hazards = tuple(_hazard(member, moment) for member in table.tables("hazard"))
    expect = table.table("expect", required=True)
    table.finish()
    return _expected(expect, name, moment, hazards) if expect else Case(name=name, now=moment, hazards=hazards)


def _expected(table: Table, name: str, now: datetime, hazards: tuple[Hazard, ...]) -> Case:
    case = Case(
        name=name,
        now=now,
        hazards=hazards,
        alerts=int(table.number("alerts", 0, 100, whole=True)) if "alerts" in table else 1,
        level=int(table.number("level", 0, 5, whole=True)) if "level" in table else None,
        approval=table.text("approval", one_of=[approval.value for approval in Approval], default=""),
        drop=table.text("drop", default=""),
        event=table.text("event", default=""),
        short=table.text("short", default=""),
        short_en=table.text("short_en", default=""),
        all_clear=table.text("all_clear", default=""),
    )
    table.finish("alerts", "level")
    return case


def _hazard(table: Table, now: datetime) -> Hazard:
    facts = table.table("facts")
    hazard = Hazard(
        kind=table.text("kind"),
        area=table.text("area"),
        area_name=table.text("area_name"),
        level=int(table.number("level", 0, 5, whole=True)),
        alert_level=table.flag("alert_level", default=False),
        model=table.text("model"),
        status=Status.ACTUAL,
        observed=table.flag("observed", default=True),
        since=now - table.duration("held", timedelta(hours=1)),
        valid_until=now + table.duration("valid", timedelta(hours=1)),
        headline=table.text("headline", default="（試験）"),
        probability=table.number("probability", 0, 1) if "probability" in table else None,
        source=table.text("source", default=""),
        facts=_facts(facts) if facts else {},
    )
    table.finish("probability")
    return hazard


def _facts(table: Table) -> dict[str, str | float | int | bool]:
    facts: dict[str, str | float | int | bool] = {}
    for name, value in table.data.items():
        if isinstance(value, (str, float, int, bool)):
            facts[name] = value
        else:
            table.fault(name, value, "a text, a number, true or false")
    return facts
