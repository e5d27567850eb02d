"""Pages: ``limit``, an opaque ``cursor``, and the link to the next page.

A cursor holds the sort key of the last item of a page (keyset paging), so that pages neither repeat nor skip items
while new ones come in. It is opaque to clients and checked like anything else that comes from outside.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web

from services.web.home import home_of
from services.web.security import WebError, storable

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
T = TypeVar("T")
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What the request asks for: how many items, after which sort key."""

    limit: int
    after: Key | None

    def cut(self, items: Iterable[T], key: Callable[[T], Key]) -> tuple[list[T], Key | None]:
        """The page of a list in memory, ordered by ``key``, and the sort key to go on from."""
        ordered = sorted((i for i in items if self.after is None or key(i) > self.after), key=key)
        return self.trim(ordered, key)

    def trim(self, found: list[T], key: Callable[[T], Key]) -> tuple[list[T], Key | None]:
        """The page out of a list that was read with at least one item more than ``limit``, where there is one."""
        taken = found[: self.limit]
        return taken, key(taken[-1]) if len(found) > self.limit else None


def page_of(request: web.Request, *types: type, default: int = DEFAULT_LIMIT) -> Page:
    """Read limit and cursor; ``types`` are those of the sort key. A WebError 400 names what is wrong."""
    limit = whole_number(request, "limit", default)
    cursor = request.query.get("cursor")
    return Page(min(limit, MAX_LIMIT), None if cursor is None else _decode(cursor, types))


def whole_number(request: web.Request, name: str, default: int) -> int:
    """A query parameter that is a number from 1 up; anything else is a WebError 400."""
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 100) or int(text) < 1:
        raise WebError(400, f"bad_{name}", f"{name} must be a whole number from 1 up")
    return int(text)


def links(request: web.Request, media_type: str, following: Key | None) -> list[dict[str, str]]:
    """self, and next where there is more."""
    home = home_of(request)
    found = [{"rel": "self", "type": media_type, "href": home + str(request.rel_url)}]
    if following is not None:
        there = request.rel_url.update_query(cursor=cursor_of(following))
        found.append({"rel": "next", "type": media_type, "href": home + str(there)})
    return found


def cursor_of(key: Key) -> str:
    """The sort key as it stands in an address."""
    packed = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _decode(cursor: str, types: tuple[type, ...]) -> Key:
    fault = WebError(400, "bad_cursor", "cursor is not one that a next link gave; start again without it")
    if len(cursor) > 1000:
        raise fault
    try:
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise fault from None
    fits = isinstance(values, list) and len(values) == len(types)
    if not fits or any(type(value) is not kind for value, kind in zip(values, types, strict=True)):
        raise fault
    if not all(storable(value) if isinstance(value, str) else abs(value) < 2**63 for value in values):
        raise fault
    return tuple(values)
