"""Files of matters: taken with a form, handed out to staff as downloads in which nothing runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import hdrs, web

from services.chronology.attached import Attached
from services.chronology.attaching import MOST, FileError, attached
from services.photos import MAX_BYTES
from services.store import matters
from services.store.users import Role
from services.web.auth import requires
from services.web.context import CONTEXT
from services.web.report_form import UNFOLDING
from services.web.security import MAX_BODY, POLICY, SANDBOX, WORDS, WebError

LARGEST = MOST * MAX_BYTES + MAX_BODY  # bytes of a form with files
_NUMBER = r"\d{1,15}"


def setup(app: web.Application) -> None:
    path = rf"/ops/chronology/file/{{matter:{_NUMBER}}}/{{seq:{_NUMBER}}}/{{number:{_NUMBER}}}"
    app.router.add_get(path, download)


async def files_of(request: web.Request, form: Any) -> tuple[Attached, ...]:
    """The files of the form as they may be kept. Raises WebError 400 that names the file and the cure."""
    fields = [one for one in form.getall("files", []) if isinstance(one, web.FileField) and one.filename]
    if len(fields) > MOST:
        raise WebError(400, "too_many_files", f"ファイルは一度に{MOST}つまでです。 / at most {MOST} files at once.")
    found = []
    for field in fields:
        sent = await asyncio.to_thread(field.file.read, MAX_BYTES + 1)
        try:
            async with request.app[UNFOLDING]:
                found.append(await asyncio.to_thread(attached, field.filename, sent))
        except FileError as error:
            text = f"{error}"
            raise WebError(
                400, error.code, f"{text.partition(' / ')[0]}。ファイルだけ選び直してください。 / {error}"
            ) from error
    return tuple(found)


@requires(Role.VIEWER)
async def download(request: web.Request) -> web.Response:
    """One file."""
    at: Mapping[str, str] = request.match_info
    async with request.app[CONTEXT].store.read() as connection:
        found = await matters.bytes_of(connection, int(at["matter"]), int(at["seq"]), int(at["number"]))
    if found is None:
        raise WebError(404, *WORDS[404])
    one, data = found
    headers = {
        hdrs.CONTENT_DISPOSITION: f"attachment; filename*=UTF-8''{quote(one.name)}",
        hdrs.CACHE_CONTROL: "private, no-store",
        POLICY: SANDBOX,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-SHA256": one.sha256,
    }
    charset = "utf-8" if one.type == "text/plain" else None
    return web.Response(body=data, content_type=one.type, charset=charset, headers=headers)
