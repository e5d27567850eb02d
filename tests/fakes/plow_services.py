"""A small but real HTTP server that plays other cities' plow services, each in its format, and what goes wrong there.

Three lists of the same fleet: a Finnish one that takes ``since``, one like Chicago's that repeats whoever is silent,
and one like Turku's with the words of several contractors. Their refusals come as those services send them: a return
code in JSON, a page in HTML, or a status.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from aiohttp import web

TOO_FREQUENT = (200, "application/json", '{"codeRetour": 14, "message": "too frequent"}')
PAGE = (200, "text/html", "<!doctype html><html><body>Service temporarily unavailable</body></html>")
BROKEN = (503, "text/plain", "upstream timed out")
HELSINKI = timezone(timedelta(hours=2))
CENTRAL = timezone(timedelta(hours=-6))


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a machine was last, and what it does in its provider's words."""

    machine: str
    at: datetime
    lon: float
    lat: float
    doing: tuple[str, ...] = ()


class FakePlowServices:
    """``fleet`` is where the machines are now; ``refusals`` are answered first, one each; ``asked`` lists the paths."""

    def __init__(self) -> None:
        self.fleet: list[Seen] = []
        self.refusals: deque[tuple[int, str, str]] = deque()
        self.asked: list[str] = []
        self.base = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/snowplow/", self._finnish)
        app.router.add_get("/TrackingDataServlet", self._chicago)
        app.router.add_get("/maintenance_works/", self._turku)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _finnish(self, request: web.Request) -> web.Response:
        """Those that reported after ``since`` (ISO, local time), at most ``limit``; an empty list at night."""
        since = request.query.get("since")
        after = datetime.fromisoformat(since).replace(tzinfo=HELSINKI) if since else datetime.min.replace(tzinfo=UTC)
        moved = [one for one in self.fleet if one.at > after][: int(request.query.get("limit", "10"))]
        places = [
            {
                "id": int(one.machine),
                "last_location": {
                    "timestamp": f"{one.at.astimezone(HELSINKI):%Y-%m-%dT%H:%M:%S}",
                    "coords": f"({one.lon} {one.lat})",
                    "events": list(one.doing),
                },
            }
            for one in moved
        ]
        return self._told(request, places)

    async def _chicago(self, request: web.Request) -> web.Response:
        """Everybody, whether they have reported again or not."""
        places = [
            {
                "assetName": one.machine,
                "assetType": "SNOW PLOW",
                "postingTime": one.at.astimezone(CENTRAL).isoformat(),
                "postingTimeFormatted": f"{one.at.astimezone(CENTRAL):%m/%d/%Y %I:%M %p}",
                "latitude": one.lat,
                "longitude": one.lon,
                "XCoord": 1150000.1,
                "YCoord": 1900000.2,
                "directionDegrees": 270,
                "address": "1600 W DIVISION ST",
            }
            for one in self.fleet
        ]
        return self._told(request, {"TrackingDataResponse": {"locationList": places}})

    async def _turku(self, request: web.Request) -> web.Response:
        """A page of works, as a web framework wraps it; the geometry stands beside ``lat`` and ``lng``."""
        works = [
            {
                "id": number,
                "maintenance_unit": int(one.machine),
                "provider": "INFRAROAD",
                "timestamp": f"{one.at.astimezone(HELSINKI):%Y-%m-%d %H:%M:%S}",
                "lat": one.lat,
                "lng": one.lon,
                "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
                "events": ["auraus"],
                "original_event_names": list(one.doing),
            }
            for number, one in enumerate(self.fleet)
        ]
        return self._told(request, {"count": len(works), "next": None, "previous": None, "results": works})

    def _told(self, request: web.Request, body: Any) -> web.Response:
        self.asked.append(request.path_qs)
        if self.refusals:
            status, kind, text = self.refusals.popleft()
            return web.Response(status=status, content_type=kind, text=text)
        return web.Response(content_type="application/json", text=json.dumps(body))
