"""A request on arrival: urgency, owner, duplicates; and the sentence that goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feeds.open311.asked import Asked
from feeds.open311.catalog import read_catalog
from geo.plow.placing import Placed
from rules.requests.state import State
from rules.requests.triage import Before, Known, known_of, triage
from rules.requests.words import answered
from rules.street.case import Told, street
from tests.geo.plow.making import lat_of, lon_of
from tests.geo.plow.streets import segment

NOW = datetime(2026, 1, 15, 21, 0, tzinfo=UTC)
SERVICE = next(one for one in read_catalog(Path("config/morioka/services.toml")).service if one.code == "SNOW_RUT")
ASKED = Asked(service=SERVICE, lon=lon_of(50), lat=lat_of(0), address="")
ROAD = Placed(segment("a", ((0, 0), (200, 0)), administrator="city", route_class=3), 2.0, (0.0, 0.0))


def before(east: float, hours: float, number: int = 1) -> Before:
    return Before(number, lon_of(east), lat_of(0), NOW - timedelta(hours=hours))


def test_the_oldest_near_one_of_the_day_is_the_same() -> None:
    some = [before(60, 5, 7), before(95, 3, 5), before(150, 1, 2), before(50, 24.1, 1)]
    assert triage(ASKED, ROAD, some, NOW).same_as == 5
    assert triage(ASKED, ROAD, some[2:], NOW).same_as is None
    assert triage(replace(ASKED, lon=None, lat=None), ROAD, some, NOW).same_as is None


def test_a_stuck_car_and_a_school_route_come_first() -> None:
    stuck = replace(ASKED, attributes={"STUCK": ("yes",)})
    assert triage(stuck, None, [], NOW).reasons == ("answered_urgent", "no_road")
    school = replace(ROAD, segment=replace(ROAD.segment, school_route=True))
    assert triage(ASKED, school, [], NOW).urgent and not triage(ASKED, ROAD, [], NOW).urgent


def test_a_road_of_others_is_not_the_citys_to_plow() -> None:
    judged = triage(ASKED, replace(ROAD, segment=replace(ROAD.segment, administrator="prefecture")), [], NOW)
    assert judged.state is State.ELSEWHERE and not judged.state.is_open


def test_the_answer_tells_what_is_known_of_the_road_and_who_asked_before() -> None:
    done = replace(known_of(ROAD), done_at=datetime(2026, 1, 15, 20, 40, tzinfo=UTC))
    judged = triage(ASKED, ROAD, [before(60, 5)], NOW)
    assert answered(street(done, Told(), NOW), judged) == (
        "16日5時40分に除雪しました。同じ場所の依頼をすでに受けています。 / "
        "It was plowed at 05:40, 16 January. Others have told us of the same place."
    )
    assert "職員が確認します" in answered(street(Known(), Told(), NOW), triage(ASKED, None, [], NOW))
