"""/layers: the hazard maps. Packed once, off the loop, and then served from memory."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from dataclasses import dataclass

from aiohttp import hdrs, web

from geo.flooding.extent import scenarios_of
from geo.layers.kinds.flood import FLOOD
from geo.layers.layer import Layer
from services.web.api.answer import GEOJSON, JSON, answer, feature, knows, reading_headers
from services.web.api.endpoint import PREFIX, Endpoint, Parameter
from services.web.api.shapes import geojson
from services.web.context import CONTEXT
from services.web.encoding import takes_gzip
from services.web.security import WebError


@dataclass(frozen=True, slots=True)
class _Packed:
    plain: bytes
    gzipped: bytes
    tag: str


class _Shelf:
    """Packed layers by name; each is packed once, however many ask at the same time."""

    def __init__(self) -> None:
        self._packed: dict[str, asyncio.Future[_Packed]] = {}

    async def get(self, layer: Layer) -> _Packed:
        if layer.name not in self._packed:
            self._packed[layer.name] = asyncio.ensure_future(asyncio.to_thread(_pack, layer))
        return await asyncio.shield(self._packed[layer.name])


_SHELF: web.AppKey[_Shelf] = web.AppKey("layer_shelf", _Shelf)


def setup(app: web.Application) -> None:
    app[_SHELF] = _Shelf()


async def index(request: web.Request) -> web.Response:
    layers = sorted(request.app[CONTEXT].ground.layers, key=lambda layer: layer.name)
    items = [
        {
            "name": layer.name,
            "kind": layer.kind,
            "scenarios": [one.key for one in scenarios_of(layer)] if layer.kind == FLOOD.name else [],
            "version": layer.version,
            "credit": layer.credit,
            "zones": len(layer.zones),
            "href": f"{PREFIX}/layers/{layer.name}",
        }
        for layer in layers
    ]
    return answer(request, {"items": items})


async def show(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    layer = next((one for one in request.app[CONTEXT].ground.layers if one.name == name), None)
    if layer is None:
        raise WebError(404, "not_found", "この地図はありません。 / There is no such layer.")
    packed = await request.app[_SHELF].get(layer)
    headers = {**reading_headers(request), hdrs.ETAG: f'W/"{packed.tag}"'}
    if knows(request, packed.tag):
        return web.Response(status=304, headers=headers)
    if takes_gzip(request):
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(body=packed.gzipped, content_type=GEOJSON, charset="utf-8", headers=headers)
    return web.Response(body=packed.plain, content_type=GEOJSON, charset="utf-8", headers=headers)


def _pack(layer: Layer) -> _Packed:
    zones = enumerate(layer.zones)
    features = [feature(str(number), geojson(zone.geometry), zone.facts) for number, zone in zones]
    body = {"type": "FeatureCollection", "name": layer.name, "credit": layer.credit, "features": features}
    plain = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    return _Packed(plain, gzip.compress(plain, 6, mtime=0), hashlib.sha256(plain).hexdigest()[:32])


ENDPOINTS = (
    Endpoint(
        path="/layers",
        handler=index,
        summary="The hazard maps.",
        returns=JSON,
        properties={
            "name": "of the layer",
            "kind": "flood, landslide, …",
            "scenarios": "of flood maps, the rarest rain first: maximum, planned, 1/30, unstated; never to be mixed",
            "version": "of the data",
            "credit": "source, to be shown with the map",
            "zones": "how many polygons",
            "href": "where the polygons are",
        },
    ),
    Endpoint(
        path="/layers/{name}",
        handler=show,
        summary="All zones of one hazard map. A place outside every zone means no data, never safe.",
        parameters=(Parameter("name", "Layer name.", where="path"),),
        properties={"…": "by the layer's kind, such as depth_rank for flood"},
        errors=(404,),
    ),
)
