"""The planner: how an alert goes to a channel while money and rate last, and what gives way first when they do not.

Three ranks share a window. What *must* go (cancels, all-clears, level 4 and 5) is never shortened, may use everything,
and is tried even beyond: the provider has the last word. The *rest* may use half of the reserve; what is *minor*
leaves the reserve alone. As the part that is not reserve is used up, the form of what is not urgent gets smaller, step
by step, and at last minor alerts do not go to this channel. A drill never eats what the real thing will need: whatever
its level it is minor, and its end, which must follow it, belongs to the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from math import inf

from feeds.status import Status
from rules.alert import GRAVE
from services.channels.budget.tariff import MICROS, Measure, Window
from services.channels.budget.use import Use
from services.channels.channel import WHOLE, Form


class Rank(IntEnum):
    """Who comes first when there is not enough."""

    MINOR = 0
    REST = 1
    URGENT = 2


class Step(StrEnum):
    """One step down, in the order in which they are taken: a word for programs, sentences for people."""

    ja: str
    en: str
    at: float
    helps: frozenset[Measure]

    def __new__(cls, word: str, at: float, ja: str, en: str, *helps: Measure) -> Step:
        member = str.__new__(cls, word)
        member._value_ = word
        member.at, member.ja, member.en, member.helps = at, ja, en, frozenset(helps)
        return member

    NO_LINK = "no_link", 0.5, "リンクを付けない", "without the link", Measure.MONEY
    SHORT = "short", 0.7, "要点の投稿だけにする", "the short text only, no thread", Measure.MONEY, Measure.CALLS
    TWO_LANGUAGES = (
        "two_languages",
        0.85,
        "日本語ともう一つの言語だけにする",
        "Japanese and one more",
        Measure.MONEY,
        Measure.CALLS,
    )
    NOT_MINOR = (
        "not_minor",
        1.0,
        "軽いお知らせはこの経路に出さない",
        "minor alerts do not go to this channel",
        *Measure,
    )
    SPENT = (
        "spent",
        inf,
        "残りは取消・解除とレベル4以上のために取っておき、この経路に出さない",
        "what is left is kept for cancels, all-clears and level 4 and 5",
    )


_SHORTENING = (Step.NO_LINK, Step.SHORT, Step.TWO_LANGUAGES)


def rank_of(status: Status, level: int, *, ends: bool, msg_type: str, severity: str) -> Rank:
    """The rank of a revision. An all-clear that something was announced for is as urgent as the announcement."""
    over = ends or msg_type == "Cancel"
    if status is not Status.ACTUAL:
        return Rank.REST if over else Rank.MINOR
    if level >= GRAVE or over:
        return Rank.URGENT
    return Rank.MINOR if severity == "Minor" else Rank.REST


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """How full one window is. Amounts in its measure, money in millionths."""

    window: Window
    limit: int | None  # None: nobody knows of one
    spent: int
    committed: int = 0  # of what was issued and waits
    frees: datetime  # when there will be more room
    told: bool = False  # the provider said so itself

    @property
    def used(self) -> int:
        return self.spent + self.committed

    def with_more(self, use: Use) -> Gauge:
        """As it will be when this much more waits."""
        return replace(self, committed=self.committed + use.of(self.window.measure))

    def ceiling(self, rank: Rank) -> int | None:
        """How much may be used up by what has this rank; None: as much as there is to say."""
        if self.limit is None or rank is Rank.URGENT:
            return None
        kept = self.window.reserve if rank is Rank.MINOR else self.window.reserve / 2
        return int(self.limit * (1 - kept))

    @property
    def share(self) -> float:
        """The used share of what is not reserve; above 1 it is the reserve that shrinks."""
        free = self.ceiling(Rank.MINOR)
        if free is None:
            return 0.0
        return self.used / free if free else 1.0

    def holds(self, use: Use, rank: Rank) -> bool:
        """True where this much more still fits."""
        ceiling = self.ceiling(rank)
        return ceiling is None or self.used + use.of(self.window.measure) <= ceiling

    @property
    def over(self) -> bool:
        """True where the whole limit is used up, reserve and all."""
        return self.limit is not None and self.spent > self.limit

    def words(self) -> str:
        """For staff: 「今月の費用 48.20／60」."""
        unit = MICROS if self.window.measure is Measure.MONEY else 1
        of = "" if self.limit is None else f"／{_figure(self.limit / unit)}"
        return f"{self.window.title} {_figure(self.used / unit)}{of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How an alert goes to a channel now, and why so."""

    form: Form = WHOLE
    steps: tuple[Step, ...] = ()  # taken, mildest first
    because: str = ""  # the windows that run low, for staff
    goes: bool = True  # False: not to this channel

    def words(self) -> str:
        """The sentence for staff; empty where nothing was changed."""
        if not self.steps:
            return ""
        return f"{'、'.join(step.ja for step in self.steps)}（{self.because}）"


