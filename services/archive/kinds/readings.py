"""Every trusted reading of a day, and the snow depth of a day: what /open/csv shows, of all sensors at once."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence
from itertools import groupby

from feeds.status import Status
from services.archive.kind import Kind, Rows
from services.archive.known import Known
from services.archive.period import Period
from services.store import by_day
from services.store.by_day import Reader, Value
from services.web.api.readings import for_staff
from services.web.open.cells import Cell, local
from services.web.open.past import READINGS as READING_COLUMNS
from services.web.open.past import SNOW as SNOW_COLUMNS

_SNOW = "/snow_depth"


async def _open(store: Reader, known: Known) -> list[str]:
    """The series of sensors that everybody may know of."""
    stations = known.ground.stations
    shown = {one.code for one in stations.values() if not (one.for_staff or one.demonstration)}
    found = await by_day.subjects(store, Status.ACTUAL)
    return [one for one in found if one.partition("/")[0] in shown and not for_staff(one, stations)]


def _read(store: Reader, known: Known, wanted: Sequence[str], day: Period) -> AsyncIterator[Sequence[Value]]:
    return by_day.trusted(store, wanted, (day.begins, day.ends), known.terms.kept_back_gateways)


async def _readings(store: Reader, known: Known, day: Period) -> AsyncIterator[Rows]:
    async for part in _read(store, known, await _open(store, known), day):
        yield [_reading(known, one) for one in part]


def _reading(known: Known, one: Value) -> Sequence[Cell]:
    code, _, quantity = one.subject.partition("/")
    name = known.ground.stations[code].name if code in known.ground.stations else ""
    return code, name, quantity, local(one.at), one.value, one.unit, Status.ACTUAL.value


async def _snow(store: Reader, known: Known, day: Period) -> AsyncIterator[Rows]:
    gauges = [one for one in await _open(store, known) if one.endswith(_SNOW)]
    values: dict[str, list[float]] = {}
    async for part in _read(store, known, gauges, day):
        for subject, those in groupby(part, lambda one: one.subject):
            values.setdefault(subject, []).extend(one.value for one in those)
    yield [_depth(known, subject, day, some) for subject, some in values.items()]


def _depth(known: Known, subject: str, day: Period, some: Sequence[float]) -> Sequence[Cell]:
    code = subject.removesuffix(_SNOW)
    mean = round(math.fsum(some) / len(some), 1)
    return code, known.ground.stations[code].name, day.name, max(some), min(some), mean, len(some)


def _withheld(known: Known) -> Sequence[str]:
    """Whose values are not given away, and which sensors are not for everybody."""
    traps = (one.code for one in known.ground.stations.values() if one.for_staff)
    return [*sorted(known.terms.kept_back_gateways), "", *sorted(traps)]


READINGS = Kind(
    id="readings",
    title="観測値",
    title_en="Readings",
    description="公開しているすべての観測所の、検査を通った観測値。確定前の速報です。",
    description_en="Every trusted value of every public sensor. Preliminary.",
    columns=dict(
        zip(
            READING_COLUMNS,
            (
                "code of the sensor",
                "its name",
                "what was measured: water_level, snow_depth, …",
                "when, ISO 8601 with Japan's offset",
                "the value",
                "its unit",
                "always Actual: drills and tests are in no archive",
            ),
            strict=True,
        )
    ),
    read=_readings,
    outlasts="readings",
    withheld=_withheld,
)
SNOW_DEPTH = Kind(
    id="snow_depth_daily",
    title="積雪の深さ（日別）",
    title_en="Snow depth by day",
    description="観測所ごとの、その日の最深・最小・平均の積雪。",
    description_en="Highest, lowest and mean trusted depth of each day, by sensor.",
    columns=dict(
        zip(
            SNOW_COLUMNS,
            (
                "code of the sensor",
                "its name",
                "the day in Japan",
                "highest, cm",
                "lowest, cm",
                "mean, cm",
                "how many values",
            ),
            strict=True,
        )
    ),
    read=_snow,
    outlasts="readings",
    withheld=_withheld,
)
