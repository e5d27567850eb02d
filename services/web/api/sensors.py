"""/sensors: where each sensor stands and what its values mean."""

from __future__ import annotations

from aiohttp import web

from geo.station import Station
from services.web.api.answer import collection, feature
from services.web.api.endpoint import PAGED, Endpoint
from services.web.api.paging import page_of
from services.web.api.shapes import point
from services.web.context import CONTEXT


async def show(request: web.Request) -> web.Response:
    page = page_of(request, str)
    stations = request.app[CONTEXT].ground.stations.values()
    taken, following = page.cut(stations, lambda station: (station.code,))
    features = [feature(one.code, point(one.lon, one.lat), _properties(one)) for one in taken]
    return collection(request, features, following)


def _properties(station: Station) -> dict[str, object]:
    return {
        "code": station.code,
        "name": station.name,
        "name_en": station.name_en,
        "river": station.river,
        "quantities": sorted(station.quantities),
        "unit": station.unit,
        "thresholds": dict(station.thresholds),
        "areas": list(station.areas),
        "source": station.source,
    }


ENDPOINTS = (
    Endpoint(
        path="/sensors",
        handler=show,
        summary="The city's sensors with their thresholds.",
        parameters=PAGED,
        properties={
            "code": "station code",
            "name": "in Japanese",
            "name_en": "in English",
            "river": "for gauges",
            "quantities": "what it measures",
            "unit": "of values and thresholds",
            "thresholds": "standby, caution (level 2), judgement (3), danger (4), overflow (5), as far as set",
            "areas": "codes of the districts it speaks for",
            "source": "where the figures come from",
        },
    ),
)
