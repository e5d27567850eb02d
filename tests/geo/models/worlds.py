"""Two hours at which everything happens at once, for what must hold of every model: a winter noon, a summer evening.

Whoever adds a model adds what it needs to one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shapely import Point

from feeds.lalert.read import Lalert as LalertFeed
from feeds.lalert.types import LalertDocument
from feeds.records import Message, Report, Telegram, TelegramArea
from feeds.status import Status
from geo.flooding.places import Stream, Underpass
from geo.gateway import GatewayState
from geo.mesh import cells_over
from geo.model import Ground, Inputs, Sample
from geo.plow.announced import Dumped, Ordered
from geo.rain.critical_lines import read_lines
from geo.rain.soil_history import HOURS
from geo.station import Station
from tests.feeds.lalert_making import document
from tests.geo import making
from tests.geo.making import SQUARES, gauge, ground, series
from tests.geo.official.telegrams import entry, telegram
from tests.geo.rain.test_critical_lines import falling, table
from tests.geo.snow import winter
from tests.geo.snow.winter import HOUR, hours_of, recent

TEN = timedelta(minutes=10)
EVENING = datetime(2026, 8, 10, 9, 0, tzinfo=UTC)  # 18:00 in Japan
STREAM = Stream(
    code="c1",
    name="試験沢",
    geometry=SQUARES["sw"],
    areas=("sw",),
    travel_minutes=30,
    caution_mm_h=2.0,
    danger_mm_h=40.0,
)
SECTION = "029900009900"
Series = dict[tuple[str, str], Sequence[Sample]]


@dataclass(frozen=True, slots=True)
class World:
    """What is known at one hour, and the city it is known of."""

    inputs: Inputs
    ground: Ground


def _stations(known: Mapping[tuple[str, str], object], **more: object) -> list[Station]:
    codes = sorted({code for code, _ in known})
    return [
        gauge(code, quantities=frozenset(q for c, q in known if c == code), areas=("sw",), **more) for code in codes
    ]


def _named(samples: Sequence[Sample], station: str) -> list[Sample]:
    return [replace(one, ref=f"{station}/{one.ref}") for one in samples]


def noon_in_winter() -> World:
    """Snow on roofs, roads and slopes, each at a gauge of its own; half of it thaws."""
    now = winter.NOW
    growing = [Sample(now - back * HOUR, 55 - 35 * back / 24, f"s{back}") for back in range(24, -1, -1)]
    rain = [Sample(now - back * HOUR, 2.0, f"w{back}") for back in range(23, -1, -1)]
    week = hours_of([0.0, 0.0, 15.0, 30.0, 45.0, 60.0, 60.0, 60.0])
    known: Series = {
        ("thaw", "snow_depth"): recent(95),
        ("thaw", "air_temperature"): recent(3.5, name="t"),
        ("slide", "snow_depth"): recent(60),
        ("slide", "air_temperature"): recent(-1.0, name="t"),
        ("slope", "snow_depth"): growing,
        ("melt", "snow_depth"): recent(110),
        ("melt", "rain_1h"): rain,
        ("melt", "wind_speed"): recent(5.0, name="v"),
        ("road", "road_temperature"): recent(-1.2),
        ("road", "water_film"): recent(0.4, name="f"),
        ("road", "rain_10min"): recent(0.0, name="w"),
        ("road", "air_temperature"): recent(-2.0, name="t"),
        ("trap", "trap_closed"): recent(1.0),
    }
    season: Series = {
        ("thaw", "snow_depth"): hours_of([0.0, 30.0, 60.0, 80.0, 95.0]),
        ("thaw", "air_temperature"): hours_of([-5.0] * 5),
        ("slide", "snow_depth"): week,
        ("slide", "air_temperature"): hours_of([-6.0] * 3),
        ("melt", "snow_depth"): hours_of([0.0, 50.0, 90.0, 120.0, 120.0]),
        ("melt", "air_temperature"): hours_of([6.0] * 2),
    }
    stations = _stations(known, unit="cm", thresholds={}, river="", elevation_m=155.0)
    passes = {"sw": now - 5 * HOUR, "se": now - 3 * HOUR}
    inputs = Inputs(
        now=now,
        status=Status.ACTUAL,
        series=_apart(known),
        season=_apart(season),
        passes=passes,
        ordered=_ordered(now),
        dumps=_dumps(now),
    )
    return World(inputs, ground(*stations, plow=True))


def _ordered(now: datetime) -> list[Ordered]:
    """Two sections ordered, one of them done."""
    given = {"given_at": now - 6 * HOUR, "finish_by": now + HOUR}
    return [
        Ordered(number=1, section="sw", name="南西工区", **given),
        Ordered(number=2, section="se", name="南東工区", **given, finished_at=now - HOUR),
    ]


def _dumps(now: datetime) -> list[Dumped]:
    """One full, one open again."""
    full = Dumped(
        code="d1", name="太田", name_en="Ota", state="full", since=now - HOUR, confirmed_at=now - HOUR, instead="玉山"
    )
    return [full, replace(full, code="d2", name="玉山", state="open", reopened=True, instead="")]


def evening_in_summer() -> World:
    """A swollen river, wet slopes, heat, an earthquake, every telegram, a bear, and a gateway that is silent."""
    now = EVENING
    hours = [Sample(now - back * HOUR, 30.0 if back < 4 else 0.0, f"h{back}") for back in range(HOURS - 1, -1, -1)]
    known: Series = {
        ("g1", "water_level"): series([2.3 + 0.05 * step for step in range(7)], last=now),
        ("hot", "air_temperature"): recent(35.0, now, "t"),
        ("hot", "humidity"): recent(60.0, now, "u"),
        ("hot", "solar_radiation"): recent(800.0, now, "s"),
        ("hot", "wind_speed"): recent(2.0, now, "v"),
        ("hot", "battery"): recent(12.0, now, "b"),
        ("wet", "rain_1h"): hours[-25:],
        ("dip", "inundation_depth"): recent(35.0, now, "d"),
        ("q1", "seismic_intensity"): [Sample(now - 20 * TEN, 5.2, "q")],
        ("q2", "seismic_intensity"): [Sample(now - 20 * TEN, 4.9, "q")],
    }
    codes = sorted(int(cell.code) for square in ("sw", "se") for cell in cells_over(SQUARES[square], 3))
    lines = read_lines({level: table(dict.fromkeys(codes, falling(rest))) for level, rest in {2: 80, 4: 120}.items()})
    inputs = Inputs(
        now=now,
        status=Status.ACTUAL,
        series=_apart(known),
        season=_apart({("wet", "rain_1h"): hours}),
        telegrams=_telegrams(now),
        reports=_reports(now),
        gateways=_gateways(now),
        documents=_documents(),
    )
    there = replace(
        ground(*_stations(known)),
        critical_lines=lines,
        river_sections=(SECTION,),
        forecast_areas=("0320100", "212"),
        underpasses=_underpasses(),
        streams=(STREAM,),
    )
    return World(inputs, there)


def _underpasses() -> tuple[Underpass, Underpass]:
    """One with a sensor in it, one that is known by the rain at which it flooded."""
    dip = Underpass(code="dip", name="試験アンダー", geometry=Point(141.08, 39.68), sensor="dip", closed_cm=20.0)
    return dip, replace(dip, code="rain", sensor="", rain_60min_mm=25.0)


def _apart(known: Series) -> Series:
    return {(code, quantity): _named(some, f"{code}/{quantity}") for (code, quantity), some in known.items()}


def _telegrams(now: datetime) -> tuple[Telegram, ...]:
    rain = entry("heavy_rain", "03", "レベル３大雨警報", 3)
    river = entry("flood", "40", "レベル4", 4, code=SECTION, name="北上川上流", status=None)
    felt = TelegramArea(
        code="0320100",
        name="盛岡市",
        hazard="earthquake",
        code_type="気象・地震・火山情報／市町村等",
        max_intensity="5-",
    )
    return (
        telegram("VPWW55", rain, at=now - 6 * TEN),
        telegram("VPWW61", entry("advisory", "14", "雷注意報"), at=now - 6 * TEN),
        telegram("VXKO60", river, at=now - 5 * TEN, hazard="flood", event_id=SECTION),
        telegram("VPHW50", entry("tornado", "1", "竜巻注意情報"), at=now - TEN),
        telegram("VFVO50", *_mountain(), at=now - 400 * 24 * HOUR, event_id="207", hazard="volcano"),
        telegram("VXSE53", felt, at=now - 19 * TEN, event_id="e1", hazard="earthquake"),
        *_erupting(now),
    )


def _erupting(now: datetime) -> tuple[Telegram, ...]:
    mountain = {"code": "207", "name": "岩手山", "code_type": "火山名"}
    erupted, ash = entry("volcano", "52", "噴火", **mountain), entry("volcano", "72", "やや多量の降灰")
    return (
        telegram("VFVO56", erupted, ash, at=now - 3 * TEN, event_id="20260810083000_207", hazard="volcano"),
        telegram("VFVO54", erupted, ash, at=now - 2 * TEN, event_id="20260810083000_207", hazard="volcano"),
    )


def _mountain() -> tuple[TelegramArea, TelegramArea]:
    """A volcano's level, and what it asks of the city."""
    level = entry(
        "volcano", "12", "レベル２（火口周辺規制）", code="207", name="岩手山", code_type="火山名", status=None
    )
    return level, entry("volcano", "43", "火口周辺警報：入山規制等", status=None)


