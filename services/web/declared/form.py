"""The forms of /ops/declared: what a person put in, as what the city declares. Empty is unknown, never zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from multidict import MultiDictProxy

from feeds.status import Status
from rules.declared import TYPES, Crowding, Headquarters, Opening, ShelterState
from services.web.language.speaking import N_
from services.web.security import WebError, storable
from services.web.writing.form import moment, text_of

KINDS = ("災害警戒本部", "災害対策本部")
NUMBERS: Mapping[str, str] = {
    "people": N_("避難者（人）"),
    "households": N_("世帯"),
    "voluntary_people": N_("うち自主避難（人）"),
    "voluntary_households": N_("うち自主避難（世帯）"),
    "capacity": N_("定員（人）"),
}
LONGEST_NOTE = 100  # characters of what everybody is told of a place
_MOST, _LONGEST_NUMBER = 500, 6  # places in one entry; digits
Posted = MultiDictProxy[Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of the two worlds the page is about, and what stands in it."""

    status: Status
    q: str = ""

    @property
    def query(self) -> Mapping[str, str]:
        return {"status": self.status.value, **({"q": self.q} if self.q else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A form as it was sent, so that nothing typed is lost where it is refused."""

    fields: Mapping[str, str] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()
    problem: str = ""

    def get(self, name: str, else_: object) -> str:
        """What was typed, or what stands there."""
        return self.fields.get(name, "" if else_ is None else str(else_))


def typed(posted: Posted, problem: str) -> Typed:
    """What came, with what is wrong with it."""
    fields = {name: str(value)[:1000] for name, value in posted.items()}
    return Typed(fields=fields, ticked=frozenset(map(str, posted.getall("place", []))), problem=problem)


def seen_of(posted: Posted) -> tuple[str, int]:
    """The revision that the person had before them: 「series/revision」, as the form says itself."""
    series, _, revision = text_of(posted, "seen").rpartition("/")
    usable = revision.isascii() and revision.isdecimal() and len(revision) < 10
    return (series, int(revision)) if usable and series else ("", 0)


def chosen(posted: Posted) -> list[str]:
    """Codes or names of the places that were ticked. Raises WebError 400 for what no form of ours sends."""
    found = list(dict.fromkeys(str(value) for value in posted.getall("place", [])))
    if len(found) > _MOST or not all(0 < len(name) <= 200 and storable(name) for name in found):
        raise WebError(400, "bad_places", f"避難所は一度に{_MOST}か所までです。 / At most {_MOST} places at once.")
    return found


def opened(place: ShelterState, opening: Opening, now: datetime) -> ShelterState:
    """The place opened, or closed, now. One that is so already stays as it is; a closed one has nobody in it."""
    if place.opening is opening:
        return place
    moved = replace(place, opening=opening, since=now)
    if opening is Opening.OPEN:
        return moved
    moved = replace(moved, crowding=Crowding.UNKNOWN, people=None, households=None, checked=None)
    return replace(moved, voluntary_people=None, voluntary_households=None)


def entered(posted: Posted, place: ShelterState, now: datetime) -> ShelterState:
    """The place as the form has it. Raises ValueError in the officer's words."""
    opening = _one_of(Opening, text_of(posted, "opening"), "状況を選んでください")
    moved = opened(place, opening, now)
    name, address = (" ".join(text_of(posted, part).split()) for part in ("name", "address"))
    moved = replace(moved, name=name or place.name, address=address or place.address)
    if text_of(posted, "since"):
        moved = replace(moved, since=_past(text_of(posted, "since"), now))
    if opening is not Opening.OPEN:
        return moved
    numbers = {key: _number(text_of(posted, key), said) for key, said in NUMBERS.items()}
    crowding = _one_of(Crowding, text_of(posted, "crowding") or Crowding.UNKNOWN, "混み具合を選んでください")
    looked = crowding is not Crowding.UNKNOWN or numbers["people"] is not None or numbers["households"] is not None
    kind = text_of(posted, "type") or place.type
    if kind not in TYPES:
        raise ValueError(f"種類は {'、'.join(TYPES)} のどれかです")
    note = " ".join(text_of(posted, "note").split())
    if len(note) > LONGEST_NOTE:
        raise ValueError(f"案内は{LONGEST_NOTE}字までです")
    moved = replace(moved, note=note if "note" in posted else place.note)
    told = {"crowding": crowding, "checked": now if looked else None, "type": kind, **numbers}
    return replace(moved, **told)


def headquarters(posted: Posted, now: datetime) -> Headquarters:
    """The headquarters as the form has it. Raises ValueError in the officer's words."""
    kind, stands, since = (text_of(posted, name) for name in ("type", "stands", "since"))
    if kind not in KINDS:
        raise ValueError(f"本部は {'、'.join(KINDS)} のどちらかを選んでください")
    if stands not in {"yes", "no"}:
        raise ValueError("設置か解散かを選んでください")
    at = _past(since, now) if since else now
    return Headquarters(disaster=disaster(posted), type=kind, stands=stands == "yes", since=at)


def disaster(posted: Posted) -> str:
    """What has happened. Raises ValueError where nobody said."""
    said = " ".join(text_of(posted, "disaster").split())
    if not 0 < len(said) <= 60:
        raise ValueError("何の災害かを60字までで書いてください（例：3月15日からの大雨）")
    return said


def _past(text: str, now: datetime) -> datetime:
    at = moment(text)
    if at is None or at > now:
        raise ValueError("時刻は、今より前を入れてください（空欄なら、いま）")
    return at


def _number(text: str, said: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise ValueError(f"{said}は、半角の数字で入れてください（わからないときは空欄）")
    return int(text)


def _one_of(kind: Any, value: str, problem: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise ValueError(problem) from None
