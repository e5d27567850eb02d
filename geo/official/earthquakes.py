"""What the agency says of earthquakes: how strongly each was felt in the city, and what that means for rain since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from feeds.records import Telegram, TelegramArea
from geo.model import Ground, Inputs
from geo.official.lasting import REMEMBERED, SHAKING
from geo.official.telegrams import codes_of_city, standing
from geo.rain.shaken_ground import Lowered, Shaking
from geo.seismic import CLASSES

_NOT_RECEIVED = "弱以上未入電"  # no report came from there, and the agency takes it for 5弱 at least


@dataclass(frozen=True, slots=True)
class Felt:
    """The strongest of the city's areas in the newest telegram of an event."""

    telegram: Telegram
    area: TelegramArea
    intensity: str  # one of geo.seismic.CLASSES


def felt_in_city(inputs: Inputs, ground: Ground, lately: timedelta) -> dict[str, Felt]:
    """Event → how it was felt in the city, of the telegrams of so long; nothing of one that was not felt there."""
    found = {}
    for event, telegram in standing(inputs, _event, lately).items():
        codes = codes_of_city(telegram, ground)
        here = [(area, felt) for area in telegram.areas if area.code in codes and (felt := _intensity(area))]
        if here:
            area, felt = max(here, key=lambda one: CLASSES.index(one[1]))
            found[event] = Felt(telegram, area, felt)
    return found


def lowered_now(inputs: Inputs, ground: Ground) -> Lowered | None:
    """By how much the city's rain criteria are lowered at ``inputs.now``; None: not at all."""
    felt = felt_in_city(inputs, ground, REMEMBERED).values()
    shakings = [Shaking(one.telegram.measured_at, one.intensity, one.telegram.key) for one in felt]
    return ground.lowering.lowered(shakings, inputs.now)


def _event(telegram: Telegram) -> str | None:
    """The later telegrams of an earthquake replace the earlier ones, whatever their type."""
    return telegram.event_id or telegram.subject if telegram.telegram in SHAKING else None


def _intensity(area: TelegramArea) -> str | None:
    if area.max_intensity in CLASSES:
        return area.max_intensity
    return "5-" if _NOT_RECEIVED in (area.condition or "") else None
