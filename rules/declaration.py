"""The alert by which the city declares something: a draft like any other, one series for each disaster.

Its words are made from what is declared, so the post, the map and L-Alert's document cannot differ. When the last place
of refuge has closed, or the headquarters is dissolved, the next revision ends the series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.status import Status
from rules.alert import Act, Alert
from rules.amendment import following
from rules.damage.items import BY_KEY, ITEMS
from rules.declared import TYPES, Damaged, Declared, Headquarters, Shelters, ShelterState
from rules.ending import lifting
from rules.notice import Notice, compose
from rules.redraft import AmendmentError, Pen, Said, Series, revised
from rules.wording.by_hand import corrected
from rules.wording.declared import forms, text_of
from rules.wording.languages import in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a first revision needs beside what is declared. ``city``: the code of the whole city's area."""

    status: Status
    city: str
    expires: datetime
    channels: tuple[str, ...]
    corrects: bool = False  # what of damage was announced before was wrong


def declare(declared: Declared, series: Series | None, frame: Frame, pen: Pen) -> Alert:
    """The next revision; the first of a new series where none is in force.

    Raises AmendmentError: nothing_to_end, bad_shelters, and those of compose and revised.
    """
    _check(declared)
    languages = [tag for tag in in_order(forms()) if tag == "ja" or tag in pen.sender.languages]
    texts = {tag: text_of(declared, tag, pen.now, pen.sender.name) for tag in languages}
    if series is None or not series.standing.in_force(pen.now):
        if frame.corrects:
            raise AmendmentError("bad_correction", "まだ何も発表していないため、訂正するものがありません")
        if over(declared):
            raise AmendmentError(
                "nothing_to_end", "開設や設置を伝えた発表が有効でないため、終わりを伝える相手がいません"
            )
        notice = Notice(
            status=frame.status,
            kind=declared.kind,
            level=0,
            category="Safety",
            texts=texts,
            areas=(frame.city,),
            expires=frame.expires,
            channels=frame.channels,
        )
        first = compose(notice, pen)
        series_id = first.series.replace("-notice-", f"-{declared.kind}-")
        named = replace(first, series=series_id, identifier=f"{series_id}-1")
        return replace(named, declared=declared, evidence=_evidence(declared, pen))
    fresh = replace(following(series, Said(expires=frame.expires), pen), act=Act.UPDATE, declared=declared)
    if over(declared):
        fresh = replace(fresh, ends=True, **lifting(series.standing.in_force(pen.now)[-1]))
    alert = revised(fresh, Said(texts=texts), series.reached, pen.now)
    if frame.corrects:
        alert = _correcting(alert, series.standing.in_force(pen.now)[-1], declared)
    return replace(alert, evidence=_evidence(declared, pen))


def _correcting(alert: Alert, base: Alert, declared: Declared) -> Alert:
    """The revision as one that says which figures were wrong, and what they are. Raises AmendmentError."""
    before = base.declared
    if not isinstance(declared, Damaged) or not isinstance(before, Damaged):
        raise AmendmentError("bad_correction", "訂正できるのは、発表した被害の数だけです")
    changed = [item for item in ITEMS if before.figures.get(item.key) != declared.figures.get(item.key)]
    fallen = [item for item in changed if item.key in before.figures]
    if not fallen:
        raise AmendmentError(
            "bad_correction", "発表した数はどれも変わっていません。訂正ではなく続報として出してください"
        )
    wrong, right = (
        "、".join(
            f"{item.title} {item.told(figures[item.key])}{item.unit}" if item.key in figures else f"{item.title} 不明"
            for item in fallen
        )
        for figures in (before.figures, declared.figures)
    )
    notes = {
        tag: corrected(base, alert, tag, *((wrong, right) if tag == "ja" else ("", "")))
        for tag in alert.texts
        if tag in base.texts
    }
    return replace(alert, act=Act.CORRECTION, correction=notes, soundless=True)


def _of_damage(declared: Damaged) -> Iterator[str]:
    """What is not in it yet, and what everybody will read of districts."""
    if declared.counting:
        open_ = "、".join(BY_KEY[key].title for key in declared.counting)
        yield f"未確認・調査中のものがあり、入っていません：{open_}"
    for one in declared.districts:
        known = [f"{BY_KEY[key].ja} {BY_KEY[key].told(steps)}{BY_KEY[key].unit}" for key, steps in one.figures.items()]
        few = [f"{BY_KEY[key].ja} 少数" for key in one.few]
        yield f"地区別に公開します：{one.name}（{'、'.join([*known, *few])}）"


def over(declared: Declared) -> bool:
    """True where nothing of it stands any more."""
    if isinstance(declared, Damaged):
        return declared.final
    return not declared.open if isinstance(declared, Shelters) else not declared.stands


def merged(known: Iterable[ShelterState], news: Iterable[ShelterState]) -> tuple[ShelterState, ...]:
    """The whole state: what is known, with what is new in its place; what is new and unknown comes last."""
    places = {place.identity: place for place in known}
    places |= {place.identity: place for place in news}
    return tuple(places.values())


def _check(declared: Declared) -> None:
    if not declared.disaster.strip():
        raise AmendmentError("bad_disaster", "何の災害かを書いてください（例：11月20日からの大雨）")
    if isinstance(declared, Damaged) and not declared.figures:
        raise AmendmentError("bad_damage", "確認済みの数がまだありません。発表できるのは確認済みの数だけです")
    if not isinstance(declared, Shelters):
        return
    if not declared.places:
        raise AmendmentError("bad_shelters", "避難所を一つ以上書いてください")
    for place in declared.places:
        if fault := _fault(place):
            raise AmendmentError("bad_shelters", f"{fault}：{place.name[:40] or place.code[:40]}")


def _fault(place: ShelterState) -> str:
    if place.type not in TYPES:
        return f"種類は {'、'.join(TYPES)} のどれかです"
    if not 0 < len(place.name.strip()) <= 100 or len(place.address) > 200 or len(place.note) > 100:
        return "名前は1字から100字、住所は200字、案内は100字までです"
    counts = (place.people, place.households, place.capacity, place.voluntary_people, place.voluntary_households)
    counted = [count for count in counts if count is not None]
    if place.people is not None and (place.voluntary_people or 0) > place.people:
        return "自主避難の人数が、避難者の人数より多くなっています"
    return "" if all(0 <= count <= 100_000 for count in counted) else "人数が正しくありません"


def _evidence(declared: Declared, pen: Pen) -> tuple[str, ...]:
    if isinstance(declared, Headquarters):
        return (f"{pen.author} が入れた本部の状況です",)
    if isinstance(declared, Damaged):
        return (f"{pen.author} が作った、被害の集計です", *_of_damage(declared))
    told = (f"{place.name}：{'開設' if place in declared.open else '閉鎖'}" for place in declared.places)
    return (f"{pen.author} が入れた避難所の状況です", *told)
