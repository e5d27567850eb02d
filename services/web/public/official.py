"""Official warnings in force for the city, with the hour of their issue; read anew a few times a minute at most."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from feeds.instant import instant
from feeds.status import Status
from services.official import answers, question
from services.web.api.viewer import Viewer
from services.web.context import CONTEXT

_HOLDS = timedelta(seconds=15)  # reading all telegrams that may still hold is dear, and everybody looks at once
OFFICIAL: web.AppKey[Official] = web.AppKey("official")


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """One kind of warning, and everywhere it holds."""

    hazard: str
    name: str  # as the office calls it, marked where it is a drill
    level: int  # 警戒レベル, 0 for none
    areas: tuple[str, ...]
    issued: datetime
    office: str
    status: Status


class Official:
    """What was read last."""

    def __init__(self) -> None:
        self._kept: tuple[datetime, list[Warned]] | None = None
        self._reading = asyncio.Lock()

    async def now(self, request: web.Request) -> Sequence[Warned]:
        """What is in force, the highest level first; as it was less than fifteen seconds ago."""
        context = request.app[CONTEXT]
        now = context.now()
        async with self._reading:
            if self._kept is None or not self._kept[0] <= now < self._kept[0] + _HOLDS:
                statuses = [one for one in Status if one.value in Viewer.everyone(context).statuses]
                asked = question(context.ground, now, None, "city")
                self._kept = now, _together(await answers(context.store, asked, statuses))
            return self._kept[1]


def _together(told: Sequence[dict[str, Any]]) -> list[Warned]:
    """One for each kind of each telegram, in the order in which they came."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in told:
        found.setdefault((one["kind_name"], one["ref"]), []).append(one)
    return [
        Warned(
            hazard=some[0]["hazard"],
            name=some[0]["kind_name"],
            level=some[0]["alert_level"] or 0,
            areas=tuple(dict.fromkeys(one["area_name"] for one in some)),
            issued=instant(some[0]["issued_at"]),
            office=some[0]["office"] or "",
            status=Status(some[0]["status"]),
        )
        for some in found.values()
    ]
