"""What the store gives back is what was put in, and its times are compared as fast as our own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from geo.hazard import Hazard
from rules.alert import Alert, Seen
from services.store.codec import from_json, read, to_json, written
from tests.services.making import NOW, alert, hazard

SEEN = {"a": Seen(level=3, at=NOW, until=NOW)}


@pytest.mark.parametrize(("kind", "thing"), [(Hazard, hazard()), (Alert, alert(seen=SEEN, believed_until=NOW))])
def test_back_and_forth(kind: type[Any], thing: Any) -> None:
    body = to_json(thing)
    for again in (from_json(kind, body), read(kind, written(body))):
        assert again == thing and to_json(again) == body


def test_utc_is_pythons_own_wherever_a_time_stands() -> None:
    again = read(Alert, written(to_json(alert(seen=SEEN, believed_until=NOW))))
    assert again.believed_until is not None
    times = [again.sent, again.expires, again.believed_until, again.seen["a"].until]
    assert [one.tzinfo for one in times] == [UTC] * 4


@pytest.mark.parametrize(
    ("text", "offset"), [("2026-11-22T09:00:00+09:00", timedelta(hours=9)), ("2026-11-22T09:00:00", None)]
)
def test_other_times_stay_as_they_are(text: str, offset: timedelta | None) -> None:
    at = from_json(datetime, text)
    assert at.utcoffset() == offset and at.isoformat() == text


def test_what_does_not_fit_names_the_member() -> None:
    with pytest.raises(ValidationError, match="since"):
        from_json(Hazard, {**to_json(hazard()), "since": "yesterday"})
