"""Own scripts and styles, packed once: on a thin line a style sheet is what the first words wait for."""

from __future__ import annotations

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

from aiohttp import hdrs, web

from services.web.encoding import takes_gzip

_TEXT = frozenset({".css", ".js", ".json", ".svg"})


def file_response(request: web.Request, path: Path, cached: str) -> web.StreamResponse:
    """The file, packed where that makes it smaller and the asker takes it; ``cached``: its Cache-Control."""
    headers = {hdrs.CACHE_CONTROL: cached}
    if path.suffix not in _TEXT or path.with_name(f"{path.name}.gz").exists() or not takes_gzip(request):
        return web.FileResponse(path, headers=headers)
    headers |= {hdrs.CONTENT_ENCODING: "gzip", hdrs.VARY: hdrs.ACCEPT_ENCODING}
    kind = mimetypes.guess_type(path.name)[0] or "text/plain"
    return web.Response(body=_packed(path), content_type=kind, charset="utf-8", headers=headers)


@lru_cache(maxsize=256)
def _packed(path: Path) -> bytes:
    """The files of a release do not change while it runs."""
    return gzip.compress(path.read_bytes(), mtime=0)
