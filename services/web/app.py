"""The web application: what is mounted, in which order a request meets its guards, and how it is served."""

from __future__ import annotations

import ssl

from aiohttp import web, web_response

from services.configuration.sources import LalertReceiver
from services.requests.offer import Services
from services.web import auth_login, callout_link, health, line_webhook, muster_link, pages, pages_subscribe, templating
from services.web.api import table
from services.web.api.viewer import Viewer
from services.web.auth import guard, person_of
from services.web.cap import CapPages
from services.web.context import CONTEXT, WebContext
from services.web.entrance import Runner
from services.web.heard import page as heard_page
from services.web.heartbeat import Heartbeat
from services.web.lalert_in import LalertIn
from services.web.language import choice
from services.web.last_used import USES, LastUsed
from services.web.measured import measured
from services.web.offline import worker as offline
from services.web.ogc import pages as ogc_pages
from services.web.open import pages as open_pages
from services.web.open.archive import pages as archive_pages
from services.web.open311.pages import Open311
from services.web.roads.packed import PACKED, Packed
from services.web.security import HEADERS, MAX_BODY, add_headers, faults, from_inside
from services.web.snow import answer as snow_answer
from services.web.sta import pages as sta_pages
from services.web.tiles import routes as tiles
from services.web.watch import link as watch_link
from services.web.wsse import Tokens


def make_app(context: WebContext) -> web.Application:
    """Everything the hub serves. Nothing runs before the application is started."""
    app = web.Application(middlewares=[measured, choice.listener, faults, guard], client_max_size=MAX_BODY)
    app[CONTEXT] = context
    app[PACKED] = Packed()
    app[USES] = LastUsed(context.store)
    app.on_response_prepare.append(add_headers)
    templating.setup(app)
    health.setup(app, _watch(context))
    auth_login.setup(app)
    choice.setup(app)
    table.setup(app)
    pages.setup(app)
    tiles.setup(app)
    offline.setup(app)
    callout_link.setup(app)
    watch_link.setup(app)
    muster_link.setup(app)
    snow_answer.setup(app)
    pages_subscribe.setup(app)
    heard_page.setup(app)
    ogc_pages.setup(app)
    open_pages.setup(app)
    archive_pages.setup(app)
    sta_pages.setup(app)
    line_webhook.setup(app)
    cap = _cap_pages(context)
    if context.sender:
        app.router.add_routes(Heartbeat(pages=cap, sender=context.sender, signer=context.signer).routes())
    app.router.add_routes(cap.routes())
    if context.lalert:
        app.router.add_routes(_lalert_in(context, context.lalert).routes())
    if context.services:
        app.router.add_routes(_open311(context, context.services).routes())
    return app


def _open311(context: WebContext, services: Services) -> Open311:
    return Open311(
        store=context.store,
        bell=context.bell,
        now=context.now,
        offer=services,
        areas=context.ground.areas,
        city=context.city_name,
        base_url=context.base_url,
        status=context.own,
        shown=Viewer.everyone(context).statuses,
    )


def _watch(context: WebContext) -> health.Watch:
    return health.Watch(
        store=context.store,
        now=context.now,
        faults=lambda: health.line_faults(context.health()),
        may_measure=lambda request: from_inside(request) or person_of(request) is not None,
    )


def _cap_pages(context: WebContext) -> CapPages:
    return CapPages(
        store=context.store,
        now=context.now,
        base_url=context.base_url,
        title=f"{context.city_name} 防災情報 / {context.city_name_en} alerts",
        public_exercise=context.public_exercise,
    )


def _lalert_in(context: WebContext, receiver: LalertReceiver) -> LalertIn:
    tokens = Tokens(receiver.username, receiver.password.get_secret_value())
    return LalertIn(store=context.store, bell=context.bell, now=context.now, receiver=receiver, tokens=tokens)


async def serve(app: web.Application, host: str, port: int, tls: ssl.SSLContext | None = None) -> web.AppRunner:
    """Start serving; ``await runner.cleanup()`` ends the open streams and stops. Port 0 takes a free one."""
    web_response.SERVER_SOFTWARE = HEADERS["Server"]  # type: ignore[attr-defined]  # what is no HTTP it answers by itself
    runner = Runner(app, handler_cancellation=True, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    await web.TCPSite(runner, host, port, ssl_context=tls).start()
    return runner
