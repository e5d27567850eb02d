"""One run: every channel by itself, and one that hangs or breaks never keeps the others from being tried."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import structlog

from rules.alert import Alert
from services.channels.channel import Channel
from services.channels.proof import Proof, Proving

_log = structlog.get_logger("selftest")
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one channel. ``tried`` is False where it has no way to be tried."""

    channel: str
    tried: bool
    proof: Proof
    seconds: float

    @property
    def ok(self) -> bool:
        return not self.proof.fault


async def prove_all(channels: Iterable[Channel], alert: Alert, now: datetime) -> Sequence[Result]:
    """Try all of them at once; in the order given."""
    return await asyncio.gather(*(_prove(channel, alert, now) for channel in channels))


async def _prove(channel: Channel, alert: Alert, now: datetime) -> Result:
    if not isinstance(channel, Proving):
        unproven = Proof(unproven=("この経路には、試す方法がありません",))
        return Result(channel=channel.name, tried=False, proof=unproven, seconds=0.0)
    began = perf_counter()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            proof = await channel.prove(alert, now)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is that channel's result
        _log.error("self-test failed", channel=channel.name, exc_info=error)
        proof = Proof(fault=f"内部の誤り：{type(error).__name__}")
    return Result(channel=channel.name, tried=True, proof=proof, seconds=round(perf_counter() - began, 3))
