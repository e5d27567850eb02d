"""What is under way is bounded, waited for, and cut off."""

from __future__ import annotations

import asyncio

import pytest

from services import under_way
from services.under_way import UnderWay


async def test_room_is_taken_and_given_back() -> None:
    gate, told = asyncio.Event(), []

    async def sending(number: int) -> None:
        await gate.wait()
        told.append(number)

    one = UnderWay(3)
    for number in range(2):
        one.begin(sending(number), f"send:{number}")
    assert one and one.room == 1
    await one.wait(0.01)
    assert told == [] and one.room == 1
    gate.set()
    await one.settle()
    assert told == [0, 1] and not one and one.room == 3
    await one.wait(60), await one.settle(), await one.stop()


async def test_a_stop_waits_a_moment_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_way, "_PATIENCE", 0.05)
    told = []

    async def sending(seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
            told.append("sent")
        except asyncio.CancelledError:
            told.append("cut off")
            raise

    one = UnderWay(2)
    one.begin(sending(0.001), "quick")
    one.begin(sending(3600), "hangs")
    await one.stop()
    await one.settle()
    assert told == ["sent", "cut off"]
