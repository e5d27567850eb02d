"""Every change of the hazards that everybody saw: began, moved, ended.

Those that rest on reports are left out, confirmed or not: of people's reports numbers stay, by day and square, and
nothing else. So are evidence and validity, which grow fresher by the minute.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.hazard import Hazard
from services.archive.kind import Form, Kind, Rows
from services.archive.known import Known
from services.archive.period import Period
from services.store.by_day import Reader
from services.store.codec import from_json
from services.store.tables import hazards
from services.web.api.answer import feature
from services.web.api.shapes import Shapes
from services.web.api.times import iso
from services.web.api.viewer import Viewer, rests_on_reports
from services.web.open.cells import local

_MOST = 500  # changes at once: each may carry a polygon
_MOMENT = timedelta(seconds=1)


async def _hazards(store: Reader, known: Known, day: Period) -> AsyncIterator[Rows]:
    shapes, viewer = Shapes(known.ground.areas), Viewer.public(exercise=False, forecasts=known.forecasts)
    of = (hazards.c.status == Status.ACTUAL.value, hazards.c.at >= day.begins, hazards.c.at < day.ends)
    after = 0
    while True:
        rows = select(hazards.c.seq, hazards.c.at, hazards.c.body).where(*of, hazards.c.seq > after)
        async with store.read() as connection:
            found = (await connection.execute(rows.order_by(hazards.c.seq).limit(_MOST))).all()
            read = [(seq, at, from_json(Hazard, body)) for seq, at, body in found]
            told = [one for one in read if await _seen(connection, viewer, *one)]
        if not found:
            return
        after = found[-1][0]
        yield [_change(shapes, *one) for one in told]


async def _seen(connection: AsyncConnection, viewer: Viewer, seq: int, at: datetime, one: Hazard) -> bool:
    """That one ended is as public as it was before."""
    if one.level or not _open(viewer, replace(one, level=1, valid_until=at + _MOMENT), at):
        return _open(viewer, one, at)
    mine = (hazards.c.key == one.key, hazards.c.seq < seq)
    before = select(hazards.c.at, hazards.c.body).where(*mine).order_by(hazards.c.seq.desc()).limit(1)
    found = (await connection.execute(before)).first()
    return found is not None and _open(viewer, from_json(Hazard, found.body), found.at)


def _open(viewer: Viewer, one: Hazard, at: datetime) -> bool:
    return viewer.sees_hazard(one, at) and not rests_on_reports(one)


def _change(shapes: Shapes, seq: int, at: datetime, one: Hazard) -> dict[str, Any]:
    told = {
        "at": local(at),
        "kind": one.kind,
        "area": one.area,
        "area_name": one.area_name,
        "level": one.level,
        "alert_level": one.alert_level,
        "observed": one.observed,
        "probability": one.probability,
        "headline": one.headline,
        "model": one.model,
        "source": one.source,
        "status": one.status.value,
    }
    return feature(f"{iso(at)}/{seq}", shapes.area(one.area), told)


def _withheld(known: Known) -> Sequence[str]:
    return ["" if known.forecasts else "forecasts"]


HAZARDS = Kind(
    id="hazards",
    title="危険度の変化",
    title_en="Hazards",
    description="だれにでも示した危険度の始まり・変化・終わりと、その区域。通報によるものは含みません。",
    description_en="How hazards that everybody saw began, moved and ended, with areas; none that rests on reports.",
    columns={
        "at": "when the hub knew, with Japan's offset",
        "kind": "flood, landslide, heavy_snow, …",
        "area": "area code; the geometry is its polygon as it was known when the file was made",
        "area_name": "area in Japanese",
        "level": "1 to 5; 0: it ended. A 警戒レベル only where alert_level is true",
        "alert_level": "whether level is a 警戒レベル",
        "observed": "false: foreseen",
        "probability": "0 to 1, or null",
        "headline": "one line in Japanese",
        "model": "name@version",
        "source": "gauge or telegram kind",
        "status": "always Actual: drills and tests are in no archive",
    },
    read=_hazards,
    form=Form.FEATURES,
    outlasts="hazards",
    withheld=_withheld,
)
