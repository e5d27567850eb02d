"""The account: counted by hand, few cases said to be few, and what cannot be judged never a success."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.status import Status
from geo.verification.account import LEAD_BINS, Part, Warned, lead_histogram, scored, warned
from geo.verification.stories import Story, Verdict
from geo.verification.tally import LEVEL, Tally
from geo.verification.teller import Thread, Told
from tests.geo.verification.test_stories import at


def told(verdict: Verdict, lead_h: float | None = None, place: str = "a", why: str = "") -> Told:
    lead = None if lead_h is None else timedelta(hours=lead_h)
    thread = Thread(status=Status.ACTUAL, model="flood", kind="flood", place=place, level=4)
    return Told(
        id=1, thread=thread, version="flood@2", story=Story(warned_at=at(0), lead=lead, verdict=verdict, why=why)
    )


NIGHTS = [
    *(told(Verdict.HIT, hours) for hours in (3.0, 1.0, 0.5)),
    told(Verdict.MISS, place="b"),
    told(Verdict.FALSE, place="b"),
    told(Verdict.UNKNOWN, why="silent"),
    told(Verdict.UNKNOWN, why="silent"),
    told(Verdict.OPEN),
]


def test_warnings_are_counted_together_and_place_by_place() -> None:
    whole, a, b = warned(NIGHTS)
    assert (whole.place, a.place, b.place) == ("", "a", "b")
    assert (whole.events, whole.hits, whole.misses, whole.false_alarms, whole.open) == (4, 3, 1, 1, 1)
    assert whole.unknown == {"silent": 2} and whole.few and whole.leads == (0.5, 1.0, 3.0)
    skill, stays = whole.model_skill(), whole.persistence()
    assert (skill.pod, skill.far, skill.csi) == (0.75, 0.25, 0.6) and (stays.pod, stays.far, stays.csi) == (0, None, 0)
    assert whole.mean_lead == pytest.approx(1.5) and b.mean_lead is None and b.model_skill().far == 1
    assert not warned(NIGHTS * 2)[0].few


def test_where_nothing_was_seen_nothing_is_claimed() -> None:
    (whole, _) = warned([told(Verdict.UNKNOWN, why="late")])
    assert (whole.model_skill().pod, whole.model_skill().far, whole.model_skill().csi) == (None, None, None)
    assert warned([]) == [] and Warned(model="flood", kind="flood", level=4).few


def test_outlooks_are_scored_together_by_method_and_by_gauge() -> None:
    event, level = Tally(n=4, events=2, hits=1, unknown=1), Tally(levels=2, stays=1.0, score=0.5, unknown=3)
    tallies = {
        Part(method="learned", station="x", lead=3, threshold="danger"): event,
        Part(method="learned", station="x", lead=3, threshold=LEVEL): level,
        Part(method="extrapolated", station="y", lead=3, threshold="danger"): event,
    }
    found = {(one.station, one.method): one.tally for one in scored(tallies)}
    assert set(found) == {("", ""), ("", "learned"), ("", "extrapolated"), ("x", ""), ("y", "")}
    assert found["", ""] == Tally(n=8, events=4, hits=2, unknown=2, levels=2, stays=1.0, score=0.5)
    assert found["x", ""].outlook().crpss == 0.5 and found["y", ""].outlook().crpss is None


@given(st.lists(st.floats(0, 500)))
def test_every_lead_time_has_its_place(leads: list[float]) -> None:
    counts = lead_histogram(leads)
    assert len(counts) == len(LEAD_BINS) and sum(counts) == len(leads)


def test_a_bin_begins_where_it_says() -> None:
    assert lead_histogram([0, 0.49, 0.5, 1, 2.9, 3, 6, 12, 40]) == [2, 1, 1, 1, 1, 1, 2]
