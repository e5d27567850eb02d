"""What rings at the review queue: reports that nobody has judged or works at for longer than their kind may wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from feeds.japan import dated
from feeds.status import Status
from rules.reports.case import WAITING, Case
from rules.reports.kinds import kind_of, rings_at
from services.callout.occasion import Event, Occasion

DESK = "/ops/reports"


def report_occasions(waiting: Iterable[Case], now: datetime) -> Iterator[Occasion]:
    """One for each kind and status: eight calls about a bear must not ring eight times. None has words of a report."""
    groups: dict[tuple[Status, str], list[Case]] = {}
    for case in waiting:
        if rings_at(case) <= now and case.claimed(now) is None:
            groups.setdefault((case.status, case.kind), []).append(case)
    for (status, name), cases in groups.items():
        kind, since = kind_of(name), min(one.arrived_at for one in cases)
        quiet = all(case.state in WAITING for case in cases)  # others were told before their sender changed them
        yet = ("（まだ公表されていません）", "; nothing has been made public") if quiet else ("", "")
        yield Occasion(
            key=f"report:{status}:{name}",
            event=Event.REPORT,
            status=status,
            level=0,
            subject=f"通報：{kind.ja}の通報が、{dated(since)}から確認を待っています{yet[0]}",
            subject_en=f"Reports ({kind.en}) wait to be judged{yet[1]}",
            path=DESK,
            since=since,
        )
