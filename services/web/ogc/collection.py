"""A collection, and how long what was read of it may be told on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TypeAlias

from aiohttp import web

from services.web.api.endpoint import Endpoint
from services.web.api.shapes import Shapes
from services.web.context import WebContext
from services.web.ogc.item import Held, Item

Read: TypeAlias = Callable[[WebContext, Shapes], Awaitable[Sequence[Item]]]
FOREVER = float("inf")  # until the hub starts again
_DESK = "desk only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Features of one kind. ``read`` gives what everybody may see of them, whoever asks."""

    id: str
    title: str
    title_en: str
    description: str
    properties: Mapping[str, str]  # name → meaning
    read: Read
    filters: tuple[str, ...] = ()  # properties that may be asked for, each with one value
    times: tuple[str, str] = ("", "")  # properties with the beginning and the end; both the same: an instant
    seconds: float = 5.0  # so long a reading of it may be told on
    credit: str = ""  # of whose data it is made; empty: the city's own


def public(endpoint: Endpoint) -> dict[str, str]:
    """The members of an endpoint that are for everybody."""
    return {name: meaning for name, meaning in endpoint.properties.items() if not meaning.startswith(_DESK)}


class Shelf:
    """What was read of each collection, for a few seconds; of those who ask at once one reads, the others wait."""

    def __init__(self, collections: Sequence[Collection]) -> None:
        self.collections = {one.id: one for one in collections}
        self._kept: dict[str, tuple[float, asyncio.Future[Held]]] = {}

    async def held(self, one: Collection, context: WebContext, shapes: Shapes) -> Held:
        """The features of a collection, as they are or were a few seconds ago."""
        until, reading = self._kept.get(one.id, (0.0, None))
        if reading is None or (reading.done() and (monotonic() >= until or _failed(reading))):
            reading = asyncio.ensure_future(_read(one, context, shapes))
            self._kept[one.id] = (monotonic() + one.seconds, reading)
        return await asyncio.shield(reading)


def _failed(reading: asyncio.Future[Held]) -> bool:
    return reading.cancelled() or reading.exception() is not None


async def _read(one: Collection, context: WebContext, shapes: Shapes) -> Held:
    return Held(await one.read(context, shapes))


SHELF: web.AppKey[Shelf] = web.AppKey("ogc shelf", Shelf)
