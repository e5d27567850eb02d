"""Vital signs of gateways."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.vitals import Vitals

NOW = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)


def said(**members: Any) -> bytes:
    return json.dumps(members).encode()


def test_three_missed_heartbeats_are_the_end() -> None:
    vitals = Vitals()
    vitals.heard("gw07", NOW)
    gateway = vitals.gateways["gw07"]
    assert gateway.alive(NOW + timedelta(seconds=180))
    assert not gateway.alive(NOW + timedelta(seconds=181))


def test_retained_birth_is_no_sign_of_life_but_a_fresh_one_is() -> None:
    vitals = Vitals()
    assert vitals.status("gw07", said(state="online"), NOW, retained=True)
    assert not vitals.gateways["gw07"].alive(NOW)
    assert vitals.status("gw07", said(state="online"), NOW, retained=False)
    assert vitals.gateways["gw07"].alive(NOW)


def test_will_ends_and_the_next_message_revives() -> None:
    vitals = Vitals()
    vitals.heard("gw07", NOW)
    assert vitals.status("gw07", said(state="offline"), NOW, retained=False)
    assert not vitals.gateways["gw07"].alive(NOW)
    vitals.heard("gw07", NOW)
    assert vitals.gateways["gw07"].alive(NOW)


@pytest.mark.parametrize(
    "will",
    [
        {"state": "offline", "boot": "b-1"},
        {"state": "offline", "time": "2026-01-15T14:59:59+09:00"},
        {"state": "offline", "boot": "b-2", "time": "2026-01-15T14:59:59+09:00"},
    ],
)
def test_will_of_a_half_open_old_connection_is_ignored(will: dict[str, str]) -> None:
    vitals = Vitals()
    vitals.status("gw07", said(state="online", boot="b-2", time="2026-01-15T15:00:00+09:00"), NOW, retained=False)
    assert not vitals.status("gw07", said(**will), NOW, retained=False)
    assert vitals.gateways["gw07"].alive(NOW)


@pytest.mark.parametrize("payload", [b"", b"\xff", b"[]", b"online", b'{"state":1}', b"[" * 100_000])
def test_unreadable_status_changes_nothing(payload: bytes) -> None:
    vitals = Vitals()
    vitals.heard("gw07", NOW)
    before = vitals.gateways["gw07"]
    assert not vitals.status("gw07", payload, NOW, retained=False)
    assert vitals.gateways["gw07"] == before


def test_odd_times_and_boots_are_passed_over() -> None:
    vitals = Vitals()
    assert vitals.status("gw07", said(state="online", boot=7, time="yesterday"), NOW, retained=False)
    assert (vitals.gateways["gw07"].boot, vitals.gateways["gw07"].said_at) == ("", None)


def test_a_gateway_that_is_forgotten_is_neither_alive_nor_missing() -> None:
    vitals = Vitals()
    vitals.heard("gw07", NOW)
    vitals.forget("gw07")
    vitals.forget("gw08")  # never known
    assert dict(vitals.gateways) == {}


def test_when_every_gateway_is_ahead_it_is_the_hub_that_is_late() -> None:
    vitals = Vitals()
    assert not vitals.hub_is_late(NOW)
    vitals.read("gw07", NOW, ahead=True)
    vitals.read("gw08", NOW, ahead=False)
    assert not vitals.hub_is_late(NOW), "one wrong gateway is a matter of that gateway"
    vitals.read("gw08", NOW, ahead=True)
    assert vitals.hub_is_late(NOW)
    assert not vitals.hub_is_late(NOW + timedelta(hours=1)), "nothing was measured lately"
