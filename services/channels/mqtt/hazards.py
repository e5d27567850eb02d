"""The hazards that the public may see, as retained messages on ``hub/v1/public/hazards/KIND/AREA``.

What is public is decided where the API decides it, and nowhere else. A level is told at once; what only goes on is told
once a minute, so that a hazard that each reading renews does not become a stream.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from feeds.status import Status
from geo.hazard import Hazard
from rules.cap_message import mark
from services.channels.mqtt.board import ROOT, Board
from services.channels.mqtt.channel import VERSION
from services.clock import Clock, wall
from services.store.engine import Store
from services.web.api.hazards import holding
from services.web.api.viewer import Viewer

HAZARDS = f"{ROOT}/hazards"
_PAUSE = timedelta(minutes=1)
_MOST = 100  # messages in one step


class PublicHazards:
    """Keeps the board as the store is."""

    name = "mqtt:hazards"
    EVERY, REST = 5.0, 1.0  # seconds between two looks where nothing is left to do, and where something is

    def __init__(self, store: Store, clock: Clock, board: Board, viewer: Viewer) -> None:
        self._store, self._clock, self._board, self._viewer = store, clock, board, viewer
        self._told: dict[str, tuple[tuple[Any, ...], bytes, datetime]] = {}  # topic → what matters of it, whole, when

    async def step(self) -> bool:
        """Publish what changed. Raises OSError where the broker cannot be reached."""
        hung, now = await self._board.hung(HAZARDS), self._clock.now()
        async with self._store.read() as connection:
            found = [hazard for _, hazard in await holding(connection, self._viewer, now)]
        return await self._board.settle(hung, self._paced(found), _MOST)

    def _paced(self, found: Iterable[Hazard]) -> dict[str, bytes]:
        at, before, self._told = wall(), self._told, {}
        for topic, hazard in strongest(found).items():
            matters = (hazard.level, hazard.status, hazard.observed)
            known = before.get(topic)
            if known is None or known[0] != matters or at - known[2] >= _PAUSE:
                known = (matters, message(hazard), at)
            self._told[topic] = known
        return {topic: whole for topic, (_, whole, _) in self._told.items()}


def strongest(found: Iterable[Hazard]) -> dict[str, Hazard]:
    """Of several hazards on one topic the one to tell: real before drill, then the highest, then observed first.

    In the same order: where there is more to tell than one step tells, the gravest goes first.
    """

    def rank(one: Hazard) -> tuple[bool, int, bool, datetime, str]:
        return one.status is Status.ACTUAL, one.level, one.observed, one.valid_until, one.key

    told: dict[str, Hazard] = {}
    for hazard in sorted(found, key=rank, reverse=True):
        told.setdefault(f"{HAZARDS}/{quote(hazard.kind, safe='')}/{quote(hazard.area, safe='')}", hazard)
    return told


def message(hazard: Hazard) -> bytes:
    """One JSON object; a drill is marked in the text and told by ``status``."""
    told = {
        "v": VERSION,
        "kind": hazard.kind,
        "area": hazard.area,
        "area_name": hazard.area_name,
        "level": hazard.level,
        "alert_level": hazard.alert_level,
        "status": hazard.status.value,
        "observed": hazard.observed,
        "probability": hazard.probability,
        "since": hazard.since.isoformat(),
        "valid_until": hazard.valid_until.isoformat(),
        "headline": mark(hazard.headline, hazard.status, "ja"),
        "model": hazard.model,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
