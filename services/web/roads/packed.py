"""Answers about roads, written and compressed once for all who ask for the same piece of the map within a minute."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import hdrs, web

from services.requests.stood import HOLDS, Standing
from services.web.api.answer import GEOJSON, knows, reading_headers
from services.web.auth import person_of
from services.web.encoding import takes_gzip

_ROOM = 32_000_000  # bytes of all answers that are kept
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """One body as it goes out."""

    at: datetime  # of the standing that it tells of; to hold that itself would keep every road of every minute alive
    plain: bytes
    small: bytes  # by gzip
    tag: str

    def response(self, request: web.Request) -> web.Response:
        """For whoever asks; 304 where they have it already. Strangers, and what stands before them, may keep it for as
        long as it holds."""
        headers = reading_headers(request)
        if person_of(request) is None:
            headers[hdrs.CACHE_CONTROL] = f"public, max-age={HOLDS.seconds}"
        headers[hdrs.ETAG] = f'W/"{self.tag}"'
        if knows(request, self.tag):
            return web.Response(status=304, headers=headers)
        body = self.plain
        if takes_gzip(request):
            body, headers[hdrs.CONTENT_ENCODING] = self.small, "gzip"
        return web.Response(body=body, content_type=GEOJSON, charset="utf-8", headers=headers)


class Packed:
    """Those that were asked for last, as far as there is room."""

    def __init__(self, room: int = _ROOM) -> None:
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()
        self._bytes, self._room = 0, room

    def find(self, standing: Standing, key: Hashable) -> Answer | None:
        """The answer, where somebody has asked for it since the roads stood so."""
        found = self._kept.get(key)
        if found is None or found.at != standing.at:
            return None
        self._kept.move_to_end(key)
        return found

    def keep(self, standing: Standing, key: Hashable, body: Mapping[str, Any]) -> Answer:
        """Write it, keep it, and drop what nobody has asked for longest."""
        plain = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        one = Answer(standing.at, plain, gzip.compress(plain, _LEVEL, mtime=0), hashlib.sha256(plain).hexdigest()[:32])
        self._forget(self._kept.pop(key, None))
        self._kept[key] = one
        self._bytes += len(one.plain) + len(one.small)
        while self._bytes > self._room:
            self._forget(self._kept.popitem(last=False)[1])
        return one

    def _forget(self, one: Answer | None) -> None:
        self._bytes -= len(one.plain) + len(one.small) if one else 0


PACKED: web.AppKey[Packed] = web.AppKey("packed roads", Packed)
