"""Real plows: what cleaning does to Chicago's feed and traces, and what matching may credit on derived streets."""

from __future__ import annotations

import os

import numpy as np
import pytest

from geo.plow.network import Network
from geo.plow.work import Rules, work
from tests.geo.plow.chicago import dropped, feed, streets, traces

pytestmark = pytest.mark.skipif(
    not os.environ.get("SHIRASE_REAL_DATA"), reason="SHIRASE_REAL_DATA does not say where the plow traces are"
)


@pytest.fixture(scope="module")
def network() -> Network:
    return streets()


def test_the_feed_repeats_a_third_and_jumps_once() -> None:
    raw = feed()
    fastest = max(one.take(np.unique(one.at, return_index=True)[1]).steps_kmh.max(initial=0) for one in raw.values())
    assert fastest == pytest.approx(152, abs=1)
    count, cleaned = dropped(raw)
    assert count == {"in": 2633, "kept": 1707, "duplicate": 925, "jump": 1}
    assert max(piece.steps_kmh.max(initial=0) for one in cleaned for piece in one.pieces) <= 80


def test_the_traces_are_all_kept_and_split_at_their_silences() -> None:
    count, cleaned = dropped(traces())
    assert count == {"in": 3190, "kept": 3190}
    assert sum(len(one.pieces) for one in cleaned) == 462


def test_no_pass_lies_across_a_split_or_is_faster_than_a_plow(network: Network) -> None:
    credited = 0
    for raw in [*traces().values(), *feed().values()]:
        (_, (cleaned,)) = dropped({"": raw})
        pieces = [(piece.at[0], piece.at[-1]) for piece in cleaned.pieces]
        for one in work(raw, network, Rules()).passes:
            assert any(began <= one.began and one.ended <= ended for began, ended in pieces)
            assert one.to_m - one.from_m <= 80 / 3.6 * (one.ended - one.began) + 30
            assert 0 < one.share <= 1
            credited += 1
    assert credited > 400


def test_any_order_and_every_repeat_comes_to_the_same(network: Network) -> None:
    shuffle = np.random.default_rng(7)
    for raw in list(traces().values())[::8]:
        twice = raw.take(shuffle.permutation(np.arange(2 * len(raw)) % len(raw)))
        assert work(twice, network, Rules()).passes == work(raw, network, Rules()).passes
