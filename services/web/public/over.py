"""What the city has ended or taken back of late, in the words in which it was told.

Who saw a warning an hour ago, and finds nothing of it now, has to learn whether it is over or was an error.
What ran out by itself said when it would. Notices of safety are left out: their end may be about a person.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import OUT, Alert, State
from services.store.codec import from_json
from services.store.tables import alerts
from services.web.api.viewer import Viewer
from services.web.context import WebContext
from services.web.public.told import Item, item

LATELY = timedelta(hours=24)
_READ, _MOST = 60, 5


async def lately(connection: AsyncConnection, context: WebContext, language: str, district: str | None) -> list[Item]:
    """The ends of the last day that concern the district, or the city where it is None; newest first, a few at most."""
    now = context.now()
    states = [one.value for one in OUT - {State.ISSUED}]  # which still stands among what is in force
    left = (alerts.c.state.in_(states), alerts.c.status.in_(Viewer.everyone(context).statuses))
    # Nothing runs out before it was sent; so the index over state and expiry leaves years of alerts aside.
    of_late = (alerts.c.expires > now - LATELY, alerts.c.sent > now - LATELY, alerts.c.sent <= now)
    statement = select(alerts.c.body).where(alerts.c.ends, *left, *of_late)
    bodies = await connection.scalars(statement.order_by(alerts.c.sent.desc(), alerts.c.series).limit(_READ))
    found = [item(from_json(Alert, body), context, language) for body in bodies]
    return [one for one in found if not one.safety and (district is None or one.here(district))][:_MOST]
