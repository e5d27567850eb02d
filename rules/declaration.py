"""The alert by which the city declares something of itself: a draft like any other, one series for each disaster.

Its words are made from what is declared, so the post, the map and L-Alert's document cannot differ. When the last place
of refuge has closed, or the headquarters is dissolved, the next revision ends the series.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.status import Status
from rules.alert import Act, Alert
from rules.amendment import following
from rules.declared import TYPES, Declared, Shelters, ShelterState
from rules.notice import Notice, compose
from rules.redraft import AmendmentError, Pen, Said, Series, revised
from rules.revision import lifting
from rules.wording.declared import forms, text_of
from rules.wording.languages import in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a first revision needs beside what is declared. ``city``: the code of the whole city's area."""

    status: Status
    city: str
    expires: datetime
    channels: tuple[str, ...]


def declare(declared: Declared, series: Series | None, frame: Frame, pen: Pen) -> Alert:
    """The next revision; the first of a new series where none is in force.

    Raises AmendmentError: nothing_to_end, bad_shelters, and those of compose and revised.
    """
    _check(declared)
    languages = [tag for tag in in_order(forms()) if tag == "ja" or tag in pen.sender.languages]
    texts = {tag: text_of(declared, tag, pen.now, pen.sender.name) for tag in languages}
    if series is None or not series.standing.in_force(pen.now):
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
    return replace(alert, evidence=_evidence(declared, pen))


def over(declared: Declared) -> bool:
    """True where nothing of it stands any more."""
    return not declared.open if isinstance(declared, Shelters) else not declared.stands


def merged(known: Iterable[ShelterState], news: Iterable[ShelterState]) -> tuple[ShelterState, ...]:
    """The whole state: what is known, with what is new in its place; what is new and unknown comes last."""
    places = {place.identity: place for place in known}
    places |= {place.identity: place for place in news}
    return tuple(places.values())


def _check(declared: Declared) -> None:
    if not declared.disaster.strip():
        raise AmendmentError("bad_disaster", "何の災害かを書いてください（例：11月20日からの大雨）")
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
    if not 0 < len(place.name.strip()) <= 100 or len(place.address) > 200:
        return "名前は1字から100字、住所は200字までです"
    counted = [count for count in (place.people, place.households, place.capacity) if count is not None]
    return "" if all(0 <= count <= 100_000 for count in counted) else "人数が正しくありません"


def _evidence(declared: Declared, pen: Pen) -> tuple[str, ...]:
    if not isinstance(declared, Shelters):
        return (f"{pen.author} が入れた本部の状況です",)
    told = (f"{place.name}：{'開設' if place in declared.open else '閉鎖'}" for place in declared.places)
    return (f"{pen.author} が入れた避難所の状況です", *told)
