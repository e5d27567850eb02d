"""What a reader takes out of a telegram's Headline and Body; the frame around it is read once for all types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from feeds.jma.frame import Frame
from feeds.records import Criterion, Hypocenter, Observation, TelegramArea


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The part of a Telegram that depends on its type; names and meanings as there."""

    hazard: str
    areas: tuple[TelegramArea, ...] = ()
    areas_without_warning: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    observations: tuple[Observation, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    max_intensity: str | None = None
    magnitude: float | None = None
    depth_km: float | None = None
    hypocenter: Hypocenter | None = None
    volcanic_alert_level: int | None = None
    volcanic_alert_level_last: int | None = None


# Reads one kind of telegram; the second argument is the hazard of its type. Raises BadTelegram.
Reader: TypeAlias = Callable[[Frame, str], Content]
