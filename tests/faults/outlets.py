"""The outlets go wrong: busy, out of order, deaf after they took it, slow, or with an answer that nobody can read."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.fakes.linkage import Trouble
from tests.faults.fault import Does, Fault
from tests.faults.night import Night
from tests.faults.plant import Plant

_MANY = 1_000  # more requests than come while it lasts


def _answers(status: int, **headers: str) -> Callable[[Plant], None]:
    def order(plant: Plant) -> None:
        plant.x.fail_posts(status, times=_MANY, headers=headers)
        plant.linkage.fail_next(_MANY, status, retry_after=headers.get("Retry-After", ""))

    return order


def _loses(plant: Plant) -> None:
    """What they take is taken, and the line breaks before the answer."""
    plant.x.fail_posts(502, times=_MANY, page=True, store=True)
    plant.linkage._troubles.extend([Trouble(stored=True)] * _MANY)


def _garbles(plant: Plant) -> None:
    """Taken, and answered with a page of somebody's proxy."""
    plant.x.fail_posts(200, times=_MANY, page=True, store=True)
    plant.linkage._troubles.extend([Trouble(stored=True, status=200, body="<html>proxy</html>")] * _MANY)


CLOSED = _answers(503)


def refusing(order: Callable[[Plant], None]) -> Does:
    @asynccontextmanager
    async def does(night: Night, _chance: random.Random) -> AsyncIterator[None]:
        order(night.plant)
        try:
            yield
        finally:
            night.plant.x.forgive()
            night.plant.linkage.forgive()

    return does


OUTLETS_WRONG = (
    Fault("outlets answer 503", refusing(CLOSED), 30.0),
    Fault("outlets answer 500", refusing(_answers(500)), 30.0),
    Fault("outlets answer 429, with a time", refusing(_answers(429, **{"Retry-After": "10"})), 30.0),
    Fault("outlets take it, and the answer is lost", refusing(_loses), 30.0),
    Fault("outlets take it, and answer what nobody can read", refusing(_garbles), 30.0),
)
