"""Sections that were ordered to be plowed, and those that are done while others are not: for posts to residents.

The sections that are at work at one time are one operation (一斉除雪). One that is done stays in it until all are, so
that the end is told once; meanwhile it is told as done beside. A section that is ordered again meanwhile goes on: to
residents it is one operation, so the number of the order is evidence and no part of the hazard's identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from feeds.japan import JAPAN, dated
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.plow.announced import Ordered

_LONGEST = timedelta(days=3)  # an order that nobody ended by then says nothing about the streets


class PlowOrders:
    """Hazards ``plow_ordered`` and ``plow_done``, level 1: no danger, but what a driver should know."""

    name = "plow_orders"
    version = "1"
    quantities = frozenset[str]()
    window = _LONGEST
    telegrams = False
    reports = frozenset[str]()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """The operation that goes on, section by section; nothing where no order binds anybody."""
        lately = [one for one in inputs.ordered if inputs.now - _LONGEST < one.given_at <= inputs.now]
        known = [one for one in lately if ground.areas.get(one.section)]
        bound = [one for one in known if one.finished_at is None or one.finished_at > inputs.now]
        if not bound:
            return []
        begun = min(one.given_at for one in bound)
        done = [one for one in known if one not in bound and one.finished_at and one.finished_at >= begun]
        again = {one.section for one in bound}
        done = _newest([one for one in done if one.section not in again])
        found = [_hazard(one, inputs, "plow_ordered") for one in (*_newest(bound), *done)]
        return found + [_hazard(one, inputs, "plow_done") for one in done]


def _newest(some: Sequence[Ordered]) -> list[Ordered]:
    """One order for each section, by section."""
    return list({one.section: one for one in sorted(some, key=lambda one: (one.section, one.number))}.values())


def _hazard(one: Ordered, inputs: Inputs, kind: str) -> Hazard:
    done_at = one.finished_at if kind == "plow_done" else None
    since = done_at or one.given_at
    text = f"{one.name} 除雪が完了" if done_at else f"{one.name} 除雪を指示"
    by = f"、完了の予定 {dated(one.finish_by)}" if one.finish_by and not done_at else ""
    told = f"{text}（{dated(since)}{by}）"
    source = f"section:{one.section}"
    facts = {"ordered_at": _iso(one.given_at)}
    if one.finish_by:
        facts["finish_by"] = _iso(one.finish_by)
    if done_at:
        facts["finished_at"] = _iso(done_at)
    return Hazard(
        kind=kind,
        area=one.section,
        area_name=one.name,
        level=1,
        alert_level=False,
        model=f"{PlowOrders.name}@{PlowOrders.version}",
        status=inputs.status,
        observed=True,
        since=since,
        valid_until=one.given_at + _LONGEST,
        headline=text,
        source=source,
        evidence=(Evidence(ref=source, text=f"指示 {one.number}：{told}"),),
        facts=facts,
    )


def _iso(at: datetime) -> str:
    return at.astimezone(JAPAN).isoformat("T", "minutes")
