"""A learned model in the hub: as it was verified, blind to the future, and where it is not asked, it is said why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.status import Status
from geo.model import Ground, Inputs, Sample
from geo.models.flood import Flood
from geo.river.forecast import LEADS, QUANTILES, RiverModel
from geo.river.gauge import GaugeConfig
from geo.river.learning import learned
from geo.river.levels import Levels
from geo.river.model_file import read, told
from geo.river.outlook import Outlook, outlooks
from geo.river.rows import rows
from geo.river.verification import issue
from geo.station import Station
from services.cli.river_files import read_gauges, read_levels
from tests.geo.making import ground
from tests.geo.river.making import few_trees, reported, rivers, row, small_model, stations

WHOLE = rivers("ab", days=8)
GAUGES = stations(WHOLE)
BELIEVING = GaugeConfig(spike_m=9.0, step_m=9.0)  # so that the checks of reports leave all as it is


def city(gauges: Sequence[Station], model: RiverModel | None) -> Ground:
    return replace(ground(*gauges), river_model=model)


def at_row(place: int, *, first: int = 0, minutes: float = 0, **more: list[Sample]) -> Inputs:
    series = {**reported(WHOLE, place, first), **{(code, "water_level"): samples for code, samples in more.items()}}
    return Inputs(now=WHOLE.time(place) + timedelta(minutes=minutes), status=Status.ACTUAL, series=series)


def compare(model: RiverModel, levels: Levels, gauges: Sequence[Station], hours: Sequence[int]) -> int:
    """Ask the hub at each of these rows for what verification says there; how many answers were the same."""
    limits = {one.code: one.thresholds["danger"] for one in gauges}
    wanted = {
        (int(place), levels.gauges[column].code, one.lead): (one, spot)
        for one in issue(model, levels, limits)
        for spot, (place, column) in enumerate(zip(one.row, one.column, strict=True))
    }
    same = 0
    where = city(gauges, model)
    for place in hours:
        told = Inputs(now=levels.time(place), status=Status.ACTUAL, series=reported(levels, place, max(0, place - 200)))
        for code, outlook in outlooks(told, where, BELIEVING).items():
            if outlook.method != "learned" or outlook.measured_at != told.now:
                continue
            for ahead in outlook.ahead:
                one, spot = wanted[place, code, ahead.hours]
                shown = [QUANTILES.index(quantile) for quantile in (0.1, 0.5, 0.9)]
                assert [ahead.q10, ahead.q50, ahead.q90] == list(one.level[spot] + one.rises[spot, shown])
                assert ahead.chances["danger"] == one.chance[spot]
                assert ("danger" in ahead.warned) == one.warn[spot]
                same += 1
    return same


def test_it_says_to_the_last_bit_what_verification_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.river.observed.GaugeConfig", lambda: BELIEVING)
    model = read(told(small_model()))
    assert compare(model, WHOLE, GAUGES, range(30 * 6, 8 * 144, 48)) > 100 * len(LEADS)


def test_a_flood_is_told_before_it_comes_and_how() -> None:
    crest = int(np.nanargmax(WHOLE.values[:, 2]))  # the lowest gauge of river a
    limit = GAUGES[2].thresholds["danger"]
    reached = int(np.flatnonzero(WHOLE.values[:crest, 2] < limit)[-1]) + 1
    where = city(GAUGES, small_model())
    hazards = [
        hazard
        for place in range(reached - 36, reached)
        for hazard in Flood().run(at_row(place), where)
        if hazard.source == "a2:foreseen"
    ]
    assert len(hazards) >= 6, "an hour before at the least"
    one = hazards[-1]
    assert (one.level, one.observed, one.facts["method"]) == (3, False, "learned")
    assert "method_why" not in one.facts and one.facts["danger_chance"] == one.probability
    assert one.probability is not None and 0.3 <= one.probability <= 0.95 and "ごろ氾濫危険水位に達する" in one.headline
    texts = [evidence.text for evidence in one.evidence]
    assert texts[-1] == "予測の方法：過去の洪水から学んだ予測 / Forecast: learned from past floods"
    assert "達する確率は 1時間以内" in texts[-2] and "80％の幅" in texts[-2]


def asked(inputs: Inputs, gauges: Sequence[Station] = GAUGES, model: RiverModel | None = None) -> Outlook:
    return outlooks(inputs, city(gauges, model or small_model()))["a0"]


PLACE = row(100)


def test_what_is_missing_is_said_and_the_next_best_is_done() -> None:
    assert asked(at_row(PLACE)).method == "learned"
    assert outlooks(at_row(PLACE), city(GAUGES, None))["a0"].why == "no_model"
    unknown = replace(small_model(), normals={})
    assert (asked(at_row(PLACE), model=unknown).method, asked(at_row(PLACE), model=unknown).why) == (
        "extrapolated",
        "no_normal",
    )
    named = [replace(one, normal_m=gauge.normal) for one, gauge in zip(GAUGES, WHOLE.gauges, strict=True)]
    assert asked(at_row(PLACE), named, unknown) == asked(at_row(PLACE)), "the profile's word is as good as the file's"
    samples = reported(WHOLE, PLACE)["a0", "water_level"]
    young = asked(at_row(PLACE, a0=samples[-5:]))
    assert (young.method, young.why) == ("extrapolated", "gaps")
    silent = asked(at_row(PLACE, a0=[one for one in samples if one.at < WHOLE.time(PLACE - 3)]))
    assert (silent.method, silent.why, silent.ahead) == ("thresholds", "silent", ())


def test_a_chance_that_is_half_used_up_names_the_hour() -> None:
    for place in range(row(30), row(190), 12):
        one = asked(at_row(place, first=place - 150))
        for name, when in one.expected.items():
            chances = {0.0: 0.0, **{float(ahead.hours): ahead.chances[name] for ahead in one.ahead}}
            hours = (when - one.made_at) / timedelta(hours=1)
            assert np.interp(hours, [*chances], [*chances.values()]) == pytest.approx(chances[6.0] / 2)


@given(minutes=st.integers(0, 29), seed=st.integers(0, 9))
@settings(max_examples=15)
def test_values_after_now_never_change_what_was_learned_says(minutes: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    known = at_row(PLACE, first=PLACE - 150, minutes=minutes)
    poisoned = {
        subject: [
            *samples,
            *(Sample(known.now + timedelta(seconds=1 + 60 * i), random.normal(0, 9), "x") for i in range(40)),
        ]
        for subject, samples in known.series.items()
    }
    rain = {("wet", "rain_10min"): [Sample(known.now + timedelta(seconds=1), 40.0, "r")]}
    where = city([*GAUGES, replace(GAUGES[0], code="wet", quantities=frozenset({"rain_10min"}))], small_model())
    assert outlooks(replace(known, series={**poisoned, **rain}), where) == outlooks(known, where)


@pytest.mark.real
def test_real_floods_live_as_they_were_verified(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Learned on the rivers of spring, through a file, and asked in the flood of January as the hub asks."""
    monkeypatch.setattr("geo.river.observed.GaugeConfig", lambda: BELIEVING)
    folder = real_data / "timeseries/river_fr"
    april = read_levels(folder / "levels_2020-04.csv", read_gauges(folder / "stations_2020-04.csv"))
    gauges = {
        code: one
        for code, one in read_gauges(folder / "stations_2020-01.csv").items()
        if one.river in {"L'Aude", "Le Tech", "L'Agly"}
    }
    april = april.of([*gauges])
    with few_trees():
        leads = {lead: learned(rows([april], lead)) for lead in LEADS}
    model = read(told(replace(small_model(), leads=leads, normals={code: one.normal for code, one in gauges.items()})))
    january = read_levels(folder / "levels_2020-01.csv", gauges)
    places = stations(january, above_m=2.0)
    begin = int((january.time(0).replace(day=21, hour=0, minute=0) - january.begin) / timedelta(minutes=10))
    assert compare(model, january, places, range(begin, begin + 2 * 144, 36)) > 150 * len(LEADS)
