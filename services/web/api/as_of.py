"""``at``: staff ask for the picture as the hub knew it at an instant of the last two days, or as it is foreseen.

Of the past the hub tells what it knew then: what came in, was decided or sent later has no place in the answer, and
what is over now stands as it stood. Before the hub began to keep its past nothing is told, rather than the present.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store import past
from services.web.api.endpoint import MOMENT, Parameter
from services.web.api.moment import asked_moment
from services.web.auth import person_of
from services.web.context import CONTEXT
from services.web.security import WebError

AHEAD = timedelta(hours=6)
_HOURS = int(past.KEPT.total_seconds() // 3600)
AT = Parameter(
    "at",
    f"For staff: as the hub knew it at this instant of the last {_HOURS} hours, ISO 8601 with its offset; as it is now "
    "unless told. 404 not_known where the past was not kept yet.",
    MOMENT,
)
AT_OR_AHEAD = Parameter(
    "at", f"{AT.description} Up to {AHEAD.total_seconds() / 3600:.0f} hours ahead: what is foreseen for then.", MOMENT
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Of which instant an answer is, in hub time. ``then``: as known at that instant; None: as it is known now."""

    at: datetime
    then: datetime | None = None
    ahead: bool = False


async def seen(request: web.Request, connection: AsyncConnection, *, ahead: bool = False) -> Seen:
    """The instant that the request asks for, now unless told.

    ``ahead``: one to come may be asked for. Raises WebError 400 bad_at and staff_only, 404 not_known.
    """
    now = request.app[CONTEXT].now()
    at = asked_moment(request.query, "at")
    if at is None:
        return Seen(now)
    if person_of(request) is None:
        raise WebError(400, "staff_only", "過去の時点は職員だけが見られます。 / Only staff may ask for another time.")
    if at > now:
        return _foreseen(at, now, ahead)
    since = await past.began(connection)
    if since is None or at < max(since, now - past.KEPT):
        raise WebError(
            404, "not_known", f"この時点の記録はありません（{_HOURS}時間より前か、記録を始める前です）。 / Not known."
        )
    return Seen(at, then=at)


def _foreseen(at: datetime, now: datetime, ahead: bool) -> Seen:
    if not ahead:
        raise WebError(400, "bad_at", "at lies in the future; nothing is known of it yet")
    if at > now + AHEAD:
        raise WebError(400, "bad_at", f"at lies more than {AHEAD.total_seconds() / 3600:.0f} hours ahead")
    return Seen(at, ahead=True)
