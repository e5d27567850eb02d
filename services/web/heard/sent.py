"""The form as a browser sends it: fields in their order, and photos. A photo too large loses no word that was typed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from feeds.plain_report import MAX_PHOTOS
from services.photos import MAX_BYTES
from services.web.report_form import COMING_IN, MULTIPART
from services.web.security import WORDS, WebError, storable

_MAX_PARTS, _MAX_TEXT = 60, 16 * 1024  # of the form; bytes of one of its texts
_MOST = 2 * MAX_PHOTOS * MAX_BYTES  # bytes of all of it: what is more is not even read to its end
_PATIENCE = 90.0  # seconds for a form with photos over a bad line


@dataclass(frozen=True, slots=True)
class Sent:
    """``too_much``: photos that were left out because they are too large or too many."""

    fields: tuple[tuple[str, str], ...]
    photos: tuple[bytes, ...] = ()
    too_much: bool = False

    def text(self, name: str) -> str:
        """The last field of this name, without the blanks around it; empty where there is none."""
        return next((value.strip() for key, value in reversed(self.fields) if key == name), "")

    def texts(self, name: str) -> list[str]:
        """Every field of this name that is not empty."""
        return [value.strip() for key, value in self.fields if key == name and value.strip()]


async def read_sent(request: web.Request) -> Sent:
    """The form. WebError 400, 413 or 415 for what is none, 503 while too many come in at once."""
    if request.content_type != MULTIPART:
        raise WebError(415, "bad_media_type", "ページの「送る」から送ってください。 / Please send it from the page.")
    if (request.content_length or 0) > _MOST:
        raise WebError(413, *WORDS[413])
    if request.app[COMING_IN].locked():
        raise WebError(503, *WORDS[503])
    async with request.app[COMING_IN]:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await _parts(request)
        except TimeoutError:
            raise WebError(413, *WORDS[413]) from None
        except (ValueError, AssertionError, RuntimeError, HttpProcessingError, web.RequestPayloadError) as error:
            raise WebError(400, *WORDS[400]) from error


async def _parts(request: web.Request) -> Sent:
    fields: list[tuple[str, str]] = []
    photos: list[bytes] = []
    too_much, budget = False, _MOST
    reader = await request.multipart()
    for _ in range(_MAX_PARTS + 1):
        part = await reader.next()
        if part is None:
            return Sent(tuple(fields), tuple(photos), too_much)
        if not isinstance(part, BodyPartReader) or not part.name or not storable(part.name):
            raise WebError(400, *WORDS[400])
        limit = MAX_BYTES if part.name == "photo" else _MAX_TEXT
        kept, read = await _start_of(part, limit, budget)
        budget -= read
        if part.name != "photo":
            fields.append((part.name, _text(kept, read > limit)))
        elif read > limit or (kept and len(photos) == MAX_PHOTOS):
            too_much = True
        elif kept:  # an empty part is a file field that nobody filled in
            photos.append(kept)
    raise WebError(413, *WORDS[413])


async def _start_of(part: BodyPartReader, at_most: int, budget: int) -> tuple[bytes, int]:
    """The bytes, none of them where there are more than allowed, and how many there were."""
    whole, read = bytearray(), 0
    while chunk := await part.read_chunk():
        read += len(chunk)
        if read > budget:
            raise WebError(413, *WORDS[413])
        if read <= at_most:
            whole += chunk
        else:
            whole.clear()
    return bytes(whole), read


def _text(text: bytes, too_long: bool) -> str:
    if too_long:
        raise WebError(413, *WORDS[413])
    try:
        told = text.decode("utf-8")
    except UnicodeDecodeError:
        raise WebError(400, *WORDS[400]) from None
    if not storable(told):
        raise WebError(400, *WORDS[400])
    return told
