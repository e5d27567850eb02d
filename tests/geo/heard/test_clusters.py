"""Leads gathered by place and time."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.status import Status
from geo.heard.clusters import Cluster, clusters
from tests.geo.heard.making import NOW, lead

GAP = timedelta(minutes=30)
_LEADS = st.lists(
    st.builds(
        lambda post, minutes, person, place, hazards, marks, status: lead(
            str(post),
            NOW + timedelta(minutes=minutes),
            person,
            place=place,
            hazards=hazards,
            marks=marks,
            status=status,
            number=post,
        ),
        st.integers(1, 10_000),
        st.integers(-1500, 0),
        st.sampled_from("abcd"),
        st.sampled_from(["内丸", "開運橋"]),
        st.sampled_from([("flood",), ("flood", "road"), ("bear",)]),
        st.sampled_from([(), ("past",), ("drill", "unsure")]),
        st.sampled_from([Status.ACTUAL, Status.TEST]),
    ),
    unique_by=lambda one: one.post,
    max_size=25,
)


@settings(max_examples=40)
@given(_LEADS, st.randoms(use_true_random=False))
def test_the_order_in_which_they_came_does_not_matter(leads: list, shuffler: object) -> None:  # type: ignore[type-arg]
    mixed = list(leads)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]
    assert clusters(mixed, GAP) == clusters(leads, GAP)


@settings(max_examples=40)
@given(_LEADS)
def test_every_lead_stands_in_one_cluster_for_each_of_its_dangers(leads: list) -> None:  # type: ignore[type-arg]
    found = clusters(leads, GAP)
    stands = sorted((one.post, cluster.hazard) for cluster in found for one in cluster.leads)
    assert stands == sorted((one.post, hazard) for one in leads for hazard in one.hazards)
    for cluster in found:
        assert {(one.status, one.place) for one in cluster.leads} == {(cluster.status, cluster.place)}
        times = [one.at for one in cluster.leads]
        assert all(later - earlier <= GAP for earlier, later in pairwise(times))
        assert 1 <= cluster.people <= len(cluster.leads) and cluster.plain <= cluster.people
        assert cluster.first <= cluster.last
    for one in found:
        for other in found:
            alike = (one.status, one.hazard, one.place) == (other.status, other.hazard, other.place)
            assert one is other or not alike or abs(one.first - other.last) > GAP or abs(other.first - one.last) > GAP


def of(*leads: object) -> Cluster:
    (one,) = clusters(leads, GAP)  # type: ignore[arg-type]
    return one


def test_one_who_posts_ten_times_is_one() -> None:
    assert of(*(lead(str(n), NOW + timedelta(minutes=n), "a") for n in range(10))).people == 1
    assert of(lead("1", person="a"), lead("2", person="b", marks=("past",))).people == 2
    assert of(lead("1", person="a"), lead("2", person="b", marks=("past",))).plain == 1


def test_over_midnight_nobody_counts_twice() -> None:
    """The same person has another number on the next day, so the busier day is what is sure."""
    before = NOW.replace(hour=14, minute=55)  # 23:55 in Japan
    late = [lead("1", before, "a"), lead("2", before, "b")]
    after = [lead("3", before + timedelta(minutes=10), "a2"), lead("4", before + timedelta(minutes=12), "c2")]
    assert of(*late, *after, lead("5", before + timedelta(minutes=13), "d2")).people == 3


def test_it_rises_when_more_people_speak_than_before() -> None:
    quiet = [lead("1", NOW - timedelta(minutes=20), "a"), lead("2", NOW - timedelta(minutes=2), "b")]
    assert not of(*quiet).rising(NOW), "two at least"
    assert of(*quiet, lead("3", NOW - timedelta(minutes=1), "c")).rising(NOW)
    assert not of(*quiet, lead("3", NOW - timedelta(minutes=1), "c")).rising(NOW + timedelta(minutes=20))
    assert not of(*quiet, lead("3", NOW - timedelta(minutes=1), "b")).rising(NOW), "one person is one"
