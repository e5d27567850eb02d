"""Heat over areas: the bands, and what is assumed where nobody measures."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from geo.air.sun import clear_sky_kw_m2
from geo.hazard import Hazard
from geo.model import Sample
from geo.models.heat import Heat
from tests.geo.snow.winter import HOUR, recent, run

NOON = datetime(2026, 8, 1, 3, 0, tzinfo=UTC)
ALL = frozenset({"air_temperature", "humidity", "solar_radiation", "wind_speed"})


def hot(air: float, now: datetime = NOON, **more: float) -> list[Hazard]:
    values = {"air_temperature": air, "humidity": 60.0, **more}
    known = {name: recent(value, now, name[0]) for name, value in values.items()}
    return run(Heat(), known, {}, now, quantities=ALL, unit="Cel")


def test_the_known_answer_and_its_band() -> None:
    (one,) = hot(32, solar_radiation=800.0, wind_speed=2.0)
    assert (one.kind, one.level, one.alert_level) == ("heat", 1, False)
    assert (one.facts["wbgt_c"], one.facts["at_most"]) == (30.4, False)
    assert {evidence.ref for evidence in one.evidence} == {"a0", "h0", "s0", "w0"}


def test_the_sun_counts_in_kilowatts() -> None:
    """0.735·32 + 0.0374·60 + 0.00292·32·60 + 7.619·0.3 − 4.557·0.09 − 0.0572·2 − 4.064"""
    (one,) = hot(32, solar_radiation=300.0, wind_speed=2.0)
    assert one.facts["wbgt_c"] == 29.1


@pytest.mark.parametrize(("air", "level"), [(28.0, None), (31.0, 1), (33.5, 2), (35.5, 3), (38.5, 4)])
def test_levels_rise_with_the_heat(air: float, level: int | None) -> None:
    assert [one.level for one in hot(air, solar_radiation=800.0, wind_speed=2.0)] == ([level] if level else [])


def test_what_nobody_measures_is_assumed_the_worst_and_said() -> None:
    (one,) = hot(32)
    assert one.facts["at_most"] is True and "快晴" in one.evidence[0].text and "無風" in one.evidence[0].text
    assert float(one.facts["wbgt_c"]) > 30.4
    night = hot(29, now=NOON + 12 * HOUR)
    assert night == []


def test_clear_skies() -> None:
    noon = clear_sky_kw_m2(datetime(2026, 6, 21, 2, 35, tzinfo=UTC), 141.15, 39.7)
    assert noon == pytest.approx(0.99, abs=0.02)
    assert clear_sky_kw_m2(datetime(2026, 12, 21, 2, 35, tzinfo=UTC), 141.15, 39.7) == pytest.approx(0.43, abs=0.03)
    assert clear_sky_kw_m2(datetime(2026, 6, 21, 15, 0, tzinfo=UTC), 141.15, 39.7) == 0


def test_values_to_come_and_old_ones_change_nothing() -> None:
    known = {"air_temperature": recent(34.0, NOON, "a"), "humidity": recent(60.0, NOON, "h")}
    later = {name: [*some, Sample(NOON + HOUR, 5.0, "x")] for name, some in known.items()}
    same = [run(Heat(), some, {}, NOON, quantities=ALL, unit="Cel") for some in (known, later)]
    assert same[0] == same[1] != []
    assert run(Heat(), known, {}, NOON + 2 * HOUR, quantities=ALL, unit="Cel") == []
