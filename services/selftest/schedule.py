"""Which channels are tried by themselves, and how often: each month unless set otherwise, and then without a word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from services.channels.channel import Channel
from services.channels.registry import CHANNELS, Trial

_A_MONTH = 30


def scheduled(every_days: int | None, channels: Mapping[str, Channel]) -> tuple[timedelta, Mapping[str, Channel]]:
    """The period and the channels; a period of zero where nothing comes by itself.

    A city that sets ``every_days`` has told its partners, and all channels are tried. One that does not has those tried
    that only ask: a message of status Test, which a partner's machine has to acknowledge, needs a word beforehand.
    """
    if every_days is not None:
        return timedelta(days=every_days), channels
    quiet = {name: one for name, one in channels.items() if CHANNELS[name].trial in (Trial.ASKS, Trial.INSIDE)}
    asks = any(CHANNELS[name].trial is Trial.ASKS for name in quiet)
    return (timedelta(days=_A_MONTH), quiet) if asks else (timedelta(0), {})