def _reports(now: datetime) -> tuple[Report, ...]:
    bear = Report(
        gateway="gw",
        report_id="r1",
        kind="bear",
        measured_at=now - 2 * TEN,
        text="クマ",
        place="試験町",
        lon=141.07,
        lat=39.66,
    )
    again = [replace(bear, report_id=f"d{day}", confirmed=True, measured_at=now - 24 * day * HOUR) for day in (1, 2, 3)]
    other = replace(bear, report_id="r2", kind="suspicious_person", lon=141.12, measured_at=now - 30 * HOUR)
    return bear, other, *again


def _gateways(now: datetime) -> tuple[GatewayState, ...]:
    silent = GatewayState(
        name="gw07",
        status=Status.ACTUAL,
        checked_at=now - timedelta(seconds=5),
        watched_since=now - 24 * HOUR,
        seen_at=now - TEN,
        beats=True,
    )
    return silent, replace(silent, name="gw08", over_since=now - TEN)


def _documents() -> tuple[LalertDocument, ...]:
    """An order, and a shelter of a neighbour, of the morning."""
    other = document(document_id="1" * 8 + "-970d-417f-a9ab-a9ff1d3fe316", sent="2026-08-10T03:00:00+09:00")
    return tuple(read(one) for one in (document(), other))


def read(payload: bytes) -> LalertDocument:
    """The document in its envelope."""
    (found,) = LalertFeed().decode(Message(topic="", payload=payload, received_at=making.NOW)).records
    assert isinstance(found, LalertDocument)
    return found
