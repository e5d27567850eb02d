"""What a handover tells of the danger: how high, how it came to that, what holds, what is foreseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import short
from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Alert
from rules.handover.document import Point, Section, Weight, section
from services.store import alerts, chronology, hazards

AHEAD = timedelta(hours=6)
_GRAVE = 3  # level
_COURSE = 7  # of the last changes


async def danger(connection: AsyncConnection, status: Status, since: datetime, now: datetime) -> list[Section]:
    """The sections danger, in_force and forecast."""
    current = [one for one in (await hazards.current(connection, status)).values() if one.valid_until > now]
    seen = [one for one in current if one.observed and one.since <= now]
    course = await chronology.between(connection, status, ("hazard",), since, now)
    points = [_highest(seen)] if any(one.level >= 2 for one in seen) else []
    marked = [one for one in course if int(one.refs.get("level", "0") or 0) >= 2 or one.text.startswith("終了")]
    points += [Point(text=f"{short(one.at)} {one.text[:90]}") for one in marked[-_COURSE:]]
    earlier = max(0, len(marked) - _COURSE)
    standing = (await alerts.standing(connection, status, now)).values()
    holding = [one.in_force(now)[-1] for one in standing if one.in_force(now)]
    ahead = [one for one in current if not one.observed and one.level >= 2 and one.since <= now + AHEAD]
    return [
        replace(section("danger", points), more=earlier),
        section("in_force", [_told(one) for one in sorted(holding, key=lambda one: (-one.level, one.expires))]),
        section("forecast", _foreseen(ahead)),
    ]


def _highest(seen: Iterable[Hazard]) -> Point:
    found = sorted(seen, key=lambda one: (-one.level, one.since))
    top = [one for one in found if one.level == found[0].level]
    names = "、".join(dict.fromkeys(one.area_name for one in top[:6]))
    more = f"ほか{len(top) - 6}か所" if len(top) > 6 else ""
    text = f"いま最高 レベル{top[0].level}：{top[0].headline}（{names}{more}）{short(top[0].since)}から"
    return Point(text=text, weight=Weight.BAD if top[0].level >= _GRAVE else Weight.MIND)


def _told(one: Alert) -> Point:
    level = f"レベル{one.level} " if one.alert_level else ""
    text = f"{level}{one.texts['ja'].headline}（第{one.revision}報、{short(one.expires)}まで）"
    return Point(text=text, weight=Weight.BAD if one.alert_level and one.level >= _GRAVE else Weight.PLAIN)


def _foreseen(found: Iterable[Hazard]) -> list[Point]:
    """One point for what one model says of many districts."""
    said: dict[tuple[int, str], list[Hazard]] = {}
    for one in sorted(found, key=lambda one: (-one.level, one.since)):
        said.setdefault((one.level, one.headline), []).append(one)
    points = []
    for (level, headline), those in said.items():
        names = "、".join(dict.fromkeys(one.area_name for one in those[:5]))
        more = f"ほか{len(those) - 5}か所" if len(those) > 5 else ""
        sure = those[0].probability
        chance = f"、確率{sure * 100:.0f}％" if sure is not None else ""
        text = f"{short(those[0].since)}から レベル{level} {headline}（{names}{more}{chance}）"
        points.append(Point(text=text, weight=Weight.MIND if level >= _GRAVE else Weight.PLAIN))
    return points
