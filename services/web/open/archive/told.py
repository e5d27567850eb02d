"""What is told of the files: the manifest for programs, entries of the catalogue for portals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiohttp import web

from services.archive.kind import Form
from services.archive.period import ZONE, Period
from services.archive.registry import KINDS
from services.store.archives import Archived
from services.web.api.times import iso
from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.ogc.documents import credit_of
from services.web.open.answers import TERMS
from services.web.open.cells import local
from services.web.open.licence import LICENCES

PREFIX = "/open/archive"
MANIFEST = f"{PREFIX}/manifest.json"
MARK = "JST"  # in the names of files: whose days they are
FORMS: Mapping[Form, str] = {Form.TABLE: "text/csv", Form.FEATURES: "application/geo+json"}  # of what unpacks
PACKED = "application/gzip"


def file_name(one: Archived) -> str:
    """As it is downloaded: kind, period and zone, so that it still says what it is in a folder of others."""
    return f"{one.kind}_{one.period}_{MARK}.{KINDS[one.kind].suffix}"


def path_of(one: Archived) -> str:
    return f"{PREFIX}/{one.kind}/{file_name(one)}"


def manifest(request: web.Request, rows: Sequence[Archived], months: Sequence[str]) -> dict[str, Any]:
    """The files, with everything that a program needs to fetch, check and read them."""
    context, base = request.app[CONTEXT], home_of(request)
    licence = LICENCES[context.open_data.licence]
    shown = {one.kind for one in rows}
    return {
        "title": f"{context.city_name} オープンデータ 過去のデータ",
        "title_en": f"{context.city_name_en} open data, archive",
        "zone": ZONE,
        "status": "Actual",
        "licence": {"name": licence.name, "url": licence.url, "terms": base + TERMS},
        "credit": credit_of(request),
        "kinds": [_kind(one) for one in KINDS if one in shown],
        "months": [{"month": one, "manifest": f"{base}{MANIFEST}?month={one}"} for one in months],
        "files": [_file(base, licence.name, one) for one in rows],
    }


def _kind(name: str) -> dict[str, Any]:
    one = KINDS[name]
    return {
        "kind": one.id,
        "title": one.title,
        "title_en": one.title_en,
        "description": one.description_en,
        "format": FORMS[one.form],
        "lines": one.form is Form.FEATURES,  # a feature on each line, and nothing around them
        "schema": [{"name": name, "description": told} for name, told in one.columns.items()],
    }


def _file(base: str, licence: str, one: Archived) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": file_name(one),
        "kind": one.kind,
        "period": one.period,
        "begins": local(one.begins),
        "ends": local(one.ends),
        "version": one.version,
        "corrected": one.version > 1,
        "replaces_sha256": one.before or None,
        "made_at": iso(one.made_at),
        "licence": licence,
        "withdrawn": one.withdrawn,
    }
    if one.withdrawn:
        return told
    here = {"url": base + path_of(one), "bytes": one.bytes, "sha256": one.sha256, "rows": one.rows}
    return told | here | {"media_type": PACKED}


def datasets(base: str, months: Iterable[Archived], common: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A DCAT dataset for each kind, with a distribution for each month."""
    by_kind: dict[str, list[Archived]] = {}
    for one in months:
        if not one.withdrawn:
            by_kind.setdefault(one.kind, []).append(one)
    return [_dataset(base, name, by_kind[name], common) for name in KINDS if name in by_kind]


def _dataset(base: str, name: str, files: Sequence[Archived], common: Mapping[str, Any]) -> dict[str, Any]:
    one = KINDS[name]
    return {
        "@type": "dcat:Dataset",
        "@id": f"{base}{PREFIX}#{name}",
        "dct:identifier": f"archive-{name}",
        "dct:title": [_said("ja", f"過去のデータ：{one.title}"), _said("en", f"Archive: {one.title_en}")],
        "dct:description": _said("en", one.description_en),
        "dct:accrualPeriodicity": {"@id": "http://publications.europa.eu/resource/authority/frequency/MONTHLY"},
        "dcat:landingPage": {"@id": f"{base}{PREFIX}#{name}"},
        **common,
        "dcat:distribution": [_distribution(base, each, common["dct:license"]) for each in files],
    }


def _distribution(base: str, one: Archived, licence: Mapping[str, str]) -> dict[str, Any]:
    media = "https://www.iana.org/assignments/media-types/"
    last = Period(one.period).days[-1].name
    return {
        "@type": "dcat:Distribution",
        "dct:title": file_name(one),
        "dcat:accessURL": {"@id": f"{base}{PREFIX}?month={one.period}"},
        "dcat:downloadURL": {"@id": base + path_of(one)},
        "dcat:mediaType": {"@id": media + FORMS[KINDS[one.kind].form]},
        "dcat:compressFormat": {"@id": media + PACKED},
        "dcat:byteSize": one.bytes,
        "dct:modified": iso(one.made_at),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": Period(one.period).first.isoformat(),
            "dcat:endDate": last,
        },
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"},
            "spdx:checksumValue": one.sha256,
        },
        "dct:license": licence,
    }


def _said(language: str, text: str) -> dict[str, str]:
    return {"@language": language, "@value": text}
