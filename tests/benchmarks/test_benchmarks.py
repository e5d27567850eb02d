"""Every benchmark at a tiny size: are the figures there, finite, and about what they say? Nothing here is timed."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.wording.languages import LANGUAGES
from services.channels.registry import CHANNELS
from tests import warm
from tests.benchmarks import __main__ as program
from tests.benchmarks import (
    backlog,
    backtest,
    decode,
    end_to_end,
    flood,
    hazard,
    hub,
    ingest,
    lookup,
    memory,
    outlets,
    plow,
    plow_day,
    postgis,
    quality,
    snow_pages,
    soil,
    steps,
    streams,
    turn,
    years,
)
from tests.benchmarks.figure import Figure, beside, percentile, table
from tests.benchmarks.ingest import BATCH
from tests.benchmarks.scale import TINY
from tests.benchmarks.times import Times
from tests.postgresql import Cluster

KEYS = ["bench", "figure", "value", "unit", "baseline"]


@pytest.fixture(autouse=True, scope="module")
def warm_hubs() -> Iterator[None]:
    """How long a start from nothing takes is for `make bench` to say; here it would be half of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "begin", warm.start)
        yield


async def figures(bench, folder: Path) -> dict[str, Figure]:
    """All figures of a bench by name, each checked for what holds of any figure."""
    found = await bench.measure(TINY, folder)
    for one in found:
        line = json.loads(one.line())
        assert [*line] == [*KEYS, "baseline_value", "ratio"] and line["bench"] == bench.NAME
        assert math.isfinite(one.value) and one.value > 0, one
        if one.baseline is not None:
            assert one.baseline_value and math.isfinite(one.baseline_value) and one.baseline_value > 0, one
            assert one.ratio and math.isfinite(one.ratio) and one.ratio > 0, one
    assert len({(one.figure, one.baseline) for one in found}) == len(found)
    return {one.figure: one for one in found}


def in_order(found: dict[str, Figure], stem: str) -> bool:
    return found[f"{stem} p50"].value <= found[f"{stem} p99"].value


async def test_an_approved_alert_reaches_every_outlet(tmp_path: Path) -> None:
    found = await figures(outlets, tmp_path)
    assert found["outlets"].value >= 8
    assert in_order(found, "approval to last outlet")
    assert found["burst"].value == TINY.readings // 10


async def test_ingest_stores_what_was_published(tmp_path: Path) -> None:
    found = await figures(ingest, tmp_path)
    batches = 2 * TINY.readings // BATCH * BATCH
    assert found["published"].value == 2 * TINY.paced + TINY.readings + batches + TINY.rapid
    assert found["stored"].value == found["published"].value
    assert in_order(found, "burst, one a message: to durable") and in_order(found, "steady 100/s: to durable")
    assert {one.unit for name, one in found.items() if name.endswith("sustained")} == {"readings/s"}


async def test_a_backlog_is_worked_off(tmp_path: Path) -> None:
    found = await figures(backlog, tmp_path)
    assert found["one a message: waiting"].value == TINY.backlog
    assert found["20 a message: waiting"].value == 10 * TINY.backlog


async def test_a_reading_becomes_a_hazard(tmp_path: Path) -> None:
    found = await figures(hazard, tmp_path)
    for where in ("alone", "beside 100 others/s"):
        assert in_order(found, f"{where}: reading to hazard")
        one = found[f"{where}: reading to hazard p50"]
        assert one.baseline_value and one.value > one.baseline_value, "a hazard follows the reading it rests on"


async def test_every_telegram_reaches_the_public(tmp_path: Path) -> None:
    found = await figures(end_to_end, tmp_path)
    assert found["telegrams relayed"].value == TINY.rounds
    assert in_order(found, "telegram to post")


async def test_decode(tmp_path: Path) -> None:
    found = await figures(decode, tmp_path)
    assert {one.baseline for one in found.values()} == {"json.loads only", "lxml parse only", "cbor2.loads only"}
    assert len(found) == 10


async def test_flood_finds_the_swollen_rivers(tmp_path: Path) -> None:
    found = await figures(flood, tmp_path)
    assert found["demonstration layer: hazards"].value >= 6, "six rivers are high"
    assert {"demonstration layer: first run", "demonstration layer: next run"} <= found.keys()


@pytest.mark.real
async def test_flood_over_the_official_layer(real_data: Path, tmp_path: Path) -> None:
    found = await figures(flood, tmp_path)
    assert found["official layer: zones"].value > 1000
    assert found["official layer: hazards"].value >= 6


async def test_lookup_finds_what_the_join_finds(tmp_path: Path) -> None:
    found = await figures(lookup, tmp_path)
    assert found["demonstration layer: a point"].unit == "µs"


@pytest.mark.beyond
async def test_postgis_finds_the_same_zones(tmp_path: Path, postgresql: Cluster) -> None:
    if not postgis.offers_postgis(postgresql):
        pytest.skip(postgis.MISSING)
    found = await postgis.measure(TINY, tmp_path)  # it compares the zones itself
    assert {one.figure for one in found} >= {"demonstration layer: a point"}
    assert len({one.baseline for one in found}) == 5, "nothing, whole and in pieces, alone and at once"


