"""What is told of hazards that began, moved and ended: a line of the trail, and of the chronology."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.hazard import Hazard
from services import trail
from services.store.chronology import Entry
from services.store.hazards import Change


def tell(connection: AsyncConnection, changes: Iterable[Change]) -> None:
    """Which records made which hazards; one line for what the same records mean for many districts."""
    made: dict[tuple[Status, str, tuple[str, ...], int], list[str]] = {}
    for change in changes:
        one, level = change.after or change.before, change.after.level if change.after else 0
        assert one is not None
        because = tuple(reason.ref for reason in one.evidence if not reason.ref.startswith("layer:"))
        made.setdefault((one.status, one.model, because, level), []).append(one.key)
    for (status, model, because, level), keys in made.items():
        ids = {"status": status.value, "model": model, "level": level, "records": because, "hazards": keys}
        trail.tell(connection, trail.CHANGED, **ids)


def entries(changes: Iterable[Change], now: datetime) -> list[Entry]:
    """One line for what one gauge or telegram means for many districts: twenty would bury the next thing."""
    said: dict[tuple[Status, str, str, int], list[Hazard]] = {}
    for change in filter(_noteworthy, changes):
        one = change.after or change.before
        assert one is not None
        text = one.headline if change.after else f"終了：{one.headline}"
        level = change.after.level if change.after else 0
        said.setdefault((one.status, one.model, text, level), []).append(one)
    return [
        Entry(
            at=now,
            status=status,
            kind="hazard",
            who=model,
            text=f"{text}（{'、'.join(hazard.area_name for hazard in those)}）",
            refs={"hazards": " ".join(hazard.key for hazard in those), "level": str(level)},
        )
        for (status, model, text, level), those in said.items()
    ]


def _noteworthy(change: Change) -> bool:
    """The log tells beginnings, endings and steps of level of what is observed, not every figure that moved."""
    levels = [side.level if side else 0 for side in (change.before, change.after)]
    one = change.after or change.before
    return levels[0] != levels[1] and one is not None and one.observed and max(levels) >= 2
