"""The form that a request is posted as. Clients leave the charset out; it is UTF-8 all the same."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web

from feeds.open311.fault import RefusedError, bad
from services.web.body import whole_body
from services.web.security import MAX_BODY, storable

_TYPES = ("application/x-www-form-urlencoded", "application/octet-stream")  # the second: no type was given
_MAX_FIELDS = 100


async def fields_of(request: web.Request) -> list[tuple[str, str]]:
    """Names and values in their order; an API key in the address counts too. Raises RefusedError."""
    if request.content_type not in _TYPES:
        raise RefusedError([bad(f"send the request as {_TYPES[0]}; photos are named by media_url")])
    body = await whole_body(request, MAX_BODY)
    if body is None:
        raise RefusedError([bad(f"at most {MAX_BODY} bytes are taken")])
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except UnicodeDecodeError:
        raise RefusedError([bad("the form must be percent-encoded UTF-8")]) from None
    except ValueError:
        raise RefusedError([bad(f"the form has more than {_MAX_FIELDS} fields, or is none")]) from None
    if not all(storable(text) for pair in fields for text in pair):
        raise RefusedError([bad("the form holds a NUL character")])
    return [*fields, *((name, value) for name, value in request.query.items() if name == "api_key")]
