"""``[callout]`` of the settings: who is called, in which order, at what hours, and what must be confirmed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from feeds.japan import JAPAN
from feeds.status import Status
from services.callout.occasion import Event

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MIDNIGHT = time(0, 0)
_NAME = r"^[a-z0-9_-]{1,32}$"


def _address(secret: SecretStr) -> SecretStr:
    """The address, where it looks like one. Raises ValueError that never shows it."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://\S+", secret.get_secret_value()):
        raise ValueError("must be one address of apprise, scheme://…, in one line; see docs/callout.md")
    return secret


Url = Annotated[SecretStr, AfterValidator(_address)]
Name = Annotated[str, Field(pattern=_NAME)]
Group = Annotated[str, Field(pattern=r"^[^\s\x00-\x1f\x7f]{1,32}$")]  # as people call it: 宿直
Level = Annotated[int, Field(ge=0, le=5)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Duty(_Strict):
    """Hours of duty by the clock in Japan, on the days they begin. ``ends`` at or before ``begins``: the next day."""

    days: tuple[Day, ...] = DAYS
    begins: time = _MIDNIGHT
    ends: time = _MIDNIGHT

    def covers(self, at: datetime) -> bool:
        """True on duty at ``at``, an aware datetime."""
        local = at.astimezone(JAPAN)
        clock, today = local.time(), DAYS[local.weekday()]
        if self.begins < self.ends:
            return today in self.days and self.begins <= clock < self.ends
        yesterday = DAYS[(local.weekday() - 1) % 7]
        return (today in self.days and clock >= self.begins) or (yesterday in self.days and clock < self.ends)


class Person(_Strict):
    """Somebody, or a desk with a telephone or chat of its own. Without ``duty`` always on duty."""

    name: str = Field(min_length=1, max_length=40)
    urls: tuple[Url, ...] = Field(min_length=1, max_length=5)
    duty: tuple[Duty, ...] = ()

    def on_duty(self, at: datetime) -> bool:
        return not self.duty or any(duty.covers(at) for duty in self.duty)


class Chain(_Strict):
    """Whom ``events`` call: the first group, after so many minutes without an answer the next, and again from the
    first. Without ``events`` it takes whatever no chain before it names. One for ``drills`` is called by drills and
    tests alone; without any such chain they call the people of the real one, in messages that are marked."""

    events: tuple[Event, ...] = ()
    groups: tuple[Group, ...] = Field(min_length=1)
    drills: bool = False
    after_minutes: float = Field(default=5, ge=0.5, le=120)
    rounds: int = Field(default=3, ge=1, le=20)

    @property
    def after(self) -> timedelta:
        return timedelta(minutes=self.after_minutes)


class Mandatory(_Strict):
    """Channels, or groups of them, that must confirm alerts: of these rules, or all with a 警戒レベル; from a level."""

    channels: tuple[str, ...] = Field(min_length=1)
    level: Level = 4
    rules: tuple[str, ...] = ()


class Callout(_Strict):
    """The roster. Without people nobody is called, and the bar of the desk rings all the same."""

    people: dict[Name, Person] = {}
    groups: dict[Group, tuple[Name, ...]] = {}
    chains: tuple[Chain, ...] = ()
    mandatory: tuple[Mandatory, ...] = ()
    draft_minutes: dict[Level, Annotated[float, Field(ge=0, le=1440)]] = {0: 30, 3: 10, 4: 0}  # from this level on
    mandatory_seconds: float = Field(default=5, ge=0, le=8)  # a channel has to confirm
    fault_minutes: float = Field(default=3, ge=0, le=120)
    backlog_minutes: float = Field(default=10, ge=1, le=240)
    link_hours: float = Field(default=12, gt=0, le=72)  # how long a link in a message works
    per_hour: int = Field(default=20, ge=2, le=200)  # messages to one address; half of them kept for what is urgent

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for group, members in self.groups.items():
            if not members or (strangers := sorted(set(members) - self.people.keys())):
                raise ValueError(f"groups.{group} names {', '.join(strangers) if members else 'nobody'}; see people")
        for number, chain in enumerate(self.chains):
            if strangers := sorted(set(chain.groups) - self.groups.keys()):
                raise ValueError(f"chains.{number} names {', '.join(strangers)}, which is no group")
        if self.people and all(chain.drills for chain in self.chains):
            raise ValueError("people without [[callout.chains]] that are not for drills: nobody would ever be called")
        return self

    def chain_for(self, event: Event, status: Status = Status.ACTUAL) -> Chain | None:
        """The first chain that names the event, else the first for all; None: nobody is called.

        A drill looks among the chains for drills first; the real thing never does.
        """
        real = [chain for chain in self.chains if not chain.drills]
        looked_in = [real] if status is Status.ACTUAL else [[one for one in self.chains if one.drills], real]
        fitting = (one for some in looked_in for one in _fitting(some, event))
        return next(fitting, None)

    def patience_for_draft(self, level: int) -> timedelta:
        """How long a draft of this level may wait."""
        steps = [minutes for least, minutes in sorted(self.draft_minutes.items()) if least <= level]
        return timedelta(minutes=steps[-1] if steps else 0)

    def called(self, chain: Chain, step: int, at: datetime) -> tuple[str, Sequence[str]]:
        """The group of a step, counted from 0 over all rounds, and who of it is on duty.

        Where nobody of the whole chain is on duty, the group is called whatever the hour: a hole in a roster must
        not be a night in which nobody comes.
        """
        group = chain.groups[step % len(chain.groups)]
        if not self._covered(chain, at):
            return group, self.groups[group]
        return group, [name for name in self.groups[group] if self.people[name].on_duty(at)]

    def _covered(self, chain: Chain, at: datetime) -> bool:
        return any(self.people[name].on_duty(at) for group in chain.groups for name in self.groups[group])

    def holes(self, chain: Chain) -> list[str]:
        """Hours of a week, as ``sat 08``, in which nobody of the chain is on duty."""
        monday = datetime(2026, 1, 5, tzinfo=JAPAN)
        hours = (monday + timedelta(hours=n) for n in range(7 * 24))
        return [f"{DAYS[hour.weekday()]} {hour:%H}" for hour in hours if not self._covered(chain, hour)]


def _fitting(chains: Sequence[Chain], event: Event) -> list[Chain]:
    return [*(one for one in chains if event in one.events), *(one for one in chains if not one.events)]


def required(rules: Sequence[Mandatory], *, alert_level: bool, level: int, rule: str) -> list[str]:
    """The channels and groups that must confirm an alert; one without a 警戒レベル only where its rule is named."""
    fitting = [one for one in rules if level >= one.level and (rule in one.rules if one.rules else alert_level)]
    return list(dict.fromkeys(name for one in fitting for name in one.channels))
