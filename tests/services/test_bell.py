"""The bell: who is woken by a name, by a part of it, and by the whole."""

from __future__ import annotations

import pytest

from services.bell import Bell


@pytest.mark.parametrize(
    ("rung", "heard"),
    [
        ("outbox", {"outbox", "outbox:mail", "outbox:webhook"}),
        ("outbox:mail", {"outbox", "outbox:mail"}),
        ("outbox:x", {"outbox"}),
        ("out", set[str]()),
    ],
)
async def test_a_part_of_a_name_is_heard_by_those_it_concerns(rung: str, heard: set[str]) -> None:
    bell = Bell()
    listeners = {name: bell.listen(name) for name in ("outbox", "outbox:mail", "outbox:webhook", "hazards")}
    bell.ring(rung)
    assert {name for name, one in listeners.items() if await one.wait(0)} == heard
    assert {name for name, one in listeners.items() if one.rang} == heard
    assert not any([await one.wait(0) for one in listeners.values()]) and not any(o.rang for o in listeners.values())
