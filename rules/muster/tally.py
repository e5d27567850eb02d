"""What the answers add up to: by bureau and section, who comes when, and who is asked for first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.muster.answer import Answer, Coming, Safety
from rules.muster.want import Want

STEP = timedelta(minutes=30)
_LONGEST = 24  # steps of the curve: twelve hours, the rest as one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Somebody who was asked, and the newest answer."""

    code: str
    name: str
    bureau: str
    section: str
    role: str
    category: str
    place: str  # 参集場所
    phone: str  # for calling, as the directory has it; may be empty
    want: Want
    asked_at: datetime
    reached: str  # the best of what became of the messages: sent, waiting, unknown, failed, nowhere
    answer: Answer | None = None

    @property
    def open(self) -> bool:
        """Nothing was answered, though something was asked."""
        return self.want is not Want.INFORM and (self.answer is None or not self.answer.settles(self.want))


@dataclass(slots=True)
class Count:
    """Heads."""

    asked: int = 0
    answered: int = 0
    safe: int = 0
    hurt: int = 0
    rescue: int = 0
    comes: int = 0
    arrived: int = 0
    cannot: int = 0
    unanswered: int = 0
    informed: int = 0  # told only: no answer is waited for

    def add(self, one: Asked) -> None:
        if one.want is Want.INFORM:
            self.informed += 1
            return
        self.asked += 1
        self.unanswered += one.open
        if one.answer is None:
            return
        self.answered += 1
        self.safe += one.answer.safety is Safety.SAFE
        self.hurt += one.answer.safety is Safety.HURT
        self.rescue += one.answer.safety is Safety.RESCUE
        self.comes += one.answer.coming is Coming.COMES
        self.arrived += one.answer.coming is Coming.ARRIVED
        self.cannot += one.answer.coming is Coming.CANNOT


@dataclass(frozen=True, slots=True)
class Arrival:
    """One line of the curve: so many more until then, so many there in all."""

    until: datetime | None  # None: later than the last line
    more: int
    total: int
    overdue: bool = False  # they said a time that is past and have not said that they are there


def counted(people: Iterable[Asked]) -> Count:
    """All of them."""
    found = Count()
    for one in people:
        found.add(one)
    return found


def by_bureau(people: Iterable[Asked]) -> list[tuple[str, str, Count]]:
    """(bureau, section, heads), in the order of their names; a line with section "" sums up its bureau."""
    found: dict[tuple[str, str], Count] = {}
    for one in people:
        found.setdefault((one.bureau, ""), Count()).add(one)
        found.setdefault((one.bureau, one.section or "（課なし）"), Count()).add(one)
    return [(*key, found[key]) for key in sorted(found)]


def arrivals(people: Iterable[Asked], now: datetime) -> list[Arrival]:
    """Who is there, who should be by now, and who comes in each half hour from ``now`` on; empty lines at the end are
    left out."""
    answers = [one.answer for one in people if one.answer is not None]
    there = sum(answer.coming is Coming.ARRIVED for answer in answers)
    times = [answer.arrives_at for answer in answers if answer.coming is Coming.COMES and answer.arrives_at]
    late = sum(at <= now for at in times)
    lines = [Arrival(now, there, there)]
    if late:
        lines.append(Arrival(now, late, there + late, overdue=True))
    ahead = sorted(at for at in times if at > now)
    total = there + late
    for step in range(_LONGEST):
        more = sum(now + step * STEP < at <= now + (step + 1) * STEP for at in ahead)
        total += more
        lines.append(Arrival(now + (step + 1) * STEP, more, total))
        if total == there + late + len(ahead):
            return lines
    return [*lines, Arrival(None, there + late + len(ahead) - total, there + late + len(ahead))]


def first_of_all(people: Sequence[Asked]) -> list[Asked]:
    """Those who need somebody: to be fetched, then hurt, then with a family hurt or out of reach."""
    found = [(rank, one) for one in people if one.answer is not None and (rank := _need(one.answer)) is not None]
    return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].answer.at if pair[1].answer else 0))]


def unanswered(people: Iterable[Asked]) -> list[Asked]:
    """Who is to be called, those first who come first; in each section together."""
    return sorted(
        (one for one in people if one.open), key=lambda one: (one.category, one.bureau, one.section, one.code)
    )


def _need(answer: Answer) -> int | None:
    needs = {Safety.RESCUE: 0, Safety.HURT: 1}
    if answer.safety in needs:
        return needs[answer.safety]
    return 2 if answer.family in ("hurt", "unknown") or answer.home == "lost" else None