def steps_in_force(gauges: Sequence[Gauge]) -> tuple[Step, ...]:
    """What gives way at present, mildest first."""
    return tuple(step for step in Step if any(_calls_for(gauge, step) for gauge in gauges))


def why(gauges: Sequence[Gauge], *steps: Step) -> str:
    """The windows that call for any of these steps, for staff."""
    return "、".join(gauge.words() for gauge in gauges if any(_calls_for(gauge, step) for step in steps))


def plan(gauges: Sequence[Gauge], rank: Rank, expires: datetime, cost: Callable[[Form], Use]) -> Plan:
    """The form for an alert that is about to be rendered.

    ``cost`` prices it in a form. What would not fit even so is made smaller still; what does not fit then waits for a
    window that opens before the alert expires, or else does not go to this channel.
    """
    if rank is Rank.URGENT:
        return Plan()
    steps = steps_in_force(gauges)
    because = why(gauges, *Step)
    if rank is Rank.MINOR and Step.NOT_MINOR in steps:
        return Plan(steps=(Step.NOT_MINOR,), because=because, goes=False)
    steps = tuple(step for step in steps if step in _SHORTENING)
    lasting = [gauge for gauge in gauges if gauge.frees >= expires or gauge.window.minutes is None]
    for further in (steps, *(_upto(step) for step in _SHORTENING if step not in steps)):
        form = _form(further)
        short_of = [gauge for gauge in lasting if not gauge.holds(cost(form), rank)]
        if not short_of:
            return Plan(form=form, steps=further, because=because)
        because = "、".join(gauge.words() for gauge in short_of)
    return Plan(steps=(Step.SPENT,), because=because, goes=False)


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when, wall time, and for which windows."""

    until: datetime
    because: str


def waits(gauges: Sequence[Gauge], rank: Rank, expires: datetime, use: Use) -> Wait | None:
    """How long a delivery that was approved as it is has to wait for room; None: it goes now.

    It waits only for a window that opens again before the alert expires. Against one that does not, it may use the
    reserve: people approved these bytes while there was room. What is urgent never waits.
    """
    if rank is Rank.URGENT:
        return None
    found: list[Gauge] = []
    for gauge in gauges:
        if gauge.holds(use, rank):
            continue
        over = gauge.limit is not None and gauge.used + use.of(gauge.window.measure) > gauge.limit
        if over or gauge.frees < expires:
            found.append(gauge)
    if not found:
        return None
    return Wait(max(gauge.frees for gauge in found), "、".join(gauge.words() for gauge in found))


def _calls_for(gauge: Gauge, step: Step) -> bool:
    return gauge.limit is not None and gauge.window.measure in step.helps and gauge.share >= step.at


def _upto(last: Step) -> tuple[Step, ...]:
    return tuple(step for step in _SHORTENING if step.at <= last.at)


def _form(steps: Sequence[Step]) -> Form:
    return Form(
        link=Step.NO_LINK not in steps,
        whole=Step.SHORT not in steps,
        languages=2 if Step.TWO_LANGUAGES in steps else None,
    )


def _figure(amount: float) -> str:
    return f"{amount:,.2f}" if amount != int(amount) else f"{int(amount):,}"
