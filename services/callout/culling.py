"""What rings of emergency culling: people sit inside because they were told to, and nobody lifts it or prolongs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from feeds.japan import dated
from rules.culling.case import Case, Told
from rules.culling.life import overdue
from rules.culling.telling import LEVEL
from rules.culling.words import ANIMALS
from services.callout.occasion import Event, Occasion

DESK = "/ops/culling"


def culling_occasions(cases: Iterable[tuple[Case, Told]], now: datetime) -> Iterator[Occasion]:
    """One for each case, until its all-clear is issued or a later hour was told. A drill opens the drill's desk."""
    for case, told in cases:
        since = overdue(case, told, now)
        if since is None:
            continue
        over, until = case.over is not None, case.plan.until if case.plan else now
        why = (
            "終わったのに、解除がまだ発表されていません"
            if over
            else f"見込みの{dated(until)}までに、解除も延長もされていません"
        )
        yield Occasion(
            key=f"culling:{case.id}:{'over' if over else until.isoformat()}",
            event=Event.CULLING,
            status=case.status,
            level=LEVEL,
            subject=f"緊急銃猟 {case.id}（{ANIMALS[case.animal].ja}）：「屋内にいてください」が{why}",
            subject_en="People are still told to stay inside: lift it or prolong it",
            path=f"{DESK}?status={case.status.value}",
            since=since,
        )
