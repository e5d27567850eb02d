"""/ops/alerts: what waits and what is in force, the gravest first, with what can be done to each."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import or_, select

from rules.alert import Alert, State
from services.store.codec import from_json
from services.store.tables import alerts as revisions
from services.store.users import Role
from services.web.auth import PERSON, requires
from services.web.context import CONTEXT
from services.web.moments import with_age
from services.web.pages_staff import staff_page
from services.web.public.orders import gravest_first, is_order

_SHOWN = 200


@requires(Role.VIEWER)
async def index(request: web.Request) -> web.Response:
    """The list; where there is more than it can hold, it says so."""
    now = request.app[CONTEXT].now()
    held = or_(revisions.c.state == State.DRAFT.value, revisions.c.state == State.ISSUED.value)
    statement = select(revisions.c.state, revisions.c.body).where(held, revisions.c.expires > now)
    async with request.app[CONTEXT].store.read() as connection:
        rows = (await connection.execute(statement.order_by(revisions.c.sent.desc()).limit(_SHOWN + 1))).all()
    found = [(state, from_json(Alert, body)) for state, body in rows[:_SHOWN]]
    found.sort(key=lambda one: gravest_first(one[1]))
    return staff_page(
        request,
        "alerts",
        waiting=[alert for state, alert in found if state == State.DRAFT],
        in_force=[alert for state, alert in found if state == State.ISSUED],
        has_draft={alert.series for state, alert in found if state == State.DRAFT},
        more=_SHOWN if len(rows) > _SHOWN else 0,
        may_write=request[PERSON].may(Role.OPERATOR),
        is_order=is_order,
        at=with_age(now),
    )
