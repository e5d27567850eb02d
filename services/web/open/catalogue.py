"""The catalogue as DCAT-AP in JSON-LD, for portals that gather what cities give away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from services.store.archives import Archived
from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.ogc.documents import PREFIX as OGC
from services.web.ogc.documents import credit_of, extent
from services.web.open.answers import TERMS
from services.web.open.archive.told import datasets as archived
from services.web.open.datasets import Dataset, Form, datasets_of
from services.web.open.licence import LICENCES

CATALOGUE = "/open/catalog.jsonld"
_MEDIA = "https://www.iana.org/assignments/media-types/"
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "locn": "http://www.w3.org/ns/locn#",
    "spdx": "http://spdx.org/rdf/terms#",
}


def catalogue(request: web.Request, months: Sequence[Archived]) -> dict[str, Any]:
    """Everything that ``/open`` lists, with licence, publisher and all forms, and the archived ``months``."""
    context, base = request.app[CONTEXT], home_of(request)
    licence = _id(LICENCES[context.open_data.licence].url)
    publisher = {
        "@type": "foaf:Agent",
        "@id": f"{base}/#publisher",
        "foaf:name": _both(context.city_name, context.city_name_en),
    }
    common = {
        "dct:license": licence,
        "dct:publisher": _id(f"{base}/#publisher"),
        "dct:rights": {"@type": "dct:RightsStatement", "dct:description": credit_of(request)},
        "dct:spatial": _place(extent(request)["spatial"]["bbox"][0]),
    }
    return {
        "@context": _CONTEXT,
        "@id": base + CATALOGUE,
        "@type": "dcat:Catalog",
        "dct:title": _both(f"{context.city_name} オープンデータ", f"{context.city_name_en} open data"),
        "dct:description": _both("防災・除雪・安全の公開情報", "What is public of disasters, snow removal and safety"),
        "dct:language": ["ja", "en"],
        "foaf:homepage": _id(f"{base}/open"),
        "dct:license": licence,
        "dct:publisher": publisher,
        "dcat:dataset": [
            *(_dataset(base, one, common) for one in datasets_of(request)),
            *archived(base, months, common),
        ],
        "dcat:service": [
            _service(base, "API", "/api/v1", "/api/v1/openapi.json", licence),
            _service(base, "OGC API – Features", OGC, f"{OGC}/api", licence),
            _service(base, "SensorThings (read, a part)", "/sta/v1.1", "/sta/v1.1", licence),
        ],
    }


def _dataset(base: str, one: Dataset, common: dict[str, Any]) -> dict[str, Any]:
    credit = {"dct:source": one.credit} if one.credit else {}
    return {
        "@type": "dcat:Dataset",
        "@id": f"{base}/open#{one.id}",
        "dct:identifier": one.id,
        "dct:title": _both(one.title, one.title_en),
        "dct:description": {"@language": "en", "@value": one.description},
        "dcat:landingPage": _id(f"{base}/open#{one.id}"),
        **common,
        **credit,
        "dcat:distribution": [_distribution(base, form, common["dct:license"]) for form in one.forms],
    }


def _distribution(base: str, form: Form, licence: dict[str, str]) -> dict[str, Any]:
    return {
        "@type": "dcat:Distribution",
        "dct:title": form.name,
        "dcat:accessURL": _id(base + form.path),
        "dcat:downloadURL": _id(base + form.path),
        "dcat:mediaType": _id(_MEDIA + form.media_type),
        "dct:license": licence,
        "foaf:page": _id(base + TERMS),
    }


def _service(base: str, title: str, path: str, described: str, licence: dict[str, str]) -> dict[str, Any]:
    return {
        "@type": "dcat:DataService",
        "@id": base + path,
        "dct:title": title,
        "dcat:endpointURL": _id(base + path),
        "dcat:endpointDescription": _id(base + described),
        "dct:license": licence,
    }


def _place(box: list[float]) -> dict[str, Any]:
    west, south, east, north = box
    ring = f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"
    return {"@type": "dct:Location", "dcat:bbox": {"@type": "geo:wktLiteral", "@value": ring}}


def _both(japanese: str, english: str) -> list[dict[str, str]]:
    return [{"@language": "ja", "@value": japanese}, {"@language": "en", "@value": english}]


def _id(address: str) -> dict[str, str]:
    return {"@id": address}
