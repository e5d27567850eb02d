"""A posted update: every fault at once, by GeoReport's codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feeds.open311.fault import RefusedError
from feeds.open311.posted import STATUSES, posted
from rules.requests.state import SAID, State

NOW = datetime(2027, 1, 15, 21, 30, tzinfo=UTC)
WHOLE = {
    "service_request_id": "7",
    "update_id": "u-1",
    "status": "fixed",
    "updated_datetime": "2027-01-16T06:30:00+09:00",
    "description": "まだ雪があります",
}


def test_an_update_is_read_and_nothing_of_who_sent_it() -> None:
    one = posted([*WHOLE.items(), ("email", "h@example.jp"), ("first_name", "花子")], NOW)
    assert (one.request, one.update_id, one.status, one.told_at) == (7, "u-1", "FIXED", NOW)
    assert "example" not in repr(one) and "花子" not in repr(one)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"service_request_id": ""}, 400, "service_request_id"),
        ({"service_request_id": "7x"}, 404, "7x"),
        ({"update_id": ""}, 400, "update_id"),
        ({"update_id": "u" * 101}, 400, "update_id"),
        ({"status": "DONE"}, 400, "'DONE' is none of OPEN"),
        ({"updated_datetime": ""}, 400, "updated_datetime is missing"),
        ({"updated_datetime": "2027-01-16T06:30:00"}, 400, "zone"),
        ({"updated_datetime": (NOW + timedelta(minutes=6)).isoformat()}, 400, "future"),
        ({"description": "<b>x</b>"}, 400, "HTML"),
        ({"description": "x" * 4001}, 400, "4001"),
        ({"media_url": "javascript:1"}, 400, "media_url"),
    ],
)
def test_each_fault_has_its_code_and_cure(changes: dict[str, str], code: int, words: str) -> None:
    with pytest.raises(RefusedError) as caught:
        posted((WHOLE | changes).items(), NOW)
    (fault,) = caught.value.faults
    assert fault.code == code and words in fault.description


def test_all_faults_are_told_at_once_and_every_status_means_a_state() -> None:
    with pytest.raises(RefusedError) as caught:
        posted([], NOW)
    assert len(caught.value.faults) == 4
    assert SAID.keys() == set(STATUSES) and set(SAID.values()) == set(State)
