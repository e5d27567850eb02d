"""Times that people post: whatever stands there, the answer names the field and the cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.store.engine import Store
from services.store.users import Role
from services.web.api.moment import FIRST, LAST, moment
from services.web.api.table import ENDPOINTS
from services.web.security import WebError
from services.web.writing.form import moment as of_form
from tests.services.acts import TEXTS
from tests.services.test_declaring import CITY
from tests.services.test_writing import in_force
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine

SERIES = "Exercise-river-level-kitakami-20261120T180000"
PLACE = {"name": "本宮地区活動センター", "opening": "open"}
NOTICE = {"kind": "other", "level": 0, "areas": ["032010001"], "channels": ["log"], "texts": {"ja": TEXTS}}
# (path, where its time stands) → a body that lacks nothing but that
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("/alerts", "expires"): NOTICE,
    ("/alerts/{series}/update", "expires"): {"revision": 1},
    ("/alerts/{series}/correction", "expires"): {"revision": 1, "wrong": {"ja": "２"}, "right": {"ja": "３"}},
    ("/alerts/{series}/all-clear", "expires"): {"revision": 1},
    ("/alerts/{series}/cancel", "expires"): {"revision": 1},
    ("/alerts/{series}/{revision}", "expires"): {"digest": "d"},
    ("/declared/shelters", "since"): {"disaster": "大雨", "places": [PLACE]},
    ("/declared/shelters", "checked"): {"disaster": "大雨", "places": [PLACE]},
    ("/declared/headquarters", "since"): {"disaster": "大雨", "type": "災害対策本部", "stands": True},
    ("/damage/disasters", "began"): {"name": "大雨"},
    ("/damage/disasters/act", "began"): {"id": 1, "seen": 1},
    ("/damage", "happened"): {"disaster": 1, "certainty": "confirmed", "source": "消防", "place": "内丸"},
    ("/damage/act", "happened"): {"id": 1, "seen": 1, "act": "update"},
    ("/reports", "time"): {"kind": "bear", "text": "電話で聞いた"},
    ("/culling/acts", "until"): {"id": 1, "seen": 1, "act": "plan", "areas": ["032010001"]},
    ("/reports/queue/acts", "time"): {
        "cases": [{"id": 1, "seen": 1}],
        "act": "correct",
        "reason": "time",
        "correct": {},
    },
}
ODD = [
    "",
    "あした",
    "2026-11-21",
    "2026-11-21T18:00",
    "2026-13-40T99:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "２０２６-11-21T18:00:00Z",
    "2026-11-21T18:00:00+99:99",
    "\x00",
    "1" * 3000,
    1e300,
    -1,
    True,
    [],
    {"at": 1},
]


def timed(schema: Mapping[str, Any]) -> Iterator[str]:
    """Names of every member of a body, at any depth, that is a time."""
    for name, member in schema.get("properties", {}).items():
        if member.get("format") == "date-time":
            yield name
        yield from timed(member)
    if "items" in schema:
        yield from timed(schema["items"])


def test_every_time_that_can_be_posted_is_tried_below() -> None:
    writes = [one for one in ENDPOINTS if one.method != "GET" and one.body]
    assert {(one.path, name) for one in writes for name in timed(one.body or {})} <= BODIES.keys()


@given(st.text(max_size=40) | st.datetimes().map(datetime.isoformat) | st.datetimes(timezones=st.timezones()).map(str))
def test_any_text_is_a_time_of_this_age_or_refused_by_name(text: str) -> None:
    for read in (lambda: moment({"since": text}, "since", "places.3"), lambda: of_form(text)):
        try:
            found = read()
        except WebError as refused:
            assert refused.status == 400 and refused.code in {"bad_since", "bad_expires"}
        else:
            assert found is None or FIRST - 1 <= found.year <= LAST


async def test_no_odd_time_is_a_fault_of_ours(store: Store) -> None:
    await in_force(store, series=SERIES)
    async with floor(store, city=CITY) as running:
        officer = await running.person(Role.APPROVER)
        for (path, name), body in BODIES.items():
            address = "/api/v1" + path.format(series=SERIES, revision=1)
            send = officer.http.patch if path.endswith("{revision}") else officer.http.post
            for odd in ODD:
                whole = {**body, name: odd}
                if "places" in body:
                    whole = {**body, "places": [{**PLACE, name: odd}]}
                elif "correct" in body:
                    whole = {**body, "correct": {name: odd}}
                async with send(address, json=whole, headers={"X-CSRF-Token": officer.csrf}) as answer:
                    told = await answer.json()
                    assert answer.status == 400, (path, odd, told)
                    assert name in told["message"] and len(told["message"]) > len(name) + 5, (path, odd, told)
