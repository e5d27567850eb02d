"""What follows from signals, from hours that pass, from silence, from a fence; and what hazard maps say of a home."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

from feeds.status import Status
from feeds.watch import Sign
from geo.area import Area, Areas
from geo.gateway import GatewayState
from geo.layers.layer import Layer, Layers, Zone
from geo.model import Ground
from rules.alert import Place
from rules.watch.alarm import What
from rules.watch.covering import calling
from rules.watch.exposed import exposed
from rules.watch.following import inside, missed, of_signal, silent, waits_until
from rules.watch.ward import Fence, Home, Passes
from tests.rules.watch.making import NOW, device, expected, signal, supporter, ward
from tests.services.making import alert
from tests.services.web_floor import DISTRICT, ground

DAY = timedelta(days=1)
EVENING = time(18, 30)


def gateway(**changes: object) -> GatewayState:
    whole = GatewayState(name="watch1", status=Status.ACTUAL, checked_at=NOW, watched_since=NOW - 9 * DAY, seen_at=NOW)
    return replace(whole, **changes)  # type: ignore[arg-type]


def whats(one: object, **changes: object) -> list[What]:
    return [found.what for found in of_signal(ward(**changes), one, NOW)]  # type: ignore[arg-type]


def test_old_news_wakes_nobody() -> None:
    assert whats(signal()) == [What.BUTTON]
    [late] = of_signal(ward(), signal(at=NOW - timedelta(hours=11)), NOW)
    assert late.late and whats(signal(at=NOW - timedelta(hours=13))) == []
    assert whats(signal(Sign.PASSED, place="home", at=NOW - timedelta(minutes=61))) == []
    assert whats(signal(Sign.MOTION, battery=15.0)) == [What.BATTERY] and whats(signal(Sign.MOTION, battery=16.0)) == []
    assert whats(signal(Sign.FALL, battery=1.0)) == [What.FALL, What.BATTERY]


def test_a_beacon_that_speaks_all_day_is_told_once_a_day_and_a_gate_each_time() -> None:
    def keys(one: Sign) -> set[str]:
        times = (NOW, NOW - timedelta(minutes=1))
        return {told.key for at in times for told in of_signal(ward(), signal(one, place="hall", at=at), NOW)}

    assert (len(keys(Sign.SEEN)), len(keys(Sign.PASSED))) == (1, 2)


def test_a_fence_is_left_only_for_sure() -> None:
    fence = Fence(lon=141.105, lat=39.705, radius_m=500)
    far = signal(Sign.POSITION, lon=141.115, lat=39.705, accuracy_m=20)
    assert whats(far, fence=fence) == [What.AWAY] and whats(far) == []
    assert whats(replace(far, lon=141.1115, accuracy_m=150), fence=fence) == [], "within its doubt"
    assert whats(replace(far, accuracy_m=900), fence=fence) == []
    assert inside(ward(fence=fence), replace(far, lon=141.106)) and not inside(ward(fence=fence), far)
    assert inside(ward(), far), "no fence any more"


def test_the_expected_hour_asks_once_it_is_over_and_says_where_the_line_was_down() -> None:
    one, on = ward(), {"watch1": gateway()}
    came = signal(Sign.PASSED, place="home", direction="in", at=NOW - timedelta(hours=2))
    ask = missed(one, expected(), [], on, NOW, Status.ACTUAL)
    assert ask and not ask.doubt and ask.since == NOW
    assert missed(one, expected(), [came], on, NOW, Status.ACTUAL) is None
    for other in (
        replace(came, direction="out"),
        replace(came, place="park"),
        replace(came, kind=Sign.HEARTBEAT),
        replace(came, at=NOW - timedelta(hours=5)),
        replace(came, status=Status.EXERCISE),
    ):
        assert missed(one, expected(), [other], on, NOW, Status.ACTUAL), other
    assert missed(one, expected(), [], on, NOW - timedelta(seconds=1), Status.ACTUAL) is None
    assert missed(one, expected(), [], on, NOW + timedelta(hours=4), Status.ACTUAL) is None, "not the next morning"
    assert missed(one, expected(), [], on, NOW + DAY, Status.ACTUAL) is None, "Saturday"
    assert missed(replace(one, paused_until=NOW + DAY), expected(), [], on, NOW, Status.ACTUAL) is None
    for state in (None, gateway(seen_at=NOW - DAY), gateway(checked_at=NOW - DAY), gateway(watched_since=NOW)):
        down = missed(one, expected(), [], {"watch1": state} if state else {}, NOW, Status.ACTUAL)
        assert down and down.doubt
    moved = [signal(Sign.MOTION, at=NOW - timedelta(hours=1))]
    assert missed(one, expected(places=()), moved, on, NOW, Status.ACTUAL) is None


def test_silence_is_the_device_s_own_or_nobody_s() -> None:
    one, tag = ward(), device(every_minutes=60)
    quiet = NOW - timedelta(hours=4)
    told = silent(one, tag, quiet, gateway(), NOW)
    assert told and told.what is What.SILENT and told.since == quiet
    assert silent(one, tag, NOW - timedelta(hours=3), gateway(), NOW) is None
    assert silent(one, device(), quiet, gateway(), NOW) is None, "nobody knows how often it speaks"
    for state in (None, gateway(seen_at=NOW - DAY), gateway(watched_since=NOW - timedelta(hours=1))):
        assert silent(one, tag, quiet, state, NOW) is None, "the line was down"


def test_notices_wait_for_the_evening_or_the_end_of_the_quiet_hours() -> None:
    each = supporter(1, "x", passes=Passes.EACH, quiet_from=time(17, 0), quiet_until=time(7, 0))
    assert waits_until(each, What.PASSED, EVENING, NOW) == NOW + timedelta(hours=13)
    assert waits_until(replace(each, quiet_from=None), What.PASSED, EVENING, NOW) == NOW
    assert waits_until(replace(each, passes=Passes.EVENING), What.PASSED, EVENING, NOW) == NOW + timedelta(minutes=30)
    assert waits_until(supporter(1, "x"), What.PASSED, EVENING, NOW) is None
    assert waits_until(supporter(1, "x"), What.BATTERY, EVENING, NOW) == NOW


def test_an_alert_calls_where_it_holds_at_level_three_or_higher() -> None:
    areas = Areas([Area(code="a", name="a", kind="district", geometry=DISTRICT)])
    at_home, elsewhere = Home(address="", lon=141.105, lat=39.705), Home(address="", lon=141.3, lat=39.705)
    ring = ((141.2, 39.6), (141.4, 39.6), (141.4, 39.8), (141.2, 39.6))
    places = (Place(code="a", name="a"), Place(code="b", name="b", polygons=(ring,)))
    keys = ("Actual/flood/flood/a/x", "Actual/flood/flood/b/x")
    both = alert(places=places, hazards=keys, levels=(3, 4), level=4)
    assert calling([both], at_home, areas) == [both] == calling([both], Home(address=""), areas)
    assert calling([both], elsewhere, areas) == []
    assert calling([both], Home(address="", lon=141.35, lat=39.65), areas) == [both]
    low = replace(both, levels=(2, 4))
    assert calling([low], at_home, areas) == [], "level 2 there"
    assert calling([replace(both, alert_level=False), replace(both, ends=True)], at_home, areas) == []
    lower = replace(both, series="z", level=3, levels=(3, 3))
    assert calling([lower, both], at_home, areas) == [both, lower]


def test_hazard_maps_put_the_most_endangered_first_and_never_say_safe() -> None:
    wet = ground()
    slope = Layer("slope", "landslide", [Zone(DISTRICT, {"zone": "red", "phenomenon": "steep_slope"})], "1")
    steep = Ground(city="03201", areas=wet.areas, layers=Layers([slope]), stations={})
    here, there = Home(address="", lon=141.105, lat=39.705), Home(address="", lon=141.3, lat=39.6)
    red, deep, none, unknown = (
        exposed(steep, here),
        exposed(wet, here),
        exposed(wet, there),
        exposed(wet, Home(address="")),
    )
    assert (red.red, deep.depth_rank, none.depth_rank, unknown.known) == (True, 3, 0, False)
    assert sorted([none, deep, red, unknown], key=lambda one: one.gravity, reverse=True) == [unknown, red, deep, none]
    assert [one.ja for one in (red, deep, none, unknown)] == [
        "土砂 特別警戒区域",
        "洪水 3～5 m",
        "区域の指定なし",
        "場所が不明",
    ]
