"""/official: what the observatory's telegrams said was in force at an instant."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from feeds.status import Status
from services.official import answers, question
from services.web.api.answer import JSON, listing
from services.web.api.endpoint import MOMENT, PAGED, Endpoint, Parameter
from services.web.api.moment import asked_moment
from services.web.api.paging import page_of
from services.web.api.viewer import viewer_of
from services.web.context import CONTEXT
from services.web.security import WebError


async def show(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    page = page_of(request, int)
    now = context.now()
    at, known = _moment(request, "at", now) or now, _moment(request, "known", now)
    try:
        asked = question(context.ground, at, known, request.query.get("area"))
    except ValueError as error:
        raise WebError(400, "bad_area", str(error)) from None
    seen = [status for status in Status if status.value in viewer.statuses]
    told = list(enumerate(await answers(context.store, asked, seen)))
    taken, following = page.cut(told, lambda pair: (pair[0],))
    return listing(request, [one for _, one in taken], following)


def _moment(request: web.Request, name: str, now: datetime) -> datetime | None:
    """A query parameter that is an instant up to now, None where it is absent; else a WebError 400."""
    moment = asked_moment(request.query, name)
    if moment is not None and moment > now:
        raise WebError(400, f"bad_{name}", f"{name} lies in the future; nothing is known of it yet")
    return moment


ENDPOINTS = (
    Endpoint(
        path="/official",
        handler=show,
        summary="Official warnings and notices in force at an instant, by (area, hazard), the highest level first.",
        parameters=(
            Parameter(
                "at", "The instant, ISO 8601 with its offset (2026-11-21T03:10:00%2B09:00); now unless told.", MOMENT
            ),
            Parameter(
                "area", "The word city, a municipality (0320100), or any code that telegrams name; all unless told."
            ),
            Parameter(
                "known",
                "Only by telegrams that had reached the hub by this instant; by all of them unless told.",
                MOMENT,
            ),
            *PAGED,
        ),
        returns=JSON,
        properties={
            "area": "code of the area that the telegram names",
            "area_name": "its name",
            "area_type": "what the code is a code of: 津波予報区, 火山名, …; codes of "
            "different types share their digits",
            "hazard": "heavy_rain, landslide, flood, heavy_snow, advisory, tsunami, volcano, …",
            "kind_code": "the kind's code, or null",
            "kind_name": "the kind's name; a drill is marked",
            "alert_level": "警戒レベル 1 to 5, null where the kind has none",
            "change": "発表, 継続, …, or null",
            "height": "of a tsunami, as foretold: 巨大, 高い, １０ｍ超, ３ｍ; else null",
            "arrival": "of its first wave: an instant or words (津波到達中と推測); else null",
            "status": "Actual, Exercise or Test",
            "since": "issue of the first telegram of the unbroken run that says the same",
            "issued_at": "issue of the telegram that says so",
            "received_at": "when that telegram reached the hub",
            "valid_until": "when it runs out; null: until it is released",
            "telegram": "its type code",
            "office": "who issued it",
            "headline": "its headline",
            "ref": "the key of its record",
        },
        errors=(400,),
    ),
)
