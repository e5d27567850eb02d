"""What is asked of the desk of requests, checked at the door: JSON of the API and forms of the page alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from feeds.instant import instant
from rules.requests.owner import Owner
from rules.requests.state import State
from rules.requests.turn import Turn
from services.requests.answering import Deed, RequestError, Seen
from services.store.request_queue import Key, Wanted
from services.web.api.paging import page_of
from services.web.context import CONTEXT
from services.web.language.speaking import N_
from services.web.security import WORDS, WebError, storable
from services.web.snow.asked import status_of

LONGEST = 600  # characters of an answer
AGES = {"6": N_("6時間より前"), "24": N_("1日より前"), "48": N_("48時間より前")}
SCOPES = ("open", "waits", "closed", "all")
_BACK = timedelta(days=90)  # how far what is closed is looked up
_STATUS = {"not_found": 404, "bad_owner": 400, "bad_first": 400}
_MOST_VERSION = 2**31


@dataclass(frozen=True, slots=True)
class Query:
    """What the address asks for, and after which request the page begins."""

    wanted: Wanted
    after: Key | None
    limit: int


def query_of(request: web.Request, default: int, *, folded: bool = False) -> Query:
    """The filters of the address; an empty one is none. Raises WebError."""
    context, told = request.app[CONTEXT], {name: value for name, value in request.query.items() if value}
    scope = told.get("state", "open")
    if scope not in {*SCOPES, *State}:
        raise WebError(400, "bad_state", f"state must be one of {', '.join([*SCOPES, *State])}")
    age = told.get("age", "")
    if age and age not in AGES:
        raise WebError(400, "bad_age", f"age must be one of {', '.join(AGES)} (hours)")
    section, service = told.get("section", ""), told.get("service", "")
    if max(len(section), len(service)) > 100 or not storable(section + service):
        raise WebError(400, "bad_filter", "section and service must be codes")
    now, page = context.now(), page_of(request, int, str, int, default=default)
    wanted = Wanted(
        status=status_of(told.get("status"), context),
        scope=scope,
        section=section,
        service=service,
        before=now - timedelta(hours=int(age)) if age else None,
        folded=folded,
    )
    return Query(_lately(wanted, now), _key(page.after), page.limit)


def _lately(wanted: Wanted, now: datetime) -> Wanted:
    """What is over is looked up for as long as residents' applications can."""
    if not wanted.newest_first or wanted.scope == "all":
        return wanted
    return replace(wanted, since=now - _BACK)


def _key(after: tuple[Any, ...] | None) -> Key | None:
    if after is None:
        return None
    turn, at, number = after
    try:
        return Turn(turn), instant(at), number
    except ValueError:
        raise WebError(400, "bad_cursor", "cursor is not one that a next link gave; start again without it") from None


def seen_of(number: str, body: Mapping[str, Any]) -> Seen:
    """The request as it was looked at; ``version`` may be missing. Raises WebError."""
    return Seen(number_of(number), state_of(body, "seen"), _version(body.get("version")))


def deed_of(number: str, body: Mapping[str, Any]) -> Deed:
    """An answer. Raises WebError."""
    text, released = body.get("text", ""), body.get("released")
    if not isinstance(text, str) or len(text) > LONGEST or not storable(text):
        raise WebError(400, "bad_text", f"text は {LONGEST} 字までです。 / text has at most {LONGEST} characters.")
    if released is not None and not isinstance(released, bool):
        raise WebError(400, "bad_released", "released must be true or false")
    return Deed(
        seen=seen_of(number, body),
        state=state_of(body, "state"),
        text=text.strip(),
        released=released,
        owner=_owner(body.get("owner")),
    )


def number_of(text: str) -> int:
    """Of a request, in an address or a form. Raises WebError 404."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise WebError(404, *WORDS[404])
    return int(text)


def state_of(body: Mapping[str, Any], name: str) -> State:
    """Raises WebError."""
    try:
        return State(str(body.get(name)))
    except ValueError:
        raise WebError(400, f"bad_{name}", f"{name} must be one of {', '.join(State)}") from None


def refusal(error: RequestError) -> WebError:
    """What the desk refused, as an answer."""
    return WebError(_STATUS.get(error.code, 409), error.code, str(error))


def _owner(value: Any) -> Owner | None:
    if value in (None, ""):
        return None
    try:
        return Owner(str(value))
    except ValueError:
        raise WebError(400, "bad_owner", f"owner must be one of {', '.join(Owner)}") from None


def _version(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 11:
        value = int(value)
    if value is not None and (type(value) is not int or not 0 <= value < _MOST_VERSION):
        raise WebError(400, "bad_version", "version must be the number that came with the request")
    return value
