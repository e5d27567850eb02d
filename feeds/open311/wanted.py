"""Which requests somebody wants to see: the filters of ``GET requests``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.open311.catalog import Catalog
from feeds.open311.fault import Fault, RefusedError, bad, unknown
from feeds.open311.moments import moment

SPAN = timedelta(days=90)
MOST = 1000  # requests of one answer
_MAX_IDS = 200
STATUSES = frozenset({"open", "closed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """``ids`` outweigh everything else. Times in UTC, both ends included; empty sets ask for all."""

    ids: tuple[str, ...] = ()
    services: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    since: datetime
    until: datetime
    page: int = 1
    page_size: int = MOST
    extensions: bool = False


def wanted(query: Mapping[str, str], catalog: Catalog, now: datetime) -> Wanted:
    """The filters in a query; an empty parameter equals an absent one. Raises RefusedError."""
    faults: list[Fault] = []
    told = {name: value.strip() for name, value in query.items() if value.strip()}
    extensions = told.get("extensions") == "true"
    ids = _list(told.get("service_request_id", ""))
    if len(ids) > _MAX_IDS:
        raise RefusedError([bad(f"at most {_MAX_IDS} ids at a time")])
    if ids:
        return Wanted(ids=ids, since=now - SPAN, until=now, extensions=extensions)
    services, statuses = _list(told.get("service_code", "")), _list(told.get("status", ""))
    faults += [unknown(f"service_code {one[:40]!r} is not known") for one in services if catalog.find(one) is None]
    faults += [bad(f"status {one[:40]!r} is none of open, closed") for one in statuses if one not in STATUSES]
    since, until = _span(told, now, faults)
    page = _number(told, "page", 1, 100_000, faults)
    page_size = _number(told, "page_size", MOST, MOST, faults)
    if faults:
        raise RefusedError(faults)
    return Wanted(
        services=frozenset(services),
        statuses=frozenset(statuses),
        since=since,
        until=until,
        page=page,
        page_size=page_size,
        extensions=extensions,
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))


def _span(told: Mapping[str, str], now: datetime, faults: list[Fault]) -> tuple[datetime, datetime]:
    """From one end alone the other is 90 days away; without both it is the last 90 days."""
    ends: dict[str, datetime] = {}
    for name in ("start_date", "end_date"):
        if name in told:
            try:
                ends[name] = moment(told[name])
            except ValueError as error:
                faults.append(bad(f"{name}: {error}"))
    since, until = ends.get("start_date"), ends.get("end_date")
    try:
        until = until or min(now, since + SPAN if since else now)
        since = since or until - SPAN
    except OverflowError:
        faults.append(bad("start_date or end_date is outside of all years that there are"))
        return now, now
    if since > until:
        faults.append(bad("start_date is behind end_date; 開始日が終了日より後です"))
    elif until - since > SPAN:
        faults.append(bad("start_date and end_date are more than 90 days apart; ask for one stretch after the other"))
    return since, until


def _number(told: Mapping[str, str], name: str, default: int, most: int, faults: list[Fault]) -> int:
    text = told.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        faults.append(bad(f"{name} {text[:20]!r} must be a whole number from 1 to {most}"))
        return default
    return min(int(text), most)
