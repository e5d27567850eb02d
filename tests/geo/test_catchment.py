"""Pieces of the picture: together they are the whole, whichever process works out which."""

from __future__ import annotations

from feeds.status import Status
from geo.catchment import catchments, shares
from geo.model import Ground, Inputs, look
from geo.registry import BY_GAUGE, MODELS
from tests.geo.making import NOW, gauge, ground, series

RISING = series([2.2, 2.4, 2.6, 2.9, 3.2, 3.5, 3.9])
STATIONS = (
    gauge("a1", river="大川"),
    gauge("a2", river="小川", upstream=("a1",), lon=141.12),  # runs together with the 大川
    gauge("b1", river="北川", lat=39.72, areas=("nw",)),
    gauge("none", river="", areas=("ne",)),
    gauge("dam", river="北川", quantities=frozenset({"discharge"}), thresholds={}),
    gauge("rain", river="", quantities=frozenset({"rain_1h"}), thresholds={}),
)


def there(*more: object) -> Ground:
    return ground(*STATIONS, *more)  # type: ignore[arg-type]


def flooding(*codes: str) -> Inputs:
    return Inputs(now=NOW, status=Status.ACTUAL, series={(code, "water_level"): RISING for code in codes})


def test_gauges_are_together_where_their_waters_meet() -> None:
    found = catchments(there().stations)
    assert found == {"北川": frozenset({"b1", "dam"}), "大川": frozenset({"a1", "a2"})}
    assert catchments({}) == {}


def test_the_pieces_are_the_whole_and_each_hazard_belongs_to_one() -> None:
    adopted = gauge("later", river="大川", areas=("se",))  # by staff, after the shares were drawn up
    world, given = there(adopted), flooding("a1", "a2", "b1", "none", "later")
    pieces = shares("predict", MODELS, BY_GAUGE, there().stations)
    assert [one.name for one in pieces] == ["predict", "predict:北川", "predict:大川"]
    every = look(MODELS, given, world, {}).found
    parts = [look(one.models, given, one.of(world), {}).found for one in pieces]
    whole_keys = sorted(one.key for hazards in every.values() for one in hazards or ())
    piece_keys = sorted(one.key for part in parts for hazards in part.values() for one in hazards or ())
    assert whole_keys == piece_keys and len(whole_keys) > 8
    for hazards in every.values():
        for hazard in hazards or ():
            assert [piece.owns(hazard) for piece in pieces].count(True) == 1
    for piece, part in zip(pieces, parts, strict=True):
        assert all(piece.owns(one) for hazards in part.values() for one in hazards or ())


def test_what_a_piece_says_is_what_the_whole_says() -> None:
    world, given = there(), flooding("a1", "a2", "b1")
    every = {one.key: one for hazards in look(MODELS, given, world, {}).found.values() for one in hazards or ()}
    for piece in shares("predict", MODELS, BY_GAUGE, world.stations):
        for hazards in look(piece.models, given, piece.of(world), {}).found.values():
            assert all(every[one.key] == one for one in hazards or ())


def test_a_city_without_gauges_has_two_pieces_and_both_work() -> None:
    pieces = shares("predict", MODELS, BY_GAUGE, {})
    assert [one.name for one in pieces] == ["predict", "predict:"]
    late = gauge("late", river="")
    assert len(pieces[1].of(ground(late)).stations) == 1, "what is adopted later is seen"
