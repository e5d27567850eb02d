"""/ops/alerts/SERIES: one alert from the reading to the last receipt, every payload in full."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from feeds.status import Status
from services.channels.channel import Payload
from services.story.gather import gather
from services.story.steps import TITLES
from services.web.context import CONTEXT
from services.web.moments import exact, since_before, with_age
from services.web.pages_staff import staff_page
from services.web.public.orders import is_order
from services.web.security import WebError, storable
from services.web.stories.board import fates, folded
from services.web.templating import TEMPLATES

_BY_HAND = "規則 by_hand"  # whose step it is where no rule asked for the alert


async def show(request: web.Request) -> web.Response:
    """``?revision=N``; the newest unless told. 404 where there is no such alert."""
    series, asked = request.match_info["series"], request.query.get("revision", "")
    revision = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else None
    found = None
    if storable(series):
        async with request.app[CONTEXT].store.read() as connection:
            found = await gather(connection, series, revision)
    if found is None:
        raise WebError(404, "not_found", "その発表はありません。 / There is no such alert.")
    sent = {name: one for name, one in found.payloads.items() if isinstance(one, Payload)}
    refused = {name: one for name, one in found.payloads.items() if not isinstance(one, Payload)}
    words: Any = request.app[TEMPLATES].globals["words"]
    shown = {
        "story": found,
        "fates": fates(found, words),
        "runs": list(folded(found.steps)),
        "sent": sent,
        "refused": refused,
        "titles": TITLES,
        "by_hand": _BY_HAND,
        "moment": exact,
        "gap": since_before,
        "at": with_age(request.app[CONTEXT].now()),
        "is_order": is_order,
        "drill": found.alert.status is not Status.ACTUAL,
    }
    return staff_page(request, "story", **shown)
