"""What is listened for in the city of these settings."""

from __future__ import annotations

from geo.geojson import ProfileError
from geo.heard.book import Book, read_book
from geo.heard.queries import QueryTooLongError, queries
from geo.heard.spots import read_spots
from geo.model import Ground
from rules.reports.kinds import KINDS
from services.city import StartError
from services.settings import Settings


def load_book(settings: Settings, ground: Ground) -> Book:
    """The catalogue with the city's own words and the places of its profile. Raises StartError."""
    city = settings.city
    try:
        spots = read_spots(settings.profile, ground.areas, ground.stations)
        return read_book(settings.profile, spots, city.name, city.name_en, tuple(KINDS))
    except ProfileError as error:
        raise StartError(str(error)) from error


def queries_of(settings: Settings, book: Book) -> list[str]:
    """What X is asked, where it is asked at all. Raises StartError where the words do not fit."""
    asked = settings.listening.x
    if asked is None:
        return []
    try:
        return queries(book, asked.query_length, asked.own)
    except QueryTooLongError as error:
        raise StartError(f"listening.x: {error}") from error
