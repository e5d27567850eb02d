"""Acts on cases of emergency culling as lines of the chronology: the record that the law asks for."""

from __future__ import annotations

from prometheus_client import Counter

from feeds.japan import dated
from rules.culling.case import Act, Case
from rules.culling.words import ACTS, ANIMALS, CONDITIONS, OFFICES, OUTCOMES
from services.store.chronology import Entry

DONE = Counter("shirase_culling_acts", "What was done with cases of emergency culling", ["status", "act"])


def entry(case: Case) -> Entry:
    """The line that tells the newest act. It has no place finer than what the public is told."""
    last = case.events[-1]
    more = [
        CONDITIONS[last.condition].ja if last.condition else "",
        OFFICES[last.office].ja if last.office else "",
        OUTCOMES[last.outcome].ja if last.outcome and last.act is not Act.CALL_OFF else "",
        f"通報 {case.sighting} から" if last.act is Act.OPEN and case.sighting else "",
    ]
    if last.plan is not None:
        until = dated(last.plan.until)
        more.append(f"{len(last.plan.areas)}か所 {'、'.join(last.plan.areas)}、見込み {until}")
    why = "、".join(one for one in more if one)
    text = f"{name_of(case)}：{ACTS[last.act].ja}{f'（{why}）' if why else ''}"
    refs = {"culling": str(case.id), "act": last.act.value} | ({"series": case.series} if case.series else {})
    return Entry(at=last.at, status=case.status, kind="culling", who=last.who, text=text, refs=refs)


def name_of(case: Case) -> str:
    """緊急銃猟 3（クマ）"""
    return f"緊急銃猟 {case.id}（{ANIMALS[case.animal].ja}）"


def count(case: Case) -> None:
    """One more act."""
    DONE.labels(case.status.value, case.events[-1].act.value).inc()
