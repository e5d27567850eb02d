"""The routes. The format is the suffix of the path; what is wrong is answered in it, by GeoReport's codes."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from aiohttp import hdrs, web

from feeds.open311.asked import asked
from feeds.open311.fault import Fault, RefusedError, bad, unknown
from feeds.open311.posted import posted
from feeds.open311.wanted import Wanted, wanted
from feeds.open311.writing import MEDIA_TYPES, Value, written
from feeds.status import Status
from geo.area import Areas
from services.bell import Bell
from services.clock import wall
from services.requests.desk import By, Taken
from services.requests.offer import Services
from services.requests.posting import Poster, post
from services.store import requests
from services.store.engine import Store
from services.web.auth import open_write
from services.web.home import reached
from services.web.open311.form import fields_of
from services.web.open311.items import definition, request_item, service_item, update_item
from services.web.report_limit import ReportLimit

ROOT = "/open311/v2"
_FORMAT = "{form:(?:xml|json)}"
Handler = Callable[[web.Request], Awaitable[web.Response]]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Open311:
    """All pages, over a store. ``now`` is hub time, ``base_url`` how others reach this hub, ``shown`` the statuses that
    the public sees."""

    store: Store
    bell: Bell
    now: Callable[[], datetime]
    offer: Services
    areas: Areas
    city: str
    base_url: str
    status: Status  # of what is sent here
    shown: frozenset[str]
    limit: ReportLimit = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "limit", ReportLimit(self.offer.settings.per_client, self.offer.settings.in_all))

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        gets = {
            f"/discovery.{_FORMAT}": self.discovery,
            f"/services.{_FORMAT}": self.services,
            f"/services/{{code}}.{_FORMAT}": self.service,
            f"/requests.{_FORMAT}": self.listed,
            f"/requests/{{id}}.{_FORMAT}": self.one,
            f"/tokens/{{token}}.{_FORMAT}": self.token,
            f"/servicerequestupdates.{_FORMAT}": self.updates,
        }
        routes = [web.get(ROOT + path, _answering(handler)) for path, handler in gets.items()]
        posts = {f"/requests.{_FORMAT}": self.take, f"/servicerequestupdates.{_FORMAT}": self.post}
        return [*routes, *(web.post(ROOT + path, open_write(_answering(handler))) for path, handler in posts.items())]

    async def discovery(self, request: web.Request) -> web.Response:
        """Where the service is and what it speaks."""
        endpoint: dict[str, Value] = {
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": reached(request, self.base_url) + ROOT,
            "changeset": self.offer.catalog.changeset,
            "type": "production" if self.status is Status.ACTUAL else "test",
            "formats": list(MEDIA_TYPES.values()),
        }
        told: dict[str, Value] = {
            "changeset": self.offer.catalog.changeset,
            "contact": self.offer.contact,
            "key_service": self.offer.settings.key_service or self.offer.contact,
            "endpoints": [endpoint],
        }
        return _answer(request, "discovery", told)

    async def services(self, request: web.Request) -> web.Response:
        """What can be asked for."""
        return _answer(request, "services", [service_item(one) for one in self.offer.catalog.service])

    async def service(self, request: web.Request) -> web.Response:
        """The questions of a service."""
        code = request.match_info["code"]
        found = self.offer.catalog.find(code)
        if found is None or not found.attributes:
            raise RefusedError([unknown(f"service_code {code[:40]!r} is not known, or asks nothing further")])
        return _answer(request, "service_definition", definition(found))

    async def take(self, request: web.Request) -> web.Response:
        """Take a request in. The answer goes out after the commit."""
        fields = await fields_of(request)
        client = self._admitted(fields)
        one = asked(fields, self.offer.catalog)
        if one.lon is not None and one.lat is not None and not self.areas.at(one.lon, one.lat, "city"):
            raise RefusedError([bad(f"the place is outside of {self.city}; {self.city}の外です")])
        async with self.store.write() as connection:
            taken = await self.offer.desk.take(connection, one, By(client, self.status, self.now()))
        self.bell.ring("records" if taken.id is None else "requests")
        return _answer(request, "service_requests", [_receipt(taken)])

    async def post(self, request: web.Request) -> web.Response:
        """Keep an update of a request for the desk. The answer goes out after the commit."""
        fields, now = await fields_of(request), self.now()
        client = self._admitted(fields)
        one = posted(fields, now)
        by = Poster(client, self.status, client in self.offer.settings.may_change, now)
        async with self.store.write() as connection:
            kept = await post(connection, one, by)
        if not kept.again:
            self.bell.ring("requests")
        told: dict[str, Value] = {"update_id": f"w{kept.id}", "service_request_id": str(one.request)}
        return _answer(request, "service_request_updates", [told])

    async def listed(self, request: web.Request) -> web.Response:
        """Requests by the filters, newest first."""
        filters = wanted(_single(request.query.items()), self.offer.catalog, self.now())
        async with self.store.read() as connection:
            if filters.ids:
                found = await requests.by_ids(connection, filters.ids, self.shown)
                if not found:
                    raise RefusedError([unknown("none of these service_request_ids is known")])
            else:
                found = await requests.listed(connection, filters, self.shown, self._codes())
            said = await requests.history(connection, [one.id for one in found])
        items = [request_item(one, self.offer.catalog, said[one.id], self.city, filters.extensions) for one in found]
        return _answer(request, "service_requests", items)

    async def one(self, request: web.Request) -> web.Response:
        """One request, as a list of one."""
        number = request.match_info["id"]
        async with self.store.read() as connection:
            found = await requests.by_ids(connection, [number], self.shown)
            said = await requests.history(connection, [one.id for one in found])
        if not found:
            raise RefusedError([unknown(f"service_request_id {number[:40]!r} is not known")])
        extensions = request.query.get("extensions") == "true"
        items = [request_item(one, self.offer.catalog, said[one.id], self.city, extensions) for one in found]
        return _answer(request, "service_requests", items)

    async def token(self, request: web.Request) -> web.Response:
        """No service here is a batch: ids are given at once, so there are no tokens."""
        raise RefusedError([unknown(f"token {request.match_info['token'][:40]!r} is not known; ids are given at once")])

    async def updates(self, request: web.Request) -> web.Response:
        """Changes of requests, oldest first."""
        told = {name: value for name, value in request.query.items() if name in ("start_date", "end_date")}
        filters: Wanted = wanted(told, self.offer.catalog, self.now())
        async with self.store.read() as connection:
            found = await requests.updates(connection, filters.since, filters.until, self.shown, self._codes())
        return _answer(request, "service_request_updates", [update_item(one) for one in found])

    def _codes(self) -> frozenset[str]:
        return frozenset(one.code for one in self.offer.catalog.service)

    def _admitted(self, fields: Iterable[tuple[str, str]]) -> str:
        """Whose key it is. Raises RefusedError 403, or 400 where it has sent too much."""
        client = self._client(fields)
        if self.limit.admit(client, wall()) is not None:
            raise RefusedError([bad("too many requests with this key; wait ten minutes")])
        return client

    def _client(self, fields: Iterable[tuple[str, str]]) -> str:
        shown = _single(fields).get("api_key", "").encode()
        for name, key in self.offer.settings.keys.items():
            if hmac.compare_digest(shown, key.get_secret_value().encode()):
                return name
        raise RefusedError([Fault(403, "api_key is missing or not known; GET discovery tells how to get one")])


def _receipt(taken: Taken) -> dict[str, Value]:
    number: dict[str, Value] = {} if taken.id is None else {"service_request_id": str(taken.id)}
    return number | {"service_notice": taken.notice, "account_id": ""}


def _single(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Of several values of one name the last that is not empty."""
    return {name: value.strip() for name, value in pairs if value.strip()}


def _answering(handler: Handler) -> Handler:
    """The handler, whose refusals are answered in the format that was asked for."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except RefusedError as refused:
            told: Value = [{"code": one.code, "description": one.description} for one in refused.faults]
            return _answer(request, "errors", told, refused.status)

    return answer


def _answer(request: web.Request, root: str, value: Value, status: int = 200) -> web.Response:
    form = request.match_info["form"]
    response = web.Response(
        body=written(root, value, form), status=status, content_type=MEDIA_TYPES[form], charset="utf-8"
    )
    response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"
    if request.method in (hdrs.METH_GET, hdrs.METH_HEAD) and status == 200:
        response.headers[hdrs.CACHE_CONTROL] = "public, max-age=15"
    return response
