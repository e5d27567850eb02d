"""Between the door and the store: nothing waits for a decoder, nothing is left behind, and a suspect goes alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from feeds.records import Message
from services.broker.buffer import Buffer
from services.broker.link import Incoming
from services.intake import Kind, Sorted
from services.sorting import Sorting

NOW = datetime(2026, 1, 15, tzinfo=UTC)


def came(number: int, payload: bytes = b"v", tries: int = 1) -> Incoming:
    return Incoming(
        topic="t",
        payload=payload,
        retained=False,
        received_at=NOW,
        connection=1,
        packet_id=number,
        qos=1,
        tries=tries,
    )


def sort(batch: Sequence[Incoming]) -> list[Sorted]:
    message = Message(topic="t", payload=b"v", received_at=NOW)
    return [Sorted(incoming=one, message=message, kind=Kind.RECORDS) for one in batch]


def numbers(work: Sequence[Sorted]) -> list[int]:
    return [one.incoming.packet_id for one in work]


async def all_of(sorting: Sorting) -> list[list[int]]:
    """What each transaction had, with a turn of the event loop for each."""
    running, found = asyncio.create_task(sorting.run()), []
    while work := await sorting.take():
        found.append(numbers(work))
        await asyncio.sleep(0)
    await running
    return found


@pytest.mark.parametrize("payload", [b"v", b"v" * 10_000], ids=["in passing", "in a thread"])
async def test_everything_comes_once_in_its_order_and_then_the_end(payload: bytes) -> None:
    door = Buffer(10_000, 10**9)
    for number in range(1300):
        door.put(came(number, payload))
    door.close()
    found = await all_of(Sorting(door.take, sort))
    assert [number for work in found for number in work] == list(range(1300))


async def test_what_comes_while_the_store_is_busy_is_one_transaction_and_it_is_bounded() -> None:
    door = Buffer(10_000, 10**9)
    sorting = Sorting(door.take, sort)
    running = asyncio.create_task(sorting.run())
    door.put(came(0))
    assert numbers(await sorting.take()) == [0]
    for number in range(1, 1001):
        door.put(came(number))
    for _ in range(100):  # the store is busy
        await asyncio.sleep(0)
    first = numbers(await sorting.take())
    assert first == list(range(1, len(first) + 1)) and 500 <= len(first) < 540
    door.close()
    rest = [number for work in await taken(sorting) for number in work]
    assert rest == list(range(len(first) + 1, 1001))
    await running


async def test_what_comes_again_goes_alone() -> None:
    door = Buffer(10_000, 10**9)
    for number in range(20):
        door.put(came(number, tries=2 if number in (7, 8) else 1))
    door.close()
    sorting = Sorting(lambda limit: door.take(limit, suspect=1), sort)
    found = await all_of(sorting)
    assert [7] in found and [8] in found
    assert [number for work in found for number in work] == list(range(20))


async def test_a_fault_in_sorting_is_not_taken_for_the_end() -> None:
    def broken(_batch: Sequence[Incoming]) -> list[Sorted]:
        raise LookupError("a fault of ours")

    door = Buffer(10_000, 10**9)
    door.put(came(1))
    with pytest.raises(LookupError):
        await all_of(Sorting(door.take, broken))


async def taken(sorting: Sorting) -> list[list[int]]:
    found = []
    while work := await sorting.take():
        found.append(numbers(work))
    return found