async def test_soil(tmp_path: Path) -> None:
    found = await figures(soil, tmp_path)
    assert {"a city's 1,000 cells: a step", "the nation's 387,000 cells: a step"} == found.keys()


async def test_plows_are_matched_in_memory_and_out_of_the_store(tmp_path: Path) -> None:
    found = await figures(plow, tmp_path)
    assert {"cleaned and matched", "stored to passes, a backlog"} <= found.keys()
    assert found["cleaned and matched"].ratio < 1, "matching takes longer than cleaning alone"


async def test_a_fleet_is_matched_covered_and_counted(tmp_path: Path) -> None:
    found = await figures(plow_day, tmp_path)
    name = next(one for one in found if one.startswith("in memory"))
    assert found[name].ratio > 0.2, "ten times the fleet costs no five times as much for each fix"
    assert "the store after 900 fixes" in found


async def test_pages_are_asked_for_while_plows_are_worked_out(tmp_path: Path) -> None:
    found = await figures(snow_pages, tmp_path)
    assert len(found) == 8 and all(in_order(found, name.removesuffix(" p50")) for name in found if name.endswith("p50"))


async def test_steps(tmp_path: Path) -> None:
    found = await figures(steps, tmp_path)
    assert {"predict", "evaluate"} <= found.keys()
    assert found["hazards that stand"].value >= 1, "the snow advisory of the first half hour"


async def test_what_begins_at_once_is_written_for_every_channel(tmp_path: Path) -> None:
    found = await figures(turn, tmp_path)
    assert found["channels"].value == len(CHANNELS) and found["languages"].value == len(LANGUAGES)
    assert found["turn held"].value <= found["hazards to drafts"].value


async def test_a_day_is_gone_through_again(tmp_path: Path) -> None:
    found = await figures(backtest, tmp_path)
    assert found["looks of the models"].value == TINY.replayed * 60
    assert found["readings gone through"].value > 100 and found["lines told"].value > 10


async def test_every_open_stream_is_told(tmp_path: Path) -> None:
    found = await figures(streams, tmp_path)
    assert found["clients told of every event"].value == TINY.streams
    assert in_order(found, "reading published to the last client")


async def test_memory(tmp_path: Path) -> None:
    found = await figures(memory, tmp_path)
    for name, one in found.items():
        if one.unit == "MB":
            assert one.baseline_value and 5 < one.baseline_value < 4000, name
            assert 5 < one.value < 4000, name


def test_the_program_prints_a_line_a_figure_and_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["make bench", "--short", "--only", "decode"])
    monkeypatch.setattr(program, "SHORT", TINY)
    assert program.main() == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    told = [json.loads(line)["bench"] for line in lines if line.startswith("{")]
    assert len(told) == 10 and set(told) == {"decode"}
    assert lines[11].split()[:2] == ["bench", "figure"] and lines[12].startswith("decode")
    assert said.err == ""


def test_a_ratio_is_the_median_of_the_repeats_own_ratios() -> None:
    one = beside("b", "f", "ms", "bare", [(10, 1), (30, 10), (40, 2)])
    assert (one.value, one.baseline_value, one.ratio) == (30, 2, 10)


def test_percentiles_are_values_that_were_measured() -> None:
    hundred = [float(n) for n in range(100, 0, -1)]
    assert (percentile(hundred, 50), percentile(hundred, 99), percentile([7.0], 99)) == (50, 99, 7)
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 50)


def test_what_did_not_arrive_is_not_counted() -> None:
    times = Times(sent={"a": 1.0, "b": 2.0}, seen={"a": 3.0, "c": 4.0})
    assert times.arrived == 1
    assert Times(sent={"a": 1.0, "b": 2.0}, seen={"b": 3.0, "a": 2.0}).rate == 1.0


def test_the_table_stands_in_columns() -> None:
    rows = [Figure(bench="b", figure="f", value=12345.6, unit="s"), beside("b", "long one", "ms", "bare", [(1, 2)])]
    head, first, second = table(rows).splitlines()
    assert first.index("12,346") == second.index("1  ms") - 5, "numbers stand to the right"
    assert head.index("unit") == first.index("s") == second.index("ms")
    assert second.split()[-1] == "0.5"


@pytest.mark.real
async def test_quality_control_on_real_gauges(real_data: Path) -> None:
    """The first 200 gauges of the file: the promise of docs/feeds.md holds on them too."""
    tally = quality.over(real_data / "timeseries" / "river_jp", TINY.gauges)
    assert tally.reports > 10_000 and tally.confirmed > 10
    assert tally.lost == 0
    assert tally.caught >= 0.9 * tally.spikes > 0


async def test_a_store_of_years(tmp_path: Path, migrated: Path) -> None:
    for name in ("month", "years"):
        shutil.copy(migrated, tmp_path / f"{name}.db")
    found = await figures(years, tmp_path)
    assert len(found) == 7
    assert {name.partition(":")[0] for name in found} == {"SQLite, 2 months"}
