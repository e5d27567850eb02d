"""What a cell of a table may hold, and the period that a table is asked for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from aiohttp import web

from feeds.instant import instant
from feeds.japan import JAPAN
from services.web.context import CONTEXT
from services.web.security import WebError

Cell: TypeAlias = str | int | float | bool | None
_DAY = timedelta(days=1)


def local(at: datetime | None) -> str | None:
    """ISO 8601 with Japan's offset, as tables of the city are read; nothing for nothing."""
    return None if at is None else at.astimezone(JAPAN).isoformat()


def only(request: web.Request, known: tuple[str, ...]) -> None:
    """A parameter that nobody knows is refused: a typing error must not read as an answer."""
    strangers = sorted(set(request.query) - set(known))
    if strangers:
        told = f"unknown: {', '.join(strangers)[:200]}; known: {', '.join(known) or 'none'}"
        raise WebError(400, "unknown_parameter", told)


def period(request: web.Request, usual: timedelta, most: timedelta) -> tuple[datetime, datetime]:
    """``from`` and ``to``, each a day in Japan or an instant with its offset; else up to now, and ``usual`` long."""
    now = request.app[CONTEXT].now()
    until = _moment(request, "to", now, last=True)
    since = _moment(request, "from", until - usual, last=False)
    if since > until:
        raise WebError(400, "bad_period", "from は to より前にしてください。 / from must not be after to.")
    if until - since > most + _DAY:
        raise WebError(400, "bad_period", f"一度に{most.days}日までです。 / At most {most.days} days at once.")
    return since, until


def _moment(request: web.Request, name: str, usual: datetime, *, last: bool) -> datetime:
    text = request.query.get(name)
    if text is None:
        return usual
    try:
        if len(text) == len("2026-11-20"):
            found = datetime.combine(date.fromisoformat(text), time(), JAPAN) + (_DAY if last else timedelta(0))
        else:
            found = instant(text)
    except (ValueError, OverflowError) as error:
        told = f"{name} は 2026-11-20 か 2026-11-20T09:00:00+09:00 のように書いてください。 / {error}"
        raise WebError(400, f"bad_{name}", told) from None
    if not 1900 < found.year < 9000:
        raise WebError(400, f"bad_{name}", f"{name} の年を確かめてください。 / {name} is out of the calendar.")
    return found
