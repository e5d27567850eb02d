"""What a request brings: the members of a report, and photos. Read in parts, each with its limit, trusting no name."""

from __future__ import annotations

import asyncio
import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import BadContentDispositionHeader, BadContentDispositionParam, BodyPartReader, web
from aiohttp.http import HttpProcessingError

from feeds.contact import covered
from feeds.plain_report import MAX_PHOTOS
from feeds.records import Rejected
from feeds.safe_json import read_json
from services.photos import MAX_BYTES, Photo, PhotoError, clean
from services.web.body import whole_body
from services.web.security import MAX_BODY, WORDS, WebError

JSON, MULTIPART = "application/json", "multipart/form-data"
_MAX_PARTS, _MAX_TEXT = 24, 16 * 1024  # of a form; bytes of one of its texts
_PATIENCE = 60.0  # seconds for a form with photos over a bad line
_NUMBERS, _FLAGS = frozenset({"lon", "lat"}), {"true": True, "false": False}
UNFOLDING: web.AppKey[asyncio.Semaphore] = web.AppKey("unfolding", asyncio.Semaphore)  # one at a time: it takes memory
COMING_IN: web.AppKey[asyncio.Semaphore] = web.AppKey("coming_in", asyncio.Semaphore)  # forms of strangers
_FORMS_AT_ONCE = 6  # of up to 24 MB each
_BUSY = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Form:
    """Members as JSON would have them, and the photos as they were sent."""

    members: Mapping[str, Any]
    photos: tuple[bytes, ...] = ()

    @property
    def digest(self) -> str:
        """The same for the same content, whatever stands between the parts. Not of how to reach the sender: a telephone
        number can be guessed from a hash of it."""
        words = {name: value for name, value in self.members.items() if not name.startswith("contact_")}
        words = {name: covered(value).text if isinstance(value, str) else value for name, value in words.items()}
        sums = [hashlib.sha256(photo).hexdigest() for photo in self.photos]
        return hashlib.sha256(json.dumps([words, sums], sort_keys=True).encode()).hexdigest()


def setup(app: web.Application) -> None:
    for warning in (BadContentDispositionHeader, BadContentDispositionParam):
        warnings.simplefilter("ignore", warning)  # they would write the names of strangers' files to the log
    app[UNFOLDING] = asyncio.Semaphore(1)
    app[COMING_IN] = asyncio.Semaphore(_FORMS_AT_ONCE)


async def read_form(request: web.Request) -> Form:
    """The JSON object or the form of the request. WebError 400, 413 or 415 says what is wrong with it."""
    if request.content_type == JSON:
        return Form(await _json(request))
    if request.content_type != MULTIPART:
        raise WebError(415, "bad_media_type", f"send the report as {JSON} or, with photos, as {MULTIPART}")
    if (request.content_length or 0) > MAX_PHOTOS * MAX_BYTES + _MAX_PARTS * _MAX_TEXT:
        raise _too_large()
    try:
        async with asyncio.timeout(_PATIENCE):
            return await _parts(request)
    except TimeoutError:
        raise _too_large() from None
    except (ValueError, AssertionError, RuntimeError, HttpProcessingError, web.RequestPayloadError) as error:
        raise WebError(400, "bad_form", "the form is not whole; send it again") from error


async def stranger_form(request: web.Request) -> Form:
    """The same of somebody nobody knows: while too many come in at once, a WebError 503 instead."""
    if request.app[COMING_IN].locked():
        raise WebError(503, *WORDS[503], retry_after=_BUSY)
    async with request.app[COMING_IN]:
        return await read_form(request)


async def cleaned(request: web.Request, sent: tuple[bytes, ...]) -> list[Photo]:
    """The pictures in the photos, written anew beside the event loop. WebError 400 or 413 for what is none."""
    found = []
    for place, one in enumerate(sent, 1):
        try:
            async with request.app[UNFOLDING]:
                found.append(await asyncio.to_thread(clean, one))
        except PhotoError as error:
            status = 413 if error.code in {"photo_too_large", "too_many_pixels", "too_many_scans"} else 400
            raise WebError(status, error.code, f"photo {place}: {error}") from error
    return found


async def _json(request: web.Request) -> Mapping[str, Any]:
    body = await whole_body(request, MAX_BODY)
    if body is None:
        raise _too_large()
    value = read_json(body)
    if isinstance(value, Rejected):
        raise WebError(400, value.code, f"{value.message} ({value.at})")
    if not isinstance(value, dict):
        raise WebError(400, "bad_json", "the body must be a JSON object")
    return value


def _too_large() -> WebError:
    return WebError(413, *WORDS[413])


async def _parts(request: web.Request) -> Form:
    members: dict[str, Any] = {}
    photos: list[bytes] = []
    reader = await request.multipart()
    for _ in range(_MAX_PARTS + 1):
        part = await reader.next()
        if part is None:
            return Form(members, tuple(photos))
        if not isinstance(part, BodyPartReader) or not part.name:
            raise WebError(400, "bad_form", "a part without a name, or a form within the form")
        if part.name == "photo":
            if len(photos) == MAX_PHOTOS:
                break
            if photo := await _bytes_of(part, MAX_BYTES, f"a photo has at most {MAX_BYTES} bytes"):
                photos.append(photo)  # an empty part is a file field that nobody filled in
            continue
        if part.name in members:
            raise WebError(400, "bad_form", f"the member {part.name[:40]!r} occurs twice")
        text = await _bytes_of(part, _MAX_TEXT, f"a text has at most {_MAX_TEXT} bytes")
        if text:
            members[part.name] = _value(part.name, text)
    raise WebError(413, "too_many_parts", f"at most {MAX_PHOTOS} photos, and {_MAX_PARTS} parts in all")


async def _bytes_of(part: BodyPartReader, at_most: int, limit: str) -> bytes:
    whole = bytearray()
    while chunk := await part.read_chunk():
        whole += chunk
        if len(whole) > at_most:
            raise WebError(413, "too_large", limit)
    return bytes(whole)


def _value(name: str, text: bytes) -> Any:
    """As JSON would have it: forms know only text. What is no number stays text, and is refused as such."""
    try:
        told = text.decode("utf-8")
    except UnicodeDecodeError:
        raise WebError(400, "bad_encoding", f"{name[:40]!r} is not UTF-8") from None
    if name in _NUMBERS:
        try:
            return float(told)
        except ValueError:
            return told
    return _FLAGS.get(told, told) if name == "confirmed" else told
