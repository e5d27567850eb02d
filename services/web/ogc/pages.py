"""``/ogc``: the addresses of OGC API – Features. Always as an anonymous asker sees them, whoever is logged in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from aiohttp import hdrs, web

from services.web.api.shapes import SHAPES
from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.ogc import definition, documents
from services.web.ogc.asked import CRS84, Asked, asked_of, in_crs84, only, wants_html
from services.web.ogc.collection import SHELF, Collection, Shelf
from services.web.ogc.collections import collections_of
from services.web.ogc.documents import AS_HTML, GEOJSON, JSON, OPENAPI, PREFIX
from services.web.ogc.item import Held, Item
from services.web.open.answers import given, open_headers, packed, tag_of
from services.web.open.page import framed
from services.web.open.reference import reference_page
from services.web.security import WebError

Show: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]
_CRS = {"Content-Crs": f"<{CRS84}>"}


def setup(app: web.Application) -> None:
    """Mount the addresses; the shapes of the API must be set up before."""
    app[SHELF] = Shelf(collections_of(app[CONTEXT]))
    router = app.router
    router.add_get(PREFIX, told(_landing))
    router.add_get(f"{PREFIX}/", told(_landing))
    router.add_get(f"{PREFIX}/api", told(_api))
    router.add_get(f"{PREFIX}/conformance", told(_conformance))
    router.add_get(f"{PREFIX}/collections", told(_collections))
    router.add_get(PREFIX + "/collections/{collection}", told(_collection))
    router.add_get(PREFIX + "/collections/{collection}/items", told(_items))
    router.add_get(PREFIX + "/collections/{collection}/items/{feature:.+}", told(_item))


def told(show: Show) -> Show:
    """Find out the form, and answer what goes wrong as RFC 9457 has it, with the members of the standard's example."""

    async def answer(request: web.Request) -> web.Response:
        try:
            request[AS_HTML] = wants_html(request)
            return await show(request)
        except WebError as fault:
            if request.get(AS_HTML, False):
                raise
            return _problem(request, fault)

    return answer


def _problem(request: web.Request, fault: WebError) -> web.Response:
    body = {
        "type": "about:blank",
        "title": fault.code,
        "status": fault.status,
        "detail": fault.message,
        "code": fault.code,
        "description": fault.message,
    }
    headers = open_headers(request) | {hdrs.CONTENT_TYPE: "application/problem+json"}
    return web.Response(body=packed(body), status=fault.status, headers=headers)


async def _landing(request: web.Request) -> web.Response:
    only(request, {"f"})
    return _document(request, documents.landing(request), "landing")


async def _conformance(request: web.Request) -> web.Response:
    only(request, {"f"})
    return _document(request, documents.conformance(request), "conformance")


async def _collections(request: web.Request) -> web.Response:
    only(request, {"f"})
    return _document(request, documents.collections(request), "collections")


async def _collection(request: web.Request) -> web.Response:
    only(request, {"f"})
    one = _named(request)
    body = documents.collection(request, one, alone=True)
    return _document(request, body, "collection", properties=one.properties, filters=one.filters)


async def _api(request: web.Request) -> web.Response:
    only(request, {"f"})
    body = definition.document(request, request.app[SHELF].collections.values())
    if request[AS_HTML]:
        return reference_page(request, body, request.path)
    return given(request, packed(body), OPENAPI)


async def _items(request: web.Request) -> web.Response:
    one = _named(request)
    asked = asked_of(request, one)
    held = await _held(request, one)
    matched, taken, following = await asyncio.to_thread(_find, held, asked, one)
    body = documents.items(request, one, taken, matched, following)
    if request[AS_HTML]:
        return _page(request, "items", body, title=f"{one.title} / {one.title_en}", one=one)
    now = request.app[CONTEXT].now()
    plain, tag = await asyncio.to_thread(lambda: (packed(documents.stamped(body, now)), tag_of(packed(body))))
    return given(request, plain, GEOJSON, tag=tag, headers=_CRS)


async def _item(request: web.Request) -> web.Response:
    only(request, {"f", "crs"})
    in_crs84(request, "crs")
    one = _named(request)
    found = (await _held(request, one)).find(request.match_info["feature"])
    if found is None:
        raise WebError(404, "not_found", "このデータはありません。 / There is no such feature.")
    body = documents.item(request, one, found.written())
    if request[AS_HTML]:
        title = f"{one.title} / {one.title_en}"
        return _page(request, "items", {"features": [body], "links": body["links"]}, title=title, one=one)
    return given(request, packed(body), GEOJSON, headers=_CRS)


def _named(request: web.Request) -> Collection:
    one = request.app[SHELF].collections.get(request.match_info["collection"])
    if one is None:
        raise WebError(404, "not_found", "この一覧はありません。 / There is no such collection.")
    return one


async def _held(request: web.Request, one: Collection) -> Held:
    return await request.app[SHELF].held(one, request.app[CONTEXT], request.app[SHAPES])


def _find(held: Held, asked: Asked, one: Collection) -> tuple[int, list[dict[str, Any]], str | None]:
    """How many meet the question, the page of them, and after which one the next page begins."""
    near = held.touching(asked.boxes) if asked.boxes else held.items
    found: list[Item] = [item for item in near if asked.takes(item, one.times)]
    taken, following = asked.page.cut(found, lambda item: (item.id,))
    return len(found), [item.written() for item in taken], following[0] if following else None


def _document(request: web.Request, body: Mapping[str, Any], kind: str, **more: Any) -> web.Response:
    if request[AS_HTML]:
        return _page(request, kind, body, **more)
    return given(request, packed(body), JSON)


def _page(request: web.Request, kind: str, body: Mapping[str, Any], **more: Any) -> web.Response:
    root = home_of(request) + PREFIX
    return framed(request, "ogc.html", here=PREFIX, kind=kind, body=body, self_address=root, **more)
