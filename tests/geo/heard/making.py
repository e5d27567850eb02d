"""The book of a city for tests, as the profile of Morioka makes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from feeds.status import Status
from geo.ground import load_ground
from geo.heard.book import Book, read_book
from geo.heard.lead import Lead
from geo.heard.matching import Matcher
from geo.heard.spots import read_spots
from rules.reports.kinds import KINDS

MORIOKA = Path("config/morioka")
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)  # noon in Japan


@cache
def book() -> Book:
    ground = load_ground(MORIOKA, ())
    spots = read_spots(MORIOKA, ground.areas, ground.stations)
    return read_book(MORIOKA, spots, "盛岡市", "Morioka City", tuple(KINDS))


@cache
def matcher() -> Matcher:
    return Matcher(book())


def lead(post: str, at: datetime = NOW, person: str = "a", **more: object) -> Lead:
    whole = Lead(
        provider="x",
        post=post,
        link=f"https://x.com/i/web/status/{post}",
        at=at,
        status=Status.ACTUAL,
        language="ja",
        place="内丸",
        hazards=("flood",),
        words=("冠水",),
        marks=(),
        person=person,
    )
    return replace(whole, **more)  # type: ignore[arg-type]
