"""A look at what moved alone says what a look at everything would say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
import shapely

from feeds.status import Status
from geo.flooding.places import Underpass as Place
from geo.hazard import Hazard
from geo.model import Ground, Inputs, Local, Sample, look, moved, near, reads
from geo.models.flood import Flood
from geo.models.underpass import Underpass
from geo.registry import MODELS
from tests.services.making import NOW
from tests.services.web_floor import ground

PLACES = [
    Place(code=f"u{n}", name=f"u{n}", geometry=shapely.Point(141.101 + n / 1000, 39.705), sensor=f"s{n}", closed_cm=20)
    for n in range(5)
]


def here() -> Ground:
    return replace(ground(), underpasses=PLACES)


def knowing(**depths: float) -> Inputs:
    """Two reports of each sensor."""
    series = {
        (code, "inundation_depth"): [Sample(NOW - timedelta(minutes=back), depth, f"{code}-{back}") for back in (1, 0)]
        for code, depth in depths.items()
    }
    return Inputs(now=NOW, status=Status.ACTUAL, series=series)


def by_key(found: Mapping[str, list[Hazard] | None]) -> dict[str, Hazard]:
    return {one.key: one for some in found.values() for one in some or ()}


@pytest.mark.parametrize("now", [{"s1": 40.0}, {"s1": 0.0, "s3": 25.0}, {"s2": 0.0}, {"s9": 30.0}])
def test_the_rest_stands_as_it_was(now: dict[str, float]) -> None:
    city, models, was = here(), (Underpass(),), {"s0": 30.0, "s1": 22.0, "s2": 30.0, "s3": 1.0, "s4": 2.0}
    before = by_key(look(models, knowing(**was), city, {}).found)
    known = knowing(**was | now)
    came = frozenset(f"{code}/inundation_depth" for code in now)
    looked = look(models, known, city, {}, came)
    after = {key: one for key, one in before.items() if not looked.at(one)} | by_key(looked.found)
    assert after == by_key(look(models, known, city, {}).found)
    assert looked.sources == {"underpass": frozenset(f"u{code[1]}" for code in now if code != "s9")}


def test_rain_moves_what_it_falls_on() -> None:
    both = frozenset({"s1/inundation_depth", "g1/rain_10min"})
    assert near(Underpass(), both) is None
    assert look((Underpass(),), knowing(s1=30.0), here(), {}, both).sources == {}
    assert near(Flood(), frozenset({"g1/water_level"})) is None, "what is upstream moves what is downstream"
    assert near(Underpass(), None) is None


def test_only_what_is_looked_at_is_read() -> None:
    came = frozenset({"s1/inundation_depth"})
    assert moved(MODELS, came) == tuple(one for one in MODELS if "inundation_depth" in one.quantities)
    wanted = reads((Underpass(),), came)
    assert wanted("s1", "inundation_depth") and not wanted("s2", "inundation_depth")
    assert wanted("g1", "rain_1h") and not wanted("g1", "water_level"), "one that is dry is judged by the rain"
    everything = reads((Underpass(), Flood()), None)
    assert everything("s2", "inundation_depth") and everything("g1", "water_level")


def test_a_model_that_fails_at_one_place_takes_none_of_its_hazards_away() -> None:
    class Broken(Underpass):
        def run_at(self, *_: object) -> tuple[list[Hazard], frozenset[str]]:
            raise KeyError("surprise")

    faults: dict[str, Exception] = {}
    looked = look((Broken(),), knowing(), here(), faults, frozenset({"s1/inundation_depth"}))
    assert looked.found == {"underpass": None} and looked.sources == {} and list(faults) == ["underpass"]


def test_local_is_said_of_readings_that_the_model_reads() -> None:
    assert all(one.local <= one.quantities for one in MODELS if isinstance(one, Local))
