"""Signals of watch-over devices: what is one, what is refused without a word of it, what is heard all the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.records import Message, Rejected
from feeds.status import Status
from feeds.watch import Sign, Signal, decode, is_watch

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TIME = "2026-11-20T17:59:00+09:00"


def read(told: Any, topic: str = "hub/v1/w1/watch/tag1") -> Signal | Rejected:
    payload = told if isinstance(told, bytes) else json.dumps(told).encode()
    return decode(Message(topic=topic, payload=payload, received_at=NOW, retained=False, gateway="w1"))


def test_every_kind_is_read() -> None:
    whole = {"time": TIME, "id": "7", "place": "gate", "direction": "in", "lon": 141.1, "lat": 39.7, "battery": 50}
    for kind in Sign:
        found = read({**whole, "kind": kind.value, "status": "Exercise"})
        assert isinstance(found, Signal) and found.kind is kind and found.status is Status.EXERCISE
        assert found.key == "w1/tag1/id/7" and found.at == datetime(2026, 11, 20, 8, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "code", "at"),
    [
        (b"\xff", "bad_encoding", "/"),
        (b"{", "bad_json", "/"),
        ([], "bad_json", "/"),
        ({"time": TIME}, "missing_member", "/kind"),
        ({"kind": "secret", "time": TIME}, "unknown_kind", "/kind"),
        ({"kind": "motion"}, "no_time", "/time"),
        ({"kind": "motion", "time": "secret"}, "bad_time", "/time"),
        ({"kind": "motion", "time": "2019-01-01T00:00:00Z"}, "too_old", "/time"),
        ({"kind": "passed", "time": TIME}, "missing_member", "/place"),
        ({"kind": "passed", "time": TIME, "place": "Secret"}, "bad_member", "/place"),
        ({"kind": "position", "time": TIME}, "bad_position", "/lon"),
        ({"kind": "position", "time": TIME, "lon": 999, "lat": 1}, "bad_position", "/lon"),
        ({"kind": "battery", "time": TIME}, "missing_member", "/battery"),
        ({"kind": "motion", "time": TIME, "battery": 10**400}, "bad_value", "/battery"),
        ({"kind": "button", "status": "secret"}, "bad_status", "/status"),
    ],
)
def test_what_is_no_signal_is_refused_by_name_and_never_quoted(told: Any, code: str, at: str) -> None:
    found = read(told)
    assert isinstance(found, Rejected) and (found.code, found.at, found.member) == (code, at, "")
    assert "ecret" not in f"{found}"


def test_a_cry_for_help_is_heard_whatever_else_is_broken() -> None:
    for rest in (
        {},
        {"time": "x"},
        {"time": "1970-01-01T00:00:00Z"},
        {"battery": 900},
        {"lon": 1},
        {"time": "2099-01-01T00:00:00Z"},
    ):
        found = read({"kind": "button", **rest})
        assert isinstance(found, Signal) and found.kind is Sign.BUTTON and found.at == NOW and found.assumed
    drill = read({"kind": "fall", "time": "x", "status": "Exercise"})
    assert isinstance(drill, Signal) and drill.status is Status.EXERCISE


def test_all_below_watch_is_private_and_topics_must_be_whole() -> None:
    for topic in ("hub/v1/w1/watch", "hub/v1/w1/watch/a/b", "hub/v1/w1/watch/A", "hub/v1/w1/watch/"):
        assert is_watch(topic)
        found = read({"kind": "button"}, topic)
        assert isinstance(found, Rejected) and found.code == "bad_topic"
    assert not is_watch("hub/v1/w1/watcher/x") and not is_watch("hub/v1/w1/st/watch")


@given(st.dictionaries(st.text(max_size=8), st.none() | st.booleans() | st.floats() | st.text(max_size=20), max_size=6))
def test_nothing_makes_it_raise(told: dict[str, Any]) -> None:
    for kind in ("button", "position", "x"):
        assert isinstance(read(json.dumps({"kind": kind, **told}).encode()), Signal | Rejected)
