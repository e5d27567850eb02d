"""Answers of open data. They are the same for everybody, logged in or not, so anyone may read and keep them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web

from services.web.api.answer import knows
from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.open.licence import LICENCES

TERMS = "/open/terms"
_WORTH_COMPRESSING = 1400  # bytes: below, it is one packet either way


def here_of(request: web.Request) -> str:
    """The address that was asked for."""
    return home_of(request) + request.path_qs


def packed(body: Any) -> bytes:
    """Any JSON value, as short as it can be written."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def given(
    request: web.Request, body: bytes, media_type: str, *, tag: str = "", headers: Mapping[str, str] | None = None
) -> web.Response:
    """The bytes with their entity tag and licence, 304 where the asker has them. ``tag``: of what does not change by
    itself, where the body holds a clock."""
    tag = tag or tag_of(body)
    kept = open_headers(request) | dict(headers or {})
    if knows(request, tag):
        response = web.Response(status=304, headers=kept)
    else:
        response = web.Response(body=body, headers=kept | {hdrs.CONTENT_TYPE: media_type})
        if len(body) > _WORTH_COMPRESSING:
            response.enable_compression()
    response.headers[hdrs.ETAG] = f'W/"{tag}"'
    return response


def tag_of(body: bytes) -> str:
    """What names these bytes."""
    return hashlib.sha256(body).hexdigest()[:32]


def open_headers(request: web.Request) -> dict[str, str]:
    """Anybody may read it from any page; the licence stands beside it."""
    licence = LICENCES[request.app[CONTEXT].open_data.licence]
    return {
        hdrs.CACHE_CONTROL: "no-cache",
        hdrs.VARY: "Accept, Accept-Encoding",
        hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
        "Access-Control-Expose-Headers": "ETag, Link, Content-Crs, Content-Disposition",
        hdrs.LINK: f'<{licence.url}>; rel="license", <{home_of(request)}{TERMS}>; rel="terms-of-service"',
    }
