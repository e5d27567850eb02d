"""Prices and limits of the channels, as data: the providers' in ``tariffs.toml``, the city's own over them.

Money is counted in millionths of the currency, whole numbers: a winter of posts at 0.015 adds up exactly.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from feeds.japan import JAPAN

MICROS = 1_000_000
_FILE = Path(__file__).parent / "tariffs.toml"


class Measure(StrEnum):
    """What a window limits."""

    MONEY = "money"  # millionths of the tariff's currency
    CALLS = "calls"  # what is published: posts, or broadcasts
    MESSAGES = "messages"  # recipients × broadcasts


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Window(_Data):
    """A stretch of time with a limit: the last so many minutes, or the calendar month (or day) in Japan.

    The provider's own fixed windows begin whenever they like; what never exceeds the limit in *any* such stretch never
    exceeds it in theirs.
    """

    name: str = Field(pattern=r"^[a-z_]{1,32}$")
    title: str
    title_en: str = ""
    measure: Measure
    limit: Decimal | None = Field(default=None, ge=0)  # money in whole units of the currency; None: only counted
    minutes: int | None = Field(default=None, ge=1, le=44_640)
    calendar: Literal["day", "month"] | None = None
    reserve: float = Field(default=0.2, ge=0, le=0.9)  # share kept for cancels, all-clears and level 4 and 5

    @model_validator(mode="after")
    def _one_span(self) -> Self:
        if (self.minutes is None) == (self.calendar is None):
            raise ValueError("a window has either minutes or calendar")
        return self

    def began(self, at: datetime) -> datetime:
        """Since when what was spent counts, at ``at``."""
        if self.minutes is not None:
            return at - timedelta(minutes=self.minutes)
        local = at.astimezone(JAPAN).replace(hour=0, minute=0, second=0, microsecond=0)
        return local.replace(day=1) if self.calendar == "month" else local

    def frees(self, at: datetime, oldest: datetime | None) -> datetime:
        """When there is more room than at ``at``: the oldest leaves a running window, a calendar window begins anew."""
        if self.minutes is not None:
            return (oldest or at) + timedelta(minutes=self.minutes)
        following = self.began(at) + timedelta(days=32 if self.calendar == "month" else 1)
        return following.replace(day=1) if self.calendar == "month" else following

    @property
    def units(self) -> int | None:
        """The limit in what is counted: millionths for money."""
        if self.limit is None:
            return None
        return int(self.limit * (MICROS if self.measure is Measure.MONEY else 1))


class Tariff(_Data):
    """What one channel costs, and how much of it there is. ``source`` and ``checked`` say by whose word, as of when."""

    title: str
    currency: str = Field(default="JPY", pattern=r"^[A-Z]{3}$")
    per: Literal["part", "delivery"] = "part"
    post: Decimal = Field(default=Decimal(0), ge=0)
    link_post: Decimal | None = Field(default=None, ge=0)  # of a post with a link; None: as any other
    message: Decimal = Field(default=Decimal(0), ge=0)  # for each recipient
    recipients: int = Field(default=0, ge=0)  # friends, subscribers; 0: not known
    windows: tuple[Window, ...] = ()
    source: str
    checked: date


class Own(_Data):
    """``[budget.CHANNEL]``: what the city's own contract says, over what the provider says of everybody's."""

    title: str | None = None
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    post: Decimal | None = Field(default=None, ge=0)
    link_post: Decimal | None = Field(default=None, ge=0)
    message: Decimal | None = Field(default=None, ge=0)
    recipients: int | None = Field(default=None, ge=0)
    money_a_month: Decimal | None = Field(default=None, ge=0)  # what the city wants to spend, in the currency
    messages_a_month: int | None = Field(default=None, ge=0)  # of the plan
    reserve: float | None = Field(default=None, ge=0, le=0.9)
    windows: tuple[Window, ...] | None = None  # instead of the provider's
    source: str | None = None
    checked: date | None = None


def tariffs(own: Mapping[str, Own], channels: Mapping[str, Mapping[str, object]]) -> dict[str, Tariff]:
    """The tariff of each channel that is set up and has one, the city's word over the provider's.

    ``channels`` are the tables of the settings. A stand-in (``base_url``) has none of the provider's limits.
    Raises ValueError with the settings key where a channel that no file knows is only half described.
    """
    known = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    real = {name for name, options in channels.items() if name in known and not options.get("base_url")}
    return {name: _tariff(name, known.get(name), own.get(name)) for name in channels if name in real or name in own}


def _tariff(name: str, provider: Mapping[str, object] | None, own: Own | None) -> Tariff:
    told = {} if own is None else own.model_dump(exclude_none=True, exclude={"money_a_month", "messages_a_month"})
    reserve = told.pop("reserve", None)
    base: dict[str, object] = {"title": name, **(provider or {}), **told}
    if missing := {"source", "checked"} - base.keys():
        raise ValueError(f"budget.{name}: {' and '.join(sorted(missing))} must say whose figures these are, as of when")
    tariff = Tariff.model_validate(base)
    if own is None:
        return tariff
    limits = {Measure.MONEY: own.money_a_month, Measure.MESSAGES: own.messages_a_month}
    windows = [_limited(window, limits.get(window.measure), reserve) for window in _with(tariff.windows, limits)]
    return tariff.model_copy(update={"windows": tuple(windows)})


def _with(windows: tuple[Window, ...], limits: Mapping[Measure, object]) -> list[Window]:
    """The windows, and one for a limit of the city's own that no window carries."""
    missing = [one for one, limit in limits.items() if limit is not None and one not in {w.measure for w in windows}]
    names = {
        Measure.MONEY: {"name": "money", "title": "今月の費用", "title_en": "money this month"},
        Measure.MESSAGES: {"name": "month", "title": "今月の通数", "title_en": "messages this month"},
    }
    made = [Window.model_validate({**names[one], "measure": one, "calendar": "month"}) for one in missing]
    return [*windows, *made]


def _limited(window: Window, limit: Decimal | int | None, reserve: float | None) -> Window:
    update: dict[str, object] = {} if reserve is None else {"reserve": reserve}
    if limit is not None and window.calendar == "month":
        update["limit"] = Decimal(limit)
    return window.model_copy(update=update)
